"""Packages side by side: cost, threshold, which comes first, what may answer, who could block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.coercion.record import PRECEDENTS, STEPS, rates
from isthmus.cooperation import beside, order, thresholds
from isthmus.cooperation.agree import UNION, blocking, members_table
from isthmus.cooperation.contribution import contribution
from isthmus.cooperation.costs import cost_drivers
from isthmus.cooperation.evaluate import most_exposed
from isthmus.cooperation.lines import outputs
from isthmus.cooperation.stage import ALONE, TODAY, Stage
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.scenario.packages import Package
from isthmus.study.ask.packages import (
    EUR,
    catalogue_of,
    cost,
    counted,
    held,
    named,
    rate,
    shown,
    spelled,
    staged,
)
from isthmus.study.numbers import CHANCE, MONTHS, SHARE_OF_DRAWS, told
from isthmus.study.page import Page

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
    page.fields |= {"year": stage.catalogue.year, "origin": f"catalogue {chosen}"}
    _cost(page, stage, catalogue)
    key = counted(stage, hazard)
    if key:
        _thresholds(page, stage, key)
    else:
        page.gap("not_prepared")
    _answers(page, stage)
    _agree(page, stage)
    _outputs(page, stage)
    _not_measured(page, stage)
    page.counter(40)
    page.note("net_cost", "drawn_hazards", "no_mean", "law_unchecked", "no_recommendation")


def _driver(page: Page, stage: Stage, package: Package, moved: Finding) -> None:
    """Name the number that the cost of a package goes with most."""
    name = page.inside(package.title)
    found = cost_drivers(stage, package, TODAY)
    if not found:
        page.drawn_driver("cost", moved, "", None, package=name)
        return
    action, what, correlation = found[0]
    number = page.word(f"packages.number.{what}", action=page.inside(action.title))
    page.drawn_driver("cost", moved, number, correlation, package=name)


def _cost(page: Page, stage: Stage, catalogue: str) -> None:
    """What packages cost a year for certain, in the order of their cost."""
    listed = held(stage)
    found = {p.key: cost(page.context, p.key, catalogue) for p in listed}
    order = sorted(listed, key=lambda p: (found[p.key].value or 0.0, p.key))
    low, high = order[0], order[-1]
    page.say(
        "answer.cost",
        low=found[low.key],
        low_name=page.inside(low.title),
        high=found[high.key],
        high_name=page.inside(high.title),
    )
    page.headline(22, cheapest=found[low.key], low_name=page.inside(low.title))
    _driver(page, stage, low, found[low.key])
    rows = [
        {"package": p.title, "cost": f.value, "cost_low": f.low, "cost_high": f.high}
        for p in order
        for f in [found[p.key]]
    ]
    page.chart(
        "cost",
        pl.DataFrame(rows),
        page.dots("cost", by="package", axis="net_cost", colour="home", log=True),
        dict.fromkeys(("cost", "cost_low", "cost_high"), EUR),
        low=found[low.key],
        high=found[high.key],
        low_name=page.inside(low.title),
        high_name=page.inside(high.title),
    )
    _timing(page, stage, [(p, found[p.key]) for p in order])


def _timing(page: Page, stage: Stage, order: Sequence[tuple[Package, Finding]]) -> None:
    """Months to effect against cost, the cheapest package first."""
    months = dict.fromkeys(("first", "full_low", "full_high", "undo"), MONTHS)
    table = beside.timing(stage)
    by_key = {row["package"]: row for row in table.frame.iter_rows(named=True)}
    units = page.context.catalogue.units
    rows = [
        {
            "package": page.word("packages.priced", title=package.title, cost=told(found, units)),
            **{name: by_key[package.key][name] for name in ("first", "full_low", "full_high")},
        }
        for package, found in order
    ]
    page.chart(
        "months",
        pl.DataFrame(rows),
        page.dots(
            "full_low", by="package", axis="months", colour="home", low="first", high="full_high"
        ),
        {name: unit for name, unit in months.items() if name != "undo"},
        first=_months(page, "first", min(r["first"] for r in rows)),
        full=_months(page, "full", rows[-1]["full_high"]),
    )
    page.table("timing", **shown(page.context, stage, table, months))


def _months(page: Page, name: str, value: float) -> Finding:
    return page.finding(
        f"packages.months.{name}",
        value,
        MONTHS,
        method="package_months",
        caveat="costs_assumed",
        sources=[page.fields["origin"]],
    )


def _thresholds(page: Page, stage: Stage, hazard: str) -> None:
    """When packages pay, by the recorded losses."""
    even = thresholds.break_even(stage)
    frame = even.frame.filter((pl.col("hazard") == hazard) & pl.col("value").is_not_null())
    alone = stage.catalogue.alone()
    whole = "" if alone is None else alone.key
    nested = frame.filter((pl.col("compared") == ALONE) | (pl.col("package") == whole))
    drawn = named(stage, nested).select("package", "value", "low", "high", "never")
    page.fields["hazard"] = stage.catalogue.hazard(hazard).title
    if drawn.height:
        page.chart(
            "break_even",
            drawn,
            page.dots("value", by="package", axis="break_even", colour="home", log=True),
            {**dict.fromkeys(("value", "low", "high"), CHANCE), "never": SHARE_OF_DRAWS},
            lowest=page.finding(
                f"packages.lowest.{hazard}",
                cast("float", drawn["value"].min()),
                CHANCE,
                method="package_lowest",
                caveat="answers_and_effects_assumed",
                sources=[page.fields["origin"]],
            ),
        )
    share = {"value": "share", "low": "share", "high": "share"}
    in_draws = {"value": SHARE_OF_DRAWS, "money": SHARE_OF_DRAWS}
    money = dict.fromkeys(("money", "money_low", "money_high", "loss", "loss_high", "made"), EUR)
    money["bounded"] = SHARE_OF_DRAWS
    page.table(
        "savings",
        **shown(page.context, stage, thresholds.savings(stage, most_exposed(stage)), share | money),
    )
    _first(page, stage, hazard)
    page.table(
        "knowing",
        **shown(page.context, stage, order.knowing(stage, hazard), in_draws, drop=["hazard"]),
    )
    parts = dict.fromkeys(("by_itself", "last", "part", "part_low", "part_high"), "share")
    page.table("contribution", **shown(page.context, stage, contribution(stage), share | parts))
    page.table("front", **shown(page.context, stage, order.front(stage, hazard), in_draws))


def _first(page: Page, stage: Stage, hazard: str) -> None:
    """In which share of draws each package comes first, by probability: one chart a reading."""
    table = order.first(stage, hazard)
    for reading in dict.fromkeys(table.frame["reading"]) if stage.answers else (order.RECORD,):
        rows = table.frame.filter(pl.col("reading") == reading)
        most = rows.filter(pl.col("value") == rows["value"].max()).head(1)
        page.chart(
            f"first.{reading}",
            spelled(page.context, named(stage, rows)).select("package", "probability", "value"),
            ChartSpec(
                "heat",
                x="probability",
                y="package",
                x_title=page.axis("probability"),
                value="value",
                value_title=page.axis("share_first"),
                share=True,
                bins=(0.1, 0.25, 0.5, 0.75),
            ),
            {"value": SHARE_OF_DRAWS},
            said="first",
            reading=page.word(f"packages.reading.{reading if stage.answers else 'none'}"),
            most=page.inside(stage.catalogue.package(most["package"][0]).title),
            share=page.finding(
                f"packages.first.{hazard}.{reading}",
                most["value"][0],
                SHARE_OF_DRAWS,
                method="package_first",
                caveat="answers_and_effects_assumed",
                sources=[page.fields["origin"]],
            ),
            probability=spelled(page.context, most)["probability"][0],
        )


def _answers(page: Page, stage: Stage) -> None:
    """What may answer each package, as one act; what happened last time."""
    if not stage.answers:
        page.gap("no_answers" if page.has("rival") else "no_rival")
        return
    table = beside.answers(stage)
    share = dict.fromkeys(("value", "low", "high"), "share")
    money = dict.fromkeys(("loss", "loss_low", "loss_high"), EUR)
    page.table("answers", **shown(page.context, stage, table, share | money))
    try:
        found = rates(page.world, partner=page.partner, sender=page.rival)
    except DataMissing:
        page.gap("no_record")
        return
    page.note("american_cases")
    page.say("answer.record", rate=rate(page.context, sender=page.rival, partner=page.partner))
    counts = dict.fromkeys(("cases", "steps"), "count")
    page.table(
        "rates", **shown(page.context, stage, found["state"], counts | share, datasets=[STEPS])
    )
    words = dict.fromkeys(("steps", "rhetoric", "threat", "diplomatic", "economic"), "count")
    page.table(
        "words", **shown(page.context, stage, found["words"], words | share, datasets=[STEPS])
    )
    page.table(
        "precedents", **shown(page.context, stage, found["precedents"], {}, datasets=[PRECEDENTS])
    )


def _agree(page: Page, stage: Stage) -> None:
    """Who decides, what members bear, who could block."""
    if "rival" not in stage.parties:
        return
    shares = dict.fromkeys(("population", "exposure", "inputs"), "share")
    counts = {"steps": "count", "answered": "count", "hit": SHARE_OF_DRAWS}
    page.table("members", **shown(page.context, stage, members_table(stage), shares | counts))
    if stage.home == UNION:
        groups = blocking(stage)
        few = replace(groups, frame=groups.frame.filter(pl.col("members") == FEWEST))
        units = {"members": "count", "population": "share", "exposure": "share"}
        page.table("blocking", **shown(page.context, stage, few, units))


def _outputs(page: Page, stage: Stage) -> None:
    """What packages do to lines of defence production."""
    table = outputs(stage)
    if table.frame.is_empty():
        return
    counts = ("stated", "before", "value", "low", "high", "wanted")
    months = ("months_before", "months", "months_low", "months_high")
    units = dict.fromkeys(counts, "as in unit") | dict.fromkeys(months, "months")
    page.table("outputs", **shown(page.context, stage, table, {**units, "reached": SHARE_OF_DRAWS}))


def _not_measured(page: Page, stage: Stage) -> None:
    table = beside.not_measured(stage)
    page.say("answer.not_measured", count=table.frame.height)
    page.table("not_measured", **shown(page.context, stage, table, {}, drop=["title"]))
