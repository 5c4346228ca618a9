"""Regressors in a three-way PPML on a dense cube, with errors corrected for leverage.

The effects of exporter-years and importer-years follow the large pairs so closely that residuals,
and with them the sandwich clustered by pair, are too small when economies are few; and because the
years are few the estimate itself is off by a term of order 1/n (Weidner, Zylkin 2021). The normal
equations of a square panel are small, so both are computed without leaving any pair out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from isthmus.errors import BadInput, DidNotConverge, SingularSystem
from isthmus.kernels.arrays import Array, Mask, over
from isthmus.kernels.placebo import LEVEL
from isthmus.kernels.threeway import (
    LOG_STEP,
    MOST_STEPS,
    Factor,
    factorise,
    fit,
    margin_gap,
    solve_effects,
    solve_gradient,
    spread,
)

START_TOLERANCE = 1e-6  # of the fit without regressors, which only gives start values
FULL_LEVERAGE = 1e-7  # a direction that effects fit completely has no residual to correct
LONE_PAIR = 1e-6  # information in directions that only one pair speaks to, relative to all
COLLINEAR = 1e-10  # squared norm of a regressor beyond the effects, relative to before
SETTLED = 5e-3  # largest relative change of a variance in the last round of its correction
MAX_ROUNDS = 40


@dataclass(frozen=True)
class ThreeWayEstimate:
    """Estimates of `estimate_regressors`.

    Parameters
    ----------
    coef : array, shape (p,)
        Coefficients, not corrected.
    covariance : array, shape (p, p)
        Clustered by pair, corrected for what the effects take from the residuals.
    sandwich, jackknife : array, shape (p, p)
        The usual one, with the factor G/(G - 1), and the one from leaving out each pair in turn.
    degrees : array, shape (p,)
        Effective number of pairs if errors are proportional to flows.
    bias : array, shape (p,)
        Estimated bias of order 1/n. It is noisy: ``coef - bias`` is offered, the intervals are
        those of ``coef``.
    fitted : array, shape (n, n, T)
        Expected values; zero where left out.
    leverage : float
        Largest leverage of a direction within a pair.
    pairs : int
        Number of clusters.
    settled : bool
        False where the correction did not settle; the covariance is then the jackknife's, which
        is too wide rather than too narrow.
    """

    coef: Array
    covariance: Array
    sandwich: Array
    jackknife: Array
    degrees: Array
    bias: Array
    fitted: Array
    leverage: float
    pairs: int
    settled: bool

    @property
    def standard_errors(self) -> Array:
        """Square roots of the diagonal of the corrected covariance, shape (p,)."""
        return np.sqrt(np.diag(self.covariance))

    def interval(self, level: float = LEVEL) -> tuple[Array, Array]:
        """Return the ends of the interval of each coefficient, by Student's t."""
        from scipy.special import stdtrit

        half = stdtrit(self.degrees, 0.5 + level / 2.0) * self.standard_errors
        return self.coef - half, self.coef + half


class _Projected(NamedTuple):
    """Residuals of every pair in the directions of its leverages.

    Attributes
    ----------
    basis : (n, n, T, T) array
        Eigenvectors, in columns.
    leverage, lift : (n, n, T) array
        Eigenvalues of the hat matrix of each pair, and 1/(1 - leverage); zero at full leverage.
    residual : (n, n, T) array
        Pearson residuals in these directions.
    """

    basis: Array
    leverage: Array
    lift: Array
    residual: Array


