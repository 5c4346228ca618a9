"""The lens: where a firm's spend goes, directly and through its suppliers' suppliers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from isthmus.evidence import Column, Kind, Result, Table, provenance
from isthmus.evidence.frames import of_rows
from isthmus.evidence.lens import lens
from isthmus.kernels.concentration import hhi
from isthmus.suppliers.firm import EXAMPLE, LINES, SUPPLIERS, Firm, firm_of
from isthmus.suppliers.places import PlacedDeliveries, placed
from isthmus.world.mrio import MRIO

CITATIONS = (
    "Hirschman, A. O. (1945). National Power and the Structure of Foreign Trade.",
    "Baldwin, R., Freeman, R., Theodorakopoulos, A. (2022). Horses for Courses: Measuring Foreign "
    "Supply Chain Exposure. NBER Working Paper 30525.",
)
TYPICAL = (
    "look-through takes each supplier for a typical firm of its industry and economy: modelled, "
    "where face value is the firm's own record"
)


@lens("suppliers.exposure", {"suppliers": EXAMPLE})
def exposure(
    world: Any,
    *,
    suppliers: str = SUPPLIERS,
    lines: str = LINES,
    year: int | None = None,
) -> Result:
    """Return exposure by economy, product, stage and item, with concentration.

    Face value is the share of the spend. Look-through is the share of an economy in all output that
    the deliveries need, theirs included: ``sum_{i in r} (L z)_i / sum_i (L z)_i`` with the spend z
    placed at the suppliers' industries in the world's inter-economy table.

    Parameters
    ----------
    world : World
        Opened with the list of suppliers (``starter+suppliers``).
    suppliers, lines : str
        Keys of the list and of the product lines; ``example`` for made-up ones.
    year : int, optional
        Year of the inter-economy table; the last one when None.

    Returns
    -------
    Result
        Tables ``economies``, ``products``, ``stages``, ``items``, ``concentration``.

    Raises
    ------
    DataMissing, BadInput
        When there is no list, or its rows contradict each other.

    References
    ----------
    Hirschman 1945; Baldwin, Freeman and Theodorakopoulos 2022.
    """
    firm = firm_of(world, suppliers, lines)
    table = world.mrio(year)
    at = placed(firm.rows, table)
    used = tuple(dict.fromkeys((*firm.datasets, *table.datasets)))
    made = [
        _economies(firm, table, at),
        _grouped(firm, "product", "products", "product as in the list; none: not given"),
        _grouped(firm, "stage", "stages", "stage as in the list; none: not given"),
        _items(firm),
        _concentration(firm),
    ]
    words = {"suppliers": suppliers, "lines": lines, "year": table.year}
    about = provenance(world, "suppliers.exposure", used, words)
    return Result({t.name: t for t in made}, about, CITATIONS)


def _economies(firm: Firm, table: MRIO, at: PlacedDeliveries) -> Table:
    spend = firm.rows.group_by("economy", maintain_order=True).agg(
        pl.col("spend").sum(), pl.col("item").n_unique().alias("items")
    )
    face = {e: (s, float(n)) for e, s, n in spend.iter_rows()}
    through = _through(firm, table, at)
    total = sum(s for s, _ in face.values())
    names = sorted({*face, *(e for e, share in through.items() if share >= _LEAST)})
    rows = []
    for name in names:
        amount, items = face.get(name, (0.0, 0.0))
        share, seen = amount / total, through.get(name, 0.0)
        rows.append((name, amount, share, seen, seen - share, items))
    rows.sort(key=lambda row: (-max(row[2], row[3]), row[0]))
    columns = (
        Column("economy", "dimension", text="economy"),
        Column("spend", "value", "million USD", "spend on deliveries from it, a year"),
        Column("face_value", "value", "share", "of the spend"),
        Column("look_through", "value", "share", "of all output that the deliveries need"),
        Column("hidden", "value", "share", "look-through less face value"),
        Column("items", "value", "count", "items delivered from it"),
    )
    kind = Kind.weakest([firm.kind, Kind.MODELLED, table.kind])
    notes = (*firm.notes, *at.notes, TYPICAL, f"economies below {_LEAST:.1%} of both left out")
    used = (*firm.datasets, *table.datasets)
    text = "exposure of the firm by economy"
    made = of_rows("economies", rows, columns, text, kind=kind, datasets=used, notes=notes)
    return replace(made, years=tuple(sorted({*firm.years, table.year})))


_LEAST = 0.005


def _through(firm: Firm, table: MRIO, at: PlacedDeliveries) -> dict[str, float]:
    """Return the share of each economy in the output that the deliveries need."""
    known = at.known
    spend = firm.rows["spend"].to_numpy()[known]
    demand = np.zeros((len(table.economies), len(table.industries)))
    np.add.at(demand, at.economy[known], spend[:, None] * at.weight[known])
    needed = table.solve(demand.reshape(-1)).X.reshape(demand.shape).sum(axis=1)
    whole = float(needed.sum())
    if whole <= 0:
        return {}
    return dict(zip(table.economies, (needed / whole).tolist(), strict=True))


def _grouped(firm: Firm, by: str, name: str, text: str) -> Table:
    """Return spend, its first economy and concentration by a column of the list."""
    rows = []
    whole = float(firm.rows["spend"].sum())
    for key, part in firm.rows.group_by(by, maintain_order=True):
        economy, share, index = _first(part, "economy")
        amount = float(part["spend"].sum())
        count = float(part["supplier"].n_unique())
        rows.append((key[0], economy, amount, amount / whole, count, share, index))
    rows.sort(key=lambda row: (-row[2], str(row[0])))
    columns = (
        Column(by, "dimension", text=text),
        Column("first_economy", "attribute", text="economy with the largest part"),
        Column("spend", "value", "million USD", "spend, a year"),
        Column("share", "value", "share", "of the whole spend"),
        Column("suppliers", "value", "count", "suppliers"),
        Column("first_share", "value", "share", "part of the first economy"),
        Column("hhi", "value", "1", "Herfindahl-Hirschman index over economies"),
    )
    rows = [(row[0] or "none", *row[1:]) for row in rows]
    return _own(firm, name, rows, columns, f"spend and concentration by {by}")


def _first(part: pl.DataFrame, by: str) -> tuple[str, float, float]:
    """Return the largest of a column by spend, its share, and the index over all of them."""
    sums = (
        part.group_by(by, maintain_order=True)
        .agg(pl.col("spend").sum())
        .sort(["spend", by], descending=[True, False])
    )
    values = sums["spend"].to_numpy()
    total = float(values.sum())
    share = float(values[0]) / total if total > 0 else 0.0
    return str(sums[by][0]), share, float(hhi(values[:, None])[0])


def _items(firm: Firm) -> Table:
    rows = []
    for key, part in firm.rows.group_by("line", "item", maintain_order=True):
        supplier, share, index = _first(part, "supplier")
        _, of_economy, over = _first(part, "economy")
        single = "yes" if part["supplier"].n_unique() == 1 else "no"
        amount = float(part["spend"].sum())
        count = float(part["supplier"].n_unique())
        rows.append((*key, supplier, single, amount, count, share, index, of_economy, over))
    rows.sort(key=lambda row: (-row[4], row[0], row[1]))
    columns = (
        Column("line", "dimension", text="product line; all: every line"),
        Column("item", "dimension", text="what is bought"),
        Column("first_supplier", "attribute", text="supplier with the largest part"),
        Column("single", "attribute", text="whether it has one supplier only"),
        Column("spend", "value", "million USD", "spend, a year"),
        Column("suppliers", "value", "count", "suppliers"),
        Column("first_share", "value", "share", "part of the first supplier"),
        Column("hhi", "value", "1", "Herfindahl-Hirschman index over suppliers"),
        Column("economy_share", "value", "share", "part of the first economy"),
        Column("hhi_economies", "value", "1", "the index over economies"),
    )
    return _own(firm, "items", rows, columns, "concentration by item")


def _concentration(firm: Firm) -> Table:
    economy, share, over = _first(firm.rows, "economy")
    supplier, part, among = _first(firm.rows, "supplier")
    sources = pl.col("supplier").n_unique().over("line", "item")
    single = firm.rows.filter(sources == 1)
    alone = float(single["spend"].sum()) / float(firm.rows["spend"].sum())
    rows = [
        ("economies", economy, share, over),
        ("suppliers", supplier, part, among),
        ("items with one supplier", "", alone, None),
    ]
    columns = (
        Column("over", "dimension", text="over what"),
        Column("first", "attribute", text="the largest"),
        Column("share", "value", "share", "its part of the spend; of single items, their part"),
        Column("hhi", "value", "1", "Herfindahl-Hirschman index"),
    )
    return _own(firm, "concentration", rows, columns, "concentration of the whole spend")


def _own(
    firm: Firm, name: str, rows: Sequence[tuple[Any, ...]], columns: Sequence[Column], text: str
) -> Table:
    """Return a table that rests on the firm's list alone."""
    made = of_rows(name, rows, columns, text, kind=firm.kind, datasets=firm.datasets)
    return replace(made, notes=firm.notes, years=firm.years)
