"""Queues for arms: rows against the collected facts, rates by hand, what is refused."""

from __future__ import annotations

import csv

import polars as pl
import pytest

from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Kind
from isthmus.production import queues
from isthmus.production.queues import rates_of
from isthmus.world import World


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def found(world):
    return queues(world)


@pytest.mark.source
def test_orders_and_totals_are_those_of_the_facts(found, shared_data):
    path = shared_data / "defence_production" / "taiwan_us_arms_orders.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        facts = {row["item"]: row for row in csv.DictReader(handle) if row["planned_complete"]}
    orders = {r["item"]: r for r in found["orders"].frame.rows(named=True)}
    for item, row in facts.items():
        if row["months_notified_to_plan"]:
            assert orders[item]["months"] == float(row["months_notified_to_plan"])
            assert orders[item]["value"] == float(row["value_m_usd"])
    totals = found["backlog"].frame
    assert totals["value"].to_list() == [19170, 20500, 22390, 21540, 32640]
    assert totals["status"].to_list()[-1] == "upper estimate"


def test_months_between_notification_and_plan_are_those_stated(found):
    known = found["orders"].frame.filter(
        pl.col("months").is_not_null() & (pl.col("planned").str.len_chars() == 7)
    )
    assert known.height >= 4
    for row in known.rows(named=True):
        (y0, m0), (y1, m1) = (map(int, row[c].split("-")) for c in ("notified", "planned"))
        assert row["months"] == 12 * (y1 - y0) + m1 - m0


def test_rates_by_hand(found):
    # 49.0 bn notified in sixteen years, 32.64 bn open: 1.02 bn a year came at least.
    last = found["backlog"].frame.rows(named=True)[-1]
    assert last["delivered"] == pytest.approx(32640 / ((49000 - 32640) / 16))
    # Plans: 10,786 m USD from July 2025 to August 2027.
    assert last["planned"] == pytest.approx(32640 / (12 * 10786 / 25))
    assert (found["backlog"].frame["listed"] <= found["backlog"].frame["value"]).all()


def test_a_wait_is_a_median_only_where_half_are_known(found):
    rows = {r["category"]: r for r in found["waits"].frame.rows(named=True)}
    assert rows["all"]["orders"] == sum(r["orders"] for c, r in rows.items() if c != "all")
    assert rows["support"]["median"] is None
    assert 72 <= rows["all"]["median"] <= 96
    assert rows["all"]["not_notified_value"] == 20_000


def test_a_second_source_shortens_the_queue_and_lowers_concentration(world, found):
    frame = found["second"].frame
    assert (frame["backlog_with"] <= frame["backlog"]).all()
    assert (frame["hhi_with"] <= frame["hhi"]).all()
    # The wait over both sources falls: the other one delivers after three years.
    assert (frame.filter(reading="as delivered")["wait_with"] < 40).all()
    none = queues(world, second_share=0.0)["second"].frame
    assert none["backlog_with"].equals(none["backlog"], check_names=False)
    assert none["hhi_with"].equals(none["hhi"], check_names=False)
    assert found["second"].kind is Kind.ASSUMED


def test_without_a_sum_of_notifications_no_rate_is_made_up(found):
    listed = pl.DataFrame(
        {"open": [True], "end": [24300], "value": [10.0]}, schema_overrides={"end": pl.Int32}
    )
    totals = pl.DataFrame(
        {"measure": ["backlog"], "month": ["2025-01"], "value": [5.0], "status": ["total"]}
    )
    assert rates_of(listed, totals) == {
        "notified": None,
        "as delivered": None,
        "as planned": None,
    }


def test_other_buyers_and_bad_numbers_are_refused(world):
    with pytest.raises(DataMissing, match="no arms orders of POL"):
        queues(world, buyer="POL")
    with pytest.raises(BadInput, match="3 problems"):
        queues(world, second_share=2, second_months=-1, years=0)
