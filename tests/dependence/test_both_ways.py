from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from fake_world import BLOC, FakeFlows, FakeWorld, random_world
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.dependence import (
    Party,
    behind_hubs,
    complementarity,
    leverage,
    members,
    mirror,
    mutual,
    network,
    profile,
)
from isthmus.errors import BadInput, CodeUnknown
from isthmus.evidence import Kind


def test_suppliers_by_hand(world):
    cube = world.flows().cube
    got = profile(world, BLOC, top=None)["suppliers"].frame
    for k, item in enumerate(("C26", "C27", "SERV")):
        bought = {
            e: cube[3, i, :2, k].sum() for i, e in enumerate(world.flows().economies) if i > 1
        }
        use = cube[3, :, :2, k].sum()
        rows = got.filter(pl.col("industry") == item)
        assert set(rows["exporter"]) == {"CCC", "DDD", "ROW"}
        for row in rows.iter_rows(named=True):
            assert row["value"] == pytest.approx(bought[row["exporter"]])
            assert row["share"] == pytest.approx(bought[row["exporter"]] / sum(bought.values()))
            assert row["share_of_use"] == pytest.approx(bought[row["exporter"]] / use)
            better = sum(v > bought[row["exporter"]] for v in bought.values())
            assert row["rank"] == better + 1


def test_top_cuts_and_totals_add_up(world):
    cube = world.flows().cube
    result = profile(world, "AAA", top=1)
    assert result["suppliers"].frame.height == 3
    totals = profile(world, "AAA", on="CCC")["totals"].frame
    goods = totals.filter(pl.col("scope") == "goods")["value"][0]
    assert goods == pytest.approx(cube[3, 2, 0, :2].sum())
    everything = totals.filter(pl.col("scope") == "all")["value"][0]
    assert everything == pytest.approx(cube[3, 2, 0, :].sum())
    some = profile(world, "AAA", on="CCC", items=["C26"])
    assert some["totals"].frame["scope"].to_list() == ["listed"]
    larger = (cube[3, 1:, 0, 0] > cube[3, 2, 0, 0]).sum()
    assert some["suppliers"].frame["rank"].to_list() == [larger + 1]
    with pytest.raises(BadInput):
        profile(world, "AAA", top=0)


def test_a_party_does_not_depend_on_itself(world):
    with pytest.raises(BadInput, match="overlap"):
        profile(world, BLOC, on="AAA")
    with pytest.raises(BadInput, match="overlap"):
        mutual(world, BLOC, Party("X", ("BBB", "CCC")))


def test_mutual_by_hand(world):
    cube = world.flows().cube[3]
    frame = mutual(world, BLOC, "CCC")["flows"].frame.filter(pl.col("industry") == "C26")
    rows = {(r["importer"], r["exporter"]): r for r in frame.iter_rows(named=True)}
    there, back = rows["BLOC", "CCC"], rows["CCC", "BLOC"]
    assert there["value"] == pytest.approx(cube[2, :2, 0].sum())
    assert there["share_of_imports"] == pytest.approx(cube[2, :2, 0].sum() / cube[2:, :2, 0].sum())
    sold = cube[2, :, 0].sum() - cube[2, 2, 0]
    assert there["share_of_exports"] == pytest.approx(cube[2, :2, 0].sum() / sold)
    assert back["value"] == pytest.approx(cube[:2, 2, 0].sum())
    bought = cube[:, 2, 0].sum() - cube[2, 2, 0]
    assert back["share_of_imports"] == pytest.approx(cube[:2, 2, 0].sum() / bought)
    assert back["share_of_exports"] == pytest.approx(cube[:2, 2, 0].sum() / cube[:2, 2:, 0].sum())
    assert back["share_of_use"] == pytest.approx(cube[:2, 2, 0].sum() / cube[:, 2, 0].sum())


def test_members_by_hand_and_adding_up(world):
    cube = world.flows().cube[3]
    result = members(world, BLOC, on="CCC")
    frame = result["members"].frame.filter(pl.col("scope") == "goods")
    row = {r["economy"]: r for r in frame.iter_rows(named=True)}["AAA"]
    assert row["imports"] == pytest.approx(cube[2, 0, :2].sum())
    assert row["share_of_external_imports"] == pytest.approx(
        cube[2, 0, :2].sum() / cube[2:, 0, :2].sum()
    )
    assert row["share_of_imports"] == pytest.approx(cube[2, 0, :2].sum() / cube[1:, 0, :2].sum())
    assert row["share_of_output"] == pytest.approx(cube[0, 2, :2].sum() / cube[0, :, :2].sum())
    bloc = profile(world, BLOC, on="CCC")["totals"].frame.filter(pl.col("scope") == "goods")
    assert frame["imports"].sum() == pytest.approx(bloc["value"][0])


