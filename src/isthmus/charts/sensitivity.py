"""Charts of what moves an answer: indices and effects with intervals, swings, narrowing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from isthmus.charts import theme
from isthmus.charts.ensemble import LABEL, labelled, unit_of
from isthmus.charts.render import check_drawing, to_vegalite
from isthmus.charts.spec import ChartSpec
from isthmus.evidence import Column, Table

MOST_ROWS = 60
_WHAT = "what"
_WORDS = {"first": "alone", "total": "in all"}


def sensitivity_chart(table: Table) -> dict[str, Any]:
    """Return a Vega-Lite specification of a table of `isthmus.ensemble.sensitivity`.

    Parameters
    ----------
    table : Table
        ``indices``, ``effects``, ``swings`` or ``information``.

    Raises
    ------
    ValueError
        When it is none of them, has no rows that can be drawn, or more than 60.
    """
    draw = _DRAWN.get(table.name)
    if draw is None:
        raise ValueError(f"a table {table.name!r} is none of {', '.join(_DRAWN)}")
    key = {"indices": "total", "effects": "mu_star", "swings": "swing", "information": "narrows"}
    frame = table.frame.filter(pl.col(key[table.name]).is_not_null())
    if not 1 <= frame.height <= MOST_ROWS:
        raise ValueError(f"{frame.height} rows; 1 to {MOST_ROWS} can be drawn: narrow them")
    return draw(labelled(replace(table, frame=frame)))


def _indices(table: Table) -> dict[str, Any]:
    parts = [
        table.frame.select(
            (pl.col(LABEL) + f": {words}").alias(LABEL),
            pl.lit(words).alias(_WHAT),
            pl.col(index).alias("value"),
            pl.col(f"{index}_low").alias("low"),
            pl.col(f"{index}_high").alias("high"),
        )
        for index, words in _WORDS.items()
    ]
    # Both of a parameter under each other: the rows of the first part, then those of the second.
    pairs = pl.concat([part.with_row_index("place") for part in parts])
    frame = pairs.sort("place", maintain_order=True).drop("place")
    columns = tuple(Column(name, "attribute") for name in frame.columns)
    spec = ChartSpec(
        form="dots",
        x="value",
        y=LABEL,
        x_title="share of variance",
        low="low",
        high="high",
        series=_WHAT,
        roles={"alone": "home", "in all": "partner"},
        share=True,
    )
    return to_vegalite(spec, replace(table, frame=frame, columns=columns))


def _effects(table: Table) -> dict[str, Any]:
    spec = ChartSpec(
        form="dots",
        x="mu_star",
        y=LABEL,
        x_title=f"mean effect size ({unit_of(table)})",
        low="mu_star_low",
        high="mu_star_high",
    )
    return to_vegalite(spec, table)


def _information(table: Table) -> dict[str, Any]:
    spec = ChartSpec(
        form="bars",
        x="narrows",
        y=LABEL,
        x_title="expected narrowing",
        share=True,
    )
    return to_vegalite(spec, table)


def _swings(table: Table) -> dict[str, Any]:
    """Bars from the middle to both ends, the widest on top."""
    check_drawing()
    import altair as alt

    ends = (("at_low", "tenth percentile"), ("at_high", "ninetieth percentile"))
    rows = [
        {LABEL: row[LABEL], "middle": row["middle"], "at": row[column], "end": words}
        for row in table.frame.iter_rows(named=True)
        for column, words in ends
    ]
    names = [words for _, words in ends]
    chart = (
        alt.Chart({"values": rows})
        .mark_bar(height=theme.ROW * 0.6)
        .encode(
            x=alt.X(
                "middle:Q",
                axis=alt.Axis(format="~s", title=f"answer ({unit_of(table)})"),
                scale=alt.Scale(zero=False),
            ),
            x2=alt.X2("at:Q"),
            y=alt.Y(f"{LABEL}:N", sort=None, axis=alt.Axis(title=None, ticks=False)),
            color=alt.Color(
                "end:N",
                scale=alt.Scale(
                    domain=names, range=[theme.PALETTE["partner"], theme.PALETTE["home"]]
                ),
                legend=alt.Legend(title="parameter at its"),
            ),
        )
        .properties(width=theme.WIDTH, height=alt.Step(theme.ROW))
    )
    drawn: dict[str, Any] = chart.to_dict(validate=False)
    return drawn | {"config": theme.config()}


_DRAWN: Mapping[str, Callable[[Table], dict[str, Any]]] = {
    "indices": _indices,
    "effects": _effects,
    "swings": _swings,
    "information": _information,
}
