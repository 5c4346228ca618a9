"""Material detail keeps every total of the unsplit table, follows trade and names its users."""

import numpy as np
import polars as pl
import pytest

from isthmus.codes.nodes import MATERIAL_NODES, MATERIALS, parts_of, whole_of, wholes
from isthmus.errors import DataMissing
from isthmus.evidence import Kind
from isthmus.world import World
from isthmus.world.mrio_materials import split_materials


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def tables(world):
    return world.mrio(2022), world.mrio(2022, materials=True)


def merged(table):
    return table.aggregate(
        industries={part: w for w in wholes(MATERIALS) for part in parts_of(w, MATERIALS)}
    )


def test_totals_of_the_unsplit_table_are_kept(tables):
    whole, table = tables[0], merged(tables[1])
    assert set(table.industries) == set(whole.industries)
    order = [table.industries.index(code) for code in whole.industries]
    n = whole.labels.n
    shaped = (n, -1)
    np.testing.assert_allclose(
        table.x.reshape(shaped)[:, order], whole.x.reshape(shaped), rtol=1e-9, atol=1e-6
    )
    np.testing.assert_allclose(
        table.v.reshape(shaped)[:, order], whole.v.reshape(shaped), rtol=1e-6, atol=1e-3
    )
    use = table.use()[:, order][:, :, order]
    np.testing.assert_allclose(use, whole.use(), atol=1e-8 * whole.use().max())


def test_sales_abroad_are_those_of_customs(world, tables):
    table = tables[1]
    n = table.labels.n
    at = table.industries.index("C27_MAGNETS")
    sales = (table.sales + table.final).reshape(n, -1, n)[:, at]
    trade = world.table("baci_critical_materials").filter(
        pl.col("year") == 2022, pl.col("product") == "850511"
    )
    for exporter, importer in (("CHN", "DEU"), ("JPN", "USA"), ("CHN", "FRA")):
        pair = trade.filter(pl.col("exporter") == exporter, pl.col("importer") == importer)
        i, j = table.economies.index(exporter), table.economies.index(importer)
        assert sales[i, j] == pytest.approx(pair["value"].sum(), rel=1e-6)
    buys_more = table.economies.index("ITA")
    assert sales[buys_more, buys_more] == 0.0


def test_users_have_about_the_shares_of_the_rows(world, tables):
    rows = world.table("material_split").filter(pl.col("part") == "use")
    table = tables[1]
    use = table.use().sum(axis=0)
    for node in MATERIAL_NODES:
        own = use[table.industries.index(node)]
        for user, share in rows.filter(pl.col("node") == node)["item", "value"].iter_rows():
            inside = [i for i, code in enumerate(table.industries) if whole_of(code) == user]
            if inside and share >= 0.2:
                assert own[inside].sum() / own.sum() == pytest.approx(share, rel=0.75), node


def test_nodes_are_assumed_and_produce(tables):
    table = tables[1]
    assert table.kind is Kind.ASSUMED
    assert {"material_split", "baci_critical_materials"} <= set(table.datasets)
    for node in MATERIAL_NODES:
        at = table.node_positions(None, node)
        assert table.x[at].sum() > 500
        assert table.v[at].min() >= -1e-9


def test_chips_and_materials_go_together(world):
    both = world.mrio(2022, chips=True, materials=True)
    assert {"C26_LEAD", "C26_REST", "C27_MAGNETS", "C24B_REST"} <= set(both.industries)
    assert not {"C26", "C27", "C24B", "B08"} & set(both.industries)


def test_products_without_trade_and_dense_tables_are_refused(world, tables):
    rows = world.table("material_split")
    with pytest.raises(DataMissing, match="no trade of 250410 in 2022"):
        split_materials(tables[0], rows, lambda key: world.table(key).filter(pl.col("year") < 2022))
    small = tables[0].aggregate(economies={e: "A" if e < "K" else "B" for e in tables[0].economies})
    with pytest.raises(DataMissing, match="dense"):
        split_materials(small.to_dense(), rows, world.table)