def test_a_member_without_data_is_named(world):
    got = profile(world, Party("WIDE", ("AAA", "ZZZ")), on="CCC")["suppliers"]
    assert any("ZZZ" in note for note in got.notes)
    with pytest.raises(CodeUnknown):
        profile(world, Party("NONE", ("ZZZ",)))


def test_leverage_both_ways_by_hand(world):
    cube = world.flows().cube[3]
    frame = leverage(world, BLOC, "CCC", elasticity=5.0)["leverage"].frame
    for importer, bought, use in (
        ("BLOC", cube[2, :2, 0].sum(), cube[:, :2, 0].sum()),
        ("CCC", cube[:2, 2, 0].sum(), cube[:, 2, 0].sum()),
    ):
        row = frame.filter((pl.col("importer") == importer) & (pl.col("industry") == "C26")).row(
            0, named=True
        )
        w = bought / use
        assert row["share"] == pytest.approx(w)
        assert row["price_rise"] == pytest.approx((1 - w) ** -0.25 - 1)
        assert row["loss"] == pytest.approx(use / 4 * -np.log(1 - w))
        assert row["horizon"] is None
    capped = leverage(world, BLOC, "CCC", elasticity=5.0, cap={"BLOC": 1e-3, "CCC": 1e9})[
        "leverage"
    ].frame
    bloc = capped.filter(pl.col("importer") == "BLOC")
    assert bloc["loss"].to_list() == pytest.approx([1e-3] * 3)
    assert bloc["capped"].all()


def test_leverage_falls_with_the_horizon_and_totals_add_up(world):
    result = leverage(world, BLOC, "CCC", horizons=(1, 3, 10))
    totals = result["totals"].frame.filter(pl.col("importer") == "BLOC").sort("horizon")
    assert totals["loss"].is_sorted(descending=True)
    first = result["leverage"].frame.filter(
        (pl.col("importer") == "BLOC") & (pl.col("horizon") == 1.0)
    )
    assert first["elasticity"].to_list() == pytest.approx([1.76] * 3)
    assert first["loss"].sum() == pytest.approx(totals["loss"][0])
    assert result["leverage"].kind is Kind.MODELLED


@pytest.mark.parametrize(
    "bad",
    [
        {"horizons": (0.5,)},
        {"horizons": ()},
        {"elasticity": 1.0},
        {"elasticity": {"C26": 3.0}},
        {"cap": {"CCC": 1.0}},
    ],
)
def test_leverage_refuses_what_the_formula_cannot_hold(world, bad):
    with pytest.raises(BadInput):
        leverage(world, BLOC, "CCC", **bad)


def test_everything_bought_from_one_supplier_has_no_finite_price():
    cube = np.zeros((1, 2, 2, 1))
    cube[0, 1, 0, 0] = 8.0
    cube[0, 0, 0, 0] = 0.0
    world = FakeWorld(FakeFlows((2022,), ("AAA", "BBB"), ("C26",), cube), pl.DataFrame())
    row = leverage(world, "AAA", "BBB", elasticity=3.0, cap={"AAA": 2.0, "BBB": 2.0})[
        "leverage"
    ].frame.row(0, named=True)
    assert row["price_rise"] is None
    assert row["loss"] == 2.0
    assert row["capped"] is True


def test_complementarity_by_hand():
    # world exports: C26 100, C27 100; AAA sells only C26, BBB buys mostly C26
    cube = np.zeros((1, 3, 3, 2))
    cube[0, 0, 1, 0] = 60.0
    cube[0, 0, 2, 0] = 40.0
    cube[0, 2, 1, 1] = 20.0
    cube[0, 1, 2, 1] = 80.0
    world = FakeWorld(
        FakeFlows((2022,), ("AAA", "BBB", "CCC"), ("C26", "C27"), cube), pl.DataFrame()
    )
    with pytest.raises(BadInput):  # AAA imports nothing: the way back has no structure
        complementarity(world, "AAA", "BBB")
    cube[0, 2, 0, 1] = 100.0
    result = complementarity(world, "AAA", "BBB")
    indices = {
        (r["exporter"], r["indicator"]): r["value"]
        for r in result["indices"].frame.iter_rows(named=True)
    }
    # AAA exports (1, 0), BBB imports (0.75, 0.25)
    assert indices["AAA", "michaely"] == pytest.approx(0.75)
    # world trade: C26 100, C27 200
    assert indices["AAA", "weighted"] == pytest.approx(0.75 / (1 / 3))
    top = (
        result["items"]
        .frame.filter((pl.col("exporter") == "AAA") & (pl.col("rank") == 1))
        .row(0, named=True)
    )
    assert top["industry"] == "C26"
    assert top["advantage"] == pytest.approx(3.0)
    assert top["need"] == pytest.approx(2.25)
    assert top["match"] == pytest.approx(np.sqrt(3.0 * 2.25))


