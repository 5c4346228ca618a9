"""How sure each figure of the answer page is: by its kind and by the width of its range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from isthmus.cooperation.stage import TODAY, Stage
from isthmus.cooperation.thresholds import HIGH, LOW, quantiles
from isthmus.evidence import Kind
from isthmus.study.ask.packages import held, rate
from isthmus.study.context import Context

NARROW, WIDE = 1.5, 5.0
"""Factors between the 10 and 90 % quantile up to which a figure is sure, and fairly sure."""
PARTIES, BACK = "parties", 0.02
"""Table with what is missing half a year after the last shock, and what counts as back."""


@dataclass(frozen=True, slots=True)
class Sure:
    """A figure of the page.

    Parameters
    ----------
    name : str
        Key of its texts.
    factor : float or None
        Upper over lower end of its range, the middle over packages; None where there is none.
    mark : {"high", "medium", "low", "none"}
        From `mark_of`.
    words : mapping of str to str
        What the reason is filled with.
    reason : str
        Key of the reason's text; `name` when empty.
    """

    name: str
    factor: float | None
    mark: str
    words: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


def mark_of(kind: Kind, factor: float | None) -> str:
    """Return how sure a figure is.

    High: measured and within a factor of 1.5. Medium: measured or estimated, within a factor of 5.
    Low: modelled, assumed, wider, or without a known width.
    """
    firm = kind in (Kind.MEASURED, Kind.ESTIMATED)
    if factor is None or not firm or factor > WIDE:
        return "low"
    return "high" if kind is Kind.MEASURED and factor <= NARROW else "medium"


def sure(context: Context, stage: Stage, hazard: str) -> Sequence[Sure]:
    """Return the figures of the answer page, each with its width and mark."""
    listed = held(stage)
    acts = {a.key: a for p in listed for a in stage.catalogue.members(p)}
    named = sum(bool(a.cost.published.source) for a in acts.values())
    law = sum(a.law_checked for a in acts.values())
    found = [
        _one(
            "cost",
            [_factor(quantiles(stage.cost(p, TODAY))) for p in listed],
            Kind.ASSUMED,
            named=str(named),
            all=str(len(acts)),
        )
    ]
    if hazard:
        covered = [p for p in listed if stage.covers(hazard, p, TODAY)]
        shares = [stage.saved_share(hazard, p, stage.home, TODAY) for p in covered]
        found += [
            _one("saved", [_factor(quantiles(s)) for s in shares], Kind.ASSUMED),
            _loss(stage, hazard),
        ]
    found.append(Sure("probability", None, "none"))
    if stage.recorded:
        chance = rate(context, sender=stage.parties["rival"], partner=stage.parties["partner"])
        ends = (chance.value or 0.0, chance.low or 0.0, chance.high or 0.0)
        found.append(_one("answer", [_factor(ends)], chance.kind))
    if stage.answers:
        losses = [stage.answer_loss(p) for p in listed if p.key in stage.answers]
        found += [
            _one("answer_loss", [_factor(quantiles(x)) for x in losses], Kind.ASSUMED),
            Sure("exposure", None, mark_of(Kind.ESTIMATED, None)),
        ]
    found += [
        Sure("law", None, "low", {"read": str(law), "all": str(len(acts))}),
        Sure("deterrence", None, "none"),
    ]
    return found


def _loss(stage: Stage, hazard: str) -> Sure:
    """Return how sure the loss is, with the misfit and the draws that do not recover."""
    run = stage.losses[hazard]
    factor = _factor(quantiles(stage.loss(hazard, stage.home)))
    normal = NormalDist()
    wide = np.exp((normal.inv_cdf(HIGH) - normal.inv_cdf(LOW)) * run.misfit)
    words = {"misfit": f"{np.exp(run.misfit):.1f}", "wide": f"{wide:.0f}"}
    mark = mark_of(Kind.MODELLED, factor)
    if PARTIES not in run.result.tables:
        return Sure("loss", factor, mark, words)
    rows = run.table(PARTIES, party=stage.home, level=run.levels[0])
    late = float(np.mean(rows["missing"].to_numpy() > BACK)) if rows.height else 0.0
    return Sure("loss", factor, mark, {**words, "late": f"{100.0 * late:.0f} %"}, "loss_late")


def _one(name: str, factors: Sequence[float | None], kind: Kind, **words: str) -> Sure:
    known = [f for f in factors if f is not None]
    middle = float(np.median(known)) if known else None
    return Sure(name, middle, mark_of(kind, middle), words)


def _factor(ends: tuple[float, float, float]) -> float | None:
    """Return the upper over the lower end of a range; None where the lower is not above 0."""
    _, low, high = ends
    return high / low if low > 0.0 and np.isfinite(high) else None
