"""The answers of finished ensembles as arrays, with the values that were drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from isthmus.ensemble.batch import FAILURES_TABLE, SAMPLES_TABLE
from isthmus.ensemble.summary import check_where, dimensions_of, pick_table
from isthmus.errors import BadInput, DataCorrupted, NotFound, did_you_mean, raise_all
from isthmus.evidence import Column, Kind, Provenance
from isthmus.kernels.arrays import Array
from isthmus.store import RunEntry, Store
from isthmus.store.datasets import file_problems, stored_frame
from isthmus.store.runs import provenance_of
from isthmus.store.tables import TableEntry

MOST = 200
"""Answers that are looked at together."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers of a lens.

    Parameters
    ----------
    table : str, optional
        Table of the lens; needed where there are several.
    where : mapping
        Value by dimension, to keep some rows only.
    quantity : str, optional
        One value column; all when not given.
    """

    table: str | None = None
    where: Mapping[str, Any] = field(default_factory=dict)
    quantity: str | None = None


@dataclass(frozen=True)
class SampledAnswers:
    """Answers over samples.

    Parameters
    ----------
    rows : polars.DataFrame
        What each answer is: the dimensions of the table, `quantity` and `unit`.
    columns : tuple of Column
        Schema of `rows`.
    values : float64[answers, samples]
        nan where a sample has no such row.
    drawn : mapping of str to sequence
        Drawn values of every parameter, by path.
    table : str
        Table of the lens.
    datasets : tuple of str
        Data sets that it rests on.
    kind : Kind
        Its kind.
    provenance : Provenance
        How the first run was made.
    citations : tuple of str
        Works behind the lens.
    runs : tuple of str
        Ids of the runs.
    failed : int
        Samples in which the model has no solution.
    """

    rows: pl.DataFrame
    columns: tuple[Column, ...]
    values: Array
    drawn: Mapping[str, Sequence[Any]]
    table: str
    datasets: tuple[str, ...]
    kind: Kind
    provenance: Provenance
    citations: tuple[str, ...]
    runs: tuple[str, ...]
    failed: int


def read_answers(store: Store, runs: Sequence[RunEntry], wanted: Wanted) -> SampledAnswers:
    """Read one table of finished ensembles of the same lens; their samples follow each other.

    Raises
    ------
    NotFound
        When there is no such table or row.
    BadInput
        When a run is no ensemble, a dimension or column is unknown, or more than `MOST` answers
        fit.
    DataCorrupted
        When a part is damaged.
    """
    outputs = [store.outputs(run.id) for run in runs]
    sources = [pick_table(output, wanted.table) for output in outputs]
    source = sources[0]
    raise_all("answers", check_where(source, wanted.where))
    values = _value_columns(source, wanted.quantity)
    dimensions = dimensions_of(source)
    counts: list[int] = []
    frames, failed = [], 0
    for run, output, table in zip(runs, outputs, sources, strict=True):
        if run.manifest is None or run.manifest.kind != "ensemble":
            raise BadInput(f"run '{run.id}' is a single call, not an ensemble")
        frame = _kept(run, table, wanted.where, [*dimensions, *values])
        frames.append(frame.with_columns(pl.col("sample") + sum(counts)))
        counts.append(int(run.manifest.plan["samples"]))
        failed += sum(t.rows for t in output.tables if t.name == FAILURES_TABLE)
    whole = pl.concat(frames)
    rows, cells = _as_array(whole, dimensions, values, sum(counts))
    first = outputs[0]
    return SampledAnswers(
        rows=rows,
        columns=_row_columns(source, [name for name in dimensions if name in rows.columns]),
        values=cells,
        drawn=_drawn(runs, [_samples_of(output.tables) for output in outputs]),
        table=source.name,
        datasets=source.datasets,
        kind=Kind.weakest([Kind.ASSUMED, source.kind]),
        provenance=provenance_of(first, where=runs[0].id),
        citations=first.citations,
        runs=tuple(run.id for run in runs),
        failed=failed,
    )


def _value_columns(source: TableEntry, wanted: str | None) -> dict[str, str]:
    """Return the units of the value columns."""
    units = {c.name: c.unit for c in source.columns if c.role == "value"}
    if wanted is None:
        return units
    if wanted not in units:
        hint = did_you_mean(wanted, units) or f"choose one of {', '.join(units)}"
        raise NotFound(f"there is no column of numbers '{wanted}'", where=source.name, hint=hint)
    return {wanted: units[wanted]}


def _kept(
    run: RunEntry, source: TableEntry, where: Mapping[str, Any], columns: Sequence[str]
) -> pl.DataFrame:
    for problem in file_problems(run.folder, source.files):
        raise DataCorrupted(problem, where=run.id)
    keep = [pl.col(key).cast(pl.String) == str(value) for key, value in where.items()]
    unit = ["unit"] if any(c.name == "unit" for c in source.columns) else []
    read = list(dict.fromkeys(["sample", *columns, *unit]))
    return pl.concat([stored_frame(run.folder / f.name, read).filter(*keep) for f in source.files])


def _as_array(
    whole: pl.DataFrame, dimensions: Sequence[str], values: Mapping[str, str], samples: int
) -> tuple[pl.DataFrame, Array]:
    """Return what each answer is, and its value in every sample."""
    dimensions = _telling(whole, dimensions)
    key = dimensions or ["all"]
    if not dimensions:
        whole = whole.with_columns(pl.lit(0).alias("all"))
    own = ["unit"] if "unit" in whole.columns and "unit" not in key else []
    groups = whole.select(*key, *own).unique(subset=key, keep="first", maintain_order=True)
    groups = groups.sort(key, nulls_last=True)
    if groups.height == 0:
        raise NotFound("no row fits", hint="see --where")
    if groups.height * len(values) > MOST:
        what = f"{groups.height} rows of {len(values)} columns of numbers are too many to look at"
        raise BadInput(what, hint=f"narrow them to {MOST} answers: --where, --quantity")
    placed = whole.join(
        groups.select(key).with_row_index("place"), on=key, how="left", nulls_equal=True
    )
    place, sample = placed["place"].to_numpy(), placed["sample"].to_numpy()
    cells = np.full((len(values), groups.height, samples), np.nan)
    for k, name in enumerate(values):
        column = placed[name].cast(pl.Float64).fill_null(float("nan"))
        cells[k, place, sample] = column.to_numpy()
    frames = [
        groups.with_columns(
            pl.lit(name).alias("quantity"),
            pl.col("unit") if own else pl.lit(unit).alias("unit"),
        ).select(*dimensions, "quantity", "unit")
        for name, unit in values.items()
    ]
    return pl.concat(frames), cells.reshape(-1, samples)


def _telling(whole: pl.DataFrame, dimensions: Sequence[str]) -> list[str]:
    """Leave out dimensions that do not tell rows of a sample apart and differ between samples.

    A party that has a range is one: the answer is what the sample says, whoever it is about.
    """
    kept, samples = list(dimensions), whole["sample"].n_unique()
    for name in dimensions:
        if whole.select(kept).n_unique() * samples == whole.height:
            break
        rest = [other for other in kept if other != name]
        alone = whole.select("sample", *rest).n_unique() == whole.height
        if alone and whole[name].n_unique() > 1:
            kept = rest
    return kept


def _row_columns(source: TableEntry, dimensions: Sequence[str]) -> tuple[Column, ...]:
    texts = {c.name: c.text for c in source.columns}
    return (
        *(Column(name, "dimension", text=texts[name]) for name in dimensions),
        Column("quantity", "dimension", text="column of numbers of the lens"),
        Column("unit", "attribute", text="unit of the answer"),
    )


def _samples_of(tables: Sequence[TableEntry]) -> TableEntry:
    return next(table for table in tables if table.name == SAMPLES_TABLE)


def _drawn(runs: Sequence[RunEntry], tables: Sequence[TableEntry]) -> dict[str, list[Any]]:
    """Return the drawn values by path; numbers, or the text of alternatives."""
    out: dict[str, list[Any]] = {}
    for run, table in zip(runs, tables, strict=True):
        for problem in file_problems(run.folder, table.files):
            raise DataCorrupted(problem, where=run.id)
        frames = [stored_frame(run.folder / file.name) for file in table.files]
        whole = pl.concat(frames).sort("sample", maintain_order=True)
        for (path,), part in whole.group_by("parameter", maintain_order=True):
            numbers, texts = part["value"].to_list(), part["text"].to_list()
            held = [t if v is None else v for v, t in zip(numbers, texts, strict=True)]
            out.setdefault(str(path), []).extend(held)
    return out
