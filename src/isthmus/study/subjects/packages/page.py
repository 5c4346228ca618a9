"""Packages of cooperation: cost, threshold, answer, who decides, what is not measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.coercion.record import PRECEDENTS, STEPS, rates
from isthmus.cooperation import beside, order, thresholds
from isthmus.cooperation.agree import UNION, acts, blocking, members_table
from isthmus.cooperation.evaluate import most_exposed
from isthmus.cooperation.stage import ALONE, Stage
from isthmus.errors import DataMissing
from isthmus.evidence import Kind, Table
from isthmus.study.ask.packages import catalogue_of, staged
from isthmus.study.page import Page
from isthmus.study.subjects.packages.measures import cost, rate

EUR = "million EUR"
FEWEST = 4
"""Members of the blocking groups that are listed: the fewest that can block."""


def write(page: Page, *, catalogue: str = "", hazard: str = "") -> None:
    """Answer what packages cost, when they pay, what may answer them and who decides."""
    chosen = catalogue_of(page.context, catalogue)
    if not chosen:
        page.gap("no_catalogue")
        return
    if page.lacks(STEPS, gap="no_steps"):
        return
    stage = staged(page.context, catalogue)
    page.rests_on(kind=Kind.ASSUMED)
    page.fields["year"] = stage.catalogue.year
    _cost(page, stage, catalogue)
    counted = stage.catalogue.hazard(hazard).key if hazard else next(iter(stage.losses), "")
    if counted in stage.losses:
        _thresholds(page, stage, counted)
    else:
        page.gap("not_prepared")
    _answers(page, stage)
    _agree(page, stage)
    _indicators(page, stage)
    _not_measured(page, stage)
    page.counter(40)
    page.note("net_cost", "no_mean", "law_unchecked", "no_recommendation")


def _titles(stage: Stage) -> dict[str, str]:
    return {p.key: p.title for p in stage.packages}


def _named(stage: Stage, frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the titles of packages, actions and hazards in place of their keys."""
    held = stage.catalogue
    names = {e.key: e.title for part in (held.actions, held.hazards) for e in part}
    known = {"package": _titles(stage), "action": names, "hazard": names}
    return frame.with_columns(pl.col(c).replace(known[c]) for c in known if c in frame.columns)


def _cost(page: Page, stage: Stage, catalogue: str) -> None:
    """What packages cost a year for certain, in the order of their cost."""
    held = [p for p in stage.packages if p.actions]
    found = {p.key: cost(page.context, p.key, catalogue) for p in held}
    order = sorted(held, key=lambda p: (found[p.key].value or 0.0, p.key))
    low, high = order[0], order[-1]
    page.say(
        "answer.cost",
        low=found[low.key],
        low_name=_lower(low.title),
        high=found[high.key],
        high_name=_lower(high.title),
    )
    page.headline(22, cheapest=found[low.key], low_name=_lower(low.title))
    rows = [
        {"package": p.title, "cost": f.value, "cost_low": f.low, "cost_high": f.high}
        for p in order
        for f in [found[p.key]]
    ]
    page.chart(
        "cost",
        pl.DataFrame(rows),
        ChartSpec(
            "dots",
            x="cost",
            y="package",
            x_title=page.axis("net_cost"),
            roles={"": "home"},
            low="cost_low",
            high="cost_high",
            log=True,
        ),
        dict.fromkeys(("cost", "cost_low", "cost_high"), EUR),
        low=found[low.key],
        high=found[high.key],
        low_name=_lower(low.title),
        high_name=_lower(high.title),
    )
    page.table(
        "timing",
        **_shown(
            stage,
            beside.timing(stage),
            {"first": "months", "full_low": "months", "full_high": "months", "undo": "months"},
        ),
    )


