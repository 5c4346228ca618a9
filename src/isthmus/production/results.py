"""Tables of a run: output, what binds, stops, deliveries, who competes for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from isthmus.evidence import IN_UNIT, Column, Kind, Table
from isthmus.kernels.arrays import Array
from isthmus.kernels.order_statistics import order_statistics
from isthmus.kernels.production import NONE, ProductionCourse
from isthmus.kernels.production_chain import ProductionChain, usual_flow
from isthmus.kernels.production_measures import stop_day, taken_by
from isthmus.kernels.sensitivity import drivers
from isthmus.production.bill import Bill

PERIOD = 4
"""Weeks in one row of a path."""

_DAY = Column("day", "dimension", "days", "last day of four weeks, counted from the start")
_PRODUCT = Column("product", "dimension", text="the product")
_UNIT = Column("unit", "attribute", text="unit of the item")
_RANGE = ("median", "low", "high")

DRIVER = (
    Column("number", "dimension", text="which of the numbers drawn, the strongest first"),
    Column("value", "value", "1", "Spearman's rank correlation over the draws"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """A bill, its chain and its course, with what stands on every table."""

    bill: Bill
    chain: ProductionChain
    course: ProductionCourse
    notes: tuple[str, ...] = ()

    def place(self, product: str) -> int:
        """Return the position of an item among those tracked."""
        number = [item.name for item in self.bill.items].index(product)
        return int(np.flatnonzero(self.course.tracked == number)[0])

    @property
    def products(self) -> tuple[str, ...]:
        """Products that somebody wants."""
        wanted = {d.item for d in self.bill.demands}
        return tuple(p for p in self.bill.products if p in wanted)

    def table(self, name: str, rows: Sequence[Any], columns: Sequence[Column], text: str) -> Table:
        """Return rows as a table."""
        schema = {c.name: pl.Float64 if c.role == "value" or c.unit else pl.String for c in columns}
        frame = pl.DataFrame(rows, schema=schema, orient="row")
        kind = Kind.weakest([Kind.MODELLED, self.bill.kind])
        return Table(name, frame, tuple(columns), kind, (), text, self.notes)


def spread(values: Array) -> tuple[float | None, float | None, float | None]:
    """Return median, 10 and 90 % of draws; None where that draw never gets there."""
    found = order_statistics(values, (0.5, 0.1, 0.9), "inverted_cdf")
    middle, low, high = (float(v) if np.isfinite(v) else None for v in found)
    return middle, low, high


def blocks(weeks: int) -> list[tuple[int, int]]:
    """Return first and last week (exclusive) of each period."""
    return [(w, min(w + PERIOD, weeks)) for w in range(0, weeks, PERIOD)]


def output_table(told: Told) -> Table:
    """Return output by product and period with its range, beside what was planned."""
    rows = []
    for product in told.products:
        k = told.place(product)
        for first, end in blocks(len(told.course.made)):
            made = told.course.made[first:end, k].sum(axis=0)
            planned = told.course.planned[first:end, k].sum(axis=0)
            share = np.divide(made, planned, out=np.ones_like(made), where=planned > 0)
            rows.append(
                (
                    product,
                    7.0 * end,
                    told.bill[product].unit,
                    *spread(made),
                    float(np.median(planned)),
                    *spread(share),
                )
            )
    columns = (
        _PRODUCT,
        _DAY,
        _UNIT,
        Column("median", "value", IN_UNIT, "begun in these four weeks, median of draws"),
        Column("low", "value", IN_UNIT, "10 % of draws lie below"),
        Column("high", "value", IN_UNIT, "10 % of draws lie above"),
        Column("planned", "value", IN_UNIT, "what demand asks for, median of draws"),
        Column("share_median", "value", "share", "output over what demand asks for"),
        Column("share_low", "value", "share", "10 % of draws lie below"),
        Column("share_high", "value", "share", "10 % of draws lie above"),
    )
    return told.table("output", rows, columns, "output of each product, by four weeks")


def causes_of(told: Told, product: str, first: int, end: int) -> list[tuple[str, str, float]]:
    """Return item, reason and share of draws and weeks that hold a product down, largest first."""
    names = [item.name for item in told.bill.items]
    part = told.course.cause[first:end, told.place(product)]
    found, count = np.unique(part, return_counts=True)
    rows = []
    for code, number in sorted(zip(found, count, strict=True), key=lambda c: -c[1]):
        reason, item = "none", ""
        if code != NONE:
            reason = "capacity" if code < len(names) else "lead time"
            item = names[code % len(names)]
        rows.append((item, reason, float(number / part.size)))
    return rows


def binding_table(told: Told) -> Table:
    """Return what holds each product down, by share of draws, in each period."""
    rows = [
        (product, 7.0 * end, *one)
        for product in told.products
        for first, end in blocks(len(told.course.cause))
        for one in causes_of(told, product, first, end)
    ]
    columns = (
        _PRODUCT,
        _DAY,
        Column("item", "dimension", text="where the shortage begins; empty: nothing is short"),
        Column("reason", "dimension", text="its capacity, or the time until new units arrive"),
        Column("value", "value", "share", "share of draws and weeks"),
    )
    return told.table("binding", rows, columns, "what binds each product, by four weeks")


def held_table(told: Told) -> Table:
    """Return in what share of its weeks each item holds a product down, with range over draws."""
    names, rows = [item.name for item in told.bill.items], []
    for product in told.products:
        cause = told.course.cause[:, told.place(product)]
        item = np.where(cause == NONE, NONE, cause % len(names))
        for code in np.unique(item):
            share = (item == code).mean(axis=0)
            name = "" if code == NONE else names[code]
            rows.append((product, name, *spread(share), float((share > 0).mean())))
    rows.sort(key=lambda row: (row[0], -(row[2] or 0.0), row[1]))
    columns = (
        _PRODUCT,
        Column("item", "dimension", text="where the shortage begins; empty: nothing is short"),
        Column("median", "value", "share", "share of weeks, median of draws"),
        Column("low", "value", "share", "10 % of draws lie below"),
        Column("high", "value", "share", "10 % of draws lie above"),
        Column("draws", "value", "share", "draws in which it ever holds the product down"),
    )
    return told.table("held", rows, columns, "what holds each product down, over the whole run")


def limits_table(told: Told) -> Table:
    """Return in what share of weeks nothing, the last stage or an input limits a product."""
    rows = []
    for product in told.products:
        cause = told.course.cause[:, told.place(product)]
        item = np.where(cause == NONE, NONE, cause % len(told.bill.items))
        own = [one.name for one in told.bill.items].index(product)
        parts = {"nothing": item == NONE, "last stage": item == own}
        parts["inputs"] = ~(parts["nothing"] | parts["last stage"])
        rows += [(product, what, *spread(there.mean(axis=0))) for what, there in parts.items()]
    columns = (
        _PRODUCT,
        Column("limit", "dimension", text="nothing, the last stage, or any of its inputs"),
        Column("median", "value", "share", "share of weeks, median of draws"),
        Column("low", "value", "share", "10 % of draws lie below"),
        Column("high", "value", "share", "10 % of draws lie above"),
    )
    return told.table("limits", rows, columns, "what limits each product, over the whole run")


def stop_days(told: Told, product: str, below: float) -> Array:
    """Return the day on which a product first falls below a share of its plan, by draw."""
    k = told.place(product)
    planned = told.course.planned[:, k]
    flow = usual_flow(told.chain)[told.course.tracked[k]]
    usual = np.minimum(flow / np.maximum(planned[0], 1e-300), 1.0)
    return stop_day(told.course.made[:, k], planned, below, usual)


def stops_table(told: Told, below: float) -> Table:
    """Return when each line is first short of its plan, and when it stops."""
    rows = []
    for product in told.products:
        short, stop = (stop_days(told, product, b) for b in (1.0 - 1e-6, below))
        rows.append(
            (
                product,
                float(np.isfinite(short).mean()),
                *spread(short),
                float(np.isfinite(stop).mean()),
                *spread(stop),
            )
        )
    shown = [
        Column(f"{what}_{part}", "value", "days", f"{text}, {words}")
        for what, text in (("short", "first day below the plan"), ("stop", "first day stopped"))
        for part, words in zip(_RANGE, ("median of draws", "10 %", "90 %"), strict=True)
    ]
    columns = (
        _PRODUCT,
        Column("short_share", "value", "share", "draws in which it is short of its plan"),
        *shown[:3],
        Column("stop_share", "value", "share", "draws in which it stops"),
        *shown[3:],
    )
    text = f"days to the first shortage and to output below {below:g} of the plan; n/a: never"
    return told.table("stops", rows, columns, text)


def drivers_table(told: Told, drawn: Mapping[str, Array]) -> Table:
    """Return the numbers that what each buyer gets goes with most."""
    rows = [
        (wish.item, wish.buyer, *one)
        for w, wish in enumerate(told.bill.demands)
        for one in drivers(drawn, np.round(_delivered(told, w)[2], 9))
    ]
    columns = (
        Column("item", "dimension", text="what is wanted"),
        Column("buyer", "dimension", text="by whom"),
        *DRIVER,
    )
    text = "what the share delivered goes with most over the draws, three numbers at most"
    return told.table("drivers", rows, columns, text)


def _delivered(told: Told, w: int) -> tuple[Array, Array, Array]:
    """Return what a buyer wants in all, gets, and the share, by draw."""
    wanted = told.chain.wish[:, w].sum(axis=0)
    got = told.course.delivered[:, w].sum(axis=0)
    return wanted, got, np.divide(got, wanted, out=np.ones_like(got), where=wanted > 0)


def deliveries_table(told: Told) -> Table:
    """Return what each buyer got of what it wanted, and what stays open."""
    rows = []
    for w, wish in enumerate(told.bill.demands):
        wanted, got, share = _delivered(told, w)
        left = told.course.open[-1, w] if wish.waits else wanted - got
        rows.append(
            (
                wish.item,
                wish.buyer,
                told.bill[wish.item].unit,
                float(np.median(wanted)),
                *spread(share),
                *spread(left),
            )
        )
    columns = (
        Column("item", "dimension", text="what is wanted"),
        Column("buyer", "dimension", text="by whom"),
        _UNIT,
        Column("wanted", "value", IN_UNIT, "wanted in all, median of draws"),
        Column("share_median", "value", "share", "delivered of what was wanted"),
        Column("share_low", "value", "share", "10 % of draws lie below"),
        Column("share_high", "value", "share", "10 % of draws lie above"),
        Column("left_median", "value", IN_UNIT, "open at the end, or lost where nobody waits"),
        Column("left_low", "value", IN_UNIT, "10 % of draws lie below"),
        Column("left_high", "value", IN_UNIT, "10 % of draws lie above"),
    )
    return told.table("deliveries", rows, columns, "what each buyer gets")


def competition_table(told: Told) -> Table:
    """Return who takes what of each item that several families or buyers want."""
    claims: dict[int, list[tuple[str, Array, Array]]] = {}
    for product in told.products:
        taken, asked = taken_by(told.chain, told.course, told.place(product))
        for used in np.flatnonzero(asked.max(axis=1) > 0).tolist():
            if told.bill.items[used].name != product:
                claims.setdefault(used, []).append((product, taken[used], asked[used]))
    for w, wish in enumerate(told.bill.demands):
        i = int(told.chain.wish_item[w])
        got, wanted = told.course.delivered[:, w].sum(axis=0), told.chain.wish[:, w].sum(axis=0)
        claims.setdefault(i, []).append((wish.buyer, got, wanted))
    rows = []
    for i, claimants in sorted(claims.items()):
        if len(claimants) > 1:
            whole = np.maximum(np.sum([taken for _, taken, _ in claimants], axis=0), 1e-300)
            for name, taken, asked in claimants:
                met = np.divide(taken, asked, out=np.ones_like(taken), where=asked > 0)
                rows.append((told.bill.items[i].name, name, *spread(met), *spread(taken / whole)))
    columns = (
        Column("item", "dimension", text="what several want"),
        Column("claimant", "dimension", text="family or buyer"),
        Column("met_median", "value", "share", "taken over what the plan asks for"),
        Column("met_low", "value", "share", "10 % of draws lie below"),
        Column("met_high", "value", "share", "10 % of draws lie above"),
        Column("taken_median", "value", "share", "share of all that is taken"),
        Column("taken_low", "value", "share", "10 % of draws lie below"),
        Column("taken_high", "value", "share", "10 % of draws lie above"),
    )
    return told.table("competition", rows, columns, "who gets an item that several want")


def checks_table(told: Told) -> Table:
    """Return what the run checked."""
    columns = (Column("balance", "value", "1", "largest gap of goods, share of what came in"),)
    return told.table("checks", [(told.course.balance,)], columns, "what the run checked")
