"""Firms and links from CSV, Parquet or frames, with every problem named by kind, count and row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from isthmus.cascade.network import SupplyNetwork, kinds_from_table, places
from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.evidence import Kind
from isthmus.kernels.arrays import Array
from isthmus.runtime.reading.tables import read_parquet
from isthmus.sources.numbers import parse_numbers
from isthmus.sources.text import TextOptions, TextTable, read_text

Choice = Literal["refuse", "drop", "sum"]
_SHOWN = 5
_TYPES = {"2": 2, "1": 1, "0": 0, "essential": 2, "non_essential": 1, "negligible": 0}
_FIRM_TEXT = ("firm", "sector", "economy")
_FIRM_NUMBERS = ("output", "revenue", "costs", "employment")
_NAMES = ("firm", "sector", "supplier", "customer", "value", "supplying_sector", "using_sector")


@dataclass(frozen=True, slots=True)
class _Source:
    frame: pl.DataFrame
    name: str
    lines: pl.Series  # line or number of each row as the reader counts
    problems: list[InputProblem]  # of all sources of a network, in their order
    notes: tuple[str, ...] = ()

    def rows(self, mask: pl.Series, *columns: str) -> str:
        """Name the first rows of `mask` with the values that are wrong."""
        places = mask.arg_true()[:_SHOWN]
        shown = []
        for place in places.to_list():
            values = ", ".join(f"{c} {self.frame[c][place]!r}" for c in columns)
            shown.append(f"{self.lines[place]} ({values})")
        more = int(mask.sum()) - len(places)
        return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")

    def report(self, mask: pl.Series, what: str, columns: tuple[str, ...], hint: str = "") -> None:
        """Add a problem with the rows of `mask`, where there are any."""
        count = int(mask.sum())
        if count:
            rows = "row" if count == 1 else "rows"
            where = f"{self.name}, {rows} {self.rows(mask, *columns)}"
            self.problems.append(InputProblem(f"{count} {what}", where, hint))


def read_network(
    firms: Path | str | pl.DataFrame,
    links: Path | str | pl.DataFrame,
    *,
    essential: Path | str | pl.DataFrame | None = None,
    self_loops: Literal["refuse", "drop"] = "refuse",
    duplicates: Literal["refuse", "sum"] = "refuse",
    unit: str = "million USD",
    kind: Kind = Kind.MEASURED,
) -> SupplyNetwork:
    """Read and check a network of firms.

    Parameters
    ----------
    firms : path or polars.DataFrame
        Columns ``firm`` (id, text as it stands), ``sector``; optional ``economy``, ``output``
        (weight in the index; sales to the network where absent), ``revenue``, ``costs``
        (reported totals, see `isthmus.kernels.cascade.supply_network`), ``employment``, others.
    links : path or polars.DataFrame
        Columns ``supplier``, ``customer``, ``value`` (sales, >= 0); optional ``type``
        (2 essential, 1 non_essential, 0 negligible).
    essential : path or polars.DataFrame, optional
        Columns ``supplying_sector``, ``using_sector``, ``type``. Without it and without a
        ``type`` per link every input is taken as essential, and a note says so.
    self_loops : {"refuse", "drop"}
        What to do with sales of a firm to itself; dropping is counted in a note.
    duplicates : {"refuse", "sum"}
        What to do with several rows for one pair; summing is counted in a note.
    unit : str
        Unit of the sales.
    kind : Kind
        What the numbers are.

    Returns
    -------
    SupplyNetwork

    Raises
    ------
    BadInput
        With every kind of problem, its count and its first rows.
    NotFound
        When a file does not exist.
    """
    problems: list[InputProblem] = []
    firm_source = _load(firms, "firms", problems)
    link_source = _load(links, "links", problems)
    _need(firm_source, ("firm", "sector"))
    _need(link_source, ("supplier", "customer", "value"))
    table = _firm_table(firm_source)
    known = pl.DataFrame({"id": table["firm"]}).with_row_index("row").unique("id", keep="first")
    ends = _link_table(link_source, known)
    notes = [f"{s.name}: {n}" for s in (firm_source, link_source) for n in s.notes]
    ends = _self_loops(ends, link_source, self_loops, notes)
    ends = _duplicates(ends, link_source, duplicates, notes)
    raise_all("the network cannot be read", problems)

    supplier = ends["supplier_row"].to_numpy().astype(np.int64)
    customer = ends["customer_row"].to_numpy().astype(np.int64)
    weight = ends["value"].to_numpy().astype(np.float64)
    sectors = tuple(sorted(set(table["sector"].to_list())))
    sector = places(table["sector"].to_list(), sectors)
    if "kind" in ends.columns:
        kinds = ends["kind"].to_numpy().astype(np.int8)
    else:
        matrix = None if essential is None else _essential(essential)
        if matrix is None:
            notes.append("every input is taken as essential: no types of inputs were given")
        kinds = kinds_from_table(matrix, supplier, customer, sector, sectors)
    sales = np.bincount(supplier, weight, table.height)
    if "output" not in table.columns:
        table = table.with_columns(pl.Series("output", sales))
        notes.append("output of a firm is its sales over the links: no output was given")
    notes.extend(_shape_notes(table, supplier, customer, weight))
    return SupplyNetwork(
        table,
        supplier,
        customer,
        weight,
        kinds,
        sectors,
        unit,
        kind,
        notes=tuple(notes),
        revenue=_reported(table, "revenue"),
        costs=_reported(table, "costs"),
    )


def _reported(table: pl.DataFrame, name: str) -> Array | None:
    return table[name].to_numpy().astype(np.float64) if name in table.columns else None


def _load(source: Path | str | pl.DataFrame, what: str, problems: list[InputProblem]) -> _Source:
    name, frame = what, source
    if not isinstance(frame, pl.DataFrame):
        path = Path(frame)
        if path.suffix != ".parquet":
            return _text(read_text(path, wanted=_NAMES), problems)
        name, frame = path.name, read_parquet(path, what=f"file with {what}")
    return _Source(frame, name, pl.Series(range(1, frame.height + 1), dtype=pl.Int64), problems)


def _text(table: TextTable, problems: list[InputProblem]) -> _Source:
    """Return a text file with its numbers read; between commas the decimal mark is a point."""
    names = [c for c in (*_FIRM_NUMBERS, "value") if c in table.frame.columns]
    plain = TextOptions(decimal="." if table.delimiter == "," else "")
    read = parse_numbers(table, names, plain)
    numbers = [read.frame[c].set(read.wrong[c], 0.0) for c in names]
    marks = (f"numbers read with {read.marks}",) if read.marks.decimal == "," else ()
    notes = (*table.notes, *read.notes, *marks)
    frame = table.frame.with_columns(numbers)
    problems += read.problems
    return _Source(frame, table.name, table.lines, problems, notes)


def _essential(source: Path | str | pl.DataFrame) -> pl.DataFrame:
    loaded = _load(source, "types of inputs", [])
    _need(loaded, ("supplying_sector", "using_sector", "type"))
    return loaded.frame.with_columns(pl.col("supplying_sector", "using_sector").cast(pl.String))


def _need(source: _Source, columns: tuple[str, ...]) -> None:
    missing = [c for c in columns if c not in source.frame.columns]
    if missing:
        found = ", ".join(source.frame.columns)
        problem = InputProblem(f"no column {', '.join(missing)}", source.name, f"found: {found}")
        raise BadInput("the network cannot be read", [problem])


def _numbers(source: _Source, name: str, shown: tuple[str, ...]) -> pl.Series:
    """Return a column as finite numbers >= 0; what is not is reported."""
    values = source.frame[name].cast(pl.Float64, strict=False)
    bad = values.is_null() | ~values.is_finite().fill_null(False)
    source.report(bad, f"{name} that is not a finite number", (*shown, name))
    source.report((values < 0).fill_null(False), f"negative {name}", (*shown, name))
    return values.fill_null(0.0)


def _firm_table(source: _Source) -> pl.DataFrame:
    frame = source.frame
    table = frame.with_columns(pl.col(c).cast(pl.String) for c in _FIRM_TEXT if c in frame.columns)
    if "economy" not in table.columns:
        table = table.with_columns(economy=pl.lit("all"))
    firm = table["firm"]
    trimmed = firm.str.strip_chars()
    blank = (trimmed == "").fill_null(True)
    source.report(blank, "firms without an id", ("firm",))
    again = firm.is_duplicated() & ~blank
    source.report(again, "rows with an id that occurs twice", ("firm",))
    alike = trimmed.is_duplicated() & ~again & ~blank
    source.report(alike, "ids that differ only in blanks at their ends", ("firm",))
    no_sector = (table["sector"].str.strip_chars() == "").fill_null(True)
    source.report(no_sector, "firms without a sector", ("firm", "sector"))
    no_economy = table["economy"].is_null()
    if "economy" in frame.columns:
        source.report(no_economy, "firms without an economy", ("firm", "economy"))
    for name in _FIRM_NUMBERS:
        if name in frame.columns:
            table = table.with_columns(_numbers(source, name, ("firm",)).alias(name))
    return table


def _link_table(source: _Source, known: pl.DataFrame) -> pl.DataFrame:
    frame = source.frame.with_row_index("link").with_columns(
        pl.col("supplier", "customer").cast(pl.String)
    )
    frame = frame.with_columns(_numbers(source, "value", ("supplier", "customer")))
    for end in ("supplier", "customer"):
        frame = frame.join(
            known.rename({"id": end, "row": f"{end}_row"}),
            on=end,
            how="left",
            maintain_order="left",
        )
        unknown = frame[f"{end}_row"].is_null()
        hint = "every firm in a link needs a row among the firms"
        source.report(unknown, f"links with an unknown {end}", (end,), hint)
    if "type" in frame.columns:
        text = frame["type"].cast(pl.String).str.strip_chars()
        kinds = text.replace_strict(_TYPES, default=None, return_dtype=pl.Int8)
        hint = "use 2 essential, 1 non_essential or 0 negligible"
        source.report(kinds.is_null(), "links of unknown type", ("type",), hint)
        frame = frame.with_columns(kinds.fill_null(0).alias("kind"))
    columns = ["link", "supplier_row", "customer_row", "value"]
    return frame.select(columns + (["kind"] if "kind" in frame.columns else []))


def _self_loops(
    ends: pl.DataFrame, source: _Source, choice: Choice, notes: list[str]
) -> pl.DataFrame:
    loop = (ends["supplier_row"] == ends["customer_row"]).fill_null(False)
    if not loop.any():
        return ends
    if choice == "refuse":
        hint = "remove them, or ask to drop them (self_loops='drop', --drop-self-loops)"
        source.report(loop, "sales of a firm to itself", ("supplier", "value"), hint)
        return ends
    notes.append(f"{int(loop.sum())} sales of firms to themselves were dropped on request")
    return ends.filter(~loop)


def _duplicates(
    ends: pl.DataFrame, source: _Source, choice: Choice, notes: list[str]
) -> pl.DataFrame:
    pair = ["supplier_row", "customer_row"]
    whole = ends.drop_nulls(pair)
    again = whole.select(pl.struct(pair).is_duplicated()).to_series()
    if not again.any():
        return ends
    if choice == "refuse":
        marked = np.zeros(source.frame.height, bool)
        marked[whole.filter(again)["link"].to_numpy()] = True
        hint = "join them, or ask to add them up (duplicates='sum', --sum-duplicates)"
        what = "rows with a pair that occurs twice"
        source.report(pl.Series(marked), what, ("supplier", "customer"), hint)
        return ends
    keys = pair + (["kind"] if "kind" in ends.columns else [])
    joined = ends.group_by(keys, maintain_order=True).agg(
        pl.col("link").first(), pl.col("value").sum()
    )
    notes.append(
        f"{ends.height - joined.height} repeated links were added to the first of their pair"
    )
    return joined


def _shape_notes(
    table: pl.DataFrame, supplier: np.ndarray, customer: np.ndarray, weight: np.ndarray
) -> list[str]:
    """Say what is legal but worth knowing: zero output, empty links, parts without connection."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    n = table.height
    notes = []
    idle = int((table["output"] == 0).sum())
    if idle:
        notes.append(f"{idle} firms have output 0: their own loss weighs nothing in the index")
    empty = int((weight == 0).sum())
    if empty:
        notes.append(f"{empty} links have value 0 and carry nothing")
    graph = sparse.csr_array((np.ones(len(supplier)), (supplier, customer)), shape=(n, n))
    parts, part = connected_components(graph, directed=False)
    if parts > 1:
        size = np.bincount(part)
        alone = int((size == 1).sum())
        notes.append(
            f"the network falls into {parts} parts: the largest has {int(size.max())} of {n} "
            f"firms, {alone} firms have no link"
        )
    return notes
