"""An industry of a table split into nodes and the rest, all totals kept.

Rows: for each importer and user the parts add up to the unsplit industry, for domestic and imported
products apart. Columns: the inputs of the industry are split so that each part meets its output
less value added and every input total is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from isthmus.errors import DataMissing, DidNotConverge
from isthmus.evidence import Kind
from isthmus.kernels import balance
from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_forms import FactoredForm
from isthmus.world.mrio_update import table_from_use

LARGEST_SHARE = 0.7
"""Most of what an economy sells of an industry that its nodes may make up together."""

BALANCED = 1e-6


@dataclass(frozen=True, slots=True)
class Split:
    """What the split of one industry assumes.

    Parameters
    ----------
    whole : str
        Code of the industry.
    parts : sequence of str
        Codes of the P nodes and, last, of the rest.
    sales : (n, n, P) array
        Sales of each node [exporter, importer], million USD, within those of the industry.
    use : (P, S + F) array
        Weight of every user (industries of the unsplit table, then final demand) in the prior of
        a node's sales; that of the rest is 1.
    added : (n, P + 1) array
        Value added per unit of output of each part, shifted to the industry's own total.
    inputs : (S + P, P + 1) array
        Weight of every product (of the table that is made) in the prior of a part's inputs.
    """

    whole: str
    parts: Sequence[str]
    sales: Array
    use: Array
    added: Array
    inputs: Array


def not_factored(table: MRIO) -> DataMissing:
    """Return the error that a dense table cannot be split."""
    return DataMissing(
        "chip and material detail is made for factored tables; this one is dense",
        where=f"inter-economy table of {table.year}",
        hint="take the table of 2022 of the starter world, or leave the detail out",
    )


def sales_of(table: MRIO, whole: str) -> Array:
    """Return sales of an industry [exporter, importer], (n, n), million USD."""
    lb = table.labels
    at = lb.industries.index(whole)
    return np.asarray((table.sales + table.final).reshape(lb.n, lb.S, lb.n)[:, at])


def held_below(sales: Array, whole: Array) -> Array:
    """Return node sales (n, n, P), together at most `LARGEST_SHARE` of the industry's, (n, n)."""
    total = sales.sum(axis=2)
    factor = np.minimum(1.0, LARGEST_SHARE * whole * reciprocal(total))
    return np.asarray(sales * factor[..., None])


def split_industry(table: MRIO, split: Split, **about: Any) -> MRIO:
    """Return the table with one industry split into parts.

    Parameters
    ----------
    table : MRIO
        Factored table with the industry.
    split : Split
        What is assumed.
    **about
        Data sets and notes of the new table, as in `MRIO.from_factors`.

    Raises
    ------
    DataMissing
        When the table is dense.
    DidNotConverge
        When a part cannot be balanced.
    """
    lb = table.labels
    form = table.form
    if not isinstance(form, FactoredForm):
        raise not_factored(table)
    c = lb.industries.index(split.whole)
    sales = (table.sales + table.final).reshape(lb.n, lb.S, lb.n).transpose(0, 2, 1)
    rest = sales[:, :, c] - split.sales.sum(axis=2)
    parts = np.concatenate([split.sales, rest[..., None]], axis=2)
    cells = _cells(table, form)
    rows = _split_rows(cells[:, :, c], _by_origin(parts), split.use)
    grid = np.concatenate([cells[:, :, :c], rows, cells[:, :, c + 1 :]], axis=2)
    names = (*lb.industries[:c], *split.parts, *lb.industries[c + 1 :])
    value = table.primary.reshape(lb.n, lb.S)[:, c]
    inputs = _inputs_of_parts(parts.sum(axis=1), value, split.added)
    columns = _split_columns(grid[..., c], inputs, split.inputs)
    grid = np.concatenate([grid[..., :c], columns, grid[..., c + 1 :]], axis=3)
    use = grid * reciprocal(grid.sum(axis=3))[..., None]
    detailed = np.concatenate([sales[:, :, :c], parts, sales[:, :, c + 1 :]], axis=2)
    return table_from_use(
        detailed,
        use[:, 0],
        use[:, 1],
        economies=lb.economies,
        industries=names,
        categories=lb.categories,
        repair=True,
        year=table.year,
        kind=Kind.ASSUMED,
        **about,
    )


def user_weights(table: MRIO, weights: Mapping[str, float]) -> Array:
    """Return the weights of users in the order of a table, (S + F,).

    Parameters
    ----------
    table : MRIO
        The unsplit table.
    weights : mapping of str to float
        By industry or category of final demand; ``other`` for those that are not named.
    """
    users = (*table.industries, *table.categories)
    return np.array([weights.get(user, weights["other"]) for user in users])


def _by_origin(parts: Array) -> Array:
    """Return sales by importer, domestic and imported, (n, 2, P), of (n, n, P) by pair."""
    own = np.arange(len(parts))
    home = parts[own, own]
    return np.stack([home, parts.sum(axis=0) - home], axis=1)


def _cells(table: MRIO, form: FactoredForm) -> Array:
    """Return use by importer, origin class, product and user, (n, 2, S, S + F), million USD."""
    lb = table.labels
    flow = _by_origin(form.flow)
    pattern = np.stack([form.use_dom, form.use_imp], axis=1)
    final = table.Y.reshape(lb.n, lb.S, lb.n, lb.F).transpose(0, 2, 1, 3)
    own = np.arange(lb.n)
    home = final[own, own]
    ends = np.stack([home, final.sum(axis=0) - home], axis=1)
    return np.concatenate([flow[..., None] * pattern, ends], axis=3)


def _split_rows(cells: Array, parts: Array, use: Array) -> Array:
    """Split the use of the industry by user, (n, 2, U), over parts with sales (n, 2, P + 1)."""
    prior = np.concatenate([use, np.ones((1, use.shape[1]))])
    start = parts[..., None] * prior
    return _balanced(start * reciprocal(cells.max(axis=2))[..., None, None], parts, cells, "rows")


def _inputs_of_parts(output: Array, value: Array, ratio: Array) -> Array:
    """Return inputs of each part, (n, P + 1): output less value added, adding up to the whole."""
    out = np.zeros_like(output)
    for i, made in enumerate(output):
        if made.sum() > 0:
            met = balance.shifted_ratios(ratio[i], made, float(value[i]))
            out[i] = made * (1 - met)
    return out


def _split_columns(bought: Array, inputs: Array, weights: Array) -> Array:
    """Split inputs of the industry by product, (n, 2, S'), over parts with inputs (n, P + 1)."""
    n, _, S = bought.shape
    P = inputs.shape[1]
    start = np.broadcast_to(weights, (n, 2, S, P)).reshape(n, 2 * S, P) * inputs[:, None, :]
    rows = bought.reshape(n, 2 * S)
    return _balanced(start, rows, inputs, "columns").reshape(n, 2, S, P)


def _balanced(start: Array, rows: Array, columns: Array, what: str) -> Array:
    total = reciprocal(columns.sum(axis=-1)) * rows.sum(axis=-1)
    found, residual, steps = balance.ras(
        start, rows, columns * total[..., None], tol=BALANCED / 100, max_iter=3000
    )
    if residual > BALANCED:
        raise DidNotConverge(f"detail leaves {residual:.1e} after {steps} steps", where=what)
    return found
