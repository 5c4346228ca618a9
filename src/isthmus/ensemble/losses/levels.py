"""How far something is done beforehand: levels at which the loss of a hazard is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from isthmus.disruption.family import settings_of_draw
from isthmus.disruption.measures import (
    Easing,
    Relief,
    Reserve,
    eased_need,
    made,
    measure_problems,
    plain,
)
from isthmus.disruption.settings import Precision, Settings
from isthmus.disruption.shocks import Places
from isthmus.errors import InputProblem, raise_all
from isthmus.scenario.base import ALL

AS_TODAY = "as today"
KINDS: Mapping[str, Any] = {"reserves": Reserve, "reliefs": Relief, "easings": Easing}


@dataclass(frozen=True)
class Level:
    """What is done beforehand, under a name; nothing by default.

    Parameters
    ----------
    name : str
        Name in tables, unique in a question.
    reserves : tuple of Reserve
        Stocks above what industries hold of themselves.
    reliefs : tuple of Relief
        What arrives all the same of what is stopped, and who turns elsewhere when.
    easings : tuple of Easing
        Needs that are smaller.
    """

    name: str = AS_TODAY
    reserves: tuple[Reserve, ...] = ()
    reliefs: tuple[Relief, ...] = ()
    easings: tuple[Easing, ...] = ()

    def __post_init__(self) -> None:
        for field, kind in KINDS.items():
            given = tuple(made(kind, one) for one in getattr(self, field))
            object.__setattr__(self, field, given)

    def plus(self, other: Level, name: str) -> Level:
        """Return both together, as a level of its own."""
        both = {field: (*getattr(self, field), *getattr(other, field)) for field in KINDS}
        return Level(name, **both)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON; what is empty is left out."""
        some = {field: [plain(v) for v in getattr(self, field)] for field in KINDS}
        return {"name": self.name, **{field: v for field, v in some.items() if v}}

    def content(self) -> dict[str, Any]:
        """Return what is done, without the name."""
        return {key: value for key, value in self.to_dict().items() if key != "name"}

    def settings(
        self, values: Mapping[str, float], places: Places, precision: Precision
    ) -> Settings:
        """Return the engine's parameters for one draw of the family at this level."""
        drawn = settings_of_draw(values, places.industries, precision=precision)
        need = eased_need(drawn.need, self.easings, places) if self.easings else drawn.need
        return replace(drawn, reserves=self.reserves, reliefs=self.reliefs, need=need)


def check_levels(levels: Sequence[Level], industries: Sequence[str]) -> None:
    """Raise unless levels have different names and make sense for a table.

    Raises
    ------
    BadInput
        With every problem found.
    """
    names = [level.name for level in levels]
    problems = [
        InputProblem("stands twice", where=f"levels.{name}")
        for name in sorted({n for n in names if names.count(n) > 1})
    ]
    if not levels:
        problems.append(InputProblem("there is none", where="levels"))
    for level in levels:
        for field in KINDS:
            place = f"levels.{level.name}.{field}"
            problems += measure_problems(place, getattr(level, field), industries)
    raise_all("levels of a loss", problems)


def held_levels(
    inputs: Sequence[str], days: Sequence[float], *, economies: Sequence[str] = (ALL,)
) -> tuple[Level, ...]:
    """Return levels that differ in days of some inputs held beyond what firms hold today.

    A share of units that fits is a smaller number of days: 90 of which a third fits are 30.
    """
    return tuple(
        Level(
            f"{more:g} more days{_in(economies)}" if more else AS_TODAY,
            reserves=(Reserve(tuple(inputs), float(more), economies=tuple(economies)),)
            if more
            else (),
        )
        for more in days
    )


def _in(economies: Sequence[str]) -> str:
    return "" if tuple(economies) == (ALL,) else f" in {', '.join(economies)}"


def delivered_levels(
    inputs: Sequence[str], shares: Sequence[float], *, economies: Sequence[str]
) -> tuple[Level, ...]:
    """Return levels that differ in the share of stopped deliveries that arrives all the same."""
    return tuple(
        Level(
            f"{share:.0%} delivered{_in(economies)}" if share else AS_TODAY,
            reliefs=(Relief(tuple(inputs), tuple(economies), float(share)),) if share else (),
        )
        for share in shares
    )
