"""A dossier is the same wherever its pages were written."""

from __future__ import annotations

from functools import partial

import pytest

from isthmus.runtime import canonical_json
from isthmus.runtime.companion import Companion
from isthmus.study import ahead as module
from isthmus.study import assess, open_study
from isthmus.study.ahead import Ahead, written_ahead
from isthmus.study.context import Context
from isthmus.study.subjects import pages_of
from isthmus.world import World

HERE = "isthmus.study.ahead"


@pytest.fixture(scope="module")
def study():
    return open_study("lithuania-taiwan")


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def alone(study, world):
    return told(assess(study, world))


def told(dossier):
    return canonical_json(dossier.to_dict())


class Beside:
    """Stands for the process: pages are written in this one, and counted."""

    def __init__(self, fails=lambda number: False):
        self.fails, self.asked = fails, []

    def ask(self, name, *values):
        self.asked.append(values[-1])
        return None if self.fails(values[-1]) else getattr(module, name)(*values)


def test_pages_of_another_process_make_the_same_dossier(study, world, alone):
    each = []
    with Companion(HERE) as beside:
        shared = assess(study, world, ahead=Ahead(beside, "starter"), each=each.append)
    assert told(shared) == alone
    assert sorted(s.key for s in each) == sorted(s.key for s in shared.sections)


@pytest.mark.parametrize(
    "fails",
    [lambda number: False, lambda number: True, lambda number: number < 9],
    ids=["none", "every", "those in front"],
)
def test_pages_that_fail_there_are_written_here(study, world, alone, fails):
    beside, each = Beside(fails), []
    dossier = assess(study, world, ahead=Ahead(beside, "starter"), each=each.append)
    assert told(dossier) == alone
    assert len(each) == len(dossier.sections)
    assert beside.asked[0] == len(pages_of(study)) - 1
    assert beside.asked == sorted(beside.asked, reverse=True)


def test_with_every_page_there_nothing_is_written_here(study, world, alone, monkeypatch):
    """All are taken before the first is asked for, but the one that is taken from in front."""
    beside = Beside()
    ahead = Ahead(beside, "starter")
    begin = ahead.begin

    def begun(*values):
        begin(*values)
        for page in ahead._there.values():
            page.result()

    monkeypatch.setattr(ahead, "begin", begun)
    assert told(assess(study, world, ahead=ahead)) == alone
    assert len(beside.asked) == len(pages_of(study))


def test_another_world_is_not_answered_with(study, world):
    asked = study.model_dump_json(), "starter"
    assert written_ahead(*asked, "another hash", "en", 0) is None
    page = written_ahead(*asked, world.content_hash, "en", 0)
    assert page.sections


def test_a_companion_that_never_answers_leaves_all_pages_here(study, world, alone):
    assert told(assess(study, world, ahead=Ahead(Companion(HERE), "starter"))) == alone


def test_what_was_dear_to_compute_there_is_not_computed_again(study, world, alone, monkeypatch):
    """Claims find what pages of the other process remember, unless it cannot travel."""
    made, memo = [], Context.memo

    def watched(self, key, make):
        found = memo(self, key, make)
        made.append((key, isinstance(make, partial)))
        return found

    monkeypatch.setattr(Context, "memo", watched)
    module._context.cache_clear()
    context = Context(study, world)
    page = written_ahead(study.model_dump_json(), "starter", world.content_hash, "en", 1)
    assert page.memo
    made.clear()
    page.joined(context)
    assert {key for key, travelled in made if travelled} == set(page.memo)
    assert list(context.findings) == list(page.findings)
    assert context.used == page.used
    for key in page.memo:
        context.memo(key, lambda: pytest.fail("computed again"))
