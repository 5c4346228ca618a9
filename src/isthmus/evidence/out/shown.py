"""Which tables and rows of a result are shown, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from isthmus.codes import parse_parties
from isthmus.errors import BadInput, did_you_mean
from isthmus.evidence.result import Result
from isthmus.evidence.table import Table

ECONOMIES = frozenset(
    {
        "economy",
        "importer",
        "exporter",
        "partner",
        "supplier",
        "buyer",
        "seller",
        "sender",
        "target",
        "reporter",
        "member",
        "coalition",
        "country",
        "home",
        "rival",
        "party",
        "bloc",
        "origin",
        "destination",
        "transit",
        "provider",
        "via",
    }
)
"""Columns that hold codes of economies and coalitions."""

COURSE = frozenset(
    {
        "year",
        "day",
        "week",
        "month",
        "quarter",
        "period",
        "horizon",
        "step",
        "stage",
        "tier",
        "round",
        "rung",
        "rank",
        "quantile",
        "level",
        "draw",
        "start",
        "date",
    }
)
"""Columns along which a table runs on: rows of one item stay together, in their order."""

APART = frozenset(
    {
        "indicator",
        "criterion",
        "method",
        "measure",
        "metric",
        "outcome",
        "unit",
        "scope",
    }
)
"""Columns that tell numbers apart which are no more and no less than each other."""

UPWARDS = ":up"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader wants to see of a result.

    Parameters
    ----------
    tables : tuple of str
        Names of the tables; all when empty.
    top : int, optional
        Number of items with the largest values, for each indicator.
    sort : str
        Column to sort by, numbers from the largest, text from A; ``:up`` behind it turns it round.
    economies : tuple of str
        Rows with one of these economies, or a member of one of these coalitions, in any column.
    """

    tables: tuple[str, ...] = ()
    top: int | None = None
    sort: str = ""
    economies: tuple[str, ...] = ()


def chosen(result: Result, shown: Shown) -> Result:
    """Return the part of a result that is wanted; every table says what was left out.

    Raises
    ------
    BadInput
        When there is no such table or column, or no row of these economies.
    CodeUnknown
        When an economy is none.
    """
    tables = {name: result.tables[name] for name in _named(result, shown.tables)}
    if shown.economies:
        tables = _of_economies(tables, shown.economies)
    if shown.sort:
        tables = _sorted(tables, shown.sort)
    if shown.top is not None:
        if shown.top < 1:
            raise BadInput("at least one row must be shown", where="top")
        tables = {
            name: first(table if shown.sort else answer_first(table), shown.top)
            for name, table in tables.items()
        }
    return replace(result, tables=tables)


def answer_first(table: Table) -> Table:
    """Return a table with its largest numbers first, by size and not by sign.

    Items go by the largest number of their first column of numbers. Rows of one item along a
    course (years, days, steps) keep their order, and so do indicators that cannot be compared.
    """
    by = next((c.name for c in table.columns if c.role == "value" and _numeric(table, c.name)), "")
    items = _items(table)
    if not by or not items:
        return table
    apart = _varying(table, APART)
    size = pl.col(by).cast(pl.Float64).abs().max().over([*apart, *items]).fill_null(-1.0)
    frame = table.frame.with_row_index("_at")
    group = pl.col("_at").min().over(apart) if apart else pl.lit(0)
    frame = frame.with_columns(_group=group, _size=size)
    frame = frame.with_columns(_item=pl.col("_at").min().over([*apart, *items]))
    frame = frame.sort("_group", "_size", "_item", "_at", descending=[False, True, False, False])
    return replace(table, frame=frame.select(table.frame.columns))


def first(table: Table, top: int) -> Table:
    """Return the first items of a table, for each indicator, and say how many are left out."""
    apart, items = _varying(table, APART), _items(table)
    frame = table.frame.with_row_index("_at")
    item = pl.struct(items) if items else pl.col("_at")
    place = pl.col("_at").min().over([*apart, *items]) if items else pl.col("_at")
    rank = place.rank("dense").over(apart) if apart else place.rank("dense")
    frame = frame.with_columns(_rank=rank)
    kept = frame.filter(pl.col("_rank") <= top)
    if kept.height == frame.height:
        return table
    count = frame.select(item.n_unique()).item()
    each = f" for each {' and '.join(apart)}" if apart else ""
    note = f"the first {top:,}{each} of {count:,}; {frame.height - kept.height:,} rows left out"
    return replace(table, frame=kept.drop("_at", "_rank"), notes=(note, *table.notes))


def _named(result: Result, wanted: Sequence[str]) -> tuple[str, ...]:
    unknown = [name for name in wanted if name not in result.tables]
    if unknown:
        raise BadInput(
            f"the result has no table {unknown[0]!r}",
            where="table",
            hint=did_you_mean(unknown[0], result.tables) or f"known: {', '.join(result.tables)}",
        )
    return tuple(dict.fromkeys(wanted)) or tuple(result.tables)


def _of_economies(tables: dict[str, Table], economies: Sequence[str]) -> dict[str, Table]:
    wanted: set[str] = set()
    for text in economies:
        code, members = parse_parties(text)
        wanted |= {text, code, *members}
    kept, found = {}, False
    for name, table in tables.items():
        held = [c.name for c in table.columns if c.name in ECONOMIES]
        if not held:
            kept[name] = table
            continue
        frame = table.frame.filter(pl.any_horizontal(pl.col(held).is_in(sorted(wanted))))
        found = found or frame.height > 0
        note = f"rows with {', '.join(economies)}: {frame.height:,} of {table.frame.height:,}"
        kept[name] = replace(table, frame=frame, notes=(note, *table.notes))
    if not found:
        raise BadInput(
            f"no row of the result is of {', '.join(economies)}",
            where="economy",
            hint="leave the choice out to see all",
        )
    return kept


def _sorted(tables: dict[str, Table], by: str) -> dict[str, Table]:
    upwards = by.endswith(UPWARDS)
    name = by.removesuffix(UPWARDS)
    known = sorted({c for table in tables.values() for c in table.frame.columns})
    if name not in known:
        raise BadInput(
            f"no table of the result has a column {name!r}",
            where="sort",
            hint=did_you_mean(name, known) or f"known: {', '.join(known)}",
        )
    return {
        key: replace(
            table,
            frame=table.frame.sort(
                name,
                descending=_numeric(table, name) != upwards,
                nulls_last=True,
                maintain_order=True,
            ),
        )
        if name in table.frame.columns
        else table
        for key, table in tables.items()
    }


def _numeric(table: Table, name: str) -> bool:
    return bool(table.frame.schema[name].is_numeric())


def _varying(table: Table, names: frozenset[str]) -> list[str]:
    """Return the columns of these names that differ; a unit only where nothing else does."""
    found = [c for c in table.frame.columns if c in names and table.frame[c].n_unique() > 1]
    return [c for c in found if c != "unit"] or found


def _items(table: Table) -> list[str]:
    """Return the dimensions that tell one item from another."""
    held = [c for c in table.dimensions if c not in COURSE and c not in APART]
    return [c for c in held if table.frame[c].n_unique() > 1]
