"""The whole state of a single run as arrays, so that a killed run goes on to the same last bit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.disruption.record import DailyLosses, Trace
from isthmus.evidence import Provenance
from isthmus.kernels.disruption_batch import State
from isthmus.kernels.disruption_run import BatchRun
from isthmus.runtime import ArrayCheckpoint, canonical_hash

EVERY = 30
"""Days between two checkpoints."""

_STATE = ("orders", "weight", "factor", "output", "backlog", "waiting", "tight")
_BLOCKS = ("stock", "ask")
_LOSSES = ("value_added", "unmet")
_TRACE = (
    "total",
    "lowest",
    "lowest_day",
    "recovered",
    "by_economy",
    "held",
    "low_stock",
    "low_day",
    "first",
    "cause",
    "sector",
    "supplier",
    "shortfall",
    "demand_led",
)


@dataclass(slots=True)
class Course:
    """A single run on its way: the kernel, what is kept of its days, and where it stands.

    Attributes
    ----------
    day : int
        Days done.
    worst : float
        Largest daily gap of goods so far, share of world output.
    """

    run: BatchRun
    losses: DailyLosses
    trace: Trace
    day: int = 0
    worst: float = 0.0
    state: State | None = None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return all that the rest of the run depends on."""
        state = self.run.state
        held = {name: getattr(state, name) for name in _STATE}
        out = {f"state_{name}": part for name, part in held.items() if part is not None}
        for name in _BLOCKS:
            out |= {f"{name}_{i}": block for i, block in enumerate(getattr(state, name))}
        out |= {f"losses_{name}": getattr(self.losses, name) for name in _LOSSES}
        out |= {f"trace_{name}": getattr(self.trace, name) for name in _TRACE}
        if self.run.rebuilding is not None:
            out |= {f"left_{i}": left for i, left in enumerate(self.run.rebuilding.left)}
        return {name: np.asarray(array) for name, array in out.items()}

    def restore(self, day: int, worst: float, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go to the end of day `day` - 1 as it was kept."""
        parts: dict[str, Any] = {name: arrays.get(f"state_{name}") for name in _STATE}
        for name in _BLOCKS:
            parts[name] = [arrays[f"{name}_{i}"] for i in range(len(self.run.blocks))]
        self.state = State(**parts)
        for name in _LOSSES:
            setattr(self.losses, name, arrays[f"losses_{name}"])
        for name in _TRACE:
            setattr(self.trace, name, arrays[f"trace_{name}"])
        if self.run.rebuilding is not None:
            count = len(self.run.rebuilding.left)
            self.run.rebuilding.left = [arrays[f"left_{i}"] for i in range(count)]
        self.run.state = self.state
        self.trace.days, self.day, self.worst = day, day, worst
        self.trace.before(self.state)


def question(about: Provenance, course: Course, final: NDArray[Any]) -> str:
    """Return the hash of all that a run depends on: what was asked, of which table, which loops."""
    table = hashlib.sha256(np.ascontiguousarray(course.run.initial).tobytes())
    table.update(np.ascontiguousarray(final).tobytes())
    engine = type(course.run).__name__
    words = {"about": about.to_dict(), "table": table.hexdigest(), "engine": engine}
    return canonical_hash(words)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps a course every `every` days, and finds it again when the same is asked.

    Parameters
    ----------
    place : ArrayCheckpoint
        Where.
    asked : str
        Hash of all that the result depends on; a state kept for another question is not used.
    every : int
        Days between two checkpoints.
    """

    place: ArrayCheckpoint
    asked: str
    every: int = EVERY

    def save(self, course: Course, target: Path | None) -> None:
        """Keep the course as it is now, and where its daily rows are wanted."""
        daily = str(target) if target is not None else ""
        about = {"asked": self.asked, "day": course.day, "worst": course.worst, "daily": daily}
        self.place.save(about, course.arrays())

    def restore(self, course: Course, target: Path | None) -> Path | None:
        """Set a fresh course to where it was kept; return where its daily rows are wanted.

        A run that kept no daily rows is begun again when they are asked for.
        """
        kept = self.place.load()
        if kept is None or kept[0].get("asked") != self.asked:
            return target
        about, arrays = kept
        if target is not None and not about["daily"]:
            return target
        course.restore(int(about["day"]), float(about["worst"]), arrays)
        return target or (Path(about["daily"]) if about["daily"] else None)
