"""A study written as TOML, such that reading it gives the same study."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from isthmus.study.schema import Study


def study_toml(study: Study) -> str:
    """Return the text of a study file.

    What has its default is left out; roles without a colour of their own stand on one line each.
    """
    data = study.model_dump(mode="json", exclude_defaults=True)
    data["roles"] = {
        name: role.party if role.colour is None else role.model_dump(mode="json")
        for name, role in study.roles.items()
    }
    return "\n".join(_table(data, ())).strip() + "\n"


def _table(data: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    """Lines of a table: plain values first, then its tables, then its arrays of tables."""
    deep = {key: value for key, value in data.items() if _is_table(value, path)}
    for key, value in data.items():
        if key not in deep:
            yield f"{key} = {_value(value)}"
    for key, value in deep.items():
        name = ".".join((*path, key))
        for item in [value] if isinstance(value, Mapping) else value:
            lines = list(_table(item, (*path, key)))
            if lines[:1] != [""]:
                yield from ("", f"[{name}]" if isinstance(value, Mapping) else f"[[{name}]]")
            yield from lines


def _is_table(value: Any, path: tuple[str, ...]) -> bool:
    """Whether a value has lines of its own; below the second level it stands on one line."""
    if len(path) > 1 or path[:1] in {("claims",), ("pages",), ("roles",), ("ranges",)}:
        return False
    if isinstance(value, Mapping):
        return True
    return isinstance(value, Sequence) and bool(value) and isinstance(value[0], Mapping)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key} = {_value(item)}" for key, item in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_value, value))}]"
    return repr(value)
