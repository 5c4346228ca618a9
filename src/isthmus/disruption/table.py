"""From a labelled inter-economy table to the daily arrays of the kernel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import BadInput, InputProblem
from isthmus.kernels.disruption import DenseTable, FactoredTable
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_forms import FactoredForm

Floats = NDArray[np.float64]
DAYS_OF_YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Daily:
    """A table per day, with what was changed to make it one.

    Parameters
    ----------
    table : DenseTable or FactoredTable
        Daily flows, million USD a day.
    cut : float
        Negative final demand set to zero, share of world final demand.
    source : MRIO
        The table it was made from.
    """

    table: DenseTable | FactoredTable
    cut: float
    source: MRIO


def daily_table(mrio: MRIO) -> Daily:
    """Return the daily form of a yearly table.

    Output is the sum of sales, so that the table without shocks is a steady state; negative
    final demand (run-down inventories) is cut to zero.

    Raises
    ------
    BadInput
        When the table holds numbers that are not finite or negative flows; names the first.
    """
    labels = mrio.labels
    r, s = labels.n, labels.S
    final = mrio.final.reshape(r, s, r).transpose(1, 0, 2) / DAYS_OF_YEAR
    _check("final demand", final, mrio, negative=True)
    if not np.abs(final).sum() > 0:
        problem = InputProblem("is zero everywhere: nothing can be lost", "final demand")
        raise BadInput("inter-economy table", [problem])
    cut = float(np.abs(np.minimum(final, 0.0)).sum() / np.abs(final).sum())
    final = np.ascontiguousarray(np.maximum(final, 0.0))
    made: DenseTable | FactoredTable
    if isinstance(mrio.form, FactoredForm):
        for part, values in (
            ("bilateral flows", mrio.form.flow.transpose(2, 0, 1)),
            ("use of imports", mrio.form.use_imp.transpose(1, 0, 2)),
            ("use of home products", mrio.form.use_dom.transpose(1, 0, 2)),
        ):
            _check(part, values, mrio)
        made = _factored(mrio.form, final)
    else:
        flows = (mrio.Z / DAYS_OF_YEAR).reshape(r, s, r * s).transpose(1, 0, 2)
        flows = np.ascontiguousarray(flows)
        _check("intermediate flows", flows, mrio)
        output = (flows.sum(axis=2) + final.sum(axis=2)).T.reshape(-1)
        made = DenseTable(flows, final, output)
    return Daily(made, cut, mrio)


def _check(part: str, values: Floats, mrio: MRIO, *, negative: bool = False) -> None:
    """Refuse numbers that are missing or below zero; `values` is (S, R, ...) by supplier.

    Of `use` shares the second axis is the using economy.
    """
    total = float(values.sum())
    if np.isfinite(total) and (negative or float(values.min(initial=0.0)) >= 0.0):
        return
    bad = ~np.isfinite(values)
    what = "not finite"
    if not bad.any() and not negative:
        bad, what = values < 0.0, "negative"
    if not bad.any():  # finite numbers whose sum is not
        raise BadInput("inter-economy table", [InputProblem("is too large to add up", part)])
    sector, economy = (int(axis[0]) for axis in np.nonzero(bad)[:2])
    where = f"{part}, {mrio.economies[economy]} {mrio.industries[sector]}"
    problem = InputProblem(f"{int(bad.sum())} cells are {what}; the first", where)
    raise BadInput("inter-economy table", [problem])


def _factored(form: FactoredForm, final: Floats) -> FactoredTable:
    flow = form.flow.transpose(2, 0, 1) / DAYS_OF_YEAR
    r = flow.shape[1]
    own = np.arange(r)
    home = flow[:, own, own]
    abroad = flow.copy()
    abroad[:, own, own] = 0.0
    total = abroad.sum(axis=1)
    origin = np.divide(
        abroad, total[:, None, :], out=np.zeros_like(abroad), where=total[:, None, :] > 0
    )
    imported = total[:, :, None] * form.use_imp.transpose(1, 0, 2)
    domestic = home[:, :, None] * form.use_dom.transpose(1, 0, 2)
    sold = np.einsum("poj,pj->po", origin, imported.sum(axis=2)) + domestic.sum(axis=2)
    output = (sold + final.sum(axis=2)).T.reshape(-1)
    return FactoredTable(
        np.ascontiguousarray(origin),
        np.ascontiguousarray(imported),
        np.ascontiguousarray(domestic),
        final,
        output,
    )
