"""Tasks that worker processes can find by name."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path

import numpy as np

from isthmus.errors import BadInput, InputProblem
from isthmus.runtime import Batch
from isthmus.runtime.streams import task_generator


def product(batch: Batch) -> dict[str, str]:
    """A product and a solve whose last bits depend on the number of threads."""
    draw = task_generator(3, batch.number)
    a = draw.standard_normal((300, 300))
    out = np.linalg.solve(a @ a.T + np.eye(300), a.sum(axis=1))
    return {"sha256": hashlib.sha256(out.tobytes()).hexdigest(), "rows": str(len(batch))}


def square(item: int) -> int:
    return item * item


def slow_first(item: int) -> int:
    time.sleep(0.3 if item == 0 else 0.0)
    return item


def fail(item: int) -> int:
    raise BadInput("the task", [InputProblem(f"item {item}", "here", "mend it")])


def die(item: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return item


class Unportable(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def fail_unportably(item: int) -> int:
    raise Unportable(item, 2)


def threads(item: int) -> str:
    return os.environ["OPENBLAS_NUM_THREADS"]


def linger(folder: str) -> int:
    """Work until the parent is gone."""
    parent = os.getppid()
    (Path(folder) / f"{os.getpid()}.alive").touch()
    while os.getppid() == parent:
        time.sleep(0.01)
    return 0


def mark(item: tuple[str, int]) -> int:
    """Leave a trace of every begin and end, the process in its name; task 0 ends only again."""
    folder, number = Path(item[0]), item[1]
    again = any(folder.glob(f"{number}-*.begun"))
    (folder / f"{number}-{os.getpid()}-{time.monotonic_ns()}.begun").touch()
    time.sleep(60.0 if number == 0 and not again else 0.02)
    (folder / f"{number}.done").touch(exist_ok=True)
    return number


def fail_in_the_middle(batch: Batch) -> dict[str, str]:
    if batch.start in (4, 8):
        raise BadInput("the task", [InputProblem(f"item {batch.start}", "here", "mend it")])
    return product(batch)