def _thresholds(page: Page, stage: Stage, hazard: str) -> None:
    """When packages pay, by the recorded losses."""
    even = thresholds.break_even(stage)
    frame = even.frame.filter((pl.col("hazard") == hazard) & pl.col("value").is_not_null())
    nested = frame.filter((pl.col("compared") == ALONE) | (pl.col("package") == _alone(stage)))
    shown = _named(stage, nested).select("package", "value", "low", "high", "never")
    page.fields["hazard"] = _lower(stage.catalogue.hazard(hazard).title)
    if shown.height:
        page.chart(
            "break_even",
            shown,
            ChartSpec(
                "dots",
                x="value",
                y="package",
                x_title=page.axis("break_even"),
                roles={"": "home"},
                low="low",
                high="high",
                share=True,
                log=True,
            ),
            dict.fromkeys(("value", "low", "high", "never"), "share"),
        )
    share = {"value": "share", "low": "share", "high": "share", "never": "share"}
    money = dict.fromkeys(("money", "money_low", "money_high", "loss", "loss_high"), EUR)
    page.table(
        "savings", **_shown(stage, thresholds.savings(stage, most_exposed(stage)), share | money)
    )
    page.table("effect", **_shown(stage, thresholds.effect(stage), share | {"impossible": "share"}))
    page.table("deterrence", **_shown(stage, thresholds.deterrence(stage), share))
    page.table("first", **_shown(stage, order.first(stage, hazard), share))
    page.table("front", **_shown(stage, order.front(stage, hazard), share))


def _alone(stage: Stage) -> str:
    found = stage.catalogue.alone()
    return "" if found is None else found.key


def _answers(page: Page, stage: Stage) -> None:
    """What may answer each package, as one act; what happened last time."""
    if not stage.answers:
        page.gap("no_answers" if page.has("rival") else "no_rival")
        return
    table = beside.answers(stage)
    share = dict.fromkeys(("value", "low", "high"), "share")
    money = dict.fromkeys(("loss", "loss_low", "loss_high"), EUR)
    page.table("answers", **_shown(stage, table, share | money))
    try:
        found = rates(page.world, partner=page.partner, sender=page.rival)
    except DataMissing:
        page.gap("no_record")
        return
    page.note("american_cases")
    page.say("answer.record", rate=rate(page.context, sender=page.rival, partner=page.partner))
    page.table(
        "rates",
        **_shown(
            stage, found["state"], {"cases": "count", "steps": "count", **share}, datasets=[STEPS]
        ),
    )
    page.table(
        "words",
        **_shown(
            stage,
            found["words"],
            {
                **dict.fromkeys(("steps", "rhetoric", "threat", "diplomatic", "economic"), "count"),
                **share,
            },
            datasets=[STEPS],
        ),
    )
    page.table("precedents", **_shown(stage, found["precedents"], {}, datasets=[PRECEDENTS]))


def _agree(page: Page, stage: Stage) -> None:
    """Who decides, what members bear, who could block."""
    page.table("acts", **_shown(stage, acts(stage.catalogue, stage.packages), {}))
    if "rival" not in stage.parties:
        return
    shares = dict.fromkeys(("population", "exposure", "inputs", "hit"), "share")
    counts = {"steps": "count", "answered": "count"}
    page.table("members", **_shown(stage, members_table(stage), shares | counts))
    if stage.home == UNION:
        groups = blocking(stage)
        few = replace(groups, frame=groups.frame.filter(pl.col("members") == FEWEST))
        page.table(
            "blocking",
            **_shown(stage, few, {"members": "count", "population": "share", "exposure": "share"}),
        )


def _indicators(page: Page, stage: Stage) -> None:
    table = beside.indicators(stage)
    counted = dict.fromkeys(("start_low", "start_high", "goal_low", "goal_high"), "as in unit")
    each = dict.fromkeys(("value", "low", "high"), EUR)
    page.table("indicators", **_shown(stage, table, counted | each))


def _not_measured(page: Page, stage: Stage) -> None:
    table = beside.not_measured(stage)
    page.say("answer.not_measured", count=table.frame.height)
    page.table("not_measured", **_shown(stage, table, {}))


def _shown(
    stage: Stage,
    table: Table,
    units: Mapping[str, str],
    datasets: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Return the rows of a table of the lens as a table of the page takes them."""
    return {
        "frame": _named(stage, table.frame),
        "units": units,
        "attributes": [c.name for c in table.columns if c.role == "attribute"],
        "kind": table.kind,
        "datasets": table.datasets if datasets is None else datasets,
    }


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]
