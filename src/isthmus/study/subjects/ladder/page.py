"""The price of each rung of the ladder of engagement, before and after support of the bloc."""

from __future__ import annotations

import polars as pl

from isthmus.coercion.assumptions import preset_ladder
from isthmus.evidence import Kind
from isthmus.study.ask.coercion import (
    AFTER_DELAY,
    AGREED,
    LADDER,
    TOP,
    answering,
    coded,
    inside,
    ladder_of,
    price,
    standing,
    steps_of,
)
from isthmus.study.ask.records import note_records
from isthmus.study.money import unit_of
from isthmus.study.numbers import as_given
from isthmus.study.page import Fields, Page
from isthmus.study.subjects.ladder.measures import below_cap, break_even, exposure
from isthmus.world.shipped import YEAR

DEGREES = ("visible", "official", "military")


def write(page: Page) -> None:
    """Answer what the rival might answer to each step, and what that would cost."""
    if page.lacks(*LADDER, gap="no_table"):
        return
    if not coded(page.context):
        page.gap("episodes_sender")
        return
    page.rests_on(*LADDER, kind=Kind.ASSUMED)
    first = steps_of(page.context)[0]
    page.fields |= {
        "top": _title(page, TOP),
        "first_rung": _title(page, first.key),
        "before": price(page.context, TOP, page.home, standing(page.context)),
    }
    bloc = inside(page.context)
    _say(page, first.key, bloc)
    page.counter(45)
    _prices(page)
    if bloc:
        _rungs(page)
    _members(page, bloc)
    _assumptions(page)
    page.note("intentions", "support" if bloc else "no_support", "military_value")
    page.note("listings_apart", "ladder_steps")
    note_records(page, (page.rival, page.home))


def _title(page: Page, key: str) -> str:
    return page.inside(next(r.title for r in preset_ladder() if r.key == key))


def _say(page: Page, first: str, bloc: bool) -> None:
    context, members = page.context, answering(page.context)
    alone = standing(context)
    even = min(members, key=lambda m: (break_even(context, TOP, m, alone).value or 0.0, m))
    by_exposure = sorted(members, key=lambda m: (exposure(context, m).value or 0.0, m))
    low, high = by_exposure[0], by_exposure[-1]
    helped: Fields = {"helped": break_even(context, TOP, even, AGREED)} if bloc else {}
    after: Fields = {"after": price(context, TOP, page.home, AGREED)} if bloc else {}
    tail = "" if bloc else "_alone"
    page.say(
        f"answer.even{tail}",
        even=break_even(context, TOP, even, alone),
        even_name=context.name(even),
        **helped,
    )
    page.say(f"answer.price{tail}", first=price(context, first, page.home, alone), **after)
    if len(members) == 1:
        page.say("answer.exposure_one", high=exposure(context, high), high_name=context.name(high))
    else:
        page.say(
            "answer.exposure",
            low=exposure(context, low),
            low_name=context.name(low),
            high=exposure(context, high),
            high_name=context.name(high),
        )


def _prices(page: Page) -> None:
    alone = standing(page.context)
    found = [
        (r.title, price(page.context, r.key, page.home, alone)) for r in steps_of(page.context)
    ]
    rows = [
        {"rung": title, "price": f.value, "price_low": f.low, "price_high": f.high}
        for title, f in found
    ]
    frame, unit = pl.DataFrame(rows), found[0][1].unit
    ends = ("price", "price_high")
    axis = page.numbers("price_of_rung", frame, *ends, currency=unit.split()[-1])
    page.chart(
        "prices",
        frame,
        page.dots("price", by="rung", colour="rival", axis=axis),
        dict.fromkeys(("price", "price_low", "price_high"), unit),
        about={"notes": ["intentions"]},
    )


def _rungs(page: Page) -> None:
    """Who decides each rung, and its price with and without help agreed beforehand."""
    rows = [
        {
            "rung": r.title,
            **{name: f"{getattr(r, name):g}" for name in DEGREES},
            "decides": r.decides,
            "legal_base": r.legal_base,
            "before": price(page.context, r.key, page.home, AFTER_DELAY).value,
            "after": price(page.context, r.key, page.home, AGREED).value,
        }
        for r in steps_of(page.context)
    ]
    page.table(
        "rungs",
        pl.DataFrame(rows),
        dict.fromkeys(("before", "after"), unit_of(page.context, YEAR)),
        attributes=[*DEGREES, "decides", "legal_base"],
        notes=["intentions", "support", "legal_base"],
    )


def _members(page: Page, bloc: bool) -> None:
    """By member: what could be touched, and what assumptions make of the top rung."""
    context, alone = page.context, standing(page.context)
    prices = {"before": alone, "after": AGREED} if bloc else {"before": alone}
    rows = [
        {
            "economy": context.label(member),
            "exposure": exposure(context, member).value,
            "even": below_cap(break_even(context, TOP, member, alone)),
            **{name: price(context, TOP, member, at).value for name, at in prices.items()},
        }
        for member in answering(context)
    ]
    page.table(
        "members",
        pl.DataFrame(rows, schema_overrides={"even": pl.Float64}).sort(
            "exposure", "economy", descending=[True, False]
        ),
        {"exposure": "share", "even": "share", **dict.fromkeys(prices, unit_of(context, YEAR))},
        notes=["intentions", "even_cap", "support" if bloc else "no_support"],
        rung=_title(page, TOP),
    )


def _assumptions(page: Page) -> None:
    """Every assumed number with its range and reason, as it is reckoned with: not rounded."""
    numbers = ("value", "low", "high")
    frame = ladder_of(page.context)["assumptions"].frame
    plain = [pl.Series(c, as_given(frame[c])) for c in numbers]
    named = pl.col("parameter").map_elements(
        lambda name: page.word(f"parameter.{name}"), return_dtype=pl.String
    )
    page.table(
        "assumptions",
        frame.with_columns(*plain, named).select("parameter", *numbers, "unit", "reason"),
        {},
        datasets=[],
        attributes=[*numbers, "unit", "reason"],
    )
