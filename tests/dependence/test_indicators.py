from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from fake_world import BLOC, FakeFlows, FakeWorld, as_products, random_world
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dependence import Party, Thresholds, churn, indicators, time_series
from isthmus.errors import BadInput, CodeUnknown, DataMissing


def literal(cube, economies, members, t, k):
    """Every indicator of one bloc and item from the definitions, with loops and no arrays."""
    inside = [economies.index(m) for m in members]
    outside = [i for i in range(len(economies)) if i not in inside]
    bought = {i: sum(cube[t, i, j, k] for j in inside) for i in outside}
    external = sum(bought.values())
    internal = sum(cube[t, i, j, k] for i in inside for j in inside if i != j)
    sold_out = sum(cube[t, i, j, k] for i in inside for j in outside)
    domestic = sum(cube[t, i, i, k] for i in inside)
    world = {i: sum(cube[t, i, j, k] for j in range(len(economies)) if j != i) for i in outside}
    world["bloc"] = sold_out
    everything = sum(world.values())
    return {
        "hhi": sum((v / external) ** 2 for v in bought.values()),
        "top_share": max(bought.values()) / external,
        "external_share": external / (external + internal) if external + internal else 0.0,
        "of_use": external / (external + internal + domestic),
        "imports_to_exports": external / (sold_out + internal),
        "imports_to_external_exports": external / sold_out,
        "world_hhi": sum((v / everything) ** 2 for v in world.values()),
        "external_imports": external,
    }


def cells(result, indicator):
    frame = result["indicators"].frame.filter(pl.col("indicator") == indicator)
    return {(r["year"], r["industry"]): r["value"] for r in frame.iter_rows(named=True)}


@pytest.mark.parametrize("members", [("AAA",), ("AAA", "BBB"), ("BBB", "CCC", "DDD")])
def test_indicators_equal_the_literal_definitions(world, members):
    flows = world.flows()
    result = indicators(world, Party("X", members), years=flows.years)
    use = indicators(world, Party("X", members), years=flows.years, share_base="use")
    outside = indicators(world, Party("X", members), years=flows.years, exports="external")
    for t, year in enumerate(flows.years):
        for k, item in enumerate(flows.industries):
            want = literal(flows.cube, flows.economies, members, t, k)
            for key in ("hhi", "top_share", "external_share", "imports_to_exports", "world_hhi"):
                assert cells(result, key)[year, item] == pytest.approx(want[key], rel=1e-12), key
            assert cells(use, "external_share")[year, item] == pytest.approx(want["of_use"])
            assert cells(outside, "imports_to_exports")[year, item] == pytest.approx(
                want["imports_to_external_exports"]
            )


def test_a_coalition_by_hand():
    # AAA and BBB buy 60 from CCC, 40 from DDD, 100 from each other; they sell 20 to CCC
    cube = np.zeros((1, 4, 4, 1))
    cube[0, 2, 0, 0], cube[0, 2, 1, 0] = 25.0, 35.0
    cube[0, 3, 1, 0] = 40.0
    cube[0, 0, 1, 0], cube[0, 0, 2, 0] = 100.0, 20.0
    flows = FakeFlows((2022,), ("AAA", "BBB", "CCC", "DDD"), ("C26",), cube)
    world = FakeWorld(flows, as_products(cube, flows.economies, flows.industries, (2022,)))
    result = indicators(world, BLOC, methods=("commission_2021",))
    values = {
        i: cells(result, i)[2022, "C26"] for i in ("hhi", "external_share", "imports_to_exports")
    }
    assert values["hhi"] == pytest.approx(0.36 + 0.16)
    assert values["external_share"] == pytest.approx(0.5)
    assert values["imports_to_exports"] == pytest.approx(100 / 120)
    # 0.5 does not exceed 0.5, and 0.83 does not exceed 1
    criteria = result["criteria"].frame.sort("criterion")
    assert criteria["above"].to_list() == [False, True, False]
    assert result["dependent"].frame["dependent"].to_list() == [False]
    loose = indicators(
        world, BLOC, thresholds=Thresholds(external_share=0.4, imports_to_exports=0.8)
    )
    assert loose["dependent"].frame["dependent"].to_list() == [True]
    rule = loose["dependent"].frame["rule"][0]
    assert rule == "hhi > 0.4 and external_share > 0.4 and imports_to_exports > 0.8"


def test_products_give_the_same_indicators_as_industries(world):
    years = world.flows().years
    by_industry = indicators(world, BLOC, years=years)["indicators"].frame
    by_product = indicators(world, BLOC, years=years, level="product")["indicators"].frame
    np.testing.assert_allclose(by_industry["value"], by_product["value"], rtol=1e-12)


