"""Many shocks over one network: which form of the kernel runs, on how many threads."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from isthmus.cascade.shocks import Shocks
from isthmus.errors import DidNotConverge, InputProblem, raise_all
from isthmus.kernels.arrays import Array, Ints
from isthmus.kernels.cascade import (
    MOST_STEPS,
    Levels,
    Supply,
    empty_outcome,
    propagate,
    systemic_index,
)
from isthmus.kernels.cascade_exact import fixed_point
from isthmus.runtime import (
    Batch,
    CancelToken,
    Checkpoints,
    Progress,
    ThreadExecutor,
    run_batches,
    silent,
    split,
)

Rule = Literal["published", "exact"]
Engine = Literal["auto", "numpy", "compiled"]
DEFAULT_EPS = 1e-2
# Below this many link visits per full step of all shocks, compiling costs more than it saves.
_WORTH_COMPILING = 50_000_000
_BATCH = 512


@dataclass(frozen=True, slots=True)
class Outcome:
    """Index of many shocks.

    Parameters
    ----------
    index : ndarray of float64, shape (b, 3)
        Lost share of the network's output: combined, downstream part, upstream part.
    steps : ndarray of int64, shape (b,)
        Steps until the stopping rule was met (or of the exact solution).
    change : ndarray of float64, shape (b,)
        Largest change in the last step; the residual under the exact rule.
    by_group : ndarray of float64, shape (b, g)
        The combined loss by group of the firms that lose it; sums to the index.
    rule : str
        The stopping rule in words; printed wherever the index is.
    walked, full : int
        Links visited, and links that full steps would have visited; 0 where not counted.
    """

    index: Array
    steps: Ints
    change: Array
    by_group: Array
    rule: str
    walked: int = 0
    full: int = 0


def rule_text(rule: Rule, eps: float) -> str:
    """Return the stopping rule in words."""
    if rule == "exact":
        return "exact fixed point"
    return f"published stopping rule, eps = {eps:g}"


def run_shocks(
    supply: Supply,
    shocks: Shocks,
    *,
    weight: Array,
    group: Ints | None = None,
    rule: Rule = "published",
    eps: float = DEFAULT_EPS,
    engine: Engine = "auto",
    threads: int = 0,
    full_steps: bool = False,
    checkpoints: Checkpoints | None = None,
    cancel: CancelToken | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Run every shock and return the index of each.

    Parameters
    ----------
    supply : Supply
        The network.
    shocks : Shocks
        The shocks.
    weight : ndarray of float, shape (n,)
        Weight of each firm in the index.
    group : ndarray of int, shape (n,), optional
        Group by which losses are reported; one group by default.
    rule : {"published", "exact"}
        Stop when no level changes by more than `eps`, or solve for the fixed point.
    eps : float
        Tolerance of the published rule.
    engine : {"auto", "numpy", "compiled"}
        ``"auto"`` compiles when numba is installed and there is enough work.
    threads : int
        Threads; 0 means one per core. The result does not depend on it.
    full_steps : bool
        Walk over all links in every step instead of those that changed (to measure what the
        frontier saves; compiled form only).
    checkpoints, cancel, progress
        As in `isthmus.runtime.run_batches`; one batch holds 512 shocks.

    Raises
    ------
    BadInput
        When `eps` or the weights make no sense.
    DidNotConverge
        When a shock does not meet its rule.
    Cancelled
        When `cancel` was set.
    """
    _check(weight, rule, eps, supply.n)
    groups = np.zeros(supply.n, np.int64) if group is None else np.asarray(group, np.int64)
    n_groups = int(groups.max()) + 1 if len(groups) else 1
    share = weight / weight.sum()
    compiled = rule == "published" and _compiled(engine, supply, len(shocks))
    work = _BatchWork(supply, shocks, share, groups, n_groups, rule, eps, full_steps)
    task = work.compiled if compiled else work.numpy
    if compiled:
        from isthmus.kernels.cascade_compiled import compiled as kernel

        kernel()  # once, before the threads ask for it
    with ThreadExecutor(threads or os.cpu_count() or 1) as executor:
        parts = run_batches(
            task,
            split(len(shocks), _BATCH),
            label="cascade",
            executor=executor,
            checkpoints=checkpoints,
            cancel=cancel,
            progress=progress,
        )
    outcome = Outcome(
        index=_joined(parts, "index", (0, 3)),
        steps=_joined(parts, "steps", (0,)).astype(np.int64),
        change=_joined(parts, "change", (0,)),
        by_group=_joined(parts, "by_group", (0, n_groups)),
        rule=rule_text(rule, eps),
        walked=sum(int(p["work"][0]) for p in parts),
        full=sum(int(p["work"][1]) for p in parts),
    )
    _settled(outcome.change, shocks, rule, eps)
    return outcome


