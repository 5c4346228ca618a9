"""Chip detail: computers and electronics split into chip nodes and the rest, totals kept.

Rows: each economy's sales of electronics are split by what its plants make (world output of a node
times the economy's share of capacity); for each importer and user the nodes add up to the unsplit
table, for domestic and imported electronics apart. Columns: the inputs of electronics are split so
that each node meets its output less value added and every input total is kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus import codes
from isthmus.errors import DataMissing, DidNotConverge
from isthmus.evidence import Kind
from isthmus.kernels import balance
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_forms import FactoredForm
from isthmus.world.mrio_update import table_from_use

Array = NDArray[np.float64]

WHOLE = "C26"
REST = "C26_REST"
NODES: Mapping[str, str] = {
    "C26_LEAD": "Leading-edge logic chips",
    "C26_LOGIC": "Other logic chips",
    "C26_MEM": "Memory chips",
    "C26_DAO": "Discrete, analogue and optical chips",
    "C26_PACK": "Chip assembly, test, packaging",
    REST: "Other computers and electronics",
}
"""Parts of computers and electronics, and their names."""

LARGEST_SHARE = 0.7
"""Most of an economy's electronics that its chip nodes may make up together."""

BALANCED = 1e-6


@dataclass(frozen=True, slots=True)
class ChipSplit:
    """What the split assumes.

    Parameters
    ----------
    output : (n, P) array
        Output of each chip node by economy, million USD, before it is held below the economy's
        electronics.
    use : mapping of str to float
        Weight of users in the prior of chip sales; ``other`` for users that are not named.
    added : (P,) array
        Value added per unit of output.
    """

    output: Array
    use: Mapping[str, float]
    added: Array


def chip_split(rows: pl.DataFrame, facts: pl.DataFrame, table: MRIO) -> ChipSplit:
    """Return the split for the economies of a table.

    Parameters
    ----------
    rows : polars.DataFrame
        part, node, item, value: the data set ``chip_split``.
    facts : polars.DataFrame
        node, economy, share, year: the data set ``chip_facts``.
    table : MRIO
        Unsplit table; its electronics spread what the facts give for Europe and for all others.

    Raises
    ------
    DataMissing
        When the rows name a fact that is not there.
    """
    chips = [node for node in NODES if node != REST]
    size = table.x[table.node_positions(None, WHOLE)]
    output = np.zeros((table.labels.n, len(chips)))
    for p, node in enumerate(chips):
        own = rows.filter(pl.col("node") == node)
        world = float(own.filter(pl.col("part") == "value")["value"][0])
        for item, weight in own.filter(pl.col("part") == "capacity")["item", "value"].iter_rows():
            fact, _, year = item.rpartition("@")
            output[:, p] += world * weight * _places(facts, fact, int(year), table, size)
    use = rows.filter(pl.col("part") == "use")
    added = [
        float(rows.filter(pl.col("part") == "added", pl.col("node") == c)["value"][0])
        for c in chips
    ]
    return ChipSplit(output, dict(use["item", "value"].iter_rows()), np.array(added))


def _places(facts: pl.DataFrame, fact: str, year: int, table: MRIO, size: Array) -> Array:
    found = facts.filter(pl.col("node") == fact, pl.col("year") == year)
    if found.is_empty():
        raise DataMissing(f"no shares of {fact!r} in {year}", where="chip_facts")
    shares = dict(found["economy", "share"].iter_rows())
    europe = set(codes.members("EUROPE"))
    out = np.zeros(table.labels.n)
    named = np.zeros(table.labels.n, dtype=bool)
    in_europe = np.array([e in europe for e in table.economies])
    for i, economy in enumerate(table.economies):
        if economy in shares:
            out[i], named[i] = shares[economy], True
    groups = [("EUR", in_europe & ~named)]
    covered = in_europe if "EUR" in shares else np.zeros_like(in_europe)
    groups.append(("OTH", ~named & ~covered))
    for key, members in groups:
        weight = np.where(members, size, 0.0)
        if shares.get(key, 0.0) > 0 and weight.sum() > 0:
            out += shares[key] * weight / weight.sum()
    return np.asarray(out / out.sum())


def no_chip_detail(table: MRIO) -> DataMissing:
    """Return the error that a dense table has no chip detail."""
    return DataMissing(
        "chip detail is made for factored tables; this one is dense",
        where=f"inter-economy table of {table.year}",
        hint="take the table of 2022 of the starter world, or leave chip detail out",
    )


