"""Poisson pseudo maximum likelihood with several sets of fixed effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.errors import BadInput, DidNotConverge, InputProblem, SingularSystem, raise_all
from isthmus.kernels.absorb import project
from isthmus.kernels.arrays import Array, Ints, Mask
from isthmus.kernels.ppml_clusters import jackknifed, sandwich
from isthmus.kernels.separation import separated

# eta is kept in a range in which exp neither over- nor underflows; zeros that only a chain of
# effects can fit drift towards the lower end without touching the coefficients
ETA_RANGE = 40.0
COLLINEAR = 1e-10  # squared norm of a regressor after projection, relative to before
MAX_HALVINGS = 12


@dataclass(frozen=True)
class PPMLFit:
    """Estimates of `ppml`.

    Parameters
    ----------
    coef : array, shape (p,)
        Coefficients; NaN where not identified.
    covariance : array, shape (p, p)
        Sandwich covariance; NaN in rows and columns that are not identified.
    fitted : array, shape (N,)
        Expected values; 0 for observations that separate perfectly.
    kept : bool array, shape (N,)
        Observations that carry information.
    identified : bool array, shape (p,)
        False for regressors that are collinear with the effects, without any positive outcome, or
        collinear with earlier ones once separated observations are left out.
    deviance : float
        Poisson deviance over the kept observations.
    iterations : int
        Reweighting steps.
    clusters : int
        Number of clusters.
    """

    coef: Array
    covariance: Array
    fitted: Array
    kept: Mask
    identified: Mask
    deviance: float
    iterations: int
    clusters: int

    @property
    def standard_errors(self) -> Array:
        """Square roots of the diagonal of the covariance, shape (p,)."""
        return np.sqrt(np.diag(self.covariance))


def ppml(
    y: Array,
    X: Array,
    effects: Sequence[Ints],
    *,
    clusters: Ints | None = None,
    jackknife: bool = False,
    tolerance: float = 1e-9,
    max_iterations: int = 100,
) -> PPMLFit:
    """Estimate ``E[y] = exp(X b + sum of effects)`` by iteratively reweighted least squares.

    The effects are never formed: in each step outcome and regressors are projected off them by
    weighted conjugate gradients (Correia, Guimaraes, Zylkin 2020).

    Parameters
    ----------
    y : array, shape (N,)
        Outcomes, zero or more; zeros stay in.
    X : array, shape (N, p)
        Regressors.
    effects : sequence of int array, shape (N,) each
        Level of each observation in each set of effects, from 0; other labels are numbered.
    clusters : int array, shape (N,), optional
        Clusters of the sandwich covariance; each observation its own when None.
    jackknife : bool
        Leave one cluster out at a time, effects held, instead of the sandwich with the factor
        G/(G - 1): wider, and closer to its level where few large clusters carry the estimate.
    tolerance : float
        Largest relative change of the deviance in the last step.
    max_iterations : int
        Steps before giving up.

    Returns
    -------
    PPMLFit
        Levels of an effect whose outcomes are all zero, observations of a regressor whose outcomes
        are all zero, and observations that a combination of regressors sets apart from all positive
        outcomes are fitted perfectly by minus infinity; they are left out and reported. Of
        regressors that are collinear without them the first ones are estimated.

    Raises
    ------
    BadInput
        For negative or missing outcomes, or arrays of unequal length.
    SingularSystem
        When the projected regressors are collinear with each other, all observations are one
        cluster, or an estimate rests on one and the jackknife was asked for.
    DidNotConverge
        When the tolerance is not reached.

    References
    ----------
    Santos Silva, J. M. C., Tenreyro, S. (2006), Review of Economics and Statistics 88(4);
    Correia, S., Guimaraes, P., Zylkin, T. (2020), The Stata Journal 20(1), and `separated`;
    MacKinnon, J. G., Nielsen, M. O., Webb, M. D. (2023), Journal of Econometrics 232(2).
    """
    y, X = _numbers(y, "y"), _numbers(X, "X")
    _check(y, X, effects)
    effects = [_levels(e, f"effects, {n + 1}") for n, e in enumerate(effects)]
    kept, identified, apart = _estimable(y, X, effects)
    if not kept.any():
        raise BadInput("no observation is left that carries information", where="y")
    levels = [np.unique(e[kept], return_inverse=True)[1] for e in effects]
    scale = _unit(y[kept], effects)
    y_in, X_in = y[kept] / scale, X[kept]
    identified &= _independent(X_in, identified, levels, drop=apart)
    columns = np.flatnonzero(identified)
    step = _iterate(y_in, X_in[:, columns], levels, tolerance, max_iterations)
    eta, b, residual_X, deviance, rounds = step
    mu = np.exp(eta)
    group = (
        np.arange(len(y_in))
        if clusters is None
        else np.unique(clusters[kept], return_inverse=True)[1]
    )
    robust = jackknifed if jackknife else sandwich
    covariance, n_groups = robust(residual_X, mu, y_in - mu, group)
    p = X.shape[1]
    coef, full = np.full(p, np.nan), np.full((p, p), np.nan)
    coef[columns] = b
    full[np.ix_(columns, columns)] = covariance
    fitted = np.zeros(len(y))
    fitted[kept] = mu * scale
    return PPMLFit(coef, full, fitted, kept, identified, deviance * scale, rounds, n_groups)


def _estimable(y: Array, X: Array, effects: Sequence[Ints]) -> tuple[Mask, Mask, bool]:
    """Return what is not separated, and whether a combination of regressors separated anything."""
    kept, usable = informative(y, X, effects)
    inside = [np.asarray(e[kept]) for e in effects]
    apart = separated(y[kept], X[kept][:, usable], inside, project)
    if not apart.any():
        return kept, usable, False
    places = np.flatnonzero(kept)[~apart]
    again, still, _ = _estimable(y[places], X[places], [e[places] for e in effects])
    kept = np.zeros(len(y), dtype=bool)
    kept[places[again]] = True
    return kept, usable & still, True


def _unit(y: Array, effects: Sequence[Ints]) -> float:
    """Return a power of two for outcomes whose logarithms leave the range of eta.

    The effects take up the unit of the outcome; without effects the unit is part of the model.
    """
    mean = float(y.mean())
    if not effects or not 0 < mean < np.inf:
        return 1.0
    extreme = max(abs(np.log(float(y.max()))), abs(np.log(mean)))
    return float(2.0 ** np.round(np.log2(mean))) if extreme > ETA_RANGE / 2 else 1.0


def informative(y: Array, X: Array, effects: Sequence[Ints]) -> tuple[Mask, Mask]:
    """Find observations and regressors that are not fitted perfectly by minus infinity.

    Parameters
    ----------
    y, X, effects
        As in `ppml`.

    Returns
    -------
    kept : bool array, shape (N,)
        False in levels of an effect without a positive outcome, and where a regressor that is
        zero at all positive outcomes and of one sign is not zero; repeated until nothing changes.
    usable : bool array, shape (p,)
        False for these regressors.
    """
    kept = np.ones(len(y), dtype=bool)
    usable = np.ones(X.shape[1], dtype=bool)
    while True:
        before = int(kept.sum())
        for e in effects:
            total = np.bincount(e[kept], weights=y[kept], minlength=int(e.max()) + 1)
            kept &= total[e] > 0
        positive = kept & (y > 0)
        for c in np.flatnonzero(usable):
            x = X[:, c]
            one_sided = (x[kept] >= 0).all() or (x[kept] <= 0).all()
            if one_sided and not x[positive].any():
                usable[c] = False
                kept &= x == 0
        if int(kept.sum()) == before:
            return kept, usable


def _numbers(values: Array, where: str) -> Array:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise BadInput(f"is no array of numbers: {error}", where=where) from None


def _levels(labels: Ints, where: str) -> Ints:
    """Return levels from 0; labels of any other kind are numbered in their order."""
    found = np.asarray(labels)
    if found.dtype.kind == "f" and not np.isfinite(found).all():
        raise BadInput("levels of an effect are missing", where=where)
    if found.dtype.kind in "iu" and found.size and found.min() >= 0:
        return found.astype(np.intp, copy=False)
    return np.asarray(np.unique(found, return_inverse=True)[1], dtype=np.intp)


def _check(y: Array, X: Array, effects: Sequence[Ints]) -> None:
    if not len(y):
        raise BadInput("no observations are given", where="y")
    if X.ndim != 2 or len(X) != len(y) or any(len(e) != len(y) for e in effects):
        raise BadInput("outcomes, regressors and effects must have one row each", where="y, X")
    problems = [
        InputProblem(f"{what} in {int(at.sum()):,} of {len(y):,} rows", f"{name}[{at.argmax()}]")
        for name, what, at in (
            ("y", "an outcome is not finite", ~np.isfinite(y)),
            ("y", "an outcome is below zero", y < 0),
            ("X", "a regressor is not finite", ~np.isfinite(X).all(axis=1)),
        )
        if at.any()
    ]
    raise_all("outcomes must be finite and zero or more, regressors finite", problems)


def _independent(X: Array, asked: Mask, levels: Sequence[Ints], *, drop: bool) -> Mask:
    """Which regressors are no combination of the effects, nor of those asked for before them.

    Raises
    ------
    SingularSystem
        When regressors are collinear with each other, unless they are to be dropped.
    """
    norm = (X * X).sum(axis=0)
    rest = project(X, levels, np.ones(len(X)))
    beyond = asked & ((rest * rest).sum(axis=0) > COLLINEAR * np.maximum(norm, 1e-300))
    basis = np.zeros((len(X), 0))
    for c in np.flatnonzero(beyond):
        left = rest[:, c]
        for _ in range(2):  # twice is enough for orthogonality to rounding
            left = left - basis @ (basis.T @ left)
        if left @ left > COLLINEAR * (rest[:, c] @ rest[:, c]):
            basis = np.column_stack([basis, left / np.sqrt(left @ left)])
        elif drop:
            beyond[c] = False
        else:
            raise SingularSystem("the regressors are collinear with each other", where="X")
    return np.asarray(beyond)


def _iterate(
    y: Array, X: Array, levels: Sequence[Ints], tolerance: float, max_iterations: int
) -> tuple[Array, Array, Array, float, int]:
    mu = (y + y.mean()) / 2.0
    eta = np.log(mu)
    deviance = _deviance(y, mu)
    for rounds in range(1, max_iterations + 1):
        z = eta + (y - mu) / mu
        rest = project(np.column_stack([z, X]), levels, mu)
        z_rest, X_rest = rest[:, 0], rest[:, 1:]
        b = _least_squares(X_rest, z_rest, mu)
        target = z - (z_rest - X_rest @ b)
        eta, mu, new = _damped(y, eta, target, deviance, first=rounds == 1)
        change, deviance = abs(deviance - new) / max(new, 1e-8 * y.sum()), new
        if rounds > 1 and change < tolerance:
            # the last step moved mu: the projection for the covariance uses the final weights
            return eta, b, project(X, levels, mu), deviance, rounds
    raise DidNotConverge(
        f"the estimate did not settle in {max_iterations} steps",
        where="ppml",
        hint="look for outcomes that a combination of effects fits by minus infinity",
    )


def _damped(
    y: Array, eta: Array, target: Array, deviance: float, *, first: bool
) -> tuple[Array, Array, float]:
    """Go to the target, or halve the step while the deviance grows."""
    for halving in range(MAX_HALVINGS):
        trial = np.clip(eta + (target - eta) / 2**halving, -ETA_RANGE, ETA_RANGE)
        mu = np.exp(trial)
        new = _deviance(y, mu)
        if first or new <= deviance * (1 + 1e-9) + 1e-12:
            break
    return trial, mu, new


def _least_squares(X: Array, z: Array, weights: Array) -> Array:
    if X.shape[1] == 0:
        return np.zeros(0)
    gram = (X * weights[:, None]).T @ X
    try:
        return np.asarray(np.linalg.solve(gram, X.T @ (weights * z)), dtype=np.float64)
    except np.linalg.LinAlgError as error:
        raise SingularSystem("the regressors are collinear with each other", where="X") from error


def _deviance(y: Array, mu: Array) -> float:
    positive = y > 0
    log_part = y[positive] * np.log(y[positive] / mu[positive])
    return float(2.0 * (log_part.sum() - (y - mu).sum()))
