"""The inter-economy input-output table: one interface over a dense and a factored form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from isthmus.errors import DidNotConverge, NotProductive
from isthmus.evidence import Kind, Origin
from isthmus.kernels import mrio_split
from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world import mrio_checks as checks
from isthmus.world import mrio_made as made
from isthmus.world.mrio_forms import DenseForm, FactoredForm, Solution, TableForm, frozen
from isthmus.world.mrio_labels import Labels, Positions
from isthmus.world.mrio_origin import content_of
from isthmus.world.mrio_repair import repaired

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Method = Literal["auto", "direct", "iterative"]

SOLVE_TOLERANCE = 1e-9
"""Largest residual of a solve, relative to the largest entry of its right-hand side."""


@dataclass(frozen=True, eq=False)
class MRIO:
    """A labelled, checked, immutable multi-regional input-output table.

    Make one with `MRIO.from_dense`, `MRIO.from_factors` or `isthmus.world.mrio_interop`.

    Parameters
    ----------
    labels : Labels
        Economies (n), industries (S), final-demand categories (F); N = n * S nodes, economy-major.
    form : DenseForm or FactoredForm
        The flows between industries.
    Y : (N, n * F) array
        Final demand, million USD.
    x, v, other : (N,) array
        Gross output, value added, and other primary inputs (net taxes on products, margins):
        ``x = column sum of Z + v + other``, million USD.
    year : int
        Year of the flows.
    kind : Kind
        Kind of the numbers.
    datasets : tuple of str
        Keys of the data sets the table was read or made from.
    notes : tuple of str
        Repairs and known limits.
    source : Origin, optional
        Where the numbers came from; a world's own tables carry it.
    """

    labels: Labels
    form: TableForm
    Y: Array
    x: Array
    v: Array
    other: Array
    year: int = 0
    kind: Kind = Kind.MEASURED
    datasets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unit: str = field(default="million USD")
    source: Origin | None = None

    def __repr__(self) -> str:
        lb, form = self.labels, type(self.form).__name__.removesuffix("Form").lower()
        size = f"{lb.n} economies x {lb.S} industries"
        return f"<MRIO {self.year}: {size}, {form}, {self.kind}, {self.unit}>"

    def __post_init__(self) -> None:
        # A text of plain JSON is the kind that it names; any other is refused by name.
        object.__setattr__(self, "kind", checks.known_kind(self.kind))
        object.__setattr__(self, "year", checks.known_year(self.year))

    @classmethod
    def from_dense(
        cls,
        Z: Array,
        Y: Array,
        *,
        economies: Sequence[str],
        industries: Sequence[str],
        categories: Sequence[str] = ("final",),
        x: Array | None = None,
        v: Array | None = None,
        other: Array | None = None,
        repair: bool = False,
        **about: Any,
    ) -> MRIO:
        """Return a checked table from dense flows.

        Parameters
        ----------
        Z : (N, N) array
            Intermediate flows, million USD, economy-major.
        Y : (N, n * F) array
            Final demand, million USD.
        economies, industries, categories : sequence of str
            Labels.
        x, v, other : (N,) array, optional
            Output (by default the row sums), value added (by default what the columns leave) and
            other primary inputs (by default 0), million USD.
        repair : bool
            Mend what can be mended and say so in ``notes``: imbalances become an own category of
            final demand or other primary inputs, negative value added becomes a negative other
            primary input, inputs of industries without output become final demand.
        **about
            ``year``, ``kind``, ``datasets``, ``notes``.

        Raises
        ------
        BadInput
            With every problem found, the industries named.
        """
        labels = Labels.of(economies, industries, categories)
        below = {name: a for name, a in (("x", x), ("v", v), ("other", other)) if a is not None}
        form, Y = made.dense_form(labels, Z, Y, below)
        return _finished(labels, form, Y, v, other, repair=repair, about=about)

    @classmethod
    def from_factors(
        cls,
        flow: Array,
        use_dom: Array,
        use_imp: Array,
        Y: Array,
        *,
        economies: Sequence[str],
        industries: Sequence[str],
        categories: Sequence[str] = ("final",),
        x: Array | None = None,
        v: Array | None = None,
        other: Array | None = None,
        repair: bool = False,
        **about: Any,
    ) -> MRIO:
        """Return a checked table from factors.

        ``Z[(i,k),(j,l)] = flow[i,j,k] * use[j,k,l]`` with ``use_dom`` for i = j and ``use_imp``
        for i != j.

        Parameters
        ----------
        flow : (n, n, S) array
            Intermediate sales [exporter, importer, product], million USD.
        use_dom, use_imp : (n, S, S) array
            Shares [importer, product, using industry]; each row adds to one (or to zero where
            nothing is sold) for the domestic and for the imported product.
        Y, x, v, other, repair, about :
            As in `from_dense`.

        Raises
        ------
        BadInput
            With every problem found, the industries named.
        """
        labels = Labels.of(economies, industries, categories)
        form, Y = made.factored_form(labels, flow, use_dom, use_imp, Y, x)
        return _finished(labels, form, Y, v, other, repair=repair, about=about)

    @property
    def economies(self) -> tuple[str, ...]:
        """Codes of the economies."""
        return self.labels.economies

    @property
    def industries(self) -> tuple[str, ...]:
        """Codes of the industries."""
        return self.labels.industries

    @property
    def categories(self) -> tuple[str, ...]:
        """Names of the final-demand categories."""
        return self.labels.categories

    @property
    def factored(self) -> bool:
        """Whether the table is held as factors."""
        return isinstance(self.form, FactoredForm)

    @property
    def Z(self) -> Array:  # noqa: N802
        """All intermediate flows, (N, N), million USD; made on demand for a factored table."""
        return self.form.flows()

    @cached_property
    def origin(self) -> Origin:
        """Where the numbers came from: a world, or the table itself by its content."""
        return self.source or Origin.own("table", content_of(self), self.datasets)

    @property
    def primary(self) -> Array:
        """Value added plus other primary inputs, (N,): what intermediate inputs leave of output."""
        return self.v + self.other

    @cached_property
    def final(self) -> Array:
        """Final demand of each economy over all categories, (N, n), million USD."""
        F = self.labels.F
        return frozen(np.add.reduce([self.Y[:, c::F] for c in range(F)]))

    @cached_property
    def sales(self) -> Array:
        """Intermediate sales of each node to each using economy, (N, n), million USD."""
        return frozen(self.form.sales())

    @cached_property
    def exports(self) -> Array:
        """Intermediate and final sales of each node to other economies, (N,), million USD."""
        lb = self.labels
        sold = (self.sales + self.final).reshape(lb.n, lb.S, lb.n)
        own = sold[np.arange(lb.n), :, np.arange(lb.n)]
        return frozen((sold.sum(axis=2) - own).ravel())

    def use(self) -> Array:
        """Return intermediate use [using economy, product, using industry] over all origins."""
        return self.form.use()

    def node_positions(
        self,
        economies: str | Iterable[str] | None = None,
        industries: str | Iterable[str] | None = None,
    ) -> Positions:
        """Return node positions of the named economies and industries; None means all."""
        return self.labels.node_positions(economies, industries)

    def product(self, X: Array) -> Array:
        """Return A X for X of shape (N,) or (N, m)."""
        return _columns(self.form.product, X)

    def product_t(self, X: Array) -> Array:
        """Return A' X for X of shape (N,) or (N, m)."""
        return _columns(self.form.product_t, X)

    def solve(
        self,
        B: Array,
        *,
        transposed: bool = False,
        tol: float = SOLVE_TOLERANCE,
        method: Method = "auto",
    ) -> Solution:
        """Solve (I - A) X = B, or (I - A') X = B, without forming an inverse.

        A dense table is factorised once in the process; a factored one is solved by iteration.

        Parameters
        ----------
        B : (N,) or (N, m) array
            Right-hand sides.
        transposed : bool
            Solve with the transposed coefficients.
        tol : float
            Largest relative residual that is accepted.
        method : {"auto", "direct", "iterative"}
            ``"iterative"`` never factorises, for single shocks and very large tables.

        Raises
        ------
        NotProductive
            When the spectral radius of A is one or more.
        DidNotConverge
            When the residual is above ``tol`` for another reason.
        """
        B2 = np.asarray(B, dtype=np.float64)
        columns = B2[:, None] if B2.ndim == 1 else B2
        X, residual, steps, used = self.form.solve(
            columns, transposed=transposed, tol=tol, method=method
        )
        worst = float(residual.max(initial=0.0))
        if not worst <= tol:
            self.check_productive()
            raise DidNotConverge(
                f"residual {worst:.2e} is above {tol:.0e} after {steps} steps ({used})",
                where="solve of the Leontief system",
                hint="check the table with MRIO.check_productive() and MRIO.identities()",
            )
        return Solution(X.reshape(B2.shape), worst, steps, used)

    def spectral_radius(self) -> tuple[float, float]:
        """Return lower and upper bounds on the spectral radius of A (power method)."""
        return mrio_split.spectral_radius(self.form.product, self.labels.N)

    def check_productive(self) -> None:
        """Raise when some final demand cannot be met with finite output.

        Raises
        ------
        NotProductive
            When the spectral radius of A is one or more; the industries whose inputs are at least
            their output are named.
        """
        inputs = self.form.column_sums() * (self.x > 0)
        if (inputs < self.x)[self.x > 0].all():
            return
        low, high = self.spectral_radius()
        if high < 1:
            return
        if low >= 1 or 0.5 * (low + high) >= 1:
            raise NotProductive(
                f"the spectral radius of the input coefficients is between {low:.4f} and "
                f"{high:.4f}: the table is not productive",
                where=checks.not_productive(self.labels, self.x, inputs),
                hint="these industries use at least as much as they make",
            )

    def identities(self) -> checks.Identities:
        """Return how well row and column identities hold."""
        row, column = made.sums(self.form, self.Y, self.primary)
        return checks.identities(self.labels, self.x, row, column)

    def coefficients(self, values: Array | float) -> Array:
        """Return `values` per unit of gross output, 0 where output is 0."""
        return np.asarray(values * reciprocal(self.x))

    def to_dense(self) -> MRIO:
        """Return the same table in dense form."""
        if not self.factored:
            return self
        return replace(self, form=DenseForm(frozen(self.Z), self.x, self.labels.n))

    def aggregate(
        self,
        *,
        economies: Mapping[str, str] | None = None,
        industries: Mapping[str, str] | None = None,
    ) -> MRIO:
        """Return the table with economies and industries added up; see `mrio_aggregate`."""
        from isthmus.world.mrio_aggregate import aggregate

        return aggregate(self, economies=economies, industries=industries)

    def to_pandas(self) -> dict[str, pd.DataFrame]:
        """Return ``Z``, ``Y``, ``x`` and ``v`` as pandas objects with labelled axes."""
        from isthmus.world.mrio_interop import to_pandas

        return to_pandas(self)

    def to_xarray(self) -> xr.Dataset:
        """Return the table as an xarray data set with named dimensions."""
        from isthmus.world.mrio_interop import to_xarray

        return to_xarray(self)

    def to_pymrio(self) -> Any:
        """Return a ``pymrio.IOSystem``; pymrio must be installed."""
        from isthmus.world.mrio_interop import to_pymrio

        return to_pymrio(self)

    @classmethod
    def from_pymrio(cls, system: Any, **about: Any) -> MRIO:
        """Return a dense table from a ``pymrio.IOSystem`` that holds Z and Y."""
        from isthmus.world.mrio_interop import from_pymrio

        return from_pymrio(system, **about)


def _columns(product: Any, X: Array) -> Array:
    X2 = np.asarray(X, dtype=np.float64)
    if X2.ndim == 1:
        return np.asarray(product(X2[:, None])[:, 0])
    return np.asarray(product(X2))


def _finished(
    labels: Labels,
    form: TableForm,
    Y: Array,
    v: Array | None,
    other: Array | None,
    *,
    repair: bool,
    about: Mapping[str, Any],
) -> MRIO:
    taxes = np.zeros(labels.N) if other is None else np.asarray(other, dtype=np.float64)
    added = form.x - form.column_sums() - taxes if v is None else np.asarray(v, dtype=np.float64)
    notes = tuple(about.get("notes", ()))
    if repair:
        labels, form, Y, added, taxes, said = repaired(labels, form, Y, added, taxes)
        notes += said
    made.check_balance(labels, form, Y, added, taxes)
    known = {key: value for key, value in about.items() if key != "notes"}
    return MRIO(labels, form, frozen(Y), form.x, frozen(added), frozen(taxes), notes=notes, **known)
