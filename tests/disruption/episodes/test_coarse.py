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
    coarse = coarse_of([one], table.economies, table.industries, keep=())
    assert coarse.economies.of == {
        "E000": "E000-and-2",
        "E001": "E001",
        "E002": "E002-and-1",
        "E003": "E002-and-1",
        "E004": "E000-and-2",
        "E005": "E000-and-2",
    }
    kept = coarse_of([one], table.economies, table.industries, keep=("E005",))
    assert kept.economies.of["E005"] == "E005"
    assert kept.economies.of["E000"] == "E000-and-1"


def test_an_episode_in_coarse_terms_names_the_same_economies(table):
    one = episode('["E001"]', '["E001", "E002", "E003"]')
    coarse = coarse_of([one], table.economies, table.industries, keep=())
    made = coarse.episode(one)
    assert made.scenario.shocks[0].economies == ("E001",)
    assert made.observables[0].economies == ("E001", "E002-and-1")
    everyone = episode('["*"]', '["*"]')
    assert coarse.episode(everyone).scenario.shocks[0].economies == ("*",)


def test_a_part_of_a_group_is_refused(table):
    coarse = coarse_of(
        [episode('["E001"]', '["E001"]')], table.economies, table.industries, keep=()
    )
    with pytest.raises(CodeUnknown, match="does not tell them from E002, E003, E004, E005"):
        coarse.economies.codes(["E000"])
    with pytest.raises(CodeUnknown, match="no economy X"):
        coarse.economies.codes(["X"])
    with pytest.raises(CodeUnknown, match="no economy"):
        expanded(["EU27_2020"], table.economies)


def test_industries_stay_together_where_the_family_treats_them_alike():
    codes = ("A01", "B05", "B06", "C29", "C301", "C302T309", "G", "H", "K_L", "M_N")
    one = loads_episode(SMALL.replace('["I01"]', '["C29"]'))
    coarse = coarse_of([one], ("E000", "E001"), codes, keep=())
    of = coarse.industries.of
    assert of["B05"] == of["B06"] == "B05-and-1"
    assert of["C301"] == of["C302T309"] == "C301-and-1"
    assert (of["A01"], of["C29"]) == ("A01", "C29")
    assert of["G"] == of["H"] != of["K_L"] == of["M_N"]


def test_all_shipped_episodes_fit_on_a_few_economies():
    from isthmus.world import World

    table = World.open("starter").mrio(2022, chips=True)
    episodes = [e for e in load_episodes() if set(e.needs) <= set(table.industries)]
    coarse = coarse_of(episodes, table.economies, table.industries)
    assert len(set(coarse.economies.of.values())) <= 20
    assert len(set(coarse.industries.of.values())) < len(table.industries)
    small = coarse.table(table)
    np.testing.assert_allclose(small.x.sum(), table.x.sum(), rtol=1e-12)
    for one in episodes:
        made = coarse.episode(one)
        assert len(made.scenario.shocks) == len(one.scenario.shocks)


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
