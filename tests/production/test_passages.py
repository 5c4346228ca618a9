"""Sea passages as shocks: presets hold the published shares, touched trade by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus.errors import BadInput
from isthmus.evidence import Kind
from isthmus.production import closure, passages
from isthmus.production.passages import stopped, trade_of
from isthmus.scenario import ExportStop, Scenario, preset
from isthmus.world import World
from isthmus.world.mrio import MRIO

CODES = {"Japan": "JPN", "South Korea": "KOR", "China": "CHN"}


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def found(world):
    return passages(world)


def test_every_published_share_is_imposed_or_left_out_by_name(world, found):
    shares = found["shares"].frame
    assert shares.height == world.table("sea_passages").height
    assert shares["words"].str.len_chars().min() > 10
    out = shares.filter(scenario="none")["words"].to_list()
    assert out
    assert all(words.startswith("left out: ") for words in out)
    assert found["touched"].kind is Kind.ASSUMED


def test_presets_hold_the_published_shares(world):
    told = world.table("sea_passages").filter(passage="Taiwan Strait", reading="about")
    shares = dict(told.select("flow", "share").iter_rows())
    for shock in preset("passage-taiwan-strait").shocks:
        way = "imports" if shock.exporters == ("*",) else "exports"
        (code,) = shock.importers if way == "imports" else shock.exporters
        name = next(name for name, known in CODES.items() if known == code)
        assert shock.severity == shares[f"{way} of {name}"]
    sea = world.table("transport_modes").filter(mode="sea", basis="value", year="2024")
    by_sea = dict(sea.select("flow", "share").iter_rows())
    for name in ("passage-suez", "passage-malacca"):
        into, out = preset(name).shocks
        assert into.severity == by_sea["imports from outside"]
        assert out.severity == by_sea["exports to outside"]
    both, own = preset("passage-hormuz").shocks
    oil = world.table("sea_passages").filter(passage="Hormuz")["share"].to_list()
    assert min(oil) <= both.severity <= max(oil)
    fuels = world.table("fuel_imports").filter(economy="TWN", measure="through Hormuz")
    together = 1.0 - (1.0 - both.severity) * (1.0 - own.severity)
    assert together == pytest.approx(fuels["value"].mean())


def test_touched_trade_by_hand():
    # One industry of goods, three economies; sold to use and to final demand alike.
    flows = np.array([[5.0, 1.0, 2.0], [3.0, 5.0, 4.0], [6.0, 7.0, 5.0]])
    table = MRIO.from_dense(
        0.2 * flows, 0.8 * flows, economies=["AAA", "BBB", "CCC"], industries=["C10T12"]
    )
    own = trade_of(table)[0]
    np.testing.assert_allclose(own, flows * (1.0 - np.eye(3)))
    shocks = [
        ExportStop(exporters=["*"], importers=["AAA"], severity=0.5, duration=3),
        ExportStop(exporters=["BBB"], importers=["*"], severity=0.2, duration=3),
    ]
    share = stopped(Scenario(name="x", shocks=shocks), table)[0]
    np.testing.assert_allclose(share, [[0, 0, 0], [0.6, 0, 0.2], [0.5, 0, 0]])


def test_trade_inside_a_coalition_is_not_touched(world, found):
    rows = found["touched"].frame.filter(party="EU27_2020", scenario="passage-suez")
    assert rows.filter(pl.col("share") > 0.3).is_empty()
    (one,) = (
        passages(world, of=["DEU"])["touched"]
        .frame.filter(scenario="passage-suez", direction="imports")
        .to_dicts()
    )
    whole = rows.filter(direction="imports").row(0, named=True)
    assert 0 < one["value"] < whole["value"]
    assert one["share"] < whole["share"]  # most of what a member buys abroad comes from members


def test_who_is_not_named_by_a_preset_has_no_row_of_nought(world):
    touched = passages(world, of=["AUS", "TWN"])["touched"]
    with_suez = touched.frame.filter(scenario="passage-suez")["party"].unique().to_list()
    assert with_suez == ["TWN"]
    said = "passage-suez does not name AUS: `isthmus disruption show passage-suez` says why"
    assert said in touched.notes
    assert "Australia and New Zealand" in preset("passage-suez").reason


def test_bad_names_are_told_at_once(world):
    with pytest.raises(BadInput) as error:
        passages(world, of=["XXX", "YYY"])
    assert "XXX" in str(error.value)
    assert "YYY" in str(error.value)
    with pytest.raises(BadInput, match="nobody is named"):
        passages(world, of=[])
    with pytest.raises(BadInput, match="isthmus production passages"):
        closure(world, closed=["malacca"])
