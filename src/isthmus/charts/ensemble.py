"""Charts of an ensemble: quantile bands as intervals, exceedance curves as steps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from isthmus.charts import theme
from isthmus.charts.render import check_drawing, to_vegalite
from isthmus.charts.spec import ChartSpec
from isthmus.evidence import SHARE, Column, Table

LABEL = "label"
MOST_CURVES = 6


def band_chart(table: Table, *, low: str = "p05", middle: str = "p50", high: str = "p95") -> Any:
    """Return a Vega-Lite specification: a point and an interval per row of a table of bands.

    Parameters
    ----------
    table : Table
        ``bands`` of an ensemble's summary.
    low, middle, high : str
        Columns of the ends and of the point.

    Raises
    ------
    ValueError
        When the table has no rows, or not these columns.
    """
    missing = [name for name in (low, middle, high) if name not in table.frame.columns]
    if missing:
        raise ValueError(f"the table of bands has no column {', '.join(missing)}")
    named = labelled(table)
    spec = ChartSpec(
        form="dots",
        x=middle,
        y=LABEL,
        x_title=f"{middle}, with {low} to {high} ({unit_of(table)})",
        low=low,
        high=high,
        share=unit_of(table) == SHARE,
    )
    return to_vegalite(spec, named)


def exceedance_chart(table: Table) -> Any:
    """Return a Vega-Lite specification: the share of samples above each value, a step per curve.

    Raises
    ------
    ValueError
        When the table has no rows, or more than six curves: they could not be told apart.
    """
    check_drawing()
    import altair as alt

    frame = labelled(table).frame
    names = frame[LABEL].unique(maintain_order=True).to_list() if frame.height else []
    if not 1 <= len(names) <= MOST_CURVES:
        raise ValueError(f"{len(names)} curves; 1 to {MOST_CURVES} can be drawn: narrow them")
    colours = [theme.PALETTE[r] for r in ("home", "partner", "rival", "ally", "accent", "other")]
    unit = unit_of(table)
    marks = alt.Chart({"values": frame.select(LABEL, "value", "probability").to_dicts()})
    chart = (
        marks.mark_line(interpolate="step-after")
        .encode(
            x=alt.X(
                "value:Q",
                axis=alt.Axis(format="~%" if unit == SHARE else "~s", title=f"value ({unit})"),
            ),
            y=alt.Y(
                "probability:Q",
                scale=alt.Scale(domain=[0, 1]),
                axis=alt.Axis(format="~%", title="share of samples above"),
            ),
            color=alt.Color(
                f"{LABEL}:N",
                scale=alt.Scale(domain=names, range=colours[: len(names)]),
                legend=alt.Legend(title=None) if len(names) > 1 else None,
            ),
            strokeDash=alt.StrokeDash(f"{LABEL}:N", legend=None),
        )
        .properties(width=theme.PLOT, height=260)
    )
    drawn: dict[str, Any] = chart.to_dict(validate=False)
    return drawn | {"config": theme.config()}


def labelled(table: Table) -> Table:
    """Return the table with one label per row, made of what differs between its dimensions."""
    frame = table.frame
    telling = [name for name in table.dimensions if frame[name].n_unique() > 1]
    parts = [pl.col(name).cast(pl.String).fill_null("none") for name in telling]
    label = pl.concat_str(parts, separator=", ") if parts else pl.lit(table.name)
    column = Column(LABEL, "attribute", text="what the row is about")
    return replace(
        table, frame=frame.with_columns(label.alias(LABEL)), columns=(*table.columns, column)
    )


def unit_of(table: Table) -> str:
    """Return the unit of all rows, or where it is to be found."""
    units = table.frame["unit"].unique().to_list() if "unit" in table.frame.columns else []
    return str(units[0]) if len(units) == 1 else "in the unit of each row"
