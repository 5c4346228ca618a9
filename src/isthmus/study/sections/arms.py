"""How concentrated arms supply is, over time, for the partner and the members of home."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Section
from isthmus.study.measures.arms import ARMS, SHARES, concentration, supplier_share
from isthmus.study.wording import Sentence

KEY = "arms"


def build(context: Context) -> Section:
    """Answer how much arms supply rests on the ally, and how it has moved."""
    names = {r: context.name(getattr(context, r)) for r in ("home", "partner", "ally")}
    question = context.say(f"{KEY}.question", **names)
    if context.missing(ARMS):
        return Section(KEY, question, gaps=(context.say("gap.no_arms"),))
    if context.ally not in SHARES:
        return Section(KEY, question, gaps=(context.say("gap.arms_supplier", ally=names["ally"]),))
    answer: list[Sentence] = []
    headlines, charts, gaps = [], [], []
    for number, party in enumerate((context.partner, context.home)):
        if len(context.members(party)) > 1:
            continue
        try:
            share = supplier_share(context, economy=party, supplier=context.ally)
            hhi = concentration(context, economy=party)
        except DataMissing:
            gaps.append(context.say("gap.arms_party", party=context.name(party)))
            continue
        fields = {"party": context.name(party), "ally": names["ally"], "period": share.year}
        answer.append(context.say(f"{KEY}.answer.party", **fields, share=share, hhi=hhi))
        headlines.append(context.note(15 + number, f"{KEY}.headline", **fields, share=share))
    groups = [p for p in (context.home, context.partner) if len(context.members(p)) > 1]
    for group in groups:
        if _rows(context, group).is_empty():
            gaps.append(context.say("gap.arms_party", party=context.name(group)))
            continue
        median, period = _median(context, group)
        answer.append(
            context.say(
                f"{KEY}.answer.members",
                group=context.name(group), ally=names["ally"], median=median, period=period,
            )
        )  # fmt: skip
        charts.append(_members(context, group, period))
    drawn = _over_time(context)
    if drawn is not None:
        charts.insert(0, drawn)
    quoted = [*answer, *(n.sentence for n in headlines), *(c.title for c in charts)]
    return Section(
        KEY,
        question,
        answer=tuple(answer),
        findings=tuple(dict.fromkeys(f for s in quoted for f in s.findings)),
        charts=tuple(charts),
        notes=(context.say("note.arms_volume"), context.say("note.arms_window")),
        headlines=tuple(headlines),
        gaps=tuple(gaps),
    )


def _rows(context: Context, party: str) -> pl.DataFrame:
    """Share of the ally by economy and period for the members of a party."""
    return (
        context.world.arms()
        .filter(pl.col("economy").is_in(context.members(party)))
        .select("economy", "period", pl.col(SHARES[context.ally]).alias("share"), "hhi")
        .sort("economy", "period")
    )


def _median(context: Context, group: str) -> tuple[Finding, str]:
    rows = _rows(context, group)
    period = str(rows["period"].max())
    last = sorted(rows.filter(pl.col("period") == period)["share"].to_list())
    middle = len(last) // 2
    value = last[middle] if len(last) % 2 else (last[middle - 1] + last[middle]) / 2
    finding = context.finding(
        f"arms.median_share.{context.ally}.{group}",
        value,
        "share",
        kind=Kind.weakest([Kind.ESTIMATED, context.kind_of(ARMS)]),
        year=period,
        method="arms_median",
        datasets=[ARMS],
        low=last[0],
        high=last[-1],
        interval="range_of_members",
        caveat="arms_volume",
    )
    return finding, period


def _over_time(context: Context) -> Chart | None:
    ally = context.name(context.ally)
    rows = []
    for party in (context.partner, context.home):
        frame = _rows(context, party)
        single = len(context.members(party)) == 1
        label = context.label(party)
        if not single:
            label = context.catalogue.text("word.median", group=label)
        for period in sorted(frame["period"].unique().to_list()):
            median = frame.filter(pl.col("period") == period)["share"].median()
            rows.append({"period": period, "party": label, "share": median})
    if not rows:
        return None
    labels = list(dict.fromkeys(str(r["party"]) for r in rows))
    table = context.table(
        f"{KEY}_over_time",
        pl.DataFrame(rows),
        units={"share": "share"},
        kind=Kind.weakest([Kind.ESTIMATED, context.kind_of(ARMS)]),
        datasets=[ARMS],
        notes=["arms_volume"],
        ally=ally,
    )
    return context.chart(
        f"{KEY}-over-time",
        _title(context, rows, ally),
        context.say(f"{KEY}.alt.time", ally=ally),
        table,
        ChartSpec(
            "lines",
            x="period",
            y="share",
            y_title=context.catalogue.text("axis.share_of_arms", ally=context.label(context.ally)),
            series="party",
            roles=dict(zip(labels, ("partner", "home"), strict=False)),
            share=True,
        ),
    )


def _title(context: Context, rows: list[dict[str, object]], ally: str) -> Sentence:
    """The first drawn party's share in its first and its last window."""
    of_first = [row for row in rows if row["party"] == rows[0]["party"]]
    ends = [
        context.finding(
            f"arms.share.{context.ally}.{row['party']}.{row['period']}",
            float(str(row["share"])),
            "share",
            kind=Kind.weakest([Kind.ESTIMATED, context.kind_of(ARMS)]),
            year=str(row["period"]),
            method="arms_share",
            datasets=[ARMS],
            caveat="arms_volume",
        )
        for row in (of_first[0], of_first[-1])
    ]
    return context.say(
        f"{KEY}.chart.time",
        ally=ally,
        party=str(rows[0]["party"]),
        start=ends[0],
        end=ends[1],
        first=ends[0].year,
        last=ends[1].year,
    )


def _members(context: Context, group: str, period: str) -> Chart:
    rows = _rows(context, group).filter(pl.col("period") == period)
    frame = rows.sort(["share", "economy"], descending=[True, False]).select(
        pl.col("economy").map_elements(context.label, return_dtype=pl.String), "share", "hhi"
    )
    ally, name = context.name(context.ally), context.name(group)
    table = context.table(
        f"{KEY}_members",
        frame,
        units={"share": "share", "hhi": "1"},
        kind=Kind.weakest([Kind.ESTIMATED, context.kind_of(ARMS)]),
        datasets=[ARMS],
        notes=["arms_volume"],
        ally=ally,
        group=name,
        period=period,
    )
    half = context.finding(
        f"arms.members_above_half.{context.ally}.{group}",
        int((frame["share"] > 0.5).sum()),
        "count",
        kind=table.kind,
        year=period,
        method="arms_members_above_half",
        datasets=[ARMS],
    )
    return context.chart(
        f"{KEY}-members",
        context.say(
            f"{KEY}.chart.members",
            ally=ally, group=name, half=half, count=frame.height, period=period,
        ),
        context.say(f"{KEY}.alt.members", ally=ally, group=name),
        table,
        ChartSpec(
            "bars",
            x="share",
            y="economy",
            x_title=context.catalogue.text("axis.share_of_arms", ally=context.label(context.ally)),
            roles={"": "ally"},
            share=True,
        ),
    )  # fmt: skip
