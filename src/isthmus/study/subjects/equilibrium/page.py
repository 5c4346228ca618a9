"""What is lost once prices and suppliers have adjusted, and four answers to one scenario."""

from __future__ import annotations

import polars as pl

from isthmus.evidence import Finding, Kind
from isthmus.study.ask.lookthrough import input_finding
from isthmus.study.ask.trade import link_finding
from isthmus.study.numbers import MONEY
from isthmus.study.page import Fields, Page
from isthmus.study.subjects.equilibrium.answers import (
    DATASETS,
    HORIZONS,
    SERVICES,
    broken,
    closer,
    farthest,
    inside,
    kind,
    loss_finding,
    money,
    of_model,
    stopped,
)
from isthmus.study.subjects.equilibrium.bottleneck import CHIP_SPLIT, bottleneck
from isthmus.world.shipped import YEAR

FIRST, DECADE = HORIZONS[0], HORIZONS[-1]
PUBLISHED, MEMBER = ("EU27_2020", "CHN"), "DEU"
"""Two parties, and a member, for whose break a note cites published losses."""
INTERVAL = ("loss", "loss_low", "loss_high")


def write(page: Page) -> None:
    """Answer what a lasting break with the rival, or the loss of the partner, would cost."""
    if page.lacks(*DATASETS, SERVICES, gap="no_table"):
        return
    if broken(page.context, page.home, page.rival, FIRST, ranges=True) is None:
        page.gap("no_equilibrium")
        return
    page.rests_on(*DATASETS, kind=kind(page.context))
    ours: Fields = {
        "first": _loss(page, FIRST, page.home),
        "decade": _loss(page, DECADE, page.home),
    }
    page.say(
        "answer.break",
        **ours,
        rival_first=_loss(page, FIRST, page.rival),
        rival_decade=_loss(page, DECADE, page.rival),
    )
    _driver(page)
    members = _members(page)
    if not members.is_empty():
        _by_member(page, members)
    page.say("answer.half", half=_loss(page, DECADE, page.home, severity=0.5))
    page.attempt(_with_partner)
    page.headline(35, **ours)
    page.counter(40, **ours)
    _horizons(page)
    page.note("lasting", "elasticities", "zero_tariffs", "one_electronics")
    if (page.home, page.rival) == PUBLISHED:
        _published(page)


def _with_partner(page: Page) -> None:
    """What the loss of the partner as a supplier costs, and what closer trade with it brings."""
    page.say(
        "answer.stop",
        first=_stop(page, FIRST, page.home),
        partner_first=_stop(page, FIRST, page.partner),
    )
    page.say("answer.closer", ours=_gain(page, page.home), theirs=_gain(page, page.partner))
    _four_answers(page)


def _published(page: Page) -> None:
    """Cite what others found for a break of these two beside the same figures here."""
    page.note(
        "break_published",
        first=_loss(page, FIRST, MEMBER),
        decade=_loss(page, DECADE, MEMBER),
        home_decade=_loss(page, DECADE, page.home),
        rival_decade=_loss(page, DECADE, page.rival),
        member=page.context.name(MEMBER),
    )


def _driver(page: Page) -> None:
    """Name what of the elasticities moves the loss of the first year most."""
    found = farthest(broken(page.context, page.home, page.rival, FIRST, ranges=True), page.home)
    if found is None:
        return
    name, value = found
    page.say(
        "answer.driver",
        what=page.word(f"varied.{name.partition(' ')[0].lower()}"),
        loss=page.finding(
            f"equilibrium.driver.{page.home}.{page.rival}.{FIRST:g}y",
            -value,
            "share",
            year=YEAR,
        ),
    )


def _loss(page: Page, horizon: float, party: str, *, severity: float = 1.0) -> Finding:
    whole = severity == 1.0
    found = broken(
        page.context,
        page.home,
        page.rival,
        horizon,
        severity=severity,
        ranges=whole and horizon != 3.0,
    )
    key = f"{'break' if whole else 'half_break'}.{page.home}.{page.rival}.{horizon:g}y"
    method = "equilibrium_break" if whole else "equilibrium_half_break"
    return loss_finding(page.context, key, found, party, method)


