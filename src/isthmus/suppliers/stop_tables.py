"""What became of a firm's lines under a scenario, as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from isthmus.evidence import Column, Table
from isthmus.evidence.frames import of_rows
from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.order_statistics import order_statistics
from isthmus.kernels.run_down import RunDown
from isthmus.kernels.sensitivity import drivers
from isthmus.suppliers.firm import Firm
from isthmus.suppliers.hits import Hits

LOW, HIGH = 0.1, 0.9
"""Ends of the range of draws."""
DRAWN = ("psi", "restore_days", "days_chips", "days_parts", "days_goods")
"""Numbers of the family that the course of a line can depend on."""


@dataclass(frozen=True, slots=True)
class Ran:
    """One line under a scenario: its items with their stocks, and what became of it."""

    line: str
    items: tuple[str, ...]
    rows: pl.DataFrame
    hits: Hits
    cover: Array
    course: RunDown | None
    threshold: float

    @property
    def output(self) -> Array:
        """Output over plan, (T, B)."""
        days, batch = len(self.hits.stopped), self.cover.shape[1]
        return np.ones((days, batch)) if self.course is None else self.course.output

    @property
    def idle(self) -> Array:
        """Output lost over the run, in days of its plan, (B,)."""
        lost: Array = (1.0 - self.output).sum(axis=0)
        return lost

    @property
    def first(self) -> Array:
        """Day of the first stop by draw, infinite for never."""
        below = self.output < self.threshold
        return np.where(below.any(axis=0), below.argmax(axis=0).astype(float), np.inf)


def lines_table(firm: Firm, ran: Sequence[Ran]) -> Table:
    """Return what becomes of each line: when it first stops, and what is lost."""
    rows = []
    for one in ran:
        idle = one.idle
        added, sales = _money(firm, one.line)
        stopped = np.isfinite(one.first)
        rows.append(
            (
                one.line,
                _culprit(one),
                float(stopped.mean()),
                *_range(one.first),
                *_range(idle),
                *_range(None if added is None else idle * added / 365.0),
                *_range(None if sales is None else idle * sales / 365.0),
            )
        )
    rows.sort(key=lambda row: (row[3] is None, row[3] or 0.0, -row[2], row[0]))
    columns = (
        Column("line", "dimension", text="product line; all: the whole firm"),
        Column("missing", "attribute", text="item that most often stops it first; none: no stop"),
        Column("stops", "value", "share", "of draws in which it falls below the threshold"),
        *_three("first_stop", "day", "first day below the threshold; n/a: not within the run"),
        *_three("days_lost", "days", "output lost over the run, in days of its plan"),
        *_three("value_added_lost", "million USD", "the same in value added; n/a: not given"),
        *_three("sales_lost", "million USD", "the same in sales; n/a: not given"),
    )
    return of_rows("lines", rows, columns, "which lines stop when, and what is lost")


def drivers_table(ran: Sequence[Ran], drawn: Sequence[Mapping[str, float]]) -> Table:
    """Return the numbers of the model that the days lost of a line go with; none by chance."""
    numbers = {name: np.array([one[name] for one in drawn]) for name in DRAWN}
    apart = len({tuple(one.values()) for one in drawn})
    rows = [
        (one.line, name, correlation)
        for one in ran
        for name, correlation in drivers(numbers, one.idle, draws=apart)
    ]
    columns = (
        Column("line", "dimension", text="product line"),
        Column("number", "dimension", text="number of the model that is drawn"),
        Column("correlation", "value", "1", "rank correlation with the days lost, over the draws"),
    )
    return of_rows("drivers", rows, columns, "what the days lost go with over the draws")


def items_table(ran: Sequence[Ran]) -> Table:
    """Return the stock of each item and how long it lasts."""
    rows = []
    for one in ran:
        for n, name in enumerate(one.items):
            mine = np.array([item == name for item in one.rows["item"]])
            spend = one.rows["spend"].to_numpy()[mine]
            whole = spend.sum()
            weight = spend / whole if whole > 0 else np.full(len(spend), 1.0 / len(spend))
            missing = (one.hits.lost[:, mine] * weight).sum(axis=1)
            if not missing.any():
                continue
            days = one.rows["stock_days"].to_numpy()[mine]
            kind = "own" if np.isfinite(days.astype(float)).any() else "posterior"
            rows.append(
                (
                    one.line,
                    name,
                    kind,
                    float(missing.max()),
                    *_range(one.cover[n]),
                    float(_stopping(one, n).mean()),
                )
            )
    rows.sort(key=lambda row: (-row[-1], -row[3], row[0], row[1]))
    columns = (
        Column("line", "dimension", text="product line"),
        Column("item", "dimension", text="what is bought"),
        Column(
            "stock_from", "attribute", text="whose stock-days: the list's own, or the posterior"
        ),
        Column("missing", "value", "share", "of its deliveries on the worst day"),
        *_three("stock_days", "days", "stock at the start, in days of use"),
        Column("stops_line", "value", "share", "of draws in which the line stops on it first"),
    )
    return of_rows("items", rows, columns, "items that run short")


def deliveries_table(ran: Sequence[Ran]) -> Table:
    """Return what each supplier still delivers."""
    rows = []
    for one in ran:
        lost = one.hits.lost
        for k, (item, supplier, economy, spend) in enumerate(
            one.rows.select("item", "supplier", "economy", "spend").iter_rows()
        ):
            if (lost[:, k] > 0).any():
                first = float((lost[:, k] > 0).argmax())
                days = float(lost[:, k].sum())
                rows.append(
                    (one.line, item, supplier, economy, spend, float(lost[:, k].max()), first, days)
                )
    rows.sort(key=lambda row: (-row[4] * row[7], *row[:4]))
    columns = (
        Column("line", "dimension", text="product line"),
        Column("item", "dimension", text="what is bought"),
        Column("supplier", "dimension", text="who delivers"),
        Column("economy", "dimension", text="from where"),
        Column("spend", "value", "million USD", "spend, a year"),
        Column("missing", "value", "share", "of its deliveries on the worst day"),
        Column("first_day", "value", "day", "first day on which something is missing"),
        Column("days_missing", "value", "days", "missing deliveries in days of usual ones"),
    )
    return of_rows("deliveries", rows, columns, "deliveries that the scenario hits")


def _money(firm: Firm, line: str) -> tuple[float | None, float | None]:
    """Return value added and sales of a line in a year, where they are given."""
    found = firm.lines.filter(pl.col("line") == line)
    if found.is_empty():
        return None, None
    sales = float(found["sales"][0])
    added = found["value_added"][0]
    bought = float(firm.of_line(line)["spend"].sum())
    return (sales - bought if added is None else float(added)), sales


def _stopping(one: Ran, n: int) -> Mask:
    """Return in which draws an item is what stops a line first."""
    if one.course is None:
        return np.zeros(one.cover.shape[1], dtype=bool)
    there = np.isfinite(one.first)
    day = np.where(there, one.first, 0).astype(np.intp)
    return np.asarray(there & (one.course.binding[day, np.arange(len(day))] == n))


def _culprit(one: Ran) -> str:
    counts = [int(_stopping(one, n).sum()) for n in range(len(one.items))]
    return one.items[int(np.argmax(counts))] if max(counts) else "none"


def _range(values: Array | None) -> tuple[float | None, float | None, float | None]:
    """Return median and the ends of the range of draws; None where that is never or not known."""
    if values is None:
        return None, None, None
    found = order_statistics(values, (0.5, LOW, HIGH), "inverted_cdf")
    return tuple(float(v) if np.isfinite(v) else None for v in found)  # type: ignore[return-value]


def _three(name: str, unit: str, text: str) -> tuple[Column, Column, Column]:
    return (
        Column(name, "value", unit, f"{text}: median of draws"),
        Column(f"{name}_low", "value", unit, "10 % of draws lie below"),
        Column(f"{name}_high", "value", unit, "10 % of draws lie above"),
    )
