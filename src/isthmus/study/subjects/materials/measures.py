"""Measures of trade in the products of a basket."""

from __future__ import annotations

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding
from isthmus.study.context import Context
from isthmus.study.measures import BASKET, PARTY, measure
from isthmus.study.rests import of_data


def basket_rows(context: Context, basket: str) -> pl.DataFrame:
    """Return the trade in a basket's products, all years, sorted.

    Raises
    ------
    DataMissing
        When the world holds none of the products; the hint says what to add.
    """
    wanted = context.study.baskets[basket]
    key = context.world.trade_key(wanted.nomenclature)
    held = pl.col("product").unique()
    known = context.world.query(key, lambda rows: rows.select(held)).to_series()
    absent = [c for c in wanted.codes if not any(str(k).startswith(c) for k in known)]
    if absent:
        raise DataMissing(
            f"trade in {', '.join(absent)} ({wanted.nomenclature}) is not in this world",
            where=key,
            hint="add BACI with `isthmus data add`",
        )
    matches = pl.any_horizontal(pl.col("product").str.starts_with(c) for c in wanted.codes)
    found = context.world.query(key, lambda rows: rows.filter(matches))
    return found.sort("year", "exporter", "importer", "product")


def has_trade(context: Context, basket: str) -> bool:
    """Return whether the world holds trade in every product of a basket."""
    try:
        basket_rows(context, basket)
    except DataMissing:
        return False
    return True


@measure("materials.import_share", importer=PARTY, exporter=PARTY, basket=BASKET)
def import_share(context: Context, *, importer: str, exporter: str, basket: str) -> Finding:
    """Share of `exporter` in a party's imports of a basket from outside, last year, by value."""
    suppliers = _suppliers(context, importer, basket)
    sellers = context.members(exporter)
    part = suppliers.filter(pl.col("exporter").is_in(sellers))
    return _share(context, importer, exporter, basket, part)


def largest_supplier(context: Context, *, importer: str, basket: str) -> tuple[str, Finding]:
    """Return the economy that supplies most of a basket to a party, and its share.

    Raises
    ------
    DataMissing
        When the party imports nothing of it from outside.
    """
    by = _suppliers(context, importer, basket).group_by("exporter").agg(pl.col("value").sum())
    if by.is_empty():
        raise DataMissing(f"{importer} imports nothing of {basket} from outside")
    exporter = str(by.sort(["value", "exporter"], descending=[True, False])["exporter"][0])
    return exporter, import_share(context, importer=importer, exporter=exporter, basket=basket)


def _suppliers(context: Context, importer: str, basket: str) -> pl.DataFrame:
    """Rows of the last year in which a party buys a basket from outside."""
    rows = basket_rows(context, basket)
    inside = context.members(importer)
    return rows.filter(
        (pl.col("year") == rows["year"].max())
        & pl.col("importer").is_in(inside)
        & ~pl.col("exporter").is_in(inside)
    )


def _share(
    context: Context, importer: str, exporter: str, basket: str, part: pl.DataFrame
) -> Finding:
    whole = float(_suppliers(context, importer, basket)["value"].to_numpy().sum())
    key = context.world.trade_key(context.study.baskets[basket].nomenclature)
    return context.finding(
        f"materials.import_share.{basket}.{exporter}.{importer}",
        float(part["value"].to_numpy().sum()) / whole if whole else None,
        "share",
        **of_data(context, key),
        year=int(str(basket_rows(context, basket)["year"].max())),
        method="materials_import_share",
        caveat="transit_as_origin" if whole else "nothing_imported",
    )
