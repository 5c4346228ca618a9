"""Distributions and designs against closed forms and independent implementations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from isthmus.ensemble.design import mixing_matrix, open_design, write_design
from isthmus.ensemble.distributions import quantile
from isthmus.ensemble.plan import EnsemblePlan, read_plan, whole_number
from isthmus.errors import BadInput, NotFound
from isthmus.scenario import CapacityLoss, Correlation, Range, Scenario

LEVELS = np.array([1e-9, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-9])


def spec(distribution: str, **numbers: object) -> Range:
    return Range(path="params.x", distribution=distribution, reason="a test", **numbers)


@pytest.mark.parametrize(
    ("declared", "reference"),
    [
        (spec("uniform", low=-2.0, high=6.0), stats.uniform(-2.0, 8.0)),
        (spec("loguniform", low=0.1, high=50.0), stats.loguniform(0.1, 50.0)),
        (spec("triangular", low=1.0, mode=2.0, high=5.0), stats.triang(0.25, 1.0, 4.0)),
        (spec("triangular", low=1.0, mode=1.0, high=5.0), stats.triang(0.0, 1.0, 4.0)),
        (spec("triangular", low=1.0, mode=5.0, high=5.0), stats.triang(1.0, 1.0, 4.0)),
        (spec("beta", alpha=2.0, beta=5.0), stats.beta(2.0, 5.0)),
        (spec("beta", alpha=1.5, beta=3.0, low=1.0, high=5.0), stats.beta(1.5, 3.0, 1.0, 4.0)),
        (spec("normal", mean=3.0, sd=0.5), stats.norm(3.0, 0.5)),
        (spec("normal", mean=3.0, sd=0.5, low=2.5), stats.truncnorm(-1.0, np.inf, 3.0, 0.5)),
        (
            spec("normal", mean=3.0, sd=0.5, low=2.5, high=3.25),
            stats.truncnorm(-1.0, 0.5, 3.0, 0.5),
        ),
    ],
)
def test_quantiles_agree_with_scipy(declared, reference):
    np.testing.assert_allclose(quantile(declared, LEVELS), reference.ppf(LEVELS), rtol=1e-7)


def test_closed_forms():
    assert quantile(spec("uniform", low=2.0, high=4.0), np.array([0.25])) == [2.5]
    assert quantile(spec("loguniform", low=1.0, high=100.0), np.array([0.5])) == pytest.approx([10])
    assert quantile(spec("triangular", low=0.0, mode=1.0, high=2.0), np.array([0.5])) == [1.0]
    choice = spec("choice", values=("a", 2, True))
    assert quantile(choice, np.array([0.0, 0.33, 0.34, 0.67, 0.9999999])) == [
        "a",
        "a",
        2,
        True,
        True,
    ]


@given(st.floats(0.0, 1.0, exclude_max=True), st.floats(0.0, 1.0, exclude_max=True))
def test_quantiles_rise_and_stay_inside(one, two):
    for declared in (
        spec("uniform", low=-1.0, high=3.0),
        spec("loguniform", low=1e-3, high=3.0),
        spec("triangular", low=-1.0, mode=0.0, high=3.0),
        spec("normal", mean=0.0, sd=10.0, low=-1.0, high=3.0),
        spec("beta", alpha=0.7, beta=2.0, low=-1.0, high=3.0),
    ):
        low, high = quantile(declared, np.array(sorted([one, two])))
        assert -1.0 <= low <= high <= 3.0


def made(tmp_path, design, shape, *, seed=5, mixing=None):
    path = tmp_path / f"{design}-{shape}-{seed}-{mixing is None}.npy"
    write_design(path, design, shape, seed=seed, mixing=mixing)
    return open_design(path)


@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_a_hypercube_has_one_point_in_every_slice(tmp_path, n):
    rows = made(tmp_path, "latin_hypercube", (n, 3))
    assert rows.shape == (n, 3)
    for j in range(3):
        assert sorted(np.floor(rows[:, j] * n).astype(int).tolist()) == list(range(n))


def test_sobol_is_the_scrambled_sequence_and_balanced(tmp_path):
    rows = made(tmp_path, "sobol", (8192, 4))
    reference = stats.qmc.Sobol(4, scramble=True, rng=np.random.default_rng(5)).random(8192)
    np.testing.assert_array_equal(rows, reference)
    counts = np.histogram(rows[:, 2], bins=64, range=(0, 1))[0]
    assert (counts == 128).all()


def test_designs_depend_on_the_seed_and_nothing_else(tmp_path):
    for design in ("latin_hypercube", "sobol", "random"):
        (tmp_path / design).mkdir()
        one = made(tmp_path, design, (64, 3))
        two = made(tmp_path / design, design, (64, 3))
        np.testing.assert_array_equal(one, two)
        assert not np.array_equal(one, made(tmp_path, design, (64, 3), seed=6))
        assert one.min() >= 0.0
        assert one.max() < 1.0
    narrow = made(tmp_path, "latin_hypercube", (64, 2))
    np.testing.assert_array_equal(narrow, made(tmp_path, "latin_hypercube", (64, 3))[:, :2])


def test_lower_discrepancy_than_independent_draws(tmp_path):
    discrepancy = {
        design: stats.qmc.discrepancy(np.array(made(tmp_path, design, (256, 3))))
        for design in ("latin_hypercube", "sobol", "random")
    }
    assert discrepancy["sobol"] < discrepancy["latin_hypercube"] < discrepancy["random"]


def pair(value: float, *paths: str) -> Correlation:
    return Correlation(paths=paths or ("params.a", "params.b"), value=value, reason="a test")


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol", "random"])
@pytest.mark.parametrize("wanted", [-1.0, -0.7, 0.3, 0.9, 1.0])
def test_rank_correlations_are_met(tmp_path, design, wanted):
    paths = ("params.a", "params.b", "params.c")
    mixing = mixing_matrix(paths, [pair(wanted)])
    rows = made(tmp_path, design, (8192, 3), mixing=mixing)
    found = stats.spearmanr(rows).statistic
    # two standard errors of a rank correlation at 8,192 independent draws; a hypercube is put in
    # order until its ranks have it to 1e-4
    assert found[0, 1] == pytest.approx(wanted, abs=2e-4 if design == "latin_hypercube" else 0.025)
    assert abs(found[0, 2]) < 0.025
    assert abs(found[1, 2]) < 0.025
    assert rows.min() >= 0.0
    assert rows.max() <= 1.0


# largest gap of any pair; over a hundred seeds it was 0.04 at 50 samples and 0.001 at 200 and more
@pytest.mark.parametrize(("n", "tolerance"), [(50, 0.05), (200, 2e-3), (1024, 2e-4)])
@pytest.mark.parametrize("seed", range(5))
def test_small_hypercubes_have_the_declared_rank_correlations(tmp_path, n, tolerance, seed):
    paths = tuple(f"params.{name}" for name in "abcd")
    wanted = np.eye(4)
    declared = [(0, 1, 0.6), (1, 3, -0.4)]
    for i, j, value in declared:
        wanted[i, j] = wanted[j, i] = value
    mixing = mixing_matrix(paths, [pair(v, paths[i], paths[j]) for i, j, v in declared])
    rows = made(tmp_path, "latin_hypercube", (n, 4), seed=seed, mixing=mixing)
    found = stats.spearmanr(rows).statistic
    tied = np.ix_([0, 1, 3], [0, 1, 3])
    np.testing.assert_allclose(found[tied], wanted[tied], rtol=0, atol=tolerance)
    plain = made(tmp_path, "latin_hypercube", (n, 4), seed=seed)
    np.testing.assert_array_equal(rows[:, [0, 2]], plain[:, [0, 2]])


@pytest.mark.parametrize("n", [1, 2, 3])
def test_too_few_samples_for_their_correlations_are_still_a_hypercube(tmp_path, n):
    paths = ("params.a", "params.b", "params.c")
    declared = [pair(0.5, *paths[:2]), pair(0.5, *paths[1:])]
    rows = made(tmp_path, "latin_hypercube", (n, 3), mixing=mixing_matrix(paths, declared))
    for j in range(3):
        assert sorted(np.floor(rows[:, j] * n).astype(int).tolist()) == list(range(n))


def test_reordering_keeps_every_margin_of_the_hypercube(tmp_path):
    mixing = mixing_matrix(("params.a", "params.b"), [pair(0.8)])
    plain = made(tmp_path, "latin_hypercube", (500, 2))
    mixed = made(tmp_path, "latin_hypercube", (500, 2), mixing=mixing)
    np.testing.assert_array_equal(np.sort(plain, axis=0), np.sort(mixed, axis=0))
    assert stats.spearmanr(mixed).statistic > 0.7


# normal correlations of one half each contradict one another; that is 0.4826 in ranks
@settings(max_examples=50)
@given(st.lists(st.floats(-0.48, 0.48), min_size=3, max_size=3))
def test_the_mixing_matrix_gives_the_correlations(values):
    paths = ("params.a", "params.b", "params.c")
    pairs = [("params.a", "params.b"), ("params.a", "params.c"), ("params.b", "params.c")]
    declared = [pair(v, *p) for v, p in zip(values, pairs, strict=True)]
    mixing = mixing_matrix(paths, declared)
    r = mixing @ mixing.T
    np.testing.assert_allclose(np.diag(r), 1.0, atol=1e-12)
    found = 6.0 / np.pi * np.arcsin(r[[0, 0, 1], [1, 2, 2]] / 2.0)
    np.testing.assert_allclose(found, values, atol=1e-12)


def test_contradicting_correlations_are_refused():
    paths = ("params.a", "params.b", "params.c")
    declared = [
        pair(0.9, "params.a", "params.b"),
        pair(0.9, "params.b", "params.c"),
        pair(-0.9, "params.a", "params.c"),
    ]
    with pytest.raises(BadInput, match="cannot hold together"):
        mixing_matrix(paths, declared)


SCENARIO = Scenario(
    name="test",
    shocks=(CapacityLoss(economies=("TWN",), severity=0.5, duration=30),),
    ranges=(spec("uniform", low=0.0, high=1.0),),
)


def test_whole_numbers_are_known():
    assert whole_number("horizon", SCENARIO)
    assert whole_number("shocks.0.duration", SCENARIO)
    assert whole_number("shocks.0.start", SCENARIO)
    assert not whole_number("shocks.0.severity", SCENARIO)
    assert not whole_number("params.x", SCENARIO)


def test_a_plan_names_every_problem():
    empty = SCENARIO.model_copy(update={"ranges": ()})
    with pytest.raises(BadInput) as caught:
        EnsemblePlan(lens="toy.lin", scenario=empty, samples=100, design="sobol", batch=0, seed=-1)
    assert [p.where for p in caught.value.problems] == [
        "samples", "ranges", "batch", "seed", "lens",
    ]  # fmt: skip
    assert "64 or 128" in caught.value.problems[0].hint


FILE = """
name = "test"
[ensemble]
lens = "toy.line"
samples = 32
seed = 4
[ensemble.parameters]
offset = 1.0
[[ranges]]
path = "params.slope"
distribution = "uniform"
low = 0.0
high = 1.0
reason = "a test"
"""


def test_a_plan_is_read_from_a_scenario_file(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(FILE)
    plan = read_plan(path, samples=64, design=None)
    assert (plan.lens, plan.samples, plan.seed, plan.design) == (
        "toy.line",
        64,
        4,
        "latin_hypercube",
    )
    assert plan.parameters == {"offset": 1.0}
    assert plan.paths == ("params.slope",)
    given_too = read_plan(path, parameters={"economies": 3})
    assert given_too.parameters == {"offset": 1.0, "economies": 3}


def test_wrong_plans_are_named(tmp_path):
    path = tmp_path / "plan.toml"
    with pytest.raises(NotFound):
        read_plan(path)
    path.write_text("not toml [")
    with pytest.raises(BadInput, match="not valid TOML"):
        read_plan(path)
    path.write_text(
        FILE.replace("samples = 32", "sample = 32\nbatch = 'x'").replace("lens =", "lense =")
    )
    with pytest.raises(BadInput) as caught:
        read_plan(path)
    assert [p.where for p in caught.value.problems] == [
        "ensemble.lense", "ensemble.sample", "ensemble.batch", "ensemble.lens",
    ]  # fmt: skip


def test_a_preset_can_be_a_plan():
    plan = read_plan("taiwan-chips-30-full", lens="disruption.simulate", samples=4)
    assert plan.lens == "disruption.simulate"
    assert plan.paths
    with pytest.raises(NotFound, match="taiwan-chips-30-full"):
        read_plan("taiwan-chips-30-ful", lens="disruption.simulate")
