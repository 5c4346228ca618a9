"""What every function of this room starts from: the parties of a table, and whom it cites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus import codes
from isthmus.codes import Coalition, Party, PartySpec, resolve
from isthmus.evidence import Column, Result, Table, provenance
from isthmus.evidence.frames import framed, of_years
from isthmus.kernels.arrays import Mask
from isthmus.world.mrio import MRIO

Positions = NDArray[np.intp]

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
class PlacedParty:
    """A party with its place in a table.

    Parameters
    ----------
    party : Party
        An economy or coalition.
    positions : (m,) array
        Positions of its economies in the table.
    absent : tuple of str
        Members that the table does not list; they are inside its rest of the world.
    """

    party: Party
    positions: Positions
    absent: tuple[str, ...] = ()
    rest: str = ""

    @property
    def label(self) -> str:
        """The party as it was written."""
        return self.party.code


def party(table: MRIO, spec: PartySpec) -> PlacedParty:
    """Return an economy or coalition of a table.

    Raises
    ------
    CodeUnknown
        When a code is unknown, or none of its economies is in the table.
    """
    found = resolve(spec, known=table.economies, hint=_rest_hint(table))
    inside = found.listed(table.economies)
    absent = found.absent(table.economies)
    return PlacedParty(found, table.labels.economy_positions(inside), absent, _rest(table))


def mask(size: int, positions: Positions) -> Mask:
    """Return which of `size` places are among `positions`, (size,)."""
    out = np.zeros(size, bool)
    out[positions] = True
    return out


def _rest(table: MRIO) -> str:
    """Return the label of the rest of the world in a table; empty where it has none."""
    return next((e for e in table.economies if codes.economy_of(e) == "ROW"), "")


def _rest_hint(table: MRIO) -> str:
    """Return where economies that the table does not list are to be found."""
    if rest := _rest(table):
        return f"what it lists no row for is inside {rest}"
    return f"the table has no rest of the world; it lists {', '.join(table.economies[:12])}"


def parties(table: MRIO, specs: PartySpec | Iterable[PartySpec] | None) -> list[PlacedParty]:
    """Return the parties that were named, or every economy of the table for None."""
    if specs is None:
        return [PlacedParty(Party(e, (e,)), np.array([i])) for i, e in enumerate(table.economies)]
    listed = [specs] if isinstance(specs, str | Party | Coalition) else list(specs)
    return [party(table, spec) for spec in listed]


def specs(listed: Iterable[PlacedParty], asked: object) -> list[str] | None:
    """Return parties as the provenance names them; None where none was asked for."""
    return None if asked is None else [placed.party.spec for placed in listed]


def rows_table(
    table: MRIO,
    name: str,
    rows: Sequence[tuple[Any, ...]],
    columns: tuple[Column, ...],
    text: str,
    listed: Iterable[PlacedParty],
) -> Table:
    """Return rows about parties of a table, with what has to be said about these."""
    frame = framed(rows, columns)
    return Table(name, frame, columns, table.kind, table.datasets, text, notes(listed))


def answer(
    table: MRIO,
    name: str,
    tables: Iterable[Table],
    given: Mapping[str, Any],
    *citations: str,
    chips: bool,
    scenario: str = "",
) -> Result:
    """Return the result of a lens of this room on a table, which is known by year and chips."""
    about = {**given, "year": table.year, "chips": chips}
    made = provenance(table.origin, f"chains.{name}", table.datasets, about, scenario=scenario)
    return Result(of_years(tables, [table.year], unit=table.unit), made, citations)


def notes(listed: Iterable[PlacedParty]) -> tuple[str, ...]:
    """Return what has to be said about the days of members, and those the table does not list."""
    placed = list(listed)
    days = dict.fromkeys(note for p in placed for note in p.party.day_note)
    gone = (
        f"{p.label}: {', '.join(p.absent)} not in the table"
        + (f" (inside {p.rest})" if p.rest else "")
        for p in placed
        if p.absent
    )
    return (*days, *gone)
