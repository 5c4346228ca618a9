"""What charts of pages are made of: a number by categories, or along years."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from isthmus.charts import ChartSpec
from isthmus.evidence import Table
from isthmus.study.numbers import FRACTIONS, SHARE_OF_DRAWS

if TYPE_CHECKING:
    from isthmus.study.page import Fields, Page

PERCENT = FRACTIONS | {SHARE_OF_DRAWS}
"""Units that an axis shows as percent."""


def bars(
    page: Page, number: str, by: str, axis: str | Fields, colour: str = "", **more: Any
) -> ChartSpec:
    """Return bars of a number by categories.

    Parameters
    ----------
    page : Page
        Where they stand.
    number, by : str
        Columns.
    axis : str or mapping
        Key of the number's title under ``axis.``, or its title and scale.
    colour : str
        Colour role of a single series.
    **more
        Other fields of `ChartSpec`, such as series and roles.
    """
    titled = {"x_title": page.axis(axis)} if isinstance(axis, str) else axis
    roles: Fields = {"roles": {"": colour}} if colour else {}
    return ChartSpec("bars", x=number, y=by, **titled, **roles, **more)


def dots(
    page: Page, number: str, by: str, axis: str | Fields, colour: str = "", **more: Any
) -> ChartSpec:
    """Return dots of a number by categories, with the range that the table holds; see `bars`."""
    return replace(bars(page, number, by, axis, colour, **more), form="dots")


def lines(page: Page, number: str, axis: str, along: str = "year", **more: Any) -> ChartSpec:
    """Return lines of a number along years; see `bars`."""
    return ChartSpec("lines", x=along, y=number, y_title=page.axis(axis), **more)


def fitted(spec: ChartSpec, rows: Table) -> ChartSpec:
    """Return a chart with what its table says of the number.

    The axis shows percent or money where the unit does. Dots and paths without ends of their own
    have those columns that are named after the number, or ``low`` and ``high``.
    """
    number = spec.value or (spec.y if spec.form in {"lines", "paths"} else spec.x)
    units = {column.name: column.unit for column in rows.columns}
    ends = (spec.low, spec.high)
    if spec.form in {"dots", "paths"} and not spec.low:
        named = ((f"{stem}low", f"{stem}high") for stem in (f"{number}_", ""))
        ends = next((found for found in named if units.keys() >= {*found}), ends)
    share, money = units[number] in PERCENT, units[number].startswith("million ")
    return replace(spec, share=share, money=money, low=ends[0], high=ends[1])
