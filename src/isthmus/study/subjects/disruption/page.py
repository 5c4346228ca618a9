"""What is lost day by day when something stops: what holds whatever the stocks are."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from isthmus.evidence import Finding, Kind
from isthmus.study.page import Page
from isthmus.study.subjects.disruption.charts import draw_all
from isthmus.study.subjects.disruption.corners import (
    TOP,
    industries_ranked,
    known_at,
    members_ranked,
    worth_knowing,
)
from isthmus.study.subjects.disruption.runs import (
    HORIZONS,
    INDUSTRIES,
    QUARTER,
    RUNS,
    SOURCES,
    YEAR,
    loss_finding,
    losses,
    paired,
    range_finding,
    runs,
    span,
    told,
)
from isthmus.study.subjects.disruption.tables import (
    MAIN,
    event_name,
    events,
    list_all,
    value_name,
)

LOSS = "disruption_loss"
ORDINARY = 0.01
"""Share of a quarter's value added above which the strike would have been seen (a judgement)."""
STOP, CLOSURE, STRIKE = MAIN[0], MAIN[1], "strike"


def write(page: Page) -> None:
    """Answer what stops cost by day, as ranges over everything that is assumed."""
    if page.lacks(RUNS, INDUSTRIES, *SOURCES, gap="no_runs"):
        return
    runs(page.context)
    there = events(page.context)
    if (STOP, page.partner) not in there or len(page.context.members(page.home)) < TOP:
        page.gap("no_runs")
        return
    page.rests_on(RUNS, kind=Kind.ASSUMED)
    if (CLOSURE, page.partner) in there:
        loss = _loss(page, CLOSURE, page.partner)
        page.say("answer.sides", ratio=_ratio(page), loss=loss)
    _members(page)
    _stops(page)
    if (STRIKE, page.home) in there:
        _null(page)
    page.say(
        "answer.range",
        quarter=_loss(page, STOP, page.home),
        year=_loss(page, STOP, page.home, HORIZONS[-1]),
    )
    if (STRIKE, page.home) in there:
        _screen(page)
    _decides(page)
    draw_all(page)
    list_all(page)
    _first_page(page)
    page.note("day_by_day", "corners", "no_headline", "ratchet", "split_assumed", "runs_shipped")


def _loss(page: Page, event: str, party: str, days: int = QUARTER) -> Finding:
    """Loss of a party from an event of the partner."""
    return loss_finding(page.context, event, page.partner, party, days)


def _lost(page: Page, event: str, party: str) -> pl.DataFrame:
    return losses(page.context, event, page.partner, party, QUARTER)


def _ratio(page: Page) -> Finding:
    """Loss of the partner over that of home from the closure, within each corner."""
    sides = [_lost(page, CLOSURE, party) for party in (page.partner, page.home)]
    key = f"ratio.{CLOSURE}.{page.partner}.{page.partner}.{page.home}.{QUARTER}d"
    return range_finding(page.context, key, *paired(*sides), "ratio", "disruption_ratio")


def _members(page: Page) -> None:
    ranked = members_ranked(page.context, STOP, page.partner, QUARTER)
    always = ranked.filter(ranked["top"] >= 1)["member"].to_list()
    if always:
        page.say("answer.members", names=_listed(page, always))
        return
    first = ranked.row(0, named=True)
    never = sorted(ranked.filter(ranked["top"] <= 0)["member"].to_list())
    page.say(
        "answer.members_none",
        name=page.context.name(first["member"]),
        often=_share(page, f"top.{STOP}.{first['member']}", first["top"], "disruption_top"),
        never=_listed(page, never) or page.word("word.nobody"),
    )


def _stops(page: Page) -> None:
    ranked = industries_ranked(page.context, STOP, page.partner, QUARTER)
    always = ranked.filter(ranked["stops"] >= 1)["industry"].to_list()
    if always:
        page.say("answer.stops", names="; ".join(page.context.industry(code) for code in always))
        return
    first = ranked.row(0, named=True)
    key = f"stopped.{STOP}.{first['industry']}"
    often = _share(page, key, first["stops"], "disruption_stopped", INDUSTRIES)
    page.say("answer.stops_none", name=page.context.industry(first["industry"]), often=often)


