"""What parties could do to each other by stopping trade, and how well that told what was hit."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.coercion.instruments import ECONOMIC
from isthmus.coercion.pairs import CHANNELS, PURCHASE_BAN, SUPPLY_STOP
from isthmus.coercion.stakes import FLOWS
from isthmus.evidence import Finding, Kind, Result, Table
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Section
from isthmus.study.measures import ladder
from isthmus.study.measures.coercion import EPISODES, coded
from isthmus.study.measures.leverage import (
    TRADE,
    backtest_of,
    bloc_relief,
    cost_share,
    exposures,
    held_out_of,
    hits,
    listed_weeks,
    listings_share,
    loss_share,
    pair,
)
from isthmus.study.sections.ladder import BEFORE, TOP
from isthmus.study.wording import Sentence

KEY = "leverage"
FIRST, FIFTH = 1.0, 5.0
SHOWN = ("model", "largest", "reliance", "substitutable")
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
        answer += _tested(context, names)
        charts.append(_hits_chart(context, names))
        tables.append(_cases(context))
        listings = held_out_of(context)
        if listings is not None:
            tables.append(_listings(context, listings))
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
            (context.note(44, f"{KEY}.counter", **names, **_scores(context)),) if tested else ()
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


def _scores(context: Context) -> dict[str, Finding | int]:
    frame = backtest_of(context)["methods"].frame
    return {
        "model": hits(context, "model"),
        "largest": hits(context, "largest"),
        "cases": int(frame["cases"][0]),
    }


def _chance(context: Context) -> Finding:
    frame = backtest_of(context)["methods"].frame
    return context.finding(
        "leverage.chance", frame["chance"][0], "1", kind=Kind.MODELLED,
        year=hits(context, "model").year, method="leverage_chance", datasets=[FLOWS, EPISODES],
    )  # fmt: skip


def _tested(context: Context, names: dict[str, str]) -> list[Sentence]:
    said = [context.say(f"{KEY}.answer.backtest", **_scores(context), chance=_chance(context))]
    share, weeks = listings_share(context), listed_weeks(context)
    found = held_out_of(context)
    if share is not None and weeks is not None and found is not None:
        rows = found["test"].frame
        earlier = rows.filter(reading=sorted(set(rows["reading"]))[-1])
        firsts = sorted(set(earlier["first"].to_list()))
        ranks = sorted(set(earlier["rank"].cast(pl.Int64).to_list()))
        said.append(
            context.say(
                f"{KEY}.answer.listings", **names, count=earlier.height, share=share, weeks=weeks,
                first=", ".join(firsts), rank=", ".join(map(str, ranks)),
            )
        )  # fmt: skip
    return said


def _ways(context: Context, known: list[str]) -> list[tuple[str, str]]:
    return [way for code in known for way in ((context.rival, code), (code, context.rival))]


def _chart(context: Context, names: dict[str, str], known: list[str]) -> Chart:
    words = {c: context.catalogue.text(f"channel.{c.partition(' ')[0]}") for c in CHANNELS}
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


def _hits_chart(context: Context, names: dict[str, str]) -> Chart:
    frame = backtest_of(context)["methods"].frame
    by = dict(frame.select("method", "hits").iter_rows())
    table = context.table(
        f"{KEY}_methods",
        pl.DataFrame(
            {
                "ranking": [context.catalogue.text(f"ranking.{m}") for m in SHOWN],
                "hits": [int(by[m]) for m in SHOWN],
                "chance": [float(frame["chance"][0])] * len(SHOWN),
                "missed": [
                    int(frame.filter(method=m)["missed_cases"][0]) for m in SHOWN
                ],
            }
        ),
        units={"hits": "count", "chance": "1", "missed": "count"},
        kind=Kind.MODELLED,
        datasets=[FLOWS, EPISODES],
        notes=["selected_cases", "backtest_broad"],
    )  # fmt: skip
    return context.chart(
        f"{KEY}-hits",
        context.say(f"{KEY}.chart.hits", **_scores(context)),
        context.say(f"{KEY}.alt.hits", chance=_chance(context)),
        table,
        ChartSpec(
            "bars",
            x="hits",
            y="ranking",
            x_title=context.catalogue.text("axis.hits"),
            roles={"": "rival"},
            reference=float(frame["chance"][0]),
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
                    "channel": context.catalogue.text(f"channel.{channel.partition(' ')[0]}"),
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


def _cases(context: Context) -> Table:
    """By case, what was hit and where two rankings had it; misses included."""
    frame = backtest_of(context)["cases"].frame
    by = {m: frame.filter(method=m) for m in ("model", "largest")}
    table = pl.DataFrame(
        {
            "case": by["model"]["case"],
            "year": by["model"]["year"].cast(pl.String),
            "hit": by["model"]["hit"],
            "model_ranks": by["model"]["ranks"],
            "largest_ranks": by["largest"]["ranks"],
            "model_hits": by["model"]["hits"].cast(pl.Int64),
            "largest_hits": by["largest"]["hits"].cast(pl.Int64),
            "chance": by["model"]["chance"],
        }
    )
    return context.table(
        f"{KEY}_cases",
        table,
        units={"model_hits": "count", "largest_hits": "count", "chance": "1"},
        kind=Kind.MODELLED,
        datasets=[FLOWS, EPISODES],
        notes=["selected_cases", "backtest_broad"],
        attributes=["hit", "model_ranks", "largest_ranks"],
    )


def _listings(context: Context, found: Result) -> Table:
    """The listings that set no parameter, next to what the model gives them."""
    weeks = found["lines"].frame.select("case", "economy", "value", "share")
    frame = (
        found["test"]
        .frame.join(weeks.rename({"value": "weeks", "share": "inputs"}), on=["case", "economy"])
        .select(
            "start",
            pl.col("economy").map_elements(context.label, return_dtype=pl.String),
            "reading",
            pl.col("value").alias("listing"),
            pl.col("rank").cast(pl.Int64),
            "first",
            pl.col("first_share").alias("first_share"),
            "weeks",
            "inputs",
        )
    )
    return context.table(
        f"{KEY}_listings",
        frame,
        units={"listing": "share", "rank": "count", "first_share": "share", "weeks": "weeks",
               "inputs": "share"},
        kind=Kind.ASSUMED,
        datasets=[*TRADE, EPISODES],
        notes=["intentions", "listings_test"],
        attributes=["first"],
        rival=context.name(context.rival),
    )  # fmt: skip
