"""Tables of an event study: effects with intervals, recovery, placebos."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import polars as pl

from isthmus.coercion.cases import MEASURES, PURCHASES, CaseMeasure
from isthmus.coercion.design import (
    BASELINE_YEARS,
    FEWEST_PLACEBOS,
    PLACEBO_SIZE,
    EpisodeCells,
)
from isthmus.coercion.panel import Panel, TradeEpisode
from isthmus.evidence import Kind, Table
from isthmus.evidence.frames import (
    MONEY,
    attribute,
    dimension,
    finite,
    framed,
    number,
    ranged,
    table,
)
from isthmus.kernels.arrays import Array
from isthmus.kernels.concentration import ratio
from isthmus.kernels.placebo import half_life, placebo_interval

RELATIVE = (
    "an effect is relative to the target's other destinations and the sender's other origins in "
    "the same items and year; it is not a level, and where others step in for the target it is "
    "larger than the loss"
)
UNSEEN = {
    "industries": (
        "annual flows by broad industry cannot see: the months within a year, products inside an "
        "industry that were spared or hit, goods that reach the sender through hubs, services "
        "and tourism, investment, and pressure on firms of third countries"
    ),
    "products": (
        "annual flows of single products cannot see: the months within a year, all other "
        "products of the measures, goods that reach the sender through hubs, services and "
        "tourism, investment, and pressure on firms of third countries"
    ),
}
ONE_PAIR = (
    "one pair is treated: errors clustered by pair say nothing about it; low and high hold the "
    "effects that pairs without an episode do not make unusual at 5 %, which takes the pair's own "
    "error to be like theirs"
)
PAIR = (dimension("case"), dimension("exporter"), dimension("importer"))
LOWER = "lower end of the 95 % interval; null with too few placebos"
CUT = (
    "some years of these data list larger flows only; the same cut is made in every year, and a "
    "flow that is not listed is zero"
)


class EventEstimate(NamedTuple):
    """What an event study estimated.

    Attributes
    ----------
    panel, hit, setting
        Flows, episode, cells.
    coef : (H,) array
        Log effects.
    steps : (1 + P, H) array
        One-step log effects, the episode first.
    pairs : list of (int, int)
        Placebos.
    again : (F, H) array
        Log effects of the first placebos, in full.
    """

    panel: Panel
    hit: TradeEpisode
    setting: EpisodeCells
    coef: Array
    steps: Array
    pairs: list[tuple[int, int]]
    again: Array

    @property
    def names(self) -> tuple[str, str]:
        """Exporter and importer."""
        economies = self.panel.economies
        return economies[self.setting.exporter], economies[self.setting.importer]

    @property
    def years(self) -> list[int]:
        """Years with an effect of their own."""
        return [self.panel.years[t] for t in self.setting.years]

    @property
    def flow(self) -> Array:
        """Flow of the pair in the items of the episode, by year of the panel."""
        i, j = self.setting.exporter, self.setting.importer
        return np.asarray(sum(self.panel.cube(k)[i, j] for k in self.hit.industries))


def case_notes(found: EventEstimate, coded: Sequence[CaseMeasure]) -> list[str]:
    """Return what limits this case in particular."""
    panel, hit = found.panel, found.hit
    out = [f"{panel.items}: {', '.join(hit.industries)}; from HS hints that are general knowledge"]
    before = [t for t in found.setting.baseline if panel.years[t] < hit.first]
    if not before:
        out.append(
            f"the measures began in {hit.first}, before the flows: only the tail is seen, against "
            "the years after their end"
        )
    elif len(before) < BASELINE_YEARS:
        out.append("fewer than three years before the first measure: a weak comparison")
    if hit.month >= 7:
        out.append(f"{hit.first} is treated for part of the year only (month {hit.month})")
    others = _overlapping(found, coded)
    if others:
        out.append(
            f"the same pair and years also hold {', '.join(others)}: neither the effect nor the "
            "years it is compared with are of this case alone"
        )
    if panel.items == "products":
        out.append(CUT)
    return out


def _overlapping(found: EventEstimate, coded: Sequence[CaseMeasure]) -> list[str]:
    """Other cases of the same pair against purchases, within the years of the flows."""
    hit, years = found.hit, found.panel.years
    return list(
        dict.fromkeys(
            m.case
            for m in coded
            if (m.sender, m.target) == (hit.sender, hit.target)
            and m.case != hit.case
            and m.direction == PURCHASES
            and m.industries
            and m.first <= years[-1]
            and m.last >= years[0]
        )
    )


def effects_table(found: EventEstimate, low: Array, high: Array, notes: Sequence[str]) -> Table:
    """Return effects with intervals, and the share of placebos whose one step is as large.

    The baseline is the mean of the years without an effect of their own; ``since`` compares with
    the last year before the measures instead, which matters where trade was growing before.
    """
    hit, years = found.hit, found.years
    since = _since(found)
    own, others = found.steps[0], found.steps[1:]
    n = len(others)
    missing = np.full(len(own), np.nan)
    larger = (np.abs(others) >= np.abs(own)).sum(axis=0)
    phases = [
        "before" if y < hit.first else "measures" if y <= hit.last else "after" for y in years
    ]
    frame = pl.DataFrame(
        {
            "case": hit.case,
            "exporter": found.names[0],
            "importer": found.names[1],
            "year": years,
            "phase": phases,
            "value": found.flow[list(found.setting.years)],
            "effect": np.expm1(found.coef),
            "low": finite(np.expm1(low)),
            "high": finite(np.expm1(high)),
            "since": finite(since[0]),
            "since_low": finite(since[1]),
            "since_high": finite(since[2]),
            "log_effect": found.coef,
            "one_step": np.expm1(own),
            "placebos": n,
            "as_large": finite(larger / n if n else missing),
            "as_low": finite((others <= own).sum(axis=0) / n if n else missing),
        }
    )
    columns = [
        *PAIR,
        dimension("year"),
        attribute("phase", "before the first measure, with measures in force, or after"),
        number("value", MONEY, "flow in the items of the measures"),
        number("effect", "share", "exp(b) - 1, relative to other destinations and origins"),
        number("low", "share", LOWER),
        number("high", "share", "upper end"),
        *ranged(
            "since",
            "share",
            "the same against the last year before; null where it has no effect of its own",
            "lower end of its 95 % interval",
            "upper end",
        ),
        number("log_effect", "1", "b"),
        number("one_step", "share", "approximation in one step, to compare with placebos"),
        attribute("placebos", "pairs without an episode"),
        number("as_large", "share", "part of the placebos with as large a log effect, either sign"),
        number("as_low", "share", "part of the placebos with as low an effect"),
        attribute("kind"),
    ]
    return table(
        "effects",
        frame,
        columns,
        kind=Kind.ESTIMATED,
        datasets=[found.panel.dataset, MEASURES],
        text=f"effect of {hit.case} by year: {hit.goods}",
        notes=[*notes, RELATIVE, ONE_PAIR, UNSEEN[found.panel.items]],
    )


def _since(found: EventEstimate) -> tuple[Array, Array, Array]:
    """Effects against that of the last year before, with intervals; NaN without such a year."""
    before = [h for h, y in enumerate(found.years) if y < found.hit.first]
    if not before:
        missing = np.full(len(found.years), np.nan)
        return missing, missing, missing
    last = before[-1]
    change = found.coef - found.coef[last]
    low, high = placebo_interval(change, found.steps[1:] - found.steps[1:, last : last + 1])
    low[last] = high[last] = 0.0
    return np.expm1(change), np.expm1(low), np.expm1(high)


def recovery_table(found: EventEstimate, low: Array, high: Array, notes: Sequence[str]) -> Table:
    """Return the deepest year and the years until half of the fall is left, if it is seen."""
    hit, panel = found.hit, found.panel
    since = [h for h, y in enumerate(found.years) if y >= hit.first]
    years = [found.years[h] for h in since]
    rows = [_recovery("effect", years, np.expm1(found.coef[since]))]
    peak = half_life(np.expm1(found.coef[since]))[0]
    if peak >= 0:
        at = since[peak]
        rows[0] |= {"low": np.expm1(low[at]), "high": np.expm1(high[at])}
    before = [t for t, y in enumerate(panel.years) if y < hit.first]
    if before:
        after = [t for t, y in enumerate(panel.years) if y >= hit.first]
        base = found.flow[before[-1]]
        change = ratio(found.flow[after], np.full(len(after), base)) - 1.0
        rows.append(_recovery("flow", [panel.years[t] for t in after], change))
    made = pl.DataFrame(rows, schema_overrides={"peak_year": pl.Int64})
    frame = made.with_columns(
        pl.lit(hit.case).alias("case"),
        *(finite(made[c].to_numpy()).alias(c) for c in ("peak", "low", "high", "half_life")),
    )
    columns = [
        dimension("case"),
        dimension("measure", "effect: relative, as in effects; flow: change of the flow itself"),
        attribute("peak_year", "year of the deepest fall; null where nothing fell"),
        number("peak", "share", "deepest fall"),
        number("low", "share", "lower end of its 95 % interval"),
        number("high", "share", "upper end"),
        attribute("last_year", "last year seen"),
        number("last", "share", "fall that is left in the last year"),
        number("half_life", "years", "from the deepest year until half of the fall is left"),
        attribute("outcome", "recovered by half, not recovered within the years, or no fall"),
        attribute("kind"),
    ]
    return table(
        "recovery",
        frame,
        columns,
        kind=Kind.ESTIMATED,
        datasets=[panel.dataset, MEASURES],
        text=(
            "between two years the fall is taken to fade at a constant rate; the flow is compared "
            "with the last year before the first measure; the half-life of a fall whose interval "
            "holds zero says nothing"
        ),
        notes=[*notes, RELATIVE],
    )


def _recovery(measure: str, years: Sequence[int], path: Array) -> dict[str, object]:
    at, steps = half_life(path)
    out: dict[str, object] = {"measure": measure, "low": np.nan, "high": np.nan}
    out |= {"last_year": years[-1], "last": float(path[-1]), "half_life": steps}
    if at < 0:
        return out | {"peak_year": None, "peak": np.nan, "outcome": "no fall"}
    done = "recovered by half" if np.isfinite(steps) else "not recovered within the years"
    return out | {"peak_year": years[at], "peak": float(path[at]), "outcome": done}


def placebos_table(found: EventEstimate) -> Table:
    """Return every placebo."""
    economies, again = found.panel.economies, found.again
    rows = [
        (
            found.hit.case,
            economies[i],
            economies[j],
            year,
            float(np.expm1(found.steps[1 + p, h])),
            float(np.expm1(again[p, h])) if p < len(again) else None,
        )
        for p, (i, j) in enumerate(found.pairs)
        for h, year in enumerate(found.years)
    ]
    columns = [
        *PAIR,
        dimension("year"),
        number("one_step", "share", "effect after one step of the fixed effects"),
        number("effect", "share", "estimated in full; null where it was not"),
    ]
    return table(
        "placebos",
        framed(rows, columns, whole=("year",)),
        [*columns, attribute("kind")],
        kind=Kind.ESTIMATED,
        datasets=[found.panel.dataset],
        text="the same years for pairs without a coded case",
        notes=[
            f"pairs with at least {PLACEBO_SIZE:g} of the flow of the episode's pair, or the "
            f"{FEWEST_PLACEBOS} largest"
        ],
    )
