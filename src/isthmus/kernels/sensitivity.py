"""What moves an answer: Sobol indices from blocks of samples, elementary effects from paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from isthmus.kernels.arrays import Array, Ints

LEVELS = 4
"""Levels of a parameter along the paths of Morris."""

STEP = LEVELS / (2.0 * (LEVELS - 1))
"""Length of a step of Morris, a share of the way from the lowest to the highest level."""

MOST = 3
"""Numbers that are named of those with which an answer goes."""

BY_CHANCE = 0.05
"""Chance that the strongest of correlations that are all nothing is taken for one."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Estimates with the ends of their confidence intervals, each of the same shape."""

    value: Array
    low: Array
    high: Array


def sobol_indices(
    a: Array, b: Array, mixed: Array, *, confidence: float, resamples: int, rng: np.random.Generator
) -> tuple[Estimate, Estimate]:
    """Return first and total Sobol indices with confidence intervals.

    First order by Saltelli et al. (2010), S_i = mean(f_B (f_ABi - f_A)) / V; total by Jansen
    (1999), T_i = mean((f_A - f_ABi)^2) / (2 V). V is the variance over both samples together, and
    the mean of all answers is taken out first, with which S_i would scatter. Intervals are
    percentiles over bootstrap resamples of blocks, in which f_A, f_B and all f_ABi stay together
    (Archer, Saltelli, Sobol 1997).

    Parameters
    ----------
    a, b : float64[n]
        Answers at two independent samples of the parameters.
    mixed : float64[n, d]
        Answers at the first sample with parameter i from the second.
    confidence : float
        Share that the intervals cover, such as 0.95.
    resamples : int
        Bootstrap resamples.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    tuple of Estimate
        First and total, each of shape (d,); nan where the answer does not vary.

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181; Jansen (1999), Computer Physics
    Communications 117; Archer, Saltelli, Sobol (1997), J. Statistical Computation and Simulation
    58.
    """
    middle = (a.sum() + b.sum() + mixed.sum()) / (len(a) * (mixed.shape[1] + 2))
    a, b, mixed = a - middle, b - middle, mixed - middle
    cross = b[:, None] * (mixed - a[:, None])
    gaps = 0.5 * (a[:, None] - mixed) ** 2
    one, two = a + b, a**2 + b**2
    # Where an answer does not vary, what is left of it is rounding, and no share of anything.
    flat = two.mean() / 2.0 <= 1e-24 * middle**2

    def indices(counts: Array) -> Array:
        n = counts.sum()
        variance = (counts @ two) / (2.0 * n) - ((counts @ one) / (2.0 * n)) ** 2
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.stack([counts @ cross, counts @ gaps]) / (n * variance)
        return np.full_like(found, np.nan) if flat else found

    whole = indices(np.ones(len(a)))
    drawn = np.stack([indices(c) for c in _counts(len(a), resamples, rng)])
    low, high = percentile_ends(drawn, confidence)
    first, total = (Estimate(whole[k], low[k], high[k]) for k in (0, 1))
    return first, total


def _counts(n: int, resamples: int, rng: np.random.Generator) -> Iterator[Array]:
    """Yield how often each of n blocks is in a resample."""
    for _ in range(resamples):
        yield np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64)


def percentile_ends(drawn: Array, confidence: float) -> tuple[Array, Array]:
    """Return the ends of the central share of resampled values, along the first axis."""
    beyond = 0.5 * (1.0 - confidence)
    low, high = np.quantile(drawn, (beyond, 1.0 - beyond), axis=0)
    return low, high


