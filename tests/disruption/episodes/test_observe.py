"""What is read off a run, worked out by hand on made-up days."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from isthmus.disruption.episodes import Observable
from isthmus.disruption.episodes.observe import Watch
from isthmus.disruption.shocks import Places
from isthmus.disruption.table import daily_table
from isthmus.errors import CodeUnknown
from isthmus.world.mrio_sample import sample_table

PLAIN = {
    "key": "one",
    "quantity": "a test",
    "economies": ["E001"],
    "industries": ["I00", "I02"],
    "window": [2, 4],
    "value": 0.1,
    "tolerance": 1.5,
    "tolerance_reason": "a test",
    "role": "used",
    "basis": "observed",
    "source": "nobody",
    "read": "made up",
}


@pytest.fixture(scope="module")
def table():
    return sample_table(3, 4, seed=2)


def watched(table, shares, used_share=None, **changes):
    """Answer for days on which the output of all nodes is `shares` of its base, (T, B)."""
    daily = daily_table(table).table
    places = Places(table.economies, table.industries)
    shares = np.asarray(shares, dtype=float)
    days, batch = shares.shape
    watch = Watch([Observable(**{**PLAIN, **changes})], places, daily, days, batch)
    used = daily.inputs().sum(axis=0)
    more = shares if used_share is None else np.asarray(used_share, dtype=float)
    for t in range(days):
        day = SimpleNamespace(
            output=daily.output[:, None] * shares[t], used=used[:, None] * more[t]
        )
        watch.add(t, day)
    return watch.summaries()[:, 0]


def test_a_fall_against_the_table(table):
    days = [[1.0, 1.0], [1.0, 1.0], [0.9, 1.0], [0.7, 1.2], [1.0, 1.0]]
    np.testing.assert_allclose(watched(table, days), [0.2, -0.1])


def test_a_rise_against_another_window(table):
    days = [[0.5], [0.5], [0.7], [0.8], [1.0]]
    found = watched(table, days, statistic="rise", base_window=[0, 2])
    np.testing.assert_allclose(found, [0.5])


def test_value_added_is_output_less_inputs(table):
    found = watched(table, [[1.0]] * 4, [[0.5]] * 4, measure="value_added", industries=["I00"])
    daily = daily_table(table).table
    node = 1 * 4 + 0
    x, z = daily.output[node], daily.inputs().sum(axis=0)[node]
    np.testing.assert_allclose(found, [1.0 - (x - 0.5 * z) / (x - z)])


def test_the_first_day_counts_from_the_window_and_is_its_length_when_it_never_comes(table):
    days = [[0.5, 1.0], [1.0, 1.0], [1.0, 1.0], [0.98, 1.0], [0.9, 1.0]]
    found = watched(table, days, statistic="first_day", below=0.95, window=[1, 5])
    np.testing.assert_array_equal(found, [3.0, 4.0])


def test_only_the_named_nodes_count(table):
    daily = daily_table(table).table
    places = Places(table.economies, table.industries)
    all_but = Observable(**{**PLAIN, "industries": ["*"], "without": ["I01", "I03"]})
    watch = Watch([Observable(**PLAIN), all_but], places, daily, 4, 1)
    np.testing.assert_array_equal(watch.pick[0], watch.pick[1])
    assert np.flatnonzero(watch.pick[0]).tolist() == [4, 6]
    with pytest.raises(CodeUnknown, match="I09"):
        Watch([Observable(**{**PLAIN, "without": ["I09"]})], places, daily, 4, 1)
