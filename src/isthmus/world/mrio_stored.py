"""Inter-economy tables as rows of a data set, laid out as they are printed.

One row per exporter, product and importer with a column for every using industry and category of
final demand; below them, with an empty exporter, rows for value added, other primary inputs and
gross output of the importer's industries. Rows without a number are left out, domestic ones kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import DatasetRecord
from isthmus.world.mrio import MRIO

PREFIX = "mrio_"
PLACES = ("exporter", "product", "importer")
BELOW = ("VALUE_ADDED", "OTHER_PRIMARY_INPUTS", "OUTPUT")
PLACE_TEXTS = {
    "exporter": "selling economy; empty in the rows of value added, other inputs and output",
    "product": "selling industry, or " + ", ".join(BELOW),
    "importer": "using economy",
}


class RowPlaces(Protocol):
    """Says where the rows of a mask stand."""

    def __call__(self, at: pl.Series, column: str = "", /) -> str:
        """Return the place of the rows, and of the column where one is given."""


def _column(at: pl.Series, column: str = "", /) -> str:
    return f"column {column}" if column else "rows"


def rows_of(table: MRIO) -> pl.DataFrame:
    """Return a table as rows, million USD; `table_of` gives the same table back.

    Raises
    ------
    BadInput
        When an industry or category has the name of a column or row of the layout.
    """
    lb = table.labels
    reserved = [c for c in (*lb.industries, *lb.categories) if c in (*PLACES, *BELOW)]
    if reserved:
        what = f"{', '.join(map(repr, reserved))} are names of the printed layout"
        raise_all("inter-economy table", [InputProblem(what, "labels", "choose other names")])
    n, S, F = lb.n, lb.S, lb.F
    flows = table.Z.reshape(n, S, n, S)
    final = table.Y.reshape(n, S, n, F)
    cells = np.concatenate([flows, final], axis=3)
    home = np.eye(n, dtype=bool)[:, None, :]
    kept = np.argwhere(cells.any(axis=3) | home)
    i, k, j = kept.T
    below = np.stack([table.v, table.other, table.x]).reshape(3 * n, S)
    values = np.concatenate([cells[i, k, j], np.pad(below, ((0, 0), (0, F)))])
    economies, industries = np.array(lb.economies), np.array(lb.industries)
    places = {
        "exporter": [*economies[i].tolist(), *[None] * (3 * n)],
        "product": [*industries[k].tolist(), *np.repeat(BELOW, n).tolist()],
        "importer": [*economies[j].tolist(), *economies.tolist() * 3],
    }
    columns = dict(zip((*lb.industries, *lb.categories), values.T, strict=True))
    return pl.DataFrame({**places, **columns}, schema_overrides=dict.fromkeys(PLACES, pl.String))


def columns_of(
    table: MRIO, industry_names: Sequence[str] = (), category_names: Sequence[str] = ()
) -> dict[str, str]:
    """Return what each column of `rows_of` holds."""
    lb = table.labels
    industries = industry_names or lb.industries
    categories = category_names or lb.categories
    return {
        **PLACE_TEXTS,
        **{c: f"used by {name}" for c, name in zip(lb.industries, industries, strict=True)},
        **{c: f"final demand: {name}" for c, name in zip(lb.categories, categories, strict=True)},
    }


def is_table(record: DatasetRecord, year: int) -> bool:
    """Return whether a data set is an inter-economy table of `year` in this layout.

    Its key starts with ``mrio_`` and its record describes the columns of `PLACES`.
    """
    named = record.key.startswith(PREFIX) and set(PLACES) <= set(record.columns)
    return named and year in record.years


def years_of_table(record: DatasetRecord) -> tuple[int, ...]:
    """Return the years for which a data set is an inter-economy table, in any layout."""
    built = record.key.removeprefix(PREFIX)
    if record.key.startswith(PREFIX) and built.isdigit():
        return (int(built),)
    return tuple(year for year in record.years if is_table(record, year))


def table_of(
    frame: pl.DataFrame, record: DatasetRecord, *, repair: bool = False, placed: RowPlaces = _column
) -> MRIO:
    """Return the checked table of the rows of a data set.

    Economies and industries stand in the order in which they first appear as users; columns that
    are no industry are categories of final demand.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows as in `rows_of`, in any order.
    record : DatasetRecord
        Gives year, kind, key, unit and known faults.
    repair : bool
        Mend what `MRIO.from_dense` can mend, and say so in the notes.
    placed : callable, optional
        Says where the rows of a mask stand in what was given; names the column alone by default.

    Raises
    ------
    BadInput
        With every column that is missing, code that is unknown and row that stands twice.
    IdentityViolated
        When the table does not balance.
    """
    where = record.key
    missing = [InputProblem("is missing", f"column {c}") for c in PLACES if c not in frame.columns]
    raise_all(where, missing)
    raise_all(where, layout_problems(frame, placed))
    below = frame.filter(pl.col("exporter").is_null())
    sales = frame.filter(pl.col("exporter").is_not_null())
    economies, industries, categories = _labels(frame)
    n, S, F = len(economies), len(industries), len(categories)
    cells = np.zeros((n, S, n, S + F))
    values = sales.select(*industries, *categories).to_numpy()
    cells[
        _positions(sales["exporter"], economies),
        _positions(sales["product"], industries),
        _positions(sales["importer"], economies),
    ] = values
    primary = np.zeros((len(BELOW), n, S))
    primary[_positions(below["product"], BELOW), _positions(below["importer"], economies)] = (
        below.select(industries).to_numpy()
    )
    v, other, x = primary.reshape(len(BELOW), n * S)
    return MRIO.from_dense(
        cells[..., :S].reshape(n * S, n * S),
        cells[..., S:].reshape(n * S, n * F),
        economies=economies,
        industries=industries,
        categories=categories,
        x=x,
        v=v,
        other=other,
        repair=repair,
        year=record.years[0],
        kind=record.kind,
        unit=record.unit,
        datasets=(record.key,),
        notes=record.faults,
    )


def _labels(frame: pl.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return economies, industries and categories of the rows of a table."""
    below = pl.col("exporter").is_null()
    economies = tuple(frame.filter(below)["importer"].drop_nulls().unique(maintain_order=True))
    products = set(frame.filter(~below)["product"])
    numbers = [c for c in frame.columns if c not in PLACES]
    industries = tuple(c for c in numbers if c in products)
    return economies, industries, tuple(c for c in numbers if c not in products)