def estimate_regressors(
    Y: Array,
    X: Array,
    *,
    mask: Mask | None = None,
    tolerance: float = 1e-11,
    max_iterations: int = MOST_STEPS,
) -> ThreeWayEstimate:
    """Estimate ``E[Y] = exp(X b + pair + exporter-year + importer-year)``.

    Parameters
    ----------
    Y : array, shape (n, n, T)
        Flows by exporter, importer and year; the diagonal is ignored.
    X : array, shape (n, n, T, p)
        Regressors.
    mask : bool array, shape (n, n, T), optional
        Cells that take part.
    tolerance : float
        Largest gradient relative to the total.
    max_iterations : int
        Newton steps before giving up.

    Returns
    -------
    ThreeWayEstimate

    Raises
    ------
    BadInput
        For shapes that do not fit, or regressors that are not finite.
    SingularSystem
        When a regressor is collinear with the effects or others, or rests on a single pair.
    DidNotConverge
        When the tolerance is not reached.

    Notes
    -----
    Let S_g be the true residuals of pair g, P the hat matrix. Leaving g out predicts its residuals
    with ``(I - P_gg)^-1`` times the fitted ones, which are S_g less the error of that prediction.
    The outer products are therefore too large by the variance of the prediction, which is a linear
    map of the variances of the other pairs; it is subtracted until nothing changes. No form of
    the variance is assumed (Cattaneo, Jansson, Newey 2018; D'Adamo 2018 for clusters). Weidner and
    Zylkin (2021) multiply one of the two fitted residuals by ``(I - P_gg)^-1``, which is unbiased
    only where variances are proportional to means. The bias is theirs: the second-order expansion
    of the profile score in the effects of exporter-years and importer-years, here with residuals
    of leaving out in both of its terms.

    References
    ----------
    Weidner, M., Zylkin, T. (2021), Bias and consistency in three-way gravity models, Journal of
    International Economics 132, 103513; Cattaneo, M. D., Jansson, M., Newey, W. K. (2018),
    Inference in linear regression models with many covariates and heteroscedasticity, Journal of
    the American Statistical Association 113(523); D'Adamo, R. (2018), Cluster-robust standard
    errors for linear regression models with many controls, arXiv:1806.07314; Carter, A. V.,
    Schnepel, K. T., Steigerwald, D. G. (2017), Asymptotic behavior of a t-test robust to cluster
    heterogeneity, Review of Economics and Statistics 99(4).
    """
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 4 or X.shape[:3] != Y.shape or not np.isfinite(X).all():
        raise BadInput("regressors must be finite and have shape (n, n, T, p)", where="X")
    b, mu, factor, rest = _newton(Y, X, mask, tolerance, max_iterations)
    gram = np.einsum("ijtp,ijt,ijtq->pq", rest, mu, rest)
    bread = np.linalg.inv(gram)
    S = np.where(mu > 0, Y - mu, 0.0)
    effects = _effect_covariance(factor)
    K = _pair_blocks(effects, len(mu)) + np.einsum("ijtp,pq,ijsq->ijts", rest, bread, rest)
    at = _project(mu, S, K)
    _no_lone_pair(at, np.sqrt(mu)[..., None] * rest, gram)
    left = np.sqrt(mu) * np.einsum("ijts,ijs->ijt", at.basis, at.lift * at.residual)
    pairs = int((mu.sum(axis=2) > 0).sum())
    apart = left[..., :, None] * left[..., None, :]
    jackknife = _sandwiched(rest, apart, bread) * ((pairs - 1) / pairs)
    corrected = _without_prediction(apart, at, mu, rest, bread, K, effects)
    return ThreeWayEstimate(
        b,
        jackknife if corrected is None else corrected,
        _sandwiched(rest, S[..., :, None] * S[..., None, :], bread) * (pairs / max(pairs - 1, 1)),
        jackknife,
        _effective_pairs(mu, rest, bread),
        bread @ _score_bias(mu, rest, left),
        mu,
        float(at.leverage.max()),
        pairs,
        corrected is not None,
    )


def _newton(
    Y: Array, X: Array, mask: Mask | None, tolerance: float, max_iterations: int
) -> tuple[Array, Array, Factor, Array]:
    mu = fit(Y, mask, tolerance=START_TOLERANCE).fitted
    data = np.where(mu > 0, Y, 0.0)
    total, b, gap = max(float(data.sum()), 1e-300), np.zeros(X.shape[-1]), np.inf
    for _ in range(max_iterations):
        factor, g = factorise(mu), data - mu
        rest = _beyond_effects(factor, X)
        score = np.einsum("ijtp,ijt->p", rest, g)
        gap = max(margin_gap(g, total), float(np.abs(score).max(initial=0.0)) / total)
        if gap <= tolerance:
            return b, mu, factor, rest
        step = _solve(np.einsum("ijtp,ijt,ijtq->pq", rest, mu, rest), score, mu, X)
        move = spread(*solve_gradient(factor, g))[..., 0] + rest @ step
        b = b + step
        mu = mu * np.exp(np.clip(move, -LOG_STEP, LOG_STEP))
    raise DidNotConverge(f"gradient of {gap:.1e} is left", where="threeway_inference")


