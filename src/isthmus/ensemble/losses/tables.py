"""The tables of a recorded loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.ensemble.losses.cases import REFERENCE, Cases
from isthmus.ensemble.losses.watch import NEVER, WEEK, edges_of
from isthmus.ensemble.losses.work import LossWork
from isthmus.evidence import Column, Kind, Table
from isthmus.kernels.arrays import Array
from isthmus.kernels.population import weighted_quantile

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
ENDS = ("low_95", "low_80", "median", "high_80", "high_95")
DIGITS = 5
"""Digits after the point of a share that is kept: a hundred-thousandth of value added."""

_SHARE = "share of value added lost in the window that ends with this day"
_DAY = Column("day", "dimension", "days", "last day of the window, counted from the start")
_DRAW = Column("draw", "dimension", text="number of the draw, the same in every level")
_LEVEL = Column("level", "dimension", text="what is done beforehand")
_PARTY = Column("party", "dimension", text="economy or coalition")


@dataclass(frozen=True)
class CaseArrays:
    """Arrays of all cases, which come last; names as in `isthmus.ensemble.losses.work.KEPT`."""

    arrays: dict[str, NDArray[Any]]

    def of_draws(self, name: str, cases: Cases, level: int) -> NDArray[Any]:
        """Return an array of one level by draw of equal weight, draws last."""
        count = len(cases.drawn.values)
        part = self.arrays[name][..., level * count : (level + 1) * count]
        return part[..., cases.drawn.of]

    def of_case(self, name: str, number: int) -> NDArray[Any]:
        """Return an array of one case."""
        return self.arrays[name][..., number]


@dataclass(frozen=True)
class Maker:
    """Makes the tables of a question from what was found."""

    work: LossWork
    found: CaseArrays
    kind: Kind
    datasets: tuple[str, ...]
    notes: tuple[str, ...]

    def all(self) -> list[Table]:
        """Return every table."""
        tables = [self.losses(), self.base(), self.draws(), self.parties()]
        tables += [self.industries(), self.stops(), self.course()]
        return [*tables, self.around()] if self.work.cases.around else tables

    def _table(self, name: str, frame: pl.DataFrame, columns: Sequence[Column], text: str) -> Table:
        return Table(name, frame, tuple(columns), self.kind, self.datasets, text, self.notes)

    @property
    def days(self) -> tuple[int, ...]:
        """Last days of the windows."""
        return edges_of(self.work.days)

    @property
    def economies(self) -> list[str]:
        """Economies and coalitions whose losses are kept."""
        return list(self.work.rows.codes)

    def losses(self) -> Table:
        """Every draw at every level: share lost by economy and window."""
        cases = self.work.cases
        parts = []
        for number, level in enumerate(cases.levels):
            lost = self.found.of_draws("lost", cases, number)
            frame = _long(lost, economy=self.economies, day=self.days, draw=range(lost.shape[2]))
            parts.append(frame.select(pl.lit(level.name).alias("level"), pl.all()))
        columns = (
            _LEVEL,
            Column("economy", "dimension", text="code of the economy"),
            _DAY,
            _DRAW,
            Column("lost", "value", "share", _SHARE),
        )
        text = "value added lost by draw, level, economy and window"
        return self._table("losses", pl.concat(parts), columns, text)

    def base(self) -> Table:
        """Value added a day without the event."""
        table = self.work.daily.table
        added = np.asarray(table.output - table.inputs().sum(axis=0))
        frame = pl.DataFrame(
            {
                "economy": self.economies,
                "value_added": self.work.rows.inside
                @ added.reshape(self.work.rows.inside.shape[1], -1).sum(axis=1),
            }
        )
        columns = (
            Column("economy", "dimension", text="code of the economy"),
            Column("value_added", "value", "million USD a day", "without the event"),
        )
        return self._table("base", frame, columns, "value added of a day without the event")

    def draws(self) -> Table:
        """What was drawn for the scenario, by draw."""
        drawn = self.work.cases.drawn
        rows = [drawn.shocks[row] for row in drawn.of]
        paths = list(rows[0]) if rows else []
        frame = pl.DataFrame(
            {
                "draw": range(len(rows)),
                "member": drawn.of,
                **{path: [float(row[path]) for row in rows] for path in paths},
            }
        )
        columns = (
            _DRAW,
            Column("member", "attribute", text="equal for draws with the same numbers"),
            *(Column(path, "value", text="drawn for the scenario") for path in paths),
        )
        return self._table("draws", frame, columns, "what was drawn for the scenario")

    def parties(self) -> Table:
        """What each party loses until it is back, when that is, what is missing later."""
        cases, codes = self.work.cases, self.work.parts.codes
        parts = []
        for number, level in enumerate(cases.levels):
            values = {
                name: self.found.of_draws(name, cases, number)
                for name in ("until", "back", "missing")
            }
            count = values["until"].shape[1]
            frame = _long(values["until"], "until_back", party=codes, draw=range(count))
            back = values["back"].reshape(-1).astype(np.int64)
            frame = frame.with_columns(
                pl.lit(level.name).alias("level"),
                pl.Series("back", [None if v == NEVER else int(v) for v in back], dtype=pl.Int16),
                pl.Series("missing", _rounded(values["missing"].reshape(-1))),
            )
            parts.append(frame.select("level", "party", "draw", "until_back", "back", "missing"))
        columns = (
            _LEVEL,
            _PARTY,
            _DRAW,
            Column("until_back", "value", "days", "days of value added lost until it is back"),
            Column("back", "value", "days", "first day from which it stays within 0.5 % of base"),
            Column("missing", "value", "share", "missing 180 days after the last shock"),
        )
        frame = pl.concat(parts) if parts else pl.DataFrame()
        return self._table("parties", frame, columns, "when a party is back, by draw and level")

    def industries(self) -> Table:
        """Range of losses by party and industry as things are today."""
        cases, codes = self.work.cases, self.work.parts.codes
        lost = self.found.of_draws("industries", cases, 0)
        names = list(self.work.daily.source.industries)
        ranges = _ranges(lost)
        frame = _long(ranges[2], "median", party=codes, industry=names, day=self.days)
        for name, values in zip(ENDS, ranges, strict=True):
            frame = frame.with_columns(pl.Series(name, _rounded(values.reshape(-1))))
        columns = (
            _PARTY,
            Column("industry", "dimension", text="code of the industry"),
            _DAY,
            *(Column(name, "value", "share", _SHARE) for name in ENDS),
        )
        order = [column.name for column in columns]
        return self._table("industries", frame.select(order), columns, "losses by industry")

    def stops(self) -> Table:
        """First day on which an industry of a party makes less than half, by draw, as today."""
        cases, codes = self.work.cases, self.work.parts.codes
        first = self.found.of_draws("first", cases, 0)
        names = list(self.work.daily.source.industries)
        axes = {"party": codes, "industry": names, "draw": range(first.shape[2])}
        days = [None if day == NEVER else int(day) for day in first.reshape(-1)]
        frame = _rows(axes).with_columns(pl.Series("day", days, dtype=pl.Int16))
        columns = (
            _PARTY,
            Column("industry", "dimension", text="code of the industry"),
            _DRAW,
            Column("day", "value", "days", "first day below half of base output; empty if none"),
        )
        return self._table("stops", frame, columns, "first stops of industries by draw")

    def course(self) -> Table:
        """Value added of each party by week as things are today."""
        cases, codes = self.work.cases, self.work.parts.codes
        course = self.found.of_draws("course", cases, 0)
        days = [WEEK * week for week in range(course.shape[1])]
        ranges = _ranges(course)
        frame = _long(ranges[2], "median", party=codes, day=days)
        for name, values in zip(ENDS, ranges, strict=True):
            frame = frame.with_columns(pl.Series(name, _rounded(values.reshape(-1))))
        if cases.around:
            one = self.found.of_case("course", cases.of_draws)
            frame = frame.with_columns(pl.Series("reference", _rounded(one.reshape(-1))))
        columns = (
            _PARTY,
            Column("day", "dimension", "days", "first day of the week"),
            *(Column(name, "value", "share", "value added over base") for name in ENDS),
            *((_REFERENCE,) if cases.around else ()),
        )
        order = [column.name for column in columns]
        return self._table("course", frame.select(order), columns, "value added by week")

    def around(self) -> Table:
        """The reference case, the two ends of the family, one number at a time in its tails."""
        cases = self.work.cases
        names = [name for name, _ in cases.around]
        lost = self.found.arrays["lost"][..., cases.of_draws :]
        parts = [_long(lost, economy=self.economies, day=self.days, case=names)]
        columns = (
            Column("case", "dimension", text=f"{REFERENCE}, an end, or a number and its tail"),
            Column("economy", "dimension", text="code of the economy"),
            _DAY,
            Column("lost", "value", "share", _SHARE),
        )
        frame = pl.concat(parts).select("case", "economy", "day", "lost")
        return self._table("around", frame, columns, "the reference case, and what moves it")


_REFERENCE = Column("reference", "value", "share", "value added over base in the reference case")


def _ranges(values: NDArray[Any]) -> Array:
    """Return the quantiles of `LEVELS` over the last axis, quantiles first."""
    flat = values.reshape(-1, values.shape[-1]).astype(np.float64)
    equal = np.ones(values.shape[-1])
    rows = [weighted_quantile(row, equal, LEVELS) for row in flat]
    return np.array(rows).T.reshape(len(LEVELS), *values.shape[:-1])


def _rounded(values: NDArray[Any]) -> NDArray[np.float32]:
    return np.round(values.astype(np.float64), DIGITS).astype(np.float32)


def _long(array: NDArray[Any], value: str = "lost", **axes: Sequence[Any]) -> pl.DataFrame:
    """Return an array as rows, the last axis running fastest."""
    return _rows(axes).with_columns(pl.Series(value, _rounded(array.reshape(-1))))


def _rows(axes: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
    """Return the labels of the cells of an array, the last axis running fastest."""
    shape = tuple(len(labels) for labels in axes.values())
    columns: dict[str, Any] = {}
    for number, (name, labels) in enumerate(axes.items()):
        after = int(np.prod(shape[number + 1 :]))
        before = int(np.prod(shape[:number]))
        places = np.tile(np.repeat(np.arange(shape[number]), after), before)
        if all(isinstance(label, str) for label in labels):
            columns[name] = pl.Series(list(labels), dtype=pl.String).gather(places)
        else:
            columns[name] = np.asarray(list(labels), dtype=np.int16)[places]
    return pl.DataFrame(columns)
