"""Rates from the record: counts of the table, closed forms of intervals, an independent sampler."""

from __future__ import annotations

import csv
from math import sqrt

import numpy as np
import polars as pl
import pytest

from isthmus.coercion.assumptions import preset
from isthmus.coercion.fit import PARAMETERS, fit
from isthmus.coercion.record import Rate, rates, state_rate, steps_towards
from isthmus.errors import DataMissing
from isthmus.world import World


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def found(world):
    return rates(world)


def test_wilson_by_hand():
    """12 of 16 with z = 1.96: the textbook interval, 0.505 to 0.898."""
    low, high = Rate(12, 16).wilson()
    z = 1.959963984540054
    middle = (0.75 + z * z / 32) / (1 + z * z / 16)
    half = z * sqrt(0.75 * 0.25 / 16 + z * z / 1024) / (1 + z * z / 16)
    assert (low, high) == pytest.approx((middle - half, middle + half))
    assert (low, high) == pytest.approx((0.505, 0.898), abs=5e-4)
    assert Rate(0, 4).wilson() == pytest.approx((0.0, 0.490), abs=5e-4)
    assert Rate(7, 7).wilson() == pytest.approx((0.646, 1.0), abs=5e-4)
    with pytest.raises(DataMissing):
        Rate(0, 0).wilson()


def test_the_posterior_of_a_rate_by_closed_form():
    """Beta(1, 1) is uniform; with no step the prior is the arcsine law: q(u) = sin^2(pi u / 2)."""
    for u in (0.05, 0.5, 0.9):
        assert Rate(0, 0).quantile(u) == pytest.approx(np.sin(np.pi * u / 2) ** 2)


def test_the_posterior_of_a_rate_by_an_independent_sampler():
    """Random walk on the log odds, with the likelihood written out."""
    k, n = 3, 95
    rng = np.random.default_rng(4)

    def density(logit):
        p = 1 / (1 + np.exp(-logit))
        return (k + 0.5) * np.log(p) + (n - k + 0.5) * np.log1p(-p)

    here, kept = -3.0, []
    for move, chance in zip(rng.normal(0, 1.0, 60_000), rng.random(60_000), strict=True):
        there = here + move
        if np.log(chance) < density(there) - density(here):
            here = there
        kept.append(1 / (1 + np.exp(-here)))
    rate = Rate(k, n)
    sampled = np.quantile(kept[5_000:], [0.05, 0.5, 0.95])
    exact = [rate.quantile(u) for u in (0.05, 0.5, 0.95)]
    assert sampled == pytest.approx(exact, rel=0.06)


def test_counts_are_those_of_the_published_table(found, shared_data):
    scopes = {
        "Europe": "all European",
        "Europe, without steps known only by their answer": "European, unselected",
        "Europe, step and answer verified, without steps known only by their answer": (
            "European, read on pages"
        ),
    }
    frame = found["words"].frame
    path = shared_data / "engagement_steps" / "answer_rates_by_rung.csv"
    with path.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["scope"] in scopes and r["rung"] != "ALL"]
    assert len(rows) == 36
    for row in rows:
        mine = frame.row(
            by_predicate=(pl.col("rows") == scopes[row["scope"]]) & (pl.col("rung") == row["rung"]),
            named=True,
        )
        assert mine["steps"] == float(row["steps"]), row
        assert mine["value"] * mine["steps"] == pytest.approx(float(row["answered"]))
        assert mine["low"] == pytest.approx(float(row["share_low"]), abs=6e-4)
        assert mine["high"] == pytest.approx(float(row["share_high"]), abs=6e-4)
        assert mine["economic"] == float(row["economic"])


def test_acts_of_the_state_are_cases_and_not_rows(world):
    steps = steps_towards(world, "TWN", "CHN")
    hits = {name: state_rate(steps, name) for name in ("all European", "European, unselected")}
    assert hits["all European"] == Rate(2, 102)
    assert hits["European, unselected"] == Rate(1, 98)
    assert state_rate(steps, "American, arms") == Rate(14, 25)
    assert state_rate(steps, "American, arms, read on pages") == Rate(3, 3)


def test_a_partner_without_a_record_is_named(world):
    with pytest.raises(DataMissing, match="towards JPN"):
        rates(world, partner="JPN")


def test_every_case_names_its_steps(found):
    assert set(found["cases"].frame["case"]) >= {"LTU-2021", "EU-2026"}
    assert found["precedents"].frame.height == 52


def test_the_preset_is_the_fit(world):
    table = fit(world)["parameters"].frame
    assert tuple(table["parameter"]) == PARAMETERS
    for row in table.iter_rows(named=True):
        entry = preset().entries[row["parameter"]]
        assert entry.value == pytest.approx(row["value"], abs=5e-4), row["parameter"]
        assert entry.low <= max(row["low"], 0.0)
        assert entry.high >= row["high"]


def test_what_was_seen_is_expected_within_a_step(world):
    frame = fit(world)["fitted"].frame.filter(pl.col("rung") == "all")
    for row in frame.iter_rows(named=True):
        assert row["expected"] == pytest.approx(row["seen"], abs=2.0)
    assert frame["expected"].sum() == pytest.approx(frame["steps"][0])