def test_mirror_records_become_an_interval():
    records = pl.DataFrame(
        {
            "exporter": ["TWN"] * 4,
            "importer": ["DEU", "DEU", "FRA", "USA"],
            "product": ["8542"] * 4,
            "year": [2019] * 4,
            "reported_by": ["exporter", "importer", "exporter", "importer"],
            "value": [1.0, 2.6, 0.5, 7.0],
        }
    )
    frame = mirror(records, datasets=("x",), kind=Kind.MEASURED).frame
    rows = {r["importer"]: r for r in frame.iter_rows(named=True)}
    assert (rows["DEU"]["low"], rows["DEU"]["high"], rows["DEU"]["interval"]) == (
        1.0,
        2.6,
        "mirror records",
    )
    assert (rows["FRA"]["low"], rows["FRA"]["interval"]) == (0.5, "lower bound")
    assert (rows["USA"]["high"], rows["USA"]["interval"]) == (7.0, "upper bound")
    assert rows["USA"]["exporter_record"] is None
    with pytest.raises(BadInput):
        mirror(records.drop("year"), datasets=(), kind=Kind.MEASURED)
    with pytest.raises(BadInput):
        mirror(pl.concat([records, records]), datasets=(), kind=Kind.MEASURED)
    one_sided = mirror(records[2:3], datasets=(), kind=Kind.MEASURED).frame
    assert one_sided["importer_record"].to_list() == [None]


def test_network_of_one_exporter(world):
    cube = np.zeros((1, 4, 4, 1))
    cube[0, 0, 1:, 0] = 5.0
    cube[0, 1, 1, 0] = 99.0  # domestic sales are no trade
    alone = FakeWorld(
        FakeFlows((2022,), ("AAA", "BBB", "CCC", "DDD"), ("C26",), cube), pl.DataFrame()
    )
    frame = network(alone, level="industry")["network"].frame
    got = dict(zip(frame["indicator"], frame["value"], strict=True))
    assert got == {"world_hhi": 1.0, "dispersion": pytest.approx(1.0), "clustering": 0.0}


def test_products_and_industries_give_the_same_network(world):
    a = network(world, level="industry", years=[2020, 2023])["network"].frame
    b = network(world, level="product", years=[2020, 2023])["network"].frame
    np.testing.assert_allclose(a["value"], b["value"], rtol=1e-12)


def test_goods_behind_a_hub():
    # CCC makes all; AAA buys 80 from the hub BBB, which re-exports half, and 20 from CCC
    cube = np.zeros((1, 3, 3, 1))
    cube[0, 2, 1, 0], cube[0, 1, 0, 0], cube[0, 2, 0, 0] = 100.0, 80.0, 20.0
    world = FakeWorld(FakeFlows((2022,), ("AAA", "BBB", "CCC"), ("C26",), cube), pl.DataFrame())
    result = behind_hubs(world, "AAA", reexport_share={"BBB": 0.5}, level="industry")
    rows = {r["exporter"]: r for r in result["origins"].frame.iter_rows(named=True)}
    assert rows["CCC"]["attributed"] == pytest.approx(60.0)
    assert rows["BBB"]["attributed"] == pytest.approx(40.0)
    hhi = result["concentration"].frame.row(0, named=True)
    assert (hhi["hhi_recorded"], hhi["hhi_attributed"]) == pytest.approx((0.68, 0.52))
    assert result["origins"].kind is Kind.ESTIMATED
    with pytest.raises(CodeUnknown):
        behind_hubs(world, "AAA", reexport_share={"QQQ": 0.5}, level="industry")


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_both_ways_is_symmetric(seed):
    world = random_world(seed)
    a, b = mutual(world, BLOC, "CCC"), mutual(world, "CCC", BLOC)
    keys = ["importer", "industry"]
    x, y = (r["flows"].frame.sort(keys) for r in (a, b))
    assert x.equals(y)


def test_results_never_hold_nan_and_carry_their_provenance(world):
    for result in (
        profile(world, BLOC),
        mutual(world, BLOC, "CCC"),
        leverage(world, BLOC, "CCC"),
        members(world, BLOC, on="CCC"),
    ):
        for name in result:
            frame = result[name].frame
            for column in frame.select(pl.selectors.float()).columns:
                assert frame[column].is_nan().sum() == 0
        got = result.provenance.to_dict()
        assert got["lens"].startswith("dependence.")
        assert got["datasets"] == {"icio_flows": "f" * 64}