def _stop(page: Page, horizon: float, party: str) -> Finding:
    key = f"stop.{page.partner}.{page.home}.{horizon:g}y"
    found = stopped(page.context, page.partner, page.home, horizon)
    return loss_finding(page.context, key, found, party, "equilibrium_stop")


def _gain(page: Page, party: str) -> Finding:
    value = money(closer(page.context, page.home, page.partner, DECADE), party)
    key = f"closer.{page.home}.{page.partner}.{DECADE:g}y.{party}"
    return of_model(page.context, key, value, MONEY)


def _members(page: Page) -> pl.DataFrame:
    """Loss of each member in the first year, with its range, largest first."""
    found = broken(page.context, page.home, page.rival, FIRST, ranges=True)
    members = [c for c in inside(page.context, page.home) if c != page.rival]
    if found is None or len(members) < 2:
        return pl.DataFrame()
    frame = found["economies"].frame.filter(pl.col("economy").is_in(members))
    return frame.select(
        pl.col("economy").alias("member"),
        (-pl.col("real_income")).alias("loss"),
        (-pl.col("real_income_high")).alias("loss_low"),
        (-pl.col("real_income_low")).alias("loss_high"),
    ).sort(["loss", "member"], descending=[True, False])


def _by_member(page: Page, members: pl.DataFrame) -> None:
    ends: Fields = {}
    for name, place in (("low", -1), ("high", 0)):
        code = members["member"][place]
        ends |= {name: _loss(page, FIRST, code), f"{name}_name": page.context.name(code)}
    page.say("answer.members", **ends)
    page.chart(
        "members",
        members.select(page.labels("member", "economy"), *INTERVAL),
        page.dots("loss", by="economy", axis="loss_of_real_income", colour="rival"),
        dict.fromkeys(INTERVAL, "share"),
        about={"notes": ["elasticities"]},
        **ends,
    )


def _horizons(page: Page) -> None:
    """Losses of home and rival by horizon, whole and half of the trade."""
    rows = [
        {
            "horizon": page.word(f"word.horizon_{horizon:g}"),
            "home_loss": _loss(page, horizon, page.home).value,
            "rival_loss": _loss(page, horizon, page.rival).value,
            "home_half": _loss(page, horizon, page.home, severity=0.5).value,
        }
        for horizon in HORIZONS
    ]
    units = dict.fromkeys(("home_loss", "rival_loss", "home_half"), "share")
    page.table("horizons", pl.DataFrame(rows), units, notes=["lasting", "zero_tariffs"])


def _four_answers(page: Page) -> None:
    """One scenario, goods of the partner no longer reach home, read by four lenses.

    The bottleneck has a range and no value in it: stock-days, psi and redirection move its answer
    from nothing to most of the output, and no data narrow them.
    """
    low, high = bottleneck(page.context)
    direct = link_finding(page.context, page.home, page.partner, "share_of_imports")
    through = input_finding(page.context, page.home, page.partner, "look_through")
    stops = {f"equilibrium_{h:g}": _stop(page, h, page.home) for h in HORIZONS}
    found = {"direct": direct, "look_through": through, "bottleneck": None, **stops}
    shares = ("share", "loss_low", "loss_high")
    rows = [
        {
            "answer": page.word(f"word.answer_{name}"),
            "says": page.word(f"word.says_{name.partition('_1')[0].partition('_3')[0]}"),
            "share": finding.value if finding else None,
            "loss_low": None if finding else low,
            "loss_high": None if finding else high,
            "kind": (finding.kind if finding else Kind.ASSUMED).value,
        }
        for name, finding in found.items()
    ]
    page.table(
        "four",
        pl.DataFrame(rows, schema_overrides=dict.fromkeys(shares, pl.Float64)),
        dict.fromkeys(shares, "share"),
        attributes=["says", "kind"],
        kind=Kind.weakest([page.kind, Kind.ASSUMED]),
        datasets=(*DATASETS, CHIP_SPLIT),
        notes=["four_answers", "bottleneck_range"],
    )
