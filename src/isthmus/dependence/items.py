"""Years and items: what the data of a level hold, and those of it that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import polars as pl

from isthmus.codes import editions_of, nearest, nearest_product, written_out
from isthmus.errors import CodeUnknown, DataMissing
from isthmus.world import World

Level = Literal["industry", "product"]

PRODUCT_EDITION = "HS2017"


def product_set(world: World, items: Sequence[str] | None = None) -> tuple[str, str]:
    """Return edition and key of the data set that answers for products.

    The first of the world's sets that holds all products asked for; the first of all where none
    does, or none is named. Editions are never mixed in one answer: one code means different goods.
    """
    sets = world.trade_sets()
    if not sets:
        world.trade_key(PRODUCT_EDITION)
    if items is None:
        return sets[0]
    holding = (one for one in sets if set(items) <= set(*labels(world, one[1], "product")))
    return next(holding, sets[0])


def labels(world: World, key: str, *columns: str, where: pl.Expr | None = None) -> list[list[Any]]:
    """Return what columns of a data set hold, each sorted, in the rows of a condition."""

    def ask(rows: pl.LazyFrame) -> pl.LazyFrame:
        held = rows if where is None else rows.filter(where)
        return held.select(pl.col(c).unique().implode() for c in columns)

    found = [column.item() for column in world.query(key, ask)]
    return [
        (held if held.dtype.is_integer() else held.cast(pl.String)).sort().to_list()
        for held in found
    ]


def check_years(years: Sequence[int] | None, known: Sequence[int]) -> tuple[int, ...]:
    """Return the years asked for, sorted; the last known one when None.

    Raises
    ------
    DataMissing
        When a year is not in the data.
    """
    have = [int(y) for y in known]
    if years is None:
        return (max(have),)
    gone = sorted({int(y) for y in years} - set(have))
    if gone:
        raise DataMissing(
            f"no data for {', '.join(map(str, gone))}",
            where="years",
            hint=f"the data hold {min(have)} to {max(have)}: {', '.join(map(str, sorted(have)))}",
        )
    return tuple(sorted({int(y) for y in years}))


def check_items(
    items: Sequence[str] | None, known: Sequence[str], noun: str, world: World | None = None
) -> tuple[str, ...]:
    """Return the items asked for, in the order of the data; all when None.

    Raises
    ------
    CodeUnknown
        When an item is not in the data; names the nearest code.
    """
    if items is None:
        return tuple(known)
    for item in items:
        if item not in known:
            raise CodeUnknown(
                f"{noun} {item!r} is not in the data",
                where=noun,
                hint=_other_item(item, known, noun, world)
                or f"known: {', '.join(list(known)[:12])} ...",
            )
    return tuple(k for k in known if k in set(items))


def _other_item(item: str, known: Sequence[str], noun: str, world: World | None) -> str:
    """Return what an item is that the data lack, and which data would hold it."""
    if noun != "product":
        return nearest(item, known, noun)
    code = written_out(item)
    if world is None:
        return nearest_product(item, known, PRODUCT_EDITION)
    for edition, key in world.trade_sets():
        if code not in known and code in labels(world, key, "product")[0]:
            return f"{code!r} is held in {edition} ({key}): ask for it apart from other editions"
    return f"{nearest_product(item, known, PRODUCT_EDITION)}{_where_held(item)}"


def _where_held(item: str) -> str:
    if not (editions := editions_of(written_out(item))):
        return ""
    edition = PRODUCT_EDITION if PRODUCT_EDITION in editions else editions[-1]
    file = f"BACI_HS{edition[-2:]}_Y2024_V202601.csv"
    return (
        f"; BACI of CEPII in {edition} holds all products: `isthmus data add` its yearly file "
        f"(such as {file}) and open the world with it"
    )


def known_years(world: World, level: Level, items: Sequence[str] | None = None) -> tuple[int, ...]:
    """Return the years that the data of a level hold, sorted."""
    if level == "industry":
        return tuple(sorted(int(y) for y in world.flows().years))
    return tuple(labels(world, product_set(world, items)[1], "year")[0])
