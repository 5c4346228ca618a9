"""A form for a lens, and the plain values that an address gives for it: both read off the lens."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from isthmus.evidence import Lens
from isthmus.evidence.description import Argument, type_words
from isthmus.runtime.reading import Unreadable, json_values
from isthmus.runtime.reading.values import natural
from isthmus.scenario.files import preset, preset_names
from isthmus.web.asking import parties
from isthmus.web.query import Query, real
from isthmus.web.state import Explorer
from isthmus.web.view import Field

CALL = "call"
"""Parameter that asks for a result; without it a page shows the form alone."""

SCENARIO, PATH, PARTY = "scenario", "path", "party"
_FILE = ("/", "\\", ".toml", ".csv", ".json", ".parquet")


def offered(lens: Lens) -> tuple[Argument, ...]:
    """Return the parameters that a form offers: no files of this machine, no controls."""
    return tuple(a for a in lens.arguments if a.type.get("format") != PATH and not a.control)


def needs_files(lens: Lens) -> bool:
    """Tell whether a lens cannot be called without files, which an address never names."""
    return any(a.required and a.type.get("format") == PATH for a in lens.arguments)


def fields(explorer: Explorer, lens: Lens, given: Mapping[str, str]) -> tuple[Field, ...]:
    """Return the controls of a lens with what an address gave for them.

    Parameters
    ----------
    explorer : Explorer
        Names of the parties.
    lens : Lens
        The lens.
    given : mapping of str to str
        Values as text, by name.
    """
    found = [_field(explorer, a, given.get(a.name, "")) for a in offered(lens)]
    return (*found, Field(CALL, "", "hidden", "1"))


def parameters(lens: Lens, query: Query) -> dict[str, Any]:
    """Return the plain values that an address gives; what is wrong is noted in `query`."""
    found: dict[str, Any] = {}
    for argument in offered(lens):
        text = query.text(argument.name)
        if not text:
            if argument.required:
                query.problem(argument.name, "is missing", argument.text)
            continue
        value = _value(query, argument.name, text, argument.type)
        if _names_file(value):
            query.problem(argument.name, "names a file; an address never does")
        elif value is not None:
            found[argument.name] = value
    return found


def with_scenario(lens: Lens, found: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
    """Return the preset that a call names, and the other parameters.

    Raises
    ------
    NotFound
        When there is no such preset.
    """
    taken = dict(found)
    name = taken.pop(SCENARIO, None)
    return (preset(name) if isinstance(name, str) else None), taken


def as_text(value: Any) -> str:
    """Return a plain value as it stands in an address."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) and all(isinstance(v, str | int | float) for v in value):
        return ",".join(str(v) for v in value)
    return json.dumps(value)


def _field(explorer: Explorer, argument: Argument, value: str) -> Field:
    schema, name = argument.type, argument.name
    default = "" if argument.default is None else as_text(argument.default)
    helped = f"{argument.text} [{type_words(schema)}]"
    blank = ("", default or explorer.t("choose.none"))
    common: dict[str, Any] = {"help": helped, "required": argument.required}
    if schema.get("format") == PARTY:
        return Field(name, name, "select", value, (blank, *parties(explorer)), **common)
    if schema.get("format") == SCENARIO:
        known = tuple((n, n) for n in preset_names())
        return Field(name, name, "select", value, (blank, *known), **common)
    if "enum" in schema:
        choices = tuple((str(c), str(c)) for c in schema["enum"])
        return Field(name, name, "select", value, (blank, *choices), **common)
    if schema.get("type") == "boolean":
        return Field(
            name, name, "select", value, (blank, ("true", "true"), ("false", "false")), **common
        )
    kind = "number" if schema.get("type") in {"integer", "number"} else "text"
    step = "1" if schema.get("type") == "integer" else "any"
    helped = f"{helped} {explorer.t('lens.default', value=default)}" if default else helped
    common["help"] = helped
    return Field(name, name, kind, value, step=step, **common)


def _value(query: Query, name: str, text: str, schema: Mapping[str, Any]) -> Any:
    """Return a text as the plain value that a schema asks for; None where it is none."""
    kind = schema.get("type")
    if "enum" in schema:
        known = [str(choice) for choice in schema["enum"]]
        query.choice(name, known, "")
        return text
    if kind == "boolean":
        return query.choice(name, ("true", "false"), "") == "true"
    if kind == "integer":
        return query.whole(name, 0, least=0, most=10**9)
    if kind == "number":
        return query.number(name)
    if kind == "string":
        if schema.get("format") == SCENARIO:
            query.choice(name, preset_names(), "")
        return text
    if kind == "array" and schema["items"].get("type") in {"string", "integer", "number"}:
        return _list(query, name, schema["items"])
    if kind == "array" and "enum" in schema["items"]:
        words = list(query.words(name))
        return words if _checked(query, name, words, schema) else None
    value = _json(query, name, text, text_too="anyOf" in schema)
    return value if value is None or _checked(query, name, value, schema) else None


def _list(query: Query, name: str, items: Mapping[str, Any]) -> list[Any] | None:
    words = query.words(name)
    if items["type"] == "string":
        return list(words)
    read = natural if items["type"] == "integer" else real
    found: list[Any] = [read(word) for word in words]
    if None in found:
        query.problem(name, "holds what is no number", "1,3,10")
        return None
    return found


def _json(query: Query, name: str, text: str, *, text_too: bool) -> Any:
    try:
        return json_values(text, wide=False)
    except Unreadable:
        if text_too and text[:1] not in "{[":
            return text
        query.problem(name, "is no JSON", '{"name": 1}')
        return None


def _checked(query: Query, name: str, value: Any, schema: Mapping[str, Any]) -> bool:
    """Note a value that a schema does not hold, before a lens trips over it."""
    fits = _fits(value, schema)
    if not fits:
        query.problem(name, f"{json.dumps(value)[:80]} is not what it takes", type_words(schema))
    return fits


PLAIN: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
}


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    """Tell whether a plain value is of the kind that a schema names, whatever its rules beyond."""
    if "anyOf" in schema:
        return any(_fits(value, one) for one in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    kind = str(schema.get("type", ""))
    if kind == "array":
        # A single code stands for a list of one where the default is written so.
        alone = isinstance(value, str) and isinstance(schema.get("default"), str)
        return alone or (
            isinstance(value, list) and all(_fits(v, schema.get("items", {})) for v in value)
        )
    if kind == "object":
        return isinstance(value, Mapping) and _members_fit(value, schema)
    if kind in PLAIN:
        return isinstance(value, PLAIN[kind]) and (kind == "boolean") == isinstance(value, bool)
    return True


def _members_fit(value: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    own, other = schema.get("properties", {}), schema.get("additionalProperties", {})
    known = {name: own.get(name, other) for name in value}
    return all(isinstance(s, bool) or _fits(value[name], s) for name, s in known.items())


def _names_file(value: Any) -> bool:
    if isinstance(value, str):
        return any(mark in value for mark in _FILE)
    if isinstance(value, Mapping):
        return any(_names_file(v) for v in (*value, *value.values()))
    return isinstance(value, list) and any(_names_file(v) for v in value)
