"""Levels of products: the finest of every flow is kept, sums are held against it."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from isthmus.errors import InputProblem
from isthmus.sources.flows import Rows

SIDE = ("year", "reporter", "partner", "flow")
LEVELS = "totals, chapters and headings"


def finest(rows: Rows, depths: Sequence[int], special: str, hint: str) -> None:
    """Keep every flow at the finest level of the products at which the file has it.

    Parameters
    ----------
    rows : Rows
        The rows; codes lack no zero.
    depths : sequence of int
        Lengths of the codes that are kept, the finest first; a coarser one is kept where the file
        has nothing under it.
    special : str
        What codes with letters are; they are left out.
    hint : str
        What to download where there are no such codes.
    """
    if rows.frame.is_empty():
        return
    number = pl.col("product").str.contains(r"^\d+$").fill_null(False)
    depth = pl.when(number).then(pl.col("product").str.len_chars()).otherwise(0)
    total = pl.col("product") == "TOTAL"
    kept = _kept(rows, depth, depths)
    if not kept.len():
        what = "no codes of six digits: data by product need them"
        rows.problems.append(InputProblem(what, rows.name, hint))
        rows.frame = rows.frame.clear()
        return
    odd = (~number & ~total).fill_null(True)
    fine = pl.col("line").is_in(kept.implode())
    sums = rows.frame.filter(~fine & ~odd)
    lengths = sums.select(depth.alias("depth")).to_series().unique().sort().to_list()
    parts = [
        rows.frame.filter(fine | odd).with_columns(
            pl.col("product").str.slice(0, length) if length else pl.lit("TOTAL").alias("product")
        )
        for length in lengths
    ]
    if parts:
        rows.contradicted(sums, pl.concat(parts), [*SIDE, "product"], LEVELS)
    rows.leave_out(~fine & ~odd, LEVELS)
    rows.leave_out(odd & pl.col("product").is_not_null(), special, trade=True)


def _kept(rows: Rows, depth: pl.Expr, depths: Sequence[int]) -> pl.Series:
    """Return the lines of the rows that have none under them."""
    kept = rows.frame.clear()
    for length in depths:
        found = rows.frame.filter(depth == length)
        above = kept.with_columns(pl.col("product").str.slice(0, length))
        kept = pl.concat([kept, found.join(above, on=[*SIDE, "product"], how="anti")])
    return kept["line"]
