"""Gross exports on arrays: an exporter inside a table, its routes abroad, and what is taken out."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.mrio_split import block_product

Product = Callable[[Array], Array]


class Accounts(NamedTuple):
    """A table with n economies of S industries each; N = n * S nodes, economy-major.

    Attributes
    ----------
    added : (N,) array
        All primary inputs per unit of output: what inputs leave of it.
    x : (N,) array
        Gross output.
    Y : (N, n) array
        Final demand by economy.
    exports : (N,) array
        Exports of every economy by itself.
    BY : (N, n) array
        Output that the final demand of each economy needs, B = (I - A)^-1.
    resolvent : (n, S, S) array
        (I - A_rr)^-1 of each economy.
    foreign : callable
        Returns (A - domestic blocks) X.
    """

    added: Array
    x: Array
    Y: Array
    exports: Array
    BY: Array
    resolvent: Array
    foreign: Product

    @property
    def n(self) -> int:
        """Number of economies."""
        return int(self.resolvent.shape[0])

    def local(self, X: Array) -> Array:
        """Return (I - A_rr)^-1 X_r by economy for X of shape (N,)."""
        return block_product(self.resolvent, X[:, None])[:, 0]

    def own(self) -> Array:
        """Return final demand for each economy's own output, (N,)."""
        n = self.n
        return self.Y.reshape(n, -1, n)[np.arange(n), :, np.arange(n)].ravel()


class Exporter(NamedTuple):
    """An economy or a group of economies that exports as one.

    Attributes
    ----------
    inside : (n,) array of bool
        Its economies.
    sold : (m, N) array
        Rows of A of its m nodes.
    columns : (N, m) array
        Columns of B of its nodes.
    """

    inside: Mask
    sold: Array
    columns: Array

    @property
    def nodes(self) -> Mask:
        """Its nodes, (N,)."""
        return np.repeat(self.inside, self.columns.shape[0] // self.inside.size)

    @property
    def outside(self) -> Mask:
        """All other nodes, (N,)."""
        return np.asarray(~self.nodes)

    @property
    def content(self) -> Array:
        """(I - A_CC)^-1, (m, m): the exporter alone."""
        own = self.sold[:, self.nodes]
        return np.asarray(np.linalg.inv(np.eye(own.shape[0]) - own))

    def across(self, X: Array) -> Array:
        """Return A_Cr X_r, (m, n): inputs sold to economy r for X of shape (N,); 0 inside."""
        n = self.inside.size
        blocks = self.sold.reshape(self.sold.shape[0], n, -1)
        return np.where(self.inside, 0.0, np.einsum("mrl,rl->mr", blocks, X.reshape(n, -1)))

    def final(self, Y: Array) -> Array:
        """Return final goods sold to each economy, (m, n); 0 inside."""
        return np.where(self.inside, 0.0, Y[self.nodes])

    def home(self, Y: Array) -> Array:
        """Return what its final demand buys of every node, (N,)."""
        return np.asarray(Y[:, self.inside].sum(axis=1))

    def exports(self, t: Accounts) -> Array:
        """Return gross exports to each economy, (m, n)."""
        return self.across(t.x) + self.final(t.Y)

    def fold(self, parts: Array) -> Array:
        """Return rows of nodes, (m, n), added up to industries, (S, n)."""
        members = int(self.inside.sum())
        return np.asarray(parts.reshape(members, -1, parts.shape[1]).sum(axis=0))


class Routes(NamedTuple):
    """Gross exports to each economy r, (m, n) each, by what becomes of them there.

    Attributes
    ----------
    final : final goods.
    absorbed : inputs into final goods that r makes and absorbs.
    third : inputs into final goods that r makes and sells to others than the exporter.
    third_later : inputs that r sells on as inputs, absorbed outside the exporter in the end.
    back : inputs into final goods that r makes and sells to the exporter.
    back_later : inputs that r sells on as inputs, absorbed by the exporter in the end.
    """

    final: Array
    absorbed: Array
    third: Array
    third_later: Array
    back: Array
    back_later: Array


def routes(t: Accounts, e: Exporter, passed: Array) -> Routes:
    """Return the routes of gross exports.

    Parameters
    ----------
    t, e :
        Table and exporter.
    passed : (N, n) array
        Inputs that each node sells abroad for the final demand of each economy:
        ``sum_{j != r} A_rj sum_k B_jk y_kl`` in row r and column l.
    """
    home, later = e.home(t.Y), e.home(passed)
    own = t.own()
    onward = t.Y.sum(axis=1) - own - home
    others = passed[:, ~e.inside].sum(axis=1)
    inputs = (e.across(t.local(part)) for part in (own, onward, others, home, later))
    return Routes(e.final(t.Y), *inputs)


def extracted(e: Exporter, cut: Mask | None = None) -> Array:
    """Return the exporter's columns of the inverse of A without its sales of inputs abroad.

    With R the sales that are set to zero, ``B = B' + B' R B``, so that
    ``B'_C = B_C (I + R B_C)^-1`` and no second inverse of the table is needed.

    Parameters
    ----------
    e : Exporter
        Exporter C.
    cut : (m, N) array of bool, optional
        Which of its sales of inputs are set to zero; all to others when None.

    Returns
    -------
    (N, m) array
        Columns of ``(I - A + R)^-1``.
    """
    gone = np.where(e.outside if cut is None else cut, e.sold, 0.0)
    through = np.eye(gone.shape[0]) + gone @ e.columns
    return np.asarray(np.linalg.solve(through.T, e.columns.T).T)


def by_origin(t: Accounts, columns: Array) -> Array:
    """Return value added by economy of origin in one unit of each column's output, (n, m)."""
    weighted = t.added[:, None] * columns
    return np.asarray(weighted.reshape(t.n, -1, columns.shape[1]).sum(axis=1))


def by_origin_industry(t: Accounts, columns: Array, rows: Mask) -> Array:
    """Return value added by industry of origin, over the nodes `rows`, per unit, (S, m)."""
    weighted = np.where(rows, t.added, 0.0)[:, None] * columns
    return np.asarray(weighted.reshape(t.n, -1, columns.shape[1]).sum(axis=0))
