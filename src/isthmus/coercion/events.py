"""What an episode did to goods trade: PPML event study with placebos, and diversion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.coercion.cases import EFFECTS, MEASURES, measures
from isthmus.coercion.diversion import diversion_rows
from isthmus.coercion.panel import FLOWS, REST, Episode, Panel, episode, read_panel
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Kind, Result, Table
from isthmus.evidence.frames import MONEY, attribute, dimension, finite, number, provenance, table
from isthmus.kernels.concentration import ratio
from isthmus.kernels.threeway import ThreeWayFit, fit
from isthmus.kernels.threeway_events import estimate_events, one_step
from isthmus.world import World

Array = NDArray[np.float64]

CITATIONS = (
    "Santos Silva, J. M. C., Tenreyro, S. (2006), The Log of Gravity, Review of Economics and "
    "Statistics 88(4).",
    "Correia, S., Guimaraes, P., Zylkin, T. (2020), Fast Poisson estimation with "
    "high-dimensional fixed effects, The Stata Journal 20(1).",
)
RELATIVE = (
    "an effect is relative to the target's other destinations and the sender's other origins in "
    "the same industry and year; it is not a level"
)
UNSEEN = (
    "annual flows by broad industry cannot see: the months within a year, products inside an "
    "industry that were spared or hit, goods that reach the sender through hubs, services and "
    "tourism, investment, and pressure on firms of third countries"
)
ONE_PAIR = (
    "one pair is treated: errors clustered by pair say nothing about it, so the effect is held "
    "against pairs without an episode"
)
PLACEBO_TOLERANCE = 1e-9  # placebos are compared with each other to a percent, not to digits
BASELINE_YEARS = 3
PLACEBO_SIZE = 0.25  # smallest flow of a placebo pair, relative to the pair of the episode


@dataclass(frozen=True)
class Setting:
    """Cells of an episode in the cubes.

    Parameters
    ----------
    exporter, importer : int
        Positions of the pair.
    years : tuple of int
        Positions of the years with an effect of their own.
    baseline : tuple of int
        Positions of all other years.
    """

    exporter: int
    importer: int
    years: tuple[int, ...]
    baseline: tuple[int, ...]


def event_study(
    world: World,
    case: str,
    *,
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
        ``effects``: by year, with the share of placebos as large; ``trade``: the flows themselves
        and published figures; ``diversion``: sales elsewhere against a counterfactual without
        exporter effects; ``placebos``: every placebo.

    Raises
    ------
    CodeUnknown, DataMissing
        For an unknown case, or one that goods flows do not cover.
    BadInput
        For an unknown direction, or negative numbers.
    """
    if direction not in ("exports", "imports"):
        raise BadInput(f"direction {direction!r}: 'exports' or 'imports'", where="direction")
    if min(leads, placebos, full) < 0:
        raise BadInput("leads, placebos and full must be zero or more", where="placebos")
    hit, panel = episode(world, case), read_panel(world)
    setting = _setting(panel, hit, direction, leads)
    flows = [panel.cube(k) for k in hit.industries]
    bases = [fit(X) for X in flows]
    cells = _cells([(setting.exporter, setting.importer)], setting.years)
    i, j, t = cells
    estimate = estimate_events(bases, flows, (i[0], j[0], t[0]))
    pairs = _placebo_pairs(world, panel, hit, setting, placebos, seed)
    steps = one_step(
        bases, flows, _cells([(setting.exporter, setting.importer), *pairs], setting.years)
    )
    again = _full(bases, flows, pairs[:full], setting.years)
    notes = _notes(panel, hit, setting)
    tables = {
        "effects": _effects(panel, hit, setting, estimate.coef, steps, notes),
        "trade": _trade(world, panel, hit, notes),
        "diversion": _diversion(panel, hit, notes),
        "placebos": _placebos(panel, hit, setting, pairs, steps[1:], again),
    }
    parameters = {
        "case": case,
        "direction": direction,
        "leads": leads,
        "placebos": placebos,
        "full": full,
        "industries": list(hit.industries),
        "iterations": estimate.iterations,
        "gap": estimate.gap,
    }
    made = provenance(
        world, "coercion.event_study", [FLOWS, MEASURES, EFFECTS], parameters, seed=seed
    )
    return Result(tables, made, CITATIONS)