def test_nothing_exported_is_unbounded_and_counts_as_above():
    cube = np.zeros((1, 3, 3, 1))
    cube[0, 1, 0, 0] = 5.0
    world = FakeWorld(FakeFlows((2022,), ("AAA", "BBB", "CCC"), ("C26",), cube), pl.DataFrame())
    result = indicators(world, "AAA")
    row = (
        result["criteria"]
        .frame.filter(pl.col("criterion") == "imports_to_exports")
        .row(0, named=True)
    )
    assert row["value"] is None
    assert row["above"] is True
    assert result["dependent"].frame["dependent"].to_list() == [True]


def test_geodep_asks_for_two_of_three_years(world):
    result = indicators(world, "AAA", years=(2020, 2021, 2022, 2023), methods=("geodep",))
    flags = indicators(world, "AAA", years=(2020, 2021, 2022, 2023))
    by = {k: cells(flags, k) for k in ("hhi", "world_hhi", "imports_to_exports")}
    for row in result["dependent"].frame.iter_rows(named=True):
        held = [
            all(
                by[k][y, row["industry"]] > limit
                for k, limit in (("hhi", 0.4), ("world_hhi", 0.4), ("imports_to_exports", 1.0))
            )
            for y in range(row["year"] - 2, row["year"] + 1)
        ]
        assert row["dependent"] == (sum(held) >= 2)
    assert set(result["dependent"].frame["year"]) == {2022, 2023}


def test_geodep_can_say_yes_and_needs_its_years():
    cube = np.zeros((3, 3, 3, 1))
    cube[:, 1, 0, 0] = 5.0
    cube[1, 2, 0, 0] = 5.0  # in the second year two suppliers share: no longer above 0.5
    world = FakeWorld(
        FakeFlows((2020, 2021, 2022), ("AAA", "BBB", "CCC"), ("C26",), cube), pl.DataFrame()
    )
    limits = Thresholds(hhi=0.5, world_hhi=0.5)
    got = indicators(world, "AAA", methods=("geodep",), thresholds=limits)
    assert got["dependent"].frame["dependent"].to_list() == [True]
    strict = Thresholds(hhi=0.5, world_hhi=0.5, required=3)
    got = indicators(world, "AAA", methods=("geodep",), thresholds=strict)
    assert got["dependent"].frame["dependent"].to_list() == [False]
    with pytest.raises(BadInput):
        indicators(world, "AAA", years=(2021, 2022), methods=("geodep",))


def test_the_2023_method_averages_flows_first(world):
    flows = world.flows()
    result = indicators(world, "AAA", years=(2021, 2022, 2023), methods=("commission_2023",))
    mean = flows.cube[1:].mean(axis=0)[None]
    for k, item in enumerate(flows.industries):
        want = literal(mean, flows.economies, ("AAA",), 0, k)
        rows = result["criteria"].frame.filter(pl.col("industry") == item)
        for row in rows.iter_rows(named=True):
            assert row["value"] == pytest.approx(want[row["criterion"]], rel=1e-12)
            assert row["margin"] == pytest.approx(row["value"] - row["threshold"])


def test_ghhi_shows_what_is_assumed(world):
    world.points = {"AAA": 1.0, "BBB": 0.6, "CCC": -1.0, "DDD": 0.0}
    result = indicators(world, BLOC, distance="ideal_point")
    assumed = result["assumptions"].frame
    assert assumed["economy"].to_list() == ["ROW"]
    assert assumed["kind"].to_list() == ["assumed"]
    # mean of the bloc 0.8, range 2: CCC 0.9, DDD 0.4, ROW assumed at 0.5
    flows = world.flows()
    for k, item in enumerate(flows.industries):
        bought = flows.cube[-1, 2:, :2, k].sum(axis=1)
        want = ((bought / bought.sum()) ** 2 * np.array([0.9, 0.4, 0.5])).sum()
        assert cells(result, "ghhi")[2023, item] == pytest.approx(want)
    kinds = result["indicators"].frame.select("indicator", "kind").unique()
    assert dict(kinds.rows())["ghhi"] == "assumed"
    assert dict(kinds.rows())["hhi"] == "measured"


