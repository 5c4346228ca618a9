"""Courses beside what was published of past episodes; a check that cannot fail checks nothing."""

from __future__ import annotations

import pytest

from isthmus.production import checks
from isthmus.production.published import published


@pytest.fixture(scope="module")
def rows():
    frame = checks(None, draws=200)["checks"].frame
    return {(r["check"], r["published"]): r for r in frame.rows(named=True)}


def test_a_week_of_chips_stops_the_first_plants_when_they_stopped(rows):
    row = rows["car chips 2025, a week of stock", 24.0]
    assert row["low"] <= 24 <= row["high"]
    assert row["inside"] == "yes"


def test_the_mean_stock_of_the_sector_would_not_have_stopped_them(rows):
    row = rows["car chips 2025, mean of the sector", 24.0]
    assert row["low"] > 2 * 24
    assert row["inside"] == "no"


def test_new_plants_alone_could_not_make_the_stated_ramp(rows):
    lines = rows["ramp to January 2024, added lines", 1e6]
    plants = rows["ramp to January 2024, new plants", 1e6]
    assert lines["low"] <= 1e6 * (1 + 1e-9)
    assert lines["inside"] == "yes"
    # Fifteen months to build, and the decision was less than a year old.
    assert plants["high"] == pytest.approx(230_000, rel=1e-6)
    assert plants["inside"] == "no"


def test_the_range_of_2025_stands_beside_estimate_and_target(rows):
    name = "output of 2025, twice the demand"
    estimate, target = rows[name, 1e6], rows[name, 2e6]
    assert estimate["low"] == target["low"]
    assert estimate["inside"] == "yes"
    assert target["inside"] == "no"
    assert all("not observed" in r["status"] for r in (estimate, target))


def test_every_statement_has_a_source_and_a_status():
    assert all(row["source"] and row["status"] for row in published())
