"""What a user asks with: parties, a catalogue and a file of entries of his own, checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from isthmus.codes import nearest
from isthmus.codes.parties import is_coalition_code, resolve
from isthmus.cooperation.asked import scenario_of
from isthmus.errors import BadInput, CodeUnknown, InputProblem, raise_all
from isthmus.scenario import check_codes
from isthmus.scenario.actions import Action
from isthmus.scenario.base import ALL
from isthmus.scenario.catalogues import read_catalogue, shipped_catalogue
from isthmus.scenario.groups import industry_groups
from isthmus.scenario.hazards import Hazard
from isthmus.scenario.packages import Catalogue
from isthmus.world import World
from isthmus.world.shipped import YEAR

INDUSTRIES, ECONOMIES = ("inputs", "users"), ("economies", "place")
"""Fields of effects with codes."""


def opened(
    catalogue: str | Catalogue,
    file: Path | None = None,
    world: World | None = None,
    parties: Mapping[str, str] | None = None,
) -> Catalogue:
    """Return a catalogue, or a shipped one by name with the entries of a file added.

    With a world and parties every code that the file names has to stand in its table.
    """
    base = catalogue if isinstance(catalogue, Catalogue) else shipped_catalogue(catalogue)
    if file is None:
        return base
    held = read_catalogue(file, base=base)
    if world is not None:
        check_own(world, held, base, parties or {}, str(file))
    return held


def roles_of(home: str, partner: str, rival: str = "") -> dict[str, str]:
    """Return parties by role; no rival where none is named.

    Raises
    ------
    CodeUnknown
        For a code that stands for no party.
    BadInput
        When one party has two roles.
    """
    given = {"home": home, "partner": partner} | ({"rival": rival} if rival else {})
    found = {role: resolve(code, where=role).spec for role, code in given.items()}
    roles = {spec: role for role, spec in reversed(found.items())}
    hint = "each role needs a party of its own"
    raise_all(
        "parties",
        [
            InputProblem(f"{given[role]!r} is already the {roles[spec]}", role, hint)
            for role, spec in found.items()
            if roles[spec] != role
        ],
    )
    return found


def check_own(
    world: World, catalogue: Catalogue, base: Catalogue, parties: Mapping[str, str], where: str
) -> None:
    """Raise unless the table holds every code of the entries that `base` does not have.

    Raises
    ------
    BadInput
        With each code that it does not hold and its place.
    """
    actions = [one for one in catalogue.actions if one not in base.actions]
    hazards = [one for one in catalogue.hazards if one not in base.hazards and one.shocks]
    if not (hazards or any(action.effects for action in actions)):
        return
    table = world.mrio(YEAR, chips=True)
    problems = [
        p for one in hazards for p in _shocks(one, table.economies, table.industries, parties)
    ]
    known = [*table.industries, *industry_groups(table.industries)]
    for action in actions:
        problems += _effects(action, known, [*parties, *table.economies])
    raise_all("actions and packages", problems, where=where)


def _shocks(
    hazard: Hazard,
    economies: Sequence[str],
    industries: Sequence[str],
    parties: Mapping[str, str],
) -> Iterator[InputProblem]:
    where = f"hazard '{hazard.key}'"
    try:
        check_codes(scenario_of(hazard, parties), economies, industries)
    except BadInput as error:
        for one in error.problems:
            yield InputProblem(f"{one.where}: {one.what}", where, one.hint)
    except CodeUnknown as error:
        yield InputProblem(f"{error.where}: {error.what}", where, error.hint or "")


def _effects(
    action: Action, industries: Sequence[str], economies: Sequence[str]
) -> Iterator[InputProblem]:
    where = f"action '{action.key}'"
    for number, effect in enumerate(action.effects):
        for fields, known, what in (
            (INDUSTRIES, industries, "industry"),
            (ECONOMIES, economies, "economy"),
        ):
            for field in fields:
                for code in getattr(effect, field, ()):
                    held = what == "economy" and is_coalition_code(code)
                    if not held and code not in (ALL, *known):
                        said = f"effects.{number}.{field}: the table has no {what} '{code}'"
                        yield InputProblem(said, where, nearest(code, known, what))
