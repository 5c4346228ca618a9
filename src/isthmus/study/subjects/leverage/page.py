"""What parties could do to each other by stopping trade, and how well that told what was hit."""

from __future__ import annotations

import polars as pl

from isthmus.coercion.instruments import ECONOMIC
from isthmus.coercion.pairs import CHANNELS, PURCHASE_BAN, SUPPLY_STOP
from isthmus.evidence import Finding, Kind
from isthmus.study.ask.coercion import AFTER_DELAY, LADDER, TOP, coded, inside, ladder_of
from isthmus.study.ask.records import note_records
from isthmus.study.page import Fields, Page
from isthmus.study.subjects.leverage.measures import (
    TRADE,
    bloc_relief,
    cost_share,
    exposures,
    loss_share,
    pair,
)
from isthmus.study.subjects.leverage.told import scores, tell
from isthmus.world.shipped import YEAR

FIFTH = 5.0
WORDS = {SUPPLY_STOP: "channel.supply", PURCHASE_BAN: "channel.purchase"}
ANSWERS = ("targeted", "broad", "listing", "secondary")
TOUCHED = ("sold", "bought", "fellows")


def write(page: Page) -> None:
    """Answer what stopping trade could do both ways, and whether that tells what is hit."""
    if page.lacks(*TRADE, gap="no_table"):
        return
    known = _known(page)
    if page.home not in known:
        page.gap("no_leverage")
        return
    page.rests_on(*TRADE, kind=Kind.ASSUMED)
    stop = _between(page, page.rival, page.home, SUPPLY_STOP)
    back = _between(page, page.home, page.rival, SUPPLY_STOP)
    page.say("answer.supplies", **stop, back=back["loss"], back_cost=back["cost"])
    page.say("answer.purchases", **_between(page, page.rival, page.home, PURCHASE_BAN))
    _others(page, known)
    _chart(page, known, stop)
    _pairs(page, known)
    _exposures(page)
    page.headline(48, loss=stop["loss"], cost=stop["cost"])
    page.driver("loss", stop["loss"])
    page.driver("cost", stop["cost"])
    if coded(page.context):
        if inside(page.context):
            _answers(page)
        tell(page)
        page.counter(44, **scores(page))
    page.note("two_channels", "could_not_would", "diverted", "goods_leave_out")
    if coded(page.context):
        page.note("backtest_broad", "listings_test")
    note_records(page, (page.home, page.rival), (page.rival, page.home))


def _known(page: Page) -> list[str]:
    """The sides that are apart from the rival and in the data; none where the rival is not."""
    listed = set(page.world.flows().economies)
    members = page.context.members
    rival = set(members(page.rival))
    if not rival & listed:
        return []
    sides = [(side, set(members(side))) for side in page.given("home", "partner", "ally")]
    return [side for side, inside in sides if listed & inside and not rival & inside]


def _between(page: Page, sender: str, target: str, channel: str) -> dict[str, Finding]:
    link = {"sender": sender, "target": target, "channel": channel}
    return {"loss": loss_share(page.context, **link), "cost": cost_share(page.context, **link)}


def _others(page: Page, known: list[str]) -> None:
    """What the rival could do to partner and ally, and what the bloc's size takes away."""
    for code in page.given("partner", "ally"):
        if code in known:
            ban, stop = (
                loss_share(page.context, sender=page.rival, target=code, channel=channel)
                for channel in (PURCHASE_BAN, SUPPLY_STOP)
            )
            page.say("answer.other", other=page.context.name(code), loss=ban, stop=stop)
    if len(page.context.members(page.home)) > 1:
        relief = bloc_relief(page.context, sender=page.rival, coalition=page.home)
        page.say("answer.bloc", relief=relief)


def _ways(page: Page, known: list[str]) -> list[tuple[str, str]]:
    return [way for code in known for way in ((page.rival, code), (code, page.rival))]


