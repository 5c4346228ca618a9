"""A decision page: what one package saves, costs and draws, who decides, how it is undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from isthmus.coercion.record import STEPS
from isthmus.cooperation import beside, thresholds
from isthmus.cooperation.agree import NO_DATE, acts, dates
from isthmus.cooperation.evaluate import most_exposed
from isthmus.cooperation.firms import ABSENT, firms
from isthmus.cooperation.lines import outputs
from isthmus.cooperation.stage import ALONE, Stage
from isthmus.cooperation.transfers import SHARES, SHOWN, compared_with, transfers
from isthmus.errors import BadInput
from isthmus.evidence import Kind
from isthmus.scenario.packages import Package
from isthmus.study.ask.packages import (
    EUR,
    catalogue_of,
    comparison,
    cost,
    counted,
    delivers,
    even,
    held,
    never,
    paid,
    payers,
    pays,
    saved,
    shown,
    staged,
)
from isthmus.study.context import Context
from isthmus.study.numbers import CHANCE, MONTHS, SHARE_OF_DRAWS, as_given
from isthmus.study.page import Page

SHARE = dict.fromkeys(("value", "low", "high"), "share")
CHANCES = dict.fromkeys(SHARE, CHANCE)
IN_DRAWS = dict.fromkeys(("never", "impossible", "bounded", "together", "reached"), SHARE_OF_DRAWS)


def each(context: Context) -> tuple[dict[str, Any], ...]:
    """Return the packages of a study's catalogue, one page each."""
    if not catalogue_of(context) or context.missing(STEPS):
        return ()
    return tuple({"key": package.key} for package in held(staged(context)))


def write(page: Page, *, key: str = "", catalogue: str = "", hazard: str = "") -> None:
    """Print what a decision on one package needs, in nine items."""
    if not key:
        raise BadInput("no package is named", where="key", hint="isthmus package list")
    if not catalogue_of(page.context, catalogue):
        page.gap("no_catalogue")
        return
    if page.lacks(STEPS, gap="no_steps"):
        return
    stage = staged(page.context, catalogue)
    package = stage.catalogue.package(key)
    page.part, page.label = key, page.context.catalogue.said(package.title)
    page.rests_on(kind=Kind.ASSUMED)
    page.fields |= {"year": stage.catalogue.year, "package": package.title}
    _asked(page, package)
    only = stage.only([package])
    _saved(page, only, package, counted(stage, hazard), catalogue)
    _costs(page, only, package, catalogue)
    _answered(page, only, package)
    _thresholds(page, only, package)
    _indicators(page, only)
    _decided(page, only, package)
    _paid_among(page, only, package, counted(stage, hazard), catalogue)
    page.say("answer.counter", counter=package.counter or page.word("package.none_stated"))
    page.note("net_cost", "drawn_hazards", "no_mean", "deterrence", "law_unchecked")


def _asked(page: Page, package: Package) -> None:
    none = page.word("package.none_stated")
    page.say("answer.asks", asks=package.asks or none, of=package.of or none)


def _saved(page: Page, stage: Stage, package: Package, hazard: str, catalogue: str) -> None:
    """Share and money saved when each hazard happens, and the threshold of the one that counts."""
    against = comparison(stage, package)
    if not hazard:
        page.gap("not_prepared")
        return
    if not stage.covers(hazard, package, against):
        page.gap("not_covered")
        return
    found = even(page.context, package.key, hazard, catalogue, against)
    part = "beside" if against == ALONE else "today"
    tail = "" if pays(found) else "_never"
    page.say(
        f"answer.pays_{part}{tail}",
        hazard=stage.catalogue.hazard(hazard).title,
        saved=saved(page.context, package.key, hazard, catalogue, against),
        even=found,
        never=never(page.context, found),
        paid=page.word(paid(stage, package)),
    )
    page.note("below_nought")
    named = ("money", "money_low", "money_high", "loss", "loss_high", "made")
    money = dict.fromkeys(named, EUR)
    table = thresholds.savings(stage, most_exposed(stage))
    _table(page, stage, package, "savings", table, SHARE | money)


def _costs(page: Page, stage: Stage, package: Package, catalogue: str) -> None:
    """Net cost a year and once, and who pays which action from which line."""
    page.say("answer.cost", cost=cost(page.context, package.key, catalogue))
    once = ("value", "low", "high", "once", "once_low", "once_high", "transfer", "contingent")
    _table(page, stage, package, "costs", thresholds.costs(stage), dict.fromkeys(once, EUR))
    rows = [
        {
            "action": action.title,
            "one_off_low": action.cost.one_off.low,
            "one_off_high": action.cost.one_off.high,
            "yearly_low": action.cost.yearly.low,
            "yearly_high": action.cost.yearly.high,
            "payer": payers(page.context, action.cost.payer),
            "line": action.cost.line or page.word("package.none_stated"),
            "rests": action.cost.published.source or page.word("package.own_estimate"),
        }
        for action in stage.catalogue.members(package)
    ]
    ends = ("one_off_low", "one_off_high", "yearly_low", "yearly_high")
    frame = pl.DataFrame(rows)
    page.table(
        f"payers.{package.key}",
        frame.with_columns(pl.Series(end, as_given(frame[end])) for end in ends),
        {},
        attributes=[*ends, "payer", "line", "rests"],
        title=page.inside(package.title),
    )


