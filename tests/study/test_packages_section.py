"""The page on packages: thresholds where losses are recorded, a gap where none are, whose acts."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.cooperation.small import Written

from isthmus.codes import members
from isthmus.cooperation import stage_of
from isthmus.cooperation.asked import LEVELS, name_of, sets_of
from isthmus.ensemble.losses import Level
from isthmus.evidence import Result, provenance
from isthmus.scenario.catalogues import shipped_catalogue
from isthmus.study.ask import packages
from isthmus.study.context import Context
from isthmus.study.shipped import open_study
from isthmus.study.subjects.packages import measures
from isthmus.study.writing import written
from isthmus.world import World

HAZARD = "taiwan-chips-stop"
THRESHOLDS = {f"packages_{n}" for n in ("savings", "knowing", "front")}
PARTIES = {"home": "EU27_2020", "partner": "TWN", "rival": "CHN"}


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


def recorded(world, held):
    """Losses that fall from level to level: no run of the engine."""
    sets = sets_of(held, held.packages, HAZARD)
    names = (Level().name, *(name_of(keys, at) for keys in sets for at in LEVELS[1:]))
    union = members("EU27_2020")
    value = np.linspace(100.0, 50.0, len(names))[None, :, None, None]
    lost = np.broadcast_to(value, (8, len(names), len(union), 1)).copy()
    made = Result({}, provenance(world, "losses.conditional", (), {"posterior": "none"}))
    return Written(lost, names, union, (545,), np.ones(len(union)), made, "run-1")


def test_thresholds_follow_where_losses_are_recorded(world, monkeypatch):
    held = shipped_catalogue("taiwan-europe")
    stage = stage_of(world, held, PARTIES, losses={HAZARD: recorded(world, held)})
    monkeypatch.setattr(packages, "stage_of", lambda *_, **__: stage)
    context = Context(open_study("taiwan-europe"), world)
    built = written(context, "packages")
    assert "gap.not_prepared" not in {gap.key for gap in built.gaps}
    assert {t.name for t in built.tables} >= THRESHOLDS
    charts = {chart.key: chart.table.frame for chart in built.charts}
    assert {"packages-months", "packages-first.record", "packages-first.model"} <= set(charts)
    first = charts["packages-first.record"].group_by("probability").agg(pl.col("value").sum())
    assert first["value"].to_list() == pytest.approx([1.0] * first.height)
    drawn = charts["packages-break-even"]
    assert (drawn["low"] <= drawn["value"]).all()
    assert (drawn["value"] <= drawn["high"]).all()
    found = measures.break_even(context, package="quiet", hazard=HAZARD)
    assert 0.0 < found.low <= found.value <= found.high <= 1.0


def test_without_recorded_losses_the_page_says_so(world, monkeypatch):
    held = shipped_catalogue("taiwan-europe")
    stage = stage_of(world, held, PARTIES, losses={})
    monkeypatch.setattr(packages, "stage_of", lambda *_, **__: stage)
    built = written(Context(open_study("taiwan-europe"), world), "packages")
    assert [gap.key for gap in built.gaps] == ["gap.not_prepared"]
    assert not {t.name for t in built.tables} & THRESHOLDS


def test_headings_say_what_stands_below_them(world):
    built = written(Context(open_study("taiwan-europe"), world), "packages")
    tables = {t.name: t for t in (*built.tables, *(chart.table for chart in built.charts))}
    heading = {(n, c.name): c.text for n, t in tables.items() for c in t.columns}
    assert heading["packages_cost", "cost"] == "Net cost a year"
    assert heading["packages_answers", "reading"] == "Reading"
    assert heading["packages_answers", "loss"] == "Loss given an answer"
    assert heading["packages_members", "hit"] == "Among those hit, share of draws"


@pytest.mark.parametrize("parties", [{"home": "DEU"}, {"home": "JPN"}, {"partner": "KOR"}])
def test_the_acts_of_another_home_are_not_shown(world, parties):
    study = open_study("taiwan-europe").with_parties(**parties)
    built = written(Context(study, world), "packages")
    assert [gap.key for gap in built.gaps] == ["gap.no_catalogue"]
    assert built.tables == ()
