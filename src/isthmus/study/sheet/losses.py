"""What a member loses in each event of the study, by the recorded runs."""

from __future__ import annotations

import polars as pl

from isthmus.errors import CodeUnknown
from isthmus.evidence import Kind
from isthmus.study.ask.events import events
from isthmus.study.page import Page
from isthmus.study.sheet.side import Side
from isthmus.study.subjects import pages_of
from isthmus.study.subjects.disruption.runs import (
    QUARTER,
    WHOLE,
    datasets,
    loss_finding,
    there,
)
from isthmus.study.subjects.disruption.tables import event_name
from isthmus.world.shipped import YEAR

NUMBERS = ("quarter", "quarter_low", "quarter_high", "year", "year_low", "year_high")


def write(page: Page, side: Side) -> None:
    """List the loss of the first quarter and of the year, with the range of the draws."""
    context = page.context
    page.fields["study"] = page.study.name
    if "disruption" not in {choice.page for choice in pages_of(context.study)}:
        page.gap("sheet_no_events")
        return
    known = there(context)
    lacking = [event for event in events(context) if event not in known]
    if lacking:
        page.gap("no_runs", events="; ".join(event_name(page, event) for event in lacking))
    rows, used = [], set()
    for event in known:
        try:
            found = [loss_finding(context, event, side.member, days) for days in (QUARTER, WHOLE)]
        except CodeUnknown:
            continue
        page.keep(*found)
        used |= set(datasets(context, event))
        ends = [number for f in found for number in (f.value, f.low, f.high)]
        rows.append({"event": event_name(page, event), **dict(zip(NUMBERS, ends, strict=True))})
    if known and not rows:
        page.gap("sheet_no_losses")
    if rows:
        page.rests_on(*sorted(used), kind=Kind.ASSUMED)
        page.fields["year"] = YEAR
        page.table(
            "losses", pl.DataFrame(rows), dict.fromkeys(NUMBERS, "share"), notes=["sheet_draws"]
        )
