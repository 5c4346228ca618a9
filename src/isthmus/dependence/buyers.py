"""Many importers side by side: economies by one pass over the rows, coalitions one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.codes import Party, PartySpec, resolve
from isthmus.dependence.geopolitics import Assumption, Distances, distances
from isthmus.dependence.ledger import ledger_of
from isthmus.dependence.measures import ExportBase, ShareBase, indicators_of, own_use
from isthmus.dependence.parties import member_mask
from isthmus.dependence.trade import Trade
from isthmus.errors import DataMissing
from isthmus.evidence import Kind, Table
from isthmus.kernels.arrays import Array, Ints, Mask
from isthmus.kernels.concentration import ratio
from isthmus.kernels.screening import BorderFlows, every_importer
from isthmus.world import World


@dataclass(frozen=True)
class Buyers:
    """Who imports: B parties, as rows of arrays that hold n economies and then C coalitions.

    Parameters
    ----------
    parties : tuple of Party
        In the order of the answer.
    named : int
        How many of them were asked for as importers; the rest are coalitions beside them.
    coalitions : tuple of Party
        Those of them that buy as one.
    insides : bool array, shape (C, n)
        Their members.
    rows : int array, shape (B,)
        Where each party stands.
    """

    parties: tuple[Party, ...]
    named: int
    coalitions: tuple[Party, ...]
    insides: Mask
    rows: Ints

    @classmethod
    def of(
        cls, trade: Trade, importers: Sequence[PartySpec] | None, coalitions: Sequence[PartySpec]
    ) -> Buyers:
        """Return the parties asked for; every economy of the data where none is.

        Raises
        ------
        CodeUnknown
            For a party that the data do not hold.
        """
        known = trade.economies
        asked = [Party(e, (e,)) for e in known]
        if importers is not None:
            asked = [resolve(spec, known=known) for spec in importers]
        added = [resolve(spec, known=known) for spec in coalitions]
        parties = {party.code: party for party in (*asked, *added)}
        together = tuple(p for p in parties.values() if p.is_coalition)
        place = {code: row for row, code in enumerate(known)}
        place |= {party.code: len(known) + row for row, party in enumerate(together)}
        rows = [place[p.code if p.is_coalition else p.members[0]] for p in parties.values()]
        insides = [member_mask(party, known) for party in together]
        return cls(
            tuple(parties.values()),
            len({party.code for party in asked}),
            together,
            np.array(insides, dtype=bool).reshape(-1, len(known)),
            np.array(rows, dtype=np.int64),
        )

    def notes(self, economies: Sequence[str]) -> tuple[str, ...]:
        """Return what a reader must know of the coalitions' members."""
        said = [note for party in self.coalitions for note in party.notes(economies)]
        return tuple(dict.fromkeys(said))


@dataclass(frozen=True)
class Near:
    """Geopolitical distance of every buyer from every economy.

    Parameters
    ----------
    matrix : array, shape (n + C, n)
        g of importer and origin; NaN where the importer has none.
    source : str
        As in `Distances`.
    without : tuple of str
        Importers without a distance.
    held : tuple of Distances
        Those of the importers that have one.
    """

    matrix: Array
    source: str
    without: tuple[str, ...]
    held: tuple[Distances, ...]

    @classmethod
    def of(
        cls,
        world: World,
        trade: Trade,
        buyers: Buyers,
        spec: Mapping[str, float] | str | None,
        year: int,
    ) -> Near | None:
        """Return the distances, None where none are asked for; arguments as in `distances`."""
        if spec is None:
            return None
        matrix = np.full(
            (len(trade.economies) + len(buyers.coalitions), len(trade.economies)), np.nan
        )
        without, held = [], []
        for row, party in zip(buyers.rows, buyers.parties, strict=True):
            try:
                found = distances(world, party, trade.economies, spec, year=year)
            except DataMissing:
                without.append(party.code)
                continue
            if found is not None:
                matrix[row] = found.vector
                held.append(found)
        source = held[0].source if held else str(spec)
        return cls(matrix, source, tuple(without), tuple(held))

    @property
    def datasets(self) -> list[str]:
        """Keys of the data sets used."""
        return sorted({key for one in self.held for key in one.datasets})

    @property
    def kind(self) -> Kind:
        """Weakest kind of the distances."""
        return Kind.weakest([one.kind for one in self.held]) if self.held else Kind.ASSUMED

    def table(self) -> Table:
        """Return the entries that are assumed for any importer, each with its reason."""
        assumed: dict[str, Assumption] = {}
        for one in self.held:
            assumed |= one.assumptions
        whole = Distances((), np.zeros(0), self.source, assumed, tuple(self.datasets))
        return whole.table()


def values_of(
    trade: Trade,
    buyers: Buyers,
    flows: BorderFlows,
    *,
    exports: ExportBase = "total",
    share_base: ShareBase = "imports",
    near: Near | None = None,
    domestic: Array | None = None,
) -> tuple[dict[str, Array], Ints]:
    """Return the indicators of every buyer in a year.

    Parameters
    ----------
    trade : Trade
        What the world holds.
    buyers : Buyers
        Who imports.
    flows : BorderFlows
        Rows of a year.
    exports, share_base
        As in `indicators_of`.
    near : Near, optional
        Gives `ghhi`.
    domestic : array, shape (n, K), optional
        Sales at home in this year.

    Returns
    -------
    values : dict of str to array, shape (B, K)
        By key of the indicator.
    top : int array, shape (B, K)
        Position of the largest origin from outside; -1 where nothing is imported.
    """
    n = len(trade.economies)
    each = every_importer(flows, None if near is None else near.matrix[:n])
    used = each.imports + own_use(domestic, share_base)
    parts = {
        "external_imports": [each.imports],
        "hhi": [each.hhi],
        "top_share": [each.top_share],
        "external_share": [ratio(each.imports, used)],
        "imports_to_exports": [ratio(each.imports, each.exports)],
        "world_hhi": [each.world_hhi],
    }
    if each.ghhi is not None:
        parts["ghhi"] = [each.ghhi]
    tops = [each.top]
    for row, party in enumerate(buyers.coalitions, start=n):
        book = ledger_of(trade, party, {0: flows}, {0: domestic})
        g = None if near is None or np.isnan(near.matrix[row]).any() else near.matrix[row]
        found = indicators_of(book, exports=exports, share_base=share_base, distance=g)
        for name, rows in parts.items():
            rows.append(found.get(name, np.full((1, len(trade.items)), np.nan)))
        bought = book.external_imports[0]
        tops.append(np.where(bought.any(axis=0), bought.argmax(axis=0), -1)[None])
    stacked = {name: np.concatenate(rows)[buyers.rows] for name, rows in parts.items()}
    return stacked, np.concatenate(tops)[buyers.rows]
