"""What parties could do to each other by stopping trade, and how well that told what was hit."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.coercion.instruments import ECONOMIC
from isthmus.coercion.pairs import CHANNELS, PURCHASE_BAN, SUPPLY_STOP
from isthmus.evidence import Finding, Kind, Table
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Section
from isthmus.study.foretold import (
    case_table,
    hits_chart,
    listing_table,
    product_table,
    scores,
    told,
)
from isthmus.study.measures import ladder
from isthmus.study.measures.coercion import coded
from isthmus.study.measures.leverage import (
    TRADE,
    bloc_relief,
    cost_share,
    exposures,
    held_out_of,
    loss_share,
    pair,
)
from isthmus.study.sections.ladder import BEFORE, TOP
from isthmus.study.wording import Sentence

KEY = "leverage"
FIFTH = 5.0
WORDS = {SUPPLY_STOP: "channel.supply", PURCHASE_BAN: "channel.purchase"}
ANSWERS = ("targeted", "broad", "listing", "secondary")


def build(context: Context) -> Section:
    """Answer what stopping trade could do both ways, and whether that tells what is hit."""
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival", "ally")}
    question = context.say(f"{KEY}.question", **names)
    if context.missing(*TRADE):
        return Section(KEY, question, gaps=(context.say("gap.no_table"),))
    rival = set(context.members(context.rival))
    sides = [getattr(context, r) for r in ("home", "partner", "ally")]
    listed = set(context.world.flows().economies)
    known = [s for s in sides if not rival & set(context.members(s))]
    known = [s for s in known if listed & set(context.members(s))]
    if context.home not in known or not rival & listed:
        return Section(KEY, question, gaps=(context.say("gap.no_leverage", **names),))
    answer = [*_stops(context, names), *_others(context, names, known), *_touched(context, names)]
    charts = [_chart(context, names, known)]
    tables = [_pairs(context, known), _exposures(context)]
    tested = coded(context)
    if tested and ladder.inside(context):
        tables.append(_answers(context))
    if tested:
        answer += told(context, names)
        charts.append(hits_chart(context))
        tables.append(case_table(context))
        products = product_table(context)
        if products is not None:
            tables.append(products)
        listings = held_out_of(context)
        if listings is not None:
            tables.append(listing_table(context, listings))
    return Section(
        KEY,
        question,
        answer=tuple(answer),
        findings=tuple(dict.fromkeys(f for s in answer for f in s.findings)),
        charts=tuple(charts),
        tables=tuple(tables),
        notes=tuple(
            context.say(f"note.{key}")
            for key in ("two_channels", "could_not_would", "diverted", "goods_leave_out",
                        "backtest_broad", "listings_test")
        ),
        headlines=(context.note(48, f"{KEY}.headline", **names, **_stop(context)),),
        counters=(
            (context.note(44, f"{KEY}.counter", **names, **scores(context)),) if tested else ()
        ),
    )  # fmt: skip


def _stop(context: Context) -> dict[str, Finding]:
    there = {"sender": context.rival, "target": context.home, "channel": SUPPLY_STOP}
    return {"loss": loss_share(context, **there), "cost": cost_share(context, **there)}


def _stops(context: Context, names: dict[str, str]) -> list[Sentence]:
    """Both channels, both ways, between rival and home."""
    back = {"sender": context.home, "target": context.rival, "channel": SUPPLY_STOP}
    ban = {"sender": context.rival, "target": context.home, "channel": PURCHASE_BAN}
    return [
        context.say(
            f"{KEY}.answer.supplies", **names, **_stop(context), back=loss_share(context, **back),
            back_cost=cost_share(context, **back),
        ),
        context.say(
            f"{KEY}.answer.purchases", **names, loss=loss_share(context, **ban),
            cost=cost_share(context, **ban),
        ),
    ]  # fmt: skip


def _others(context: Context, names: dict[str, str], known: list[str]) -> list[Sentence]:
    said = []
    for role in ("partner", "ally"):
        code = getattr(context, role)
        if code not in known:
            continue
        found = {
            channel.partition(" ")[0]: loss_share(
                context, sender=context.rival, target=code, channel=channel
            )
            for channel in CHANNELS
        }
        said.append(
            context.say(
                f"{KEY}.answer.other", other=names[role], rival=names["rival"],
                loss=found["purchase"], stop=found["supply"],
            )
        )  # fmt: skip
    if len(context.members(context.home)) > 1:
        relief = bloc_relief(context, sender=context.rival, coalition=context.home)
        said.append(context.say(f"{KEY}.answer.bloc", home=names["home"], relief=relief))
    return said


def _touched(context: Context, names: dict[str, str]) -> list[Sentence]:
    """The ends of what listings of firms could touch."""
    found = exposures(context, context.home, context.rival)
    if len(found) < 2:
        return []
    order = sorted(found, key=lambda m: (found[m].bought / found[m].gdp, m))
    ends = {
        end: context.finding(
            f"leverage.listed.{context.rival}.{member}",
            found[member].bought / found[member].gdp,
            "share",
            kind=Kind.ESTIMATED,
            year=2022,
            method="leverage_listed",
            datasets=TRADE,
            caveat="table_estimated",
        )
        for end, member in (("low", order[0]), ("high", order[-1]))
    }
    return [
        context.say(
            f"{KEY}.answer.listed", **names, **ends, low_name=context.name(order[0]),
            high_name=context.name(order[-1]),
        )
    ]  # fmt: skip


def _ways(context: Context, known: list[str]) -> list[tuple[str, str]]:
    return [way for code in known for way in ((context.rival, code), (code, context.rival))]


def _chart(context: Context, names: dict[str, str], known: list[str]) -> Chart:
    words = {c: context.catalogue.text(key) for c, key in WORDS.items()}
    over = context.catalogue.text("word.over")
    rows = [
        {
            "link": f"{context.label(sender)} {over} {context.label(target)}",
            "channel": words[channel],
            "loss_first": pair(context, sender, target, channel)["loss_share"],
        }
        for sender, target in _ways(context, known)
        for channel in CHANNELS
    ]
    table = context.table(
        f"{KEY}_chart", pl.DataFrame(rows), units={"loss_first": "share"}, kind=Kind.ASSUMED,
        datasets=TRADE, notes=["could_not_would"],
    )  # fmt: skip
    return context.chart(
        f"{KEY}-pairs",
        context.say(f"{KEY}.chart.pairs", **names, loss=_stop(context)["loss"]),
        context.say(f"{KEY}.alt.pairs"),
        table,
        ChartSpec(
            "bars",
            x="loss_first",
            y="link",
            x_title=context.catalogue.text("axis.loss_over_gdp"),
            series="channel",
            roles={words[SUPPLY_STOP]: "accent", words[PURCHASE_BAN]: "other"},
            share=True,
        ),
    )


def _pairs(context: Context, known: list[str]) -> Table:
    """Every pair, both ways, both channels."""
    rows = []
    for sender, target in _ways(context, known):
        for channel in CHANNELS:
            first = pair(context, sender, target, channel)
            rows.append(
                {
                    "sender": context.label(sender),
                    "target": context.label(target),
                    "channel": context.catalogue.text(WORDS[channel]),
                    "loss_first": first["loss_share"],
                    "loss_fifth": pair(context, sender, target, channel, horizon=FIFTH)[
                        "loss_share"
                    ],
                    "cost_first": first["cost_share"],
                    "loss_per_cost": first["ratio"],
                    "credibility": first["credibility"],
                    "concentration": first["concentration"],
                }
            )
    shares = ("loss_first", "loss_fifth", "cost_first", "credibility", "concentration")
    return context.table(
        f"{KEY}_pairs", pl.DataFrame(rows),
        units=dict.fromkeys(shares, "share") | {"loss_per_cost": "1"}, kind=Kind.ASSUMED,
        datasets=TRADE, notes=["two_channels", "could_not_would", "diverted"],
    )  # fmt: skip


def _exposures(context: Context) -> Table:
    """By member, what each kind of answer could touch: exposures, not losses."""
    found = exposures(context, context.home, context.rival)
    frame = pl.DataFrame(
        [
            {
                "economy": context.label(m),
                "sold": t.sold / t.gdp,
                "bought": t.bought / t.gdp,
                "fellows": t.fellows / t.gdp,
            }
            for m, t in found.items()
        ]
    ).sort("sold", "economy", descending=[True, False])
    return context.table(
        f"{KEY}_members",
        frame,
        units=dict.fromkeys(("sold", "bought", "fellows"), "share"),
        kind=Kind.ESTIMATED,
        datasets=TRADE,
        notes=["exposure_not_loss", "table_estimated"],
        rival=context.name(context.rival),
    )


def _answers(context: Context) -> Table:
    """By member, probabilities of each answer to the top rung, and the spread of the loss."""
    found = ladder.ladder_of(context)
    at = {"rung": TOP, "support": BEFORE}
    chance = (
        found["responses"].frame.filter(**at).pivot("response", index="economy", values="value")
    )
    spread = found["distribution"].frame.filter(**at)
    members = sorted(context.members(context.home))
    frame = (
        chance.join(spread.select("economy", "nothing", "p75_share", "p95_share"), on="economy")
        .filter(pl.col("economy").is_in(members))
        .sort("p95_share", "economy", descending=[True, False])
        .select(
            pl.col("economy").map_elements(context.label, return_dtype=pl.String),
            "nothing",
            *(pl.col(name).alias(short) for name, short in zip(ECONOMIC, ANSWERS, strict=True)),
            "p75_share",
            "p95_share",
        )
    )
    return context.table(
        f"{KEY}_answers",
        frame,
        units=dict.fromkeys(frame.columns[1:], "share"),
        kind=Kind.ASSUMED,
        datasets=ladder.DATASETS,
        notes=["intentions", "support"],
    )
