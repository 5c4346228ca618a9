"""What the vote of a member is needed for, and its weight."""

from __future__ import annotations

import polars as pl

from isthmus.cooperation.agree import COUNCIL, UNION, YEAR_OF_COUNCIL, acts, blocking, power
from isthmus.cooperation.stage import Stage
from isthmus.evidence import Kind
from isthmus.study.ask.packages import DATA, catalogue_of, staged
from isthmus.study.page import Page
from isthmus.study.sheet.side import Side

VOTED = ("unanimity", "qualified majority", "national", "board")
"""Votes in which a member has a say, the strongest first."""


def write(page: Page, side: Side) -> None:
    """Say how much the vote weighs, and list the acts that need it."""
    member_of_council = side.member in page.context.members(UNION)
    if member_of_council and not page.context.missing(COUNCIL):
        _weight(page, side)
    if not page.has("partner") or not catalogue_of(page.context):
        page.gap("no_catalogue" if page.has("partner") else "sheet_no_partner")
        return
    if page.lacks(*DATA, gap="no_steps"):
        return
    stage = staged(page.context)
    if member_of_council and stage.home == UNION and "rival" in stage.parties:
        _blocks(page, side, stage)
    if side.role != "home":
        page.gap("sheet_acts_home")
        return
    _acts(page, stage)


def _weight(page: Page, side: Side) -> None:
    page.rests_on(COUNCIL)
    row = power(page.world)["power"].frame.row(
        by_predicate=pl.col("economy") == side.member, named=True
    )
    number = {
        name: page.finding(
            f"sheet.{name}.{side.member}",
            row[column],
            "share",
            year=YEAR_OF_COUNCIL,
            method=f"sheet_{name}",
        )
        for name, column in (("population", "share"), ("power", "value"))
    }
    page.say("answer.weight", **number)


def _blocks(page: Page, side: Side, stage: Stage) -> None:
    """In how many of the smallest groups of exposed members the member stands."""
    table = blocking(stage)
    groups = [group.split() for group in table.frame["group"]]
    if not groups:
        return
    found = page.finding(
        f"sheet.blocking.{side.member}",
        sum(side.member in group for group in groups),
        "count",
        year=YEAR_OF_COUNCIL,
        kind=Kind.ESTIMATED,
        datasets=table.datasets,
    )
    page.say("answer.blocking", found=found, count=len(groups))


def _acts(page: Page, stage: Stage) -> None:
    """What needs a vote, by the vote; each act once."""
    votes = {
        action.title: action.vote
        for package in stage.packages
        for action in stage.catalogue.members(package)
    }
    listed = acts(stage.catalogue, stage.packages)
    titles = [t for t in dict.fromkeys(listed.frame["title"]) if votes[t] in VOTED]
    words = dict(zip(listed.frame["title"], listed.frame["vote"], strict=True))
    rows = [
        {"vote": words[chosen[0]], "count": len(chosen), "acts": "; ".join(chosen)}
        for vote in VOTED
        if (chosen := [t for t in titles if votes[t] == vote])
    ]
    if not rows:
        page.gap("sheet_no_votes")
        return
    page.table(
        "votes",
        pl.DataFrame(rows),
        {"count": "count"},
        attributes=["acts"],
        kind=Kind.ASSUMED,
        datasets=[],
        notes=["law_unchecked"],
    )
