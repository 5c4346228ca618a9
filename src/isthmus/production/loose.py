"""What of a part with mistakes can still be held against the other parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from isthmus.errors import InputProblem
from isthmus.production.amounts import Part

P = TypeVar("P", bound=Part)
READ_AS_IT_STANDS = {"missing", "extra_forbidden"}
"""Kinds of mistakes that leave every value of a part as it was written."""


def loosely(model: type[P], raw: Any) -> P | None:
    """Return a part with the fields that can be read, the others empty; None for no table.

    Rules between its fields are not checked, and what is required may be None: good for finding
    more mistakes, and for nothing else.
    """
    if not isinstance(raw, Mapping):
        return None
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        values[name] = None if info.is_required() else info.get_default(call_default_factory=True)
        if name in raw:
            read = _read(info, raw[name])
            values[name] = values[name] if read is None else read
    return model.model_construct(**values)


def between_fields(part: Part, error: ValidationError, place: str) -> list[InputProblem]:
    """Return what the rules between the fields of a part say where its values stand as written."""
    if not {item["type"] for item in error.errors()} <= READ_AS_IT_STANDS:
        return []
    out = []
    for rule in type(part).__pydantic_decorators__.model_validators.values():
        try:
            rule.func(part)
        except ValueError as broken:
            out.append(InputProblem(str(broken), place))
        except (TypeError, AttributeError, KeyError):
            # A field that is missing is told by itself.
            continue
    return out


def _read(info: FieldInfo, value: Any) -> Any:
    try:
        kind: Any = info.annotation
        if info.metadata:
            kind = Annotated[info.annotation, *info.metadata]
        return TypeAdapter(kind).validate_python(value)
    except ValidationError:
        inner = next(iter(get_args(info.annotation)), None)
        if isinstance(inner, type) and issubclass(inner, Part) and isinstance(value, list | tuple):
            return tuple(p for one in value if (p := loosely(inner, one)) is not None)
        return None
