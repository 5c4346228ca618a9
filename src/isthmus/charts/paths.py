"""Small multiples of paths by day: a line, or the band between a lowest and a highest path."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from isthmus.charts import letters, theme
from isthmus.charts.spec import ChartSpec

WIDE, HIGH = 156, 104
COLUMNS = 2
MONTHS = (30, 90, 180, 365, 730, 1095)
NEAREST = 0.05
"""Part of the axis that a mark stands from its start at least, so that the two do not touch."""


def paths(rows: Sequence[dict[str, Any]], spec: ChartSpec) -> Any:
    """Draw paths by day, in small multiples where the spec has a facet.

    A spec with `low` and `high` draws the band between them; one with `y` draws a line; both may
    stand together, and rows without a number in a column leave it out. Colours follow `series`.
    """
    wanted = {spec.x, spec.y, spec.low, spec.high, spec.series, spec.facet} - {""}
    values = [{name: row[name] for name in sorted(wanted)} for row in rows]
    last = max(row[spec.x] for row in values)
    days = [day for day in MONTHS if last * NEAREST <= day <= last * 1.1] or [last]
    x = alt.X(
        f"{spec.x}:Q",
        axis=alt.Axis(values=[0, *days], title=spec.x_title or None, grid=False, labelBound=True),
        scale=alt.Scale(domain=[0, max(last, days[-1])]),
    )
    drawn_columns = [name for name in (spec.y, spec.low, spec.high) if name]
    ends = [row[name] for row in values for name in drawn_columns if row[name] is not None]
    low = min(0.0, *ends) if spec.share else min(ends)
    colour, fixed = _colour(values, spec)
    # With its rows, each layer would be a copy of them.
    base = alt.Chart()
    layers = []
    for column in drawn_columns:
        line = base.mark_line(strokeWidth=2.2 if column == spec.y else 1.0, **fixed)
        layers.append(line.encode(x=x, y=_level(column, spec, low), **colour))
    if spec.low and spec.high:
        band = base.mark_area(opacity=0.3, **fixed)
        upper = alt.Y2(f"{spec.high}:Q")
        layers.insert(0, band.encode(x=x, y=_level(spec.low, spec, low), y2=upper, **colour))
    drawn = alt.layer(*layers, data={"values": values})
    if not spec.facet:
        return drawn.properties(width=theme.WIDTH, height=230, **letters.above(spec.y_title))
    names = list(dict.fromkeys(row[spec.facet] for row in values))
    broken, facet = letters.facet(spec.facet, names)
    for row in values:
        row[spec.facet] = broken[row[spec.facet]]
    small = drawn.properties(width=WIDE, height=HIGH)
    spacing = {"row": 14, "column": 18}
    drawn = small.facet(facet=facet, columns=COLUMNS, spacing=spacing)
    return drawn.resolve_axis(x="independent").properties(**letters.above(spec.y_title))


def _level(column: str, spec: ChartSpec, low: float) -> Any:
    axis = alt.Axis(format="~%" if spec.share else "~s", title=None, tickCount=4, domain=False)
    scale = alt.Scale(domainMin=low) if low < 0 or spec.share else alt.Scale(zero=False)
    return alt.Y(f"{column}:Q", axis=axis, scale=scale)


def _colour(rows: Sequence[dict[str, Any]], spec: ChartSpec) -> tuple[dict[str, Any], Any]:
    if not spec.series:
        return {}, {"color": theme.PALETTE[spec.roles.get("", "home")]}
    names = [str(name) for name in dict.fromkeys(row[spec.series] for row in rows)]
    colours = [theme.PALETTE[spec.roles.get(name, "other")] for name in names]
    scale = alt.Scale(domain=names, range=colours)
    legend = alt.Legend(title=None, columns=letters.columns(names))
    return {"color": alt.Color(f"{spec.series}:N", scale=scale, legend=legend)}, {}
