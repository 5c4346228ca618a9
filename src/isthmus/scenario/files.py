"""Scenario files: TOML in and out, and the presets that ship with the package."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path

from isthmus.errors import BadInput, NotFound, did_you_mean
from isthmus.runtime import publish_text
from isthmus.runtime.reading import load_toml, read_text
from isthmus.runtime.toml_text import toml_text
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
    return toml_text(scenario.to_dict())


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
    return _shipped(name)


@cache
def _shipped(name: str) -> Scenario:
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
