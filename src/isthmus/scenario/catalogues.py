"""Files of actions, packages and hazards: those that ship with the package, and the user's own."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from isthmus.errors import BadInput, InputProblem, NotFound, did_you_mean, raise_all
from isthmus.runtime.reading import load_toml, read_text
from isthmus.scenario.catalogue_checks import PARTS
from isthmus.scenario.packages import Catalogue

HEADS = ("schema_version", "year", "home", "partner")


def catalogue_names() -> tuple[str, ...]:
    """Return the names of the catalogues that ship with the package, sorted."""
    return tuple(sorted(f.name for f in _folder().iterdir() if f.is_dir()))


def catalogue_between(home: str, partner: str) -> str:
    """Return the name of the shipped catalogue of actions of a party with another, or nothing.

    That of a coalition is not that of its members: costs, deciders and votes are another's.
    """
    held = {name: shipped_catalogue(name) for name in catalogue_names()}
    found = (n for n, c in held.items() if (c.home, c.partner) == (home, partner))
    return next(found, "")


@cache
def shipped_catalogue(name: str) -> Catalogue:
    """Return a catalogue that ships with the package.

    Raises
    ------
    NotFound
        When none has that name.
    """
    names = catalogue_names()
    if name not in names:
        hint = did_you_mean(name, names) or f"known: {', '.join(names)}"
        raise NotFound(f"no catalogue is called '{name}'", hint=hint)
    files = sorted(f.name for f in (_folder() / name).iterdir() if f.name.endswith(".toml"))
    texts = [(_folder() / name / f).read_text(encoding="utf-8") for f in files]
    return parse_catalogue(texts, where=[f"{name}/{f}" for f in files])


def template() -> str:
    """Return a file with one action, one package and one hazard to start from."""
    return _package().joinpath("catalogue_template.toml").read_text(encoding="utf-8")


def read_catalogue(path: str | Path, *, base: Catalogue | None = None) -> Catalogue:
    """Return a user's file, added to `base`; an entry with a known key replaces it.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        With every problem of the file.
    """
    text = read_text(path, what="file of actions and packages")
    return parse_catalogue([text], where=[str(path)], base=base)


def parse_catalogue(
    texts: Sequence[str], *, where: Sequence[str] = ("text",), base: Catalogue | None = None
) -> Catalogue:
    """Return the catalogue of some TOML texts, added to `base`.

    Raises
    ------
    BadInput
        With every problem of all texts.
    """
    merged: dict[str, list[object]] = {part: [] for part in PARTS}
    heads: dict[str, object] = {}
    problems: list[InputProblem] = []
    for text, place in zip(texts, where, strict=True):
        raw = load_toml(text, what="file of actions and packages", where=place)
        known = (*HEADS, *PARTS)
        for key, value in raw.items():
            if key in HEADS:
                heads[key] = value
            elif key not in PARTS:
                problems.append(
                    InputProblem(f"unknown table '{key}'", key, did_you_mean(key, known))
                )
            elif isinstance(value, list):
                merged[key] += value
            else:
                problems.append(InputProblem("must be a list of tables", key))
    return _checked(heads, merged, base, problems, ", ".join(where))


def _checked(
    heads: dict[str, object],
    merged: dict[str, list[object]],
    base: Catalogue | None,
    problems: list[InputProblem],
    where: str,
) -> Catalogue:
    own = {part: [_key(e) for e in merged[part]] for part in PARTS}
    offset = {}
    if base is not None:
        for part in PARTS:
            kept = [e for e in getattr(base, part) if e.key not in own[part]]
            offset[part] = len(kept)
            merged[part] = [*kept, *merged[part]]
        heads = {"year": base.year, "home": base.home, "partner": base.partner, **heads}
    try:
        made = Catalogue(**heads, **merged)
    except BadInput as error:
        problems += [_moved(p, offset) for p in error.problems]
        made = Catalogue()
    raise_all("actions and packages", problems, where=where)
    return made


def _key(entry: object) -> object:
    return entry.get("key") if isinstance(entry, dict) else None


def _moved(problem: InputProblem, offset: dict[str, int]) -> InputProblem:
    """Count entries as the user's file does: those of the base stand before them."""
    part, _, rest = problem.where.partition(".")
    number, dot, tail = rest.partition(".")
    if part in offset and number.isdigit() and int(number) >= offset[part]:
        where = f"{part}.{int(number) - offset[part]}{dot}{tail}"
        return InputProblem(problem.what, where, problem.hint)
    return problem


def _folder() -> Traversable:
    return _package() / "catalogues"


def _package() -> Traversable:
    return resources.files("isthmus.scenario")
