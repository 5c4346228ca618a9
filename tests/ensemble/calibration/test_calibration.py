"""A calibration on a small made-up table: from files to a posterior, and back to the episodes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pytest

from isthmus.disruption.episodes import load_episode, load_episodes
from isthmus.disruption.episodes.answer import Answer, nuisance_name
from isthmus.disruption.posterior import load_posterior, save_posterior
from isthmus.disruption.table import daily_table
from isthmus.ensemble.calibration import backtest, calibrate, load_priors, posterior_of
from isthmus.ensemble.calibration.engine import code_of, engine_hash
from isthmus.ensemble.calibration.leave_out import LeftOut, leave_one_out
from isthmus.ensemble.calibration.misfit import (
    normal_factors,
    predicted,
    residuals_of,
    sigma_of,
    uniform_factors,
)
from isthmus.ensemble.calibration.predict import SHARE_LOST, predicted_table
from isthmus.ensemble.calibration.priors import loads_priors
from isthmus.ensemble.calibration.setup import ground_of, held, problem_of
from isthmus.ensemble.targets import Target
from isthmus.errors import BadInput, Cancelled, NotFound
from isthmus.evidence import Column, Kind, Table
from isthmus.runtime import ArrayCheckpoint, CancelToken
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_sample import sample_table

EPISODE = """
schema_version = 1
name = "{name}"
title = "A stop"
reason = "a test"
started = "2020-01-01"
horizon = 30
role = "used"
table_year = 2022
table_reason = "a test"

[[shocks]]
kind = "capacity_loss"
duration = 10
economies = ["E000"]
industries = ["C29"]
severity = 0.5
reason = "half of it"

[[nuisance]]
path = "shocks.0.severity"
distribution = "uniform"
low = 0.1
high = 0.9
reason = "not measured"

[[observables]]
key = "own"
quantity = "its output"
economies = ["E000"]
industries = ["C29"]
window = [0, 10]
value = {value}
tolerance = 1.2
tolerance_reason = "a test"
role = "used"
main = true
basis = "observed"
source = "nobody"
read = "made up"

[[observables]]
key = "rest"
quantity = "the rest of the economy"
economies = ["E000"]
without = ["C29"]
measure = "value_added"
window = [0, 30]
value = 0.2
side = "at_most"
tolerance = 1.5
tolerance_reason = "a test"
role = "used"
basis = "judgement"
source = "nobody"
read = "made up"

