"""Quantal response against its closed forms, its limits and an independent softmax."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import expit, logsumexp, softmax

from isthmus.errors import BadInput
from isthmus.kernels.response import (
    best_response,
    calibrated_offsets,
    hold_probability,
    log_sum_exp,
    mixture_quantiles,
    quantal_response,
)

utilities = hnp.arrays(
    np.float64, st.integers(2, 7), elements=st.floats(-500, 500, allow_subnormal=False)
)
noises = st.floats(0.05, 50)


def test_two_responses_follow_the_logistic_curve():
    got = quantal_response([1.0, 0.0], 2.0)
    assert got[0] == pytest.approx(1 / (1 + np.exp(-0.5)), rel=1e-14)
    assert got.sum() == pytest.approx(1.0)


def test_odds_of_three_are_e_to_the_gap_over_noise():
    got = quantal_response([2.0, 1.0, 0.0], 0.5)
    assert got[0] / got[1] == pytest.approx(np.e**2)
    assert got[1] / got[2] == pytest.approx(np.e**2)


def test_no_noise_gives_the_best_and_much_noise_all_equally():
    u = [1.0, 0.99, -3.0]
    np.testing.assert_allclose(quantal_response(u, 1e-6), best_response(u), atol=1e-12)
    np.testing.assert_allclose(quantal_response(u, 1e9), 1 / 3, atol=1e-8)
    np.testing.assert_array_equal(best_response([1.0, 1.0, 0.0]), [0.5, 0.5, 0.0])


def test_huge_utilities_do_not_overflow_and_impossible_ones_get_nothing():
    got = quantal_response([1e6, 1e6 - 1.0, -np.inf], 1.0)
    np.testing.assert_allclose(got, [expit(1.0), expit(-1.0), 0.0])
    assert log_sum_exp([1000.0, 1000.0]) == pytest.approx(1000 + np.log(2))
    assert log_sum_exp([-np.inf, -np.inf]) == -np.inf


def test_noise_by_row_and_another_axis():
    u = np.array([[1.0, 0.0], [3.0, 1.0]])
    noise = np.array([1.0, 4.0])
    rows = quantal_response(u, noise)
    np.testing.assert_allclose(quantal_response(u.T, noise, axis=0), rows.T)
    np.testing.assert_allclose(rows[1], softmax(u[1] / 4.0))


@given(utilities, noises)
def test_agrees_with_scipy_and_sums_to_one(u, noise):
    got = quantal_response(u, noise)
    np.testing.assert_allclose(got, softmax(u / noise), rtol=1e-9, atol=1e-300)
    assert got.sum() == pytest.approx(1.0)
    assert log_sum_exp(u) == pytest.approx(logsumexp(u), rel=1e-12, abs=1e-12)


@given(utilities, noises, st.floats(-1e3, 1e3))
def test_a_constant_added_to_all_changes_nothing(u, noise, constant):
    np.testing.assert_allclose(
        quantal_response(u + constant, noise), quantal_response(u, noise), rtol=1e-6, atol=1e-12
    )


@given(utilities, noises)
def test_better_is_never_less_likely(u, noise):
    got = quantal_response(u, noise)
    order = np.argsort(u, kind="stable")
    assert (np.diff(got[order]) >= -1e-15).all()


@given(st.floats(-5, 5), st.floats(-5, 5), noises)
def test_hold_is_the_logistic_of_the_difference(stake, loss, noise):
    assert hold_probability(stake, loss, noise) == pytest.approx(expit((stake - loss) / noise))


def test_hold_is_even_where_loss_equals_stake_and_falls_with_loss():
    assert hold_probability(0.3, 0.3, 0.1) == 0.5
    assert (np.diff(hold_probability(0.3, np.linspace(0, 1, 9), 0.1)) < 0).all()


@given(hnp.arrays(np.float64, 4, elements=st.floats(0.01, 1)), noises)
def test_offsets_give_the_shares_back(weights, noise):
    share = weights / weights.sum()
    got = quantal_response(calibrated_offsets(share, noise) + 7.0, noise)
    np.testing.assert_allclose(got, share, rtol=1e-9)


@pytest.mark.parametrize("noise", [0.0, -1.0, np.inf, np.nan])
def test_noise_must_be_positive(noise):
    with pytest.raises(BadInput, match="noise"):
        quantal_response([1.0, 0.0], noise)
    with pytest.raises(BadInput, match="noise"):
        calibrated_offsets([0.5, 0.5], noise)


@pytest.mark.parametrize("u", [[np.nan, 0.0], [np.inf, 0.0], [-np.inf, -np.inf], []])
def test_impossible_utilities_are_refused(u):
    with pytest.raises(BadInput):
        quantal_response(u, 1.0)


@pytest.mark.parametrize("share", [[0.5, 0.4], [1.0, 0.0]])
def test_shares_must_be_positive_and_whole(share):
    with pytest.raises(BadInput, match="shares"):
        calibrated_offsets(share, 1.0)


def test_quantiles_of_a_mixture_by_hand():
    # half of the time nothing, a third 10, a sixth 40
    got = mixture_quantiles([40.0, 0.0, 10.0], [1.0, 3.0, 2.0], [0.0, 0.5, 0.51, 5 / 6, 0.9, 1.0])
    assert got.tolist() == [0.0, 0.0, 10.0, 10.0, 40.0, 40.0]


@given(
    hnp.arrays(np.float64, 6, elements=st.floats(-100, 100)),
    hnp.arrays(np.int64, 6, elements=st.integers(1, 5)),
    st.floats(0.01, 0.99),
)
def test_weighted_quantiles_are_those_of_repeated_values(values, counts, level):
    got = mixture_quantiles(values, counts, [level])[0]
    want = np.quantile(np.repeat(values, counts), level, method="inverted_cdf")
    reached = counts[values <= got].sum() / counts.sum()
    assert got == want or reached == pytest.approx(level, abs=1e-9)


def test_mixtures_without_weight_are_refused():
    for weights, level in (([0.0, 0.0], 0.5), ([-1.0, 2.0], 0.5), ([1.0, 1.0], 1.5)):
        with pytest.raises(BadInput):
            mixture_quantiles([1.0, 2.0], weights, [level])
