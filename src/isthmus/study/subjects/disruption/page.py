"""What is lost day by day when something stops, by the draws of the posterior."""

from __future__ import annotations

from typing import Any

import numpy as np

from isthmus.disruption.posterior import load_posterior
from isthmus.ensemble.calibration.ends import CRITICAL, SUBSTITUTED
from isthmus.ensemble.calibration.predict import beyond
from isthmus.ensemble.losses import halving
from isthmus.ensemble.losses.cases import REFERENCE
from isthmus.ensemble.losses.watch import RETURNED, middle_return
from isthmus.ensemble.losses.work import told_of_later
from isthmus.evidence import SHARE, Finding, Kind
from isthmus.evidence.digits import DIGITS, in_range
from isthmus.study.ask.events import events
from isthmus.study.events import Event
from isthmus.study.numbers import SHARE_OF_DRAWS
from isthmus.study.page import Page
from isthmus.study.rests import between
from isthmus.study.subjects.disruption.charts import SHOWN_MOVES, draw_all
from isthmus.study.subjects.disruption.drivers import list_drivers, say_driver
from isthmus.study.subjects.disruption.runs import (
    QUARTER,
    WHOLE,
    datasets,
    draws_finding,
    has_course,
    has_levels,
    loss_finding,
    losses,
    often_stopped,
    ratio,
    saved_share,
    shares,
    there,
    wide,
)
from isthmus.study.subjects.disruption.tables import around, by_stock, event_name, list_all, moves
from isthmus.world.shipped import YEAR


def write(page: Page) -> None:
    """Answer what stops cost by day, as medians and ranges over the draws of the posterior."""
    known = there(page.context)
    lacking = [event for event in events(page.context) if event not in known]
    page.fields["study"] = page.study.name
    if lacking:
        names = "; ".join(event_name(page, event) for event in lacking)
        page.gap("no_runs", events=names)
    main = next((event for event in known if event.detail), None)
    if main is None:
        return
    page.rests_on(*datasets(page.context, main), kind=Kind.ASSUMED)
    page.fields["year"] = YEAR
    whole = has_levels(page.context, main)
    if not whole:
        page.gap("no_levels")
    _main(page, main)
    say_driver(page, main)
    if whole:
        _reference(page, main)
    _sides(page)
    _ordinary(page)
    if has_course(page.context, main):
        _stops(page, main)
        _returns(page, main)
    else:
        page.gap("no_course")
    if whole:
        _stock(page, main)
        _ends(page, main)
    draw_all(page)
    list_all(page)
    list_drivers(page)
    page.note("day_by_day", "draws", "misfit", "split_assumed")
    drawn_from = load_posterior()
    far = [event_name(page, event) for event in known if beyond(event.scenario, drawn_from)]
    if far:
        page.note("beyond", events="; ".join(far))
    runs = ", ".join(dict.fromkeys(losses(page.context, event).run for event in known))
    page.note("runs_recorded", runs=runs)


def _finding(page: Page, key: str, value: float | None, unit: str = SHARE, **about: Any) -> Finding:
    return page.finding(f"disruption.{key}", value, unit, caveat="posterior", **about)


def _main(page: Page, event: Event) -> None:
    """The middle and the range, alone and with the misfit seen out of sample."""
    values = shares(page.context, event, page.home, QUARTER)
    misfit = between(wide(page.context, values), "draws_misfit")
    fields = {
        "event": event_name(page, event),
        "quarter": loss_finding(page.context, event, page.home, QUARTER),
        "year": loss_finding(page.context, event, page.home, WHOLE),
        "wide": _finding(page, f"wide.{event.key}", None, **misfit),
    }
    page.say("answer.main", **fields)
    page.headline(28, event=fields["event"], loss=fields["quarter"])
    page.counter(
        30, "counter_beyond" if beyond(event.scenario, load_posterior()) else "counter", **fields
    )


