"""Long work that a page started: one at a time, watched, cancelled, kept as a run of the store."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from isthmus.ensemble import Recorded
from isthmus.errors import BadInput, Cancelled, NotFound
from isthmus.runtime import CancelToken, ProgressEvent
from isthmus.runtime.faults import as_named
from isthmus.runtime.home import home_folder

State = Literal["waiting", "running", "done", "cancelled", "failed"]
Work = Callable[[dict[str, Any]], Recorded]

MOST_WAITING = 8
"""Jobs that may wait; who wants more cancels one."""


@dataclass
class Job:
    """One piece of long work.

    Parameters
    ----------
    id : str
        Its name in addresses.
    lens : str
        What is called.
    parameters : mapping
        Plain values of the call.
    work : callable
        Does it; the same again goes on where it was stopped.
    back : str
        Address of the page that waits for it; empty where none does.
    """

    id: str
    lens: str
    parameters: Mapping[str, Any]
    work: Work
    back: str = ""
    token: CancelToken = field(default_factory=CancelToken)
    state: State = "waiting"
    event: ProgressEvent | None = None
    run: str = ""
    problem: str = ""

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in {"done", "cancelled", "failed"}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "id": self.id,
            "lens": self.lens,
            "parameters": dict(self.parameters),
            "state": self.state,
            "progress": None if self.event is None else self.event.to_dict(),
            "run": self.run,
            "problem": self.problem,
            "back": self.back,
        }


class Jobs:
    """The jobs of one explorer; what they compute is kept as runs, also when they are stopped."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="isthmus-job")

    def listed(self) -> list[Job]:
        """Return all jobs, the latest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def job(self, name: str) -> Job:
        """Return a job.

        Raises
        ------
        NotFound
            When this explorer started none of this name.
        """
        if name not in self._jobs:
            hint = "jobs end with the explorer; what they kept is listed under Runs"
            raise NotFound(f"there is no job {name!r}", where="job", hint=hint)
        return self._jobs[name]

    def start(self, lens: str, parameters: Mapping[str, Any], work: Work, back: str = "") -> Job:
        """Start work when its turn comes.

        Parameters
        ----------
        lens : str
            What is called.
        parameters : mapping
            Plain values of the call.
        work : callable
            Does it with the controls ``progress`` and ``cancel``.
        back : str
            Address of the page that waits for it.

        Raises
        ------
        BadInput
            When too many wait already.
        """
        job = Job(secrets.token_hex(6), lens, parameters, work, back)
        with self._lock:
            if sum(not other.over for other in self._jobs.values()) > MOST_WAITING:
                raise BadInput(f"{MOST_WAITING} jobs wait already", hint="cancel one first")
            self._jobs[job.id] = job
        self._pool.submit(self._do, job)
        return job

    def again(self, job: Job) -> Job:
        """Do the same again: a lens that keeps its state goes on where it was stopped."""
        return self.start(job.lens, job.parameters, job.work, job.back)

    def close(self) -> None:
        """Cancel what is not over, and wait until it stopped between two of its batches."""
        for job in self.listed():
            job.token.cancel("the explorer was ended")
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _do(self, job: Job) -> None:
        def told(event: ProgressEvent) -> None:
            job.event = event

        try:
            job.token.check()
            job.state = "running"
            done = job.work({"progress": told, "cancel": job.token})
            job.run, job.problem = done.run, done.reason
            job.state = "done"
        except Cancelled as error:
            job.problem, job.state = str(error), "cancelled"
        except BaseException as error:  # noqa: BLE001 - the page of the job says what broke
            job.problem = str(as_named(error, Path(home_folder()) / "store"))
            job.state = "failed"
