"""ABC-SMC against posteriors in closed form; the same answer however it is run."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import abc_models as models
import numpy as np
import pytest
from scipy import stats

from isthmus.ensemble.problem import Problem, SearchEffort, SearchStage
from isthmus.ensemble.smc import sample
from isthmus.ensemble.targets import Target
from isthmus.errors import BadInput, Cancelled, DidNotConverge
from isthmus.kernels import population as kernel
from isthmus.runtime import CancelToken, open_executor

HERE = Path(__file__).parent
SMALL = SearchEffort(particles=60, draws=4000, batch=16, batches=3, seed=3)


@pytest.fixture(scope="module")
def alone():
    """Return the run of one process, not stopped, that every other run is held against."""
    return sample(models.normal_problem(1.05), SMALL)


def moments(sampled):
    theta, w = sampled.values[:, 0], sampled.last.weight
    mean = float(w @ theta)
    return mean, float(np.sqrt(w @ (theta - mean) ** 2))


def same(one, two):
    assert one.ended == two.ended
    assert len(one.generations) == len(two.generations)
    for a, b in zip(one.generations, two.generations, strict=True):
        assert (a.tolerance, a.simulated, a.left) == (b.tolerance, b.simulated, b.left)
        for name in ("u", "weight", "summaries", "distances"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))


def test_the_mean_of_a_normal_has_its_posterior():
    sampled = sample(models.normal_problem(), SearchEffort(particles=600, draws=60_000, seed=1))
    assert sampled.ended == "goal"
    precision = 1 / 4.0 + models.SIZE / models.SD**2
    wanted = (10.0 / 4.0 + models.OBSERVED_MEAN * models.SIZE / models.SD**2) / precision
    mean, sd = moments(sampled)
    error = precision**-0.5 / np.sqrt(sampled.last.effective)
    assert mean == pytest.approx(wanted, abs=4 * error)
    assert sd == pytest.approx(precision**-0.5, rel=0.1)


@pytest.mark.slow
def test_a_rate_has_its_beta_posterior():
    sampled = sample(models.binomial_problem(), SearchEffort(particles=600, draws=60_000, seed=2))
    wanted = stats.beta(2 + models.HITS, 3 + models.TRIES - models.HITS)
    for p in (0.1, 0.5, 0.9):
        found = float(kernel.weighted_quantile(sampled.values[:, 0], sampled.last.weight, p))
        assert wanted.cdf(found) == pytest.approx(p, abs=4 * 0.5 / np.sqrt(sampled.last.effective))


def test_a_choice_is_an_axis_cut_in_pieces():
    choice = models.prior("which", "choice", values=("a", "b", "c", "d"))
    stage = SearchStage("exact", models.alternatives, (Target("double", 5.0, 1.01),))
    sampled = sample(Problem((choice,), (stage,)), SMALL)
    assert set(sampled.values[:, 0]) == {2.0}


def test_without_information_the_posterior_is_the_prior():
    flat = models.prior("x", "loguniform", low=1.0, high=100.0)
    loose = SearchStage("exact", models.alternatives, (Target("any", 20.0, 1e9),))
    sampled = sample(Problem((flat,), (loose,)), SearchEffort(particles=800, draws=5000))
    assert len(sampled.generations) == 2
    logs = np.log(sampled.values[:, 0]) / np.log(100.0)
    found = kernel.weighted_quantile(logs, sampled.last.weight, [0.1, 0.5, 0.9])
    np.testing.assert_allclose(found, [0.1, 0.5, 0.9], atol=0.08)


def test_any_number_of_workers_gives_the_same_bits(alone):
    with open_executor(2) as two:
        same(alone, sample(models.normal_problem(1.05), SMALL, executor=two))


def test_a_stopped_run_goes_on_to_the_same_bits(alone, tmp_path):
    token, seen = CancelToken(), []

    def stop_soon(event):
        seen.append(event)
        if len(seen) == 9:
            token.cancel()

    with pytest.raises(Cancelled):
        sample(
            models.normal_problem(1.05), SMALL, folder=tmp_path, cancel=token, progress=stop_soon
        )
    assert list(tmp_path.rglob("*.json"))
    same(alone, sample(models.normal_problem(1.05), SMALL, folder=tmp_path))


KILLED = """
import sys, time
sys.path.insert(0, {here!r})
import abc_models as models
from pathlib import Path
from isthmus.ensemble.problem import SearchEffort
from isthmus.ensemble.smc import sample
def hold(event):
    if len(list(Path({folder!r}).rglob("*.json"))) >= 5:
        print("held", flush=True)
        time.sleep(60)
