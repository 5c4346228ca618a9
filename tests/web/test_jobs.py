"""Long work: one at a time, watched, cancelled, kept as a run."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from functools import partial
from operator import call
from queue import SimpleQueue
from threading import Lock
from typing import Any
from urllib.parse import urlencode

import pytest

from isthmus.ensemble import Recorded
from isthmus.ensemble.recording import lens_plan
from isthmus.errors import BadInput, Cancelled, NotFound
from isthmus.runtime import ProgressEvent
from isthmus.scenario import preset
from isthmus.store import Store
from isthmus.web.answers import Answers
from isthmus.web.changes import LONGEST_FORM
from isthmus.web.jobs import LEFT, MOST_ASKED, MOST_OVER, MOST_WAITING, TOGETHER, Job, Jobs
from isthmus.web.pages import lens as page
from isthmus.web.state import Explorer

from .conftest import HOST, Client

ORIGIN = f"http://{HOST}"


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close()


def until(job: Job, *states: str) -> None:
    end = time.monotonic() + 60
    while job.state not in states:
        assert time.monotonic() < end, job.to_dict()
        time.sleep(0.01)


def waiting_for(gate: threading.Event) -> Any:
    def work(controls: dict[str, Any]) -> Recorded:
        controls["progress"](ProgressEvent("steps", 1, 3))
        while not gate.wait(0.01):
            controls["cancel"].check()
        return Recorded(None, "a-run")  # type: ignore[arg-type]

    return work


def test_one_at_a_time_and_watched(jobs: Jobs) -> None:
    gate = threading.Event()
    first = jobs.start("a.b", {"x": 1}, waiting_for(gate))
    second = jobs.start("a.b", {}, waiting_for(gate))
    until(first, "running")
    while first.event is None:
        time.sleep(0.01)
    assert first.to_dict()["progress"]["total"] == 3
    assert second.state == "waiting"
    gate.set()
    until(second, "done")
    assert (first.state, first.run) == ("done", "a-run")
    assert jobs.listed() == [second, first]


def test_a_cancelled_job_stops_and_one_that_waits_never_starts(jobs: Jobs) -> None:
    gate = threading.Event()
    first = jobs.start("a.b", {}, waiting_for(gate))
    second = jobs.start("a.b", {}, waiting_for(gate))
    until(first, "running")
    second.token.cancel()
    first.token.cancel()
    until(second, "cancelled")
    assert first.state == "cancelled"
    assert second.event is None


def test_what_breaks_is_named(jobs: Jobs) -> None:
    def work(_controls: dict[str, Any]) -> Recorded:
        raise BadInput("this cannot be")

    job = jobs.start("a.b", {}, work)
    until(job, "failed")
    assert "this cannot be" in job.problem


def test_the_queue_has_an_end(jobs: Jobs) -> None:
    gate = threading.Event()
    for _ in range(MOST_WAITING + 1):
        jobs.start("a.b", {}, waiting_for(gate))
    with pytest.raises(BadInput):
        jobs.start("a.b", {}, waiting_for(gate))
    gate.set()


@pytest.mark.once_broken("jobs were never dropped from memory")
def test_the_latest_jobs_that_are_over_are_kept(jobs: Jobs) -> None:
    made = []
    for _ in range(MOST_OVER + 5):
        made.append(jobs.start("a.b", {}, lambda _controls: Recorded(None, "a-run")))  # type: ignore[arg-type]
        until(made[-1], "done")
    assert jobs.listed() == made[: -MOST_OVER - 1 : -1]
    with pytest.raises(NotFound):
        jobs.job(made[0].id)


def test_an_answer_in_time_is_no_job_and_one_that_takes_longer_is_one(jobs: Jobs) -> None:
    gate, jobs.patience = threading.Event(), 60.0
    gate.set()
    assert jobs.answer("a", "a.b", {}, waiting_for(gate), "/a") is None
    assert jobs.listed() == []
    gate.clear()
    jobs.patience = 0.01
    job = jobs.answer("a", "a.b", {}, waiting_for(gate), "/a")
    assert job is not None
    assert jobs.answer("a", "a.b", {}, waiting_for(gate), "/a") is job
    assert jobs.listed() == [job]
    gate.set()
    until(job, "done")
    assert jobs.answer("a", "a.b", {}, waiting_for(gate), "/a") is None


def test_answers_that_are_waited_for_have_an_end_of_their_own(jobs: Jobs) -> None:
    gate, jobs.patience = threading.Event(), 0.0
    for number in range(MOST_ASKED + 1):
        jobs.answer(number, "a.b", {}, waiting_for(gate), "/a")
    with pytest.raises(BadInput):
        jobs.answer("one more", "a.b", {}, waiting_for(gate), "/a")
    assert jobs.start("a.b", {}, waiting_for(gate)).state in {"waiting", "running"}
    gate.set()


@pytest.mark.once_broken("an answer under way could not be stopped")
def test_an_answer_is_stopped_where_it_works_and_worked_out_anew(jobs: Jobs) -> None:
    jobs.patience, begun = 0.0, threading.Event()

    def work(_controls: dict[str, Any]) -> None:
        begun.set()
        while True:
            time.sleep(0.001)

    going = [jobs.answer(number, "a.b", {}, work, "/a") for number in range(TOGETHER + 1)]
    all_of_them = [job for job in going if job is not None]
    assert begun.wait(60)
    for job in reversed(all_of_them):
        jobs.stop(job)
    for job in all_of_them:
        until(job, "cancelled")
        assert job.ended.wait(60)
    with pytest.raises(Cancelled, match="it was stopped"):
        jobs.answer(0, "a.b", {}, work, "/a")
    gate = threading.Event()
    gate.set()
    jobs.patience = 60.0
    assert jobs.answer("next", "a.b", {}, waiting_for(gate), "/a") is None


@pytest.mark.once_broken("stopping waited for the call of a library that was under way")
def test_an_answer_inside_a_call_of_a_library_is_over_at_once_and_others_go_on(jobs: Jobs) -> None:
    most = LEFT + TOGETHER - 1  # The last that is begun is one of those that work together.
    begun = [Lock() for _ in range(most + 1)]
    jobs.patience, library = 0.0, SimpleQueue[int]()

    def work(number: int, _controls: dict[str, Any]) -> None:
        # One call, which says that it began: no step of Python until it returns.
        deque(map(call, (begun[number].release, partial(library.get, True, 60))), maxlen=0)

    for lock in begun:
        lock.acquire()
    going = [
        jobs.answer(number, "a.b", {}, partial(work, number), "/a") for number in range(len(begun))
    ]
    all_of_them = [job for job in going if job is not None]
    for number, job in enumerate(all_of_them[:most]):
        assert begun[number].acquire(timeout=60)
        jobs.stop(job)
        assert (job.state, job.ended.is_set()) == ("cancelled", True)
    assert all_of_them[-1].state == "waiting"  # As many as may be are inside their call.
    jobs.stop(all_of_them[-1])
    assert all_of_them[-1].state == "cancelled"
    for number in range(most):
        library.put(number)
    jobs.patience = 60.0
    assert jobs.answer("next", "a.b", {}, lambda _controls: None, "/a") is None
    assert {job.state for job in all_of_them} == {"cancelled"}


@pytest.fixture
def hurried(explorer: Explorer, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """An explorer that waits for nothing, and a lens that waits for this."""
    gate, call = threading.Event(), page.call_lens
    monkeypatch.setattr(explorer.jobs, "patience", 0.05)
    monkeypatch.setattr(page, "call_lens", lambda *words: (gate.wait(60), call(*words))[1])
    return gate


@pytest.mark.once_broken("a lens of two minutes kept a thread that answers requests")
def test_a_lens_that_takes_long_is_followed_and_then_there(
    client: Client, explorer: Explorer, hurried: threading.Event
) -> None:
    asked = "/lens/coercion.episodes{}?call=1"
    told = client.ask(asked.format(".json"))
    assert told.status == 202
    job = explorer.jobs.job(next(b["job"]["id"] for b in told.json()["blocks"] if "job" in b))
    assert client.ask(asked.format(".csv")).status == 202
    shown = client.ask(asked.format(""))
    assert (shown.status, f'data-events="/job/{job.id}/events"' in shown.text) == (202, True)
    assert f"/job/{job.id}" in client.ask("/runs").text
    hurried.set()
    until(job, "done")
    assert client.ask(asked.format("")).status == 200
    assert client.ask(f"/job/{job.id}").status == 200


def test_what_a_lens_that_takes_long_cannot_answer_is_said(
    client: Client, explorer: Explorer, hurried: threading.Event
) -> None:
    asked = "/lens/chains.decompose.json?of=DEU&year=1800&call=1"
    assert client.ask(asked).status == 202
    hurried.set()
    until(explorer.jobs.listed()[0], "failed")
    assert client.ask(asked).status == 404


@pytest.mark.once_broken("a dossier asked for the first time kept a thread that answers requests")
def test_a_dossier_that_takes_long_is_followed_by_every_page_that_needs_it(
    client: Client, explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    def assess(*_words: Any, progress: Any, **_more: Any) -> None:
        progress("exposure", 1, 3)
        gate.wait(60)
        progress("claims", 3, 3)
        raise BadInput("this cannot be")

    monkeypatch.setattr(explorer.jobs, "patience", 0.05)
    monkeypatch.setattr(explorer, "answers", Answers(explorer.world, "en"))
    monkeypatch.setattr("isthmus.web.answers.assess", assess)
    pages = ("/claims/japan-europe.json", "/study/japan-europe", "/dossier/japan-europe")
    replies = [client.ask(page) for page in pages]
    assert [reply.status for reply in replies] == [202, 202, 202]
    job = explorer.jobs.listed()[0]
    assert all(job.id in reply.text for reply in replies)
    assert job.event is not None
    assert (job.event.task, job.event.done, job.event.total) == ("exposure", 0, 3)
    gate.set()
    until(job, "failed")
    assert client.ask(pages[0]).status == 400


def test_a_form_starts_a_run_that_outlives_the_page(client: Client, explorer: Explorer) -> None:
    asked = urlencode({"boms": "shell-155", "days": "28", "draws": "4", "call": "1"})
    reply = client.ask("/jobs/production.run", method="POST", body=asked, origin=ORIGIN)
    assert reply.status == 303
    place = reply.headers["location"]
    job = explorer.jobs.job(place.rpartition("/")[2])
    told = client.ask(f"{place}/events")
    assert told.headers["content-type"].startswith("text/event-stream")
    assert '"state":"done"' in told.text
    assert job.state == "done", job.problem
    found = client.ask(f"{place}.json").json()
    assert f"/run/{job.run}" in str(found)
    shown = client.ask(f"/run/{job.run}.json").json()
    kept = Store().result(job.run)
    tables = {b["table"]["name"]: b["table"] for b in shown["blocks"] if b["form"] == "tabled"}
    assert set(tables) == set(kept.tables)
    assert all(len(tables[n]["rows"]) == kept[n].frame.height for n in tables)


@pytest.mark.parametrize(
    ("address", "body", "status"),
    [
        ("/jobs/production.run", "days=many&call=1", 400),
        ("/jobs/production.run", "dayz=1", 400),
        ("/jobs/nothing.run", "", 404),
        ("/job/nothing/cancel", "", 404),
        ("/jobs/production.run", "x=" + "y" * LONGEST_FORM, 400),
    ],
)
def test_a_form_that_cannot_be_used_is_answered_with_why(
    client: Client, address: str, body: str, status: int
) -> None:
    assert client.ask(address, method="POST", body=body, origin=ORIGIN).status == status


def test_a_change_needs_a_form(client: Client) -> None:
    assert client.ask("/jobs/production.run").status == 405
    assert client.ask("/jobs/production.run", method="POST", origin="http://x").status == 403


def test_a_run_that_was_left_is_gone_on_with_from_its_page(
    client: Client, explorer: Explorer
) -> None:
    told = {"draws": 1, "until": 7, "keep": ["TWN"]}
    manifest = lens_plan("losses.conditional", explorer.world, preset("taiwan-chips-7-full"), told)
    entry = Store().begin_run(manifest)
    assert not Store().run(entry.id).done
    assert f"/run/{entry.id}/resume" in client.ask(f"/run/{entry.id}").text
    reply = client.ask(f"/run/{entry.id}/resume", method="POST", origin=ORIGIN)
    assert reply.status == 303
    job = explorer.jobs.job(reply.headers["location"].rpartition("/")[2])
    client.ask(f"/job/{job.id}/events")
    assert (job.state, job.run) == ("done", entry.id), job.problem
    assert Store().run(entry.id).done
    assert "resume" not in client.ask(f"/run/{entry.id}").text
    assert client.ask("/run/nothing/resume", method="POST", origin=ORIGIN).status == 404
