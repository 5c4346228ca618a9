"""One progress protocol: a callback that receives events; faces decide what to show."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TextIO


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """How far a piece of long work is.

    Parameters
    ----------
    task : str
        What is being done, for a reader.
    done : int
        Units finished, work kept from an earlier start included.
    total : int or None
        Units in all; None when unknown.
    unit : str
        What is counted.
    resumed : int
        Units of `done` that were kept from an earlier start, to leave out of a rate.
    """

    task: str
    done: int
    total: int | None
    unit: str = "batches"
    resumed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "task": self.task,
            "done": self.done,
            "total": self.total,
            "unit": self.unit,
            "resumed": self.resumed,
        }


Progress = Callable[[ProgressEvent], None]


def silent(event: ProgressEvent) -> None:
    """Show nothing."""


@contextlib.contextmanager
def terminal_progress(stream: TextIO | None = None) -> Iterator[Progress]:
    """Yield a callback that draws a bar with the time left, or shows nothing off a terminal.

    Parameters
    ----------
    stream : text stream, optional
        Where to draw; standard error by default, so that data on standard output stay clean.
    """
    stream = stream if stream is not None else sys.stderr
    if not stream.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}", markup=False),
        TimeRemainingColumn(),
    )
    rows: dict[str, Any] = {}
    with Bar(*columns, console=Console(file=stream), transient=True) as bar:

        def show(event: ProgressEvent) -> None:
            if event.task not in rows:
                rows[event.task] = bar.add_task(
                    event.task, total=event.total, completed=event.resumed, unit=event.unit
                )
            bar.update(rows[event.task], completed=event.done, total=event.total)

        yield show
