"""The two forms of an inter-economy table: dense flows, and factors."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np

from isthmus.kernels import mrio_dense as dense
from isthmus.kernels import mrio_factored as factored
from isthmus.kernels import mrio_refined as refined
from isthmus.kernels import mrio_split as split
from isthmus.kernels.arrays import Array

Solved = tuple[Array, Array, int, str]

SINGLE_RESIDUAL = 1e-8
"""Residual above which a single-precision factorisation is replaced by a double-precision one."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Solution of (I - A) X = B or of its transpose.

    Parameters
    ----------
    X : (N,) or (N, m) array
        Solution, in the shape of B.
    residual : float
        Largest residual of any column relative to the largest entry of that column of B.
    iterations : int
        Iterations or refinement steps taken.
    method : str
        ``"direct"`` or ``"iterative"``.
    """

    X: Array
    residual: float
    iterations: int
    method: str


class DenseForm:
    """Flows as one (N, N) array."""

    def __init__(self, Z: Array, x: Array, n: int) -> None:
        self.Z, self.x, self.n = Z, x, n
        self._lock = threading.Lock()
        self._factors: dense.Factors | None = None
        self._blocks: tuple[Array, Array] | None = None

    def __reduce__(self) -> tuple[type[DenseForm], tuple[Array, Array, int]]:
        """Travel without what is cached."""
        return DenseForm, (self.Z, self.x, self.n)

    def _domestic(self) -> tuple[Array, Array]:
        if self._blocks is not None:
            return self._blocks
        D = dense.domestic_blocks(self.Z, self.x, self.n)
        self._blocks = D, split.resolvent_of(D)
        return self._blocks

    @property
    def domestic(self) -> Array:
        """Domestic blocks of A, (n, S, S)."""
        return self._domestic()[0]

    @property
    def resolvent(self) -> Array:
        """(I - domestic)^-1, (n, S, S)."""
        return self._domestic()[1]

    def product(self, X: Array) -> Array:
        """A X."""
        return dense.input_product(self.Z, self.x, X)

    def product_t(self, X: Array) -> Array:
        """A' X."""
        return dense.input_product_t(self.Z, self.x, X)

    def foreign(self, X: Array) -> Array:
        """(A - domestic) X."""
        return self.product(X) - split.block_product(self.domestic, X)

    def _foreign_t(self, X: Array) -> Array:
        return self.product_t(X) - split.block_product(self.domestic.transpose(0, 2, 1), X)

    def solve(self, B: Array, *, transposed: bool, tol: float, method: str) -> Solved:
        """Solve from the cached factors, or by iteration for few right-hand sides.

        ``method`` is ``"direct"``, ``"iterative"`` or ``"auto"``: direct when factors are cached
        or when about twenty products with the table would cost more than factorising it.
        """
        if method == "auto":
            few = 40 * B.shape[1] < self.x.size / 3
            method = "iterative" if few and self._factors is None else "direct"
        if method == "iterative":
            D, R = self.domestic, self.resolvent
            if transposed:
                D, R = D.transpose(0, 2, 1), R.transpose(0, 2, 1)
            foreign = self._foreign_t if transposed else self.foreign
            return (*split.solve_split(foreign, R, D, B, tol=min(tol, 1e-12)), "iterative")
        X, residual, steps = dense.solve_factors(
            self.Z, self.x, self.factors(), B, transposed=transposed
        )
        if residual.max(initial=0.0) > SINGLE_RESIDUAL or not np.isfinite(residual).all():
            with self._lock:
                self._factors = dense.factorise(self.Z, self.x, single=False)
            X, residual, steps = dense.solve_factors(
                self.Z, self.x, self._factors, B, transposed=transposed
            )
        return X, residual, steps, "direct"

    def factors(self) -> dense.Factors:
        """Return the factorisation of I - A, made once in the process."""
        with self._lock:
            if self._factors is None:
                self._factors = dense.factorise(self.Z, self.x)
            return self._factors

    def column_sums(self) -> Array:
        """Intermediate inputs of each node, (N,)."""
        return np.asarray(self.Z.sum(axis=0))

    def sales(self) -> Array:
        """Intermediate sales of each node to each using economy, (N, n)."""
        N = self.x.size
        return np.asarray(self.Z.reshape(N, self.n, N // self.n).sum(axis=2))

    def use(self) -> Array:
        """Intermediate use [using economy, product, using industry] over all origins."""
        S = self.x.size // self.n
        return np.ascontiguousarray(
            self.Z.reshape(self.n, S, self.n, S).sum(axis=0).transpose(1, 0, 2)
        )

    def columns(self, j: int) -> Array:
        """Flows to the industries of economy j, (N, S)."""
        S = self.x.size // self.n
        return self.Z[:, j * S : (j + 1) * S]

    def rows(self, i: int) -> Array:
        """Flows from the industries of economy i, (S, N)."""
        S = self.x.size // self.n
        return self.Z[i * S : (i + 1) * S]

    def flows(self) -> Array:
        """All flows, (N, N)."""
        return self.Z


class FactoredForm:
    """Flows as intermediate sales by pair and product, and use patterns by importer.

    ``Z[(i,k),(j,l)] = flow[i,j,k] * use_dom[j,k,l]`` for i = j and ``flow[i,j,k] * use_imp[j,k,l]``
    for i != j; the patterns add to one over the using industries l.
    """

    def __init__(self, flow: Array, use_dom: Array, use_imp: Array, x: Array) -> None:
        self.flow, self.use_dom, self.use_imp = flow, use_dom, use_imp
        self.x, self.n = x, flow.shape[0]
        self._lock = threading.Lock()
        self._system: factored.FactoredSystem | None = None
        self._single: refined.SingleSystem | None = None
        self._resolvent: Array | None = None

    def __reduce__(self) -> tuple[type[FactoredForm], tuple[Array, Array, Array, Array]]:
        """Travel without what is cached."""
        return FactoredForm, (self.flow, self.use_dom, self.use_imp, self.x)

    @property
    def system(self) -> factored.FactoredSystem:
        """Arrays for products and solves, made once in the process."""
        with self._lock:
            if self._system is None:
                self._system = factored.system(self.flow, self.use_dom, self.use_imp, self.x)
            return self._system

    @property
    def single(self) -> refined.SingleSystem:
        """The same arrays in single precision, made once in the process."""
        system = self.system
        with self._lock:
            if self._single is None:
                self._single = refined.in_single_precision(system)
            return self._single

    @property
    def domestic(self) -> Array:
        """Domestic blocks of A, (n, S, S)."""
        return self.system.domestic

    @property
    def resolvent(self) -> Array:
        """(I - domestic)^-1, (n, S, S)."""
        system = self.system
        with self._lock:
            if self._resolvent is None:
                self._resolvent = split.resolvent_of(system.domestic)
            return self._resolvent

    def product(self, X: Array) -> Array:
        """A X."""
        return factored.input_product(self.system, X)

    def product_t(self, X: Array) -> Array:
        """A' X."""
        return factored.input_product_t(self.system, X)

    def foreign(self, X: Array) -> Array:
        """(A - domestic) X."""
        return factored.foreign_product(self.system, X)

    def solve(self, B: Array, *, transposed: bool, tol: float, method: str) -> Solved:
        """Solve by iteration on the imports; ``method`` is ``"auto"`` or ``"iterative"``.

        Raises
        ------
        ValueError
            For ``"direct"``: a factored table is made dense first, with `MRIO.to_dense`.
        """
        if method == "direct":
            raise ValueError("a factored table is solved by iteration; make it dense first")
        solution = refined.solve(
            self.system, self.single, B, transposed=transposed, tol=min(tol, 1e-12)
        )
        return (*solution, "iterative")

    def _own_flow(self) -> Array:
        return self.flow[np.arange(self.n), np.arange(self.n)]

    def use(self) -> Array:
        """Intermediate use [using economy, product, using industry] over all origins."""
        own = self._own_flow()
        imports = self.flow.sum(axis=0) - own
        return np.asarray(own[:, :, None] * self.use_dom + imports[:, :, None] * self.use_imp)

    def column_sums(self) -> Array:
        """Intermediate inputs of each node, (N,)."""
        return np.asarray(self.use().sum(axis=1).ravel())

    def sales(self) -> Array:
        """Intermediate sales of each node to each using economy, (N, n)."""
        own = self._own_flow() * self.use_dom.sum(axis=2)
        sales = self.flow * self.use_imp.sum(axis=2)[None]
        sales[np.arange(self.n), np.arange(self.n)] = own
        return np.ascontiguousarray(sales.transpose(0, 2, 1)).reshape(self.x.size, self.n)

    def columns(self, j: int) -> Array:
        """Flows to the industries of economy j, (N, S)."""
        block = self.flow[:, j, :, None] * self.use_imp[j][None]
        block[j] = self.flow[j, j][:, None] * self.use_dom[j]
        return np.asarray(block.reshape(self.x.size, -1))

    def rows(self, i: int) -> Array:
        """Flows from the industries of economy i, (S, N)."""
        block = self.flow[i][:, :, None] * self.use_imp
        block[i] = self.flow[i, i][:, None] * self.use_dom[i]
        return np.ascontiguousarray(block.transpose(1, 0, 2)).reshape(block.shape[1], -1)

    def flows(self) -> Array:
        """All flows, (N, N)."""
        return np.concatenate([self.columns(j) for j in range(self.n)], axis=1)


TableForm = DenseForm | FactoredForm
"""Either form: both do the same, with N = n * S nodes, economy-major."""


def frozen(a: Array) -> Array:
    """Return a read-only contiguous float64 view of `a`, without copying where it can."""
    view = np.ascontiguousarray(a, dtype=np.float64).view()
    view.flags.writeable = False
    return view
