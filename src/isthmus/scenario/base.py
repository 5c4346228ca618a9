"""What every scenario model shares: strict fields, all problems at once, no silent guess."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from isthmus.errors import BadInput, InputProblem, did_you_mean
from isthmus.runtime.brief import Brief

ALL = "*"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:@-]*")
_INSIDE: ContextVar[bool] = ContextVar("inside")
_UNION_TAGS = ("tuple[", "literal[", "function-")


def _as_codes(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        items = list(value)
        return tuple(sorted(set(items))) if all(isinstance(v, str) for v in items) else tuple(items)
    return value


def _check_codes(codes: tuple[str, ...]) -> tuple[str, ...]:
    if not codes:
        raise ValueError(f"is empty; write '{ALL}' for all")
    bad = [c for c in codes if c != ALL and not _CODE.fullmatch(c)]
    if bad:
        raise ValueError(
            f"{', '.join(map(repr, bad))}: a code holds letters, digits and any of '_.:@-' only"
        )
    if ALL in codes and len(codes) > 1:
        raise ValueError(f"'{ALL}' means all and stands alone")
    return codes


Codes = Annotated[tuple[str, ...], BeforeValidator(_as_codes), AfterValidator(_check_codes)]
"""Codes of economies, coalitions or industries: sorted, once each; ``"*"`` alone means all."""


class Strict(Brief, BaseModel):
    """Frozen model that refuses unknown fields and raises `BadInput` with every problem.

    Raises
    ------
    BadInput
        When any field is missing, unknown or out of its range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def __init__(self, /, **data: Any) -> None:
        inside = _INSIDE.set(True)
        try:
            super().__init__(**data)
        except ValidationError as error:
            if inside.old_value is True:  # the model around this one tells, with all others
                raise
            problems = problems_of(error, type(self))
            noun = "problem" if len(problems) == 1 else "problems"
            name = type(self).__name__
            raise BadInput(f"{name}: {len(problems)} {noun}", problems) from None
        finally:
            _INSIDE.reset(inside)


def problems_of(error: ValidationError, model: type[BaseModel]) -> list[InputProblem]:
    """Translate a pydantic error into problems with place and hint."""
    out = []
    for item in error.errors():
        place = [str(p) for p in item["loc"] if not str(p).startswith(_UNION_TAGS)]
        what = item["msg"].removeprefix("Value error, ")
        hint = ""
        if item["type"] == "extra_forbidden":
            what = f"unknown field '{place[-1]}'"
            hint = did_you_mean(place[-1], model.model_fields)
        elif item["type"] == "literal_error":
            allowed = re.findall(r"'([^']+)'", str(item["ctx"]["expected"]))
            what = f"{item['input']!r} is none of {', '.join(allowed)}"
            hint = did_you_mean(str(item["input"]), allowed)
        elif item["type"] == "union_tag_invalid":
            allowed = re.findall(r"'([^']+)'", str(item["ctx"]["expected_tags"]))
            what = f"{item['ctx']['tag']!r} is none of {', '.join(allowed)}"
            hint = did_you_mean(str(item["ctx"]["tag"]), allowed)
        elif item["type"] == "missing":
            what = "is missing"
        elif isinstance(item["input"], str | int | float):
            what = f"{what}, got {item['input']!r}"
        out.append(InputProblem(what, where=".".join(place), hint=hint))
    return out


def build_all(
    field: str, raw: Any, build: Callable[[Any], Any], problems: list[InputProblem]
) -> tuple[Any, ...]:
    """Build each table of a list; what is wrong with any of them goes to `problems`."""
    if not isinstance(raw, list | tuple):
        problems.append(InputProblem("must be a list of tables", where=field))
        return ()
    out = []
    for index, item in enumerate(raw):
        place = f"{field}.{index}"
        if not isinstance(item, Mapping | Strict):
            problems.append(InputProblem("must be a table", where=place))
            continue
        try:
            out.append(build(item))
        except BadInput as error:
            problems.extend(
                InputProblem(p.what, where=f"{place}.{p.where}".rstrip("."), hint=p.hint)
                for p in error.problems
            )
    return tuple(out)
