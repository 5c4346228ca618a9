"""The shipped cases: chip chain and critical materials, by hand and by what must hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import codes
from isthmus.cascade import ChipChain, chip_case, chip_network, material_case, material_network
from isthmus.cascade.chips import SPLIT, StageShares, balanced, leading, planned_capacity
from isthmus.cascade.chips import with_capacity_of as moved
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Kind
from isthmus.world import World

STAGES = tuple(codes.stages(SPLIT).values())


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def members():
    return codes.parse_parties("EU27_2020")[1]


def small_chain(shares):
    """Two economies; A sells electronics 60 at home and 20 to B, B sells 20 at home only."""
    electronics = np.array([[60.0, 20.0], [0.0, 20.0]])
    output = np.array([[80.0, 0.0, 0.0, 10.0, 0.0], [20.0, 0.0, 0.0, 30.0, 0.0]])
    blocks = tuple(StageShares(stage, 2022, shares, Kind.ASSUMED) for stage in STAGES)
    return ChipChain(blocks, ("A", "B"), electronics, output, 2022)


def test_balanced_by_hand():
    """Uniform pattern: the product of the margins."""
    got = balanced(np.ones((2, 2)), np.array([0.25, 0.75]), np.array([0.5, 0.5]))
    np.testing.assert_allclose(got, [[0.125, 0.125], [0.375, 0.375]], atol=1e-12)


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 6))
def test_balanced_meets_both_sums(seed, r, c):
    rng = np.random.default_rng(seed)
    rows, columns = rng.dirichlet(np.ones(r)), rng.dirichlet(np.ones(c))
    got = balanced(rng.random((r, c)) + 0.05, rows, columns)
    np.testing.assert_allclose(got.sum(axis=1), rows, atol=1e-9)
    np.testing.assert_allclose(got.sum(axis=0), columns, atol=1e-9)


def test_balanced_refuses_what_cannot_be_met():
    with pytest.raises(DataMissing, match="cannot meet"):
        balanced(np.eye(2), np.array([0.2, 0.8]), np.array([0.5, 0.5]))


def test_a_sole_supplier_stops_everybody(world):
    """All stages in one economy: everything that uses chips stops, whoever buys."""
    network = small_chain({"A": 1.0}).network()
    from isthmus.cascade.cases import _lost
    from isthmus.cascade.shocks import firms_stop

    shocks = firms_stop(network, {"A": {f"A {stage}": 1.0 for stage in STAGES}})
    assert _lost(network, shocks, ["B"]) == pytest.approx([1.0])
    one = firms_stop(network, {"A": {f"A {leading()}": 1.0}})
    assert _lost(network, one, ["A", "B"]) == pytest.approx([1.0])  # every stage is essential
    pooled = small_chain({"A": 1.0}).network(stages="pooled")
    assert _lost(pooled, one, ["A", "B"]) == pytest.approx([1 / len(STAGES)])


def test_deliveries_keep_the_shares_of_suppliers_and_users(world):
    chain = ChipChain.of(world)
    network = chain.network()
    size = chain.output[:, 0].sum()
    for block in chain.blocks:
        for economy, share in block.shares.items():
            if share == 0.0:
                continue
            sold = network.weight[network.supplier == network.row_of[f"{economy} {block.stage}"]]
            assert sold.sum() / size == pytest.approx(share, abs=1e-9)


def test_losses_order_as_the_cases_say(world, members):
    result = chip_case(world, members, partner="TWN")
    frame = result["stops"].frame
    assert (frame["low"] <= frame["value"] + 1e-12).all()
    assert result["stops"].kind is Kind.ASSUMED
    assert "exact fixed point" in result["stops"].notes
    by_map = {c: v for c, e, v, _ in frame.iter_rows() if e == "TWN"}
    assert by_map["europe_planned"] < by_map["latest"]
    assert by_map["all_planned"] < by_map["europe_planned"]
    # the stop of one stage cannot reach further than the stop of all stages of its economy
    whole = {e: v for c, e, v, _ in frame.iter_rows() if c == "latest"}
    for economy, _, _, value in result["stages"].frame.iter_rows():
        assert value <= whole[economy] + 1e-12


def test_capacity_is_checked_and_moved(world):
    block = planned_capacity(world)
    assert sum(block.shares.values()) == pytest.approx(1.0)
    assert block.year == 2032
    shares = moved(StageShares("s", 2022, {"A": 0.6, "B": 0.4}, Kind.ASSUMED), "C", 0.1)
    assert shares == pytest.approx({"A": 0.54, "B": 0.36, "C": 0.1})
    with pytest.raises(BadInput, match="no stage 'x'"):
        chip_network(world, capacity={"x": {"TWN": 0.5}})


def test_materials_by_hand_and_bounds(world, members):
    """Direct losses are import shares; hubs only add; nothing exceeds the whole."""
    result = material_case(world, members)
    losses = result["suppliers"].frame
    assert (losses["value"] >= losses["direct"] - 1e-12).all()
    assert losses["value"].max() <= 1.0 + 1e-12
    trade = world.trade("HS2017")
    year = int(result["ranking"].notes[1].rpartition(" ")[2])
    product = "850511"
    rows = [
        (e, v)
        for y, e, i, p, v, *_ in trade.iter_rows()
        if y == year and p == product and i in members and e not in members
    ]
    want = sum(v for e, v in rows if e == "CHN") / sum(v for _, v in rows)
    got = dict(losses.filter(losses["economy"] == "CHN").select("product", "direct").iter_rows())
    assert got[product] == pytest.approx(want, rel=1e-9)


def test_second_source_that_is_no_hub_takes_half(world, members):
    frame = material_case(world, members)["second_source"].frame
    assert (frame["value_with"] <= frame["value"] + 1e-9).all()
    assert frame.height == 10


def test_material_network_has_full_years_only(world):
    with pytest.raises(DataMissing, match="1999"):
        material_network(world, year=1999)
