"""Every day of every industry, streamed to Parquet: memory does not grow with the days."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.disruption.record import Trace, unmet_cells
from isthmus.evidence import Column, Kind, Provenance
from isthmus.kernels.disruption_batch import Day
from isthmus.kernels.disruption_run import BatchRun
from isthmus.runtime import canonical_json, disk, publish_folder, write_bytes
from isthmus.runtime.atomic import storage_errors
from isthmus.runtime.contents import DAILY
from isthmus.store.datasets import parquet_bytes, stored_frame
from isthmus.store.digest import file_digest

Floats = NDArray[np.float64]

SCHEMA_VERSION = 1
MANIFEST = "daily.json"
ROWS = 200_000
"""Rows held in memory at most (some 20 MB), unless a single day has more."""

COLUMNS = (
    Column("day", "dimension", "day", "day of the run"),
    Column("economy", "dimension", text="code of the economy"),
    Column("industry", "dimension", text="code of the industry"),
    Column("output", "value", "million USD a day", "gross output"),
    Column("value_added", "value", "million USD a day", "output less inputs used"),
    Column("demand", "value", "million USD a day", "orders and final demand that reached it"),
    Column("unmet_orders", "value", "million USD a day", "orders of industries not delivered"),
    Column(
        "unmet_final",
        "value",
        "million USD a day",
        "final demand of this economy for this industry's products, of any origin, not delivered",
    ),
    Column("stock_held", "value", "million USD", "stocks of all inputs that it holds, end of day"),
    Column(
        "stock_of_product",
        "value",
        "million USD",
        "stocks of this industry's products, of any origin, held in this economy, end of day",
    ),
)
VALUES = tuple(c.name for c in COLUMNS if c.role == "value")


class DailySink:
    """Rows of each day, written as parts of a fixed number of days.

    Parameters
    ----------
    folder : Path
        Where the parts are collected.
    economies, industries : sequence of str
        Labels of the table.
    done : int
        Days that an earlier start has written; a part begun by it is read again, so that the
        files are those of a run in one go.
    """

    def __init__(
        self, folder: Path, economies: Sequence[str], industries: Sequence[str], *, done: int = 0
    ) -> None:
        self.folder = folder
        self.economies, self.industries = tuple(economies), tuple(industries)
        self.days_per_part = max(1, ROWS // (len(economies) * len(industries)))
        self.part = done // self.days_per_part
        self.rows: list[Floats] = []
        self.first = self.part * self.days_per_part
        with storage_errors(folder):
            disk.make_folder(folder)
        if done > self.first:
            kept = stored_frame(self._path()).filter(pl.col("day") < done)
            values = kept.select(VALUES).to_numpy()
            self.rows = list(values.reshape(done - self.first, -1, len(VALUES)))

    def _path(self) -> Path:
        return self.folder / f"part-{self.part:05d}.parquet"

    def add(self, day: Day, run: BatchRun, trace: Trace) -> None:
        """Add a day of a batch of one; `trace` has it already."""
        self.rows.append(day_rows(day, run, trace))
        if len(self.rows) == self.days_per_part:
            self.flush()
            self.rows = []
            self.part += 1
            self.first += self.days_per_part

    def flush(self) -> None:
        """Write the part that is being filled."""
        if not self.rows:
            return
        n = len(self.economies) * len(self.industries)
        days = len(self.rows)
        values = np.concatenate(self.rows)
        labels = {
            "day": np.repeat(np.arange(self.first, self.first + days), n),
            "economy": np.tile(np.repeat(self.economies, len(self.industries)), days),
            "industry": np.tile(self.industries, days * len(self.economies)),
        }
        frame = pl.DataFrame({**labels, **dict(zip(VALUES, values.T, strict=True))})
        write_bytes(self._path(), parquet_bytes(frame))


def day_rows(day: Day, run: BatchRun, trace: Trace) -> Floats:
    """Return the values of one day, industries in rows, shape (n, values).

    Parameters
    ----------
    day : Day
        Of a batch of one.
    run : BatchRun
        The run, after the day.
    trace : Trace
        With the day's stocks by input and economy.
    """
    output, demand, used, met, served = (
        np.asarray(a, dtype=np.float64)[:, 0]
        for a in (day.output, day.demand, day.used, day.met_orders, day.met_final)
    )
    final = np.asarray(run.final.by_supplier, dtype=np.float64)[:, 0]
    if run.rebuilding is not None:
        final = final + run.rebuilt[:, 0]
    orders = np.maximum(demand - final, 0.0)
    stock = sum(np.asarray(b, dtype=np.float64).sum(axis=0) for b in run.state.stock)
    return np.stack(
        [
            output,
            output - used,
            demand,
            orders * np.maximum(1.0 - met, 0.0),
            unmet_cells(served, run.final).T.reshape(-1),
            np.asarray(stock)[:, 0],
            trace.held.T.reshape(-1),
        ],
        axis=1,
    )


def publish(
    sink: DailySink,
    target: Path,
    *,
    days: int,
    provenance: Provenance,
    kind: Kind,
    notes: Sequence[str],
    run: str,
    replace: bool = False,
) -> None:
    """Give the finished parts and a manifest that names the run the name `target`, in one step.

    With `replace` a folder that holds nothing but daily rows gives way.

    Raises
    ------
    TargetExists, TargetRefused
        When `target` is there already and not empty, or is no folder.
    StorageFull, StorageReadOnly
        When it cannot be written; nothing half-written is left.
    """
    sink.flush()
    parts = sorted(sink.folder.glob("part-*.parquet"))
    with publish_folder(target, contents=DAILY, replace=replace) as staging:
        for part in parts:
            shutil.copyfile(part, staging / part.name)
        about: Mapping[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "what": "daily",
            "run": run,
            "provenance": provenance.to_dict(),
            "kind": kind.value,
            "days": days,
            "rows": days * len(sink.economies) * len(sink.industries),
            "columns": [
                {"name": c.name, "role": c.role, "unit": c.unit, "text": c.text} for c in COLUMNS
            ],
            "notes": list(notes),
            "files": [
                {"name": p.name, "bytes": p.stat().st_size, "sha256": file_digest(p)} for p in parts
            ],
        }
        write_bytes(staging / MANIFEST, (canonical_json(about, indent=2) + "\n").encode())
