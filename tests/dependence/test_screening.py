"""All importers at once against the answers for one importer."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from fake_world import BLOC, FakeFlows, FakeWorld, as_products, random_world
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dependence import METHODS, Party, behind_hubs, churn, indicators, network, screening
from isthmus.errors import BadInput, CodeUnknown

PARTIES = ("AAA", "CCC", BLOC, Party("TRIO", ("BBB", "CCC", "DDD")))
HUBS = {"BBB": 0.6, "CCC": 0.3}
NEAR = {"AAA": 0.2, "CCC": 0.9, "DDD": 0.4}
SAME = {"rel": 1e-12, "abs": 1e-15}


def named(party):
    return party if isinstance(party, str) else party.code


def held(frame, key, level="product"):
    """Values of a column by importer, item and year."""
    return {(r["importer"], r[level], r["year"]): r[key] for r in frame.iter_rows(named=True)}


def compare(world, level, share_base="imports", exports="total"):
    years = world.flows().years
    choice = {"exports": exports, "share_base": share_base}
    found = screening(
        world, coalitions=PARTIES[2:], years=years, level=level, methods=METHODS, distance=NEAR,
        network=True, reexport_share=HUBS, **choice,
    )  # fmt: skip
    rows = found["indicators"].frame
    listed = found["listed"].frame
    for party in PARTIES:
        one = indicators(
            world, party, years=years, level=level, methods=METHODS, distance=NEAR, **choice
        )
        for key in one["indicators"].frame["indicator"].unique():
            table = "geopolitics" if key == "ghhi" else "indicators"
            got = held(found[table].frame, key, level)
            want = one["indicators"].frame.filter(pl.col("indicator") == key)
            for row in want.iter_rows(named=True):
                place = (named(party), row[level], row["year"])
                if place in got:
                    assert got[place] == pytest.approx(row["value"], **SAME), (key, place)
                else:
                    assert key != "external_imports" or row["value"] == 0.0
        rank = held(rows, "rank", level)
        for row in (
            one["indicators"].frame.filter(pl.col("indicator") == "hhi").iter_rows(named=True)
        ):
            assert rank.get((named(party), row[level], row["year"]), row["rank"]) == row["rank"]
        for method in METHODS:
            mine = listed.filter(
                (pl.col("importer") == named(party)) & (pl.col("method") == method)
            )
            want = one["dependent"].frame.filter(pl.col("dependent") & (pl.col("method") == method))
            assert set(mine.filter(pl.col("dependent")).select(level, "year").rows()) == set(
                want.select(level, "year").rows()
            )
            lists = churn(world, party, method=method, years=years, level=level, **choice)
            for key in ("listed", "stable"):
                wanted = lists["listed"].frame.filter(pl.col(key).fill_null(False))
                assert set(mine.filter(pl.col(key)).select(level, "year").rows()) == set(
                    wanted.select(level, "year").rows()
                )
            columns = ["year", "listed", "listed_before", "entered", "left", "changed_share"]
            moved = found["churn"].frame.filter(
                (pl.col("importer") == named(party)) & (pl.col("method") == method)
            )
            assert moved.select(columns).rows() == lists["churn"].frame.select(columns).rows()
        for year in years:
            behind = behind_hubs(world, party, reexport_share=HUBS, year=year, level=level)
            got = held(found["attributed"].frame, "hhi_attributed", level)
            for row in behind["concentration"].frame.iter_rows(named=True):
                place = (named(party), row[level], year)
                if place in got:
                    assert got[place] == pytest.approx(row["hhi_attributed"], **SAME)
    nets = network(world, level=level, years=years)["network"].frame
    assert found["network"].frame.equals(nets)


def test_every_importer_has_what_it_has_alone(world):
    compare(world, "product")
    compare(world, "industry", share_base="use", exports="external")


@pytest.mark.slow
@settings(max_examples=10)
@given(st.integers(0, 2**31), st.integers(3, 5), st.floats(0.05, 1.0))
def test_random_networks_give_what_importers_have_alone(seed, years, density):
    rng = np.random.default_rng(seed)
    economies, industries = ("AAA", "BBB", "CCC", "DDD", "ROW"), ("C26", "C27")
    shape = (years, 5, 5, 2)
    cube = rng.lognormal(0, 3, shape) * (rng.random(shape) < density)
    cube[:, 0, 1] += 1.0  # every coalition's members stand in the data
    cube[:, 2, 3] += 1.0
    cube[:, 3, 4] += 1.0
    when = tuple(range(2020, 2020 + years))
    flows = FakeFlows(when, economies, industries, cube)
    compare(FakeWorld(flows, as_products(cube, economies, industries, when)), "product")


def test_two_suppliers_by_hand():
    # AAA buys 30 from BBB and 10 from CCC and sells 20: shares 0.75 and 0.25
    cube = np.zeros((1, 3, 3, 1))
    cube[0, 1, 0, 0], cube[0, 2, 0, 0], cube[0, 0, 1, 0] = 30.0, 10.0, 20.0
    flows = FakeFlows((2022,), ("AAA", "BBB", "CCC"), ("C26",), cube)
    world = FakeWorld(flows, as_products(cube, flows.economies, flows.industries, (2022,)))
    row = screening(world, importers=["AAA"])["indicators"].frame.row(0, named=True)
    assert row["hhi"] == pytest.approx(0.75**2 + 0.25**2)
    assert (row["top_share"], row["top_exporter"], row["external_imports"]) == (0.75, "BBB", 40.0)
    assert row["imports_to_exports"] == pytest.approx(2.0)
    assert row["world_hhi"] == pytest.approx((30 / 60) ** 2 + (10 / 60) ** 2 + (20 / 60) ** 2)


def test_the_order_of_rows_and_parts_of_a_flow_change_nothing(world):
    whole = screening(world, methods=METHODS, years=world.flows().years)
    halves = world.products.with_columns(pl.col("value") / 2)
    world.products = pl.concat([halves, halves]).sample(fraction=1.0, shuffle=True, seed=3)
    again = screening(world, methods=METHODS, years=world.flows().years)
    for name, table in whole.tables.items():
        for column in table.frame.columns:
            a, b = table.frame[column], again[name].frame[column]
            if a.dtype == pl.Float64:
                np.testing.assert_allclose(a, b, rtol=1e-12)
            else:
                assert a.equals(b), (name, column)


def test_a_network_is_that_of_the_item_whichever_others_are_asked_for():
    cube = random_world(3).flow.cube
    cube[:, 0, :, 0] = cube[:, :, 0, 0] = 0.0  # AAA trades in nothing of the first product
    economies, industries = ("AAA", "BBB", "CCC", "DDD", "ROW"), ("C26", "C27", "SERV")
    products = as_products(cube, economies, industries, (2020, 2021, 2022, 2023))
    world = FakeWorld(FakeFlows((2020, 2021, 2022, 2023), economies, industries, cube), products)
    alone = network(world, items=["850000"])["network"].frame
    among = network(world)["network"].frame.filter(pl.col("product") == "850000")
    assert alone["value"].to_list() == among["value"].to_list()


def test_bad_requests_say_what_is_wrong(world):
    with pytest.raises(CodeUnknown, match="XXQ"):
        screening(world, importers=["XXQ"])
    with pytest.raises(CodeUnknown, match="hub"):
        screening(world, reexport_share={"XXQ": 0.5})
    with pytest.raises(BadInput, match="share_base"):
        screening(world, share_base="use")
    with pytest.raises(BadInput, match="method"):
        screening(world, methods=["nothing"])
    with pytest.raises(BadInput, match="window"):
        screening(world, methods=["geodep"], years=[2022])


def test_an_importer_without_votes_has_no_geopolitical_concentration(world):
    world.points = {"AAA": -1.0, "CCC": 1.0}
    found = screening(world, distance="ideal_point", importers=["AAA", "DDD"])
    by = held(found["geopolitics"].frame, "ghhi")
    assert all((value is None) == (who == "DDD") for (who, _, _), value in by.items())
    assert any("DDD" in note for note in found["geopolitics"].notes)
