"""The posterior that ships: held to the episodes that ship, and the engine still answers so."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.disruption.episodes import load_episodes
from isthmus.disruption.posterior import load_posterior
from isthmus.ensemble.calibration import load_priors, numbers_of
from isthmus.ensemble.calibration.engine import engine_hash
from isthmus.ensemble.calibration.setup import ground_of, problem_of
from isthmus.world import World

ANSWERED = 2e-3
"""Single precision, and libraries that sum in another order."""


APART = 1e-5
"""Shares, in single precision."""


@pytest.fixture(scope="module")
def posterior():
    return load_posterior()


@pytest.fixture(scope="module")
def held(posterior):
    found = load_episodes(list(posterior.about["episodes"]))
    table = World.open("starter").mrio(2022, chips=True)
    ground = ground_of(table, found)
    return ground, problem_of(ground, found, load_priors())


def test_it_was_held_to_the_episodes_and_the_table_that_ship(posterior, held):
    ground, problem = held
    for episode in load_episodes(list(posterior.about["episodes"])):
        assert posterior.about["episodes"][episode.name] == episode.identity, episode.name
    assert posterior.about["table"] == ground.identity
    assert posterior.names == problem.names
    assert set(posterior.answers) == {target.name for target in problem.targets}


def test_every_draw_is_inside_its_prior(posterior):
    for prior in load_priors():
        values = posterior.values[:, posterior.names.index(prior.path)]
        if prior.distribution in ("uniform", "loguniform"):
            assert prior.low <= values.min() <= values.max() <= prior.high


def test_the_engine_still_answers_as_it_did(posterior, held):
    _, problem = held
    draws = posterior.values[:10]
    for stage in problem.stages[:2]:
        found = stage.simulate(draws, ())
        wanted = np.stack([posterior.answers[t.name][:10] for t in stage.targets], axis=1)
        np.testing.assert_allclose(found, wanted, rtol=ANSWERED, atol=1e-5)


def test_every_draw_was_simulated_again_with_the_engine_as_it_is(posterior):
    about = posterior.about
    hint = "run python tools/again.py"
    assert about["again_engine"] == engine_hash(), hint
    assert about["again_draws"] == len(posterior.weight) == 500
    assert about["again_outside"] == 0
    assert about["again_apart"] < APART


def test_its_numbers_can_be_shown(posterior):
    rows = numbers_of(posterior)
    assert len(rows) == len(posterior.names)
    assert all(row["low_80"] <= row["median"] <= row["high_80"] for row in rows)
