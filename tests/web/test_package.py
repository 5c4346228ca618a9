"""Packages of one's own: ticked, sent, evaluated, what is missing recorded."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from isthmus.cooperation import evaluate
from isthmus.ensemble import Recorded
from isthmus.scenario.catalogues import parse_catalogue, shipped_catalogue, template
from isthmus.web.child import LARGEST_TOML, text_apart
from isthmus.web.pages import package
from isthmus.web.state import Explorer

from .conftest import Client
from .test_suppliers import ORIGIN, form

TICKED = {"take.chip-early-warning": "true", "take.trade-dialogue": "true", "title": "Two acts"}


def tables(document: Any) -> dict[str, Any]:
    return {b["table"]["name"]: b["table"] for b in document["blocks"] if b["form"] == "tabled"}


def test_what_is_ticked_is_what_the_lens_evaluates(
    client: Client, explorer: Explorer, tmp_path: Any
) -> None:
    document = client.ask(f"/package.json?{urlencode({**TICKED, 'beside': 'quiet'})}").json()
    file = next(b["text"] for b in document["blocks"] if b["form"] == "code")
    path = tmp_path / "mine.toml"
    path.write_text(file, "utf-8")
    found = evaluate(explorer.world, packages=["own-package", "quiet"], file=path)
    shown = tables(document)
    for name in ("savings", "costs", "break_even"):
        assert [tuple(row) for row in shown[name]["rows"]] == found[name].frame.rows()
    assert "members" in shown
    page = client.ask(f"/package?{urlencode(TICKED)}").text
    assert "Two acts" in page
    assert 'name="take.trade-dialogue" value="true" checked' in page


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("take.nothing=true", 400, "is no act"),
        ("take.mature-plant=true&take.plant-aid=true", 400, "exclude each other"),
        ("package=nothing", 400, "is not allowed"),
        ("file=nothing", 404, "not in memory"),
        ("take.trade-dialogue=true&title=%22%5C%0A%5B%5Bx", 200, "trade-dialogue"),
    ],
)
def test_what_makes_no_sense_is_named(client: Client, words: str, status: int, said: str) -> None:
    reply = client.ask(f"/package?{words}")
    assert reply.status == status
    assert said in reply.text


def test_runs_that_are_missing_are_offered_with_their_time_and_made(
    client: Client, explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"take.mature-chip-stock": "true"}
    page = client.ask(f"/package?{urlencode(words)}").text
    assert "Hazards whose losses are not recorded for these acts: 1 of 4" in page
    assert "minutes of one processor" in page
    made: list[str] = []

    def prepare(question: Any, world: Any, **controls: Any) -> Recorded:
        made.append(question.scenario.name)
        return Recorded(None, "a-run")  # type: ignore[arg-type]

    monkeypatch.setattr(package, "prepare", prepare)
    reply = client.ask("/package/run", method="POST", body=urlencode(words), origin=ORIGIN)
    job = explorer.jobs.job(reply.headers["location"].rpartition("/")[2])
    client.ask(f"/job/{job.id}/events")
    assert (job.state, job.run, len(made)) == ("done", "a-run", 1)
    assert client.ask(job.back).status == 200


def test_a_file_is_taken_and_evaluated(client: Client) -> None:
    body, kind = form(template().encode(), "mine.toml")
    words = {"content_type": kind, "origin": ORIGIN}
    reply = client.ask("/package", method="POST", body=body, **words)
    assert reply.status == 303
    page = client.ask(reply.headers["location"])
    assert page.status == 200
    assert "A stock of our own" in page.text
    file = reply.headers["location"].partition("=")[2]
    own = {"file": file, "take.my-stock": "true", "take.trade-dialogue": "true"}
    document = client.ask(f"/package.json?{urlencode(own)}").json()
    text = next(b["text"] for b in document["blocks"] if b["form"] == "code")
    held = parse_catalogue([text], base=shipped_catalogue("taiwan-europe"))
    assert set(held.package("own-package").actions) == {"my-stock", "trade-dialogue"}


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "mine.toml", "is empty"),
        (b"x" * (LARGEST_TOML + 1), "mine.toml", "is larger"),
        (b"a = 1", "mine.csv", "not taken"),
        (b"\xff\xfe", "mine.toml", "UTF-8"),
        (b"a = [", "mine.toml", "TOML"),
    ],
)
def test_what_is_no_file_of_packages_is_refused(content: bytes, name: str, said: str) -> None:
    with pytest.raises(Exception, match=said):
        text_apart(content, name)


def test_a_package_of_which_no_loss_is_recorded_is_priced_all_the_same(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = package.stage_of
    monkeypatch.setattr(package, "stage_of", lambda *given: made(*given, losses={}))
    reply = client.ask(f"/package.json?{urlencode({'take.plant-aid': 'true'})}")
    assert reply.status == 200
    shown = tables(reply.json())
    assert "costs" in shown
    assert "break_even" not in shown
