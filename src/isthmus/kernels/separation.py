"""Observations of a Poisson regression that a combination of regressors fits by minus infinity."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from isthmus.errors import DidNotConverge
from isthmus.kernels.arrays import Array, Ints, Mask

Project = Callable[[Array, Sequence[Ints], Array], Array]

NULL = 1e-10  # eigenvalue of the scaled cross products that counts as zero
ABOVE = 1e-7  # part of the largest value of a combination that counts as above zero


def separated(y: Array, X: Array, effects: Sequence[Ints], project: Project) -> Mask:
    """Find observations with outcome zero that a combination of regressors separates.

    A combination ``z = X b + effects`` separates when it is zero wherever the outcome is positive,
    at least zero elsewhere, and not zero throughout: minus infinity times z then fits its support
    perfectly, and the estimate of b does not exist. Only a b whose ``X b`` lies within the effects
    at all positive outcomes can do this; where there is none, nothing is searched. Otherwise a
    linear programme finds the combination with the largest support.

    Parameters
    ----------
    y : array, shape (N,)
        Outcomes, zero or more.
    X : array, shape (N, p)
        Regressors.
    effects : sequence of int array, shape (N,) each
        Level of each observation in each set of effects.
    project : callable
        `isthmus.kernels.absorb.project`.

    Returns
    -------
    bool array, shape (N,)

    References
    ----------
    Correia, S., Guimaraes, P., Zylkin, T. (2019), Verifying the existence of maximum likelihood
    estimates for generalized linear models, arXiv:1903.01633.
    """
    positive = y > 0
    out = np.zeros(len(y), dtype=bool)
    if positive.all() or X.shape[1] == 0:
        return out
    free = _free(X, positive, effects, project)
    while free.shape[1]:
        rest = ~out
        z = _largest(X[rest] @ free, positive[rest], [e[rest] for e in effects])
        new = z > ABOVE
        if not new.any():
            break
        out[np.flatnonzero(rest)[new]] = True
    return out


def _free(X: Array, positive: Mask, effects: Sequence[Ints], project: Project) -> Array:
    """Return the b, one a column, whose X b lies within the effects at all positive outcomes."""
    levels = [np.unique(e[positive], return_inverse=True)[1] for e in effects]
    scale = np.sqrt((X * X).sum(axis=0))
    scale[scale == 0] = 1.0
    rest = project(X[positive] / scale, levels, np.ones(int(positive.sum())))
    values, vectors = np.linalg.eigh(rest.T @ rest)
    return np.asarray(vectors[:, values < NULL] / scale[:, None])


def _largest(combined: Array, positive: Mask, effects: Sequence[Ints]) -> Array:
    """Return the combination of columns and effects with the largest sum between zero and one."""
    from scipy import sparse
    from scipy.optimize import linprog

    rows = np.arange(len(positive))
    blocks = [sparse.csr_array(combined / max(float(np.abs(combined).max()), 1e-300))]
    for effect in effects:
        level = np.unique(effect, return_inverse=True)[1]
        ones = np.ones(len(rows))
        blocks.append(sparse.csr_array((ones, (rows, level)), shape=(len(rows), level.max() + 1)))
    W = sparse.hstack(blocks, format="csr")
    zero = W[~positive]
    found = linprog(
        -np.asarray(zero.sum(axis=0)).ravel(),
        A_ub=sparse.vstack([-zero, zero]),
        b_ub=np.concatenate([np.zeros(zero.shape[0]), np.ones(zero.shape[0])]),
        A_eq=W[positive],
        b_eq=np.zeros(int(positive.sum())),
        bounds=(None, None),
        method="highs",
    )
    if found.x is None:
        raise DidNotConverge(
            f"the search for separated observations failed: {found.message}", where="X"
        )
    z = np.asarray(W @ found.x)
    z[positive] = 0.0
    return z
