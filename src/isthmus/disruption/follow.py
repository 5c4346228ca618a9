"""Following a single run day by day: records, checks, daily rows, checkpoints, cancel."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from isthmus.disruption.daily import DailySink
from isthmus.disruption.resume import Course, Keeper
from isthmus.disruption.table import Daily
from isthmus.kernels.disruption_run import BatchRun
from isthmus.runtime import ArrayCheckpoint, CancelToken, Progress, ProgressEvent, working_folder
from isthmus.runtime.litter import sweep

PARTS = "daily"


def follow(
    course: Course,
    daily: Daily,
    name: str,
    *,
    target: Path | None = None,
    sink: DailySink | None = None,
    keeper: Keeper | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> None:
    """Take a course to its last day.

    Parameters
    ----------
    course : Course
        Fresh, or restored.
    daily : Daily
        The table.
    name : str
        Name of the scenario, for progress.
    target : Path, optional
        Where daily rows are wanted, kept with the state.
    sink, keeper, progress, cancel : optional
        Take the rows of each day, keep the state, are told, stop the run.

    Raises
    ------
    Cancelled
        When `cancel` was set; the state is kept first.
    """
    run, trace, table = course.run, course.trace, daily.table
    days, begun = run.drivers.days, course.day
    world = float(table.output.sum())
    held = float(trace.held.sum())
    if progress is not None and begun:
        progress(ProgressEvent(name, begun, days, "days", begun))
    stream = run.days(begun, course.state)
    for t in range(begun, days):
        if cancel is not None and cancel.cancelled:
            _keep(course, target, sink, keeper)
            cancel.check()
        day = next(stream)
        course.losses.add(t, day, run.final)
        trace.add(t, day, run, table)
        now = float(trace.held.sum())
        course.worst = max(course.worst, gap_of(day, run, now - held) / world)
        held = now
        trace.before(run.state)
        course.day = t + 1
        if sink is not None:
            sink.add(day, run, trace)
        if keeper is not None and course.day % keeper.every == 0 and course.day < days:
            _keep(course, target, sink, keeper)
        if progress is not None and (course.day % 10 == 0 or course.day == days):
            progress(ProgressEvent(name, course.day, days, "days", begun))


def _keep(
    course: Course, target: Path | None, sink: DailySink | None, keeper: Keeper | None
) -> None:
    """Write rows before the state that counts on them."""
    if keeper is None or course.day == 0:
        return
    if sink is not None:
        sink.flush()
    keeper.save(course, target)


def gap_of(day: Any, run: BatchRun, change: float) -> float:
    """Return what was made less what was used, kept and delivered, money a day, unsigned."""
    final = np.asarray(run.final.by_supplier, dtype=np.float64)
    if run.rebuilding is not None:
        final = final + run.rebuilt
    delivered = float((final * np.asarray(day.met_final, dtype=np.float64)).sum())
    delivered += float(np.asarray(day.late, dtype=np.float64).sum())
    made = float(np.asarray(day.output, dtype=np.float64).sum())
    used = float(np.asarray(day.used, dtype=np.float64).sum())
    return abs(made - delivered - used - change)


@contextlib.contextmanager
def parts_folder(target: Path, checkpoint: ArrayCheckpoint | None) -> Iterator[Path]:
    """Yield where the parts of daily rows are collected: with the state, or beside `target`."""
    if checkpoint is not None:
        yield checkpoint.folder / PARTS
        return
    sweep(target.parent)
    with working_folder(target) as folder:
        yield folder
