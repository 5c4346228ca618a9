"""Plain values as TOML text that reads back to the same values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any


def toml_text(values: Mapping[str, Any]) -> str:
    """Return plain values as TOML: text, numbers, truth values, lists and tables of these.

    Tables stand under headers of their own, and so do tables that hold nothing but tables, and
    lists of tables; everything deeper stands on one line.
    """
    return "\n".join(_table(values, "")).strip() + "\n"


def _table(values: Mapping[str, Any], above: str) -> Iterator[str]:
    deep = {key: value for key, value in values.items() if _has_lines(value)}
    yield from _pairs({key: value for key, value in values.items() if key not in deep})
    for key, value in deep.items():
        name = f"{above}{_key(key)}"
        if not isinstance(value, Mapping):
            for entry in value:
                yield from ("", f"[[{name}]]", *_pairs(entry))
        elif value and all(isinstance(item, Mapping) for item in value.values()):
            yield from _table(value, f"{name}.")
        else:
            yield from ("", f"[{name}]", *_pairs(value))


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    return (f"{_key(key)} = {_value(value)}" for key, value in values.items())


def _has_lines(value: Any) -> bool:
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list | tuple) and bool(value) and isinstance(value[0], Mapping)


def _key(key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isalnum() and key.isascii() else _text(key)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return f"{{ {', '.join(_pairs(value))} }}" if value else "{}"
    return f"[{', '.join(map(_value, value))}]"