def _beyond_effects(factor: Factor, X: Array) -> Array:
    """Part of the regressors that the effects do not explain."""
    w = factor.weights[..., None] * X
    return X - spread(*solve_effects(factor, w.sum(axis=2), w.sum(axis=1), w.sum(axis=0)))


def _solve(gram: Array, score: Array, mu: Array, X: Array) -> Array:
    norm = np.einsum("ijtp,ijt->p", X * X, mu)
    left = np.linalg.eigvalsh(gram / np.sqrt(np.outer(norm, norm) + 1e-300))
    if (left < COLLINEAR).any():
        raise SingularSystem("regressors are collinear with the effects or each other", where="X")
    return np.asarray(np.linalg.solve(gram, score))


def _no_lone_pair(at: _Projected, scaled: Array, gram: Array) -> None:
    """Effects alone leave nothing of a regressor in the directions that they fit completely."""
    alone = np.einsum("ijts,ijtp->ijsp", at.basis, scaled)[at.lift == 0.0]
    if ((alone * alone).sum(axis=0) > LONE_PAIR * np.diag(gram)).any():
        raise SingularSystem(
            "an effect rests on a single pair: its error cannot be estimated from pairs",
            where="X",
            hint="compare it with placebos instead",
        )


def _effect_covariance(factor: Factor) -> tuple[Array, Array, Array]:
    """Inverse normal equations of exporter-years and importer-years, pairs eliminated.

    Three matrices of shape (n T, n T): exporter-years, both, importer-years. What they hold in
    directions that pair or year effects absorb cancels in every use.
    """
    from scipy.linalg import cho_solve

    n, _, T = factor.weights.shape
    size = n * T
    importers = cho_solve(factor.schur, np.eye(size), check_finite=False)
    half = np.matmul(factor.inverse, factor.cross).reshape(size, size)
    both = -half @ importers
    exporters = -both @ half.T
    i = np.arange(n)
    exporters.reshape(n, T, n, T)[i, :, i, :] += factor.inverse
    return exporters, both, importers


