"""The answer on one page: decision, bottom line, packages, returns, who, what is not known."""

from __future__ import annotations

from collections import Counter
from typing import Any

import polars as pl

from isthmus.coercion.record import STEPS
from isthmus.cooperation.agree import UNION, blocking, members_table
from isthmus.cooperation.evaluate import EXPOSED
from isthmus.cooperation.stage import Stage
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
    rate,
    saved,
    shown,
    staged,
)
from isthmus.study.numbers import CHANCE, MONTHS, SHARE_OF_DRAWS
from isthmus.study.page import Page
from isthmus.study.subjects.answer.bottom import bottom_line
from isthmus.study.subjects.answer.known import say_known
from isthmus.study.subjects.answer.past import say_last_time
from isthmus.study.subjects.answer.sure import sure
from isthmus.study.verdict import Status
from isthmus.world.shipped import YEAR

MOST_CLAIMS = 8
"""Claims of a study without packages that stand on the page."""
SIMPLE = ("none", "administrative", "board", "commission", "delegated act")
"""Ways to decide without a vote of the Council or of each member."""


def write(page: Page, *, catalogue: str = "", hazard: str = "") -> None:
    """Open the dossier: what is asked of whom, the bottom line, thresholds, what is not known."""
    page.opens = True
    chosen = catalogue_of(page.context, catalogue) if page.has("partner") else ""
    if not chosen or page.context.missing(STEPS):
        page.question = "question_alone"
        page.say("answer.plain")
        say_known(page)
        _plain(page)
        page.gap("no_catalogue" if not chosen else "no_steps")
        say_last_time(page)
        return
    stage = staged(page.context, chosen)
    key = counted(stage, hazard)
    page.rests_on(kind=Kind.ASSUMED)
    page.fields["year"] = stage.catalogue.year
    _state(page, stage)
    _decision(page, stage)
    _dates(page, stage)
    bottom_line(page, stage, key, chosen)
    _packages(page, stage, key, chosen)
    _returns(page, stage)
    say_last_time(page)
    _exposed(page, stage)
    _votes(page, stage)
    _lines(page, stage)
    _unknown(page, stage, key)
    page.note("marks", "no_mean", "law_unchecked", "no_recommendation")


def _plain(page: Page) -> None:
    """Say what the claims of the study come to, the first ones first: there is nothing to price."""
    from isthmus.study.claims import assess_claim

    context = page.context
    order = sorted(context.study.claims, key=lambda c: (c.first or len(context.study.claims), c.id))
    judged = [assess_claim(context, claim) for claim in order[:MOST_CLAIMS]]
    apply = [one for one in judged if one.verdict.status is not Status.NOT_APPLICABLE]
    if not apply:
        page.say("answer.plain_open")
        return
    page.keep(*(one.finding for one in apply if one.finding is not None))
    page.say("answer.plain_claims")
    rows = [
        {
            "claim": one.claim.sentence,
            "verdict": page.word(f"status.{one.verdict.status.value}"),
            "why": one.reason.text,
            "otherwise": one.claim.falsified_by or page.word("answer.none"),
        }
        for one in apply
    ]
    kinds = [one.finding.kind for one in apply if one.finding is not None]
    page.table(
        "claims",
        pl.DataFrame(rows),
        {},
        attributes=["verdict", "why", "otherwise"],
        kind=Kind.weakest(kinds or [Kind.ASSUMED]),
        datasets=sorted({d for one in apply if one.finding for d in one.finding.datasets}),
    )


def _state(page: Page, stage: Stage) -> None:
    """Years of the data; the page carries no clock."""
    steps = page.world.table(STEPS).filter(pl.col("partner") == page.partner)
    last = steps["date"].max() if steps.height else None
    years = {"table": str(YEAR), "prices": str(stage.catalogue.year)}
    if last is None:
        page.say("answer.state_without_steps", **years)
    else:
        page.say("answer.state", **years, steps=str(last))


def _decision(page: Page, stage: Stage) -> None:
    """What is asked, and of whom; how many acts need which vote."""
    listed = held(stage)
    acts = {a.key: a for p in listed for a in stage.catalogue.members(p)}
    votes: Counter[str] = Counter(a.vote for a in acts.values())
    page.say(
        "answer.decision" if _counted(stage) else "answer.decision_elsewhere",
        packages=str(len(listed)),
        acts=str(len(acts)),
        simple=str(sum(votes[v] for v in SIMPLE)),
        national=str(votes["national"]),
        majority=str(votes["qualified majority"]),
        unanimity=str(votes["unanimity"]),
        read=str(sum(a.law_checked for a in acts.values())),
    )


def _dates(page: Page, stage: Stage) -> None:
    """Say which next steps of others have a date in the data; when deciders meet has none."""
    due = sorted({(d.when, d.what) for p in held(stage) for d in p.dates if d.when})
    if due:
        page.say("answer.dates", when=due[0][0], what=due[0][1], count=str(len(due)))
    else:
        page.say("answer.dates_none")


def _counted(stage: Stage) -> bool:
    """Say whether votes are those of the Council: elsewhere majorities have rules of their own."""
    return stage.catalogue.home in ("", UNION)


