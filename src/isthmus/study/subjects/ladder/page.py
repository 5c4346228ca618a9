"""The price of each rung of the ladder of engagement, before and after support of the bloc."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.coercion.assumptions import preset_ladder
from isthmus.coercion.engine import SUPPORT
from isthmus.evidence import Kind
from isthmus.study.ask.coercion import LADDER, TOP, coded, inside, ladder_of
from isthmus.study.page import Page
from isthmus.study.subjects.ladder.measures import break_even, exposure, price

BEFORE, AFTER = SUPPORT[1:]
MONEY = "million USD"


def write(page: Page) -> None:
    """Answer what the rival might answer to each step, and what that would cost."""
    if page.lacks(*LADDER, gap="no_table"):
        return
    if not inside(page.context):
        page.gap("no_bloc")
        return
    if not coded(page.context):
        page.gap("episodes_sender")
        return
    page.rests_on(*LADDER, kind=Kind.ASSUMED)
    first = preset_ladder()[0]
    page.fields |= {
        "top": _title(TOP),
        "first_rung": _title(first.key),
        "before": price(page.context, TOP, page.home, BEFORE),
    }
    _say(page, first.key)
    page.counter(45)
    _prices(page)
    _rungs(page)
    _members(page)
    _assumptions(page)
    page.note("intentions", "support", "military_value", "listings_apart")


def _title(key: str) -> str:
    title = next(r.title for r in preset_ladder() if r.key == key)
    return title[:1].lower() + title[1:]


def _say(page: Page, first: str) -> None:
    context, members = page.context, sorted(page.context.members(page.home))
    even = min(members, key=lambda m: (break_even(context, TOP, m, BEFORE).value or 0.0, m))
    by_exposure = sorted(members, key=lambda m: (exposure(context, m).value or 0.0, m))
    low, high = by_exposure[0], by_exposure[-1]
    page.say(
        "answer.even",
        even=break_even(context, TOP, even, BEFORE),
        even_name=context.name(even),
        helped=break_even(context, TOP, even, AFTER),
    )
    page.say(
        "answer.price",
        first=price(context, first, page.home, BEFORE),
        after=price(context, TOP, page.home, AFTER),
    )
    page.say(
        "answer.exposure",
        low=exposure(context, low),
        low_name=context.name(low),
        high=exposure(context, high),
        high_name=context.name(high),
    )


def _prices(page: Page) -> None:
    found = [(r.title, price(page.context, r.key, page.home, BEFORE)) for r in preset_ladder()]
    rows = [
        {"rung": title, "price": f.value, "price_low": f.low, "price_high": f.high}
        for title, f in found
    ]
    page.chart(
        "prices",
        pl.DataFrame(rows),
        ChartSpec(
            "dots",
            x="price",
            y="rung",
            x_title=page.axis("price_of_rung"),
            roles={"": "rival"},
            low="price_low",
            high="price_high",
            money=True,
        ),
        dict.fromkeys(("price", "price_low", "price_high"), MONEY),
        about={"notes": ["intentions"]},
    )


def _rungs(page: Page) -> None:
    """Who decides each rung, and its price with and without help agreed beforehand."""
    rows = [
        {
            "rung": r.title,
            "decides": r.decides,
            "legal_base": r.legal_base,
            "before": price(page.context, r.key, page.home, BEFORE).value,
            "after": price(page.context, r.key, page.home, AFTER).value,
        }
        for r in preset_ladder()
    ]
    page.table(
        "rungs",
        pl.DataFrame(rows),
        {"before": MONEY, "after": MONEY},
        attributes=["decides", "legal_base"],
        notes=["intentions", "support", "legal_base"],
    )


def _members(page: Page) -> None:
    """By member: what could be touched, and what assumptions make of the top rung."""
    context = page.context
    rows = [
        {
            "economy": context.label(member),
            "exposure": exposure(context, member).value,
            "even": break_even(context, TOP, member, BEFORE).value,
            "before": price(context, TOP, member, BEFORE).value,
            "after": price(context, TOP, member, AFTER).value,
        }
        for member in sorted(context.members(page.home))
    ]
    page.table(
        "members",
        pl.DataFrame(rows).sort("exposure", "economy", descending=[True, False]),
        {"exposure": "share", "even": "share", "before": MONEY, "after": MONEY},
        notes=["intentions", "support"],
        rung=_title(TOP),
    )


def _assumptions(page: Page) -> None:
    """Every assumed number with its range and reason."""
    columns = ("value", "low", "high")
    frame = ladder_of(page.context)["assumptions"].frame
    page.table(
        "assumptions",
        frame.select("parameter", *columns, "unit", "reason"),
        dict.fromkeys(columns, "1"),
        datasets=[],
        attributes=["unit", "reason"],
    )
