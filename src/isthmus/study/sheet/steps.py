"""The price of each step of the ladder to a member, with its range."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.evidence import Kind
from isthmus.study.ask.coercion import (
    AGREED,
    LADDER,
    answering,
    coded,
    inside,
    price,
    standing,
    steps_of,
)
from isthmus.study.money import unit_of
from isthmus.study.page import Page
from isthmus.study.sheet.side import Side
from isthmus.study.subjects.ladder.measures import below_cap, break_even
from isthmus.world.shipped import YEAR


def write(page: Page, side: Side) -> None:
    """List what each step may cost the member, without help and with help agreed beforehand."""
    if not side.rival:
        page.gap("sheet_no_rival")
        return
    if side.role != "home":
        page.gap("sheet_steps_home")
        return
    if page.lacks(*LADDER, gap="no_table"):
        return
    if not coded(page.context):
        page.gap("episodes_sender")
        return
    if side.member not in answering(page.context):
        page.gap("sheet_no_price")
        return
    page.rests_on(*LADDER, kind=Kind.ASSUMED)
    context, alone, bloc = page.context, standing(page.context), inside(page.context)
    readings = {"before": alone, "after": AGREED} if bloc else {"before": alone}
    rows: list[dict[str, Any]] = []
    for step in steps_of(context):
        row: dict[str, Any] = {"rung": step.title}
        for name, support in readings.items():
            found = price(context, step.key, side.member, support)
            page.keep(found)
            row |= {name: found.value, f"{name}_low": found.low, f"{name}_high": found.high}
        even = break_even(context, step.key, side.member, alone)
        page.keep(even)
        rows.append(row | {"even": below_cap(even)})
    frame = pl.DataFrame(rows, schema_overrides={"even": pl.Float64})
    numbers = [name for name in frame.columns if name not in ("rung", "even")]
    page.table(
        "steps",
        frame,
        dict.fromkeys(numbers, unit_of(context, YEAR)) | {"even": "share"},
        notes=["sheet_steps", "even_cap", "support" if bloc else "no_support"],
    )
