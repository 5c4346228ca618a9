"""A table carried to another classification: what each code became, and what had to be divided."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from isthmus.codes import Concordance, concordance, product_hint, written_out
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Column, Kind, Table
from isthmus.evidence.frames import attribute, dimension, number, table
from isthmus.sources.numbers import parse_numbers
from isthmus.sources.text import capped
from isthmus.world.adding import read_table
from isthmus.world.contracts import ConformChoices, Given
from isthmus.world.contracts.given import listed

KNOWN, EQUAL = "by the weights of the source", "in equal parts: assumed"
UNIT = "as in the file"
BECOMES, PART = "becomes", "part of the code"


def recoded(
    path: Path,
    source: str,
    target: str,
    *,
    column: str = "product",
    values: Sequence[str] = ("value",),
    split: bool = False,
    leave_out: bool = False,
    choices: ConformChoices | None = None,
) -> tuple[Table, Table]:
    """Return the rows of a table with the codes of another classification.

    Parameters
    ----------
    path : Path
        Text, workbook or Parquet file.
    source, target : str
        Classifications, as in `isthmus.codes.available`.
    column : str
        Column of the codes.
    values : sequence of str
        Columns of amounts; rows that agree in all other columns are added up.
    split : bool
        Divide the amounts of a code that became several: by weights where the source gives them,
        else in equal parts, which is assumed. Such codes are refused otherwise.
    leave_out : bool
        Leave out codes that became none; they are refused otherwise.
    choices : ConformChoices, optional
        How the file is written.

    Returns
    -------
    tuple of Table
        ``converted``, and ``links``: what each code became, how, and what that is worth.

    Raises
    ------
    BadInput
        With every cell that is no code or no number, and every code that cannot be carried over.
    """
    links = concordance(source, target)
    given, _, _ = read_table(path, "", choices or ConformChoices())
    frame, name = given.frame, given.name
    lacking = [c for c in (column, *values) if c not in frame.columns]
    what, hint = f"no column {listed(lacking)}", f"found: {listed(frame.columns[:20])}"
    raise_all("the table", [InputProblem(what, name, hint)] if lacking else [])
    problems, amounts = _amounts(given, values, choices or ConformChoices())
    codes = _codes(given, links, column)
    problems += _code_problems(given, links, codes, column, split=split, leave_out=leave_out)
    raise_all(f"{source} to {target}", capped(problems), where=name)
    held = frame.with_columns(codes, *amounts).join(_parts(links, codes), on=column, how="left")
    shared = [pl.col(v) * pl.col(PART).fill_null(1.0) for v in values]
    held = held.with_columns(shared)
    carried = held.filter(pl.col(BECOMES).is_not_null())
    kind = _kind(carried[column], links)
    found = _converted(carried, links, column, values), _told(held, links, column, values)
    words = f"amounts by code of {target}", f"what the codes of the table became in {target}"
    converted, told = (
        table(name, rows, columns, kind=kind, datasets=(), text=text, notes=(links.note,))
        for name, text, (rows, columns) in zip(("converted", "links"), words, found, strict=True)
    )
    return converted, told


def _amounts(
    given: Given, values: Sequence[str], choices: ConformChoices
) -> tuple[list[InputProblem], list[pl.Series]]:
    texts = [v for v in values if given.frame[v].dtype == pl.String]
    read = parse_numbers(given.text(), texts, choices.reading)
    problems = list(read.problems)
    found = []
    for value in values:
        wrong = read.wrong[value] if value in texts else given.frame[value].is_null() & False
        cells = (read.frame if value in texts else given.frame)[value].cast(pl.Float64)
        empty = (cells.is_null() | ~cells.is_finite()) & ~wrong
        if empty.any():
            hint = "missing is not zero: leave the row out, or write the amount"
            problems.append(given.problem("is empty", empty, value, hint))
        found.append(cells)
    return problems, found


def _codes(given: Given, links: Concordance, column: str) -> pl.Series:
    """Return the code that each cell stands for, zero in front kept; as written where none."""
    cells = given.frame[column].cast(pl.String)
    read = {
        text: full
        if text not in links.links and (full := written_out(text)) in links.links
        else text
        for text in cells.drop_nulls().unique().to_list()
    }
    return cells.replace_strict(read, default=None, return_dtype=pl.String).alias(column)


def _code_problems(
    given: Given,
    links: Concordance,
    codes: pl.Series,
    column: str,
    *,
    split: bool,
    leave_out: bool,
) -> list[InputProblem]:
    problems = []
    if (empty := codes.is_null()).any():
        problems.append(given.problem("is empty", empty, column))
    for code in codes.drop_nulls().unique(maintain_order=True).to_list():
        found = links.links.get(code)
        what = hint = ""
        if found is None:
            what = f"'{code}' is no code of {links.source}"
            hint = product_hint(code, links.source) if links.source.startswith("HS") else ""
        elif not found and not leave_out:
            what, hint = f"{code} became none of {links.target}", "--leave-out leaves it out"
        elif len(found) > 1 and not split:
            what = f"{code} became {', '.join(link.target for link in found)}"
            hint = "--split divides it " + (KNOWN if _weighted(links, code) else EQUAL)
        if what:
            problems.append(given.problem(what, codes == code, column, hint))
    return problems


def _weighted(links: Concordance, code: str) -> bool:
    return all(link.weight is not None for link in links.links[code])


def _parts(links: Concordance, codes: pl.Series) -> pl.DataFrame:
    """Return a row for every link of the codes of a table, with the part of the code it takes."""
    rows = []
    for code in codes.unique().to_list():
        found = links.links[code]
        weighted = _weighted(links, code)
        rows += [(code, k.target, k.weight if weighted else 1.0 / len(found)) for k in found]
    return (
        pl.DataFrame(rows, schema=[codes.name, BECOMES, PART], orient="row")
        if rows
        else (pl.DataFrame(schema={codes.name: pl.String, BECOMES: pl.String, PART: pl.Float64}))
    )


def _divided(links: Concordance, code: str) -> str:
    """Return how the amounts of a code are divided; nothing where it became one."""
    if len(links.links[code]) < 2:
        return ""
    return KNOWN if _weighted(links, code) else EQUAL


def _kind(codes: pl.Series, links: Concordance) -> Kind:
    """Return how sure amounts are: divided ones are no records."""
    ways = {_divided(links, code) for code in codes.unique()}
    return Kind.ASSUMED if EQUAL in ways else Kind.ESTIMATED if KNOWN in ways else Kind.MEASURED


def _added(frame: pl.DataFrame, keys: Sequence[str], values: Sequence[str]) -> pl.DataFrame:
    """Return one row for each key, in the order of the first, with the sums of the amounts."""
    first = frame.select(keys).unique(maintain_order=True).with_row_index("place")
    place = frame.select(keys).join(first, on=list(keys), how="left", nulls_equal=True)["place"]
    sums = {v: np.bincount(place.to_numpy(), frame[v].to_numpy(), first.height) for v in values}
    return first.drop("place").with_columns(pl.Series(v, sum_) for v, sum_ in sums.items())


def _converted(
    carried: pl.DataFrame, links: Concordance, column: str, values: Sequence[str]
) -> tuple[pl.DataFrame, list[Column]]:
    renamed = carried.drop(column).rename({BECOMES: column})
    keys = [c for c in renamed.columns if c not in (*values, PART)]
    columns = [dimension(c, links.target if c == column else c) for c in keys]
    rows = _added(renamed, keys, values).with_columns(pl.col(keys).cast(pl.String))
    return rows, [*columns, *(number(v, UNIT, v) for v in values)]


def _told(
    held: pl.DataFrame, links: Concordance, column: str, values: Sequence[str]
) -> tuple[pl.DataFrame, list[Column]]:
    rows = _added(held, (column, BECOMES, PART), values).rename({PART: "part"})
    codes = rows[column].to_list()
    rows = rows.with_columns(
        pl.Series("relation", [links.relation(code) for code in codes], pl.String),
        pl.Series("divided", [_divided(links, code) for code in codes], pl.String),
    )
    columns = [
        dimension(column, f"code of {links.source}"),
        dimension(BECOMES, f"code of {links.target}; empty: left out"),
        attribute("relation", "1:1, 1:n, n:1, n:n, or 1:0"),
        attribute("divided", "how"),
        number("part", "share", "part of the code that goes there"),
        *(number(v, UNIT, f"{v} that goes there") for v in values),
    ]
    return rows, columns
