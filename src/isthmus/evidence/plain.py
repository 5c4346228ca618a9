"""Types of parameters as JSON schemas, and the values that plain JSON stands for."""

from __future__ import annotations

import dataclasses
import importlib
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

Plain = Mapping[str, Any]
"""A JSON schema."""

_SCALARS: Mapping[Any, Plain] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    Path: {"type": "string", "format": "path"},
}


def json_type(annotation: Any) -> Plain | None:
    """Return the JSON schema of a type, or None where plain JSON cannot hold its values.

    A class says by its ``PLAIN`` (``"party"``, ``"scenario"``) that a text stands for it; a data
    class is an object of its fields. Of a union only what JSON can hold remains.
    """
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if isinstance(getattr(annotation, "PLAIN", None), str):
        return {"type": "string", "format": annotation.PLAIN}
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Literal:
        return {"enum": list(inner)}
    if origin in (typing.Union, types.UnionType):
        return _union(inner)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        held = json_type(inner[1])
        return None if held is None else {"type": "object", "additionalProperties": held}
    if isinstance(origin, type) and issubclass(origin, Iterable) and inner:
        held = json_type(inner[0])
        return None if held is None else {"type": "array", "items": held}
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type):
        return _fields(annotation)
    return None


def _union(members: Sequence[Any]) -> Plain | None:
    """Return the schema of one or the other; who takes a party in any spelling takes its code.

    Who takes one or a list of them takes a list.
    """
    found = [json_type(member) for member in members if member is not types.NoneType]
    held = [schema for schema in found if schema is not None]
    if (party := {"type": "string", "format": "party"}) in held:
        many = {"type": "array", "items": party}
        return many if many in held else party
    listed = [
        one["items"]
        for one in held
        if one.get("type") == "array" and "properties" not in one["items"]
    ]
    held = [one for one in held if one not in listed]
    return held[0] if len(held) == 1 else {"anyOf": held} if held else None


def _fields(made: type) -> Plain | None:
    hints = typing.get_type_hints(made)
    texts = _texts(made)
    properties: dict[str, Plain] = {}
    for field in dataclasses.fields(made):
        held = json_type(hints[field.name])
        if held is None:
            return None
        given = {} if field.default is dataclasses.MISSING else {"default": as_plain(field.default)}
        properties[field.name] = {**held, **given, "description": texts.get(field.name, "")}
    return {"type": "object", "title": made.__name__, "properties": properties}


def _texts(made: type) -> Mapping[str, str]:
    """Return the texts of fields: of its docstring, or of the function named in ``AS_IN``."""
    from isthmus.evidence.docs import parameters, sections

    text = made.__doc__
    if isinstance(where := getattr(made, "AS_IN", None), str):
        module, _, name = where.partition(":")
        text = getattr(importlib.import_module(module), name).__doc__
    return parameters(sections(text or "").get("Parameters", ""))


def as_plain(value: Any) -> Any:
    """Return a default as JSON holds it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: as_plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(held) for held in value]
    return str(value) if isinstance(value, Path) else value


def built(annotation: Any, value: Any) -> Any:
    """Return what a plain value stands for: a data class, a scenario, a file, or many of them."""
    if isinstance(value, list | tuple):
        return tuple(built(annotation, held) for held in value)
    if isinstance(value, str) and _takes_text(annotation, value):
        return value
    for fits, make in _makers(annotation):
        if fits(value):
            return make(value)
    return value


def _takes_text(annotation: Any, value: str) -> bool:
    """Return whether a text stands for itself, here or in a part of the type."""
    inner = typing.get_args(annotation)
    if typing.get_origin(annotation) is typing.Literal:
        return value in inner
    return annotation is str or any(_takes_text(part, value) for part in inner)


def _makers(annotation: Any) -> Iterator[tuple[Callable[[Any], bool], Callable[[Any], Any]]]:
    """Yield for every class in a type which plain values it is made from, and how."""
    if hasattr(annotation, "from_plain"):
        yield (lambda value: isinstance(value, str | Mapping)), annotation.from_plain
    elif annotation is Path:
        yield (lambda value: isinstance(value, str)), Path
    elif isinstance(annotation, type) and dataclasses.is_dataclass(annotation):
        names = {field.name for field in dataclasses.fields(annotation)}
        yield (
            lambda value: isinstance(value, Mapping) and set(value) <= names,
            lambda value: annotation(**value),
        )
    for inner in typing.get_args(annotation):
        yield from _makers(inner)
