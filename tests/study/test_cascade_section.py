"""The section on cascades quotes what the lens computes, for any parties."""

from __future__ import annotations

import pytest

from isthmus.cascade import chip_case
from isthmus.study.context import Context
from isthmus.study.shipped import open_study
from isthmus.study.subjects import measures
from isthmus.study.writing import written
from isthmus.world import World


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


def test_section_answers_and_quotes_the_lens(world):
    context = Context(open_study("taiwan-europe"), world)
    built = written(context, "cascade")
    assert not built.gaps
    said = [sentence.key for sentence in built.answer]
    assert said.count("driver.one") == 2
    assert len(said) == 5 + 2
    assert {c.key for c in built.charts} == {"cascade-stops", "cascade-materials"}
    result = chip_case(world, context.members("EU27_2020"), partner="TWN")
    frame = result["stops"].frame
    want = {e: v for c, e, v, _ in frame.iter_rows() if c == "latest"}["TWN"]
    finding = measures()["cascade.loss_on_stop"].run(context, user="EU27_2020", supplier="TWN")
    assert finding.value == pytest.approx(want)
    assert finding.low < finding.value


@pytest.mark.parametrize(("home", "partner"), [("DEU", "KOR"), ("USA", "TWN"), ("JPN", "FRA")])
def test_other_parties_work(world, home, partner):
    study = open_study("taiwan-europe")
    parties = {"home": home, "partner": partner}
    built = written(Context(study.with_parties(**parties), world), "cascade")
    assert built.answer
    assert bool(built.gaps) == (partner == "FRA")


def test_a_world_without_the_data_says_so():
    world = World.open("starter")
    kept = {k: v for k, v in world._entries.items() if k in ("economies", "gdp_population")}
    built = written(Context(open_study("taiwan-europe"), World("small", "1", kept)), "cascade")
    assert len(built.gaps) == 2
    assert not built.answer
