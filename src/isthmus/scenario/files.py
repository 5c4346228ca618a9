"""Scenario files: TOML in and out, and the presets that ship with the package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from isthmus.errors import BadInput, NotFound, did_you_mean
from isthmus.runtime import publish_text
from isthmus.runtime.reading import load_toml, read_text
from isthmus.scenario.model import Scenario


def loads(text: str, *, where: str = "text") -> Scenario:
    """Read a scenario from TOML text.

    Raises
    ------
    BadInput
        When the text is not TOML or the scenario breaks a rule; all problems at once.
    """
    raw = load_toml(text, what="scenario file", where=where)
    try:
        return Scenario.from_dict(raw)
    except BadInput as error:
        raise BadInput(error.what, error.problems, where=where) from None


def dumps(scenario: Scenario) -> str:
    """Return `scenario` as TOML text that `loads` reads back to an equal scenario."""
    raw = scenario.to_dict()
    lines = [f"{key} = {_value(value)}" for key, value in raw.items() if not _is_table(value)]
    for key, value in raw.items():
        if isinstance(value, dict):
            lines += ["", f"[{key}]", *(f"{_key(k)} = {_value(v)}" for k, v in value.items())]
        elif _is_table(value):
            for entry in value:
                lines += ["", f"[[{key}]]", *(f"{k} = {_value(v)}" for k, v in entry.items())]
    return "\n".join(lines) + "\n"


def read(path: str | Path) -> Scenario:
    """Read a scenario from a TOML file.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        When it is not a valid scenario; all problems at once.
    """
    return loads(read_text(path, what="scenario file"), where=str(path))


def write(scenario: Scenario, path: str | Path, *, replace: bool = False) -> None:
    """Write `scenario` to a TOML file, whole or not at all.

    Raises
    ------
    TargetExists
        When there is a file and `replace` is False.
    TargetRefused, NotFound, StorageFull, StorageReadOnly
        As `isthmus.runtime.publish_text`.
    """
    with publish_text(Path(path), replace=replace) as handle:
        handle.write(dumps(scenario))


def preset_names() -> tuple[str, ...]:
    """Return the names of the scenarios that ship with the package, sorted."""
    folder = resources.files("isthmus.scenario") / "presets"
    names = (f.name for f in folder.iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


def preset(name: str) -> Scenario:
    """Return a scenario that ships with the package.

    Raises
    ------
    NotFound
        When no preset has that name.
    """
    names = preset_names()
    if name not in names:
        hint = did_you_mean(name, names) or "see isthmus disruption presets"
        raise NotFound(f"no preset is called '{name}'", hint=hint)
    file = resources.files("isthmus.scenario") / "presets" / f"{name}.toml"
    return loads(file.read_text(encoding="utf-8"), where=f"preset {name}")


def load(source: str | Path) -> Scenario:
    """Return the preset of that name or read the file, whichever `source` is.

    Raises
    ------
    NotFound, BadInput
        As `preset` and `read`.
    """
    text = str(source)
    if isinstance(source, Path) or text.endswith(".toml") or "/" in text or "\\" in text:
        return read(source)
    return preset(text)


def _is_table(value: Any) -> bool:
    if isinstance(value, dict):
        return True
    return isinstance(value, list) and bool(value) and isinstance(value[0], Mapping)


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else _text(key)


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
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    return "[" + ", ".join(_value(v) for v in value) + "]"
