"""Errors of a fit by clusters of observations: sandwich and jackknife."""

from __future__ import annotations

import numpy as np

from isthmus.errors import SingularSystem
from isthmus.kernels.arrays import Array, Ints

LONE_CLUSTER = 1e-10  # information left without a cluster, relative to all


def sandwich(X: Array, mu: Array, residual: Array, group: Ints) -> tuple[Array, int]:
    """Return the cluster-robust covariance with the factor G/(G - 1), and G.

    Parameters
    ----------
    X : (n, p) array
        Regressors after projection on the fixed effects.
    mu, residual : (n,) array
        Fitted values and residuals.
    group : (n,) array of int
        Cluster of each observation, from 0.

    Raises
    ------
    SingularSystem
        When all observations are one cluster.
    """
    n_groups = int(group.max()) + 1
    if X.shape[1] == 0:
        return np.zeros((0, 0)), n_groups
    if n_groups == 1:
        raise SingularSystem(
            "all observations are one cluster: no error can be estimated from it",
            where="clusters",
            hint="give several clusters, or none",
        )
    bread = np.linalg.inv((X * mu[:, None]).T @ X)
    summed = _by_cluster(X * residual[:, None], group, n_groups)
    meat = summed.T @ summed * (n_groups / (n_groups - 1))
    return bread @ meat @ bread, n_groups


def jackknifed(X: Array, mu: Array, residual: Array, group: Ints) -> tuple[Array, int]:
    """Return the covariance from changes of the estimate without one cluster (CR3), and G.

    Parameters
    ----------
    X, mu, residual, group
        As in `sandwich`.

    Raises
    ------
    SingularSystem
        When an effect rests on a single cluster.
    """
    n_groups, p = int(group.max()) + 1, X.shape[1]
    if p == 0:
        return np.zeros((0, 0)), n_groups
    products = (X[:, :, None] * X[:, None, :] * mu[:, None, None]).reshape(len(X), p * p)
    grams = _by_cluster(products, group, n_groups).reshape(n_groups, p, p)
    total = grams.sum(axis=0)
    rest = total - grams
    if (np.diagonal(rest, axis1=1, axis2=2) < LONE_CLUSTER * np.diag(total)).any():
        raise SingularSystem(
            "an effect rests on a single cluster: its error cannot be estimated from clusters",
            where="clusters",
            hint="compare it with placebos instead",
        )
    scores = _by_cluster(X * residual[:, None], group, n_groups)
    changes = np.linalg.solve(rest, scores[:, :, None])[:, :, 0]
    return np.asarray(changes.T @ changes * (n_groups - 1) / n_groups), n_groups


def _by_cluster(values: Array, group: Ints, n_groups: int) -> Array:
    """Column sums over each cluster, shape (G, columns)."""
    return np.column_stack(
        [
            np.bincount(group, weights=values[:, c], minlength=n_groups)
            for c in range(values.shape[1])
        ]
    )
