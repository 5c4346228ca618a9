"""Independent random streams per task, the same whichever worker draws them."""

from __future__ import annotations

import numpy as np


def task_seed(seed: int, *number: int) -> np.random.SeedSequence:
    """Return the seed of task `number`: the child that ``SeedSequence.spawn`` gives it.

    The same as ``SeedSequence(seed).spawn(number + 1)[number]``, without making the others.

    Parameters
    ----------
    seed : int
        Seed of the whole run.
    *number : int
        Index of the task, from 0; more than one for a task of a task.
    """
    return np.random.SeedSequence(seed, spawn_key=number)


def task_generator(seed: int, *number: int) -> np.random.Generator:
    """Return the random generator of task `number`."""
    return np.random.Generator(np.random.PCG64(task_seed(seed, *number)))