def _packages(page: Page, stage: Stage, hazard: str, name: str) -> None:
    """The table of packages: what is asked, cost, share saved, threshold, answer, months."""
    rows = []
    for package in held(stage):
        price = cost(page.context, package.key, name)
        members = stage.catalogue.members(package)
        row = {
            "package": package.title,
            "asks": package.asks or page.word("answer.none"),
            "of": package.of or page.word("answer.none"),
            "cost": price.value,
            "cost_low": price.low,
            "cost_high": price.high,
        }
        if hazard:
            row |= _threshold(page, stage, package, hazard, name)
        row |= {
            "first": min(a.lead_months.low for a in members),
            "full_high": max(a.lead_months.high + a.ramp_months.high for a in members),
        }
        rows.append(row)
    chances = dict.fromkeys(("even", "even_low", "even_high"), CHANCE)
    units = {
        **dict.fromkeys(("cost", "cost_low", "cost_high"), EUR),
        **({"saved": "share", **chances, "never": SHARE_OF_DRAWS} if hazard else {}),
        "first": MONTHS,
        "full_high": MONTHS,
    }
    about: dict[str, Any] = {"units": units, "attributes": ["asks", "of"]}
    if hazard:
        page.table(
            "packages",
            pl.DataFrame(rows),
            datasets=stage.datasets,
            notes=["threshold", "below_nought", "drawn_hazards"],
            **about,
        )
    else:
        page.table("prices", pl.DataFrame(rows), **about)


def _threshold(
    page: Page, stage: Stage, package: Package, hazard: str, name: str
) -> dict[str, float | None]:
    against = comparison(stage, package)
    keys = ("saved", "even", "even_low", "even_high", "never")
    if not stage.covers(hazard, package, against):
        return dict.fromkeys(keys)
    found = even(page.context, package.key, hazard, name, against)
    part = saved(page.context, package.key, hazard, name, against)
    return dict(
        zip(
            keys,
            (part.value, found.value, found.low, found.high, never(page.context, found).value),
            strict=True,
        )
    )


def _returns(page: Page, stage: Stage) -> None:
    """What to ask for in return, and who can deliver it."""
    rows = [
        {"package": p.title, "what": r.what, "by": delivers(page.context, r.by)}
        for p in held(stage)
        for r in p.returns
    ]
    if rows:
        page.table("returns", pl.DataFrame(rows), {}, attributes=["by"], datasets=[])


def _exposed(page: Page, stage: Stage) -> None:
    """Who is exposed to the rival, and who could block."""
    if not stage.answers:
        return
    if stage.recorded:
        page.say("answer.record", rate=rate(page.context, sender=page.rival, partner=page.partner))
    else:
        page.gap("no_record")
    table = members_table(stage)
    shares = dict.fromkeys(("population", "exposure", "inputs"), "share")
    counts = {"steps": "count", "answered": "count"}
    told = shown(page.context, stage, table, shares | counts, drop=["hit"])
    top = told["frame"].sort("exposure", "economy", descending=[True, False]).head(EXPOSED)
    page.table("exposed", **{**told, "frame": top, "kind": Kind.ESTIMATED})
    if stage.home == UNION:
        groups = blocking(stage)
        page.say("answer.block", groups=str(groups.frame.height))


def _votes(page: Page, stage: Stage) -> None:
    """Which acts need whose vote."""
    first = "simple" if _counted(stage) else "without"
    rows = [
        {
            "package": package.title,
            **{
                name: float(sum(a.vote in kinds for a in stage.catalogue.members(package)))
                for name, kinds in (
                    (first, SIMPLE),
                    ("national", ("national",)),
                    ("majority", ("qualified majority",)),
                    ("unanimity", ("unanimity",)),
                )
            },
        }
        for package in held(stage)
    ]
    counts = dict.fromkeys((first, "national", "majority", "unanimity"), "count")
    page.table("votes", pl.DataFrame(rows), counts, datasets=[])


def _lines(page: Page, stage: Stage) -> None:
    """What has been said officially, and how far it goes."""
    lines = stage.catalogue.lines
    if not lines:
        page.gap("no_lines")
        return
    rows = [
        {
            "line": one.text,
            "limit": one.limit,
            "source": one.source,
            "law": page.word("answer.read" if one.read else "answer.not_read"),
        }
        for one in lines
    ]
    page.table("lines", pl.DataFrame(rows), {}, attributes=["limit", "source", "law"], datasets=[])


def _unknown(page: Page, stage: Stage, hazard: str) -> None:
    """How sure each figure of the page is, and why no more is known."""
    rows = [
        {
            "figure": page.word(f"answer.figure.{one.name}"),
            "factor": one.factor,
            "mark": page.word(f"answer.mark.{one.mark}"),
            "why": page.word(f"answer.why.{one.reason or one.name}", **one.words),
        }
        for one in sure(page.context, stage, hazard)
    ]
    page.table("unknown", pl.DataFrame(rows), {"factor": "times"}, attributes=["mark", "why"])
