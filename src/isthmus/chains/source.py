"""What every function of this room starts from: a table, its parties, its provenance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus import codes
from isthmus.errors import CodeUnknown
from isthmus.evidence import Provenance
from isthmus.world import World
from isthmus.world.mrio import MRIO

Positions = NDArray[np.intp]
YEAR = 2022

BALDWIN = (
    "Baldwin, R., Freeman, R., Theodorakopoulos, A. (2022). Horses for Courses: Measuring Foreign "
    "Supply Chain Exposure. NBER Working Paper 30525"
)
BORIN_MANCINI = (
    "Borin, A., Mancini, M. (2019). Measuring What Matters in Global Value Chains and Value-Added "
    "Trade. World Bank Policy Research Working Paper 8804"
)
EXTRACTION = (
    "Los, B., Timmer, M. P., de Vries, G. J. (2016). Tracing Value-Added and Double Counting in "
    "Gross Exports: Comment. American Economic Review 106(7), 1958-1966"
)
POSITION = (
    "Antras, P., Chor, D., Fally, T., Hillberry, R. (2012). Measuring the Upstreamness of "
    "Production and Trade Flows. American Economic Review 102(3), 412-416"
)
DEMAND = (
    "Johnson, R. C., Noguera, G. (2012). Accounting for Intermediates: Production Sharing and "
    "Trade in Value Added. Journal of International Economics 86(2), 224-236"
)


@dataclass(frozen=True, slots=True)
class Party:
    """One economy or coalition, as positions in a table.

    Parameters
    ----------
    label : str
        As the user wrote it.
    positions : (m,) array
        Positions of its economies in the table.
    absent : tuple of str
        Members that the table does not list; they are inside its rest of the world.
    """

    label: str
    positions: Positions
    absent: tuple[str, ...] = ()
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A table with the world it came from.

    Parameters
    ----------
    table : MRIO
        The table.
    world : World or None
        The world, when the table was taken from one.
    """

    table: MRIO
    world: World | None = None

    def provenance(self, lens: str, parameters: Mapping[str, Any]) -> Provenance:
        """Return how a result was made."""
        if self.world is None:
            return Provenance(lens, parameters, "table", "")
        keys = [key for key in self.table.datasets if key in self.world]
        hashes = {key: self.world.record(key).content_sha256 for key in keys}
        about = self.world.reference, self.world.content_hash
        return Provenance(lens, parameters, *about, hashes)


def source(of: World | MRIO, *, year: int = YEAR, chips: bool = False) -> Source:
    """Return the table of `year` of a world, with or without chip detail, or the table given."""
    return Source(of) if isinstance(of, MRIO) else Source(of.mrio(year, chips=chips), of)


def party(table: MRIO, name: str) -> Party:
    """Return an economy or coalition of a table; coalitions are taken at the end of its year.

    Raises
    ------
    CodeUnknown
        When the name is unknown, or none of its members is in the table.
    """
    if name in table.economies:
        return Party(name, table.labels.economy_positions(name))
    on = f"{table.year}-12-31" if table.year else None
    label, members = codes.parse_parties(name, on=on)
    inside = [m for m in members if m in table.economies]
    if not inside:
        raise CodeUnknown(f"{name!r} has no member in this table", hint=_absent(members, table))
    absent = tuple(m for m in members if m not in table.economies)
    return Party(label, table.labels.economy_positions(inside), absent, _rest(table))


def _rest(table: MRIO) -> str:
    """Return the label of the rest of the world in a table; empty where it has none."""
    return next((e for e in table.economies if codes.economy_of(e) == "ROW"), "")


def _absent(members: Iterable[str], table: MRIO) -> str:
    """Return where members that the table does not list are to be found."""
    known = table.economies
    if found := codes.held_otherwise(members, known):
        return found
    if rest := _rest(table):
        return f"its members are inside {rest}, the rest of the world"
    return f"the table has no rest of the world; it lists {', '.join(known[:12])}"


def parties(table: MRIO, names: str | Iterable[str] | None) -> list[Party]:
    """Return the named parties, or every economy of the table for None."""
    if names is None:
        return [Party(e, np.array([i])) for i, e in enumerate(table.economies)]
    return [party(table, name) for name in ([names] if isinstance(names, str) else names)]


def notes(listed: Iterable[Party]) -> tuple[str, ...]:
    """Return what has to be said about members that the table does not list."""
    return tuple(
        f"{p.label}: {', '.join(p.absent)} not in the table"
        + (f" (inside {p.rest})" if p.rest else "")
        for p in listed
        if p.absent
    )
