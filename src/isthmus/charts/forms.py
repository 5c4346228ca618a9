"""One function per form of chart: rows and a `ChartSpec` in, an altair chart out."""

from __future__ import annotations

import math
import textwrap
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from isthmus.charts import letters, theme
from isthmus.charts.maps import Outlines, height, projection
from isthmus.charts.paths import paths
from isthmus.charts.spec import ChartSpec, Form

Rows = Sequence[dict[str, Any]]

LINE = 15
"""Pixels from one line of a label to the next."""
HIGH = 230
EDGE = 1.25
FEW_POWERS = 4
FEW = 8
"""Columns of a grid of cells that share the width of a picture."""


def bars(rows: Rows, spec: ChartSpec) -> Any:
    """Horizontal bars by category, grouped by series."""
    rows, tall = _wrapped(rows, spec.y)
    base = alt.Chart(_data(rows, spec))
    encoding: dict[str, Any] = {
        "x": _number(spec.x, spec, spec.x_title),
        "y": _category(spec, tall),
    }
    grouped = bool(spec.series) and len(_values(rows, spec.y)) < len(rows)
    mark = base.mark_bar() if grouped else base.mark_bar(height=theme.ROW * 0.6)
    if spec.series:
        encoding["color"] = _colour(rows, spec)
    else:
        encoding["color"] = alt.value(_single(spec))
    if grouped:
        encoding["yOffset"] = alt.YOffset(f"{spec.series}:N", sort=_values(rows, spec.series))
    step = theme.ROW * max(0.75 * len(_values(rows, spec.series)) if grouped else 1, _lines(tall))
    drawn = _sized(_with_reference(mark.encode(**encoding), spec), step)
    return drawn.properties(height={"step": step, "for": "position"}) if grouped else drawn


def dots(rows: Rows, spec: ChartSpec) -> Any:
    """Points by category with their interval as a line."""
    span = _span(rows, spec)
    rows, tall = _wrapped(_on_log(rows, spec), spec.y)
    base = alt.Chart(_data(rows, spec))
    encoding: dict[str, Any] = {"y": _category(spec, tall)}
    told, fixed = _coloured(rows, spec)
    encoding |= told
    layers = []
    if spec.low and spec.high:
        layers.append(
            base.mark_rule(strokeWidth=3, opacity=0.55, **fixed).encode(
                x=_number(spec.low, spec, spec.x_title, span=span),
                x2=alt.X2(f"{spec.high}:Q"),
                **encoding,
            )
        )
    layers.append(
        base.mark_point(filled=True, size=90, opacity=1, **fixed).encode(
            x=_number(spec.x, spec, spec.x_title, span=span), **encoding
        )
    )
    return _sized(_with_reference(alt.layer(*layers), spec), theme.ROW * _lines(tall))


