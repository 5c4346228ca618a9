"""The price of each rung of the ladder of engagement, before and after support of the bloc."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.coercion.assumptions import preset_ladder
from isthmus.coercion.engine import SUPPORT
from isthmus.evidence import Kind, Table
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Section
from isthmus.study.measures.coercion import coded
from isthmus.study.measures.ladder import (
    DATASETS,
    break_even,
    exposure,
    inside,
    ladder_of,
    price,
)

KEY = "ladder"
TOP = "arms-sales"
BEFORE, AFTER = SUPPORT[1:]


def build(context: Context) -> Section:
    """Answer what the rival might answer to each step, and what that would cost."""
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}
    question = context.say(f"{KEY}.question", **names)
    if context.missing(*DATASETS):
        return Section(KEY, question, gaps=(context.say("gap.no_table"),))
    if not inside(context):
        return Section(KEY, question, gaps=(context.say("gap.no_bloc", home=names["home"]),))
    if not coded(context):
        return Section(KEY, question, gaps=(context.say("gap.episodes_sender", **names),))
    ladder_of(context)
    members = sorted(context.members(context.home))
    first, home = preset_ladder()[0], context.home
    fields = {"top": _title(TOP), "first_rung": _title(first.key)} | names
    by_exposure = sorted(members, key=lambda m: (exposure(context, m).value or 0.0, m))
    by_even = sorted(members, key=lambda m: (break_even(context, TOP, m, BEFORE).value or 0.0, m))
    low, high = by_exposure[0], by_exposure[-1]
    answer = (
        context.say(
            f"{KEY}.answer.even", **fields, even=break_even(context, TOP, by_even[0], BEFORE),
            even_name=context.name(by_even[0]),
            helped=break_even(context, TOP, by_even[0], AFTER),
        ),
        context.say(
            f"{KEY}.answer.price", **fields, first=price(context, first.key, home, BEFORE),
            before=price(context, TOP, home, BEFORE), after=price(context, TOP, home, AFTER),
        ),
        context.say(
            f"{KEY}.answer.exposure", **names, low=exposure(context, low),
            low_name=context.name(low), high=exposure(context, high),
            high_name=context.name(high),
        ),
    )  # fmt: skip
    return Section(
        KEY,
        question,
        answer=answer,
        findings=tuple(dict.fromkeys(f for s in answer for f in s.findings)),
        charts=(_chart(context, fields),),
        tables=(_rungs(context), _members(context, members), _assumptions(context)),
        notes=(
            context.say("note.intentions"),
            context.say("note.support"),
            context.say("note.military_value"),
            context.say("note.listings_apart"),
        ),
        counters=(
            context.note(45, f"{KEY}.counter", **fields, before=price(context, TOP, home, BEFORE)),
        ),
    )


def _title(key: str) -> str:
    title = next(r.title for r in preset_ladder() if r.key == key)
    return title[:1].lower() + title[1:]


def _chart(context: Context, fields: dict[str, str]) -> Chart:
    found = [(r, price(context, r.key, context.home, BEFORE)) for r in preset_ladder()]
    frame = pl.DataFrame(
        {
            "rung": [r.title for r, _ in found],
            "price": [f.value for _, f in found],
            "price_low": [f.low for _, f in found],
            "price_high": [f.high for _, f in found],
        }
    )
    table = context.table(
        f"{KEY}_prices",
        frame,
        units=dict.fromkeys(("price", "price_low", "price_high"), "million USD"),
        kind=Kind.ASSUMED,
        datasets=DATASETS,
        notes=["intentions"],
        home=fields["home"],
    )
    return context.chart(
        f"{KEY}-prices",
        context.say(
            f"{KEY}.chart.prices", **fields, before=price(context, TOP, context.home, BEFORE)
        ),
        context.say(f"{KEY}.alt.prices", home=fields["home"]),
        table,
        ChartSpec(
            "dots",
            x="price",
            y="rung",
            x_title=context.catalogue.text("axis.price_of_rung"),
            roles={"": "rival"},
            low="price_low",
            high="price_high",
            money=True,
        ),
    )


def _rungs(context: Context) -> Table:
    """Who decides each rung, and its price with and without help agreed beforehand."""
    frame = pl.DataFrame(
        [
            {
                "rung": r.title,
                "decides": r.decides,
                "legal_base": r.legal_base,
                "before": price(context, r.key, context.home, BEFORE).value,
                "after": price(context, r.key, context.home, AFTER).value,
            }
            for r in preset_ladder()
        ]
    )
    return context.table(
        f"{KEY}_rungs",
        frame,
        units={"before": "million USD", "after": "million USD"},
        kind=Kind.ASSUMED,
        datasets=DATASETS,
        attributes=["decides", "legal_base"],
        notes=["intentions", "support", "legal_base"],
        home=context.name(context.home),
    )


def _members(context: Context, members: list[str]) -> Table:
    """By member: what could be touched, and what assumptions make of the top rung."""
    frame = pl.DataFrame(
        [
            {
                "economy": context.label(m),
                "exposure": exposure(context, m).value,
                "even": break_even(context, TOP, m, BEFORE).value,
                "before": price(context, TOP, m, BEFORE).value,
                "after": price(context, TOP, m, AFTER).value,
            }
            for m in members
        ]
    ).sort("exposure", "economy", descending=[True, False])
    return context.table(
        f"{KEY}_members",
        frame,
        units={"exposure": "share", "even": "share"}
        | dict.fromkeys(("before", "after"), "million USD"),
        kind=Kind.ASSUMED,
        datasets=DATASETS,
        notes=["intentions", "support"],
        rung=_title(TOP),
    )


def _assumptions(context: Context) -> Table:
    """Every assumed number with its range and reason."""
    frame = ladder_of(context)["assumptions"].frame
    return context.table(
        f"{KEY}_assumptions",
        frame.select("parameter", "value", "low", "high", "unit", "reason"),
        units=dict.fromkeys(("value", "low", "high"), "1"),
        kind=Kind.ASSUMED,
        datasets=[],
        attributes=["unit", "reason"],
    )
