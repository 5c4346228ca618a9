"""What an ensemble says: quantile bands and exceedance curves, read part by part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from isthmus.ensemble.batch import FAILURES_TABLE, SAMPLES_TABLE
from isthmus.errors import BadInput, DataCorrupted, InputProblem, NotFound, did_you_mean, raise_all
from isthmus.evidence import Column, Kind, Result, Table
from isthmus.kernels.arrays import Array
from isthmus.store import RunEntry, RunOutputs, Store
from isthmus.store.datasets import file_problems, stored_frame
from isthmus.store.runs import provenance_of
from isthmus.store.tables import TableEntry

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
CURVE_GROUPS = 200
_CURVE_STEPS = 100
_CELLS = 2_000_000


def summarise(
    store: Store,
    name: str,
    *,
    table: str | None = None,
    where: Mapping[str, Any] | None = None,
    levels: Sequence[float] = LEVELS,
) -> Result:
    """Return quantile bands and exceedance curves over the samples of a finished ensemble.

    Quantiles interpolate linearly between order statistics (Hyndman, Fan 1996, type 7). The
    exceedance probability of x is the share of samples above x. Rows that a sample does not hold
    do not count; the column `samples` says how many do.

    Parameters
    ----------
    store : Store
        Where the run is.
    name : str
        Its id.
    table : str, optional
        Table of the lens; needed where there are several.
    where : mapping, optional
        Value by dimension, to keep some rows only.
    levels : sequence of float
        Quantile levels in [0, 1].

    Returns
    -------
    Result
        ``bands``: mean and one column per level (``p05``) by the dimensions of the table and
        `quantity`, the value column; ``exceedance``: value and probability along each curve, for
        at most 200 curves.

    Raises
    ------
    NotFound, BadInput, DataCorrupted
        When there is no such finished ensemble, table, dimension or row; or a part is damaged.

    References
    ----------
    Hyndman, Fan (1996), The American Statistician 50.
    """
    entry, outputs = store.run(name), store.outputs(name)
    if entry.manifest is None or entry.manifest.kind != "ensemble":
        raise BadInput(f"run '{entry.id}' is a single call, not an ensemble")
    if entry.manifest.plan["design"] in ("morris", "one_at_a_time"):
        hint = "look at what moves it: isthmus sensitivity"
        raise BadInput("the samples do not fill the ranges: bands mean nothing", hint=hint)
    source = pick_table(outputs, table)
    raise_all("summary", _problems(source, where or {}, levels))
    for problem in file_problems(entry.folder, source.files):
        raise DataCorrupted(problem, where=entry.id)
    samples = int(entry.manifest.plan["samples"])
    bands, curves = _read(entry, source, where or {}, samples, tuple(levels))
    if bands.height == 0:
        raise NotFound("no row fits", where=f"{entry.id}: {source.name}", hint="see --where")
    notes = _notes(outputs, samples, bands.height)
    tables = {"bands": _table("bands", bands, source, notes, _BANDS_TEXT)}
    if curves is not None:
        tables["exceedance"] = _table("exceedance", curves, source, notes, _CURVE_TEXT)
    return Result(tables, provenance_of(outputs, where=entry.id), outputs.citations)


_BANDS_TEXT = "mean and quantiles over the samples"
_CURVE_TEXT = "share of samples in which the value is exceeded"


def pick_table(outputs: RunOutputs, table: str | None) -> TableEntry:
    """Return a table of the lens by name, or the only one.

    Raises
    ------
    NotFound
        When there is no such table, or several and none is named.
    """
    tables = {t.name: t for t in outputs.tables if t.name not in (SAMPLES_TABLE, FAILURES_TABLE)}
    if table is None and len(tables) == 1:
        return next(iter(tables.values()))
    if table is None or table not in tables:
        hint = did_you_mean(table or "", tables) or f"choose one of {', '.join(tables)}"
        what = f"there is no table '{table}'" if table else "the ensemble has several tables"
        raise NotFound(what, hint=hint)
    return tables[table]


def _problems(
    source: TableEntry, where: Mapping[str, Any], levels: Sequence[float]
) -> list[InputProblem]:
    problems = check_where(source, where)
    problems += [
        InputProblem(f"level {level} is not in [0, 1]", "levels")
        for level in levels
        if not 0.0 <= level <= 1.0
    ]
    if not [c for c in source.columns if c.role == "value"]:
        problems.append(InputProblem("holds no values", source.name))
    return problems


def check_where(source: TableEntry, where: Mapping[str, Any]) -> list[InputProblem]:
    """Return the keys that are no dimension of a table."""
    known = dimensions_of(source)
    return [
        InputProblem("is not a dimension of the table", key, did_you_mean(key, known))
        for key in where
        if key not in known
    ]


def dimensions_of(source: TableEntry) -> list[str]:
    """Return the dimensions of a table of a lens, without the number of the sample."""
    return [c.name for c in source.columns if c.role == "dimension" and c.name != "sample"]


def _read(
    entry: RunEntry,
    source: TableEntry,
    where: Mapping[str, Any],
    samples: int,
    levels: tuple[float, ...],
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Return bands of all groups, and curves where there are not too many."""
    dimensions = dimensions_of(source)
    values = [c for c in source.columns if c.role == "value"]
    parts = [entry.folder / file.name for file in source.files]
    keep = [pl.col(key).cast(pl.String) == str(value) for key, value in where.items()]
    groups = _groups(parts, dimensions, keep)
    with_curves = groups.height * len(values) <= CURVE_GROUPS
    bands, curves = [], []
    for first in range(0, groups.height, step := max(1, _CELLS // max(samples, 1))):
        block = groups[first : first + step]
        for column in values:
            held = list(_columns(parts, block, dimensions, column.name))
            about = _labels(block, held, column.name, column.unit)
            bands.append(about.hstack(_bands(held, levels)))
            if with_curves:
                curves.append(_curves(about, held))
    if not bands:
        return groups, None
    order = [*dimensions, "quantity"]
    curve = pl.concat(curves).sort([*order, "value"], maintain_order=True) if with_curves else None
    return pl.concat(bands).sort(order, maintain_order=True), curve


def _groups(parts: Sequence[Any], dimensions: list[str], keep: list[pl.Expr]) -> pl.DataFrame:
    """Return the distinct dimension rows, gathered part by part."""
    found: pl.DataFrame | None = None
    for part in parts:
        frame = stored_frame(part, [*dimensions, "sample"]).filter(*keep)
        rows = frame.select(dimensions or "sample").unique()
        found = rows if found is None else pl.concat([found, rows]).unique()
    if found is None:
        return pl.DataFrame()
    if not dimensions:
        return pl.DataFrame({"all": [0]}).select("all")[: min(1, found.height)]
    return found.sort(dimensions, nulls_last=True)


def _columns(
    parts: Sequence[Any], block: pl.DataFrame, dimensions: list[str], value: str
) -> Iterator[Array]:
    """Yield the values of each group of a block, in the order of its rows."""
    numbered = block.with_row_index("group")
    pieces = []
    for part in parts:
        frame = stored_frame(part, [*dimensions, value]).drop_nulls(value)
        if dimensions:
            frame = frame.join(numbered, on=dimensions, how="inner", nulls_equal=True)
        else:
            frame = frame.with_columns(pl.lit(0, dtype=pl.UInt32).alias("group"))
        pieces.append(frame.select("group", pl.col(value).cast(pl.Float64)))
    group = np.concatenate([p["group"].to_numpy() for p in pieces])
    cells = np.concatenate([p[value].to_numpy() for p in pieces])
    order = np.lexsort((cells, group))
    edges = np.searchsorted(group[order], np.arange(block.height + 1))
    cells = cells[order]
    for k in range(block.height):
        yield cells[edges[k] : edges[k + 1]]


def _labels(block: pl.DataFrame, held: list[Array], name: str, unit: str) -> pl.DataFrame:
    about = block.drop("all") if block.columns == ["all"] else block
    words = {
        "quantity": [name] * block.height,
        "unit": [unit] * block.height,
        "samples": [len(v) for v in held],
    }
    return about.hstack(pl.DataFrame(words, schema_overrides={"samples": pl.Int64}))


def _bands(held: list[Array], levels: tuple[float, ...]) -> pl.DataFrame:
    """Return mean and quantiles of sorted samples; empty cells where a group has none."""
    columns: dict[str, list[float | None]] = {
        "mean": [float(np.mean(v)) if len(v) else None for v in held]
    }
    for level in levels:
        columns[level_name(level)] = [
            float(np.quantile(v, level)) if len(v) else None for v in held
        ]
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.Float64))


