"""The bottom line: what one can do alone, what cooperation adds, what money does not judge."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.cooperation.stage import ALONE, TODAY, Stage
from isthmus.evidence import Finding
from isthmus.scenario.packages import Package
from isthmus.study.ask.packages import comparison, cost, even, held, never, paid, pays, saved
from isthmus.study.page import Page


def bottom_line(page: Page, stage: Stage, hazard: str, name: str) -> None:
    """Three sentences: alone, what cooperation adds, what money does not judge."""
    alone = stage.catalogue.alone()
    if hazard:
        page.fields["hazard"] = stage.catalogue.hazard(hazard).title
    if alone is not None and alone in stage.packages:
        _alone(page, stage, alone, hazard, name)
    _added(page, stage, alone, hazard, name)
    _unpriced(page, stage)


def _alone(page: Page, stage: Stage, alone: Package, hazard: str, name: str) -> None:
    price = cost(page.context, alone.key, name)
    if not hazard or not stage.covers(hazard, alone, TODAY):
        page.say("answer.alone_unrecorded", cost=price)
        return
    found = even(page.context, alone.key, hazard, name, TODAY)
    page.say(
        "answer.alone" if pays(found) else "answer.alone_never",
        cost=price,
        saved=saved(page.context, alone.key, hazard, name, TODAY),
        even=found,
        never=never(page.context, found),
    )


def _added(page: Page, stage: Stage, alone: Package | None, hazard: str, name: str) -> None:
    others = [p for p in held(stage) if p != alone]
    if not others:
        return
    if not hazard:
        prices = {p.key: cost(page.context, p.key, name) for p in others}
        low, high = _ends(others, prices)
        page.say(
            "answer.added_unrecorded",
            low=prices[low.key],
            low_name=page.inside(low.title),
            high=prices[high.key],
            high_name=page.inside(high.title),
        )
        return
    beside = [p for p in others if alone is None or comparison(stage, p) == ALONE]
    known = [p for p in beside if stage.covers(hazard, p, ALONE)]
    if not known:
        page.say("answer.added_uncovered")
        return
    found = {p.key: even(page.context, p.key, hazard, name) for p in known}
    first, last = _ends(known, found)
    paying = [p for p in known if pays(found[p.key])]
    page.say(
        "answer.added" if paying else "answer.added_never",
        first=page.inside(first.title),
        cost=cost(page.context, first.key, name, ALONE),
        saved=saved(page.context, first.key, hazard, name),
        even=found[first.key],
        never=never(page.context, found[first.key]),
        paid=page.word(paid(stage, first)),
        last=page.inside(last.title),
        dearest=never(page.context, found[last.key]),
        pays=str(len(paying)),
        all=str(len(known)),
    )


def _ends(packages: Sequence[Package], by: dict[str, Finding]) -> tuple[Package, Package]:
    order = sorted(packages, key=lambda p: (by[p.key].value or 0.0, p.key))
    return order[0], order[-1]


def _unpriced(page: Page, stage: Stage) -> None:
    """Actions without an effect in money, and packages that rest on them for more than half."""
    listed = held(stage)
    acts = {a.key: a for p in listed for a in stage.catalogue.members(p)}
    open_ = {key for key, action in acts.items() if not action.money}
    mostly = [p for p in listed if 2 * sum(a in open_ for a in p.actions) > len(p.actions)]
    names = "; ".join(
        page.word(
            "answer.of_actions",
            title=page.inside(p.title),
            open=str(sum(a in open_ for a in p.actions)),
            all=str(len(p.actions)),
        )
        for p in mostly
    )
    page.say(
        "answer.unpriced" if mostly else "answer.unpriced_none",
        open=str(len(open_)),
        all=str(len(acts)),
        names=names,
    )
