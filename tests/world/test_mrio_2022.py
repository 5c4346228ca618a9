"""The shipped table of 2022 keeps the bilateral data exactly and meets its identities."""

import numpy as np
import polars as pl
import pytest

from isthmus.errors import DataMissing, IdentityViolated
from isthmus.evidence import Kind
from isthmus.world import World
from isthmus.world.mrio_starter import SERVICES, read_updated


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def table(world):
    return world.mrio(2022)


def test_bilateral_sales_and_output_are_those_of_the_data(world, table):
    flows = world.flows()
    n, S = table.labels.n, table.labels.S
    sold = (table.sales + table.final).reshape(n, S, n).transpose(0, 2, 1)
    given = flows.values(2022)
    np.testing.assert_allclose(sold[:, :, :27], given[:, :, :27], rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(sold[:, :, 27:].sum(axis=2), given[:, :, 27], rtol=1e-12)
    goods = table.x.reshape(n, S)[:, :27]
    np.testing.assert_allclose(goods, given.sum(axis=1)[:, :27], rtol=1e-12)


def test_identities_hold(table):
    found = table.identities()
    assert found.row_total < 1e-12
    assert found.column_total < 1e-12
    assert (table.v >= 0).all()
    assert table.kind is Kind.ESTIMATED
    assert table.factored


def test_value_added_meets_the_stated_totals(world, table):
    stated = world.table("mrio_2022_economies").filter(pl.col("value_added").is_not_null())
    added = dict(zip(table.economies, table.v.reshape(table.labels.n, -1).sum(axis=1), strict=True))
    found = np.array([added[e] for e in stated["economy"]])
    np.testing.assert_allclose(found, stated["value_added"].to_numpy(), rtol=1e-6)
    assert stated.height >= 75


def test_known_totals(table):
    # OECD ICIO 2025 edition: Taiwan's output of computers and electronics in 2022, million USD
    node = table.node_positions("TWN", "C26")[0]
    assert table.x[node] == pytest.approx(329_000, rel=1e-3)


def test_services_have_names_and_parts_add_up(table):
    assert table.industries[27:] == tuple(SERVICES)


def test_table_is_made_once(world, table):
    assert world.mrio(2022) is table


def test_other_years_are_refused(world):
    with pytest.raises(DataMissing, match="no inter-economy table of 1987"):
        world.mrio(1987)


def test_incomplete_or_shuffled_rows_are_refused(world):
    record = world.record("mrio_2022")
    use, services = world.table("mrio_2022"), world.table("mrio_2022_services")
    with pytest.raises(IdentityViolated, match="cells are needed"):
        read_updated(2022, world.flows(), use.head(100), services, record)
    with pytest.raises(IdentityViolated, match="not in the order"):
        read_updated(2022, world.flows(), use.reverse(), services, record)
    changed = use.with_columns(pl.col("share") * 1.01)
    with pytest.raises(IdentityViolated, match="do not add to one"):
        read_updated(2022, world.flows(), changed, services, record)
