"""How the parties vote, and with whom the partner has no votes to compare."""

from __future__ import annotations

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding
from isthmus.study.page import Page
from isthmus.study.subjects.alignment.measures import VOTES, gap, mean_point, vote_year


def write(page: Page) -> None:
    """Answer where the parties stand in votes of the General Assembly."""
    if page.lacks(VOTES, gap="no_votes"):
        return
    page.rests_on(VOTES)
    page.fields["year"] = vote_year(page.context)
    points = _points(page)
    for party in (page.home, page.partner):
        if {party, page.rival, page.ally} <= set(points):
            _say(page, party, points)
    if points:
        _chart(page, points)
    page.note("votes_only")


def _points(page: Page) -> dict[str, Finding]:
    points = {}
    for party in (page.home, page.partner, page.rival, page.ally):
        try:
            points[party] = mean_point(page.context, party)
        except DataMissing:
            page.gap("votes_party", party=page.context.name(party))
    return points


def _say(page: Page, party: str, points: dict[str, Finding]) -> None:
    name = page.context.name(party)
    page.say(
        "answer",
        party=name,
        point=points[party],
        rival_point=points[page.rival],
        ally_point=points[page.ally],
    )
    found = gap(page.context, party=party, near=page.ally, far=page.rival)
    page.say("gap", party=name, years=found.year, gap=found)


def _chart(page: Page, points: dict[str, Finding]) -> None:
    context = page.context
    frame = page.world.ideal_points(page.fields["year"])
    rows = [
        {
            "economy": context.label(row["economy"]),
            "party": context.label(party),
            **{name: row[name] for name in ("value", "low", "high")},
        }
        for party in points
        for row in frame.filter(pl.col("economy").is_in(context.members(party))).to_dicts()
    ]
    first, point = next(iter(points.items()))
    page.chart(
        "points",
        pl.DataFrame(rows).sort(["value", "economy"], descending=[True, False]),
        page.dots(
            "value", by="economy", axis="ideal_point", series="party", roles=page.roles(*points)
        ),
        dict.fromkeys(("value", "low", "high"), "1"),
        about={"notes": ["votes_only"]},
        party=context.name(first),
        point=point,
        count=len(rows),
    )