def layout_problems(frame: pl.DataFrame, placed: RowPlaces = _column) -> list[InputProblem]:
    """Return what keeps rows from being a table at all, whatever their numbers.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows as in `rows_of`.
    placed : callable, optional
        Says where the rows of a mask stand; names the column alone by default.
    """
    economies, industries, categories = _labels(frame)
    below = frame["exporter"].is_null()
    problems = []
    if not categories:
        problems.append(InputProblem("no column of final demand", "columns"))
    for name in (*industries, *categories):
        empty = frame[name].is_null() if name in industries else frame[name].is_null() & ~below
        if rows := int(empty.sum()):
            hint = "missing is not zero: write 0 where nothing is sold"
            problems.append(InputProblem(f"{rows} cells are empty", placed(empty, name), hint))
    known: Mapping[str, Sequence[str]] = {
        "exporter": economies,
        "product": industries,
        "importer": economies,
    }
    for place, codes in known.items():
        for code in sorted(set(frame[place].filter(~below).drop_nulls()) - set(codes)):
            hint = "every economy needs its rows of VALUE_ADDED and OUTPUT, every product a column"
            at = placed((frame[place] == code) & ~below, place)
            problems.append(InputProblem(f"{code!r} is not known", at, hint))
    problems += [
        InputProblem(
            f"row {code!r} without an exporter",
            placed((frame["product"] == code) & below, "product"),
        )
        for code in sorted(set(frame["product"].filter(below).drop_nulls()) - set(BELOW))
    ]
    given = set(frame.filter(below).select("product", "importer").iter_rows())
    problems += [
        InputProblem(f"no row {name} for {economy}", "column product")
        for name in ("VALUE_ADDED", "OUTPUT")
        for economy in economies
        if (name, economy) not in given
    ]
    places = frame.select(PLACES)
    twice = places.filter(places.is_duplicated()).unique(maintain_order=True)
    for row in twice.iter_rows():
        same = pl.all_horizontal(pl.col(c).eq_missing(v) for c, v in zip(PLACES, row, strict=True))
        what = f"{', '.join(str(v) for v in row if v is not None)} stands twice"
        problems.append(InputProblem(what, placed(places.select(same).to_series())))
    return problems


def _positions(codes: pl.Series, known: Sequence[str]) -> NDArray[np.intp]:
    return codes.cast(pl.Enum(list(known))).to_physical().to_numpy().astype(np.intp)