def morris_path(d: int, rng: np.random.Generator) -> tuple[Array, Ints]:
    """Return one random path of Morris (1991): every parameter moves once, by `STEP`.

    Parameters
    ----------
    d : int
        Parameters.
    rng : numpy.random.Generator
        Draws start, order and directions.

    Returns
    -------
    tuple of float64[d + 1, d] and int64[d]
        Points, as shares of the way from the lowest to the highest of `LEVELS` levels; and which
        parameter moves at each step.

    References
    ----------
    Morris (1991), Technometrics 33.
    """
    low = rng.integers(0, LEVELS // 2, d) / (LEVELS - 1.0)
    rises = rng.random(d) < 0.5
    order = rng.permutation(d).astype(np.int64)
    points = np.empty((d + 1, d))
    points[0] = np.where(rises, low, low + STEP)
    for step, j in enumerate(order):
        points[step + 1] = points[step]
        points[step + 1, j] = low[j] + STEP if rises[j] else low[j]
    return points, order


def elementary_effects(answers: Array, points: Array) -> Array:
    """Return the elementary effects of paths: change of the answer over change of the parameter.

    Parameters
    ----------
    answers : float64[r, d + 1]
        Answers along each path.
    points : float64[r, d + 1, d]
        The paths; exactly one parameter moves at each step.

    Returns
    -------
    float64[r, d]
        Effect of each parameter, in units of the answer for the way from the lowest to the
        highest level.
    """
    moved = np.diff(points, axis=1)
    which = np.argmax(np.abs(moved), axis=2)
    length = np.take_along_axis(moved, which[:, :, None], axis=2)[:, :, 0]
    effects = np.empty_like(length)
    np.put_along_axis(effects, which, np.diff(answers, axis=1) / length, axis=1)
    return effects


@dataclass(frozen=True, slots=True)
class Screening:
    """Elementary effects of d parameters: mean, mean of their sizes with interval, scatter."""

    mu: Array
    mu_star: Estimate
    sigma: Array


def morris_measures(
    effects: Array, *, confidence: float, resamples: int, rng: np.random.Generator
) -> Screening:
    """Return mu, mu* (Campolongo, Cariboni, Saltelli 2007) and sigma of elementary effects.

    Parameters
    ----------
    effects : float64[r, d]
        From `elementary_effects`.
    confidence, resamples, rng
        As in `sobol_indices`; whole paths are resampled.

    Returns
    -------
    Screening
        Arrays of shape (d,); sigma is nan for a single path.

    References
    ----------
    Morris (1991), Technometrics 33; Campolongo, Cariboni, Saltelli (2007), Environmental Modelling
    and Software 22.
    """
    sizes, r = np.abs(effects), len(effects)
    drawn = np.stack([c @ sizes / r for c in _counts(r, resamples, rng)])
    low, high = percentile_ends(drawn, confidence)
    sigma = effects.std(axis=0, ddof=1) if r > 1 else np.full(effects.shape[1], np.nan)
    return Screening(effects.mean(axis=0), Estimate(sizes.mean(axis=0), low, high), sigma)


def spread(values: Array, ends: tuple[float, float]) -> float:
    """Return the distance between two quantiles (type 7 of Hyndman, Fan 1996)."""
    ordered = np.sort(values)
    low, high = (_interpolated(ordered, (len(ordered) - 1) * level) for level in ends)
    return float(high - low)


def _interpolated(ordered: Array, place: float) -> float:
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return float(ordered[below] + (place - below) * (ordered[above] - ordered[below]))


def ranks(values: Array) -> Array:
    """Return ranks from 0; equal values share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    middle: Array = last - 0.5 * (counts + 1)
    return middle[inverse]


def rank_correlation(x: Array, y: Array) -> float:
    """Return Spearman's rank correlation; nan where one of them does not vary."""
    one, two = ranks(x), ranks(y)
    one, two = one - one.mean(), two - two.mean()
    size = float(np.sqrt((one @ one) * (two @ two)))
    return float(one @ two) / size if size > 0.0 else float("nan")


def chance_level(draws: int, numbers: int) -> float:
    """Return the size that the strongest of so many correlations reaches by chance, 1 at most.

    In one of twenty cases; normal approximation of Spearman's correlation, Bonferroni.
    """
    if draws < MOST:
        return 1.0
    z = NormalDist().inv_cdf(1.0 - BY_CHANCE / (2.0 * max(numbers, 1)))
    return float(min(1.0, z / np.sqrt(draws - 1.0)))


def drivers(
    numbers: Mapping[str, Array], answer: Array, *, draws: int = 0
) -> list[tuple[str, float]]:
    """Return the numbers with which an answer goes most, and their rank correlations.

    Those are left out whose correlation is no larger than `chance_level`.

    Parameters
    ----------
    numbers : mapping of str to float64[n]
        What was drawn, by name; a number that does not vary goes with nothing.
    answer : float64[n]
        What came of it; infinite where it never happens.
    draws : int
        Draws that differ, where some are taken more than once.

    Returns
    -------
    list of tuple
        The strongest first, `MOST` at most.
    """
    numbers = {name: drawn for name, drawn in numbers.items() if np.ptp(drawn) > 0.0}
    level = chance_level(draws or len(answer), len(numbers))
    order = ranks(answer)  # Ranks of ranks are the same: worked out once for all numbers.
    found = [(name, rank_correlation(drawn, order)) for name, drawn in numbers.items()]
    telling = [one for one in found if abs(one[1]) > level]
    return sorted(telling, key=lambda one: (-abs(one[1]), one[0]))[:MOST]


def in_classes(x: Array, classes: int) -> Ints:
    """Return the class of each value: equally many in each, equal values in one class."""
    order = ranks(x)
    return np.minimum((order * classes / len(x)).astype(np.int64), classes - 1)


def explained(place: Ints, y: Array) -> float:
    """Return the share of the variance of an answer between classes of a parameter.

    Corrected for the number of classes as by Kelley (1935), so that a parameter without influence
    explains nothing on average; it can come out below nothing.

    Parameters
    ----------
    place : int64[n]
        Class of the parameter of each sample, from `in_classes`.
    y : float64[n]
        Answers.

    Returns
    -------
    float
        nan where the answer or the parameter does not vary.

    References
    ----------
    Kelley (1935), Proceedings of the National Academy of Sciences 21; Plischke, Borgonovo, Smith
    (2013), European Journal of Operational Research 226.
    """
    counts = np.bincount(place)
    sums = np.bincount(place, weights=y - y.mean())
    there = counts > 0
    between = float((sums[there] ** 2 / counts[there]).sum())
    whole, n, classes = float(((y - y.mean()) ** 2).sum()), len(y), int(there.sum())
    if not whole > 0.0 or classes < 2 or n <= classes:
        return float("nan")
    return 1.0 - (1.0 - between / whole) * (n - 1.0) / (n - classes)


def narrowing(
    place: Ints,
    y: Array,
    ends: tuple[float, float],
    *,
    shuffles: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return by what share knowing the class of a parameter narrows a range, and its noise.

    The expected distance between two quantiles within a class, over what it is within classes of
    the same sizes that are drawn at random: small classes understate a range, and the comparison
    with random ones takes that out, so that a parameter without influence narrows nothing.

    Parameters
    ----------
    place : int64[n]
        Class of the parameter of each sample, from `in_classes`.
    y : float64[n]
        Answers.
    ends : tuple of float
        The quantile levels.
    shuffles : int
        Random divisions to compare with.
    rng : numpy.random.Generator
        Draws them.

    Returns
    -------
    tuple of float
        Share by which the range shrinks on average; and what a random division exceeds in one of
        twenty cases. nan where the answer or the parameter does not vary.

    References
    ----------
    Strong, Oakley (2013), Medical Decision Making 33 (the value of knowing one parameter, by
    classes of it); Plischke, Borgonovo, Smith (2013), European Journal of Operational Research
    226 (estimates from given samples).
    """
    order = np.argsort(place, kind="stable")
    edges = np.flatnonzero(np.diff(place[order])) + 1
    shares = np.diff(np.concatenate([[0], edges, [len(y)]])) / len(y)
    if not len(edges):
        return float("nan"), float("nan")

    def expected(values: Array) -> float:
        return float(shares @ [spread(part, ends) for part in np.split(values, edges)])

    drawn = np.array([expected(rng.permutation(y)) for _ in range(shuffles)])
    chance = float(drawn.mean())
    if not chance > 0.0:
        return float("nan"), float("nan")
    return 1.0 - expected(y[order]) / chance, 1.0 - float(np.quantile(drawn, 0.05)) / chance
