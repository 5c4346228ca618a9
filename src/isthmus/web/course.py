"""The course of a production line: what it makes beside what is asked for, said and drawn."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.charts import ChartSpec, NumberWords
from isthmus.evidence import IN_UNIT, Column, Finding, Result, Table
from isthmus.production.bill import Bill
from isthmus.report.parts import pictures
from isthmus.study.dossier import Chart, Section
from isthmus.web.answers import PageQuestion
from isthmus.web.state import Explorer
from isthmus.web.view import Said

KEY = "course"


def course(explorer: Explorer, bill: Bill, result: Result) -> Said | None:
    """Return the section on the output of each product; None where the line makes nothing."""
    output = result["output"]
    if output.frame.is_empty():
        return None
    catalogue = explorer.catalogue
    told = [catalogue.say("web.course.least", **words) for words in _least(explorer, bill, output)]
    chart = Chart(
        KEY,
        catalogue.say("web.course.chart", line=catalogue.said(bill.head.title)),
        catalogue.say("web.course.alt"),
        _drawn(explorer, bill, output),
        _spec(explorer, output),
    )
    heading = catalogue.say("web.course.question")
    section = Section(KEY, heading, answer=tuple(told), charts=(chart,))
    return Said(section, PageQuestion({}), pictures(section.charts))


def _least(explorer: Explorer, bill: Bill, output: Table) -> list[dict[str, Any]]:
    """Return product, day and share of the four weeks in which least of what is asked is made."""
    found = []
    for (product,), rows in output.frame.group_by(["product"], maintain_order=True):
        row = rows.sort("share_median", "day").row(0, named=True)
        share = Finding(
            f"{KEY}.{product}.least",
            row["share_median"],
            "share",
            output.kind,
            str(bill.head.start.year),
            "production_share",
            output.datasets,
            row["share_low"],
            row["share_high"],
            explorer.catalogue.text("interval.draws"),
        )
        title = explorer.catalogue.said(bill[str(product)].title)
        found.append({"product": title, "day": f"{row['day']:.0f}", "share": share})
    return found


def _drawn(explorer: Explorer, bill: Bill, output: Table) -> Table:
    """Return output with its range and what is asked for, one row for each and four weeks."""
    made, asked = (explorer.t(f"course.{what}") for what in ("made", "asked"))
    names = {item.name: explorer.catalogue.said(item.title) for item in bill.items}
    frame = output.frame.with_columns(pl.col("product").replace(names))
    ends = [pl.lit(None, pl.Float64).alias(end) for end in ("low", "high")]
    keys = [pl.col("product"), pl.col("day").cast(pl.Int64), pl.col("unit")]
    parts = [
        frame.select(*keys, pl.lit(made).alias("what"), "median", "low", "high"),
        frame.select(*keys, pl.lit(asked).alias("what"), pl.col("planned").alias("median"), *ends),
    ]
    text = explorer.catalogue.text
    columns = (
        Column("product", "dimension", text=text("column.output.product")),
        Column("day", "dimension", text=explorer.t("course.day")),
        Column("unit", "attribute", text=explorer.t("course.unit")),
        Column("what", "dimension", text=explorer.t("course.what")),
        Column("median", "value", IN_UNIT, explorer.t("course.median")),
        Column("low", "value", IN_UNIT, explorer.t("course.low")),
        Column("high", "value", IN_UNIT, explorer.t("course.high")),
    )
    title = explorer.t("course.table")
    return Table(KEY, pl.concat(parts), columns, output.kind, output.datasets, title)


def _spec(explorer: Explorer, output: Table) -> ChartSpec:
    several = output.frame["product"].n_unique() > 1
    units = ", ".join(output.frame["unit"].unique().sort())
    made, asked = (explorer.t(f"course.{what}") for what in ("made", "asked"))
    return ChartSpec(
        "paths",
        x="day",
        y="median",
        low="low",
        high="high",
        series="what",
        facet="product" if several else "",
        x_title=explorer.t("course.day"),
        y_title=explorer.t("course.axis", unit=units),
        roles={made: "home", asked: "accent"},
        words=NumberWords.of(explorer.catalogue.units),
    )
