"""Shells, missiles and drones: what holds them down, what remedies buy, on whom they rest."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.evidence import Finding, Kind
from isthmus.production import load_bill
from isthmus.study.numbers import SHARE_OF_DRAWS, number
from isthmus.study.page import Page
from isthmus.study.rests import drawn, of_data
from isthmus.study.subjects.munitions import partner
from isthmus.study.subjects.munitions.measures import delivered, held_by_inputs, of_line
from isthmus.study.subjects.munitions.partner import item_name
from isthmus.study.subjects.munitions.runs import (
    FAMILIES,
    OUTPUT,
    STOP_DAY,
    SURGE,
    compared,
    stopped,
    suppliers_in,
    surged,
)

SHELLS = FAMILIES[0]
SHOWN = 0.02
"""Share of weeks below which an item is left out of the chart."""

TENFOLD = 10.0
"""Ratio of the ends of a range from which no central figure is given."""

SHARES = {"median": "share", "low": "share", "high": "share"}


def write(page: Page, surge: float = SURGE) -> None:
    """Answer what holds defence lines down when demand grows, and who can help.

    The lines stand for their kind wherever they run: shells in the bloc, interceptors in the ally,
    small drones anywhere.
    """
    if page.lacks(OUTPUT, gap="no_output"):
        return
    page.fields["surge"] = f"{surge:g}"
    page.rests_on(kind=Kind.ASSUMED)
    page.fields["year"] = load_bill(SHELLS).head.start.year
    _held(page, surge)
    _remedies(page, surge)
    _reliance(page)
    _stated(page)
    partner.add(page)
    page.note("lines_assumed", "stated_not_output")


def family_name(page: Page, family: str) -> str:
    """Return what a family is called inside a sentence."""
    return page.word(f"munitions.family.{family}")


def _held(page: Page, surge: float) -> None:
    """Say what holds each family down, with its range."""
    rows: list[dict[str, Any]] = []
    for family in FAMILIES:
        held = surged(page.context, family, surge)["held"].frame
        items = held.filter(~pl.col("item").is_in(["", family]))
        first = items.row(0, named=True)
        name = family_name(page, family)
        share = _share(page, family, first["item"], first)
        fields = {
            "family": name,
            "item": item_name(page, first["item"]),
            "share": share,
            "delivered": delivered(page.context, family, surge, remedied=False),
        }
        page.say("answer.held_open" if share.value is None else "answer.held", **fields)
        if family == SHELLS:
            limited = held_by_inputs(page.context, family=family, surge=surge)
            page.fields["limited"] = limited
            if suppliers_in(family, page.home):
                page.headline(26, "headline_held", **fields)
                _driver(page, family, surge)
        kept = items.filter(pl.col("median") >= SHOWN).to_dicts()
        rows += [
            {"item": f"{item_name(page, row['item'])} ({name})"}
            | {c: row[c] for c in (*SHARES, "draws")}
            for row in kept
        ]
    page.chart(
        "held",
        pl.DataFrame(rows),
        page.dots("median", by="item", axis="share_of_weeks", colour="home"),
        SHARES | {"draws": SHARE_OF_DRAWS},
        about={"notes": ["lines_assumed"]},
    )
    page.keep(*(held_by_inputs(page.context, family=f, surge=surge) for f in FAMILIES))


def _driver(page: Page, family: str, surge: float) -> None:
    """Name the number that what is delivered of a family goes with most."""
    found = surged(page.context, family, surge)["drivers"].frame.filter(item=family)
    moved, name = delivered(page.context, family, surge, remedied=False), family_name(page, family)
    if found.is_empty():
        page.drawn_driver("delivered", moved, "", None, family=name)
        return
    first = found.row(0, named=True)
    of, *middle, what = first["number"].split(".")
    item, used = middle[0], middle[-1]
    if of == "suppliers":
        (item,) = {s.item for s in load_bill(family).suppliers if s.name == ".".join(middle)}
    elif of == "demands":
        what = "demand"
    elif "inputs" in middle:
        item = used
    word = page.word(f"munitions.number.{what}", item=item_name(page, item))
    page.drawn_driver("delivered", moved, word, first["value"], family=name)


def _share(page: Page, family: str, item: str, row: dict[str, Any]) -> Finding:
    """Return the share of weeks; without a value where the ends are tenfold apart or more."""
    value = row["median"] if row["high"] < TENFOLD * row["low"] else None
    of = f"held.{family}.{item}"
    return of_line(page.context, family, of, value, drawn(row), method="munitions_held_item")


def _remedies(page: Page, surge: float) -> None:
    """List what each remedy buys by when, and say what all of them together do."""
    units = {"cost": "m EUR", "yearly": "m EUR"}
    units |= dict.fromkeys(("effect_median", "effect_low", "effect_high"), "days")
    acts = compared(page.context, SHELLS, surge)["acts"].frame
    known = {remedy.name: remedy.title for remedy in load_bill(SHELLS).remedies}
    items = {item: item_name(page, item) for item in acts["item"].unique() if item}
    named = acts.select(pl.col("remedy").replace(known), pl.col("item").replace(items), *units)
    page.table("remedies", named, units, attributes=["item"])
    page.say(
        "answer.remedies",
        family=family_name(page, SHELLS),
        without=delivered(page.context, SHELLS, surge, remedied=False),
        with_all=delivered(page.context, SHELLS, surge, remedied=True),
    )


def _reliance(page: Page) -> None:
    """Say how long each family runs once all suppliers in a party stop, where any are held."""
    rows: list[dict[str, Any]] = []
    for role in ("rival", "ally", "partner"):
        for party in page.given(role):
            rows += [_rested(page, family, party) for family in FAMILIES]
    found = [row for row in rows if row["items"]]
    if not found:
        return
    for row in found:
        if row["day"] is not None:
            page.say("answer.reliance", family=row["family"], **row["said"])
    page.table(
        "reliance",
        pl.DataFrame(
            [{k: v for k, v in row.items() if k not in {"said", "day"}} for row in rows],
            schema_overrides=dict.fromkeys(("median", "low", "high"), pl.Float64),
        ),
        dict.fromkeys(("median", "low", "high"), "days"),
        attributes=["items"],
        notes=["no_supplier_held"],
    )


def _rested(page: Page, family: str, party: str) -> dict[str, Any]:
    """Return a family's row for the stop of all suppliers in a party."""
    items = suppliers_in(family, party)
    name = page.context.name(party)
    row: dict[str, Any] = {
        "family": family_name(page, family),
        "sender": page.context.label(party),
        "items": ", ".join(item_name(page, one) for one in items),
        **dict.fromkeys(("median", "low", "high"), None),
        "day": None,
    }
    if not items:
        return row
    stop = stopped(page.context, family, party)["stops"].frame.row(0, named=True)
    ends = {end: stop[f"stop_{end}"] for end in ("median", "low", "high")}
    row |= {end: None if day is None else day - STOP_DAY for end, day in ends.items()}
    if row["median"] is not None:
        key = f"stop.{family}.{party}"
        row["day"] = of_line(page.context, family, key, row["median"], drawn(row), "days")
    row["said"] = {"party": name, "items": row["items"], "days": row["day"]}
    return row


def _stated(page: Page) -> None:
    """List what officials, makers and others stated on shells."""
    frame = page.world.table(OUTPUT).filter(
        pl.col("item").str.contains("155 mm|artillery") & pl.col("value").is_not_null()
    )
    page.table(
        "stated",
        frame.select(
            "producer", "item", "period", "value", "unit", "status", "source"
        ).with_columns(
            pl.col("value").map_elements(lambda v: _as_stated(page, v), return_dtype=pl.String)
        ),
        {},
        **of_data(page.context, OUTPUT),
        attributes=["value", "unit", "status", "source"],
        notes=["stated_not_output"],
    )


def _as_stated(page: Page, value: float) -> str:
    """Return a published figure with the digits that were published."""
    unit = "count" if value == round(value) else "index"
    return number(value, unit, Kind.MEASURED, page.context.catalogue.units, digits=6)
