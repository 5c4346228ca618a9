"""Claims on packages: written losses that make each verdict, and what the record and votes give."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cooperation.small import Written

from isthmus.codes import members
from isthmus.cooperation import power, stage_of
from isthmus.cooperation.asked import LEVELS, name_of, sets_of
from isthmus.ensemble.losses import Level
from isthmus.evidence import Result, provenance
from isthmus.scenario.catalogues import shipped_catalogue
from isthmus.study.ask import packages
from isthmus.study.claims import assess_claim
from isthmus.study.context import Context
from isthmus.study.shipped import open_study
from isthmus.study.subjects.packages import measures
from isthmus.study.verdict import Status
from isthmus.world import World

HAZARD = "taiwan-chips-stop"
PARTIES = {"home": "EU27_2020", "partner": "TWN", "rival": "CHN"}
PARTNER, OWN = "packaging-plant", "leading-edge-chip-stock"
DRAWS = 20
SUPPORTED, CONTRADICTED, DEPENDS = Status.SUPPORTED, Status.CONTRADICTED, Status.DEPENDS


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def study():
    return open_study("taiwan-europe")


@pytest.fixture
def judged(world, study, monkeypatch):
    """Assess a claim with losses that a function writes: (keys, draws) to the share taken away."""
    held = shipped_catalogue("taiwan-europe")

    def verdict(name, taken, *, by_member=None, size=1e6):
        sets = sets_of(held, held.packages, HAZARD)
        names = (Level().name, *(name_of(keys, at) for keys in sets for at in LEVELS[1:]))
        economies = (*members("EU27_2020"), "TWN")
        left = [np.ones(DRAWS)] + [1.0 - at * taken(keys) for keys in sets for at in LEVELS[1:]]
        lost = np.stack([np.broadcast_to(x, DRAWS) for x in left], axis=1)[:, :, None, None]
        scale = (
            np.ones((DRAWS, 1, len(economies), 1)) if by_member is None else by_member(economies)
        )
        made = Result({}, provenance(world, "losses.conditional", (), {"posterior": "none"}))
        base = np.full(len(economies), size / 545)
        run = Written(lost * scale, names, economies, (545,), base, made, "run-1")
        stage = stage_of(world, held, PARTIES, losses={HAZARD: run})
        monkeypatch.setattr(packages, "stage_of", lambda *_, **__: stage)
        claim = next(c for c in study.claims if c.id == name)
        return assess_claim(Context(study, world), claim).verdict

    return verdict


def where(key, share):
    """Actions of which one takes a share away."""
    return lambda keys: np.broadcast_to(share if key in keys else 0.0, DRAWS)


HALF = np.where(np.arange(DRAWS) % 2, 0.5, 0.0)


@pytest.mark.parametrize(
    ("name", "key", "share", "status"),
    [
        ("partner-contributes", PARTNER, 0.5, SUPPORTED),
        ("partner-contributes", OWN, 0.5, CONTRADICTED),
        ("partner-contributes", PARTNER, HALF, DEPENDS),
        ("partner-saved", PARTNER, 0.5, SUPPORTED),
        ("partner-saved", OWN, 0.5, CONTRADICTED),
        ("partner-saved", PARTNER, HALF, DEPENDS),
        ("calibration", "chip-early-warning", 0.9, SUPPORTED),
        ("calibration", OWN, 0.5, CONTRADICTED),
        ("calibration", "chip-early-warning", HALF, DEPENDS),
        ("mutual-benefit", "chip-early-warning", 0.9, SUPPORTED),
        ("mutual-benefit", OWN, 0.5, CONTRADICTED),
        ("mutual-benefit", "chip-early-warning", HALF, DEPENDS),
        ("reading-decides", OWN, 0.5, CONTRADICTED),
    ],
)
def test_what_makes_each_verdict(judged, name, key, share, status):
    found = judged(name, where(key, share))
    assert found.status is status
    if status is DEPENDS:
        assert found.share == pytest.approx(0.5, abs=0.15)


def test_the_reading_decides_where_only_one_of_them_is_repaid(world, judged):
    held = shipped_catalogue("taiwan-europe")
    stage = stage_of(world, held, PARTIES, losses={})
    package = held.package("structured")
    cost = np.median(stage.cost(package, packages.TODAY))
    priced = [np.median(stage.answer_cost(package, name)) for name in ("record", "model")]
    between = (cost + sum(priced) / 2) / 0.01
    # Between the two prices of an answer a saving repays one reading and not the other.
    size = between / (27 * stage.eur)
    found = judged("reading-decides", where("chip-early-warning", 0.999), size=2 * size)
    assert found.status is SUPPORTED


def test_a_package_stays_while_another_is_worse_in_some_column(judged):
    assert judged("structured-stays", where(OWN, 0.5)).status is SUPPORTED


@pytest.mark.parametrize(("factor", "status"), [(5.0, SUPPORTED), (1.1, CONTRADICTED)])
def test_members_differ_by_what_they_lose(judged, factor, status):
    def by_member(economies):
        scale = np.full((DRAWS, 1, len(economies), 1), 0.1)
        scale[:, :, ::2] *= factor
        return scale

    found = judged("members-differ-in-losses", where(OWN, 0.5), by_member=by_member)
    assert found.status is status


def test_the_power_of_two_members_is_the_sum_of_theirs(world, study):
    context = Context(study, world)
    frame = power(world)["power"].frame
    both = sum(frame.filter(economy=code)["value"][0] for code in ("DEU", "FRA"))
    claim = next(c for c in study.claims if c.id == "large-members-turn-votes")
    found = assess_claim(context, claim)
    assert found.finding.value == pytest.approx(both)
    assert found.verdict.status is SUPPORTED
    small = claim.model_copy(update={"args": {"members": "MLT CYP"}})
    assert assess_claim(context, small).verdict.status is CONTRADICTED
    none = claim.model_copy(update={"args": {"members": "DEU NOR"}})
    assert assess_claim(context, none).verdict.status is Status.NOT_MEASURABLE


def test_signals_are_counted_from_the_record(world, study, monkeypatch):
    claim = next(c for c in study.claims if c.id == "mostly-signals")
    found = assess_claim(Context(study, world), claim)
    assert found.verdict.status is SUPPORTED
    assert 0.5 < found.finding.low < found.finding.value < 1.0
    monkeypatch.setattr(measures, "SIGNALS", ("resolution",))
    assert assess_claim(Context(study, world), claim).verdict.status is CONTRADICTED


def test_claims_on_members_say_that_figures_were_seen_before_their_rule(study):
    """The rule of all of them was changed together, after first figures were known."""
    made = [c for c in study.claims if c.rule and "the point that the sentence" in c.rule.reason]
    assert len(made) == 8
    assert all("after first figures of this kind had been seen" in c.note for c in made)
