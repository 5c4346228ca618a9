"""How each member of the home coalition is exposed to the rival and to the partner."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.evidence import Finding
from isthmus.study.ask.records import note_records
from isthmus.study.ask.trade import FLOWS, GOODS, member_trade, year_of
from isthmus.study.outlines import FEWEST_ON_MAP, POINTS, SHAPES, outlines_of
from isthmus.study.page import Fields, Page

CLASSES = (0.02, 0.04, 0.06, 0.08)
SHARE = {"share": "share"}


def write(page: Page) -> None:
    """Answer which members are exposed to the rival most, and which to the partner."""
    if page.lacks(FLOWS, gap="no_flows"):
        return
    if len(page.context.members(page.home)) < 2:
        page.gap("single_economy")
        return
    page.rests_on(FLOWS)
    page.fields["year"] = year_of(page.context)
    frame = _frame(page)
    bought = _end(page, frame, "rival_imports", -1)
    ends = _end(page, frame, "rival_imports", 0, "low") | bought
    page.say("answer.imports", **ends)
    sold = _end(page, frame, "rival_exports", -1)
    page.say("answer.exports", **sold)
    page.say("answer.partner", **_end(page, frame, "partner_imports", -1))
    page.headline(30, **ends)
    _map(page, frame, sold)
    _dots(page, frame)
    _members(page, frame)
    page.note("exposure_not_loss", "goods_leave_out", "own_imports")
    note_records(page, (page.home, page.rival), (page.home, page.partner))


def _frame(page: Page) -> pl.DataFrame:
    """One row per member: shares of rival and partner in its goods imports and exports."""

    def side(on: str, prefix: str) -> pl.DataFrame:
        frame = member_trade(page.context, page.home, on)["members"].frame
        return frame.filter(pl.col("scope") == GOODS).select(
            pl.col("economy").alias("member"),
            pl.col("share_of_imports").alias(f"{prefix}_imports"),
            pl.col("share_of_exports").alias(f"{prefix}_exports"),
        )

    joined = side(page.rival, "rival").join(side(page.partner, "partner"), on="member")
    return joined.sort(["rival_imports", "member"], descending=[True, False])


def _end(page: Page, frame: pl.DataFrame, column: str, at: int, name: str = "high") -> Fields:
    """The smallest (0) or the largest (-1) value of a column, with the member's name."""
    row: dict[str, Any] = frame.sort([column, "member"]).row(at, named=True)
    found: Finding = page.finding(
        f"exposure.{column}.{row['member']}",
        row[column],
        "share",
        method="member_imports" if column.endswith("imports") else "member_exports",
        caveat="goods_only",
    )
    return {name: found, f"{name}_name": page.context.name(row["member"])}


def _map(page: Page, frame: pl.DataFrame, high: Fields) -> None:
    if page.context.missing(SHAPES, POINTS):
        return
    outlines = outlines_of(page.context)
    if outlines.covers(tuple(frame["member"].to_list())) < FEWEST_ON_MAP:
        return
    rows = frame.select(
        page.labels("member", "economy"),
        pl.col("member").alias("code"),
        pl.col("rival_exports").alias("share"),
    )
    page.chart(
        "map",
        rows,
        ChartSpec(
            "map",
            x="code",
            value="share",
            value_title=page.axis("share_of_goods_exports"),
            bins=CLASSES,
            share=True,
        ),
        SHARE,
        outlines=outlines,
        about={
            "datasets": [FLOWS, SHAPES, POINTS],
            "attributes": ["code"],
            "notes": ["boundaries"],
        },
        **high,
    )


def _dots(page: Page, members: pl.DataFrame) -> None:
    pairs = ((page.rival, "rival_imports"), (page.partner, "partner_imports"))
    rows = [
        {
            "economy": page.context.label(row["member"]),
            "exporter": page.context.label(exporter),
            "share": row[column],
        }
        for row in members.to_dicts()
        for exporter, column in pairs
    ]
    larger = page.finding(
        f"exposure.members_more_on_rival.{page.home}",
        int((members["rival_imports"] > members["partner_imports"]).sum()),
        "count",
        method="members_more_on_rival",
    )
    frame = pl.DataFrame(rows)
    page.chart(
        "members",
        page.made("dots", frame, SHARE),
        page.dots(
            "share",
            by="economy",
            axis=page.numbers("share_of_goods_imports", frame, "share"),
            series="exporter",
            roles=page.roles(page.rival, page.partner),
        ),
        larger=larger,
        count=members.height,
    )


def _members(page: Page, frame: pl.DataFrame) -> None:
    columns = ["rival_imports", "rival_exports", "partner_imports", "partner_exports"]
    page.table(
        "members",
        frame.select(page.labels("member", "economy"), *columns),
        dict.fromkeys(columns, "share"),
        notes=["exposure_not_loss", "goods_leave_out"],
    )
