from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.codes import parse_parties
from isthmus.coercion import Assumptions, leverage_map
from isthmus.coercion.content import Content, content_of_bloc, read_content
from isthmus.coercion.pairs import leverage, pairs
from isthmus.coercion.panel import read_panel
from isthmus.errors import BadInput, CodeUnknown, DataMissing
from isthmus.kernels.leverage import trade_elasticity
from isthmus.world import World

GOODS = ("A01", "C10T12", "C26")


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


def cell(result, table="leverage", **where):
    frame = result[table].frame
    for key, value in {"sender": "CHN", "horizon": 1.0, **where}.items():
        frame = frame.filter(pl.col(key) == value)
    return frame.row(0, named=True)


def test_both_channels_by_hand(small):
    panel = read_panel(small)
    F = panel.flows[..., -1]
    chn, deu, k = panel.place("CHN"), panel.place("DEU"), panel.industries.index("C26")
    result = leverage_map(small, "CHN", over="DEU")
    content = read_content(small, panel.economies, GOODS)
    own, theirs = content.share[chn, 2], content.share[deu, 2]
    stop = cell(result, industry="C26", channel="supply stop")
    w = F[k, chn, deu] / F[k, :, deu].sum()
    assert stop["value"] == pytest.approx(F[k, chn, deu])
    assert stop["loss"] == pytest.approx(F[k, :, deu].sum() / 0.76 * -np.log(1 - w))
    assert stop["cost"] == pytest.approx(F[k, chn, deu] * own * 0.5)
    assert stop["domestic_share"] == pytest.approx(own)
    assert stop["ratio"] == pytest.approx(stop["loss"] / stop["cost"])
    sold = F[k, chn].sum() - F[k, chn, chn]
    assert stop["credibility"] == pytest.approx(1 - F[k, chn, deu] / sold)
    assert stop["concentration"] == pytest.approx(
        F[k, chn, deu] / (F[k, :, deu].sum() - F[k, deu, deu])
    )
    ban = cell(result, industry="C26", channel="purchase ban")
    assert ban["loss"] == pytest.approx(F[k, deu, chn] * theirs * 0.5)
    w = F[k, deu, chn] / F[k, :, chn].sum()
    assert ban["cost"] == pytest.approx(F[k, :, chn].sum() / 0.76 * -np.log(1 - w))
    assert ban["loss_share"] == pytest.approx(ban["loss"] / content.gdp[deu])


def test_domestic_value_added_and_caps_by_hand():
    """Two economies, one item: the table's numbers go where the formulas want them."""
    F = np.array([[[50.0], [30.0]], [[20.0], [40.0]]])
    content = Content(("A", "B"), ("x",), np.array([[0.6], [0.8]]), np.array([[9.0], [1.0]]),
                      np.array([100.0, 200.0]))  # fmt: skip
    own, masks = np.array([True, False]), np.array([[False, True]])
    found = leverage(pairs(F, own, masks, content, [content.share] * 2), (1.0, 3.0), 0.4)
    # A stops selling 30 to B, which buys 70; the loss of 70/0.76 ln(70/40) is cut at B's cap
    np.testing.assert_allclose(found.loss[0, 0, 0], [1.0, 1.0])
    later = 0.6 * 0.76 / float(trade_elasticity(3.0))
    np.testing.assert_allclose(found.cost[0, 0, 0], [30 * 0.6 * 0.6, 30 * 0.6 * later])
    np.testing.assert_allclose(found.loss[0, 0, 1], [20 * 0.8 * 0.6, 20 * 0.8 * later])
    np.testing.assert_allclose(found.cost[0, 0, 1, 0], 9.0)
    assert found.credibility[0, 0, 0, 0] == 0.0
    assert found.concentration[0, 0, 0, 0] == 1.0


def test_the_way_back_is_the_map_of_the_other_side(small):
    there = leverage_map(small, "CHN", over="DEU", products=False)["leverage"].frame
    back = leverage_map(small, "DEU", over="CHN", products=False)["leverage"].frame
    keys = ["sender", "target", "industry", "channel", "horizon"]
    a, b = (f.sort(keys).drop("kind") for f in (there, back))
    assert a.select(keys).equals(b.select(keys))
    for name in a.columns[len(keys) :]:
        np.testing.assert_allclose(a[name].to_numpy(), b[name].to_numpy(), rtol=1e-9, atol=1e-9)


def test_a_bloc_is_one_target_and_totals_add_up(small):
    bloc = leverage_map(small, "CHN", over="DEU,FRA")
    single = leverage_map(small, "CHN", over=["DEU", "FRA"])
    for channel in ("supply stop", "purchase ban"):
        whole = cell(bloc, "targets", channel=channel)
        parts = [cell(single, "targets", channel=channel, target=t) for t in ("DEU", "FRA")]
        assert whole["value"] == pytest.approx(sum(p["value"] for p in parts))
        line = cell(bloc, "blocs", channel=channel)
        assert line["loss"] == pytest.approx(whole["loss"])
        assert line["alone"] == pytest.approx(sum(p["loss"] for p in parts))
        assert line["relief"] == pytest.approx(line["loss"] / line["alone"])
        rows = bloc["leverage"].frame.filter(channel=channel, sender="CHN", horizon=1.0)
        assert whole["loss"] == pytest.approx(rows["loss"].sum())
        # inputs from the other member are domestic to the bloc, and so is its production:
        # a stop of supplies hurts less together, a refusal of goods takes away more value added
        together = line["loss"] <= line["alone"] + 1e-9
        assert together == (channel == "supply stop")
    assert "blocs" not in single.tables


