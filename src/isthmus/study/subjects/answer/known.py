"""What a study without packages can answer: its ties, what a stop costs, what a step may cost."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from isthmus import codes
from isthmus.coercion.stakes import FLOWS as STAKES
from isthmus.errors import CodeUnknown, DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.ask.coercion import LADDER, answering, coded, price, standing, steps_of
from isthmus.study.ask.events import event_name, events
from isthmus.study.ask.lookthrough import DATASETS, input_finding
from isthmus.study.ask.trade import FLOWS, link_finding, year_of
from isthmus.study.money import unit_of
from isthmus.study.page import Page
from isthmus.world.shipped import TABLE, YEAR

QUARTER, WHOLE = 90, 365
ENDS = ("", "_low", "_high")


def say_known(page: Page) -> None:
    """List what is measured between the parties, by the pages that the study has."""
    from isthmus.study.subjects import pages_of

    there = {choice.page for choice in pages_of(page.study)}
    if there & {"dependence", "exposure", "chains"} and not page.context.missing(FLOWS):
        through = "chains" in there and not page.context.missing(TABLE)
        page.attempt(lambda part: _ties(part, through=through))
    if "disruption" in there:
        page.attempt(_losses)
    if "ladder" in there:
        page.attempt(_steps)


def _ties(page: Page, *, through: bool) -> None:
    """What home buys from and sells to each of the others, of all that it buys and sells."""
    context, rows = page.context, []
    page.fields["table_year"] = str(YEAR)
    own = set(context.members(page.home))
    others = [code for role, code in page.study.parties.items() if role != "home"]
    for code in dict.fromkeys(others):
        if own & set(codes.members(code)):
            continue
        bought = link_finding(context, page.home, code, "share_of_imports")
        sold = link_finding(context, code, page.home, "share_of_exports")
        row = {"economy": context.label(code), "bought": bought.value, "sold": sold.value}
        page.keep(bought, sold)
        if through:
            behind = input_finding(context, page.home, code, "look_through")
            page.keep(behind)
            row["behind"] = behind.value
        rows.append(row)
    if rows:
        frame = pl.DataFrame(rows)
        page.table(
            "ties",
            frame,
            dict.fromkeys(frame.columns[1:], "share"),
            kind=Kind.ESTIMATED,
            datasets=[FLOWS, *(DATASETS if through else ())],
            notes=["exposure_not_loss", *(["ties_through"] if through else [])],
            year=year_of(context),
        )


def _losses(page: Page) -> None:
    """What home loses in each event of which there is a recorded run, and in the worst of them."""
    from isthmus.study.subjects import measures

    loss, found, lacking = measures()["disruption.loss"].run, {}, []
    for event in events(page.context):
        about = {"event": event.key, "actor": event.actor, "economy": page.home}
        try:
            both = [loss(page.context, **about, days=days) for days in (QUARTER, WHOLE)]
        except CodeUnknown:
            continue
        except DataMissing:
            lacking.append(event_name(page.context, event))
            continue
        found[event_name(page.context, event)] = both
    if lacking:
        page.fields["study"] = page.study.name
        page.gap("no_runs", events="; ".join(lacking))
    if not found:
        return
    page.keep(*(one for both in found.values() for one in both))
    worst = max(found, key=lambda name: found[name][0].value or 0.0)
    page.say("answer.plain_loss", event=worst, quarter=found[worst][0], year=found[worst][1])
    rows = [
        {"event": name, **_ends("quarter", quarter), **_ends("year", year)}
        for name, (quarter, year) in found.items()
    ]
    frame = pl.DataFrame(rows)
    page.table(
        "losses",
        frame,
        dict.fromkeys(frame.columns[1:], "share"),
        kind=Kind.ASSUMED,
        datasets=_datasets([one for both in found.values() for one in both]),
        notes=["sheet_draws"],
    )


def _steps(page: Page) -> None:
    """What each step towards the partner may cost home, by listed assumptions."""
    context = page.context
    if context.missing(STAKES, *LADDER) or not coded(context):
        return
    if page.home not in answering(context) and len(context.members(page.home)) == 1:
        return
    priced = {
        step.title: price(context, step.key, page.home, standing(context))
        for step in steps_of(context)
    }
    if not priced:
        return
    page.keep(*priced.values())
    order = sorted(priced, key=lambda title: priced[title].value or 0.0)
    least, most = order[0], order[-1]
    page.say(
        "answer.plain_step",
        least=priced[least],
        least_step=page.inside(least),
        price=priced[most],
        step=page.inside(most),
    )
    page.table(
        "steps",
        pl.DataFrame([{"rung": title, **_ends("price", one)} for title, one in priced.items()]),
        dict.fromkeys((f"price{end}" for end in ENDS), unit_of(context, YEAR)),
        kind=Kind.ASSUMED,
        datasets=_datasets(list(priced.values())),
        notes=["price_range"],
    )


def _ends(name: str, found: Finding) -> dict[str, float | None]:
    return dict(
        zip((f"{name}{end}" for end in ENDS), (found.value, found.low, found.high), strict=True)
    )


def _datasets(found: Sequence[Finding]) -> list[str]:
    return sorted({key for one in found for key in one.datasets})
