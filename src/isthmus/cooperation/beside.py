"""Tables of what stands beside thresholds: answers, indicators, time, what is not measured."""

from __future__ import annotations

from typing import Any

import numpy as np

from isthmus.coercion.act import ARMS
from isthmus.coercion.engine import SUPPORT
from isthmus.coercion.record import STEPS
from isthmus.coercion.response_tables import COVERED
from isthmus.coercion.stakes import FLOWS
from isthmus.cooperation.asked import question
from isthmus.cooperation.listing import MONEY, UNCHECKED, YEARLY
from isthmus.cooperation.stage import DIVERTED, Stage
from isthmus.cooperation.thresholds import RANGE, of_range, quantiles
from isthmus.ensemble.losses.duration import processor_minutes
from isthmus.evidence import IN_UNIT, SHARE, Table
from isthmus.evidence.frames import attribute, dimension, number, of_rows
from isthmus.scenario.actions import Action
from isthmus.scenario.hazards import Hazard

READINGS = ("record, European", "record, American arms", "response model")

ONCE = (
    "an act is answered once, on one to five members drawn by their exposure; the sum over members "
    "acting alone is no answer"
)
TWO = (
    "two readings that are not averaged: cases over steps with a Beta(1/2, 1/2) prior, and the "
    f"response model calibrated to them; from a military degree of {ARMS:g} the American rate of "
    "arms sales stands beside as the upper reading"
)
UNITS = "table outputs says what the line makes of it; no engine turns units into money"
MOSTLY = (
    f"where all helpers belong to home, {DIVERTED.low:.0%} to {DIVERTED.high:.0%} of what support "
    f"takes away counts for it as a whole (assumed: {DIVERTED.reason}); the rest is a transfer; "
    "for a home that others help all of it counts"
)
NO_RIVAL = "the study names no rival: there is nobody whose answer could be priced"
NO_RECORD = "no step towards this partner is coded: the record has no rate"
NO_STEP = "packages without a row hold no step towards the partner: nothing is answered"


def answers(stage: Stage) -> Table:
    """Probability of an economic answer by reading, and the loss if there is one."""
    rows: list[tuple[Any, ...]] = []
    for key, found in stage.answers.items():
        package = stage.catalogue.package(key)
        agreed, loss = stage.support(package), stage.answer_loss(package)
        order = np.argsort(-found.chance_hit, kind="stable")[:5]
        who = ", ".join(f"{found.members[i]} {100.0 * found.chance_hit[i]:.0f} %" for i in order)
        for name, chance in zip(READINGS, (found.record, found.upper, found.model), strict=True):
            if chance is not None:
                rows.append((key, name, *quantiles(chance), *quantiles(loss), agreed, who))
    columns = (
        dimension("package", "key"),
        dimension("reading", "of how often"),
        *of_range("value", SHARE, "chance of an economic answer to the act"),
        *of_range("loss", MONEY, "value added lost given one, over its time"),
        attribute("support", "help of the bloc"),
        attribute("hit", "most often among those hit, share of draws"),
    )
    notes = [RANGE, ONCE, TWO, COVERED]
    if "rival" not in stage.parties:
        notes = [NO_RIVAL]
    elif any(a.record is None for a in stage.answers.values()):
        notes.append(NO_RECORD)
    if any(p.actions and stage.act(p) is None for p in stage.packages):
        notes.append(NO_STEP)
    used = [key for key in (STEPS, FLOWS) if key in stage.world]
    text = "what may answer each package, as one act"
    return of_rows("answers", rows, columns, text, datasets=used, notes=notes)


def support(stage: Stage) -> Table:
    """Loss given an answer by support: what is left to those hit, what moves, what is saved."""
    rows = []
    for key, found in stage.answers.items():
        lost = found.loss * stage.eur
        for g, name in enumerate(SUPPORT):
            taken = lost[:, 0] - lost[:, g]
            saved = stage.diverted * taken
            own = (*quantiles(saved), *quantiles(taken - saved))
            rows.append((key, name, *quantiles(lost[:, g]), *own))
    columns = (
        dimension("package", "key"),
        dimension("support", "help of the bloc"),
        *of_range("value", MONEY, "loss given an answer that is left to those who are hit"),
        *of_range(
            "diverted", MONEY, "taken away from home as a whole: sales diverted, answers withdrawn"
        ),
        *of_range("moved", MONEY, "borne by others in place of those who are hit: a transfer"),
    )
    text = "what support changes for those who are hit, and for home as a whole"
    used = [FLOWS] if FLOWS in stage.world else []
    return of_rows("support", rows, columns, text, datasets=used, notes=(RANGE, MOSTLY))


