"""Packages of actions, and a catalogue that holds them with actions, hazards and official lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pydantic import Field

from isthmus.errors import BadInput, InputProblem, NotFound, did_you_mean, raise_all
from isthmus.runtime import canonical_hash
from isthmus.scenario.actions import Action, Slug, Text
from isthmus.scenario.base import Strict, build_all
from isthmus.scenario.catalogue_checks import PARTS, between, contradictions
from isthmus.scenario.hazards import Hazard

SCHEMA_VERSION = 1
Entry = TypeVar("Entry", Action, "Package", Hazard)


class ReturnRequest(Strict):
    """What one side can ask of the other in return, and who could deliver it."""

    what: Text
    by: Text


class Due(Strict):
    """A step of others that a package waits for or meets, and when, where that is known.

    Parameters
    ----------
    what : str
        What is decided, begins or ends.
    when : str
        Year, month or day; empty where no date is in the data.
    source : str
        Where it stands, or where no date was found.
    """

    what: Text
    when: str = Field(default="", pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")
    source: Text


class Line(Strict):
    """What was said officially about home and partner.

    Parameters
    ----------
    key : str
        Name within the catalogue.
    text : str
        The wording, in the words of the source or a translation of them.
    limit : str
        What it does not say or allow.
    source : str
        Where it stands.
    read : bool
        Whether it was seen on a page.
    """

    key: Slug
    text: Text
    limit: Text
    source: Text
    read: bool = False


class Package(Strict):
    """Actions that are decided together.

    Parameters
    ----------
    key, title : str
        Name in commands, and for readers.
    actions : tuple of str
        Keys of its actions, in any order; none for things as they are.
    alone : bool
        Whether it holds what home can do without the partner: the measure of what
        cooperation adds.
    asks : str
        The decision that it asks for.
    of : str
        Of whom.
    lower : str
        The same content at a lower step, if there is one.
    returns : tuple of ReturnRequest
        What can be asked for in return.
    dates : tuple of Due
        Steps that it waits for or meets; when deciders next meet is in no data at hand.
    counter : str
        The strongest argument against it.
    """

    key: Slug
    title: Text
    actions: tuple[Slug, ...] = ()
    alone: bool = False
    asks: str = ""
    of: str = ""
    lower: str = ""
    returns: tuple[ReturnRequest, ...] = ()
    dates: tuple[Due, ...] = ()
    counter: str = ""


class Catalogue(Strict):
    """Actions, packages and hazards; TOML in and out.

    Parameters
    ----------
    year : int
        Year of its prices.
    home, partner : str
        Whose costs, decisions and votes it holds, and with whom; empty: nobody in particular.
    lines : tuple of Line
        What was said officially, and its limits.

    Raises
    ------
    BadInput
        With every problem found, those between its parts included.
    """

    schema_version: int = Field(default=SCHEMA_VERSION, ge=1, le=SCHEMA_VERSION)
    year: int = Field(default=2025, ge=1990, le=2100)
    home: str = ""
    partner: str = ""
    actions: tuple[Action, ...] = ()
    packages: tuple[Package, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    lines: tuple[Line, ...] = ()

    def __init__(self, /, **data: Any) -> None:
        problems: list[InputProblem] = []
        written = {part: _keys(data.get(part, ())) for part in PARTS}
        for field, build in _BUILD.items():
            if field in data:
                data[field] = build_all(field, data[field], build, problems)
        try:
            super().__init__(**data)
        except BadInput as error:
            problems += error.problems
        actions, packages, hazards, _ = (tuple(data.get(part, ())) for part in PARTS)
        problems += between(actions, packages, hazards, written)
        raise_all("catalogue", problems)

    def action(self, key: str) -> Action:
        """Return the action of that key or label.

        Raises
        ------
        NotFound
            With the nearest keys.
        """
        found = next((a for a in self.actions if key in (a.key, a.label)), None)
        return found or _find(key, self.actions, "action")

    def package(self, key: str) -> Package:
        """Return the package of that key.

        Raises
        ------
        NotFound
            With the nearest keys.
        """
        return _find(key, self.packages, "package")

    def hazard(self, key: str) -> Hazard:
        """Return the hazard of that key.

        Raises
        ------
        NotFound
            With the nearest keys.
        """
        return _find(key, self.hazards, "hazard")

    def members(self, package: Package) -> tuple[Action, ...]:
        """Return the actions of a package, sorted by key: their order means nothing."""
        known = {a.key: a for a in self.actions}
        return tuple(known.get(key) or self.action(key) for key in sorted(package.actions))

    def alone(self) -> Package | None:
        """Return the package of what home can do without the partner."""
        return next((p for p in self.packages if p.alone), None)

    def fits_alone(self, package: Package) -> bool:
        """Say whether a package can stand beside what home can do alone."""
        base = self.alone()
        held = () if base is None else {*base.actions, *package.actions}
        return not any(contradictions(map(self.action, held)))

    def with_alone(self, package: Package) -> Package:
        """Return the package together with what home can do alone.

        Raises
        ------
        BadInput
            When the two hold actions that exclude each other.
        """
        base = self.alone()
        if base is None or base.key == package.key:
            return package
        merged = tuple(sorted({*base.actions, *package.actions}))
        problems = [InputProblem(w) for w in contradictions(map(self.action, merged))]
        raise_all(f"'{package.key}' beside '{base.key}'", problems)
        return package.model_copy(update={"key": f"{base.key}-{package.key}", "actions": merged})

    @property
    def identity(self) -> str:
        """SHA-256 of everything in it."""
        return canonical_hash(self.model_dump(mode="json"))


def _find(key: str, entries: Iterable[Entry], what: str) -> Entry:
    known = {e.key: e for e in entries}
    if key not in known:
        hint = did_you_mean(key, known) or f"known: {', '.join(known) or 'none'}"
        raise NotFound(f"no {what} is called '{key}'", where=what, hint=hint)
    return known[key]


def _keys(entries: Any) -> list[str]:
    """Return the keys that a list of entries writes, those of wrong entries included."""
    if not isinstance(entries, list | tuple):
        return []
    found = (e.get("key") if isinstance(e, Mapping) else getattr(e, "key", None) for e in entries)
    return [key for key in found if isinstance(key, str)]


def _built(kind: type[Strict]) -> Callable[[Any], Any]:
    def build(raw: Mapping[str, Any] | Strict) -> Any:
        return raw if isinstance(raw, kind) else kind(**dict(raw))

    return build


def _hazard(raw: Mapping[str, Any] | Hazard) -> Hazard:
    made: Hazard = _built(Hazard)(raw)
    try:
        made.written({})
    except NotFound as error:
        raise BadInput("hazard", [InputProblem(error.what, "scenario", error.hint or "")]) from None
    return made


_BUILD: dict[str, Callable[[Any], Any]] = {
    "actions": _built(Action),
    "packages": _built(Package),
    "hazards": _hazard,
    "lines": _built(Line),
}
