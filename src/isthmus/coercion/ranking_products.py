"""Which products would be stopped: rankings from earlier trade against export controls."""

from __future__ import annotations

import numpy as np
import polars as pl

from isthmus.coercion.cases import MEASURES, SUPPLIES, hs_prefixes
from isthmus.coercion.content import Content
from isthmus.coercion.leverage import Assumptions
from isthmus.coercion.pairs import leverage, pairs
from isthmus.coercion.products import CLASSIFICATION, ProductFlows, product_flows
from isthmus.coercion.ranking_rows import case_columns, case_row, ranked, ranking_tables
from isthmus.errors import DataMissing
from isthmus.evidence import Table
from isthmus.evidence.frames import attribute
from isthmus.kernels.arrays import Mask, over
from isthmus.world import World

WORLD = "WLD"
METHODS = {
    "model": "loss of the target per cost to the sender, times what can be sold elsewhere",
    "largest": "largest exports of the sender to the target (baseline)",
    "reliance": "largest part of the target's imports that comes from the sender (baseline)",
    "dominance": "largest part of all exports that comes from the sender (baseline)",
}
CHOSEN = (
    "the products are a list of critical materials, chosen because they are critical: among all "
    "traded products chance would have far fewer hits"
)
EVERYONE = (
    "a control on exports to everyone leaves nobody to sell to instead: the model's factor for "
    "that is the same for all products and left out"
)
BOUND = 1e12
"""Bound of a loss that is never reached: caps do not belong to a ranking by loss per cost."""

_CASES = (
    *case_columns(
        "products",
        year="year of the trade data, covered in full, before the first measure",
        hit="products under export control, from HS hints",
        traded="products that the sender sells to the target",
    ),
    attribute("target", "WLD: everyone"),
)


def product_tables(world: World, top: int, given: Assumptions) -> dict[str, Table]:
    """Return ranks of products under export control by case and method; empty without trade data.

    Parameters
    ----------
    world : World
        The data.
    top : int
        k of the hits among the first k ranks.
    given : Assumptions
        Of the leverage map, with one domestic share for all.
    """
    try:
        key = world.trade_key(CLASSIFICATION)
    except DataMissing:
        return {}
    in_full = pl.col("year").filter(pl.col("coverage") == "full").unique()
    full = sorted(world.query(key, lambda rows: rows.select(in_full)).to_series())
    flows = world.flows()
    by_year: dict[int, ProductFlows | None] = {}
    rows = []
    for case, sender, target, day, prefixes in _cases(world):
        years = [y for y in full if y < int(day[:4])]
        if not years or sender not in flows.economies:
            continue
        if years[-1] not in by_year:
            by_year[years[-1]] = product_flows(world, flows.economies, flows.industries, years[-1])
        made = by_year[years[-1]]
        own = np.isin(flows.economies, (sender,))
        theirs = ~own if target == WORLD else np.isin(flows.economies, (target,))
        if made is None or not theirs.any():
            continue
        hit = tuple(p for p in made.products if p.startswith(tuple(prefixes)))
        if hit:
            ranks = _ranks(made, own, theirs, given, everyone=target == WORLD)
            for method, found in ranks.items():
                row = case_row(case, method, years[-1], found, hit, top, "products")
                rows.append({**row, "target": target})
    if not rows:
        return {}
    return ranking_tables(
        ("products", "product_methods"),
        rows,
        "products",
        METHODS,
        _CASES,
        datasets=[key, MEASURES],
        text="ranks of the products put under export control, from trade before the case",
        notes=[CHOSEN, EVERYONE],
    )


def _cases(world: World) -> list[tuple[str, str, str, str, list[str]]]:
    """Case, sender, target, first day and HS prefixes of controls on supplies with products."""
    coded = world.table(MEASURES).filter(
        (pl.col("direction") == SUPPLIES) & pl.col("hs_hint").is_not_null()
    )
    out = []
    for case in coded["case"].unique(maintain_order=True).to_list():
        part = coded.filter(pl.col("case") == case)
        prefixes = sorted({p for hint in part["hs_hint"].to_list() for p in hs_prefixes(hint)})
        first = part.sort("start").row(0, named=True)
        out.append((case, first["sender"], first["target"], first["start"], prefixes))
    return out


def _ranks(
    made: ProductFlows, own: Mask, theirs: Mask, given: Assumptions, *, everyone: bool
) -> dict[str, dict[str, int]]:
    n, k = len(own), len(made.products)
    share = np.full((n, k), given.domestic_share)
    content = Content((), made.products, share, np.full((n, k), BOUND), np.full(n, np.nan))
    pair = pairs(made.flows, own, theirs[None], content, [share, share])
    found = leverage(pair, given.horizons[:1], given.diversion).at(np.s_[0, :, 0, 0])
    ratio = over(found.loss, found.cost)
    scores = {
        "model": ratio if everyone else ratio * found.credibility,
        "largest": found.value,
        # everyone together imports from each other as well
        "reliance": over(found.value, pair.target.outlay[0]),
        "dominance": over(made.flows[own].sum(axis=(0, 1)), made.flows.sum(axis=(0, 1))),
    }
    return ranked(made.products, found.value > 0, scores)
