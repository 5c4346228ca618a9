"""Chip detail: computers and electronics split into chip nodes and the rest, totals kept.

Each economy's sales of electronics are split by what its plants make: world output of a node times
the economy's share of capacity. Each node has its own users: end-use statistics of all chips,
spread over nodes, say how much more or less of a node than of chips in general an industry buys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from isthmus import codes
from isthmus.codes.nodes import CHIP_NODES as NODES
from isthmus.codes.nodes import CHIPS, parts_of
from isthmus.errors import DataMissing, DidNotConverge
from isthmus.kernels import balance
from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_nodes import Split, held_below, sales_of, split_industry, user_weights

WHOLE = "C26"
PARTS = parts_of(WHOLE, CHIPS)
REST = PARTS[-1]
FABS = tuple(node for node in NODES if node != "C26_PACK")
"""Nodes that sell chips; what end-use statistics are about."""

REST_ADDED = 0.3
"""Value added per unit of output of other electronics, before it is shifted; assumed."""

FAB_ELECTRONICS = 0.1
"""Weight of other electronics in the inputs of chip plants, against 1 for all else; assumed."""

SETTLED = 1e-9
"""Largest residual of the sales of nodes by end use."""


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
    lean : mapping of str to mapping of str to float
        By node and user: how much more of the node than of all chips the user buys.
    added : (P,) array
        Value added per unit of output.
    """

    output: Array
    use: Mapping[str, float]
    lean: Mapping[str, Mapping[str, float]]
    added: Array


def chip_split(
    rows: pl.DataFrame, facts: pl.DataFrame, end_use: pl.DataFrame, table: MRIO
) -> ChipSplit:
    """Return the split for the economies of a table.

    Parameters
    ----------
    rows : polars.DataFrame
        part, node, item, value: the data set ``chip_split``.
    facts : polars.DataFrame
        node, economy, share, year: the data set ``chip_facts``.
    end_use : polars.DataFrame
        end_use, year, share, industries: the data set ``chip_end_use``; its rows of the year of
        the table.
    table : MRIO
        Unsplit table; its electronics spread what the facts give for Europe and for all others.

    Raises
    ------
    DataMissing
        When the rows name a fact that is not there, or there are no end uses of the year.
    """
    size = table.x[table.node_positions(None, WHOLE)]
    output = np.zeros((table.labels.n, len(NODES)))
    for p, node in enumerate(NODES):
        own = rows.filter(pl.col("node") == node)
        world = float(own.filter(pl.col("part") == "value")["value"][0])
        for item, weight in own.filter(pl.col("part") == "capacity")["item", "value"].iter_rows():
            fact, _, year = item.rpartition("@")
            output[:, p] += world * weight * _places(facts, fact, int(year), table, size)
    use = dict(rows.filter(pl.col("part") == "use")["item", "value"].iter_rows())
    added = [
        float(rows.filter(pl.col("part") == "added", pl.col("node") == c)["value"][0])
        for c in NODES
    ]
    users = [user for user in use if user in table.industries and user != WHOLE]
    markets = node_markets(rows, end_use.filter(pl.col("year") == table.year))
    return ChipSplit(output, use, _lean(markets, users), np.array(added))


