"""A firm's own list: where its spend goes, which lines stop when, who else sells what it buys."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.evidence import Finding, Kind, Result, Table
from isthmus.study.ask.events import event_name, events
from isthmus.study.context import UNANSWERED, Context
from isthmus.study.events import Event
from isthmus.study.numbers import MONEY, SHARE_OF_DRAWS
from isthmus.study.page import Page
from isthmus.suppliers import exposure, second_sources, stops
from isthmus.suppliers.firm import ALL, EXAMPLE, LINES, SUPPLIERS, firm_of
from isthmus.suppliers.stops import DRAWS

ROWS = 12
"""Rows of a table; the lenses give them all."""
DRAWN = 8
OFFERS = 2
"""Second sources of an item that the table lists."""
SHARE = "share"


def each(context: Context) -> tuple[dict[str, Any], ...]:
    """Return one page where the world holds a list of suppliers, none where it does not."""
    return ({},) if SUPPLIERS in context.world else ()


def write(
    page: Page, *, suppliers: str = SUPPLIERS, lines: str = LINES, draws: int = DRAWS
) -> None:
    """Answer what a firm's list says: exposure, concentration, stops, loss, second sources.

    Parameters
    ----------
    suppliers, lines : str
        Keys of the list and of the product lines; ``example`` for made-up ones.
    draws : int
        Draws of the posterior.
    """
    page.opens = next((one.page for one in page.study.pages), "") == page.key
    if suppliers != EXAMPLE and page.lacks(suppliers, gap="no_suppliers"):
        return
    firm = firm_of(page.world, suppliers, lines)
    where = exposure(page.world, suppliers=suppliers, lines=lines)
    page.rests_on(*firm.datasets, kind=firm.kind)
    page.fields["year"] = "-".join(str(year) for year in firm.years)
    spent = float(firm.rows["spend"].sum())
    page.say(
        "answer.made_up" if suppliers == EXAMPLE else "answer.private",
        suppliers=firm.rows["supplier"].n_unique(),
        items=firm.rows["item"].n_unique(),
        spend=page.finding("suppliers.spend", spent, MONEY),
    )
    _exposure(page, where["economies"], firm.kind)
    _concentration(page, where)
    home = page.context.members(page.home)
    words = {"suppliers": suppliers, "lines": lines, "draws": draws}
    _stops(page, words | {"home": home[0] if len(home) == 1 else None})
    page.attempt(lambda it: _second(it, suppliers, lines))
    page.note("suppliers_typical", "suppliers_alone", "unit_values")
    if suppliers != EXAMPLE:
        page.note("private_list")


def _figure(
    page: Page, key: str, value: float | None, unit: str, table: Table, method: str, **about: Any
) -> Finding:
    """Return a figure of a table of a lens, with what the table rests on."""
    rests: dict[str, Any] = {"kind": table.kind, "datasets": table.datasets}
    rests["year"] = "-".join(str(year) for year in table.years)
    return page.finding(f"suppliers.{key}", value, unit, method=method, **(rests | about))


def _exposure(page: Page, table: Table, own: Kind) -> None:
    frame = table.frame
    first = frame.sort("face_value", descending=True).row(0, named=True)
    behind = frame.sort("look_through", descending=True).row(0, named=True)
    face, through = first["face_value"], behind["look_through"]
    fields: dict[str, Any] = {
        "economy": page.context.name(first["economy"]),
        "face": _figure(page, "face", face, SHARE, table, "suppliers_face", kind=own),
        "behind": page.context.name(behind["economy"]),
        "through": _figure(page, "through", through, SHARE, table, "suppliers_through"),
    }
    page.say("answer.first", **fields)
    page.headline(11, **fields)
    page.driver("through", fields["through"])
    rests = {"kind": table.kind, "datasets": table.datasets}
    rows = frame.head(ROWS).with_columns(page.labels("economy"))
    rows, unit, turned = page.in_money(rows, "spend", year=page.fields["year"])
    columns = {"spend": unit, "items": "count"}
    columns |= dict.fromkeys(("face_value", "look_through", "hidden"), SHARE)
    page.table("economies", rows, columns, **(rests | turned))
    sides = {"face_value": "face", "look_through": "through"}
    drawn = pl.concat(
        rows.head(DRAWN).select(
            "economy",
            pl.lit(page.word(f"suppliers.side.{side}")).alias("counted"),
            pl.col(column).alias("share"),
        )
        for column, side in sides.items()
    )
    names = rows["economy"].head(DRAWN).to_list()
    page.chart(
        "exposure",
        drawn.sort(pl.col("economy").replace_strict(names, range(len(names)))),
        page.bars(
            "share",
            by="economy",
            axis="share_of_spend",
            series="counted",
            roles={page.word("suppliers.side.face"): "home"}
            | {page.word("suppliers.side.through"): "accent"},
        ),
        {"share": SHARE},
        about=rests,
        **fields,
    )


def _concentration(page: Page, where: Result) -> None:
    over = where["concentration"]
    alone = float(over.frame.filter(pl.col("hhi").is_null())["share"].item())
    index = float(over.frame.filter(over="economies")["hhi"].item())
    page.say(
        "answer.single",
        single=_figure(page, "single", alone, SHARE, over, "suppliers_single"),
        hhi=_figure(page, "hhi", index, "1", over, "suppliers_hhi"),
    )
    frame = where["items"].frame.head(ROWS)
    frame = frame.select(_line(page), "item", "first_supplier", "spend", "suppliers", "hhi")
    frame, unit, turned = page.in_money(frame, "spend", year=page.fields["year"])
    columns = {"spend": unit, "suppliers": "count", "hhi": "1"}
    page.table("items", frame, columns, attributes=["first_supplier"], **turned)


def _line(page: Page) -> pl.Expr:
    every = page.word("suppliers.every_line")
    return (
        pl.when(pl.col("line") == ALL).then(pl.lit(every)).otherwise(pl.col("line")).alias("line")
    )


def _stops(page: Page, words: dict[str, Any]) -> None:
    """What stops when each event comes that the study shows in detail, and the loss at risk."""
    ran: list[tuple[Event, Result]] = []
    reasons: list[str] = []
    for event in events(page.context):
        if not event.detail:
            continue
        try:
            ran.append((event, stops(page.world, event.scenario, **words)))
        except UNANSWERED as error:
            reasons.append(page.context.reason(error))
    for reason in dict.fromkeys(reasons):
        page.gap("unanswered", what=reason)
    for number, (event, result) in enumerate(ran):
        _stop(page, event, result, first=not number)
    if not ran:
        return
    names = ["stops", *(f"{name}{end}" for name in THREE for end in ("", "_low", "_high"))]
    parts = [
        result["lines"].frame.select(
            pl.lit(event_name(page.context, event)).alias("event"),
            _line(page),
            pl.col("missing").replace("none", page.word("suppliers.none")),
            *names,
        )
        for event, result in ran
    ]
    table = ran[0][1]["lines"]
    rests: dict[str, Any] = {"kind": table.kind, "datasets": table.datasets}
    money = [name for name in names if name.startswith("value_added")]
    frame, unit, turned = page.in_money(pl.concat(parts), *money, year=page.fields["year"])
    if turned:
        rests["datasets"] = sorted({*table.datasets, *turned["datasets"]})
    columns = {n: unit if n in money else "day" if "first" in n else "days" for n in names}
    columns["stops"] = SHARE_OF_DRAWS
    page.table("stops", frame, columns, attributes=["missing"], **rests)


THREE = ("first_stop", "days_lost", "value_added_lost")


def _stop(page: Page, event: Event, result: Result, *, first: bool) -> None:
    """Name the line that stops first and the one that loses most; head the page with the first."""
    table = result["lines"]
    page.fields["event"] = event_name(page.context, event)
    stopped = table.frame.filter(pl.col("stops") > 0)
    if stopped.is_empty():
        page.say("answer.no_stop")
        _lost(page, event, table)
        return
    row = stopped.with_columns(_line(page)).row(0, named=True)
    key = event.key
    fields: dict[str, Any] = {
        "line": row["line"],
        "item": row["missing"],
        "stops": _figure(
            page, f"stops.{key}", row["stops"], SHARE_OF_DRAWS, table, "suppliers_stops"
        ),
    }
    name = "stop_in_some"
    if row["first_stop"] is not None:
        # Where some draws have no stop, the range has no end: it would read as "at least".
        ends = {e: row[f"first_stop_{e}"] for e in ("low", "high")}
        known = {**ends, "interval": "draws"} if None not in ends.values() else {}
        fields["day"] = _figure(
            page, f"first.{key}", row["first_stop"], "days", table, "suppliers_first", **known
        )
        name = "stop"
    page.say(f"answer.{name}", **fields)
    lost = _lost(page, event, table)
    if first:
        page.headline(12, f"headline_{name}", **fields)
        _driver(page, result, row["line"], fields["stops"])
        if "lost" in lost:
            page.headline(13, "headline_lost", **lost)


def _lost(page: Page, event: Event, table: Table) -> dict[str, Any]:
    """Say which line loses most, whether it stops or not, and return what was said."""
    hit = table.frame.filter(pl.col("days_lost_high") > 0)
    if hit.is_empty():
        return {}
    most = hit.sort("value_added_lost", descending=True, nulls_last=True)
    lost = most.with_columns(_line(page)).row(0, named=True)
    if lost["value_added_lost"] is None:
        page.say("answer.not_given")
        return {}
    ends = {e: lost[f"value_added_lost_{e}"] for e in ("low", "high")}
    loss = _figure(
        page,
        f"lost.{event.key}",
        lost["value_added_lost"],
        MONEY,
        table,
        "suppliers_lost",
        year=page.fields["year"],  # of the firm's money, as in the table
        interval="draws",
        **ends,
    )
    page.say("answer.lost", line=lost["line"], lost=loss)
    return {"line": lost["line"], "lost": loss}


def _driver(page: Page, result: Result, line: str, moved: Finding) -> None:
    rows = result["drivers"].frame.with_columns(_line(page)).filter(line=line)
    number, correlation = "", None
    if not rows.is_empty():
        number, correlation = page.word(f"number.{rows['number'][0]}"), rows["correlation"][0]
    page.drawn_driver("idle", moved, number, correlation, line=line)


def _second(page: Page, suppliers: str, lines: str) -> None:
    table = second_sources(page.world, suppliers=suppliers, lines=lines, first=OFFERS)["sources"]
    if table.frame.is_empty():
        page.say("answer.second_none")
        return
    page.say("answer.second", items=table.frame["item"].n_unique())
    frame = table.frame.head(ROWS).select(
        "item", page.labels("economy"), "year", SHARE, "unit_value", "ratio"
    )
    units = {SHARE: SHARE, "unit_value": "USD per tonne", "ratio": "ratio"}
    rests = {"kind": table.kind, "datasets": table.datasets}
    page.table("second", frame, units, attributes=["year"], **rests)
