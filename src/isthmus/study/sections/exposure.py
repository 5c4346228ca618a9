"""How each member of the home coalition is exposed to the rival and to the partner."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.charts import ChartSpec, Outlines
from isthmus.evidence import Finding, Table
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Note, Section
from isthmus.study.trade import FLOWS, GOODS, member_trade, year_of

KEY = "exposure"
SHAPES, POINTS = "country_shapes", "country_points"
CLASSES = (0.03, 0.06, 0.09, 0.12)
FEWEST_ON_MAP = 6


def build(context: Context) -> Section:
    """Answer which members are exposed to the rival most, and which to the partner."""
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}
    question = context.say(f"{KEY}.question", **names)
    if context.missing(FLOWS):
        return Section(KEY, question, gaps=(context.say("gap.no_flows"),))
    if len(context.members(context.home)) < 2:
        return Section(KEY, question, gaps=(context.say("gap.single_economy", **names),))
    frame = _frame(context)
    ends = {c: _ends(context, frame, c) for c in ("rival_imports", "rival_exports")}
    (low, low_name), (high, high_name) = ends["rival_imports"]
    _, (sales, sales_name) = ends["rival_exports"]
    _, (partner, partner_name) = _ends(context, frame, "partner_imports")
    year = year_of(context)
    answer = (
        context.say(
            f"{KEY}.answer.imports", **names, year=year,
            low=low, low_name=low_name, high=high, high_name=high_name,
        ),
        context.say(f"{KEY}.answer.exports", **names, year=year, high=sales, high_name=sales_name),
        context.say(
            f"{KEY}.answer.partner", **names, year=year, high=partner, high_name=partner_name
        ),
    )  # fmt: skip
    headlines = (
        Note(
            30,
            context.say(
                f"{KEY}.headline", **names, year=year,
                low=low, low_name=low_name, high=high, high_name=high_name,
            ),
        ),
    )  # fmt: skip
    return Section(
        KEY,
        question,
        answer=answer,
        findings=tuple(dict.fromkeys(f for s in answer for f in s.findings)),
        charts=(*_map(context, frame, high, high_name), _dots(context, frame)),
        tables=(_table(context, frame),),
        notes=(
            context.say("note.exposure_not_loss"),
            context.say("note.goods_leave_out"),
            context.say("note.own_imports"),
        ),
        headlines=headlines,
    )


def _frame(context: Context) -> pl.DataFrame:
    """One row per member: shares of rival and partner in its goods imports and exports."""

    def side(on: str, prefix: str) -> pl.DataFrame:
        frame = member_trade(context, context.home, on)["members"].frame
        return frame.filter(pl.col("scope") == GOODS).select(
            pl.col("economy").alias("member"),
            pl.col("share_of_imports").alias(f"{prefix}_imports"),
            pl.col("share_of_exports").alias(f"{prefix}_exports"),
        )

    joined = side(context.rival, "rival").join(side(context.partner, "partner"), on="member")
    return joined.sort(["rival_imports", "member"], descending=[True, False])


def _ends(
    context: Context, frame: pl.DataFrame, column: str
) -> tuple[tuple[Finding, str], tuple[Finding, str]]:
    """The smallest and the largest value of a column, with the member's name."""
    ordered = frame.sort([column, "member"])

    def one(row: dict[str, Any]) -> tuple[Finding, str]:
        finding = context.finding(
            f"exposure.{column}.{row['member']}",
            row[column],
            "share",
            kind=context.kind_of(FLOWS),
            year=year_of(context),
            method="member_imports" if column.endswith("imports") else "member_exports",
            datasets=[FLOWS],
            caveat="goods_only",
        )
        return finding, context.name(row["member"])

    return one(ordered.row(0, named=True)), one(ordered.row(-1, named=True))


def _map(context: Context, frame: pl.DataFrame, high: Finding, high_name: str) -> tuple[Chart, ...]:
    members = tuple(frame["member"].to_list())
    if context.missing(SHAPES, POINTS):
        return ()
    outlines = outlines_of(context)
    if outlines.covers(members) < FEWEST_ON_MAP:
        return ()
    names = {r: context.name(getattr(context, r)) for r in ("home", "rival")}
    rows = frame.select(
        pl.col("member").map_elements(context.label, return_dtype=pl.String).alias("economy"),
        pl.col("member").alias("code"),
        pl.col("rival_imports").alias("share"),
    )
    table = context.table(
        f"{KEY}_map",
        rows,
        units={"share": "share"},
        kind=context.kind_of(FLOWS),
        datasets=[FLOWS, SHAPES, POINTS],
        attributes=["code"],
        notes=["boundaries"],
        year=str(year_of(context)),
        **names,
    )
    chart = context.chart(
        f"{KEY}-map",
        context.say(
            f"{KEY}.chart.map", **names, year=year_of(context), high=high, high_name=high_name
        ),
        context.say(f"{KEY}.alt.map", **names),
        table,
        ChartSpec(
            "map",
            x="code",
            value="share",
            value_title=context.catalogue.text("axis.share_of_goods_imports"),
            bins=CLASSES,
            share=True,
        ),
        outlines=outlines,
    )
    return (chart,)


def outlines_of(context: Context) -> Outlines:
    """Return the outlines of Europe, with points for economies too small to see."""
    small = context.world.points().filter(pl.col("small")).sort("economy")
    points = small.select("economy", "longitude", "latitude").rows()
    return Outlines.of(context.world.shapes("europe"), points)


def _dots(context: Context, frame: pl.DataFrame) -> Chart:
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}
    pairs = ((context.rival, "rival_imports"), (context.partner, "partner_imports"))
    rows = [
        {
            "economy": context.label(row["member"]),
            "exporter": context.label(exporter),
            "share": row[column],
        }
        for row in frame.to_dicts()
        for exporter, column in pairs
    ]
    table = context.table(
        f"{KEY}_dots",
        pl.DataFrame(rows),
        units={"share": "share"},
        kind=context.kind_of(FLOWS),
        datasets=[FLOWS],
        year=str(year_of(context)),
        **names,
    )
    above = int((frame["rival_imports"] > frame["partner_imports"]).sum())
    larger = context.finding(
        f"exposure.members_more_on_rival.{context.home}",
        above,
        "count",
        kind=context.kind_of(FLOWS),
        year=year_of(context),
        method="members_more_on_rival",
        datasets=[FLOWS],
    )
    return context.chart(
        f"{KEY}-members",
        context.say(
            f"{KEY}.chart.members",
            **names,
            larger=larger,
            count=frame.height,
            year=year_of(context),
        ),
        context.say(f"{KEY}.alt.members", **names),
        table,
        ChartSpec(
            "dots",
            x="share",
            y="economy",
            x_title=context.catalogue.text("axis.share_of_goods_imports"),
            series="exporter",
            roles={
                context.label(context.rival): "rival",
                context.label(context.partner): "partner",
            },
            share=True,
        ),
    )


def _table(context: Context, frame: pl.DataFrame) -> Table:
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}
    columns = ["rival_imports", "rival_exports", "partner_imports", "partner_exports"]
    named = frame.select(
        pl.col("member").map_elements(context.label, return_dtype=pl.String).alias("economy"),
        *columns,
    )
    return context.table(
        f"{KEY}_members",
        named,
        units=dict.fromkeys(columns, "share"),
        kind=context.kind_of(FLOWS),
        datasets=[FLOWS],
        notes=["exposure_not_loss", "goods_leave_out"],
        year=str(year_of(context)),
        **names,
    )