def test_own_distances_are_marked_and_checked(world):
    g = {"CCC": 1.0, "DDD": 0.0, "ROW": 1.0}
    result = indicators(world, BLOC, distance=g)
    assert result["assumptions"].frame.height == 0
    assert set(result["indicators"].frame.filter(pl.col("indicator") == "ghhi")["kind"]) == {
        "assumed"
    }
    with pytest.raises(BadInput) as caught:
        indicators(world, BLOC, distance={"CCC": 2.0, "DDD": -1.0})
    assert len(caught.value.problems) == 2
    with pytest.raises(BadInput):
        indicators(world, BLOC, distance="friendship")


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(1e-3, 1e3))
def test_the_unit_does_not_matter(seed, factor):
    world = random_world(seed)
    scaled = random_world(seed)
    scaled.flow.cube = world.flow.cube * factor
    a, b = (indicators(w, BLOC)["indicators"].frame for w in (world, scaled))
    keep = pl.col("indicator") != "external_imports"
    np.testing.assert_allclose(a.filter(keep)["value"], b.filter(keep)["value"], rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.permutations(range(5)))
def test_the_order_of_economies_does_not_matter(seed, order):
    world = random_world(seed)
    flows = world.flow
    mixed = FakeFlows(
        flows.years,
        tuple(flows.economies[i] for i in order),
        flows.industries,
        flows.cube[:, order][:, :, order],
    )
    other = FakeWorld(mixed, world.products)
    a, b = (indicators(w, BLOC)["indicators"].frame for w in (world, other))
    np.testing.assert_allclose(a["value"], b["value"], rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_a_coalition_equals_the_economy_its_members_would_be(seed):
    """Folding two members into one economy by hand gives the coalition's external indicators."""
    world = random_world(seed)
    cube = world.flow.cube
    fold = np.zeros((4, 5))
    fold[0, :2] = 1.0
    fold[1:, 2:] = np.eye(3)
    merged = np.einsum("ai,tijk,bj->tabk", fold, cube, fold)
    other = FakeWorld(
        FakeFlows(world.flow.years, ("BLOC", "CCC", "DDD", "ROW"), world.flow.industries, merged),
        pl.DataFrame(),
    )
    a = indicators(world, BLOC, exports="external")
    b = indicators(other, "BLOC", exports="external")
    for key in ("hhi", "top_share", "world_hhi", "imports_to_exports", "external_imports"):
        for cell, value in cells(a, key).items():
            assert value == pytest.approx(cells(b, key)[cell], rel=1e-9), key


def test_thresholds_report_every_problem():
    with pytest.raises(BadInput) as caught:
        Thresholds(hhi=2, world_hhi=-1, imports_to_exports=-1, required=5)
    assert len(caught.value.problems) == 4


def test_unknown_names_are_refused(world):
    with pytest.raises(CodeUnknown):
        indicators(world, "QQQ")
    with pytest.raises(CodeUnknown, match="C99"):
        indicators(world, "AAA", items=["C99"])
    with pytest.raises(DataMissing, match="1999"):
        indicators(world, "AAA", years=[1999])
    with pytest.raises(BadInput):
        indicators(world, "AAA", methods=("commission_1957",))
    with pytest.raises(BadInput):
        indicators(world, "AAA", level="product", share_base="use")


def test_series_and_churn_agree_with_single_years(world):
    years = world.flows().years
    series = time_series(world, BLOC, on="CCC")["series"].frame
    for year in years:
        one = indicators(world, BLOC, years=[year])["indicators"].frame
        for row in one.iter_rows(named=True):
            match = series.filter(
                (pl.col("year") == year)
                & (pl.col("industry") == row["industry"])
                & (pl.col("indicator") == row["indicator"])
            )
            assert match["value"].to_list() == [row["value"]]
    cube = world.flows().cube
    share = series.filter(
        (pl.col("indicator") == "share") & (pl.col("industry") == "C26") & (pl.col("year") == 2022)
    )
    bought = cube[2, 2:, :2, 0].sum(axis=1)
    assert share["value"][0] == pytest.approx(bought[0] / bought.sum())


def test_churn_by_hand():
    cube = np.zeros((4, 3, 3, 2))
    cube[:, 1, 0, 0] = 5.0  # always one supplier
    cube[:, 1, 0, 1] = 5.0
    cube[[1, 3], 2, 0, 1] = 5.0  # two suppliers in the second and fourth year
    world = FakeWorld(
        FakeFlows((2020, 2021, 2022, 2023), ("AAA", "BBB", "CCC"), ("C26", "C27"), cube),
        pl.DataFrame(),
    )
    result = churn(world, "AAA", level="industry", thresholds=Thresholds(hhi=0.6))
    table = result["churn"].frame
    assert table["listed"].to_list() == [1, 2, 1]
    assert table["entered"].to_list() == [0, 1, 0]
    assert table["left"].to_list() == [1, 0, 1]
    assert table["changed_share"].to_list() == [0.5, 0.5, 0.5]
    stable = result["listed"].frame.filter(pl.col("industry") == "C27")["stable"].to_list()
    assert stable == [None, None, True, False]
