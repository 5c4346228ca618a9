"""Exact aggregation of an inter-economy table to coarser economies and industries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np

from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world.mrio_forms import DenseForm, FactoredForm, TableForm, frozen
from isthmus.world.mrio_labels import Labels, Positions, grouping

if TYPE_CHECKING:
    from isthmus.world.mrio import MRIO


def aggregate(
    table: MRIO,
    *,
    economies: Mapping[str, str] | None = None,
    industries: Mapping[str, str] | None = None,
) -> MRIO:
    """Return `table` with economies and industries added up.

    Flows are added, so that every total is kept exactly. The result of adding up a factored table
    is dense, because members of a group have different use patterns; without any grouping the
    form stays as it is.

    Parameters
    ----------
    table : MRIO
        Table to add up.
    economies, industries : mapping of str to str, optional
        Group of each economy or industry; names left out stay alone.

    Raises
    ------
    CodeUnknown
        When a mapping names an economy or industry that the table does not have.
    """
    lb = table.labels
    e_names, e_group = grouping(economies, lb.economies, "economy")
    i_names, i_group = grouping(industries, lb.industries, "industry")
    labels = Labels(e_names, i_names, lb.categories)
    if labels.n == lb.n and labels.S == lb.S:
        return table if labels == lb else replace(table, labels=labels)
    node = (e_group[:, None] * labels.S + i_group[None, :]).ravel()
    Z = _grouped_flows(table.form, node, e_group, i_group, labels)
    column = (e_group[:, None] * labels.F + np.arange(lb.F)[None, :]).ravel()
    Y = _add_rows(_add_rows(table.Y, node, labels.N).T, column, labels.n * labels.F).T
    x, v, other = (_add_rows(a, node, labels.N) for a in (table.x, table.v, table.other))
    form = DenseForm(frozen(Z), frozen(x), labels.n)
    return replace(
        table, labels=labels, form=form, Y=frozen(Y), x=form.x, v=frozen(v), other=frozen(other)
    )


def _add_rows(a: Array, group: Positions, size: int) -> Array:
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(size))
    return np.add.reduceat(a[order], starts, axis=0)


def _grouped_flows(
    form: TableForm, node: Positions, e_group: Positions, i_group: Positions, labels: Labels
) -> Array:
    if isinstance(form, FactoredForm):
        return _grouped_factors(form, e_group, i_group, labels)
    Z = np.zeros((labels.N, labels.N))
    S = labels.S
    for j, group in enumerate(e_group):
        rows = _add_rows(form.columns(j), node, labels.N)
        Z[:, group * S : (group + 1) * S] += _add_rows(rows.T, i_group, S).T
    return Z


def _grouped_factors(
    form: FactoredForm, e_group: Positions, i_group: Positions, labels: Labels
) -> Array:
    """Add up without forming the flows: exporters first, then users, then products."""
    n, S = form.n, labels.S
    Z = np.zeros((labels.n, S, labels.n, S))
    for j in range(n):
        foreign = form.flow[:, j].copy()
        foreign[j] = 0.0
        sold = _add_rows(foreign, e_group, labels.n)
        use_imp = _add_rows(form.use_imp[j].T, i_group, S).T
        use_dom = _add_rows(form.use_dom[j].T, i_group, S).T
        block = sold[:, :, None] * use_imp[None]
        block[e_group[j]] += form.flow[j, j][:, None] * use_dom
        Z[:, :, e_group[j]] += _add_rows(block.transpose(1, 0, 2), i_group, S).transpose(1, 0, 2)
    return Z.reshape(labels.N, labels.N)


def pooled(table: MRIO) -> MRIO:
    """Return `table` in factored form: all users of an importer share its origins of a product.

    Sales by exporter, importer and product, and use by importer, product and user, home and
    abroad apart, are kept exactly, and with them output and value added; only which user buys
    from which origin abroad is averaged. A factored table stays as it is.
    """
    if isinstance(table.form, FactoredForm):
        return table
    lb = table.labels
    flow = table.form.sales().reshape(lb.n, lb.S, lb.n).transpose(0, 2, 1)
    home = np.stack([table.form.columns(j).reshape(lb.n, lb.S, lb.S)[j] for j in range(lb.n)])
    abroad = np.maximum(table.form.use() - home, 0.0)
    return type(table).from_factors(
        flow,
        home * reciprocal(home.sum(axis=2))[..., None],
        abroad * reciprocal(abroad.sum(axis=2))[..., None],
        table.Y,
        **asdict(lb),
        x=table.x,
        v=table.v,
        other=table.other,
        year=table.year,
        kind=table.kind,
        datasets=table.datasets,
        unit=table.unit,
        notes=(*table.notes, "origins abroad are those of the importer, averaged over users"),
    )