def node_markets(rows: pl.DataFrame, end_use: pl.DataFrame) -> pl.DataFrame:
    """Return the sales of every chip node by end use, million USD.

    Assumed weights of end uses within each node are balanced so that nodes meet their world
    output and end uses their published share of all chips.

    Parameters
    ----------
    rows, end_use : polars.DataFrame
        As in `chip_split`; `end_use` of one year.

    Returns
    -------
    polars.DataFrame
        end_use, industries, and a column per node of `FABS`.

    Raises
    ------
    DataMissing
        When there are no end uses, or a node has no weights for one.
    DidNotConverge
        When the weights cannot meet both totals.
    """
    if end_use.is_empty():
        raise DataMissing("no end uses of chips in the year of the table", where="chip_end_use")
    given = rows.filter(pl.col("part") == "market")
    weights = {(node, use): v for node, use, v in given["node", "item", "value"].iter_rows()}
    names = end_use["end_use"].to_list()
    if missing := [f"{n}, {e}" for n in FABS for e in names if (n, e) not in weights]:
        raise DataMissing(f"no weight of {'; '.join(missing)}", where="chip_split")
    values = rows.filter(pl.col("part") == "value")
    world = dict(values["node", "value"].iter_rows())
    total = np.array([world[node] for node in FABS])
    share = end_use["share"].to_numpy() / end_use["share"].sum()
    prior = np.array([[weights[node, use] for use in names] for node in FABS])
    found, residual, steps = balance.ras(prior, total, share * total.sum())
    if residual > SETTLED:
        raise DidNotConverge(f"end uses leave {residual:.1e} after {steps} steps", where="chips")
    return end_use.select("end_use", "industries").with_columns(
        *(pl.Series(node, found[p]) for p, node in enumerate(FABS))
    )


def _lean(markets: pl.DataFrame, users: list[str]) -> dict[str, dict[str, float]]:
    lists = [text.split(";") for text in markets["industries"]]
    sold = markets.select(FABS).to_numpy()
    share = sold / sold.sum(axis=0)
    whole = sold.sum(axis=1) / sold.sum()
    out: dict[str, dict[str, float]] = {node: {} for node in FABS}
    for user in users:
        named = np.array([any(_alike(user, code) for code in codes_) for codes_ in lists])
        if named.any():
            for p, node in enumerate(FABS):
                out[node][user] = float(share[named, p].sum() / whole[named].sum())
    return out


def _alike(user: str, code: str) -> bool:
    return user.startswith(code) or code.startswith(user)


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


def split_chips(table: MRIO, split: ChipSplit) -> MRIO:
    """Return the table with electronics split into chip nodes and the rest; all totals are kept.

    Parameters
    ----------
    table : MRIO
        Factored table with industry ``C26``.
    split : ChipSplit
        From `chip_split`.

    Raises
    ------
    DataMissing
        When the table is dense.
    DidNotConverge
        When a part cannot be balanced.
    """
    sales = sales_of(table, WHOLE)
    share = split.output * reciprocal(table.x[table.node_positions(None, WHOLE)])[:, None]
    n = len(sales)
    added = np.concatenate([np.tile(split.added, (n, 1)), np.full((n, 1), REST_ADDED)], axis=1)
    base = {**split.use, WHOLE: split.use[REST]}
    use = [user_weights(table, _leaning(base, split.lean.get(node, {}))) for node in NODES]
    made = Split(
        WHOLE,
        PARTS,
        held_below(sales[:, :, None] * share[:, None, :], sales),
        np.stack(use),
        added,
        _input_weights(table, split.use),
    )
    return split_industry(
        table,
        made,
        datasets=(*table.datasets, "chip_split", "chip_facts", "chip_end_use"),
        notes=(*table.notes, "electronics split into chip nodes by assumed shares"),
    )


def _leaning(base: Mapping[str, float], lean: Mapping[str, float]) -> dict[str, float]:
    return {user: weight * lean.get(user, 1.0) for user, weight in base.items()}


def _input_weights(table: MRIO, use: Mapping[str, float]) -> Array:
    """Return the weight of every product in the inputs of each part, (S + P, P + 1)."""
    c = table.industries.index(WHOLE)
    names = (*table.industries[:c], *PARTS, *table.industries[c + 1 :])
    prior = np.ones((len(names), len(PARTS)))
    for node in NODES:
        row = names.index(node)
        prior[row] = use["other"]
        prior[row, PARTS.index(REST)] = use[REST]
        prior[row, PARTS.index("C26_PACK")] = use["C26_PACK"]
    prior[names.index(REST), [PARTS.index(node) for node in FABS]] = FAB_ELECTRONICS
    return prior
