"""A chart to look at: of a dossier, or of any table of a result."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isthmus.charts.maps import Outlines
from isthmus.charts.render import CHART_FILES, chart_file, drawable, render_svg, to_vegalite
from isthmus.charts.spec import ChartSpec, Form
from isthmus.errors import BadInput, InputProblem, did_you_mean, raise_all
from isthmus.evidence import IN_UNIT, SHARE, Column, Table
from isthmus.runtime import publish_file

MIME = "application/vnd.vegalite.v5+json"
MONEY = "million USD"
MOST = 30
"""Rows of a table that are drawn where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A table and how its rows become marks; shown in a notebook as it is.

    Parameters
    ----------
    spec : ChartSpec
        How to draw.
    table : Table
        What to draw.
    outlines : Outlines or None
        For maps.
    """

    spec: ChartSpec
    table: Table
    outlines: Outlines | None = None

    def to_vegalite(self) -> dict[str, Any]:
        """Return a Vega-Lite specification with its data inside."""
        return to_vegalite(self.spec, self.table, outlines=self.outlines)

    def to_svg(self) -> str:
        """Return the picture as SVG without script or outside references."""
        return render_svg(self.spec, self.table, key="picture", outlines=self.outlines)

    def save(self, out: str | Path, *, replace: bool = False) -> None:
        """Write the picture by the ending of `out`: SVG, PNG, or its specification as JSON.

        Raises
        ------
        BadInput
            When the ending is another.
        TargetExists, TargetRefused
            As `isthmus.runtime.publish_file`.
        """
        path = Path(out)
        if path.suffix not in CHART_FILES:
            raise BadInput(
                f"unknown file ending '{path.suffix}' for a picture",
                where=str(path),
                hint=f"use {', '.join(CHART_FILES)}",
            )
        content = chart_file(self.to_vegalite(), path.suffix)
        with publish_file(path, replace=replace) as handle:
            handle.write(content)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        faces: dict[str, Any] = {MIME: self.to_vegalite()}
        return faces | ({"image/svg+xml": self.to_svg()} if drawable() else {})


def plot(
    table: Table,
    *,
    value: str = "",
    by: str = "",
    series: str = "",
    form: Form | None = None,
    rows: int = MOST,
    **more: Any,
) -> Picture:
    """Draw a table of a result as the dossier draws its own.

    Parameters
    ----------
    table : Table
        What to draw.
    value : str
        Column of the number; by default ``value``, or the first number that is not a year.
    by : str
        Column of the categories, or of years or days; by default the first dimension that has
        more than one value.
    series : str
        Column whose values are told apart by colour.
    form : {"bars", "dots", "lines", "paths"}, optional
        By default dots where the table has the ends of a range (``low``, ``high``), lines over
        years, paths over days, otherwise bars.
    rows : int
        Most rows that are drawn, in the order of the table. The axis says the weakest kind of them.
    **more
        Other fields of `ChartSpec`: ``log``, ``reference``, ``facet``, ``low``, ``high``.

    Returns
    -------
    Picture
        What a notebook shows; `Picture.save` writes SVG, PNG or the specification.

    Raises
    ------
    BadInput
        When the table has no rows, or no such column; all of them at once.
    """
    columns = {c.name: c for c in table.columns}
    value = value or _value(table)
    by = by or _category(table)
    asked = {"value": value, "by": by, "series": series}
    asked |= {name: more[name] for name in ("low", "high", "facet") if more.get(name)}
    _check(table, asked)
    ranged = value == "value" and {"low", "high"} <= set(columns)
    form = form or _form(by, ranged)
    unit = columns[value].unit
    if unit == IN_UNIT:
        units = table.frame["unit"].unique().sort().to_list()
        if len(units) != 1:
            shown = ", ".join(map(str, units))
            raise BadInput(
                f"the rows of the table '{table.name}' have several units: {shown}",
                hint="keep those of one unit: dataclasses.replace(table, frame=...)",
            )
        unit = str(units[0])
    titled = f"{_title(columns[value], unit)} ({table.kind.value})"
    across = form in ("lines", "paths")
    places = {"x": by, "y": value} if across else {"x": value, "y": by}
    places["y_title" if across else "x_title"] = titled
    said: dict[str, Any] = {"share": unit == SHARE, "money": unit == MONEY, "series": series}
    if ranged:
        said |= {"low": "low", "high": "high"}
    return Picture(ChartSpec(form, **{**said, **places, **more}), _cut(table, rows, across=across))


def _check(table: Table, asked: dict[str, str]) -> None:
    names = table.frame.columns
    problems = [
        InputProblem(
            f"the table has no column '{name}'",
            role,
            did_you_mean(name, names) or f"known: {', '.join(names)}",
        )
        for role, name in asked.items()
        if name and name not in names
    ]
    if table.frame.is_empty():
        problems.append(InputProblem("the table has no rows"))
    raise_all(f"chart of '{table.name}'", problems)


def _value(table: Table) -> str:
    numbers = [c.name for c in table.columns if c.role == "value"]
    if "value" in numbers or not numbers:
        return "value"
    return numbers[0]


def _category(table: Table) -> str:
    names = table.dimensions
    several = (name for name in names if table.frame[name].n_unique() > 1)
    return next(several, names[0] if names else "")


def _form(by: str, ranged: bool) -> Form:
    if by == "year":
        return "lines"
    if by in ("day", "days"):
        return "paths"
    return "dots" if ranged else "bars"


def _title(column: Column, unit: str) -> str:
    said = column.text or column.name
    return said if unit in ("", SHARE) else f"{said}, {unit}"


def _cut(table: Table, rows: int, *, across: bool) -> Table:
    return table if across else dataclasses.replace(table, frame=table.frame.head(rows))
