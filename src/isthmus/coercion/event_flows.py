"""Flows of an event study in money: trade of the pair as it was, and what went elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from isthmus.coercion.cases import EFFECTS
from isthmus.coercion.event_tables import LOWER, PAIR, EventEstimate
from isthmus.coercion.panel import TradeEpisode
from isthmus.evidence import Kind, Table
from isthmus.evidence.frames import MONEY, attribute, dimension, finite, number, ranged, table
from isthmus.kernels.concentration import ratio
from isthmus.world import World


def trade_table(world: World, found: EventEstimate, notes: Sequence[str]) -> Table:
    """Return flows of the pair both ways by year, with changes since the year before the case."""
    panel, hit = found.panel, found.hit
    i, j = panel.place(hit.target), panel.place(hit.sender)
    base = max([t for t, y in enumerate(panel.years) if y < hit.first], default=0)
    chosen = [panel.industries.index(k) for k in hit.industries]
    scopes = {f"{panel.items} of the measures": chosen}
    if panel.items == "industries":
        scopes = {"goods": list(range(len(panel.industries))), **scopes}
    rows = []
    for scope, ks in scopes.items():
        for a, b in ((i, j), (j, i)):
            flow = panel.flows[ks, a, b].sum(axis=0)
            change = ratio(flow, np.full_like(flow, flow[base])) - 1.0
            rows += [
                (panel.economies[a], panel.economies[b], scope, y, float(flow[t]), float(change[t]))
                for t, y in enumerate(panel.years)
            ]
    frame = pl.DataFrame(
        rows, schema=["exporter", "importer", "scope", "year", "value", "change"], orient="row"
    )
    frame = frame.with_columns(
        pl.lit(hit.case).alias("case"),
        finite(frame["change"].to_numpy()).alias("change"),
        pl.lit(panel.years[base]).alias("base_year"),
    )
    columns = [
        *PAIR,
        dimension("scope"),
        dimension("year"),
        number("value", MONEY, "goods sold by the exporter to the importer"),
        number("change", "share", "since the base year; null where nothing flowed then"),
        attribute("base_year", "last year before the first measure, or the first of the flows"),
        attribute("kind"),
    ]
    return table(
        "trade",
        frame,
        columns,
        kind=Kind.MEASURED,
        datasets=[panel.dataset, EFFECTS],
        text=f"goods trade of {hit.target} and {hit.sender}",
        notes=[*notes, *_published(world, hit, panel.years[base])],
    )


def _published(world: World, hit: TradeEpisode, base: int) -> list[str]:
    """Changes in the published national figures of the case, and why they differ."""
    frame = world.coercion().effects.filter(
        (pl.col("case") == hit.case)
        & (pl.col("indicator") == f"exports to {_NAMES.get(hit.sender, hit.sender)}")
        & pl.col("unit").is_in(["EUR", "USD"])
    )
    by_year = {
        int(p): v for p, v in frame.select("period", "value").rows() if p.isdigit() and len(p) == 4
    }
    if base not in by_year:
        return []
    out = [
        f"published national figures: exports to {hit.sender} in {year} "
        f"{100 * (value / by_year[base] - 1):.0f} % against {base}"
        for year, value in sorted(by_year.items())
        if year > base
    ]
    return [
        *out,
        "the flows differ from national customs: they are balanced from both partners' records, "
        "by origin and at basic prices",
    ]


_NAMES = {"CHN": "China"}


def diversion_table(found: EventEstimate, frame: pl.DataFrame, notes: Sequence[str]) -> Table:
    """Return what was lost and sold elsewhere, with intervals from the placebos."""
    columns = [
        dimension("case"),
        dimension("year"),
        *ranged(
            "lost", MONEY, "counterfactual less actual exports to the sender", LOWER, "upper end"
        ),
        number("elsewhere", MONEY, "actual less counterfactual exports to all others"),
        *ranged(
            "diverted",
            "share",
            "elsewhere over lost; null where nothing was lost",
            "lower end; null where it has no bound",
            "upper end; null where it has no bound",
        ),
        number("lost_share", "share", "lost over all exports of the target in these data"),
        attribute("kind"),
    ]
    return table(
        "diversion",
        frame,
        columns,
        kind=Kind.MODELLED,
        datasets=[found.panel.dataset],
        text=(
            "counterfactual: exports of the three years before the first measure, grown with each "
            "destination's imports from all other origins; no exporter effect, so that sales "
            "elsewhere are not absorbed"
        ),
        notes=[
            *notes,
            "growth of the target's supply for other reasons counts as diversion",
            "intervals: the same counterfactual for pairs without an episode, and how far it "
            "missed their sales to the partner and to all others",
        ],
    )
