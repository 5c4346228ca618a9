"""From arrays to the forms of a table: shapes, signs and balance are checked on the way."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from isthmus.errors import IdentityViolated, InputProblem, raise_all
from isthmus.kernels.arrays import Array
from isthmus.world import mrio_checks as checks
from isthmus.world.mrio_forms import DenseForm, FactoredForm, TableForm, frozen
from isthmus.world.mrio_labels import Labels


def dense_form(
    labels: Labels, Z: Array, Y: Array, below: Mapping[str, Array]
) -> tuple[DenseForm, Array]:
    """Return flows (N, N) as a form, and final demand (N, n * F), as numbers.

    Parameters
    ----------
    labels : Labels
        Of the table.
    Z, Y : array
        As in `MRIO.from_dense`.
    below : mapping of str to (N,) array
        Those of ``x``, ``v`` and ``other`` that are given.

    Raises
    ------
    BadInput
        With every problem found, the industries named.
    """
    Z, Y, *read = checks.as_numbers({"Z": Z, "Y": Y, **below})
    given = dict(zip(below, read, strict=True))
    N = labels.N
    arrays = [("Z", Z, (N, N)), ("Y", Y, (N, labels.n * labels.F))]
    found = checks.shape_problems(labels, arrays + [(n, a, (N,)) for n, a in given.items()])
    raise_all("inter-economy table", found)
    if Z.min(initial=0.0) < 0:
        sold = checks.named(labels, np.asarray((Z < 0).any(axis=1)))
        raise_all("inter-economy table", [InputProblem(f"negative flows sold by {sold}", "Z")])
    output = given["x"] if "x" in given else Z.sum(axis=1) + Y.sum(axis=1)
    return DenseForm(frozen(Z), frozen(output), labels.n), Y


def factored_form(
    labels: Labels, flow: Array, use_dom: Array, use_imp: Array, Y: Array, x: Array | None
) -> tuple[FactoredForm, Array]:
    """Return factors as a form, and final demand (N, n * F), as numbers; see `MRIO.from_factors`.

    Raises
    ------
    BadInput
        With every problem found.
    """
    n, S, N = labels.n, labels.S, labels.N
    named = {"flow": flow, "use_dom": use_dom, "use_imp": use_imp, "Y": Y}
    flow, use_dom, use_imp, Y = checks.as_numbers(named)
    arrays = [
        ("flow", flow, (n, n, S)),
        ("use_dom", use_dom, (n, S, S)),
        ("use_imp", use_imp, (n, S, S)),
        ("Y", Y, (N, n * labels.F)),
    ]
    raise_all("factored inter-economy table", checks.shape_problems(labels, arrays))
    negative = [
        InputProblem("holds negative values", name) for name, a, _ in arrays[:3] if a.min() < 0
    ]
    raise_all("factored inter-economy table", negative)
    flow, use_dom, use_imp = (frozen(a) for a in (flow, use_dom, use_imp))
    sales = FactoredForm(flow, use_dom, use_imp, np.ones(N)).sales().sum(axis=1)
    output = sales + Y.sum(axis=1) if x is None else np.asarray(x, dtype=np.float64)
    return FactoredForm(flow, use_dom, use_imp, frozen(output)), Y


def sums(form: TableForm, Y: Array, primary: Array) -> tuple[Array, Array]:
    """Return row and column sums, (N,) each: sales with final demand, inputs with primary ones."""
    return form.sales().sum(axis=1) + Y.sum(axis=1), form.column_sums() + primary


def check_balance(labels: Labels, form: TableForm, Y: Array, added: Array, taxes: Array) -> None:
    """Raise unless values are possible, and sales and costs add up to output.

    Raises
    ------
    IdentityViolated
        When only sums differ from output.
    BadInput
        With every other problem.
    """
    row, column = sums(form, Y, added + taxes)
    problems = checks.value_problems(labels, form.x, added, row, column, form.column_sums())
    if problems and all(p.where in ("rows", "columns") for p in problems):
        found = checks.identities(labels, form.x, row, column)
        raise IdentityViolated(
            "the table does not balance: " + "; ".join(p.what for p in problems),
            where=f"rows off by up to {found.row_max:.4g}, columns by up to {found.column_max:.4g}",
            hint="; ".join(dict.fromkeys(p.hint for p in problems)),
            problems=problems,
        )
    raise_all("inter-economy table", problems)
