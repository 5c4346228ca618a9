"""An input-output table as a network: totals, shares and a stop by hand."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.cascade import group_stops, run, table_network
from isthmus.errors import BadInput
from isthmus.world.mrio_sample import sample_table


def test_links_are_the_flows_of_the_table():
    table = sample_table(3, 4)
    network = table_network(table)
    Z = np.zeros((12, 12))
    Z[network.supplier, network.customer] = network.weight
    np.testing.assert_allclose(Z, table.Z, atol=1e-12)
    np.testing.assert_allclose(network.output, table.x)
    assert network.ids[5] == "E001 I01"


def test_orders_are_shares_of_output_and_a_partial_stop_stays_partial():
    table = sample_table(2, 3)
    supply = table_network(table).supply()
    sums = np.add.reduceat(supply.order_share, supply.order_start[:-1])
    np.testing.assert_allclose(sums, table.Z.sum(axis=1) / table.x)
    network = table_network(table)
    stop = group_stops(network, economies=["E000"], size=0.3)
    lost = run(network, stop, rule="exact")["economies"].frame["value"].to_list()
    assert lost[0] == pytest.approx(0.3)  # nobody can lose more than the largest first loss
    assert 0.0 < lost[1] <= 0.3


def test_small_links_are_counted_and_kinds_checked():
    table = sample_table(2, 3)
    network = table_network(table, smallest=float(np.median(table.Z)))
    assert len(network.weight) == 18
    assert "left out as too small" in network.notes[0]
    with pytest.raises(BadInput, match="shape"):
        table_network(table, essential=np.ones((2, 2)))
