from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus.coercion import Assumptions, leverage_map
from isthmus.coercion.panel import read_panel
from isthmus.errors import BadInput, CodeUnknown, DataMissing
from isthmus.world import World


def cell(result, **where):
    frame = result["leverage"].frame
    for key, value in where.items():
        frame = frame.filter(pl.col(key) == value)
    return frame.row(0, named=True)


def test_both_channels_by_hand(small):
    panel = read_panel(small)
    F = panel.flows[..., -1]
    chn, deu, k = panel.place("CHN"), panel.place("DEU"), panel.industries.index("C26")
    result = leverage_map(small, "CHN", over="DEU")
    stop = cell(result, industry="C26", channel="supply stop")
    w = F[k, chn, deu] / F[k, :, deu].sum()
    assert stop["value"] == pytest.approx(F[k, chn, deu])
    assert stop["loss"] == pytest.approx(F[k, :, deu].sum() / 0.76 * -np.log(1 - w))
    assert stop["cost"] == pytest.approx(F[k, chn, deu] * 0.65 * 0.5)
    assert stop["ratio"] == pytest.approx(stop["loss"] / stop["cost"])
    sold = F[k, chn].sum() - F[k, chn, chn]
    assert stop["credibility"] == pytest.approx(1 - F[k, chn, deu] / sold)
    assert stop["concentration"] == pytest.approx(
        F[k, chn, deu] / (F[k, :, deu].sum() - F[k, deu, deu])
    )
    ban = cell(result, industry="C26", channel="purchase ban")
    assert ban["loss"] == pytest.approx(F[k, deu, chn] * 0.65 * 0.5)
    w = F[k, deu, chn] / F[k, :, chn].sum()
    assert ban["cost"] == pytest.approx(F[k, :, chn].sum() / 0.76 * -np.log(1 - w))
    assert ban["loss_share"] == pytest.approx(ban["loss"] / F[:, deu].sum())


def test_the_cost_of_one_channel_is_the_loss_of_the_other_side(small):
    there = leverage_map(small, "CHN", over="DEU")
    back = leverage_map(small, "DEU", over="CHN")
    for industry in ("A01", "C10T12", "C26"):
        a = cell(there, industry=industry, channel="purchase ban")
        b = cell(back, industry=industry, channel="supply stop")
        assert a["cost"] == pytest.approx(b["loss"])
        assert a["value"] == pytest.approx(b["value"])


def test_a_bloc_is_one_target_and_totals_add_up(small):
    bloc = leverage_map(small, "CHN", over="DEU,FRA")
    single = leverage_map(small, "CHN", over=["DEU", "FRA"])
    for channel in ("supply stop", "purchase ban"):
        whole = bloc["targets"].frame.filter(pl.col("channel") == channel)["value"].sum()
        parts = single["targets"].frame.filter(pl.col("channel") == channel)["value"].sum()
        assert whole == pytest.approx(parts)
    rows = bloc["leverage"].frame.filter(pl.col("channel") == "supply stop")
    total = bloc["targets"].frame.filter(pl.col("channel") == "supply stop")
    assert total["loss"][0] == pytest.approx(rows["loss"].sum())
    # convex in the share: a bloc that can draw on both members' production loses no more
    apart = single["targets"].frame.filter(pl.col("channel") == "supply stop")["loss"].sum()
    assert total["loss"][0] <= apart + 1e-9


def test_longer_horizons_hurt_less(small):
    losses = [
        leverage_map(small, "CHN", over="DEU", assumptions=Assumptions(horizon=h))["targets"].frame
        for h in (1, 3, 10)
    ]
    stop = [f.filter(pl.col("channel") == "supply stop")["loss"][0] for f in losses]
    assert stop == sorted(stop, reverse=True)


def test_bad_questions_are_refused(small):
    with pytest.raises(BadInput, match="overlap"):
        leverage_map(small, "CHN", over="CHN,DEU")
    with pytest.raises(CodeUnknown):
        leverage_map(small, "CHN", over="QQQ")
    with pytest.raises(DataMissing):
        leverage_map(small, "CHN", over="DEU", year=1999)
    with pytest.raises(BadInput):
        leverage_map(small, "CHN", over="DEU", assumptions=Assumptions(horizon=0.5))
    with pytest.raises(BadInput):
        leverage_map(small, "CHN", over="DEU", assumptions=Assumptions(diversion=1.5))


def test_all_targets_of_the_shipped_flows():
    result = leverage_map(World.open("starter"), "CHN")
    assert result["targets"].frame.height == 2 * 79
    frame = result["leverage"].frame
    assert (frame["loss"] >= 0).all()
    assert (
        frame.select(pl.selectors.float()).fill_null(0).select(pl.all().is_finite().all()).row(0)
        == (True,) * 7
    )