def _chart(page: Page, known: list[str], stop: Fields) -> None:
    words = {channel: page.word(key) for channel, key in WORDS.items()}
    label, over = page.context.label, page.word("word.over")
    rows = [
        {
            "link": f"{label(sender)} {over} {label(target)}",
            "channel": words[channel],
            "loss_first": pair(page.context, sender, target, channel)["loss_share"],
        }
        for sender, target in _ways(page, known)
        for channel in CHANNELS
    ]
    page.chart(
        "pairs",
        page.made("chart", pl.DataFrame(rows), {"loss_first": "share"}, notes=["could_not_would"]),
        page.bars(
            "loss_first",
            by="link",
            axis="loss_over_gdp",
            series="channel",
            roles={words[SUPPLY_STOP]: "accent", words[PURCHASE_BAN]: "other"},
        ),
        loss=stop["loss"],
    )


def _pairs(page: Page, known: list[str]) -> None:
    """Every pair, both ways, both channels."""
    rows = []
    for sender, target in _ways(page, known):
        for channel in CHANNELS:
            first = pair(page.context, sender, target, channel)
            fifth = pair(page.context, sender, target, channel, horizon=FIFTH)
            rows.append(
                {
                    "sender": page.context.label(sender),
                    "target": page.context.label(target),
                    "channel": page.word(WORDS[channel]),
                    "loss_first": first["loss_share"],
                    "loss_fifth": fifth["loss_share"],
                    "cost_first": first["cost_share"],
                    "loss_per_cost": first["ratio"],
                    "credibility": first["credibility"],
                    "concentration": first["concentration"],
                }
            )
    shares = ("loss_first", "loss_fifth", "cost_first", "credibility", "concentration")
    page.table(
        "pairs",
        pl.DataFrame(rows),
        dict.fromkeys(shares, "share") | {"loss_per_cost": "1"},
        notes=["two_channels", "could_not_would", "diverted"],
    )


def _exposures(page: Page) -> None:
    """By member, what each kind of answer could touch: exposures, not losses."""
    context = page.context
    found = exposures(context, page.home, page.rival)
    touched = TOUCHED if len(found) > 1 else TOUCHED[:2]
    shares = {m: {what: getattr(t, what) / t.gdp for what in touched} for m, t in found.items()}
    if len(shares) > 1:
        order = sorted(shares, key=lambda m: (shares[m]["bought"], m))
        ends: Fields = {}
        for end, member in (("low", order[0]), ("high", order[-1])):
            ends[f"{end}_name"] = context.name(member)
            ends[end] = page.finding(
                f"leverage.listed.{page.rival}.{member}",
                shares[member]["bought"],
                "share",
                kind=Kind.ESTIMATED,
                year=YEAR,
                caveat="table_estimated",
            )
        page.say("answer.listed", **ends)
    rows = [{"economy": context.label(m)} | parts for m, parts in shares.items()]
    page.table(
        "members",
        pl.DataFrame(rows).sort("sold", "economy", descending=[True, False]),
        dict.fromkeys(touched, "share"),
        kind=Kind.ESTIMATED,
        notes=["exposure_not_loss", "table_estimated"],
    )


def _answers(page: Page) -> None:
    """By member, probabilities of each answer to the top rung, and the spread of the loss."""
    found = ladder_of(page.context)
    at = {"rung": TOP, "support": AFTER_DELAY}
    chance = (
        found["responses"].frame.filter(**at).pivot("response", index="economy", values="value")
    )
    spread = found["distribution"].frame.filter(**at)
    frame = (
        chance.join(spread.select("economy", "nothing", "p75_share", "p95_share"), on="economy")
        .filter(pl.col("economy").is_in(page.context.members(page.home)))
        .sort("p95_share", "economy", descending=[True, False])
        .select(
            page.labels("economy"),
            "nothing",
            *(pl.col(name).alias(short) for name, short in zip(ECONOMIC, ANSWERS, strict=True)),
            "p75_share",
            "p95_share",
        )
    )
    page.table(
        "answers",
        frame,
        dict.fromkeys(frame.columns[1:], "share"),
        datasets=LADDER,
        notes=["intentions", "support"],
    )
