"""Coarse tables: totals kept, episodes held, and nothing else told apart."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.disruption.episodes import load_episodes, loads_episode
from isthmus.disruption.episodes.coarse import coarse_of, expanded
from isthmus.errors import CodeUnknown
from isthmus.world.mrio_aggregate import aggregate, pooled
from isthmus.world.mrio_forms import FactoredForm
from isthmus.world.mrio_sample import sample_table

from .test_episodes import SMALL


@pytest.fixture(scope="module")
def table():
    return sample_table(6, 4, seed=5)


def episode(named, watched):
    text = SMALL.replace(
        'economies = ["E000"]\nindustries = ["I01"]\nsev',
        f'economies = {named}\nindustries = ["I01"]\nsev',
    )
    return loads_episode(
        text.replace(
            'economies = ["E000"]\nindustries = ["I01"]\nwin',
            f'economies = {watched}\nindustries = ["I01"]\nwin',
        )
    )


def test_economies_stay_together_until_something_names_one_of_them(table):
    one = episode('["E001"]', '["E001", "E002", "E003"]')
    coarse = coarse_of([one], table.economies, keep=())
    assert coarse.of == {
        "E000": "E000-and-2",
        "E001": "E001",
        "E002": "E002-and-1",
        "E003": "E002-and-1",
        "E004": "E000-and-2",
        "E005": "E000-and-2",
    }
    kept = coarse_of([one], table.economies, keep=("E005",))
    assert kept.of["E005"] == "E005"
    assert kept.of["E000"] == "E000-and-1"


def test_an_episode_in_coarse_terms_names_the_same_economies(table):
    one = episode('["E001"]', '["E001", "E002", "E003"]')
    coarse = coarse_of([one], table.economies, keep=())
    made = coarse.episode(one)
    assert made.scenario.shocks[0].economies == ("E001",)
    assert made.observables[0].economies == ("E001", "E002-and-1")
    everyone = episode('["*"]', '["*"]')
    assert coarse.episode(everyone).scenario.shocks[0].economies == ("*",)


def test_a_part_of_a_group_is_refused(table):
    coarse = coarse_of([episode('["E001"]', '["E001"]')], table.economies, keep=())
    with pytest.raises(CodeUnknown, match="does not tell them from E002, E003, E004, E005"):
        coarse.codes(["E000"])
    with pytest.raises(CodeUnknown, match="no economy X"):
        coarse.codes(["X"])
    with pytest.raises(CodeUnknown, match="no economy"):
        expanded(["EU27_2020"], table.economies)


def test_all_shipped_episodes_fit_on_a_few_economies():
    from isthmus.world import World

    economies = World.open("starter").mrio(2022).economies
    coarse = coarse_of(load_episodes(), economies)
    assert len(set(coarse.of.values())) <= 20
    for one in load_episodes():
        coarse.episode(one)


def test_pooling_keeps_every_total(table):
    dense = aggregate(table, economies={"E000": "A", "E001": "A"})
    made = pooled(dense)
    assert isinstance(made.form, FactoredForm)
    for name in ("use", "sales", "column_sums"):
        np.testing.assert_allclose(
            getattr(made.form, name)(), getattr(dense.form, name)(), rtol=1e-9, atol=1e-9
        )
    np.testing.assert_array_equal(made.x, dense.x)
    np.testing.assert_array_equal(made.v, dense.v)
    assert pooled(made) is made


def test_pooling_a_table_with_common_origins_changes_nothing(table):
    made = pooled(table)
    again = pooled(aggregate(made, economies={"E000": "A"}))
    np.testing.assert_allclose(again.form.flows(), made.form.flows(), rtol=1e-9, atol=1e-9)