sample(models.normal_problem(1.05),
       SearchEffort(particles=60, draws=4000, batch=16, batches=3, seed=3),
       folder=Path({folder!r}), progress=hold)
"""


def test_a_killed_run_goes_on_to_the_same_bits(alone, tmp_path):
    script = KILLED.format(here=str(HERE), folder=str(tmp_path))
    words = [sys.executable, "-c", script]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        os.kill(child.pid, signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL
    kept = len(list(tmp_path.rglob("*.json")))
    assert kept >= 5
    events = []
    again = sample(
        models.normal_problem(1.05), SMALL, folder=tmp_path, progress=lambda e: events.append(e)
    )
    assert max(e.resumed for e in events) > 0
    same(alone, again)


def test_tolerances_fall_and_end_at_the_goal():
    sampled = sample(models.normal_problem(1.02), SMALL)
    tolerances = [g.tolerance for g in sampled.generations]
    assert tolerances[0] == np.inf
    assert all(b < a for a, b in itertools.pairwise(tolerances))
    assert tolerances[-1] == 1.0
    assert (kernel.largest(sampled.last.distances) <= 1.0).all()
    assert sampled.last.weight.sum() == pytest.approx(1.0)


def test_a_budget_ends_with_a_third_of_a_population_at_least():
    short = SearchEffort(particles=60, draws=400, batch=16, batches=3, seed=3)
    sampled = sample(models.normal_problem(1.0001), short)
    assert sampled.ended == "draws"
    assert 400 - 16 < sampled.simulated <= 400
    assert 20 <= len(sampled.last.u) < 60
    assert sampled.last.tolerance > 1.0
    assert sampled.last.weight.sum() == pytest.approx(1.0)
    fewer = sample(models.normal_problem(1.0001), replace(short, draws=256))
    assert len(fewer.last.u) == 60
    assert fewer.unfinished > 0


def test_a_larger_budget_goes_on_where_a_smaller_one_ended(tmp_path):
    short = SearchEffort(particles=60, draws=410, batch=16, batches=3, seed=3)
    longer = replace(short, draws=1300)
    wanted = sample(models.normal_problem(1.02), longer)
    sample(models.normal_problem(1.02), short, folder=tmp_path)
    same(wanted, sample(models.normal_problem(1.02), longer, folder=tmp_path))


def test_a_later_stage_is_not_asked_of_draws_put_too_far():
    x = models.prior("x", "loguniform", low=1.0, high=100.0)
    first = SearchStage("first", models.alternatives, (Target("first", 21.0, 1.2),))
    second = SearchStage("second", models.counted, (Target("second", 10.0, 1.2),))
    effort = SearchEffort(particles=40, draws=4000, shrink=0.05, seed=5)
    rest = sample(Problem((x,), (first,)), effort)
    tolerance = rest.generations[1].tolerance
    assert tolerance <= 3.0  # what `counted` takes for granted
    before = rest.generations[0]
    from isthmus.ensemble import smc

    both = Problem((x,), (first, second))
    work = smc._Work(both, 5, 1, tolerance, (0, 1), smc._ancestors(before))
    from isthmus.runtime import Batch

    found = smc._simulate(work, Batch(0, 0, 200))
    assert 0 < found["left"][0] < 200
    assert found["left"][1] == len(found["u"])


def test_simulators_without_answers_are_named():
    x = models.prior("x", "uniform", low=0.0, high=1.0)
    stage = SearchStage("never", models.never, (Target("nothing", 1.0, 2.0),))
    with pytest.raises(DidNotConverge, match="too few answers"):
        sample(Problem((x,), (stage,)), SMALL)


def test_all_that_makes_no_sense_is_said_at_once():
    x = models.prior("x", "uniform", low=0.0, high=1.0)
    bad = SearchStage("s", models.never, (Target("t", -1.0, 1.0, "up"),))  # type: ignore[arg-type]
    with pytest.raises(BadInput) as caught:
        Problem((x, x), (bad, SearchStage("s", models.never, ())))
    assert len(caught.value.problems) == 6
    with pytest.raises(BadInput) as caught:
        SearchEffort(particles=1, draws=0, shrink=1.0, goal=0.0, batch=0, batches=0, seed=-1)
    assert len(caught.value.problems) == 7
    with pytest.raises(BadInput, match="at most the draws, got 128"):
        SearchEffort(particles=50, draws=100)