def lines(rows: Rows, spec: ChartSpec) -> Any:
    """Lines over years, one per series, in small multiples where a facet is given."""
    years = sorted({row[spec.x] for row in rows})
    stride = max(1, -(-len(years) // (4 if spec.facet else 8)))
    widest = max(len(str(name)) for name in _values(rows, spec.series)) if spec.series else 0
    legend = bool(spec.facet) or widest > letters.END
    axis = alt.Axis(
        values=years[::-1][::stride][::-1], labelAngle=0, title=spec.x_title or None, grid=False
    )
    encoding: dict[str, Any] = {
        "x": alt.X(f"{spec.x}:O", axis=axis),
        "y": _number(spec.y, spec, "", zero=True, vertical=True),
    }
    told, fixed = _coloured(rows, spec, legend=legend)
    encoding |= told
    if spec.series:
        encoding["strokeDash"] = alt.StrokeDash(
            f"{spec.series}:N", sort=_values(rows, spec.series), legend=None
        )
    if spec.facet:
        broken, facet = letters.facet(spec.facet, _values(rows, spec.facet))
        rows = [{**row, spec.facet: broken[row[spec.facet]]} for row in rows]
    base = alt.Chart(_data(rows, spec))
    drawn = base.mark_line(strokeWidth=2.4, point=alt.OverlayMarkDef(size=26), **fixed)
    if spec.facet:
        small = drawn.encode(**encoding).properties(width=144, height=110)
        return small.facet(facet=facet, columns=2).properties(**letters.above(spec.y_title))
    shown = drawn.encode(**encoding)
    if spec.series and not legend:
        # A picture shrinks to fit in one pass, and the last point by half a step less than the
        # name that stands behind it.
        spare = widest * theme.LETTER / (2 * len(years))
        shown = alt.layer(shown, _ends(rows, spec, years[-1], encoding)).properties(
            padding={**dict.fromkeys(("left", "top", "bottom"), 5), "right": 5 + spare}
        )
    return shown.properties(width=theme.WIDTH, height=HIGH, **letters.above(spec.y_title))


def _ends(rows: Rows, spec: ChartSpec, last: Any, encoding: dict[str, Any]) -> Any:
    """Write the name of each line at its end, in its colour, apart from those next to it."""
    ends = {row[spec.series]: row[spec.y] for row in rows if row[spec.x] == last}
    drawn = [row[spec.y] for row in rows if row[spec.y] is not None]
    places = letters.apart(
        {name: value for name, value in ends.items() if value is not None},
        LINE * (max(drawn) - min(0.0, *drawn)) / HIGH,
    )
    values = [
        {spec.x: last, spec.series: name, "place": place, "label": name}
        for name, place in places.items()
    ]
    text = alt.Chart(_inline(values)).mark_text(
        align="left", baseline="middle", dx=7, fontSize=theme.FONT_SIZE
    )
    y = alt.Y("place:Q", title=None)
    return text.encode(x=encoding["x"], y=y, text="label:N", color=encoding["color"])


def heat(rows: Rows, spec: ChartSpec) -> Any:
    """A grid of coloured cells in classes."""
    named: Rows = [
        {spec.x: r[spec.x], spec.y: r[spec.y], "class": _class(r[spec.value], spec)} for r in rows
    ]
    named, tall = _wrapped(named, spec.y)
    base = alt.Chart(_inline(list(named)))
    few = len(_values(rows, spec.x)) <= FEW
    return (
        base.mark_rect(stroke=theme.PAPER)
        .encode(
            x=alt.X(
                f"{spec.x}:N",
                sort=_values(rows, spec.x),
                title=spec.x_title or None,
                axis=alt.Axis(labelAngle=0 if few else -60, orient="top"),
            ),
            y=_category(spec, tall),
            color=_classes(rows, spec, width=theme.WIDTH / 2),
        )
        .properties(
            width=theme.WIDTH if few else alt.Step(26),
            height=alt.Step(theme.ROW * _lines(tall)),
        )
    )


def choropleth(
    rows: Rows, spec: ChartSpec, outlines: Outlines
) -> tuple[Any, dict[str, list[dict[str, Any]]]]:
    """Europe in classes; economies without a figure in the colour of land, small ones as points.

    The outlines are returned apart, by the name under which the chart asks for them: altair copies
    data that stand inside a chart many times over.
    """
    width = theme.WIDTH
    classes = {row[spec.x]: _class(row[spec.value], spec) for row in rows}
    land = [outlines.feature(code, {}) for code in sorted(set(outlines.features) - set(classes))]
    known = [
        outlines.feature(code, {"class": name})
        for code, name in classes.items()
        if code in outlines.features
    ]

    def shape(name: str, **mark: Any) -> Any:
        base = alt.Chart({"name": name})
        drawn = base.mark_geoshape(stroke=theme.BORDER, strokeWidth=0.7, **mark)
        return drawn.project(**projection(width))

    points = [
        {"longitude": x, "latitude": y, "class": classes[code]}
        for code, (x, y) in outlines.points.items()
        if code in classes
    ]
    layers = [
        shape("land", fill=theme.LAND),
        shape("known").encode(color=_classes(rows, spec, "properties.class")),
        alt.Chart(_inline(points))
        .mark_circle(size=110, opacity=1, stroke=theme.INK, strokeWidth=1)
        .encode(longitude="longitude:Q", latitude="latitude:Q", color=_classes(rows, spec))
        .project(**projection(width)),
    ]
    chart = alt.layer(*layers).properties(width=width, height=height(width))
    return chart, {"land": land, "known": known}


FORMS: dict[Form, Callable[[Rows, ChartSpec], Any]] = {
    "bars": bars,
    "dots": dots,
    "lines": lines,
    "paths": paths,
    "heat": heat,
}
"""Forms that need nothing but rows; a map needs outlines as well."""


def _data(rows: Rows, spec: ChartSpec) -> Any:
    wanted = {spec.x, spec.y, spec.value, spec.series, spec.low, spec.high, spec.facet} - {""}
    return _inline([{name: row[name] for name in sorted(wanted)} for row in rows])


def _inline(values: list[dict[str, Any]]) -> dict[str, Any]:
    return {"values": values}


def _values(rows: Rows, column: str) -> list[Any]:
    return list(dict.fromkeys(row[column] for row in rows))


APART = {"labelOverlap": "greedy", "labelSeparation": 6}
"""A number of a narrow axis that would touch the one before it is left out."""


def _number(
    column: str,
    spec: ChartSpec,
    title: str,
    *,
    zero: bool = True,
    vertical: bool = False,
    span: tuple[float, float] = (0.0, 0.0),
) -> Any:
    channel = alt.Y if vertical else alt.X
    told: dict[str, Any] = {"format": "~%" if spec.share else "~s"}
    if spec.money:
        told = {"labelExpr": spec.words.money}
    # At the end of its axis a title may run over the names of rows, and not off the picture.
    placed: dict[str, Any] = {} if vertical else {"titleAnchor": "end", **APART}
    scale = alt.Scale(type="log") if spec.log else alt.Scale(zero=zero)
    if span[0] > 0:
        placed["values"] = _ticks(*span)
        scale = alt.Scale(type="log", domain=list(span), nice=False)
    axis = alt.Axis(title=letters.title(title), tickCount=4, domain=False, **placed, **told)
    return channel(f"{column}:Q", axis=axis, scale=scale)


def _on_log(rows: Rows, spec: ChartSpec) -> Rows:
    """Return the rows that a logarithmic axis can show; what has no place on it goes to an edge.

    A range that reaches zero starts at the lower edge, one without an upper end goes to the upper.
    """
    if not spec.log:
        return rows
    held = [row for row in rows if (row[spec.x] or 0.0) > 0.0]
    low, high = _span(held, spec)
    drawn = []
    for row in held:
        ends = {}
        if spec.low and row[spec.low] is not None:
            if row[spec.low] <= 0.0:
                ends[spec.low] = low
            if spec.high and row[spec.high] is None:
                ends[spec.high] = high
        drawn.append(row | ends)
    return drawn


def _span(rows: Rows, spec: ChartSpec) -> tuple[float, float]:
    """Return the ends of a logarithmic axis, a little beyond what is drawn."""
    ends = [column for column in (spec.x, spec.low, spec.high) if column]
    drawn = [row[c] for row in rows for c in ends if (row[c] or 0.0) > 0.0]
    return (min(drawn) / EDGE, max(drawn) * EDGE) if spec.log and drawn else (0.0, 0.0)


def _ticks(low: float, high: float) -> list[float]:
    """Return the ticks of a logarithmic axis: powers of ten, and thrice them where few."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 3) if last - first <= FEW_POWERS else (1,)
    found = [step * 10.0**power for power in range(first, last + 1) for step in steps]
    return [tick for tick in found if low <= tick <= high]


def _wrapped(rows: Rows, column: str) -> tuple[Rows, int]:
    """Break long names of categories into lines; return the rows and the most lines."""
    lines = {name: textwrap.wrap(str(name), letters.CATEGORY) for name in _values(rows, column)}
    tall = max(len(parts) for parts in lines.values())
    if tall < 2:
        return rows, 1
    return [{**row, column: "\n".join(lines[row[column]])} for row in rows], tall


def _lines(tall: int) -> float:
    return 1 + 0.7 * (tall - 1)


def _category(spec: ChartSpec, tall: int = 1) -> Any:
    broken: dict[str, Any] = {}
    if tall > 1:
        # A label of several lines hangs below its first one: lift it by half of the others.
        lifts = [
            {"test": f"length(split(datum.label, '\\n')) == {n}", "value": -LINE * (n - 1) / 2}
            for n in range(2, tall + 1)
        ]
        broken = {
            "labelExpr": "split(datum.label, '\\n')",
            "labelLimit": 0,
            "labelOffset": {"condition": lifts, "value": 0},
        }
    axis = alt.Axis(
        title=spec.y_title or None,
        ticks=False,
        domain=False,
        labelPadding=6,
        labelLineHeight=LINE,
        **broken,
    )
    return alt.Y(f"{spec.y}:N", sort=None, axis=axis)


def _single(spec: ChartSpec) -> str:
    return theme.PALETTE[spec.roles.get("", "home")]


def _coloured(
    rows: Rows, spec: ChartSpec, *, legend: bool = True
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Colour as part of the encoding where there are series, else of the mark."""
    if spec.series:
        return {"color": _colour(rows, spec, legend=legend)}, {}
    return {}, {"color": _single(spec)}


def _colour(rows: Rows, spec: ChartSpec, *, legend: bool = True) -> Any:
    names = [str(v) for v in _values(rows, spec.series)]
    spare = iter(["other", "accent", "ally", "rival", "partner", "home"] * len(names))
    colours = [theme.PALETTE[spec.roles.get(name) or next(spare)] for name in names]
    return alt.Color(
        f"{spec.series}:N",
        scale=alt.Scale(domain=names, range=colours),
        legend=alt.Legend(title=None, columns=letters.columns(names)) if legend else None,
    )


def _classes(
    rows: Rows, spec: ChartSpec, field: str = "class", *, width: float = theme.WIDTH
) -> Any:
    labels = class_labels(spec)
    step = (len(theme.SEQUENCE) - 1) / max(1, len(labels) - 1)
    colours = [theme.SEQUENCE[round(n * step)] for n in range(len(labels))]
    if spec.missing and any(row[spec.value] is None for row in rows):
        labels, colours = [*labels, spec.missing], [*colours, theme.LAND]
    return alt.Color(
        f"{field}:N",
        scale=alt.Scale(domain=labels, range=colours),
        legend=alt.Legend(
            title=letters.title(spec.value_title),
            symbolType="square",
            symbolStrokeColor=theme.BORDER,
            symbolStrokeWidth=1,
            symbolSize=170,
            columns=letters.columns(labels, width),
            columnPadding=12,
        ),
    )


def class_labels(spec: ChartSpec) -> list[str]:
    """Return the names of the classes of a heat map or map, from low to high."""
    if len(spec.bins) + 1 > len(theme.SEQUENCE):
        raise ValueError(f"{len(spec.bins) + 1} classes asked for, {len(theme.SEQUENCE)} colours")
    unit = spec.words.percent if spec.share else ""
    ends = [spec.words.written(f"{b * (100 if spec.share else 1):g}") for b in spec.bins]
    middle = [f"{low}–{high}{unit}" for low, high in pairwise(ends)]
    return [f"< {ends[0]}{unit}", *middle, f"≥ {ends[-1]}{unit}"]


def _class(value: float | None, spec: ChartSpec) -> str:
    return spec.missing if value is None else class_labels(spec)[bisect_right(spec.bins, value)]


def _with_reference(chart: Any, spec: ChartSpec) -> Any:
    if spec.reference is None:
        return chart
    rule = (
        alt.Chart(_inline([{"reference": spec.reference}]))
        .mark_rule(color=theme.QUIET, strokeDash=[5, 4])
        .encode(x="reference:Q")
    )
    return alt.layer(chart, rule)


def _sized(chart: Any, step: float) -> Any:
    return chart.properties(width=theme.WIDTH, height=alt.Step(step))
