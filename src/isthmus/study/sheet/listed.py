"""Firms of a member that were listed, and other coded measures against it."""

from __future__ import annotations

from isthmus.study.ask.coercion import (
    EPISODES,
    at_least,
    coded,
    episodes,
    last_year,
    weakest_of,
)
from isthmus.study.page import Page
from isthmus.study.sheet.side import Side
from isthmus.study.subjects.ladder.measures import listings

SHOWN = 4
SINCE = 2025
COLUMNS = ("instrument", "products", "trigger", "kind")


def write(page: Page, side: Side) -> None:
    """Say how many listings of firms are coded, and list the latest measures."""
    if not side.rival:
        page.gap("sheet_no_rival")
        return
    if page.lacks(EPISODES, gap="no_episodes"):
        return
    if not coded(page.context):
        page.gap("episodes_sender")
        return
    found = episodes(page.context, side.rival, side.member)
    page.rests_on(EPISODES, kind=weakest_of(found))
    if found.is_empty():
        page.say("answer.listed_none", until=last_year(page.context))
        return
    number = page.finding(
        f"sheet.measures.{side.rival}.{side.member}",
        found.height,
        "count",
        year=f"1992-{last_year(page.context)}",
        method="coercion_count",
        **at_least(found.height),
    )
    firms = listings(page.context, sender=side.rival, target=side.member, since=SINCE)
    if firms.value:
        page.say("answer.listed", firms=firms, since=SINCE, number=number)
    else:
        page.say("answer.listed_other", since=SINCE, number=number)
    latest = found.sort("start", "case", "products", descending=[True, False, False]).head(SHOWN)
    page.table(
        "listed",
        latest.select("start", *COLUMNS),
        {},
        attributes=COLUMNS,
        notes=["selected_cases"],
        shown=latest.height,
        whole=found.height,
    )
