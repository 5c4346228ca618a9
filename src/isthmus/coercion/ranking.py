"""Which industries would be hit: rankings from earlier data against what was hit."""

from __future__ import annotations

from dataclasses import replace

from isthmus.coercion.cases import MEASURES, PURCHASES, measures
from isthmus.coercion.leverage import DOMESTIC_SHARE, Assumptions, refused
from isthmus.coercion.panel import FLOWS
from isthmus.coercion.ranking_products import product_tables
from isthmus.coercion.ranking_rows import case_columns, case_row, ranked, ranking_tables
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Result, dataset_keys, provenance
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import over
from isthmus.world import World

METHODS = {
    "model": "loss of the target per cost to the sender, times what can be sourced elsewhere",
    "largest": "largest exports of the target to the sender (baseline)",
    "reliance": "largest part of the target's exports that goes to the sender (baseline)",
    "substitutable": "smallest part of the sender's imports that comes from the target (baseline)",
}
FEW = (
    "the cases are few, selected and not independent: no test of significance is made, and a "
    "ranking of broad industries says little about products inside them"
)


@lens("coercion.backtest", {})
def backtest(world: World, *, top: int = 5, assumptions: Assumptions | None = None) -> Result:
    """Return how industries ranked by data from before each case compare with those hit.

    Parameters
    ----------
    world : World
        The data.
    top : int
        k of the hits among the first k ranks.
    assumptions : Assumptions, optional
        Of the leverage map; the first horizon counts. Value added per unit of exports is one
        number for all, since a table of 2022 would look ahead.

    Returns
    -------
    Result
        ``cases``: by case and method the ranks of the industries hit, misses included;
        ``methods``: the same over all cases, beside what chance would give; ``products`` and
        ``product_methods``: the same for stops of supplies of the products that the world holds.

    Raises
    ------
    BadInput
        When `top` is below 1.
    DataMissing
        When no case can be ranked.
    """
    if top < 1:
        raise BadInput("top must be 1 or more", where="top")
    given = assumptions or Assumptions()
    given = replace(
        given, domestic_share=given.domestic_share or DOMESTIC_SHARE, horizons=given.horizons[:1]
    )
    rows = []
    for case, sender, target, year, hit in _cases(world):
        for method, ranks in _ranks(world, sender, target, year, given).items():
            rows.append(case_row(case, method, year, ranks, hit, top))
    if not rows:
        raise DataMissing("no coded case lies after the first year of the flows", where=FLOWS)
    tables = ranking_tables(
        ("cases", "methods"),
        rows,
        "industries",
        METHODS,
        _CASES,
        datasets=[FLOWS, MEASURES],
        text="ranks of the industries that were hit, from data of the year before the case",
        notes=[FEW],
    )
    tables |= product_tables(world, top, given)
    parameters = {
        "top": top,
        "domestic_share": given.domestic_share,
        "diversion": given.diversion,
        "horizon": given.horizons[0],
    }
    read = dataset_keys(tables.values())
    return Result(tables, provenance(world, "coercion.backtest", read, parameters))


_CASES = case_columns(
    "industries",
    year="year of the data, the last before the first measure",
    hit="industries hit by targeted measures, from HS hints",
    traded="industries with exports of the target to the sender",
)


def _cases(world: World) -> list[tuple[str, str, str, int, tuple[str, ...]]]:
    """Case, sender, target, year of the data and industries hit, for targeted measures on goods."""
    flows = world.flows()
    first_data, last_data = min(flows.years), max(flows.years)
    by_case: dict[str, list[tuple[str, str, int, tuple[str, ...]]]] = {}
    for m in measures(world):
        known = m.sender in flows.economies and m.target in flows.economies
        if (
            m.direction == PURCHASES
            and m.response == "targeted import ban"
            and m.industries
            and known
        ):
            by_case.setdefault(m.case, []).append((m.sender, m.target, m.first, m.industries))
    out = []
    for case, found in by_case.items():
        start = min(year for _, _, year, _ in found)
        hit = {industry for *_, industries in found for industry in industries}
        if start > first_data:
            listed = tuple(k for k in flows.industries if k in hit)
            out.append((case, found[0][0], found[0][1], min(start - 1, last_data), listed))
    return out


def _ranks(
    world: World, sender: str, target: str, year: int, given: Assumptions
) -> dict[str, dict[str, int]]:
    """Rank of each traded industry by method."""
    names, found = refused(world, sender, target, year, given)
    traded = found.value > 0
    scores = {
        "model": over(found.loss, found.cost) * found.credibility,
        "largest": found.value,
        "reliance": found.concentration,
        "substitutable": found.credibility,
    }
    return ranked(names, traded, scores)