def _null(page: Page) -> None:
    """The ordinary event to hold the others against, and which cost more in every corner."""
    _, ordinary = span(losses(page.context, STRIKE, page.home, page.home, QUARTER))
    more = [
        event_name(page, event, actor)
        for event, actor in events(page.context)
        if event != STRIKE
        and span(losses(page.context, event, actor, page.home, QUARTER))[0] > ordinary
    ]
    strike = loss_finding(page.context, STRIKE, page.home, page.home, QUARTER)
    page.say(f"answer.{'null' if more else 'null_none'}", strike=strike, more="; ".join(more))


def _screen(page: Page) -> None:
    """What is left of the range without corners that an ordinary event contradicts."""
    alike = ("stock_other", "psi", "criticality")
    strike = losses(page.context, STRIKE, page.home, page.home, QUARTER)
    # The strike with the stocks of all other inputs for every input.
    strike = strike.filter(strike["stock_stopped"] == strike["stock_other"])
    both = _lost(page, STOP, page.home).join(
        strike.select(*alike, "share"), on=alike, suffix="_strike"
    )
    kept = both.filter(both["share_strike"] <= ORDINARY)
    if kept.is_empty() or kept.height == both.height:
        return
    often = 1 - kept.height / both.height
    key = f"kept.{STOP}"
    page.say(
        "answer.screen",
        often=_share(page, f"screen.{STOP}", often, "disruption_screen"),
        kept=range_finding(page.context, key, *span(kept), "share", "disruption_kept"),
    )


def _decides(page: Page) -> None:
    frame = _lost(page, STOP, page.home)
    best = worth_knowing(frame).row(0, named=True)
    name = best["assumption"]
    ends = known_at(frame, name)
    (first, *low), (last, *high) = ends[0], ends[-1]
    key = f"known.{STOP}.{name}"
    page.say(
        "answer.decides",
        assumption=page.word(f"assumption.{name}"),
        part=_share(page, f"part.{STOP}.{name}", best["part"], "disruption_part"),
        first=value_name(page, first),
        last=value_name(page, last),
        at_first=range_finding(page.context, f"{key}.first", low[0], low[1], "share", LOSS),
        at_last=range_finding(page.context, f"{key}.last", high[0], high[1], "share", LOSS),
    )
    if not any(told(low, high) for _, low, high in ends):
        page.say("answer.decides_nothing")


def _first_page(page: Page) -> None:
    """Offer a loss whose range is not tenfold, if there is one, and say where there is none."""
    there = [e for e in (CLOSURE, STOP) if (e, page.partner) in events(page.context)]
    narrow = [event for event in there if told(*span(_lost(page, event, page.home)))]
    if narrow:
        name = event_name(page, narrow[0], page.partner)
        page.headline(28, event=name, loss=_loss(page, narrow[0], page.home))
    elif CLOSURE in there and told(*span(_lost(page, CLOSURE, page.partner))):
        page.headline(28, "headline_partner", loss=_loss(page, CLOSURE, page.partner))
    low, high = span(_lost(page, STOP, page.home))
    if told(low, high):
        return
    ends = {
        name: page.finding(
            f"disruption.end.{STOP}.{name}",
            value,
            "share",
            year=YEAR,
            method=LOSS,
            caveat="corners_decide",
        )
        for name, value in (("low", low), ("high", high))
    }
    page.counter(30, "counter", **ends)


def _share(page: Page, key: str, value: float, method: str, dataset: str = RUNS) -> Finding:
    return page.finding(
        f"disruption.{key}",
        value,
        "share",
        year=YEAR,
        method=method,
        datasets=[dataset],
        caveat="corners",
    )


def _listed(page: Page, codes: Iterable[str]) -> str:
    return ", ".join(page.context.name(code) for code in codes)
