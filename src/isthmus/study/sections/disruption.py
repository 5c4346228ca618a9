"""What is lost day by day when something stops: what holds whatever the stocks are."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.evidence import Finding, Kind
from isthmus.study.context import Context
from isthmus.study.corners import TOP, industries_ranked, known_at, members_ranked, worth_knowing
from isthmus.study.disruption import (
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
from isthmus.study.disruption_tables import (
    MAIN,
    event_name,
    events,
    map_chart,
    paths_chart,
    tables,
    value_name,
    worth_chart,
)
from isthmus.study.dossier import Note, Section
from isthmus.study.wording import Sentence

LOSS = "disruption_loss"
KEY = "disruption"
ORDINARY = 0.01
"""Share of a quarter's value added above which the strike would have been seen (a judgement)."""
STOP, CLOSURE, STRIKE = MAIN[0], MAIN[1], "strike"
NOTES = (
    "note.day_by_day",
    "note.corners",
    "note.no_headline",
    "note.ratchet",
    "note.split_assumed",
    "note.runs_shipped",
)


def build(context: Context) -> Section:
    """Answer what stops cost by day, as ranges over everything that is assumed."""
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival", "ally")}
    question = context.say(f"{KEY}.question", **names)
    if context.missing(RUNS, INDUSTRIES, *SOURCES):
        return Section(KEY, question, gaps=(context.say("gap.no_runs", **names),))
    runs(context)
    if (STOP, context.partner) not in events(context) or len(context.members(context.home)) < TOP:
        return Section(KEY, question, gaps=(context.say("gap.no_runs", **names),))
    answer = _answer(context, names)
    return Section(
        KEY,
        question,
        answer=answer,
        charts=(paths_chart(context), *map_chart(context), worth_chart(context)),
        tables=tables(context),
        notes=tuple(context.say(key) for key in NOTES),
        headlines=_headlines(context, names),
        counters=_counters(context, names),
    )


def _loss(context: Context, event: str, actor: str, party: str, days: int = QUARTER) -> Finding:
    return loss_finding(context, event, actor, party, days)


def _answer(context: Context, names: dict[str, str]) -> tuple[Sentence, ...]:
    home, partner = context.home, context.partner
    out = []
    if (CLOSURE, partner) in events(context):
        out.append(
            context.say(
                f"{KEY}.answer.sides", **names, ratio=_ratio(context),
                loss=_loss(context, CLOSURE, partner, partner),
            )
        )  # fmt: skip
    out += [_members(context), _stops(context, names), *_null(context, names)]
    out.append(
        context.say(
            f"{KEY}.answer.range", **names, quarter=_loss(context, STOP, partner, home),
            year=_loss(context, STOP, partner, home, HORIZONS[-1]),
        )
    )  # fmt: skip
    return (*out, *_screen(context, names), *_decides(context))


def _ratio(context: Context) -> Finding:
    """Loss of the partner over that of home from the closure, within each corner."""
    home, partner = context.home, context.partner
    sides = [losses(context, CLOSURE, partner, party, QUARTER) for party in (partner, home)]
    key = f"ratio.{CLOSURE}.{partner}.{partner}.{home}.{QUARTER}d"
    return range_finding(context, key, *paired(*sides), "ratio", "disruption_ratio")


def _members(context: Context) -> Sentence:
    ranked = members_ranked(context, STOP, context.partner, QUARTER)
    always = ranked.filter(ranked["top"] >= 1)["member"].to_list()
    if always:
        return context.say(f"{KEY}.answer.members", names=_listed(context, always))
    first = ranked.row(0, named=True)
    often = _share(context, f"top.{STOP}.{first['member']}", first["top"], "disruption_top", RUNS)
    never = sorted(ranked.filter(ranked["top"] <= 0)["member"].to_list())
    return context.say(
        f"{KEY}.answer.members_none",
        name=context.name(first["member"]),
        often=often,
        never=_listed(context, never) or context.catalogue.text("word.nobody"),
    )


def _stops(context: Context, names: dict[str, str]) -> Sentence:
    ranked = industries_ranked(context, STOP, context.partner, QUARTER)
    always = ranked.filter(ranked["stops"] >= 1)["industry"].to_list()
    if always:
        listed = "; ".join(context.industry(code) for code in always)
        return context.say(f"{KEY}.answer.stops", **names, names=listed)
    first = ranked.row(0, named=True)
    key = f"stopped.{STOP}.{first['industry']}"
    often = _share(context, key, first["stops"], "disruption_stopped", INDUSTRIES)
    return context.say(
        f"{KEY}.answer.stops_none", **names, name=context.industry(first["industry"]), often=often
    )


