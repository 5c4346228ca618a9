"""What of a part with mistakes can still be held against the other parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from isthmus.errors import InputProblem
from isthmus.production.amounts import Part

P = TypeVar("P", bound=Part)


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


class _Unread:
    """Stands for a value that cannot be read, so that no rule finds fault with it."""

    def __getattr__(self, name: str) -> _Unread:
        return self

    def _apart(self, other: object) -> bool:
        return False

    def _in_order(self, other: object) -> bool:
        return True

    __lt__ = __gt__ = _apart
    __le__ = __ge__ = _in_order


UNREAD: Any = _Unread()


def between_fields(model: type[Part], raw: Any, place: str) -> list[InputProblem]:
    """Return what the rules between the fields of a part, and of parts in it, find in vain.

    A part with a mistake in a field is not held against its rules when it is built; here it is, as
    far as its other fields say something.
    """
    if not isinstance(raw, Mapping):
        return []
    fields = model.model_fields
    out: list[InputProblem] = []
    values: dict[str, Any] = {}
    for name, info in fields.items():
        values[name] = UNREAD if info.is_required() else info.get_default(call_default_factory=True)
        if name in raw and (read := _whole(info, raw[name])) is not UNREAD:
            values[name] = read
        elif name in raw:
            values[name] = UNREAD
            for at, inner, value in _inner(info, raw[name], f"{place}.{name}"):
                out += between_fields(inner, value, at)
    if UNREAD not in values.values() and set(raw) <= set(fields):
        return out
    part = model.model_construct(**values)
    for rule in model.__pydantic_decorators__.model_validators.values():
        try:
            rule.func(part)
        except ValueError as broken:
            out.append(InputProblem(str(broken), place))
        except KeyError:
            # The rule looks up what cannot be read.
            continue
    return out


def _whole(info: FieldInfo, value: Any) -> Any:
    try:
        kind: Any = info.annotation
        if info.metadata:
            kind = Annotated[info.annotation, *info.metadata]
        return TypeAdapter(kind).validate_python(value)
    except ValidationError:
        return UNREAD


def _inner(info: FieldInfo, value: Any, place: str) -> list[tuple[str, type[Part], Any]]:
    """Return the parts that a field holds as they were written, with their places."""
    inner = next(iter(get_args(info.annotation)), info.annotation)
    if not (isinstance(inner, type) and issubclass(inner, Part)):
        return []
    if isinstance(value, list | tuple):
        return [(f"{place}.{n}", inner, one) for n, one in enumerate(value)]
    return [(place, inner, value)]


def _read(info: FieldInfo, value: Any) -> Any:
    if (read := _whole(info, value)) is not UNREAD:
        return read
    parts = [p for _, inner, one in _inner(info, value, "") if (p := loosely(inner, one))]
    return tuple(parts) if isinstance(value, list | tuple) else next(iter(parts), None)
