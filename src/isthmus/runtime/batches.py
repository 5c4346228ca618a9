"""The one loop for long work: batches with fixed bounds, cancel, progress, checkpoints, resume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from isthmus.errors import (
    BadInput,
    Cancelled,
    InputProblem,
    IsthmusError,
    StorageFull,
    StorageReadOnly,
)
from isthmus.runtime.cancel import CancelToken
from isthmus.runtime.checkpoints import Checkpoints
from isthmus.runtime.executors import Executor, SerialExecutor
from isthmus.runtime.processes import attempted
from isthmus.runtime.progress import Progress, ProgressEvent, silent

MOST_FAILED = 8
"""Batches that may fail before the rest is not begun."""

_ENDS_ALL = (Cancelled, StorageFull, StorageReadOnly, MemoryError)


@dataclass(frozen=True, slots=True)
class Batch:
    """Items `start` to `stop` (exclusive) of a run, as batch `number`."""

    number: int
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start


def split(count: int, size: int) -> tuple[Batch, ...]:
    """Cut `count` items into batches of `size`; the last may be smaller.

    The bounds depend on nothing else, so that a run gives the same sums wherever it runs.

    Raises
    ------
    BadInput
        When `count` is negative or `size` below one.
    """
    if count < 0 or size < 1:
        problem = InputProblem(f"{count} items in batches of {size}", "batch", "give 1 or more")
        raise BadInput("the work cannot be cut into batches", [problem])
    starts = range(0, count, size)
    return tuple(Batch(n, at, min(at + size, count)) for n, at in enumerate(starts))


def run_batches(
    task: Callable[[Batch], dict[str, Any]],
    batches: tuple[Batch, ...],
    *,
    label: str,
    executor: Executor | None = None,
    checkpoints: Checkpoints | None = None,
    usable: Callable[[Batch, dict[str, Any]], bool] | None = None,
    cancel: CancelToken | None = None,
    progress: Progress = silent,
) -> list[dict[str, Any]]:
    """Run `task` over all `batches` and return its outcomes in their order.

    Parameters
    ----------
    task : callable
        Takes a `Batch`, returns plain JSON values; large results it writes itself and returns
        their names and hashes, which keeps the memory of a run independent of its length. A
        function at module level (or a `functools.partial` of one), so that it can travel.
    batches : tuple of Batch
        From `split`.
    label : str
        What is being done, for progress.
    executor : Executor, optional
        Serial by default; closed by the caller.
    checkpoints : Checkpoints, optional
        Where outcomes are kept and found again.
    usable : callable, optional
        Says whether a kept outcome can still be used (its files are there); default: always.
    cancel : CancelToken, optional
        Checked before each batch.
    progress : callable
        Receives a `ProgressEvent` at the start and after each batch.

    Raises
    ------
    Cancelled
        When `cancel` was set; outcomes so far are kept.
    IsthmusError
        What a batch raised, when the others are done; where several fail, what the first did, with
        the items of all. After `MOST_FAILED` of them, or where the place to write is full, the
        rest is not begun.
    """
    kept = {b.number: p for b in batches if (p := _kept(b, checkpoints, usable)) is not None}
    todo = [batch for batch in batches if batch.number not in kept]
    outcomes = dict(kept)
    progress(ProgressEvent(label, len(kept), len(batches), resumed=len(kept)))
    runner = executor if executor is not None else SerialExecutor()
    failed: list[tuple[Batch, Exception]] = []
    answers = runner.run(partial(_tried, task), todo, cancel=cancel)
    with ExitStack() as at_end:
        at_end.callback(getattr(answers, "close", _nothing))
        for batch, (outcome, error) in zip(todo, answers, strict=True):
            if error is not None:
                failed.append((batch, error))
                if isinstance(error, _ENDS_ALL) or len(failed) >= MOST_FAILED:
                    break
                continue
            if checkpoints is not None:
                checkpoints.save(batch.number, outcome)
            outcomes[batch.number] = outcome
            progress(ProgressEvent(label, len(outcomes), len(batches), resumed=len(kept)))
    if failed:
        raise _named(failed)
    return [outcomes[batch.number] for batch in batches]


def _nothing() -> None:
    """Leave answers of an executor that is no generator as they are."""


def _tried(
    task: Callable[[Batch], dict[str, Any]], batch: Batch
) -> tuple[dict[str, Any], Exception | None]:
    """Return the outcome of a batch, or what it raised in a form that can travel."""
    good, answer = attempted(task, batch, where=f"batch {batch.number}")
    return (answer, None) if good else ({}, answer)


def _named(failed: Sequence[tuple[Batch, Exception]]) -> Exception:
    """Return the first error, with the items of all batches that failed in its place."""
    items = ", ".join(f"{batch.start} to {batch.stop - 1}" for batch, _ in failed)
    first = failed[0][1]
    if isinstance(first, IsthmusError):
        first.where = "; ".join(filter(None, (first.where, f"items {items}")))
    else:
        first.add_note(f"items {items}")
    return first


def _kept(
    batch: Batch,
    checkpoints: Checkpoints | None,
    usable: Callable[[Batch, dict[str, Any]], bool] | None,
) -> dict[str, Any] | None:
    payload = checkpoints.load(batch.number) if checkpoints is not None else None
    if payload is None or (usable is not None and not usable(batch, payload)):
        return None
    return payload