def _reference(page: Page, event: Event) -> None:
    """One case with reasons, and what moves it most."""
    middle, found = around(page, event)[REFERENCE], moves(page, event)
    name, low, high = found[0]
    page.say(
        "answer.reference",
        loss=_finding(
            page,
            f"reference.{event.key}",
            middle,
            digits=max(
                in_range(middle, min(ends), max(ends), DIGITS[page.kind])
                for _, *ends in found[:SHOWN_MOVES]
            ),
        ),
        number=page.word(f"number.{name}"),
        moved=_finding(
            page,
            f"moved.{event.key}.{name}",
            None,
            method="disruption_reference",
            **between((low, high), "one_number"),
        ),
    )


def _sides(page: Page) -> None:
    """What a closure costs the partner itself, over what it costs home."""
    closed = ("trade_closure", *page.given("partner"))
    found = next((e for e in there(page.context) if (e.key, e.actor) == closed), None)
    if found is None:
        return
    partner, home = (shares(page.context, found, p, QUARTER) for p in (page.partner, page.home))
    key = f"ratio.{found.key}.{found.actor}.{page.partner}.{page.home}.{QUARTER}d"
    used = datasets(page.context, found)
    page.say(
        "answer.sides",
        event=event_name(page, found),
        loss=loss_finding(page.context, found, page.partner, QUARTER),
        ratio=draws_finding(page.context, key, ratio(partner, home), "ratio", used),
    )


def _ordinary(page: Page) -> None:
    """An ordinary event to hold the others against."""
    for event in there(page.context):
        if event.ordinary:
            loss = loss_finding(page.context, event, page.home, QUARTER)
            page.say("answer.ordinary", event=event_name(page, event), loss=loss)


def _stops(page: Page, event: Event) -> None:
    """Which industry, by node, stops most often, and when."""
    first = often_stopped(page.context, event, page.home, QUARTER).row(0, named=True)
    if first["stops"] <= 0.0:
        page.say("answer.stops_none", event=event_name(page, event))
        return
    of = f"{event.key}.{first['industry']}"
    page.say(
        "answer.stops",
        industry=page.context.industry(first["industry"]),
        often=_finding(page, f"stops.{of}", first["stops"], SHARE_OF_DRAWS),
        days=_finding(page, f"first_day.{of}", first["first_day"], "days"),
    )


def _returns(page: Page, event: Event) -> None:
    """Whether value added returns when the event is over, or how often it does not."""
    found = losses(page.context, event)
    rows = found.table("parties", party=page.home)
    middle = middle_return(rows["back"])
    if not told_of_later(event.scenario, found.days[-1]):
        if middle is None:
            page.say("answer.not_back", days=f"{found.days[-1]}")
        else:
            page.say("answer.back", day=f"{middle:.0f}")
        return
    missing = rows["missing"].to_numpy()
    returned = float(np.mean(missing <= 1.0 - RETURNED))
    fields = {
        "often": _finding(page, f"returned.{event.key}", returned, SHARE_OF_DRAWS),
        "missing": _finding(page, f"missing.{event.key}", float(np.median(missing))),
    }
    if middle is None:
        page.say("answer.returns_late", **fields)
    else:
        page.say("answer.returns", day=f"{middle:.0f}", **fields)


def _stock(page: Page, event: Event) -> None:
    """How many more days of the stopped inputs halve the loss."""
    found = by_stock(page, event)
    half = halving([d for d, _ in found], [float(np.median(v)) for _, v in found])
    most, values = found[-1]
    key = f"saved.{event.key}.{most:.0f}"
    saved, used = saved_share(found[0][1], values), datasets(page.context, event)
    fields = {
        "most": f"{most:.0f}",
        "saved": draws_finding(page.context, key, saved, "share", used),
    }
    if half is None:
        page.say("answer.stock_never", **fields)
    else:
        page.say("answer.stock", days=f"{half:.0f}", **fields)


def _ends(page: Page, event: Event) -> None:
    """The two extremes of the family, with what episodes say of them."""
    cases = around(page, event)
    page.say(
        "answer.ends",
        critical=_finding(page, f"end.{event.key}.critical", cases[CRITICAL]),
        substituted=_finding(page, f"end.{event.key}.substituted", cases[SUBSTITUTED]),
    )