def level_name(level: float) -> str:
    """Return the column of a quantile level: 0.05 is ``p05``, 0.975 ``p97.5``."""
    percent = f"{100.0 * level:.6g}"
    return f"p{percent.zfill(2) if '.' not in percent else percent}"


def _curves(about: pl.DataFrame, held: list[Array]) -> pl.DataFrame:
    frames = []
    for k, v in enumerate(held):
        if not len(v):
            continue
        x = np.unique(np.quantile(v, np.linspace(0.0, 1.0, _CURVE_STEPS + 1), method="lower"))
        above = (len(v) - np.searchsorted(v, x, side="right")) / len(v)
        points = pl.DataFrame({"value": x, "probability": above})
        frames.append(about[k].join(points, how="cross"))
    empty = pl.DataFrame(schema={"value": pl.Float64, "probability": pl.Float64})
    return pl.concat(frames) if frames else about.clear().join(empty, how="cross")


def _notes(outputs: RunOutputs, samples: int, groups: int) -> tuple[str, ...]:
    failed = next((t.rows for t in outputs.tables if t.name == FAILURES_TABLE), 0)
    notes = [f"{samples} samples; the ranges are assumptions"]
    if failed:
        notes.append(f"{failed} samples have no solution and are left out (table failures)")
    if groups > CURVE_GROUPS:
        notes.append(f"no exceedance curves for {groups} rows: narrow them (where)")
    return tuple(notes)


def _table(
    name: str, frame: pl.DataFrame, source: TableEntry, notes: tuple[str, ...], text: str
) -> Table:
    texts = {c.name: c.text for c in source.columns}
    columns = []
    for column in frame.columns:
        if column in dimensions_of(source) or column == "quantity":
            columns.append(Column(column, "dimension", text=texts.get(column, "value column")))
        elif column in ("unit", "samples"):
            columns.append(Column(column, "attribute", text=_ATTRIBUTES[column]))
        elif column == "probability":
            columns.append(Column(column, "value", "share", "share of samples above the value"))
        else:
            columns.append(Column(column, "value", _unit(source), column))
    return Table(
        name,
        frame,
        tuple(columns),
        Kind.ASSUMED,
        source.datasets,
        f"{source.name}: {text}",
        notes=notes,
    )


_ATTRIBUTES = {"unit": "unit of the row", "samples": "samples that hold the row"}


def _unit(source: TableEntry) -> str:
    """Return the unit of all value columns; empty where they differ, as each row names its own."""
    units = {c.unit for c in source.columns if c.role == "value"}
    return units.pop() if len(units) == 1 else ""
