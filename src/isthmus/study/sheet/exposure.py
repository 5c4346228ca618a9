"""What a member trades with the rival and across: every record, and what stands behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from isthmus.codes.roles import hubs_of
from isthmus.coercion.stakes import FLOWS as STAKES
from isthmus.dependence.customs import BALANCED, FIGURES, IMPORTER
from isthmus.evidence import Kind
from isthmus.study.ask.coercion import LADDER, answering, coded
from isthmus.study.ask.lookthrough import input_finding
from isthmus.study.ask.records import SOURCES, note_alone, records
from isthmus.study.ask.trade import FLOWS, link, link_finding, member_trade, year_of
from isthmus.study.page import Page
from isthmus.study.sheet.side import Side
from isthmus.study.subjects.ladder.measures import exposure as sold_over_gdp
from isthmus.world.shipped import TABLE

MONEY = "million USD"
DESCRIBED = ("record", "year", "recorded", "hong_kong", "kind")


def write(page: Page, side: Side) -> None:
    """Say what the member trades with whom, by which record."""
    if page.lacks(FLOWS, gap="no_flows"):
        return
    if not side.counterparts:
        page.gap("sheet_nobody")
        return
    page.rests_on(FLOWS)
    page.fields["year"] = year_of(page.context)
    _rank(page, side)
    _behind(page, side)
    pairs = [
        (b, s)
        for other in side.counterparts
        for b, s in ((side.member, other), (other, side.member))
    ]
    alone = [p for p in pairs if records(page.context, *p).is_empty()]
    page.table(
        "exposure",
        pl.DataFrame([row for pair in pairs for row in _rows(page, side.member, *pair)]),
        {"value": MONEY, "share": "share"},
        attributes=DESCRIBED,
        datasets=[*page.datasets, *(SOURCES if len(alone) < len(pairs) else ())],
        notes=["exposure_not_loss", "sheet_records"],
    )
    note_alone(page, [p for p in alone if p[::-1] in alone])


def _rank(page: Page, side: Side) -> None:
    """Where the member stands among those of its party, by the share of the rival in imports."""
    if not side.rival or len(page.context.members(side.party)) < 2:
        return
    frame = member_trade(page.context, side.party, side.rival)["members"].frame
    shares = frame.filter(pl.col("scope") == "goods").drop_nulls("share_of_imports")
    own = shares.filter(economy=side.member)["share_of_imports"]
    if own.is_empty():
        return
    rank = page.finding(
        f"sheet.rank.{side.member}.{side.rival}",
        1 + shares.filter(pl.col("share_of_imports") > own[0]).height,
        "count",
    )
    page.say("answer.rank", rank=rank, count=shares.height, party=page.context.name(side.party))


def _behind(page: Page, side: Side) -> None:
    """What direct trade leaves out: inputs through others, and value added that is sold."""
    context = page.context
    if side.role == "home" and side.rival and page.has("partner") and not context.missing(TABLE):
        page.say(
            "answer.behind", through=input_finding(context, side.member, side.rival, "look_through")
        )
    if side.role != "home" or not side.rival or context.missing(*LADDER, STAKES):
        return
    if coded(context) and side.member in answering(context):
        page.say("answer.sold", sold=sold_over_gdp(context, side.member))


def _rows(page: Page, member: str, importer: str, exporter: str) -> Iterator[dict[str, Any]]:
    """One row per record of what one side bought: balanced first, then customs by year."""
    context, bought = page.context, importer == member
    what = "share_of_imports" if bought else "share_of_exports"
    other = context.label(exporter if bought else importer)
    head = {"link": page.word("sheet.buys" if bought else "sheet.sells", other=other)}
    balanced = link(context, importer, exporter)
    page.keep(*(link_finding(context, importer, exporter, column) for column in ("value", what)))
    yield head | {
        "record": page.word("word.record_balanced"),
        "year": str(balanced["year"]),
        "value": balanced["value"],
        "share": balanced[what],
        "recorded": "",
        "hong_kong": "apart" if any(map(hubs_of, (importer, exporter))) else "",
        "kind": context.kind_of(FLOWS).value,
    }
    held = records(context, importer, exporter)
    if held.is_empty():
        return
    shown = held.filter(
        (pl.col("record") != BALANCED)
        & ((pl.col("year") == year_of(context)) | (pl.col("age") == 0))
    )
    for row in shown.sort("year", "record", "partner", "value").iter_rows(named=True):
        yield head | {
            "record": page.word(f"word.record_{row['record']}"),
            "year": str(row["year"]),
            "value": row["value"],
            "share": row[what],
            "recorded": _recorded(page, row),
            "hong_kong": row["hong_kong"],
            "kind": Kind(row["kind"]).value,
        }


def _recorded(page: Page, row: Mapping[str, Any]) -> str:
    """What the office published, in its own unit and currency.

    An office may publish a share beside a value: a record is known by the source it begins with.
    """
    catalogue = page.context.catalogue
    flow = "import" if row["record"] == IMPORTER else "export"
    found = page.world.table(FIGURES).filter(
        reporter=row["reporter"],
        partner=row["partner"],
        flow=flow,
        product="goods",
        period=str(row["year"]),
    )
    said = [
        f"{catalogue.written(f'{v:g}')} {catalogue.said(u)} {c or ''}".strip()
        for v, u, c, *origin in found.select("value", "unit", "currency", "source", "note").rows()
        if f"{row['definition']}; ".startswith(f"{'; '.join(filter(None, origin))}; ")
    ]
    return "; ".join(dict.fromkeys(said))