[[observables]]
key = "held"
quantity = "output of the neighbour"
economies = ["E001"]
window = [0, 30]
value = 0.01
tolerance = 2.0
tolerance_reason = "a test"
role = "held_out"
basis = "estimated"
source = "nobody"
read = "made up"
"""
INDUSTRIES = ("A01", "C20", "C29", "G")


@dataclass(frozen=True)
class Small:
    """A world of one random table."""

    table: MRIO
    name: str = "small"
    edition: str = "1"
    content_hash: str = "0" * 64

    def mrio(self, year: int, *, chips: bool = False, materials: bool = False) -> MRIO:
        return self.table


@pytest.fixture(scope="module")
def world():
    made = sample_table(3, 4, seed=7)
    return Small(replace(made, labels=replace(made.labels, industries=INDUSTRIES), year=2022))


@pytest.fixture
def files(tmp_path):
    out = []
    for name, value in (("stop-one", 0.5), ("stop-two", 0.3)):
        place = tmp_path / f"{name}.toml"
        place.write_text(EPISODE.format(name=name, value=value), encoding="utf-8")
        out.append(str(place))
    return out


def run(world, files, **more):
    words = {"particles": 24, "draws": 400, "batch": 12, "batches": 2, "engine": "numpy", "seed": 4}
    return calibrate(world, episodes=files, **{**words, **more})


def test_fewer_draws_than_a_batch_are_one_batch(world, files):
    result = run(world, files, particles=8, draws=20, batch=128)
    assert result.provenance.parameters["batch"] == 20
    assert result["generations"].frame["simulated"].to_list() == [20]


def test_what_was_imposed_is_found_again(world, files):
    result = run(world, files, leave_out=60)
    assert result.provenance.parameters["ended"] == "goal"
    frame = result["parameters"].frame
    for name, value in (("stop_one", 0.5), ("stop_two", 0.3)):
        row = frame.row(by_predicate=pl.col("parameter") == f"{name}.shocks.0.severity", named=True)
        assert row["posterior_p10"] == pytest.approx(value, rel=0.35)
        assert row["posterior_p90"] == pytest.approx(value, rel=0.35)
        assert row["moved"] > 0.3
    assert result["fit"].frame["inside"].all()
    assert result["fit"].frame.height == 4
    influence = result["influence"].frame
    told = influence.filter(pl.col("parameter") == "stop_one.shocks.0.severity")
    assert told.sort("moved")["episode"][-1] == "stop-one"
    crossed = result["leave_one_out"].frame
    assert set(crossed["episode"]) == {"stop-one", "stop-two"}
    assert crossed.filter(pl.col("side") == "both")["covered"].null_count() == 0
    assert result.provenance.parameters["misfit"] > 0
    assert set(result.tables) == {
        "draws", "weights", "summaries", "parameters", "fit", "generations", "stages",
        "correlations", "influence", "left_out", "leave_one_out",
    }  # fmt: skip


@pytest.mark.slow
def test_a_stopped_calibration_goes_on_to_the_same_bits(world, files, tmp_path):
    whole = run(world, files)
    state = ArrayCheckpoint(tmp_path / "state")
    token, seen = CancelToken(), []

    def stop(event):
        seen.append(event)
        if len(seen) == 5:
            token.cancel()

    with pytest.raises(Cancelled):
        run(world, files, checkpoint=state, cancel=token, progress=stop)
    again = run(world, files, checkpoint=state)
    two = run(world, files, workers=2)
    for name in whole.tables:
        assert whole[name].frame.equals(again[name].frame), name
        assert whole[name].frame.equals(two[name].frame), name


def test_a_posterior_goes_to_disk_and_predicts_the_episodes(world, files, tmp_path):
    result = run(world, files)
    made = posterior_of(result)
    assert made.about["engine"] == engine_hash()
    assert set(made.about["episodes"]) == {"stop-one", "stop-two"}
    save_posterior(made, tmp_path / "mine")
    assert load_posterior(tmp_path / "mine").identity == made.identity
    assert set(made.answers) == {
        f"stop-{n}/{key}" for n in ("one", "two") for key in ("own", "rest")
    }
    found = backtest(
        world, posterior=tmp_path / "mine", episodes=files, draws=30, batch=16, engine="numpy"
    )
    frame = found["backtest"].frame
    assert frame.height == 6
    own = frame.filter(pl.col("observable") == "own")
    assert not own["missed"].any()
    assert set(own["role"]) == {"used"}
    assert set(frame.filter(pl.col("observable") == "held")["role"]) == {"held out"}
    assert (frame["low_95"] <= frame["median"]).all()
    assert (frame["median"] <= frame["high_95"]).all()


def test_answers_do_not_depend_on_the_batch_they_come_in(world, files):
    episodes = load_episodes(files)
    problem = problem_of(ground_of(world.table, episodes), episodes, load_priors(), engine="numpy")
    rng = np.random.default_rng(2)
    theta = problem.values(rng.random((5, len(problem.names))))
    stage = problem.stages[0]
    together = stage.simulate(theta, ())
    alone = np.concatenate([stage.simulate(row[None], ()) for row in theta])
    np.testing.assert_allclose(together, alone, rtol=2e-4, atol=1e-5)


def test_a_nuisance_moves_its_own_episode_only(world, files):
    one, two = load_episodes(files)
    names = (nuisance_name(one, "shocks.0.severity"), "psi")
    answers = [
        Answer(e, e.observables[:1], names, daily_table(world.table), engine="numpy")
        for e in (one, two)
    ]
    draws = np.array([[0.2, 0.8], [0.8, 0.8]])
    moved, still = (a(draws)[:, 0] for a in answers)
    assert moved[1] == pytest.approx(4 * moved[0], rel=0.2)
    assert still[0] == still[1]


def test_the_coarse_table_answers_as_the_full_one_where_nothing_was_lost(world, files):
    episodes = load_episodes(files)
    theta = None
    found = []
    for full in (True, False):
        ground = ground_of(world.table, episodes, full=full)
        problem = problem_of(ground, episodes, load_priors(), engine="numpy", precision="float64")
        theta = problem.values(np.full((1, len(problem.names)), 0.5)) if theta is None else theta
        found.append(problem.stages[0].simulate(theta, ()))
    np.testing.assert_allclose(found[0][:, 0], found[1][:, 0], rtol=0.05)


def test_priors_of_the_package_have_a_source_each():
    priors = load_priors()
    assert len(priors) >= 20
    assert all(len(p.reason) > 20 for p in priors)


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("x =", "not valid TOML"),
        ("schema_version = 1", "at least one"),
        ("schema_version = 2\n[[priors]]\npath='psi'", "must be 1"),
        ("schema_version = 1\npriors = [3]", "must be a table"),
        (
            "schema_version = 1\n[[priors]]\npath='psy'\ndistribution='uniform'\nlow=0.1\nhigh=0.2"
            "\nreason='r'",
            "not a number of the family",
        ),
        (
            "schema_version = 1\n[[priors]]\npath='psi'\ndistribution='uniform'\nlow=0.1\nhigh=2.0"
            "\nreason='r'",
            "between 0 and 1",
        ),
        (
            "schema_version = 1\n[[priors]]\npath='rule'\ndistribution='uniform'\nlow=0.0\nhigh=1.0"
            "\nreason='r'",
            "a choice among",
        ),
    ],
)
def test_priors_that_make_no_sense_are_named(text, piece):
    with pytest.raises(BadInput) as caught:
        loads_priors(text)
    shown = " ".join([caught.value.what, *(f"{p.where} {p.what}" for p in caught.value.problems)])
    assert piece in shown


def test_what_a_table_cannot_hold_is_left_out_by_name(world, files):
    one = load_episode(files[0])
    node = one.model_copy(update={"needs": ("C26_DAO",)})
    older = one.model_copy(update={"name": "older", "table_year": 2011})
    whole, left = held([one, node, older], world.table)
    assert whole == (one,)
    assert left == (
        ("stop-one", "the table does not tell C26_DAO apart"),
        ("older", "the table is of 2022, not 2011"),
    )
    with pytest.raises(BadInput, match="calibration"):
        problem_of(ground_of(world.table, [one]), [], load_priors())
    with pytest.raises(NotFound):
        calibrate(world, episodes=["nothing"])


def test_a_loss_below_nought_is_said_to_be_no_gain():
    rows = [("draw-0", "AAA", 30, -0.01), ("draw-0", "BBB", 30, 0.02), ("end-0", "BBB", 30, -1.0)]
    columns = ("scenario", "economy", "horizon", SHARE_LOST)
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    made = [Column(c, "dimension") for c in columns[:3]] + [Column(SHARE_LOST, "value", "1")]
    losses = Table("losses", frame, tuple(made), Kind.MODELLED, (), "")
    said = predicted_table(losses, 0.0, ("first",)).notes
    assert said[0] == "first"
    assert said[1].startswith("a loss below nought (AAA) is no gain: ")
    above = losses.frame.filter(pl.col("economy") == "BBB")
    assert predicted_table(replace(losses, frame=above), 0.0, ()).notes == ()


def test_misfit_widens_a_range_by_its_logarithm():
    model, weight = np.ones(50), np.full(50, 0.02)
    low, median, high = predicted(model, weight, (0.1, 0.5, 0.9), normal_factors(0.5))
    assert median == pytest.approx(1.0)
    assert np.log(high) == pytest.approx(0.5 * 1.2816, rel=0.03)
    assert low * high == pytest.approx(1.0, rel=1e-6)
    assert predicted(model, weight, (0.1,))[0] == 1.0
    assert normal_factors(0.0) is None
    low, _, high = predicted(model, weight, (0.1, 0.5, 0.9), uniform_factors(np.log(2.0)))
    assert np.log(high) == pytest.approx(0.8 * np.log(2.0), rel=0.01)
    assert low * high == pytest.approx(1.0, rel=1e-6)
    assert sigma_of(np.array([3.0, -4.0])) == pytest.approx(np.sqrt(12.5))
    assert sigma_of(np.array([])) == 0.0
    np.testing.assert_allclose(residuals_of(np.array([2.0]), np.array([1.0])), [np.log(2.0)])


def test_leaving_one_out_uses_only_the_others():
    n = 1200
    near = np.geomspace(1 / 1.1, 1.1, n)
    weight = np.full(n, 1 / n)
    # `a` sees x and `b` sees twice x: each says that the other is off by a factor of two
    left = [
        LeftOut((Target(f"{name}/x", 1.0, 1.1),), factor * near[:, None], weight, 1.0)
        for name, factor in (("a", 0.5), ("b", 2.0))
    ]
    table, sigma = leave_one_out(left, ())
    rows = {row["episode"]: row for row in table.frame.to_dicts()}
    assert rows["a"]["median"] == pytest.approx(0.5, rel=0.1)
    assert rows["b"]["median"] == pytest.approx(2.0, rel=0.1)
    assert not rows["a"]["covered"]
    assert sigma == pytest.approx(np.log(2.0), rel=0.1)
    assert rows["a"]["covered_misfit"]


def test_the_hash_of_the_engine_moves_with_its_code_alone():
    one = '''"""A module."""


def half(x):
    """Return half.

    Of a number.
    """
    return x / 2  # not of text: "#"
'''
    other = '''"""Another text."""
# A comment.
def half(x):
    return x / 2
'''
    assert code_of(one) == code_of(other) == "def half(x):\n    return x / 2"
    assert code_of('x = "# kept"  # gone') == 'x = "# kept"'
    assert code_of("def f(): ...") == "def f(): ..."
    assert code_of(one) != code_of(one.replace("/ 2", "/ 3"))
