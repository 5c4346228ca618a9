from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus.coercion import backtest
from isthmus.coercion.panel import read_panel
from isthmus.errors import BadInput
from isthmus.world import World


@pytest.fixture(scope="module")
def shipped():
    return backtest(World.open("starter"), top=5)


def test_only_data_from_before_a_case_are_used(small):
    """Whatever happens in the year of the case and later, the ranks stay."""
    before = backtest(small)["cases"].frame.filter(pl.col("case") == "AUS-2020")
    year = before["year"][0]
    assert year == 2019
    later = small.flow.years.index(2020)
    small.flow.cube[later:] = np.random.default_rng(9).lognormal(
        3, 2, small.flow.cube[later:].shape
    )
    after = backtest(small)["cases"].frame.filter(pl.col("case") == "AUS-2020")
    assert before.equals(after)


def test_largest_exports_by_hand(small):
    panel = read_panel(small)
    flow = panel.flows[:, panel.place("AUS"), panel.place("CHN"), panel.years.index(2019)]
    order = sorted(range(len(flow)), key=lambda k: -flow[k])
    ranks = {panel.industries[k]: r for r, k in enumerate(order, 1)}
    row = (
        backtest(small, top=1)["cases"]
        .frame.filter((pl.col("case") == "AUS-2020") & (pl.col("method") == "largest"))
        .row(0, named=True)
    )
    hit = [k for k in panel.industries if k in row["hit"].split(", ")]
    assert row["ranks"] == ", ".join(str(ranks[k]) for k in hit)
    assert row["hits"] == sum(ranks[k] <= 1 for k in hit)
    assert row["chance"] == pytest.approx(len(hit) / len(panel.industries))


def test_n_is_printed_and_misses_are_kept(shipped):
    cases = shipped["cases"].frame
    assert f"n = {cases['case'].n_unique()} cases" in shipped["cases"].notes
    for row in shipped["methods"].frame.iter_rows(named=True):
        part = cases.filter(pl.col("method") == row["method"])
        assert row["missed_cases"] == (part["hits"] == 0).sum()
        assert row["hits"] == part["hits"].sum()


def test_listings_of_firms_over_taiwan_and_blanket_bans_are_not_ranked(shipped):
    cases = set(shipped["cases"].frame["case"])
    assert not cases & {"TWN-2025", "EU-2026"}
    lithuania = shipped["cases"].frame.filter(pl.col("case") == "LTU-2021")
    assert (lithuania["n_hit"] < 27).all()


def test_k_below_one_is_refused(small):
    with pytest.raises(BadInput):
        backtest(small, top=0)


def test_products_under_export_control_by_hand(shipped):
    world = World.open("starter")
    trade = world.trade("HS2017").filter(pl.col("year") == 2022)
    sold = trade.filter(exporter="CHN").group_by("product").agg(pl.col("value").sum())
    bought = (
        trade.filter(pl.col("importer") != "CHN")
        .group_by("product")
        .agg(pl.col("value").sum().alias("all"))
    )
    both = sold.join(bought, on="product").with_columns(part=pl.col("value") / pl.col("all"))
    frame = shipped["products"].frame.filter(case="MIN-2023")
    for method, column in (("largest", "value"), ("reliance", "part"), ("model", "part")):
        order = both.sort(column, descending=True)["product"].to_list()
        row = frame.filter(method=method).row(0, named=True)
        assert (row["hit"], row["year"]) == ("811292", 2022)
        assert row["ranks"] == str(order.index("811292") + 1)


def test_products_use_no_trade_of_the_year_of_the_case_or_later(shipped):
    cases = shipped["products"].frame
    starts = World.open("starter").table("coercion_measures").group_by("case").agg(
        pl.col("start").filter(pl.col("direction") == "export to target").min()
    )  # fmt: skip
    for case, year in cases.select("case", "year").unique().iter_rows():
        assert year < int(starts.filter(case=case)["start"][0][:4])
    assert not set(cases["case"]) & {"TWN-2025", "EU-2026"}
    methods = shipped["product_methods"].frame
    for method, hits in methods.select("method", "hits").iter_rows():
        assert hits == cases.filter(method=method)["hits"].sum()
