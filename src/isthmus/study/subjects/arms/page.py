"""How concentrated arms supply is, over time, for the partner and the members of home."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.page import Page
from isthmus.study.subjects.arms import waiting
from isthmus.study.subjects.arms.measures import (
    ARMS,
    SUPPLIERS,
    concentration,
    shares_of,
    supplier_share,
)

SHARE = {"share": "share"}
NOTES = {"notes": ["arms_volume"]}


def write(page: Page) -> None:
    """Answer how much arms supply rests on the ally, and how it has moved."""
    if page.lacks(ARMS, SUPPLIERS, gap="no_arms"):
        return
    if shares_of(page.context, page.ally).is_empty():
        page.gap("arms_supplier")
        return
    kind = Kind.weakest([Kind.ESTIMATED, page.context.kind_of(ARMS, SUPPLIERS)])
    page.rests_on(ARMS, SUPPLIERS, kind=kind)
    _over_time(page)
    for rank, party in ((15, page.partner), (16, page.home)):
        if not _members(page, party):
            _single(page, party, rank)
    for party in (page.home, page.partner):
        if _members(page, party):
            _coalition(page, party)
    page.note("arms_volume", "arms_window")
    waiting.add(page)


def _members(page: Page, party: str) -> bool:
    return len(page.context.members(party)) > 1


def _single(page: Page, party: str, rank: int) -> None:
    name = page.context.name(party)
    try:
        share = supplier_share(page.context, economy=party, supplier=page.ally)
        hhi = concentration(page.context, economy=party)
    except DataMissing:
        page.gap("arms_party", party=name)
        return
    page.say("answer.party", party=name, period=share.year, share=share, hhi=hhi)
    page.headline(rank, party=name, period=share.year, share=share)


def _coalition(page: Page, group: str) -> None:
    rows, name = _rows(page, group), page.context.name(group)
    if rows.is_empty():
        page.gap("arms_party", party=name)
        return
    period = str(rows["period"].max())
    last = rows.filter(pl.col("period") == period)
    median = page.finding(
        f"arms.median_share.{page.ally}.{group}",
        _median(last),
        "share",
        year=period,
        method="arms_median",
        low=last["share"].min(),
        high=last["share"].max(),
        interval="range_of_members",
        caveat="arms_volume",
    )
    page.say("answer.members", group=name, median=median, period=period)
    _weighted(page, group, last, period)
    half = page.finding(
        f"arms.members_above_half.{page.ally}.{group}",
        int((last["share"] > 0.5).sum()),
        "count",
        year=period,
    )
    page.chart(
        "members",
        last.sort(["share", "economy"], descending=[True, False]).select(
            page.labels("economy"), "share", "hhi"
        ),
        page.bars("share", by="economy", axis="share_of_arms", colour="ally"),
        {"share": "share", "hhi": "1"},
        about=NOTES,
        group=name,
        half=half,
        count=last.height,
        period=period,
    )


def _weighted(page: Page, group: str, last: pl.DataFrame, period: str) -> None:
    """Say what the share is by volume, where the volumes of the members are held."""
    weights = page.world.arms().filter(period=period).select("economy", "weight")
    both = last.join(weights, on="economy", how="left")
    if both["weight"].null_count() or not both["weight"].sum():
        page.gap("arms_weights", party=page.context.name(group))
        return
    weighted = page.finding(
        f"arms.weighted_share.{page.ally}.{group}",
        float(np.average(both["share"].to_numpy(), weights=both["weight"].to_numpy())),
        "share",
        year=period,
        method="arms_weighted",
        caveat="arms_volume",
    )
    middle = _median(last)
    more = (weighted.value or 0.0) > middle
    page.say(
        "answer.weighted" if more else "answer.weighted_below",
        group=page.context.name(group),
        weighted=weighted,
    )


def _rows(page: Page, party: str) -> pl.DataFrame:
    """Share of the ally by economy and period for the members of a party."""
    return (
        page.world.arms()
        .filter(pl.col("economy").is_in(page.context.members(party)))
        .join(shares_of(page.context, page.ally), on=["economy", "period"])
        .select("economy", "period", "share", "hhi")
        .sort("economy", "period")
    )


def _median(rows: pl.DataFrame) -> float:
    found = rows["share"].median()
    return float(str(found))


def _over_time(page: Page) -> None:
    rows = [row for party in (page.partner, page.home) for row in _windows(page, party)]
    if not rows:
        return
    labels = list(dict.fromkeys(str(row["party"]) for row in rows))
    of_first = [row for row in rows if row["party"] == labels[0]]
    start, end = (_at(page, row) for row in (of_first[0], of_first[-1]))
    page.chart(
        "over_time",
        pl.DataFrame(rows),
        page.lines(
            "share",
            along="period",
            axis="share_of_arms",
            series="party",
            roles=dict(zip(labels, ("partner", "home"), strict=False)),
        ),
        SHARE,
        said="time",
        about=NOTES,
        party=labels[0],
        start=start,
        end=end,
        first=start.year,
        last=end.year,
    )


def _windows(page: Page, party: str) -> list[dict[str, Any]]:
    """A party's share in every window; of a coalition its median member's."""
    frame, label = _rows(page, party), page.context.label(party)
    if _members(page, party):
        label = page.word("word.median", group=label)
    return [
        {"period": period, "party": label, "share": _median(frame.filter(period=period))}
        for period in sorted(frame["period"].unique().to_list())
    ]


def _at(page: Page, row: dict[str, Any]) -> Finding:
    return page.finding(
        f"arms.share.{page.ally}.{row['party']}.{row['period']}",
        row["share"],
        "share",
        year=row["period"],
        caveat="arms_volume",
    )
