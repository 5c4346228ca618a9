"""How the parties vote, and with whom the partner has no votes to compare."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.errors import DataMissing
from isthmus.evidence import Finding
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Section
from isthmus.study.measures.alignment import VOTES, gap, mean_point, vote_year

KEY = "alignment"


def build(context: Context) -> Section:
    """Answer where the parties stand in votes of the General Assembly."""
    parties = (context.home, context.partner, context.rival, context.ally)
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival", "ally")}
    question = context.say(f"{KEY}.question", **names)
    if context.missing(VOTES):
        return Section(KEY, question, gaps=(context.say("gap.no_votes"),))
    year = vote_year(context)
    points, gaps = {}, []
    for party in parties:
        try:
            points[party] = mean_point(context, party)
        except DataMissing:
            gaps.append(context.say("gap.votes_party", party=context.name(party)))
    answer, charts = [], []
    for party in (context.home, context.partner):
        if {party, context.rival, context.ally} <= set(points):
            fields = {"party": context.name(party), "rival": names["rival"], "ally": names["ally"]}
            answer.append(
                context.say(
                    f"{KEY}.answer", **fields, year=year, point=points[party],
                    rival_point=points[context.rival], ally_point=points[context.ally],
                )
            )  # fmt: skip
            found = gap(context, party=party, near=context.ally, far=context.rival)
            answer.append(context.say(f"{KEY}.gap", **fields, years=found.year, gap=found))
    if points:
        charts.append(_chart(context, points))
    return Section(
        KEY,
        question,
        answer=tuple(answer),
        findings=tuple(points.values()),
        charts=tuple(charts),
        notes=(context.say("note.votes_only"),),
        gaps=tuple(gaps),
    )


def _chart(context: Context, points: dict[str, Finding]) -> Chart:
    year = vote_year(context)
    frame = context.world.ideal_points(year)
    rows = []
    for party in points:
        inside = frame.filter(pl.col("economy").is_in(context.members(party)))
        rows += [
            {
                "economy": context.label(r["economy"]),
                "party": context.label(party),
                "value": r["value"],
                "low": r["low"],
                "high": r["high"],
            }
            for r in inside.to_dicts()
        ]
    table = context.table(
        f"{KEY}_points",
        pl.DataFrame(rows).sort(["value", "economy"], descending=[True, False]),
        units={"value": "1", "low": "1", "high": "1"},
        kind=context.kind_of(VOTES),
        datasets=[VOTES],
        notes=["votes_only"],
        year=str(year),
    )
    first = next(iter(points))
    return context.chart(
        f"{KEY}-points",
        context.say(
            f"{KEY}.chart.points", party=context.name(first), point=points[first], year=year
        ),
        context.say(f"{KEY}.alt.points", count=len(rows), year=year),
        table,
        ChartSpec(
            "dots",
            x="value",
            y="economy",
            x_title=context.catalogue.text("axis.ideal_point"),
            series="party",
            roles={context.label(p): context.role(p) for p in points},
            low="low",
            high="high",
        ),
    )