def _null(context: Context, names: dict[str, str]) -> tuple[Sentence, ...]:
    """The ordinary event to hold the others against, and which cost more in every corner."""
    home = context.home
    if (STRIKE, home) not in events(context):
        return ()
    _, ordinary = span(losses(context, STRIKE, home, home, QUARTER))
    more = [
        event_name(context, event, actor)
        for event, actor in events(context)
        if event != STRIKE and span(losses(context, event, actor, home, QUARTER))[0] > ordinary
    ]
    strike = _loss(context, STRIKE, home, home)
    if not more:
        return (context.say(f"{KEY}.answer.null_none", **names, strike=strike),)
    return (context.say(f"{KEY}.answer.null", **names, strike=strike, more="; ".join(more)),)


def _screen(context: Context, names: dict[str, str]) -> tuple[Sentence, ...]:
    """What is left of the range without corners that an ordinary event contradicts."""
    home = context.home
    if (STRIKE, home) not in events(context):
        return ()
    alike = ("stock_other", "psi", "criticality")
    strike = losses(context, STRIKE, home, home, QUARTER)
    # The strike with the stocks of all other inputs for every input.
    strike = strike.filter(strike["stock_stopped"] == strike["stock_other"])
    frame = losses(context, STOP, context.partner, home, QUARTER)
    both = frame.join(strike.select(*alike, "share"), on=alike, suffix="_strike")
    kept = both.filter(both["share_strike"] <= ORDINARY)
    if kept.is_empty() or kept.height == both.height:
        return ()
    often = 1 - kept.height / both.height
    said = context.say(
        f"{KEY}.answer.screen",
        **names,
        often=_share(context, f"screen.{STOP}", often, "disruption_screen", RUNS),
        kept=range_finding(context, f"kept.{STOP}", *span(kept), "share", "disruption_kept"),
    )
    return (said,)


def _decides(context: Context) -> tuple[Sentence, ...]:
    frame = losses(context, STOP, context.partner, context.home, QUARTER)
    best = worth_knowing(frame).row(0, named=True)
    name = best["assumption"]
    ends = known_at(frame, name)
    (first, *low), (last, *high) = ends[0], ends[-1]
    key = f"known.{STOP}.{name}"
    fields: dict[str, str | Finding] = {
        "assumption": context.catalogue.text(f"assumption.{name}"),
        "part": _share(context, f"part.{STOP}.{name}", best["part"], "disruption_part", RUNS),
        "first": value_name(context, first),
        "last": value_name(context, last),
        "at_first": range_finding(context, f"{key}.first", low[0], low[1], "share", LOSS),
        "at_last": range_finding(context, f"{key}.last", high[0], high[1], "share", LOSS),
    }
    said = context.say(f"{KEY}.answer.decides", **fields)
    if any(told(low, high) for _, low, high in ends):
        return (said,)
    return said, context.say(f"{KEY}.answer.decides_nothing")


def _headlines(context: Context, names: dict[str, str]) -> tuple[Note, ...]:
    """Return a loss whose range is not tenfold, if there is one."""
    home, partner = context.home, context.partner
    there = [event for event in (CLOSURE, STOP) if (event, partner) in events(context)]
    for event in there:
        if told(*span(losses(context, event, partner, home, QUARTER))):
            words = names | {"event": event_name(context, event, partner)}
            loss = _loss(context, event, partner, home)
            return (context.note(28, f"{KEY}.headline", **words, loss=loss),)
    if CLOSURE in there and told(*span(losses(context, CLOSURE, partner, partner, QUARTER))):
        loss = _loss(context, CLOSURE, partner, partner)
        return (context.note(28, f"{KEY}.headline_partner", **names, loss=loss),)
    return ()


def _counters(context: Context, names: dict[str, str]) -> tuple[Note, ...]:
    low, high = span(losses(context, STOP, context.partner, context.home, QUARTER))
    if told(low, high):
        return ()
    ends = {
        name: context.finding(
            f"disruption.end.{STOP}.{name}", value, "share", kind=Kind.ASSUMED, year=YEAR,
            method="disruption_loss", datasets=[RUNS], caveat="corners_decide",
        )
        for name, value in (("low", low), ("high", high))
    }  # fmt: skip
    return (context.note(30, f"{KEY}.counter", **names, **ends),)


def _share(context: Context, key: str, value: float, method: str, dataset: str) -> Finding:
    return context.finding(
        f"disruption.{key}",
        value,
        "share",
        kind=Kind.ASSUMED,
        year=YEAR,
        method=method,
        datasets=[dataset],
        caveat="corners",
    )


def _listed(context: Context, codes: Sequence[str]) -> str:
    return ", ".join(context.name(code) for code in codes)
