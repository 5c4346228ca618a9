"""A network of firms, or of economy x product nodes, with labels and the kernel's arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Kind, Origin
from isthmus.kernels.arrays import Array, Ints
from isthmus.kernels.cascade import Kinds, Supply, link_kinds, supply_network
from isthmus.runtime import canonical_hash

KIND_NAMES = {2: "essential", 1: "non_essential", 0: "negligible"}


@dataclass(frozen=True)
class SupplyNetwork:
    """Firms and the sales between them.

    Parameters
    ----------
    firms : polars.DataFrame
        Columns ``firm``, ``economy``, ``sector``, ``output`` (weight in the index, in the unit
        of the links), and any further attributes, one row per firm.
    supplier, customer : ndarray of int64, shape (l,)
        Rows of the two ends of each link.
    weight : ndarray of float64, shape (l,)
        Sales over the link.
    link_kind : ndarray of int8, shape (l,)
        2 essential, 1 non-essential, 0 negligible.
    sectors : tuple of str
        Sector codes, sorted.
    unit : str
        Unit of the links.
    kind : Kind
        What the numbers of the network are; ``assumed`` for synthetic ones.
    datasets : tuple of str
        Keys of the data sets it was made from.
    notes : tuple of str
        What a reader should know: parts, firms without sales, links that were joined.
    revenue, costs : ndarray of float64, shape (n,), optional
        Reported totals that replace the sums over links in upstream and downstream shares.
    source : Origin, optional
        The world that it was made from, where it was.
    years : tuple of int
        Years of the data, where they are known.
    """

    firms: pl.DataFrame
    supplier: Ints
    customer: Ints
    weight: Array
    link_kind: Kinds
    sectors: tuple[str, ...]
    unit: str = "million USD"
    kind: Kind = Kind.MEASURED
    datasets: tuple[str, ...] = ()
    notes: tuple[str, ...] = field(default=())
    revenue: Array | None = None
    costs: Array | None = None
    source: Origin | None = None
    years: tuple[int, ...] = ()

    @property
    def n(self) -> int:
        """Number of firms."""
        return self.firms.height

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the labels and numbers."""
        digest = hashlib.sha256()
        for part in (self.supplier, self.customer, self.weight, self.link_kind):
            digest.update(np.ascontiguousarray(part).tobytes())
        digest.update(canonical_hash([self.ids, self.economy, self.sector_name]).encode())
        digest.update(self.output.tobytes())
        return digest.hexdigest()

    @property
    def size_text(self) -> str:
        """How many firms and links it has, in words."""
        return f"{self.n} firms, {len(self.weight)} links"

    @property
    def origin(self) -> Origin:
        """Where the numbers came from: a world, or the network itself by its content."""
        return self.source or Origin.own(self.size_text, self.content_hash, self.datasets)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Firm ids in the order of the rows."""
        return tuple(self.firms["firm"].to_list())

    @cached_property
    def row_of(self) -> dict[str, int]:
        """Row of each firm id."""
        return {firm: row for row, firm in enumerate(self.ids)}

    @cached_property
    def economy(self) -> tuple[str, ...]:
        """Economy of each firm."""
        return tuple(self.firms["economy"].to_list())

    @cached_property
    def sector_name(self) -> tuple[str, ...]:
        """Sector code of each firm."""
        return tuple(self.firms["sector"].to_list())

    @cached_property
    def sector(self) -> Ints:
        """Sector of each firm as its place in `sectors`."""
        return places(self.sector_name, self.sectors)

    @cached_property
    def output(self) -> Array:
        """Weight of each firm in the index."""
        return self.firms["output"].to_numpy().astype(np.float64)

    def supply(self, replaceability: str = "none") -> Supply:
        """Return the kernel's arrays.

        Parameters
        ----------
        replaceability : str
            ``"none"``, or the column of `firms` that names the market in which a firm can be
            replaced by its competitors (``"sector"`` in the published method).

        Raises
        ------
        BadInput
            When there is no such column.
        """
        market = None
        if replaceability != "none":
            if replaceability not in self.firms.columns:
                known = ", ".join(self.firms.columns)
                problem = InputProblem(
                    f"no column '{replaceability}'", "replaceability", f"firms have: {known}"
                )
                raise_all("the market of the firms is not known", [problem])
            names = self.firms[replaceability].cast(pl.String).fill_null("").to_numpy()
            market = np.unique(names.astype(str), return_inverse=True)[1].astype(np.int64)
        return supply_network(
            self.supplier,
            self.customer,
            self.weight,
            sector=self.sector,
            kind=self.link_kind,
            market=market,
            revenue=self.revenue,
            costs=self.costs,
        )

    def links(self) -> pl.DataFrame:
        """Return the links with labels: supplier, customer, value, type."""
        ids = np.asarray(self.ids, dtype=object)
        names = np.array([KIND_NAMES[k] for k in range(3)], dtype=object)
        return pl.DataFrame(
            {
                "supplier": ids[self.supplier].tolist(),
                "customer": ids[self.customer].tolist(),
                "value": self.weight,
                "type": names[self.link_kind].tolist(),
            },
            schema_overrides=dict.fromkeys(("supplier", "customer", "type"), pl.String),
        )


def places(values: Sequence[str], names: Sequence[str]) -> Ints:
    """Return the place of each value among the names."""
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[value] for value in values], np.int64)


def kinds_from_table(
    table: pl.DataFrame | None,
    supplier: Ints,
    customer: Ints,
    sector: Ints,
    sectors: tuple[str, ...],
) -> Kinds:
    """Return the kind of each link from a long table of sector pairs; no table: all essential.

    Parameters
    ----------
    table : polars.DataFrame or None
        Columns ``supplying_sector``, ``using_sector``, ``type`` (2, 1, 0 or their names). Pairs
        of sectors that trade must be present.

    Raises
    ------
    BadInput
        With every sector pair that has links and no type, and every unknown type.
    """
    if table is None:
        return np.full(len(supplier), 2, np.int8)
    codes = {str(code): code for code in KIND_NAMES} | {v: k for k, v in KIND_NAMES.items()}
    place = {name: number for number, name in enumerate(sectors)}
    matrix = np.full((len(sectors), len(sectors)), -1, np.int8)
    problems = []
    rows = table.select("supplying_sector", "using_sector", "type").rows()
    for line, (k, l, kind) in enumerate(rows, 2):
        text = str(kind).strip()
        if text not in codes:
            hint = "use 2 essential, 1 non_essential or 0 negligible"
            problems.append(InputProblem(f"type '{kind}'", f"line {line}", hint))
        elif k in place and l in place:
            matrix[place[k], place[l]] = codes[text]
    kinds = link_kinds(supplier, customer, sector, matrix)
    missing = np.unique(np.stack((sector[supplier], sector[customer]))[:, kinds < 0], axis=1)
    for k, l in missing.T[:20]:
        count = int(((sector[supplier] == k) & (sector[customer] == l)).sum())
        pair = f"{sectors[k]} -> {sectors[l]}"
        problems.append(InputProblem(f"{count} links without a type for their sectors", pair))
    if missing.shape[1] > 20:
        problems.append(InputProblem(f"{missing.shape[1] - 20} more sector pairs without a type"))
    raise_all("the types of inputs cannot be read", problems)
    return kinds
