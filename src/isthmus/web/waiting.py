"""Dossiers that take longer than a page waits: worked out apart, followed, and then there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.runtime import ProgressEvent
from isthmus.study.assessment import Progress
from isthmus.study.dossier import Dossier
from isthmus.study.record import LENS
from isthmus.web.answers import PageQuestion
from isthmus.web.jobs import Job
from isthmus.web.query import address
from isthmus.web.state import Asked, Explorer
from isthmus.web.view import WAITING, Form, Going, View


class Waits(Exception):
    """The answer to a request is still being worked out.

    Parameters
    ----------
    job : Job
        What works it out.
    """

    def __init__(self, job: Job) -> None:
        super().__init__(job.id)
        self.job = job


def whole(asked: Asked, question: PageQuestion) -> Dossier:
    """Return the dossier of a question with all its pages and claims.

    Raises
    ------
    Waits
        When it takes longer than a page waits.
    """
    answers = asked.explorer.answers

    def work(controls: dict[str, Any]) -> None:
        answers.whole(question, by_page(controls))

    if not answers.ready(question):
        back = address(asked.path, asked.query.kept())
        key = (LENS, question.key)
        job = asked.explorer.jobs.answer(key, LENS, question.words, work, back)
        if job is not None:
            raise Waits(job)
    return answers.whole(question)


def by_page(controls: Mapping[str, Any]) -> Progress:
    """Return what tells a job, page by page, how far a dossier is, and stops it between two."""

    def step(page: str, number: int, count: int) -> None:
        controls["cancel"].check()
        controls["progress"](ProgressEvent(page, number - 1, count, "pages"))

    return step


def waiting(explorer: Explorer, job: Job) -> View:
    """Return the page that follows what is worked out and turns into it."""
    return View(explorer.t("lens.waits"), followed(explorer, job), status=WAITING)


def followed(explorer: Explorer, job: Job, label: str = "") -> tuple[Going, Form]:
    """Return how far a job is, and what stops it."""
    going = Going(job.to_dict(), label or explorer.t("job.progress"))
    stop = explorer.t("job.cancel")
    return going, Form("", f"/job/{job.id}/cancel", (), stop, post=True)