def _pair_blocks(effects: tuple[Array, Array, Array], n: int) -> Array:
    """Covariance of exporter-year plus importer-year of each pair over years, (n, n, T, T)."""
    exporters, both, importers = (
        m.reshape(n, m.shape[0] // n, n, m.shape[1] // n) for m in effects
    )
    i = np.arange(n)
    cross = both.transpose(0, 2, 1, 3)
    own = exporters[i, :, i, :][:, None] + importers[i, :, i, :][None]
    return np.asarray(own + cross + cross.transpose(0, 1, 3, 2))


def _project(mu: Array, S: Array, K: Array) -> _Projected:
    """Diagonalise each pair's block of the hat matrix, within the pair."""
    root = np.sqrt(mu)
    half = _within(mu) * root[..., None, :]
    hat = half @ K @ half.transpose(0, 1, 3, 2)
    leverage, basis = np.linalg.eigh((hat + hat.transpose(0, 1, 3, 2)) / 2.0)
    pearson = over(S, root)
    rest = 1.0 - leverage
    lift = np.divide(1.0, rest, out=np.zeros_like(rest), where=rest > FULL_LEVERAGE)
    return _Projected(basis, leverage, lift, np.einsum("ijts,ijt->ijs", basis, pearson))


def _within(mu: Array) -> Array:
    """Projection off the pair effect, on the scale of Pearson residuals, (n, n, T, T)."""
    length = np.sqrt(mu.sum(axis=2))[..., None]
    unit = over(np.sqrt(mu), length)
    return np.asarray(np.eye(mu.shape[2]) - unit[..., :, None] * unit[..., None, :])


def _sandwiched(rest: Array, variance: Array, bread: Array) -> Array:
    """Covariance of the coefficients from variances of the pairs' residuals (n, n, T, T)."""
    return np.asarray(bread @ np.einsum("ijtp,ijts,ijsq->pq", rest, variance, rest) @ bread)


def _without_prediction(
    apart: Array,
    at: _Projected,
    mu: Array,
    rest: Array,
    bread: Array,
    K: Array,
    effects: tuple[Array, Array, Array],
) -> Array | None:
    """Covariance after the variance of predicting each pair from the others is taken out.

    Returns None where that does not settle, or leaves a variance that is not positive.
    """
    exporters, both, importers = effects
    V = np.block([[exporters, both], [both.T, importers]])
    root = np.sqrt(mu)
    half = root[..., :, None] * at.basis
    lifted = (half * at.lift[..., None, :]) @ (
        at.basis.transpose(0, 1, 3, 2) @ (_within(mu) * root[..., None, :])
    )
    variance, value = apart, np.diag(_sandwiched(rest, apart, bread))
    for _ in range(MAX_ROUNDS):
        from_all = _predicted(variance, V, rest, bread)
        from_own = K @ variance @ K
        variance = apart - lifted @ (from_all - from_own) @ lifted.transpose(0, 1, 3, 2)
        covariance = _sandwiched(rest, variance, bread)
        before, value = value, np.diag(covariance)
        if not (value > 0).all():
            return None
        if (np.abs(value - before) <= SETTLED * value).all():
            return covariance
    return None


def _predicted(variance: Array, V: Array, rest: Array, bread: Array) -> Array:
    """Variance of each pair's fitted effects from the residuals of all pairs, (n, n, T, T)."""
    n, _, T = rest.shape[:3]
    i = np.arange(n)
    M = np.zeros((2, n, T, 2, n, T))
    M[0, i, :, 0, i, :] = variance.sum(axis=1)
    M[1, i, :, 1, i, :] = variance.sum(axis=0)
    M[0, :, :, 1] = variance.transpose(0, 2, 1, 3)
    M[1, :, :, 0] = variance.transpose(1, 2, 0, 3)
    size = n * T
    carried = V @ M.reshape(2 * size, 2 * size) @ V
    out = _pair_blocks((carried[:size, :size], carried[:size, size:], carried[size:, size:]), n)
    vx = np.einsum("ijts,ijsp->ijtp", variance, rest)
    edge = np.concatenate([vx.sum(axis=1), vx.sum(axis=0)]).reshape(2 * size, -1)
    mixed = (V @ edge @ bread).reshape(2, n, T, -1)
    cross = np.einsum("ijtp,ijsp->ijts", mixed[0][:, None] + mixed[1][None], rest)
    inner = bread @ np.einsum("ijtp,ijtq->pq", rest, vx) @ bread
    return np.asarray(
        out
        + cross
        + cross.transpose(0, 1, 3, 2)
        + np.einsum("ijtp,pq,ijsq->ijts", rest, inner, rest)
    )


def _effective_pairs(mu: Array, rest: Array, bread: Array) -> Array:
    """Pairs that carry each coefficient if errors are proportional to flows, shape (p,).

    Square of the sum of the pairs' variances over the sum of their squares.
    """
    whole = mu.sum(axis=2)[..., None]
    part = over(mu, whole)
    centred = rest - np.einsum("ijt,ijtp->ijp", part, rest)[:, :, None]
    each = np.einsum("ijt,ijtp->ijp", mu * mu, (centred @ bread) ** 2)
    return np.asarray(each.sum(axis=(0, 1)) ** 2 / (each * each).sum(axis=(0, 1)))


def _score_bias(mu: Array, rest: Array, S: Array) -> Array:
    """Expectation of the profile score of the regressors at the truth, shape (p,).

    With A = sum H over the partners and G the third derivative of a pair's log likelihood::

        - tr(A^-1 sum S x' H) + 1/2 tr((sum G x) A^-1 (sum S S') A^-1)

    once over exporters and once over importers.
    """
    T = mu.shape[2]
    whole = mu.sum(axis=2)[..., None]
    part = over(mu, whole)
    H = mu[..., :, None] * (np.eye(T) - part[..., None, :])
    Hx = np.einsum("ijts,ijsp->ijtp", H, rest)
    centred = rest - np.einsum("ijt,ijtp->ijp", part, rest)[:, :, None, :]
    mx = mu[..., None] * centred
    Gx = np.einsum("ijtp,ijs->ijtsp", mx, part)
    Gx = Gx + Gx.transpose(0, 1, 3, 2, 4)
    t = np.arange(T)
    Gx[:, :, t, t] -= mx
    SS = S[..., :, None] * S[..., None, :]
    out = np.zeros(rest.shape[3])
    for partners in (1, 0):
        inverse = np.linalg.pinv(H.sum(axis=partners), rcond=1e-12, hermitian=True)
        product = np.einsum("ijt,ijsp->ijtsp", S, Hx).sum(axis=partners)
        out -= np.einsum("ats,atsp->p", inverse, product)
        middle = inverse @ SS.sum(axis=partners) @ inverse
        out += 0.5 * np.einsum("atsp,ats->p", Gx.sum(axis=partners), middle)
    return out