def indicators(stage: Stage) -> Table:
    """What actions are for where no euro measures it, and what a unit of it costs."""
    rows = []
    for action in _held(stage):
        mark = action.indicator
        if mark is None:
            continue
        cost = stage.cost_of(action)
        low, high = mark.gain
        middle = abs(mark.goal.middle - mark.start.middle)
        each = [
            c / g if g else np.inf for c, g in zip(_ends(cost), (high, middle, low), strict=True)
        ]
        rows.append(
            (
                action.key,
                mark.quantity,
                mark.start.low,
                mark.start.high,
                mark.goal.low,
                mark.goal.high,
                mark.unit,
                each[1],
                each[0],
                each[2],
                f"{YEARLY} per {mark.unit}",
            )
        )
    columns = (
        dimension("action", "key"),
        dimension("quantity", "what is counted"),
        number("start_low", IN_UNIT, "before, lower end"),
        number("start_high", IN_UNIT, "upper end"),
        number("goal_low", IN_UNIT, "at full effect, lower end"),
        number("goal_high", IN_UNIT, "upper end"),
        attribute("unit", "of the indicator"),
        number("value", "million EUR a year per unit", "net cost of one unit, middle"),
        number("low", "million EUR a year per unit", "cheapest: low cost, largest gain"),
        number("high", "million EUR a year per unit", "dearest; none: perhaps no gain at all"),
        attribute("cost_unit", "in words"),
    )
    note = "an action pays by its indicator if one unit is worth more a year than this"
    return of_rows(
        "indicators", rows, columns, "what no euro measures, and its cost by unit", notes=(note,)
    )


def timing(stage: Stage) -> Table:
    """When a package works, who decides, how, and how it is undone."""
    rows: list[tuple[Any, ...]] = []
    for package in stage.packages:
        held = stage.catalogue.members(package)
        if not held:
            continue
        first = min(a.lead_months.low for a in held)
        full = [a.lead_months.high + a.ramp_months.high for a in held]
        law = sum(a.law_checked for a in held)
        rows.append(
            (
                package.key,
                first,
                max(a.lead_months.low + a.ramp_months.low for a in held),
                max(full),
                max(a.undo_months.high for a in held),
                "; ".join(sorted({a.decider for a in held})),
                "; ".join(sorted({a.vote for a in held if a.vote != "none"})) or "none",
                f"{law} of {len(held)} seen on a page",
                "; ".join(a.title for a in held if a.reversibility == "hard") or "nothing",
                package.lower or "none stated",
            )
        )
    columns = (
        dimension("package", "key"),
        number("first", "months", "to the first effect of any action, at best"),
        number("full_low", "months", "to the full effect of all, at best"),
        number("full_high", "months", "to the full effect of all, at worst"),
        number("undo", "months", "until the last action is undone, at worst"),
        attribute("decider", "who decides"),
        attribute("vote", "how"),
        attribute("law", "legal bases"),
        attribute("stays", "what cannot be undone soon"),
        attribute("lower", "the same content at a lower step"),
    )
    return of_rows(
        "timing", rows, columns, "months to effect, who decides, exit", notes=(UNCHECKED,)
    )


def not_measured(stage: Stage) -> Table:
    """What of actions and hazards no engine measures, by name."""
    rows = []
    for action in _held(stage):
        if action.not_measured:
            rows.append((action.key, action.title, "no effect is measured", action.not_measured))
        elif action.indicator is not None and not action.money:
            told = f"indicator only: {action.indicator.quantity}"
            rows.append((action.key, action.title, told, "no engine turns it into money"))
        elif not action.money:
            rows.append((action.key, action.title, "units of a line only", UNITS))
    for hazard in stage.catalogue.hazards:
        if hazard.engine == "none":
            rows.append((hazard.key, hazard.title, "no loss in money", hazard.no_engine))
        elif hazard in stage.real and hazard.key not in stage.losses:
            told = f"no recorded run: isthmus package prepare makes it, {_time(stage, hazard)}"
            rows.append((hazard.key, hazard.title, "not prepared", told))
    columns = (
        dimension("name", "action or hazard"),
        attribute("title", "for readers"),
        attribute("status", "what is missing"),
        attribute("reason", "why"),
    )
    return of_rows("not_measured", rows, columns, "what is not measured, by name")


def _time(stage: Stage, hazard: Hazard) -> str:
    """Return in words how long the recorded run of a hazard takes."""
    needed = question(
        stage.world,
        stage.catalogue,
        hazard,
        stage.parties,
        packages=stage.packages,
        draws=stage.draws,
        seed=stage.seed,
    )
    return f"in about {max(processor_minutes([needed]), 1.0):.0f} min of one processor (compiled)"


def _held(stage: Stage) -> list[Action]:
    keys = {key for package in stage.packages for key in package.actions}
    return [a for a in stage.catalogue.actions if a.key in keys]


def _ends(values: Any) -> tuple[float, float, float]:
    middle, low, high = quantiles(values)
    return low, middle, high
