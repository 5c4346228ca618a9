"""The lens: who else sells what a firm buys, and at which unit value, by the world's trade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from isthmus.codes import products
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Column, Kind, Result, provenance
from isthmus.evidence.frames import of_rows
from isthmus.evidence.lens import lens
from isthmus.suppliers.firm import EXAMPLE, LINES, SUPPLIERS, firm_of

NOTES = (
    "a unit value is value over weight of what customs put under one code: other grades and makes "
    "have other prices, and it is no offer; exports of an economy say nothing of free capacity",
    "only economies that do not deliver the item yet, above the least share of world exports",
)
_NAMED = 8
"""Codes of a heading that a note names."""

_ORDER = ("line", "item", "product")


@lens("suppliers.second_sources", {"suppliers": EXAMPLE})
def second_sources(
    world: Any,
    *,
    suppliers: str = SUPPLIERS,
    lines: str = LINES,
    least_share: float = 0.01,
    first: int = 5,
) -> Result:
    """Return the economies that sell an item for least and do not deliver it yet.

    Parameters
    ----------
    world : World
        Opened with the list of suppliers, and with trade by product where there is more than the
        starter world's.
    suppliers, lines : str
        Keys of the list and of the product lines; ``example`` for made-up ones.
    least_share : float
        Share of world exports below which an economy is left out.
    first : int
        Economies for each item.

    Returns
    -------
    Result
        Tables ``sources`` and ``present``.

    Raises
    ------
    DataMissing, BadInput
        When there is no list, its rows contradict each other, or numbers make no sense.

    Notes
    -----
    Unit value: exports in USD over their weight in tonnes, to all importers, in the last year that
    the data set of the product covers in full.
    """
    problems = []
    if not 0.0 <= least_share < 1.0:
        problems.append(InputProblem(f"must be 0 to 1, got {least_share:g}", "least_share"))
    if first < 1:
        problems.append(InputProblem(f"must be 1 or more, got {first}", "first"))
    raise_all("second sources", problems)
    firm = firm_of(world, suppliers, lines)
    named = firm.rows.filter(pl.col("product").is_not_null())
    held: dict[tuple[str, str], set[str]] = {}
    for line, item, economy in firm.rows.select("line", "item", "economy").iter_rows():
        held.setdefault((line, item), set()).add(economy)
    found, present, used, lacking, parts = [], [], set[str](), [], []
    sets = _traded(world, named["product"].unique())
    for (line, item, product), part in named.group_by(_ORDER, maintain_order=True):
        asked = _exports(sets, str(product))
        if asked is None:
            lacking.append(f"{item} ({product})")
            continue
        key, year, exports, inside = asked
        used.add(key)
        parts += _part_of(str(product), inside)
        now = set(part["economy"])
        mean = _unit_value(exports.filter(pl.col("exporter").is_in(now)))
        head = (str(line), str(item), str(product))
        present.append((*head, key, year, mean, ", ".join(sorted(now))))
        others = exports.filter(
            ~pl.col("exporter").is_in(held[line, item])
            & (pl.col("share") >= least_share)
            & pl.col("unit_value").is_not_null()
        ).sort("unit_value", "exporter")
        for economy, value, share, price in (
            others.head(first).select("exporter", "value", "share", "unit_value").iter_rows()
        ):
            ratio = price / mean if mean else None
            found.append((*head, economy, year, value, share, price, ratio))
    notes = [*firm.notes, *NOTES]
    if lacking:
        notes.append(
            f"the world holds no trade of {', '.join(dict.fromkeys(lacking))}: add BACI with "
            "isthmus data add, and open it beside the list"
        )
    notes += dict.fromkeys(parts)
    if without := firm.rows.filter(pl.col("product").is_null())["item"].n_unique():
        notes.append(f"{without} items without a product code are left out")
    keys = tuple(sorted({*firm.datasets, *used}))
    years = {int(row[4]) for row in present}
    read = (world.record(key).kind for key in used)
    kind = Kind.weakest([firm.kind, Kind.ESTIMATED, *read])
    made = (
        of_rows("sources", found, _SOURCES, "cheapest second sources by unit value"),
        of_rows("present", present, _PRESENT, "unit value of where items come from now"),
    )
    tables = tuple(
        replace(t, kind=kind, datasets=keys, notes=tuple(notes), years=tuple(sorted(years)))
        for t in made
    )
    words = {"suppliers": suppliers, "lines": lines, "least_share": least_share, "first": first}
    about = provenance(world, "suppliers.second_sources", keys, words)
    return Result({t.name: t for t in tables}, about, ())


def _part_of(product: str, inside: set[str]) -> list[str]:
    """Return a note where the trade at hand is only part of a heading."""
    whole = [code for code in products() if code.startswith(product)]
    if len(inside) >= len(whole):
        return []
    listed = f": {', '.join(sorted(inside))}" if len(inside) <= _NAMED else ""
    return [f"{product}: trade of {len(inside)} of its {len(whole)} codes alone{listed}"]


def _traded(world: Any, products: pl.Series) -> dict[str, pl.DataFrame]:
    """Return the trade of some codes in the years that each data set of the world covers in full.

    One question for all codes: a large data set is read once.
    """
    if products.is_empty():
        return {}
    code, coverage = pl.col("product").cast(pl.String), pl.col("coverage").cast(pl.String)
    asked = pl.any_horizontal(code.str.starts_with(p) for p in products)
    return {
        key: world.query(key, lambda rows: rows.filter(asked, coverage == "full"))
        for _, key in world.trade_sets()
    }


def _exports(
    sets: Mapping[str, pl.DataFrame], product: str
) -> tuple[str, str, pl.DataFrame, set[str]] | None:
    """Return data set, year, exports by economy and codes of a product, or None for no trade."""
    for key, frame in sets.items():
        whole = frame.filter(pl.col("product").cast(pl.String).str.starts_with(product))
        if whole.is_empty():
            continue
        year = whole["year"].max()
        last = whole.filter(pl.col("year") == year)
        # Sums in the order of the rows: taken in parallel they differ in their last digit.
        sellers = last["exporter"].cast(pl.String)
        place = sellers.rank("dense").to_numpy() - 1
        value, weight = (last[name].fill_null(0.0).to_numpy() for name in ("value", "quantity"))
        weighed = weight > 0
        sums = pl.DataFrame(
            {
                "exporter": sellers.unique().sort(),
                "value": np.bincount(place, value),
                "weighed": np.bincount(place, np.where(weighed, value, 0.0)),
                "quantity": np.bincount(place, np.where(weighed, weight, 0.0)),
            }
        )
        made = sums.with_columns(
            (pl.col("value") / pl.col("value").sum()).alias("share"),
            pl.when(pl.col("quantity") > 0)
            .then(pl.col("weighed") * 1e6 / pl.col("quantity"))
            .alias("unit_value"),
        )
        return key, str(year), made, set(last["product"].cast(pl.String).unique())
    return None


def _unit_value(exports: pl.DataFrame) -> float | None:
    weight = float(exports["quantity"].sum() or 0.0)
    return float(exports["weighed"].sum()) * 1e6 / weight if weight > 0 else None


_HEAD = (
    Column("line", "dimension", text="product line; all: every line"),
    Column("item", "dimension", text="what is bought"),
    Column("product", "dimension", text="code of the HS"),
)
_SOURCES = (
    *_HEAD,
    Column("economy", "dimension", text="economy that sells it and does not deliver yet"),
    Column("year", "attribute", text="year of the trade"),
    Column("exports", "value", "million USD", "exports of the product to the world"),
    Column("share", "value", "share", "of world exports of the product"),
    Column("unit_value", "value", "USD per tonne", "value over weight of these exports"),
    Column("ratio", "value", "1", "over the unit value of where the item comes from now"),
)
_PRESENT = (
    *_HEAD,
    Column("source", "attribute", text="data set of the trade"),
    Column("year", "attribute", text="year of the trade"),
    Column("unit_value", "value", "USD per tonne", "of the economies that deliver now"),
    Column("economies", "attribute", text="economies that deliver now"),
)
