"""Chip detail keeps every total of the unsplit table and says that its shares are assumed."""

import numpy as np
import polars as pl
import pytest

from isthmus.errors import DataMissing
from isthmus.evidence import Kind
from isthmus.world import World
from isthmus.world.mrio_chips import LARGEST_SHARE, NODES, REST, WHOLE, chip_split, split_chips


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def tables(world):
    return world.mrio(2022), world.mrio(2022, chips=True)


@pytest.fixture(scope="module")
def merged(tables):
    return tables[1].aggregate(industries=dict.fromkeys(NODES, WHOLE))


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
    x = split.x.reshape(n, -1)[:, [split.industries.index(c) for c in NODES]]
    total = x.sum(axis=1, keepdims=True)
    assert (x >= 0).all()
    rest = x[:, list(NODES).index(REST)]
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
    table = split_chips(whole, chip_split(doubled, facts, whole))
    node = table.node_positions("JPN", "C26_MEM")
    assert table.x[node][0] == pytest.approx(2 * tables[1].x[node][0], rel=0.05)


def test_rows_that_name_no_fact_are_refused(world, tables):
    facts = world.chip_facts().filter(pl.col("year") != 2019)
    with pytest.raises(DataMissing, match="no shares of"):
        chip_split(world.table("chip_split"), facts, tables[0])


def test_every_row_has_a_kind_and_a_reason(world):
    rows = world.table("chip_split")
    assert set(rows["kind"]) == {"assumed"}
    assert (rows["source"].str.len_chars() > 10).all()
