"""The last test of the response model looks at nothing that came with or after the listings."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus import codes
from isthmus.coercion import held_out
from isthmus.coercion.assumptions import find_rung, preset, preset_ladder
from isthmus.coercion.engine import respond
from isthmus.coercion.heldout import READINGS
from isthmus.coercion.instruments import ECONOMIC, PRIOR, instrument_mix
from isthmus.coercion.stakes import read_stakes
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Kind
from isthmus.world import World

LISTING = "export control or listing"


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def result(world):
    return held_out(world, draws=40)


def test_the_mix_counts_earlier_cases_only(world, result):
    coded = world.table("coercion_measures")
    for case, day in (("TWN-2025", "2025-07-09"), ("EU-2026", "2026-04-24")):
        earlier = coded.filter((pl.col("start") < day) & ~pl.col("held_out"))
        mix = instrument_mix(world, "CHN", before=day)
        assert mix.cases + mix.outside == earlier["case"].n_unique()
        row = result["test"].frame.filter(case=case, reading=READINGS[0]).row(0, named=True)
        want = (mix.weight[2] + PRIOR) / (mix.weight.sum() + 4 * PRIOR)
        assert row["value"] == pytest.approx(want)
        assert row["cases"] == mix.cases
    assert instrument_mix(world, "CHN", before="1990-01-01").cases == 0


def test_shares_are_those_of_the_model(world, result):
    mix = instrument_mix(world, "CHN", before="2026-04-24")
    p = {name: np.array([entry.value]) for name, entry in preset().entries.items()}
    stakes = read_stakes(world, "CHN", ["DEU"])
    rung = find_rung("arms-sales", preset_ladder())
    for reading, extra in ((READINGS[1], 0.0), (READINGS[2], p["military_listing"][0])):
        changed = p | {"military_listing": np.array([extra])}
        found = respond(stakes, [rung], changed, mix.share[None], np.array([True]))
        chance = found.probability[0, 0, 0, 1, 4:]
        rows = result["answers"].frame.filter(economy="DEU", reading=reading)
        assert rows["response"].to_list() == list(ECONOMIC)
        # secondary pressure reaches fellows of the bloc only in the lens: compare the others
        got = rows["value"].to_numpy()[:3] / rows["value"].to_numpy()[:3].sum()
        np.testing.assert_allclose(got, chance[:3] / chance[:3].sum(), rtol=1e-6)


def test_every_distribution_is_whole_and_ranks_follow_it(result):
    answers = result["answers"].frame
    for row in result["test"].frame.iter_rows(named=True):
        part = answers.filter(case=row["case"], economy=row["economy"], reading=row["reading"])
        assert part["value"].sum() == pytest.approx(1.0)
        share = dict(part.select("response", "value").iter_rows())
        assert row["used"] == LISTING
        assert row["value"] == pytest.approx(share[LISTING])
        assert row["rank"] == 1 + sum(v > share[LISTING] for v in share.values())
        assert row["first"] == max(share, key=share.get)
        assert 0 <= row["first_in"] <= 1


def test_weeks_are_no_share_of_gdp(world, result):
    lines = result["lines"]
    p = preset()
    weeks = p["lead_weeks"] - p["stock_weeks"]
    flows = world.flows()
    values = flows.values(2022)
    listed = [flows.industries.index(k) for k in codes.industries_in("listed")]
    for row in lines.frame.iter_rows(named=True):
        i, c = flows.index([row["economy"], "CHN"])
        share = values[c, i, listed].sum() / values[:, i, listed].sum()
        assert row["value"] == pytest.approx(weeks)
        assert row["share"] == pytest.approx(share)
        assert row["lost"] == pytest.approx(weeks * p["listed_cut"] * share)
        assert row["lost_low"] <= row["lost"] <= row["lost_high"] <= row["high"]
    assert not any("gdp" in c.name for c in lines.columns)
    assert "no share of GDP" in " ".join(lines.notes)
    assert {t.kind for t in result.tables.values()} == {Kind.ASSUMED}


def test_bad_calls_are_named(world):
    with pytest.raises(DataMissing):
        held_out(world, sender="DEU")
    with pytest.raises(BadInput, match="draws"):
        held_out(world, draws=3)
