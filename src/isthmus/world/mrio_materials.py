"""Material detail: specific inputs split from their industries by customs trade, totals kept.

Trade of a node is that of its products; an economy that sells more abroad than it buys there also
sells at home. Users are those of the node, in each economy by what they buy of the industry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from isthmus.codes.nodes import MATERIALS, parts_of, whole_of, wholes
from isthmus.errors import DataMissing
from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_nodes import Split, held_below, sales_of, split_industry

OTHER = "ROW"
"""Economy of the table that stands for all that it does not tell apart."""

STRANGERS = 1e-3
"""Weight of users of an industry in the inputs of a node from its own kind, against 1; assumed."""


def split_materials(table: MRIO, rows: pl.DataFrame, trade: Callable[[str], pl.DataFrame]) -> MRIO:
    """Return the table with material nodes split from their industries; all totals are kept.

    Parameters
    ----------
    table : MRIO
        Factored table.
    rows : polars.DataFrame
        part, node, item, value: the data set ``material_split``.
    trade : callable
        Returns the data set of a key: year, exporter, importer, product, value (million USD).

    Raises
    ------
    DataMissing
        When the table is dense, or there is no trade of a product in the year of the table.
    DidNotConverge
        When a part cannot be balanced.
    """
    sources: list[str] = []
    for whole in wholes(MATERIALS):
        table = split_industry(
            table,
            _split(table, whole, rows, trade, sources),
            datasets=table.datasets,
            notes=table.notes,
        )
    return replace(
        table,
        datasets=(*table.datasets, "material_split", *dict.fromkeys(sources)),
        notes=(*table.notes, "material nodes split from their industries by assumed shares"),
    )


def _split(
    table: MRIO,
    whole: str,
    rows: pl.DataFrame,
    trade: Callable[[str], pl.DataFrame],
    sources: list[str],
) -> Split:
    parts = parts_of(whole, MATERIALS)
    nodes = parts[:-1]
    sold = sales_of(table, whole)
    flows = []
    for node in nodes:
        products = _of(rows, "trade", node)["item"].to_list()
        abroad = np.sum([_trade(table, item, trade) for item in products], axis=0)
        sources += [item.partition("@")[0] for item in products]
        flows.append(_with_home(abroad, float(_of(rows, "home", node)["value"][0])))
    ratio = [float(_of(rows, "added", node)["value"][0]) for node in nodes]
    lb = table.labels
    at = lb.industries.index(whole)
    own = (table.primary * reciprocal(table.x)).reshape(lb.n, lb.S)[:, at]
    return Split(
        whole,
        parts,
        held_below(np.stack(flows, axis=2), sold),
        np.stack([_use(table, at, _of(rows, "use", node)) for node in nodes]),
        np.column_stack([np.tile(ratio, (lb.n, 1)), own]),
        _input_weights(table, at, parts),
    )


def _of(rows: pl.DataFrame, part: str, node: str) -> pl.DataFrame:
    return rows.filter(pl.col("part") == part, pl.col("node") == node)


def _trade(table: MRIO, item: str, trade: Callable[[str], pl.DataFrame]) -> Array:
    """Return trade of a product between the economies of a table, (n, n), million USD."""
    key, _, product = item.partition("@")
    found = trade(key).filter(pl.col("product") == product, pl.col("year") == table.year)
    if found.is_empty():
        raise DataMissing(f"no trade of {product} in {table.year}", where=key)
    at = {economy: i for i, economy in enumerate(table.economies)}
    other = at.get(OTHER, -1)
    out = np.zeros((table.labels.n, table.labels.n))
    for exporter, importer, value in found["exporter", "importer", "value"].iter_rows():
        i, j = at.get(exporter, other), at.get(importer, other)
        if i != j and min(i, j) >= 0 and value:
            out[i, j] += value
    return out


def _with_home(abroad: Array, ratio: float) -> Array:
    """Return sales with those at home: `ratio` times what is sold abroad beyond what is bought."""
    net = np.maximum(abroad.sum(axis=1) - abroad.sum(axis=0), 0.0)
    return np.asarray(abroad + np.diag(ratio * net))


def _use(table: MRIO, at: int, shares: pl.DataFrame) -> Array:
    """Return weights of users by which the world's use has the given shares, (S + F,)."""
    lb = table.labels
    users = (*lb.industries, *lb.categories)
    final = table.Y.reshape(lb.n, lb.S, lb.n, lb.F)[:, at].sum(axis=(0, 1))
    bought = np.concatenate([table.use().sum(axis=0)[at], final])
    given = dict(shares["item", "value"].iter_rows())
    owner = [whole_of(user) if whole_of(user) in given else user for user in users]
    groups = np.array([user if user in given else "other" for user in owner])
    weights = np.zeros(len(users))
    for user, share in given.items():
        inside = groups == user
        weights[inside] = share * reciprocal(bought[inside].sum(keepdims=True))
    return np.asarray(weights / weights.max())


def _input_weights(table: MRIO, at: int, parts: Sequence[str]) -> Array:
    """Return the weight of every product in the inputs of each part, (S + P, P + 1)."""
    prior = np.ones((table.labels.S + len(parts) - 1, len(parts)))
    prior[at : at + len(parts) - 1, :-1] = STRANGERS
    return prior
