"""Work that a page started: long runs one at a time, and answers that take longer than a page."""

from __future__ import annotations

import ctypes
import secrets
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal

from isthmus.ensemble import Recorded
from isthmus.errors import BadInput, Cancelled, NotFound
from isthmus.runtime import CancelToken, ProgressEvent
from isthmus.runtime.faults import as_named, let_go
from isthmus.runtime.home import home_folder

State = Literal["waiting", "running", "done", "cancelled", "failed"]
Work = Callable[[dict[str, Any]], Recorded | None]

MOST_WAITING = 8
"""Runs that may wait; who wants more cancels one."""
MOST_ASKED, TOGETHER = 32, 2
"""Answers that pages may wait for, and those worked out at the same time."""
LEFT = 4
"""Answers that were stopped inside a call of a library, beyond which no other is begun."""
MOST_OVER = 50
"""Jobs that are over and still have a page, the latest."""
PATIENCE = 2.0
"""Seconds that a page waits for an answer before it shows how far that is instead."""


class Stopped(Cancelled):
    """A reader stopped what a page waited for."""

    def __init__(self) -> None:
        super().__init__("it was stopped", hint="ask again to work it out anew")


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
    key : hashable, optional
        What a page asks; None for a run.
    shown : bool
        Whether a reader can know of it.
    """

    id: str
    lens: str
    parameters: Mapping[str, Any]
    work: Work
    back: str = ""
    key: Hashable = None
    shown: bool = True
    token: CancelToken = field(default_factory=CancelToken)
    state: State = "waiting"
    event: ProgressEvent | None = None
    run: str = ""
    problem: str = ""
    error: BaseException | None = None
    begun: float = 0.0
    thread: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in {"done", "cancelled", "failed"}

    @property
    def seconds(self) -> int:
        """Whole seconds since the work began; 0 before and when it is over."""
        return int(time.monotonic() - self.begun) if self.state == "running" else 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "id": self.id,
            "lens": self.lens,
            "parameters": dict(self.parameters),
            "state": self.state,
            "progress": None if self.event is None else self.event.to_dict(),
            "seconds": self.seconds,
            "run": self.run,
            "problem": self.problem,
            "back": self.back,
        }


class Jobs:
    """The jobs of one explorer; what runs compute is kept, also when they are stopped.

    Parameters
    ----------
    patience : float
        Seconds that a page waits for an answer.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self.patience = patience
        self._jobs: dict[str, Job] = {}
        self._asked: dict[Hashable, Job] = {}
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="isthmus-job")
        self._answers: SimpleQueue[Job] = SimpleQueue()
        self._workers: set[int] = set()
        self._left: set[int] = set()

    def listed(self) -> list[Job]:
        """Return all jobs, the latest first."""
        with self._lock:
            return [job for job in reversed(self._jobs.values()) if job.shown]

    def job(self, name: str) -> Job:
        """Return a job.

        Raises
        ------
        NotFound
            When this explorer started none of this name, or it is long over.
        """
        found = self._jobs.get(name)
        if found is None:
            hint = "jobs end with the explorer; what they kept is listed under Runs"
            raise NotFound(f"there is no job {name!r}", where="job", hint=hint)
        return found

    def start(self, lens: str, parameters: Mapping[str, Any], work: Work, back: str = "") -> Job:
        """Start a run when its turn comes.

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
            self._add(job, MOST_WAITING)
        self._pool.submit(self._do, job)
        return job

    def answer(
        self, key: Hashable, lens: str, parameters: Mapping[str, Any], work: Work, back: str
    ) -> Job | None:
        """Work out what a page asks; return the job when that takes longer than the page waits.

        Who asks for the same meanwhile waits for the same job. The thread that works is none of
        those that answer requests, and ends with the process.

        Raises
        ------
        BadInput
            When too many answers are waited for; otherwise what the work raised.
        """
        with self._lock:
            job = self._asked.get(key)
            if job is None:
                job = Job(secrets.token_hex(6), lens, parameters, work, back, key, shown=False)
                self._add(job, MOST_ASKED)
                self._asked[key] = job
                self._answers.put(job)
                self._work_on()
        if not job.ended.wait(self.patience):
            job.shown = True
            return job
        with self._lock:
            self._asked.pop(key, None)
            if not job.shown:
                self._jobs.pop(job.id, None)
        if job.error is not None:
            raise job.error
        return None

    def again(self, job: Job) -> Job:
        """Do the same again: a lens that keeps its state goes on where it was stopped."""
        return self.start(job.lens, job.parameters, job.work, job.back)

    def stop(self, job: Job) -> None:
        """Ask a job to stop: a run between two of its batches, what waits and an answer at once.

        Nothing that a page asks is told of a wish to stop, so that one is raised where it works:
        between two steps of Python, never inside a call of a library. The job is over and another
        thread has taken over whatever that one does; a call under way comes to its end unheard,
        and what it returns is dropped. What was kept stays.
        """
        with self._lock:
            if job.key is None or job.state != "running":
                job.token.cancel()
                if job.state == "waiting":
                    self._over(job, Stopped())
                return
            self._over(job, Stopped())
            self._left.add(job.thread)
            self._workers.discard(job.thread)
            thread, error = ctypes.c_ulong(job.thread), ctypes.py_object(Stopped)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)
            self._work_on()

    def close(self) -> None:
        """Cancel what is not over, and wait until runs stopped between two of their batches."""
        for job in list(self._jobs.values()):
            job.token.cancel("the explorer was ended")
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _add(self, job: Job, most: int) -> None:
        """List a job beside at most `most` of its sort, and drop what is long over."""
        going = [other for other in self._jobs.values() if not other.over]
        if sum((other.key is None) == (job.key is None) for other in going) > most:
            raise BadInput(f"{most} jobs wait already", hint="cancel one first")
        over = [name for name, other in self._jobs.items() if other.over]
        for name in over[: max(len(over) - MOST_OVER + 1, 0)]:
            dropped = self._jobs.pop(name)
            self._asked.pop(dropped.key, None)
        self._jobs[job.id] = job

    def _work_on(self) -> None:
        """Start a thread for answers where there may be one more."""
        if len(self._workers) < TOGETHER and len(self._left) < LEFT:
            thread = threading.Thread(target=self._work_off, daemon=True)
            thread.start()
            self._workers.add(thread.ident or 0)

    def _work_off(self) -> None:
        """Work off answers until one is stopped: then another thread takes over."""
        own = threading.get_ident()
        with suppress(Stopped):  # It may reach a thread whose work has just ended.
            while own not in self._left:
                self._do(self._answers.get())
        with self._lock:
            self._left.discard(own)
            self._work_on()

    def _do(self, job: Job) -> None:
        def told(event: ProgressEvent) -> None:
            job.event = event

        try:
            with self._lock:
                job.token.check()
                job.begun, job.thread = time.monotonic(), threading.get_ident()
                job.state = "running"
            done = job.work({"progress": told, "cancel": job.token})
            with self._lock:
                if done is not None:
                    job.run, job.problem = done.run, done.reason
                self._over(job)
        except BaseException as error:  # noqa: BLE001 - the page of the job says what broke
            with self._lock:
                self._over(job, error)

    def _over(self, job: Job, error: BaseException | None = None) -> None:
        """Say how a job ended, unless that was said: one that was stopped may still come back."""
        if job.over:
            return
        job.error, job.state = error, "done"
        if isinstance(error, Cancelled):
            job.problem, job.state = str(error), "cancelled"
        elif error is not None:
            job.problem, job.state = str(as_named(error, Path(home_folder()) / "store")), "failed"
        if error is not None:
            let_go(error)
        job.ended.set()
