"""Charts of the room: look-through beside face value, stakes of both sides, positions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.errors import BadInput
from isthmus.evidence import Column, Result, Table
from isthmus.evidence.digits import percent

MOST_ROWS = 20
FACE, THROUGH = "face value", "look-through"
UP, DOWN = "stages to final use", "stages from primary inputs"
OTHERS = "others"
_SIDES = ("partner", "home", "ally", "accent")


@dataclass(frozen=True, slots=True)
class CaptionedChart:
    """A chart with its words.

    Parameters
    ----------
    spec : ChartSpec
        How to draw.
    table : Table
        What to draw.
    title : str
        The finding, with year and kind.
    source : str
        Data sets, and what was left out.
    """

    spec: ChartSpec
    table: Table
    title: str
    source: str


def lookthrough_chart(result: Result, *, most: int = MOST_ROWS) -> CaptionedChart:
    """Return face value and look-through of each row, joined by a line, largest first.

    Parameters
    ----------
    result : Result
        Of `isthmus.chains.lookthrough`.
    most : int
        Rows at most.
    """
    table = result["lookthrough"]
    places = [c for c in ("economy", "industry", "partner") if table.frame[c].n_unique() > 1]
    places = places or ["partner"]
    sort = ["look_through", *places]
    frame = table.frame.sort(sort, descending=[True] + [False] * len(places)).head(most)
    rows = []
    for row in frame.iter_rows(named=True):
        name = " · ".join(row[c] for c in places)
        face, through = row["face_value"], row["look_through"]
        # the line is drawn once, with the first of the two points
        rows.append({"name": name, "reading": FACE, "share": face, "low": face, "high": through})
        rows.append(
            {"name": name, "reading": THROUGH, "share": through, "low": through, "high": through}
        )
    first = frame.row(0, named=True)
    backward = result.provenance.parameters["direction"] == "backward"
    what = "inputs" if backward else "sales of inputs"
    verb = "stands behind" if backward else "takes in the end"
    title = (
        f"{first['partner']} {verb} {percent(first['look_through'], 2)} % of the {what} of "
        f"{_of(first)}, {percent(first['face_value'], 2)} % at face value"
    )
    spec = ChartSpec(
        "dots",
        x="share",
        y="name",
        x_title=f"share of all {what}",
        series="reading",
        roles={FACE: "other", THROUGH: "rival"},
        low="low",
        high="high",
        share=True,
    )
    return _drawn(result, spec, table, pl.DataFrame(rows), title, table.frame.height - frame.height)


def stakes_chart(
    result: Result,
    sides: Mapping[str, Sequence[str]],
    *,
    of: Literal["value", "share"] = "value",
    most: int = MOST_ROWS,
) -> CaptionedChart:
    """Return value added at stake by economy, coloured by side, largest first.

    Parameters
    ----------
    result : Result
        Of `isthmus.chains.extract` or `isthmus.chains.run`.
    sides : mapping of str to sequence of str
        Economies of each side of the links. Everybody else is left out when there are two sides.
    of : {"value", "share"}
        Million USD, or share of the economy's value added.
    most : int
        Rows at most.

    Raises
    ------
    BadInput
        When nothing is at stake for the sides.
    """
    table = result["stakes"]
    side_of = {economy: side for side, members in sides.items() for economy in members}
    frame = table.frame.filter(pl.col("value") > 0)
    if len(sides) > 1:
        frame = frame.filter(pl.col("economy").is_in(list(side_of)))
    if frame.is_empty():
        raise BadInput("nothing to draw: no value added is at stake in these links")
    shown = frame.sort([of, "economy"], descending=[True, False]).head(most)
    shown = shown.with_columns(
        pl.col("economy")
        .map_elements(lambda e: side_of.get(e, OTHERS), return_dtype=pl.String)
        .alias("side")
    )
    roles = dict(zip(sides, _SIDES, strict=False))
    spec = ChartSpec(
        "bars",
        x=of,
        y="economy",
        x_title="value added at stake, USD" if of == "value" else "value added at stake, of all",
        series="side" if sides else "",
        roles={**roles, OTHERS: "other"} if sides else {"": "home"},
        share=of == "share",
        money=of == "value",
    )
    first = shown.row(0, named=True)
    amount = f"{percent(first['share'], 2)} %" if of == "share" else _money(first["value"])
    title = f"{first['economy']} has most value added at stake in these links: {amount}"
    return _drawn(result, spec, table, shown, title, frame.height - shown.height)


def position_chart(result: Result, *, most: int = 40) -> CaptionedChart:
    """Return distance to final use and to primary inputs, of industries or of economies.

    Parameters
    ----------
    result : Result
        Of `isthmus.chains.position`: the industries of one party, or the totals of several.
    most : int
        Rows at most.

    Raises
    ------
    BadInput
        When nothing is produced.
    """
    table = result["position"]
    frame = table.frame.filter(pl.col("upstreamness").is_not_null())
    one = frame["economy"].n_unique() == 1
    frame = frame.filter((pl.col("industry") != "ALL") if one else (pl.col("industry") == "ALL"))
    if frame.is_empty():
        raise BadInput("nothing to draw: no industry has output")
    name = "industry" if one else "economy"
    shown = frame.sort(["upstreamness", name], descending=[True, False]).head(most)
    rows = [
        {"name": row[name], "reading": reading, "stages": row[column]}
        for row in shown.iter_rows(named=True)
        for reading, column in ((UP, "upstreamness"), (DOWN, "downstreamness"))
    ]
    first = shown.row(0, named=True)
    within = f" of {first['economy']}" if one else ""
    title = (
        f"{first[name]} stands farthest from final use{within}: {first['upstreamness']:.1f} stages"
    )
    spec = ChartSpec(
        "dots",
        x="stages",
        y="name",
        x_title="stages, weighted by output",
        series="reading",
        roles={UP: "home", DOWN: "accent"},
    )
    return _drawn(result, spec, table, pl.DataFrame(rows), title, frame.height - shown.height)


def _money(million: float) -> str:
    return f"{million / 1e3:,.0f} billion USD" if million >= 1e4 else f"{million:,.0f} million USD"


def _of(row: Mapping[str, str]) -> str:
    return row["economy"] if row["industry"] == "ALL" else f"{row['economy']} {row['industry']}"


def _drawn(
    result: Result, spec: ChartSpec, table: Table, frame: pl.DataFrame, title: str, left: int
) -> CaptionedChart:
    year = result.provenance.parameters["year"]
    more = f"; {left} smaller ones left out" if left else ""
    source = f"data: {', '.join(table.datasets) or 'own table'}{more}"
    title = f"{title} ({year}, {table.kind.value})"
    columns = tuple(
        Column(name, "dimension" if kind == pl.String else "value")
        for name, kind in frame.schema.items()
    )
    return CaptionedChart(spec, replace(table, frame=frame, columns=columns), title, source)
