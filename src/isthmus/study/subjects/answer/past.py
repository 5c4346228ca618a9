"""What happened last time: pressure on home or its members in money, as published."""

from __future__ import annotations

import polars as pl

from isthmus import codes
from isthmus.coercion.record import PRECEDENTS, precedents
from isthmus.study.ask.coercion import case_name, coded
from isthmus.study.page import Page
from isthmus.study.rests import of_table


def say_last_time(page: Page) -> None:
    """Say what pressure by the rival did to home or its members, in money, as published."""
    if not page.has("rival") or page.context.missing(PRECEDENTS) or not coded(page.context):
        return
    table = precedents(page.world)
    members = set(codes.members(page.home)) | {page.home.partition("@")[0]}
    short = {page.home.partition("@")[0][:2]} if len(members) > 2 else set()
    head = pl.col("case").str.split("-").list.first()
    frame = table.frame.filter(head.is_in(sorted(members | short)))
    if frame.is_empty():
        page.gap("no_precedent")
        return
    kept = ("case", "indicator", "told", "unit", "period", "source")
    page.table(
        "last_time",
        frame.select(kept).with_columns(
            pl.col("case").map_elements(
                lambda case: case_name(page.context, case), return_dtype=pl.String
            )
        ),
        {},
        attributes=["told", "unit", "source"],
        **of_table(table),
    )
