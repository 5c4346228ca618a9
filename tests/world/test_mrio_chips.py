"""Chip detail keeps every total of the unsplit table and says that its shares are assumed."""

import numpy as np
import polars as pl
import pytest

from isthmus.errors import DataMissing
from isthmus.evidence import Kind
from isthmus.world import World
from isthmus.world.mrio_chips import FABS, PARTS, REST, WHOLE, chip_split, node_markets, split_chips
from isthmus.world.mrio_nodes import LARGEST_SHARE


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def tables(world):
    return world.mrio(2022), world.mrio(2022, chips=True)


@pytest.fixture(scope="module")
def merged(tables):
    return tables[1].aggregate(industries=dict.fromkeys(PARTS, WHOLE))


def test_output_value_added_and_sales_are_kept(tables, merged):
    whole = tables[0]
    assert merged.industries == whole.industries
    np.testing.assert_allclose(merged.x, whole.x, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(merged.v, whole.v, rtol=1e-6, atol=1e-3)
    np.testing.assert_allclose(
        merged.sales + merged.final, whole.sales + whole.final, rtol=1e-9, atol=1e-6
    )


def test_use_by_product_and_user_is_kept(tables, merged):
    whole = tables[0].use()
    np.testing.assert_allclose(merged.use(), whole, atol=1e-8 * whole.max())


def test_every_part_is_a_proper_part(tables):
    whole, split = tables
    assert split.kind is Kind.ASSUMED
    assert whole.kind is Kind.ESTIMATED
    assert "chip_split" in split.datasets
    n = split.labels.n
    x = split.x.reshape(n, -1)[:, [split.industries.index(c) for c in PARTS]]
    total = x.sum(axis=1, keepdims=True)
    assert (x >= 0).all()
    rest = x[:, PARTS.index(REST)]
    assert (rest >= (1 - LARGEST_SHARE) * total[:, 0] * (1 - 1e-9)).all()
    assert (split.v >= -1e-6).all()


def test_capacity_decides_where_leading_edge_chips_are_made(tables):
    split = tables[1]
    x = split.x[split.node_positions(None, "C26_LEAD")]
    made = {e for e, value in zip(split.economies, x, strict=True) if value > 0}
    assert made == {"TWN", "KOR"}
    shares = dict(zip(split.economies, x / x.sum(), strict=True))
    assert shares["TWN"] == pytest.approx(0.69, abs=0.01)


def test_more_chips_in_the_rows_mean_more_chips_in_the_table(world, tables):
    whole = tables[0]
    rows, facts = world.table("chip_split"), world.chip_facts()
    doubled = rows.with_columns(
        pl.when(pl.col("node") == "C26_MEM", pl.col("part") == "value")
        .then(pl.col("value") * 2)
        .otherwise(pl.col("value"))
        .alias("value")
    )
    table = split_chips(whole, chip_split(doubled, facts, world.table("chip_end_use"), whole))
    node = table.node_positions("JPN", "C26_MEM")
    assert table.x[node][0] == pytest.approx(2 * tables[1].x[node][0], rel=0.05)


def test_end_uses_and_nodes_meet_their_totals(world):
    end_use = world.table("chip_end_use").filter(pl.col("year") == 2022)
    rows = world.table("chip_split")
    sold = node_markets(rows, end_use)
    value = dict(rows.filter(pl.col("part") == "value")["node", "value"].iter_rows())
    for node in FABS:
        assert sold[node].sum() == pytest.approx(value[node], rel=1e-9)
    total = sold.select(FABS).to_numpy().sum(axis=1)
    np.testing.assert_allclose(total / total.sum(), end_use["share"] / end_use["share"].sum())


def test_each_node_has_users_of_its_own(tables):
    split = tables[1]
    use = split.use().sum(axis=0)
    at = split.industries.index

    def share(node, user):
        return use[at(node), at(user)] / use[at(node)].sum()

    assert share("C26_LEAD", "C29") < 0.1 * share("C26_DAO", "C29")
    assert share("C26_LEAD", "C28") < 0.1 * share("C26_LOGIC", "C28")
    assert (
        share("C26_LEAD", "C26_REST") > share("C26_MEM", "C26_REST") > share("C26_DAO", "C26_REST")
    )


def test_end_uses_that_are_missing_are_named(world, tables):
    rows, facts = world.table("chip_split"), world.chip_facts()
    end_use = world.table("chip_end_use")
    with pytest.raises(DataMissing, match="no end uses"):
        chip_split(rows, facts, end_use.filter(pl.col("year") != 2022), tables[0])
    fewer = rows.filter(pl.col("item") != "automotive")
    with pytest.raises(DataMissing, match="C26_DAO, automotive"):
        chip_split(fewer, facts, end_use, tables[0])


def test_rows_that_name_no_fact_are_refused(world, tables):
    facts = world.chip_facts().filter(pl.col("year") != 2019)
    with pytest.raises(DataMissing, match="no shares of"):
        chip_split(world.table("chip_split"), facts, world.table("chip_end_use"), tables[0])


def test_every_row_has_a_kind_and_a_reason(world):
    rows = world.table("chip_split")
    assert set(rows["kind"]) == {"assumed"}
    assert (rows["source"].str.len_chars() > 10).all()
