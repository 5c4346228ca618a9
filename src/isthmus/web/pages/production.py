"""A production line: what holds it down when demand rises or a supplier stops, and what helps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from isthmus.evidence import Result
from isthmus.evidence.description import python_call
from isthmus.production import run
from isthmus.production.bill import Bill
from isthmus.production.files import family_names, load_bill
from isthmus.production.tables import numbers_table, structure_table
from isthmus.report.parts import run_on
from isthmus.web.course import course
from isthmus.web.query import Query, address
from isthmus.web.state import Asked, Explorer
from isthmus.web.view import Block, Field, Form, Link, LinkList, Live, Plain, Tabled, Text, View
from isthmus.web.ways import command_way, lens_way

FIRST, LIVE, REMEDY = "shell-155", "line", "remedy."
DRAWS = 50
"""Draws over the ranges of all numbers: enough to answer while a slider moves."""
HORIZONS = (182, 364, 728, 1092)
SURGE, STEP = (1.0, 4.0), 0.25
SHOWN = ("stops", "held", "limits", "deliveries", "output", "competition", "binding")
"""Tables of a run in the order in which they are asked for."""


@dataclass(frozen=True)
class WantedLine:
    """A line, what happens to it, and what is done.

    Parameters
    ----------
    bill : Bill
        The line.
    surge : float
        Factor of the demand.
    who : str
        Economy or coalition whose suppliers stop; empty for none.
    share : float
        Part of them that stops.
    day, stopped, days : int
        First day of the stop, its days, and the days that are looked at.
    remedies : tuple of str
        What is decided on the first day.
    """

    bill: Bill
    surge: float
    who: str
    share: float
    day: int
    stopped: int
    days: int
    remedies: tuple[str, ...]

    @property
    def call(self) -> dict[str, Any]:
        """What the lens is called with."""
        stop = f"{self.who}={self.share:g}@{self.day}+{self.stopped}"
        return {
            "boms": [self.bill.head.name],
            "stops": [stop] if self.who else [],
            "surge": self.surge,
            "remedies": list(self.remedies),
            "days": self.days,
            "draws": DRAWS,
        }


def production(asked: Asked) -> View:
    """Return the page of a production line."""
    explorer, t, query = asked.explorer, asked.explorer.t, asked.query
    said = explorer.catalogue.said
    name = query.choice("line", family_names(), FIRST)
    bill = load_bill(name)
    wanted = _wanted(query, bill)
    query.check_own()
    made = (structure_table(bill), numbers_table(bill))
    parts = [
        Tabled(table, t(f"production.{key}"))
        for key, table in zip(("made", "numbers"), made, strict=True)
        if table.frame.height
    ]
    blocks: list[Block] = [
        Text((t("production.lead"),), lead=True),
        _choice(explorer, name),
        Text((f"{': '.join(filter(None, map(said, (bill.head.title, bill.head.note))))}.",)),
    ]
    if not bill.suppliers:
        blocks += [Text((t("production.structure"),)), *parts]
        ways = (command_way(explorer, "production", "show", name),)
        return View(t("production.title"), tuple(blocks), ways=ways, here="production")
    result = _result(explorer, wanted)
    blocks += [
        _moves(explorer, wanted),
        Live(LIVE, tuple(_answer(explorer, wanted, result))),
        *parts,
        _more(explorer, wanted),
    ]
    ways = _ways(explorer, wanted)
    return View(t("production.title"), tuple(blocks), ways=ways, here="production", own=True)


def _wanted(query: Query, bill: Bill) -> WantedLine:
    """Return what an address asks of a line; what is wrong is noted in the query."""
    known = tuple(dict.fromkeys(supplier.economy for supplier in bill.suppliers))
    return WantedLine(
        bill,
        _number(query, "surge", 2.0, *SURGE),
        query.choice("who", known, ""),
        _number(query, "share", 1.0, 0.0, 1.0),
        query.whole("day", 28, least=0, most=max(HORIZONS)),
        query.whole("stopped", 180, least=1, most=max(HORIZONS)),
        int(query.choice("days", tuple(map(str, HORIZONS)), "728")),
        tuple(r.name for r in bill.remedies if query.choice(f"{REMEDY}{r.name}", ("true",), "")),
    )


def _number(query: Query, name: str, usual: float, least: float, most: float) -> float:
    found = query.number(name)
    if found is None:
        return usual
    if not least <= found <= most:
        query.problem(name, f"{found:g} is outside {least:g} to {most:g}")
        return usual
    return found


def _result(explorer: Explorer, wanted: WantedLine) -> Result:
    key = ("production", str(wanted.call))
    return explorer.answers.kept(key, lambda: run(explorer.world, **wanted.call))


def _choice(explorer: Explorer, name: str) -> Form:
    t = explorer.t
    said = explorer.catalogue.said
    named = tuple((one, said(load_bill(one).head.title)) for one in family_names())
    line = Field("line", t("production.line"), "select", name, named)
    return Form(t("production.choose"), "/production", (line,), t("choose.submit"))


def _moves(explorer: Explorer, wanted: WantedLine) -> Form:
    """Return the controls; what follows them is worked out while they are moved."""
    t, most = explorer.t, str(max(HORIZONS))
    whose = dict.fromkeys(supplier.economy for supplier in wanted.bill.suppliers)
    who = (("", t("choose.none")), *((code, explorer.name(code)) for code in whose))
    days = tuple((str(n), t("production.days_of", days=str(n))) for n in HORIZONS)
    low, high = (f"{value:g}" for value in SURGE)

    def slider(name: str, value: str, least: str, top: str, step: str) -> Field:
        return Field(name, t(f"production.{name}"), "range", value, (), "", least, top, step)

    remedies = (
        Field(f"{REMEDY}{r.name}", explorer.catalogue.said(r.title), "check", "true" if on else "")
        for r in wanted.bill.remedies
        for on in [r.name in wanted.remedies]
    )
    fields = (
        Field("line", "", "hidden", wanted.bill.head.name),
        slider("surge", f"{wanted.surge:g}", low, high, str(STEP)),
        Field("who", t("production.who"), "select", wanted.who, who),
        slider("share", f"{wanted.share:g}", "0", "1", "0.05"),
        slider("day", str(wanted.day), "0", most, "1"),
        slider("stopped", str(wanted.stopped), "1", most, "1"),
        Field("days", t("production.days"), "select", str(wanted.days), days),
        *remedies,
    )
    return Form(
        t("production.move"), "/production", fields, t("choose.submit"), live=f"{LIVE} ways"
    )


def _answer(explorer: Explorer, wanted: WantedLine, result: Result) -> Iterator[Plain]:
    key = ("course", str(wanted.call))
    found = explorer.answers.kept(key, lambda: course(explorer, wanted.bill, result))
    yield from () if found is None else (found,)
    yield Text((explorer.t("production.draws", draws=str(DRAWS)),))
    shown = {name: result.tables[name] for name in SHOWN}
    for name, table in shown.items():
        if table.frame.height:
            # What is noted of one table is noted of all: once is enough.
            yield Tabled(replace(table, notes=()), explorer.t(f"production.table.{name}"))
    yield Text((run_on(dict.fromkeys(n for table in shown.values() for n in table.notes)),))


def _more(explorer: Explorer, wanted: WantedLine) -> LinkList:
    """Return what is asked of a line beyond its course, with this line filled in."""
    call: Mapping[str, Any] = wanted.call
    words = {
        "boms": wanted.bill.head.name,
        "stops": ",".join(call["stops"]),
        "surge": f"{wanted.surge:g}",
        "days": str(wanted.days),
    }
    lenses = ("remedies", "cheapest_set", "allocation", "queues", "closure", "checks")
    taken = {"remedies": words, "cheapest_set": words, "allocation": words}
    return LinkList(
        explorer.t("production.more"),
        tuple(
            Link(
                explorer.t(f"production.to.{name}"),
                address(f"/lens/production.{name}", taken.get(name, {})),
            )
            for name in lenses
        ),
    )


def _ways(explorer: Explorer, wanted: WantedLine) -> tuple[Any, ...]:
    call = wanted.call
    words = ["production", wanted.bill.head.name, "--surge", f"{wanted.surge:g}"]
    for stop in call["stops"]:
        words += ["--stop", stop]
    for remedy in wanted.remedies:
        words += ["--remedy", remedy]
    words += ["--days", str(wanted.days), "--draws", str(DRAWS)]
    program = lens_way(explorer, python_call("production.run", call))
    return command_way(explorer, *words), program