def _answered(page: Page, stage: Stage, package: Package) -> None:
    """What may answer it, by reading; what support changes."""
    if package.key not in stage.answers:
        page.say("answer.no_step" if "rival" in stage.parties else "answer.unanswered")
        return
    money = dict.fromkeys(("loss", "loss_low", "loss_high"), EUR)
    _table(page, stage, package, "answers", beside.answers(stage), SHARE | money)
    ends = [f"{name}{end}" for name in ("diverted", "moved") for end in ("", "_low", "_high")]
    ranges = dict.fromkeys(("value", "low", "high", *ends), EUR)
    _table(page, stage, package, "support", beside.support(stage), ranges)
    _firms(page, stage, package)


def _firms(page: Page, stage: Stage, package: Package) -> None:
    """List the firms that are named in the data and that an answer could list."""
    found = firms(stage)
    rows = found.frame.filter(pl.col("package") == package.key, pl.col("firm") != ABSENT)
    if rows.is_empty():
        page.gap("no_firm")
        return
    page.table(
        f"firms.{package.key}",
        rows.select("firm", page.labels("economy"), "product", "ground"),
        {},
        attributes=["ground"],
        datasets=found.datasets,
        kind=Kind.ASSUMED,
        notes=["firms_named"],
        title=_of(page, stage),
    )


def _thresholds(page: Page, stage: Stage, package: Package) -> None:
    """Break-even probability and effect, and the change of a probability that weighs as much."""
    if not stage.losses:
        return
    for name, make, units in (
        ("break_even", thresholds.break_even, CHANCES),
        ("effect", thresholds.effect, SHARE),
        ("deterrence", thresholds.deterrence, SHARE),
    ):
        _table(page, stage, package, name, make(stage), units, notes=["more_than_all"])


def _indicators(page: Page, stage: Stage) -> None:
    """What no euro measures, with the cost of a unit, and what a line of production makes of it."""
    table = beside.indicators(stage)
    if table.frame.height:
        told = shown(
            page.context,
            stage,
            table,
            dict.fromkeys(("value", "low", "high"), EUR),
            drop=["cost_unit"],
        )
        ends = ("start_low", "start_high", "goal_low", "goal_high")
        given = [pl.Series(end, as_given(told["frame"][end])) for end in ends]
        told["frame"] = told["frame"].with_columns(given)
        told["attributes"] += ends
        page.table(f"indicators.{stage.packages[0].key}", **told, title=_of(page, stage))
    made = outputs(stage)
    if made.frame.height:
        counts = dict.fromkeys(("stated", "before", "value", "low", "high", "wanted"), "as in unit")
        months = dict.fromkeys(("months_before", "months", "months_low", "months_high"), "months")
        _table(page, stage, stage.packages[0], "outputs", made, counts | months)
    left = beside.not_measured(stage)
    actions = {a.key for a in stage.catalogue.members(stage.packages[0])}
    rows = left.frame.filter(pl.col("name").is_in(sorted(actions)))
    page.say("answer.unmeasured", count=str(rows.height), all=str(len(actions)))


def _decided(page: Page, stage: Stage, package: Package) -> None:
    """Months to effect, who decides, law, exit; the same at a lower step."""
    months = dict.fromkeys(("first", "full_low", "full_high", "undo"), MONTHS)
    _table(page, stage, package, "timing", beside.timing(stage), months)
    _table(page, stage, package, "acts", acts(stage.catalogue, [package]), {}, drop=["title"])
    due = dates([package]).frame.with_columns(
        pl.col("when").replace({NO_DATE: page.word("package.no_date")}),
        pl.col("what").replace({"none is held": page.word("package.no_step_of_others")}),
    )
    page.table(
        f"dates.{package.key}",
        due.select("what", "when", "source"),
        {},
        attributes=["when", "source"],
        datasets=[],
        title=_of(page, stage),
    )
    if package.lower:
        page.say("answer.lower", lower=package.lower)
    if package.returns:
        page.table(
            f"returns.{package.key}",
            pl.DataFrame(
                [{"what": r.what, "by": delivers(page.context, r.by)} for r in package.returns]
            ),
            {},
            attributes=["by"],
            datasets=[],
            title=_of(page, stage),
        )


def _paid_among(page: Page, stage: Stage, package: Package, hazard: str, catalogue: str) -> None:
    """What the smallest payments are that make each party whole, at one probability and in all."""
    if not hazard or not stage.covers(hazard, package, compared_with(stage, package)):
        return
    found = transfers(stage, hazard)
    rows = found.frame.filter(package=package.key)
    asked = rows.filter(probability=f"{SHOWN:.1%}", share=f"{SHARES[-1]:.0%}").row(0, named=True)
    moved, outside = (
        page.finding(
            f"packages.{name}.{package.key}.{hazard}",
            asked[column],
            EUR,
            method="package_transfers",
            year=str(stage.catalogue.year),
            caveat="answers_and_effects_assumed",
            sources=[f"catalogue {catalogue_of(page.context, catalogue)}"],
        )
        for name, column in (("moved", "value"), ("outside", "outside"))
    )
    page.say("answer.transfers", moved=moved, outside=outside)
    units = {"value": EUR, "outside": EUR, "receivers": "count"}
    _table(page, stage, package, "transfers", found, units)


def _table(
    page: Page,
    stage: Stage,
    package: Package,
    name: str,
    table: Any,
    units: dict[str, str],
    *,
    drop: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> None:
    """Add the rows of one package, where there are any."""
    told = shown(page.context, stage, table, units | IN_DRAWS, of=package.key, drop=drop)
    if told["frame"].height:
        told["units"] = {k: u for k, u in told["units"].items() if k in told["frame"].columns}
        page.table(f"{name}.{package.key}", **told, notes=notes, title=_of(page, stage))


def _of(page: Page, stage: Stage) -> str:
    return page.inside(stage.packages[0].title)