def split_chips(table: MRIO, split: ChipSplit) -> MRIO:
    """Return the table with electronics split into `NODES`; all totals are kept.

    Parameters
    ----------
    table : MRIO
        Factored table with industry ``C26``.
    split : ChipSplit
        From `chip_split`.

    Raises
    ------
    DidNotConverge
        When a part cannot be balanced.
    """
    lb = table.labels
    form = table.form
    if not isinstance(form, FactoredForm):
        raise no_chip_detail(table)
    c = lb.industries.index(WHOLE)
    size = table.x.reshape(lb.n, lb.S)[:, c]
    share = _node_shares(split.output, size)
    sales = (table.sales + table.final).reshape(lb.n, lb.S, lb.n).transpose(0, 2, 1)
    parts = sales[:, :, c, None] * share[:, None, :]
    cells = _cells(table, form)
    users = [*lb.industries, *lb.categories]
    rows = _split_rows(cells[:, :, c], _by_origin(parts), users, split.use)
    grid = np.concatenate([cells[:, :, :c], rows, cells[:, :, c + 1 :]], axis=2)
    names = (*lb.industries[:c], *NODES, *lb.industries[c + 1 :])
    inputs = _node_inputs(table, share, split.added, c)
    columns = _split_columns(grid[..., c], inputs, names, split.use)
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
        datasets=(*table.datasets, "chip_split", "chip_facts"),
        notes=(*table.notes, "electronics split into chip nodes by assumed shares"),
    )


def _node_shares(output: Array, size: Array) -> Array:
    share = output * reciprocal(size)[:, None]
    total = share.sum(axis=1, keepdims=True)
    share = share * np.minimum(1.0, LARGEST_SHARE * reciprocal(total))
    return np.concatenate([share, 1.0 - share.sum(axis=1, keepdims=True)], axis=1)


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


def _split_rows(
    cells: Array, parts: Array, users: Sequence[str], weights: Mapping[str, float]
) -> Array:
    """Split the use of electronics by user, (n, 2, U), over nodes with sales (n, 2, P)."""
    prior = np.ones((parts.shape[2], len(users)))
    prior[:-1] = [weights.get(u if u != WHOLE else REST, weights["other"]) for u in users]
    start = parts[..., None] * prior
    return _balanced(start * reciprocal(cells.max(axis=2))[..., None, None], parts, cells, "rows")


def _node_inputs(table: MRIO, share: Array, added: Array, c: int) -> Array:
    """Return inputs of each node, (n, P): output less value added, adding up to the whole."""
    lb = table.labels
    x = table.x.reshape(lb.n, lb.S)[:, c, None] * share
    value = table.primary.reshape(lb.n, lb.S)[:, c]
    ratio = np.concatenate([np.tile(added, (lb.n, 1)), np.full((lb.n, 1), 0.3)], axis=1)
    out = np.zeros_like(x)
    for i in range(lb.n):
        if x[i].sum() <= 0:
            continue
        met = balance.shifted_ratios(ratio[i], x[i], float(value[i]))
        out[i] = x[i] * (1 - met)
    return out


def _split_columns(
    bought: Array, inputs: Array, names: Sequence[str], weights: Mapping[str, float]
) -> Array:
    """Split inputs of electronics by product, (n, 2, S'), over nodes with inputs (n, P)."""
    n, _, S = bought.shape
    P = inputs.shape[1]
    prior = np.ones((S, P))
    at = [names.index(node) for node in NODES]
    fabs = [p for p, node in enumerate(NODES) if node not in (REST, "C26_PACK")]
    for row in at[:-1]:
        prior[row] = [weights["other"]] * P
        prior[row, -1] = weights[REST]
        prior[row, list(NODES).index("C26_PACK")] = weights["C26_PACK"]
    prior[at[-1], fabs] = 0.1
    start = np.broadcast_to(prior, (n, 2, S, P)).reshape(n, 2 * S, P) * inputs[:, None, :]
    rows = bought.reshape(n, 2 * S)
    return _balanced(start, rows, inputs, "columns").reshape(n, 2, S, P)


def _balanced(start: Array, rows: Array, columns: Array, what: str) -> Array:
    total = reciprocal(columns.sum(axis=-1)) * rows.sum(axis=-1)
    found, residual, steps = balance.ras(
        start, rows, columns * total[..., None], tol=BALANCED / 100, max_iter=3000
    )
    if residual > BALANCED:
        raise DidNotConverge(f"chip split leaves {residual:.1e} after {steps} steps", where=what)
    return found
