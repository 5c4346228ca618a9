"""Designs in blocks: rows that belong together, for what single parameters do to an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from isthmus.errors import InputProblem
from isthmus.kernels.arrays import Array
from isthmus.kernels.sensitivity import morris_path
from isthmus.runtime.streams import task_generator

Blocked = Literal["saltelli", "morris", "one_at_a_time"]
BLOCKED: tuple[Blocked, ...] = ("saltelli", "morris", "one_at_a_time")

LOWEST, HIGHEST = 0.05, 0.95
"""Quantiles of a range between which a path of Morris moves."""

ENDS = (0.1, 0.9)
"""Quantiles at which a parameter stands alone, all others at their medians."""

_ROWS = 4096


def block_size(design: str, d: int) -> int:
    """Return how many samples of a design belong together: 1 where each stands for itself."""
    return {"saltelli": d + 2, "morris": d + 1, "one_at_a_time": 2 * d + 1}.get(design, 1)


def check_blocks(design: str, samples: int, first: int, paths: int) -> list[InputProblem]:
    """Return what is wrong with a design of so many samples and parameters."""
    problems = []
    size = block_size(design, paths)
    if samples % size:
        hint = f"a {design} design of {paths} parameters has blocks of {size}"
        problems.append(InputProblem(f"{samples} samples", "samples", hint))
    if first < 0 or (first and design not in ("saltelli", "morris")):
        hint = "only a saltelli or morris design goes on after earlier blocks"
        problems.append(InputProblem(f"first block {first}", "first", hint))
    return problems


def blocked_rows(design: str, shape: tuple[int, int], seed: int, first: int) -> Iterator[Array]:
    """Yield the rows of a design in blocks.

    Parameters
    ----------
    design : {"saltelli", "morris", "one_at_a_time"}
        ``saltelli``: two rows A and B of a scrambled Sobol sequence in twice as many dimensions,
        and between them A with each parameter in turn from B (Saltelli et al. 2010); ``morris``:
        paths of one step per parameter (Morris 1991), between `LOWEST` and `HIGHEST`;
        ``one_at_a_time``: all at the median, then each parameter in turn at both of `ENDS`.
    shape : tuple of int
        Rows n, a multiple of `block_size`, and parameters d.
    seed : int
        Seed of the sequence; path k has stream k.
    first : int
        Blocks that came before: two designs, one going on where the other ended, are one design.

    Yields
    ------
    float64[rows, d]
        Whole blocks, in [0, 1).

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181; Morris (1991), Technometrics 33.
    """
    n, d = shape
    count = n // block_size(design, d)
    if design == "saltelli":
        yield from _saltelli(count, d, seed, first)
    elif design == "morris":
        for number in range(first, first + count):
            points, _ = morris_path(d, task_generator(seed, number))
            yield LOWEST + (HIGHEST - LOWEST) * points
    else:
        for _ in range(count):
            rows = np.full((2 * d + 1, d), 0.5)
            for j in range(d):
                rows[1 + 2 * j : 3 + 2 * j, j] = ENDS
            yield rows


def path_points(count: int, d: int, seed: int, first: int) -> Array:
    """Return the points of the paths of a ``morris`` design, float64[count, d + 1, d] in [0, 1]."""
    paths = [morris_path(d, task_generator(seed, k))[0] for k in range(first, first + count)]
    return np.stack(paths)


def _saltelli(count: int, d: int, seed: int, first: int) -> Iterator[Array]:
    from isthmus.ensemble.design import sobol_sequence

    sequence = sobol_sequence(2 * d, seed)
    if first:
        sequence.fast_forward(first)
    for start in range(0, count, _ROWS):
        pair = sequence.random(min(_ROWS, count - start))
        a, b = pair[:, :d], pair[:, d:]
        rows = np.repeat(a[:, None, :], d + 2, axis=1)
        for j in range(d):
            rows[:, 1 + j, j] = b[:, j]
        rows[:, d + 1] = b
        yield rows.reshape(-1, d)
