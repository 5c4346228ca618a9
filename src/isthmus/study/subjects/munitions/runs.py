"""Runs of the lines of shells, missiles and drones that the page and its measures share."""

from __future__ import annotations

from isthmus.evidence import Result
from isthmus.production import load_bill, remedies, run
from isthmus.production.events import SupplyStop
from isthmus.study.context import Context

OUTPUT = "defence_output"
"""Statements on output and capacity, which stand beside what the lines give."""

FAMILIES = ("shell-155", "interceptor", "small-drone")
"""Families with quantities; each stands for lines of one kind wherever they run."""

DAYS = 728
SURGE = 2.0
DRAWS = 100
FEW = 50
"""Draws of the comparison of remedies, which runs a line once for each."""

STOP_DAY, STOP_DAYS = 28, 180


def origin(family: str) -> str:
    """Return how a finding names a shipped line: each of its numbers has an origin of its own."""
    return f"production line {family}"


def surged(context: Context, family: str, surge: float) -> Result:
    """Return a family under a surge of demand, run once."""
    key = ("munitions", family, surge)
    return context.memo(key, lambda: run(None, boms=[family], surge=surge, days=DAYS, draws=DRAWS))


def bought(context: Context, family: str, surge: float) -> Result:
    """Return a family with every remedy in force from the first day, run once."""
    every = [act.name for act in load_bill(family).remedies]
    key = ("munitions", family, surge, "remedies")
    return context.memo(
        key,
        lambda: run(None, boms=[family], surge=surge, days=DAYS, draws=DRAWS, remedies=every),
    )


def compared(context: Context, family: str, surge: float) -> Result:
    """Return what each remedy buys by when, run once."""
    key = ("munitions", family, surge, "compared")
    return context.memo(
        key, lambda: remedies(None, boms=[family], surge=surge, days=DAYS, draws=FEW)
    )


def _code(party: str) -> str:
    return party.partition("@")[0]


def suppliers_in(family: str, party: str) -> tuple[str, ...]:
    """Return the items of a family whose suppliers a stop in a party hits.

    What is held for a coalition as one counts for the coalition, not for each of its members.
    """
    stop = SupplyStop(_code(party))
    return tuple(
        sorted({s.item for s in load_bill(family).suppliers if stop.hits(s.name, s.economy)})
    )


def stopped(context: Context, family: str, party: str) -> Result:
    """Return a family when all suppliers in a party stop for half a year, run once."""
    word = f"{_code(party)}@{STOP_DAY}+{STOP_DAYS}"
    key = ("munitions", family, "stop", party)
    return context.memo(key, lambda: run(None, boms=[family], stops=[word], days=DAYS, draws=DRAWS))
