"""Figures of the shipped data against the publisher's files and the figures noted beside them."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus.dependence import chip_imports, churn, indicators, leverage, members, mutual, profile
from isthmus.world import World


@pytest.fixture(scope="module")
def starter():
    return World.open("starter")


def test_taiwan_in_the_unions_electronics_purchases(starter):
    row = profile(starter, "EU27_2020", on="TWN", items=["C26"], years=[2022])["suppliers"].frame
    assert row["value"][0] / 1e3 == pytest.approx(10.0, abs=0.05)  # billion USD
    assert round(row["share"][0] * 100, 1) == 5.0


def test_magnets_and_other_known_import_shares(starter):
    for code, supplier, year, percent in (
        ("850511", "CHN", 2022, 88.5),
        ("850511", "CHN", 2024, 88.6),
        ("810411", "CHN", 2022, 84.8),
        ("283691", "CHL", 2022, 86.2),
        ("283691", "CHL", 2024, 82.8),
    ):
        got = profile(
            starter, "EU27_2020", on=supplier, level="product", items=[code], years=[year]
        )["suppliers"].frame
        assert round(got["share"][0] * 100, 1) == percent, (code, year)


def test_goods_and_services_between_taiwan_and_the_union(starter):
    frame = mutual(starter, "EU27_2020", "TWN", years=[2011, 2014, 2022])["totals"].frame
    both = frame.filter(pl.col("scope") == "all")
    got = {
        (r["importer"], r["year"]): round(r["value"] / 1e3, 1) for r in both.iter_rows(named=True)
    }
    assert got == {
        ("EU27_2020", 2011): 30.5, ("EU27_2020", 2014): 25.9, ("EU27_2020", 2022): 39.2,
        ("TWN", 2011): 37.2, ("TWN", 2014): 38.5, ("TWN", 2022): 50.5,
    }  # fmt: skip


def test_members_add_up_to_the_union(starter):
    each = members(starter, "EU27_2020", on="CHN")["members"].frame.filter(
        pl.col("scope") == "goods"
    )
    assert each.height == 27
    bloc = profile(starter, "EU27_2020", on="CHN")["totals"].frame.filter(
        pl.col("scope") == "goods"
    )
    assert each["imports"].to_numpy().sum() == pytest.approx(bloc["value"][0], rel=1e-9)


def test_chips_are_a_lower_bound_and_an_interval_for_germany(starter):
    result = chip_imports(starter, "EU27_2020", years=[2022])
    assert result["totals"].frame["low"][0] / 1e3 == pytest.approx(3.9, abs=0.05)
    assert set(result["chips"].frame["interval"]) == {"lower bound"}
    germany = chip_imports(starter, "DEU", years=[2019])["chips"].frame.row(0, named=True)
    assert germany["interval"] == "mirror records"
    assert germany["high"] / germany["low"] == pytest.approx(2.6, abs=0.1)


def test_magnets_meet_every_published_rule(starter):
    result = indicators(
        starter, "EU27_2020", level="product", items=["850511"],
        methods=("commission_2021", "commission_2023", "geodep"),
    )  # fmt: skip
    frame = result["dependent"].frame
    assert set(frame["method"]) == {"commission_2021", "commission_2023", "geodep"}
    assert frame["dependent"].all()
    assert any("larger suppliers" in note for note in result["criteria"].notes)


def test_the_list_changes_from_year_to_year(starter):
    changed = churn(starter, "EU27_2020")["churn"].frame
    assert changed["changed_share"].min() >= 0
    assert 0.1 < changed["changed_share"].mean() < 0.4


def test_leverage_between_the_union_and_china_has_no_gaps(starter):
    frame = leverage(starter, "EU27_2020", "CHN", year=2022)["leverage"].frame
    assert frame.null_count().sum_horizontal()[0] == 0
    assert frame.height == 2 * 28 * 3


@pytest.mark.source
def test_industry_indicators_from_the_publishers_file(starter, shared_data):
    with np.load(shared_data / "mrio" / "icio25_bilateral_2011_2022.npz") as file:
        X = file["X"][-1].astype(float)
        economies, industries = list(file["countries"]), list(file["industries"])
    labels = pl.read_csv(shared_data / "mrio" / "labels" / "countries.csv")
    union = labels.filter(pl.col("eu27_2020") == 1)["code"].to_list()
    inside = np.isin(economies, union)
    assert inside.sum() == 27
    for k, industry in enumerate(industries):
        bought = X[~inside][:, inside, k].sum(axis=1)
        got = indicators(starter, "EU27_2020", years=[2022], items=[industry])["indicators"].frame
        value = dict(zip(got["indicator"], got["value"], strict=True))
        share = bought / bought.sum()
        assert value["hhi"] == pytest.approx((share**2).sum(), rel=1e-6)
        assert value["external_imports"] == pytest.approx(bought.sum(), rel=1e-6)


def test_alliance_is_zero_for_a_treaty_partner(starter):
    from isthmus.dependence import Party
    from isthmus.dependence.geopolitics import distances

    economies = ("USA", "NZL", "CHN", "TWN", "DEU", "ROW")
    australia = distances(starter, Party("AUS", ("AUS",)), economies, "alliance", year=2022)
    assert australia.vector.tolist() == [0.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    both = Party("PAIR", ("AUS", "DEU"))
    pair = distances(starter, both, economies, "alliance", year=2022)
    assert pair.vector.tolist() == [0.0, 1.0, 1.0, 1.0, 0.0, 1.0]