def levels_of(
    supply: Supply, shocks: Shocks, *, rule: Rule = "published", eps: float = DEFAULT_EPS
) -> Levels:
    """Return the lost share of every firm for each shock (memory n x b).

    Raises
    ------
    DidNotConverge
        When a shock does not meet its rule.
    """
    levels = _levels(supply, shocks.dense(supply.n), rule, eps)
    _settled(levels.change, shocks, rule, eps)
    return levels


def _levels(supply: Supply, psi: Array, rule: Rule, eps: float) -> Levels:
    if rule == "exact":
        return fixed_point(supply, psi)
    return propagate(supply, psi, eps=eps, max_steps=MOST_STEPS)


@dataclass(frozen=True, slots=True)
class _BatchWork:
    """What every batch of shocks is run with."""

    supply: Supply
    shocks: Shocks
    share: Array
    group: Ints
    n_groups: int
    rule: Rule
    eps: float
    full_steps: bool

    def numpy(self, batch: Batch) -> dict[str, Any]:
        n, share = self.supply.n, self.share
        lanes = max(1, min(64, 4_000_000 // max(1, n)))
        out = empty_outcome(len(batch), self.n_groups)
        for first in range(batch.start, batch.stop, lanes):
            last = min(first + lanes, batch.stop)
            levels = _levels(self.supply, self.shocks.dense(n, first, last), self.rule, self.eps)
            rows = slice(first - batch.start, last - batch.start)
            out["index"][rows] = np.stack(systemic_index(levels, share), axis=1)
            out["steps"][rows], out["change"][rows] = levels.steps, levels.change
            lost = share[:, None] * np.maximum(levels.down, levels.up)
            for row, lane in zip(out["by_group"][rows], lost.T, strict=True):
                row[:] = np.bincount(self.group, lane, self.n_groups)
        return out

    def compiled(self, batch: Batch) -> dict[str, Any]:
        from isthmus.kernels.cascade_compiled import run_batch

        shocks = self.shocks
        first, last = shocks.start[batch.start], shocks.start[batch.stop]
        out = empty_outcome(len(batch), self.n_groups)
        run_batch(
            self.supply,
            shocks.start[batch.start : batch.stop + 1] - first,
            shocks.firm[first:last],
            shocks.size[first:last],
            share=self.share,
            group=self.group,
            eps=self.eps,
            max_steps=MOST_STEPS,
            full_steps=self.full_steps,
            out=out,
        )
        return out


def _joined(parts: list[dict[str, Any]], key: str, shape: tuple[int, ...]) -> Array:
    arrays = [np.asarray(part[key], np.float64) for part in parts]
    return np.concatenate(arrays) if arrays else np.zeros(shape)


def _compiled(engine: Engine, supply: Supply, count: int) -> bool:
    if engine != "auto":
        return engine == "compiled"
    if supply.n_links * count < _WORTH_COMPILING:
        return False
    return importlib.util.find_spec("numba") is not None


def _check(weight: Array, rule: Rule, eps: float, n: int) -> None:
    problems = []
    if rule not in ("published", "exact"):
        problems.append(InputProblem(f"unknown rule '{rule}'", "rule", "published or exact"))
    if not 0.0 <= eps < 1.0:
        problems.append(InputProblem(f"tolerance {eps:g}", "eps", "give a number in [0, 1)"))
    if len(weight) != n or not np.all(np.isfinite(weight)) or np.any(weight < 0):
        problems.append(InputProblem("weights must be one finite number >= 0 per firm", "weight"))
    elif not weight.sum() > 0:
        problems.append(InputProblem("all firms have output 0: there is nothing to lose", "weight"))
    raise_all("the cascade cannot be run", problems)


def _settled(change: Array, shocks: Shocks, rule: Rule, eps: float) -> None:
    """Raise where a shock did not meet the published rule."""
    if rule == "published" and len(shocks) and change.max() > eps:
        raise DidNotConverge(
            f"levels still change by more than {eps:g} after {MOST_STEPS} steps",
            where=f"shock '{shocks.names[int(change.argmax())]}'",
            hint="choose a larger eps or the exact rule",
        )
