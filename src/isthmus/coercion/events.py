"""What an episode did to goods trade: PPML event study with placebos, recovery and diversion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isthmus.coercion.cases import EFFECTS, MEASURES, measures
from isthmus.coercion.design import EpisodeCells, cells_of, design, placebo_pairs
from isthmus.coercion.diversion import diversion_rows
from isthmus.coercion.event_flows import diversion_table, trade_table
from isthmus.coercion.event_tables import (
    EventEstimate,
    case_notes,
    effects_table,
    placebos_table,
    recovery_table,
)
from isthmus.coercion.panel import FLOWS, Panel, TradeEpisode, episode, read_panel
from isthmus.coercion.product_panel import product_episode, product_panel
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Result, provenance
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.placebo import placebo_interval
from isthmus.kernels.threeway import ThreeWayFit, fit
from isthmus.kernels.threeway_events import estimate_events, one_step
from isthmus.world import World

CITATIONS = (
    "Santos Silva, J. M. C., Tenreyro, S. (2006), The Log of Gravity, Review of Economics and "
    "Statistics 88(4).",
    "Correia, S., Guimaraes, P., Zylkin, T. (2020), Fast Poisson estimation with "
    "high-dimensional fixed effects, The Stata Journal 20(1).",
    'Conley, T. G., Taber, C. R. (2011), Inference with "difference in differences" with a small '
    "number of policy changes, Review of Economics and Statistics 93(1).",
)
TOLERANCE = 1e-12
PLACEBO_TOLERANCE = 1e-9  # placebos are compared with each other to a percent, not to digits
SPARSE_TOLERANCE = 1e-9  # products are mostly zeros; cells that separate drift for long


@lens("coercion.event_study", {"case": "LTU-2021", "placebos": 1, "full": 0})
def event_study(
    world: World,
    case: str,
    *,
    products: Sequence[str] = (),
    direction: str = "exports",
    leads: int = 2,
    placebos: int = 200,
    full: int = 20,
    seed: int = 0,
) -> Result:
    """Return the effect of an episode on goods trade between target and sender, year by year.

    ``E[X_ijkt] = exp(b_t 1(pair of the episode) + l_ijk + m_ikt + n_jkt)`` over the industries of
    the measures, one b_t for all of them.

    Parameters
    ----------
    world : World
        The data.
    case : str
        Id of a coded case.
    products : sequence of str
        Products whose trade the world holds, instead of the industries of the measures.
    direction : {"exports", "imports"}
        Exports of the target to the sender (what the measures touched), or its imports from the
        sender in the same industries.
    leads : int
        Years before the first measure with an effect of their own; fewer where the flows start
        late.
    placebos : int
        Number of pairs without an episode for which the same years are estimated in one step.
    full : int
        How many of these are estimated in full as well.
    seed : int
        Seed of the choice of placebos.

    Returns
    -------
    Result
        ``effects``: by year, with an interval from the placebos and the share of them as large;
        ``recovery``: deepest year and half-life; ``trade``: the flows themselves and published
        figures; ``diversion``: sales elsewhere against a counterfactual without exporter effects;
        ``placebos``: every placebo.

    Raises
    ------
    CodeUnknown, DataMissing
        For an unknown case or product, or a case that these flows do not cover.
    BadInput
        For an unknown direction, or negative numbers.
    """
    if direction not in ("exports", "imports"):
        raise BadInput(f"direction {direction!r}: 'exports' or 'imports'", where="direction")
    if min(leads, placebos, full) < 0:
        raise BadInput("leads, placebos and full must be zero or more", where="placebos")
    if products:
        hit, panel = product_episode(world, case, products), product_panel(world, products)
    else:
        hit, panel = episode(world, case), read_panel(world)
    tolerance = SPARSE_TOLERANCE if products else TOLERANCE
    setting = design(panel, hit, direction, leads)
    flows = [panel.cube(k) for k in hit.industries]
    bases = [fit(X, tolerance=tolerance) for X in flows]
    own = (setting.exporter, setting.importer)
    _flow_in_every_year(panel, hit, setting)
    i, j, t = cells_of([own], setting.years)
    estimate = estimate_events(bases, flows, (i[0], j[0], t[0]), tolerance=tolerance)
    pairs = placebo_pairs(world, panel, hit, setting, placebos, seed)
    steps = one_step(bases, flows, cells_of([own, *pairs], setting.years))
    again = _full(bases, flows, pairs[:full], setting.years)
    found = EventEstimate(panel, hit, setting, estimate.coef, steps, pairs, again)
    notes = case_notes(found, measures(world))
    low, high = placebo_interval(estimate.coef, steps[1:])
    tables = {
        "effects": effects_table(found, low, high, notes),
        "recovery": recovery_table(found, low, high, notes),
        "trade": trade_table(world, found, notes),
        "diversion": diversion_table(found, diversion_rows(panel, hit, pairs), notes),
        "placebos": placebos_table(found),
    }
    parameters = {
        "case": case,
        "products": list(products),
        "direction": direction,
        "leads": leads,
        "placebos": placebos,
        "full": full,
        "industries": [] if products else list(hit.industries),
        "iterations": estimate.iterations,
        "gap": estimate.gap,
    }
    read = [*dict.fromkeys((FLOWS, panel.dataset)), MEASURES, EFFECTS]
    made = provenance(world, "coercion.event_study", read, parameters, seed=seed)
    return Result(tables, made, CITATIONS)


def _flow_in_every_year(panel: Panel, hit: TradeEpisode, setting: EpisodeCells) -> None:
    """Refuse what has no finite estimate: a year in which nothing was sold."""
    flow = sum(panel.cube(k)[setting.exporter, setting.importer] for k in hit.industries)
    empty = [panel.years[t] for t in setting.years if not np.asarray(flow)[t] > 0]
    if empty:
        raise DataMissing(
            f"{hit.case}: no flow in {', '.join(map(str, empty))}, so that the effect has no "
            "finite estimate",
            where=panel.dataset,
            hint="choose other products, or the industries of the measures",
        )


def _full(
    bases: Sequence[ThreeWayFit],
    flows: Sequence[Array],
    pairs: Sequence[tuple[int, int]],
    years: Sequence[int],
) -> Array:
    out = np.empty((len(pairs), len(years)))
    for n, pair in enumerate(pairs):
        i, j, t = cells_of([pair], years)
        out[n] = estimate_events(bases, flows, (i[0], j[0], t[0]), tolerance=PLACEBO_TOLERANCE).coef
    return out