def test_value_added_of_a_bloc_agrees_with_the_decomposition_of_its_exports(world):
    from isthmus.chains import decompose

    members = parse_parties("EU27_2020")[1]
    found = content_of_bloc(world, members, ("C26", "C28", "C29"))
    rows = decompose(world, "EU27_2020", by="industry")["decomposition"].frame
    want = dict(rows.select("industry", "dva_share").iter_rows())
    for k, industry in enumerate(("C26", "C28", "C29")):
        # the mean over all exports of the bloc lies between its members
        assert found[:, k].min() <= want[industry] <= found[:, k].max()
    alone = content_of_bloc(world, ("DEU",), ("C26", "C28"))
    economies = world.flows().economies
    single = read_content(world, economies, ("C26", "C28")).share[economies.index("DEU")]
    np.testing.assert_allclose(alone[0], single, rtol=1e-9)


def test_a_bloc_of_all_keeps_all_value_added(world):
    """Nothing leaks to a foreign economy when there is none: every share is one."""
    table = world.mrio(2022)
    found = content_of_bloc(world, table.economies, table.industries)
    used = table.x.reshape(found.shape) > 0
    np.testing.assert_allclose(found[used], 1.0, atol=1e-6)


def test_longer_horizons_hurt_less(small):
    result = leverage_map(small, "CHN", over="DEU", assumptions=Assumptions(horizons=(1, 3, 10)))
    for channel in ("supply stop", "purchase ban"):
        losses = [
            cell(result, "targets", channel=channel, horizon=float(h))["loss"] for h in (1, 3, 10)
        ]
        assert losses == sorted(losses, reverse=True)


@settings(deadline=None)
@given(st.floats(0.0, 1.0), st.floats(1.0, 30.0), st.floats(0.0, 1.0))
def test_losses_scale_with_the_unit_of_money(diversion, horizon, share):
    F = np.array([[[50.0], [30.0]], [[20.0], [40.0]]])
    own, masks = np.array([True, False]), np.array([[False, True]])

    def losses(scale):
        content = Content(("A", "B"), ("x",), np.full((2, 1), share),
                          np.full((2, 1), 90.0 * scale), np.full(2, 1.0))  # fmt: skip
        return leverage(
            pairs(F * scale, own, masks, content, [content.share] * 2), (horizon,), diversion
        )

    one, many = losses(1.0), losses(1e3)
    np.testing.assert_allclose(many.loss, one.loss * 1e3, rtol=1e-9, atol=1e-200)
    np.testing.assert_allclose(many.cost, one.cost * 1e3, rtol=1e-9, atol=1e-200)


def test_years_without_a_table_leave_shares_of_gdp_out(small):
    result = leverage_map(small, "CHN", over="DEU", year=2015)
    assert result["targets"].frame["loss_share"].null_count() == 12
    assert "products" not in result.tables
    given = leverage_map(small, "CHN", over="DEU", assumptions=Assumptions(domestic_share=0.4))
    np.testing.assert_allclose(given["leverage"].frame["domestic_share"].to_numpy(), 0.4)


def test_bad_questions_are_refused(small):
    with pytest.raises(BadInput, match="overlap"):
        leverage_map(small, "CHN", over="CHN,DEU")
    with pytest.raises(CodeUnknown):
        leverage_map(small, "CHN", over="QQQ")
    with pytest.raises(DataMissing):
        leverage_map(small, "CHN", over="DEU", year=1999)
    with pytest.raises(BadInput):
        leverage_map(small, "CHN", over="DEU", assumptions=Assumptions(horizons=(0.5,)))
    with pytest.raises(BadInput):
        leverage_map(small, "CHN", over="DEU", assumptions=Assumptions(diversion=1.5))


def test_all_targets_of_the_shipped_flows(world):
    result = leverage_map(world, "CHN")
    assert result["targets"].frame.height == 2 * 2 * 3 * 79
    for name in ("leverage", "products", "targets"):
        frame = result[name].frame
        assert (frame["loss"] >= 0).all()
        numbers = frame.select(pl.selectors.float()).fill_null(0)
        assert numbers.select(pl.all().is_finite().all()).row(0) == (True,) * numbers.width
        for share in ("credibility", "concentration"):
            assert frame[share].is_between(-1e-9, 1 + 1e-9).all(), (name, share)


def test_products_are_those_of_the_trade_data(world):
    rows = leverage_map(world, "CHN", over="EU27_2020")["products"].frame
    trade = world.trade("HS2017")
    members = parse_parties("EU27_2020")[1]
    bought = trade.filter(
        (pl.col("year") == 2022) & (pl.col("product") == "850511")
        & pl.col("importer").is_in(members) & ~pl.col("exporter").is_in(members)
    )  # fmt: skip
    china = bought.filter(exporter="CHN")["value"].sum()
    row = rows.filter(sender="CHN", product="850511", channel="supply stop", horizon=1.0)
    assert row["value"][0] == pytest.approx(china)
    assert row["concentration"][0] == pytest.approx(china / bought["value"].sum())