def _setting(panel: Panel, hit: Episode, direction: str, leads: int) -> Setting:
    pair = (panel.place(hit.target), panel.place(hit.sender))
    if direction == "imports":
        pair = pair[::-1]
    inside = [t for t, y in enumerate(panel.years) if hit.first <= y <= hit.last]
    if not inside:
        raise DataMissing(
            f"{hit.case} lies outside the years of the flows",
            where=FLOWS,
            hint=f"the flows cover {panel.years[0]} to {panel.years[-1]}",
        )
    before = [t for t, y in enumerate(panel.years) if y < hit.first]
    kept = max(0, min(leads, len(before) - BASELINE_YEARS))
    years = tuple(before[len(before) - kept :] + inside)
    baseline = tuple(t for t in range(len(panel.years)) if t not in years)
    if not baseline:
        raise DataMissing(
            f"{hit.case} fills all years of the flows: there is nothing to compare with",
            where=FLOWS,
        )
    return Setting(*pair, years, baseline)


def _cells(
    pairs: Sequence[tuple[int, int]], years: Sequence[int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    shape = (len(pairs), len(years))
    i = np.broadcast_to(np.array([p[0] for p in pairs], dtype=np.int64)[:, None], shape)
    j = np.broadcast_to(np.array([p[1] for p in pairs], dtype=np.int64)[:, None], shape)
    t = np.broadcast_to(np.array(years, dtype=np.int64)[None, :], shape)
    return i, j, t


def _placebo_pairs(
    world: World, panel: Panel, hit: Episode, setting: Setting, count: int, seed: int
) -> list[tuple[int, int]]:
    """Draw pairs without a coded case whose flows are of a size to be compared."""
    touched = {(m.sender, m.target) for m in measures(world)}
    total = np.sum([panel.cube(k) for k in hit.industries], axis=0)
    size = total[:, :, list(setting.baseline)].mean(axis=2)
    smallest = PLACEBO_SIZE * size[setting.exporter, setting.importer]
    fits = (size >= smallest) & (total > 0).all(axis=2)
    candidates = [
        (i, j)
        for i, a in enumerate(panel.economies)
        for j, b in enumerate(panel.economies)
        if i != j and fits[i, j] and REST not in (a, b)
        and (a, b) not in touched and (b, a) not in touched
    ]  # fmt: skip
    order = np.random.default_rng(seed).permutation(len(candidates))
    return [candidates[n] for n in order[:count]]


def _full(
    bases: Sequence[ThreeWayFit],
    flows: Sequence[Array],
    pairs: Sequence[tuple[int, int]],
    years: Sequence[int],
) -> Array:
    out = np.empty((len(pairs), len(years)))
    for n, pair in enumerate(pairs):
        i, j, t = _cells([pair], years)
        out[n] = estimate_events(bases, flows, (i[0], j[0], t[0]), tolerance=PLACEBO_TOLERANCE).coef
    return out


def _effects(
    panel: Panel, hit: Episode, setting: Setting, b: Array, steps: Array, notes: Sequence[str]
) -> Table:
    """Effects with the share of placebos whose one step is as large as that of the episode."""
    years = [panel.years[t] for t in setting.years]
    own, others = steps[0], steps[1:]
    n = len(others)
    larger = (np.abs(others) >= np.abs(own)).sum(axis=0)
    below = (others <= own).sum(axis=0)
    flow = [
        float(sum(panel.cube(k)[setting.exporter, setting.importer, t] for k in hit.industries))
        for t in setting.years
    ]
    frame = pl.DataFrame(
        {
            "case": hit.case,
            "exporter": panel.economies[setting.exporter],
            "importer": panel.economies[setting.importer],
            "year": years,
            "phase": ["before" if y < hit.first else "measures" for y in years],
            "value": flow,
            "effect": np.expm1(b),
            "log_effect": b,
            "one_step": np.expm1(own),
            "placebos": n,
            "as_large": finite(larger / n if n else np.full(len(own), np.nan)),
            "as_low": finite(below / n if n else np.full(len(own), np.nan)),
            "kind": Kind.ESTIMATED.value,
        }
    )
    columns = [
        dimension("case"),
        dimension("exporter"),
        dimension("importer"),
        dimension("year"),
        attribute("phase", "before the first measure, or with measures in force"),
        number("value", MONEY, "flow in the industries of the measures"),
        number("effect", "share", "exp(b) - 1, relative to other destinations and origins"),
        number("log_effect", "1", "b"),
        number("one_step", "share", "the same after one Newton step, to compare with placebos"),
        attribute("placebos", "pairs without an episode"),
        number("as_large", "share", "part of the placebos with as large a step, either sign"),
        number("as_low", "share", "part of the placebos with as low a step"),
        attribute("kind"),
    ]
    return table(
        "effects", frame, columns, kind=Kind.ESTIMATED, datasets=[FLOWS, MEASURES],
        text=f"effect of {hit.case} by year: {hit.goods}",
        notes=[*notes, RELATIVE, ONE_PAIR, UNSEEN],
    )  # fmt: skip


def _trade(world: World, panel: Panel, hit: Episode, notes: Sequence[str]) -> Table:
    """Flows of the pair both ways by year, with changes since the last year before the case."""
    i, j = panel.place(hit.target), panel.place(hit.sender)
    base = max([t for t, y in enumerate(panel.years) if y < hit.first], default=0)
    chosen = [panel.industries.index(k) for k in hit.industries]
    scopes = {"goods": list(range(len(panel.industries))), "industries of the measures": chosen}
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
    ).with_columns(
        pl.lit(hit.case).alias("case"),
        pl.lit(panel.years[base]).alias("base_year"),
        pl.lit(Kind.MEASURED.value).alias("kind"),
    )
    columns = [
        dimension("case"),
        dimension("exporter"),
        dimension("importer"),
        dimension("scope"),
        dimension("year"),
        number("value", MONEY),
        number("change", "share", "since the base year"),
        attribute("base_year", "last year before the first measure, or the first of the flows"),
        attribute("kind"),
    ]
    published = _published(world, hit, panel.years[base])
    return table(
        "trade", frame, columns, kind=Kind.MEASURED, datasets=[FLOWS, EFFECTS],
        text=f"goods trade of {hit.target} and {hit.sender}", notes=[*notes, *published],
    )  # fmt: skip


def _published(world: World, hit: Episode, base: int) -> list[str]:
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


def _diversion(panel: Panel, hit: Episode, notes: Sequence[str]) -> Table:
    frame = diversion_rows(panel, hit)
    columns = [
        dimension("case"),
        dimension("year"),
        number("lost", MONEY, "counterfactual less actual exports to the sender"),
        number("elsewhere", MONEY, "actual less counterfactual exports to all others"),
        number("diverted", "share", "elsewhere over lost; null where nothing was lost"),
        number("lost_share", "share", "lost over all goods exports of the target"),
        attribute("kind"),
    ]
    return table(
        "diversion", frame, columns, kind=Kind.MODELLED, datasets=[FLOWS], text=(
            "counterfactual: exports of the three years before the first measure, grown with each "
            "destination's imports from all other origins; no exporter effect, so that sales "
            "elsewhere are not absorbed"
        ),
        notes=[*notes, "growth of the target's supply for other reasons counts as diversion"],
    )  # fmt: skip


def _placebos(
    panel: Panel,
    hit: Episode,
    setting: Setting,
    pairs: Sequence[tuple[int, int]],
    steps: Array,
    again: Array,
) -> Table:
    rows = [
        (
            hit.case, panel.economies[i], panel.economies[j], panel.years[t],
            float(np.expm1(steps[p, h])),
            float(np.expm1(again[p, h])) if p < len(again) else None,
        )
        for p, (i, j) in enumerate(pairs)
        for h, t in enumerate(setting.years)
    ]  # fmt: skip
    frame = pl.DataFrame(
        rows,
        schema={
            "case": pl.String, "exporter": pl.String, "importer": pl.String, "year": pl.Int64,
            "one_step": pl.Float64, "effect": pl.Float64,
        },
        orient="row",
    ).with_columns(pl.lit(Kind.ESTIMATED.value).alias("kind"))  # fmt: skip
    columns = [
        dimension("case"),
        dimension("exporter"),
        dimension("importer"),
        dimension("year"),
        number("one_step", "share", "effect after one Newton step"),
        number("effect", "share", "estimated in full; null where it was not"),
        attribute("kind"),
    ]
    return table(
        "placebos", frame, columns, kind=Kind.ESTIMATED, datasets=[FLOWS],
        text="the same years for pairs without a coded case",
        notes=[f"pairs with at least {PLACEBO_SIZE:g} of the flow of the episode's pair"],
    )  # fmt: skip


def _notes(panel: Panel, hit: Episode, setting: Setting) -> list[str]:
    out = [f"industries: {', '.join(hit.industries)}; from HS hints that are general knowledge"]
    if hit.first < panel.years[0]:
        out.append(
            f"the measures began in {hit.first}, before the flows: only the tail is seen, against "
            "the years after their end"
        )
    elif len([t for t in setting.baseline if panel.years[t] < hit.first]) < BASELINE_YEARS:
        out.append("fewer than three years before the first measure: a weak comparison")
    if hit.month >= 7:
        out.append(f"{hit.first} is treated for part of the year only (month {hit.month})")
    return out
