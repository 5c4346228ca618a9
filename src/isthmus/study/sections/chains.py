"""What stands behind direct trade: hidden exposure, and what both sides have at stake."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.evidence import Finding, Kind, Table
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Note, Section
from isthmus.study.lookthrough import (
    ARMS_MADE_IN,
    DATASETS,
    DEFENCE,
    FACTS,
    SPLIT,
    TABLE,
    YEAR,
    input_finding,
    inputs_of,
    split_shares,
    stake_findings,
)
from isthmus.study.wording import Sentence

KEY = "chains"
SERVICES = f"{TABLE}_services"


def build(context: Context) -> Section:
    """Answer how much home depends on rival and partner through other economies' products."""
    names = _names(context)
    question = context.say(f"{KEY}.question", **names)
    if context.missing(*DATASETS, SERVICES):
        return Section(KEY, question, gaps=(context.say("gap.no_table"),))
    members = _members(context)
    answer, headlines = _answer(context, members)
    charts = (_by_industry(context), *_by_member(context, members))
    quoted = [f for s in (*answer, *(n.sentence for n in headlines)) for f in s.findings]
    quoted += [f for chart in charts for f in chart.title.findings]
    return Section(
        KEY,
        question,
        answer=answer,
        findings=tuple(dict.fromkeys(quoted)),
        charts=charts,
        tables=(*_member_table(context, members), _stake_table(context), *_split_table(context)),
        notes=(
            context.say("note.exposure_not_loss"),
            context.say("note.table_estimated"),
            context.say("note.gross_on_purpose"),
            context.say("note.stake_not_loss"),
        ),
        headlines=headlines,
    )


def _names(context: Context) -> dict[str, str]:
    return {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}


def _industries(context: Context) -> tuple[str, ...]:
    known = set(inputs_of(context, context.home, by="industry")["industry"].to_list())
    wanted = [i for i in (*context.study.industries, DEFENCE) if i in known]
    return tuple(dict.fromkeys(wanted))


def _largest(context: Context, on: str, *, column: str = "look_through") -> str:
    frame = inputs_of(context, context.home, by="industry").filter(
        pl.col("partner") == on, pl.col("industry").is_in(_industries(context))
    )
    return str(frame.sort([column, "industry"], descending=[True, False])["industry"][0])


def _answer(
    context: Context, members: pl.DataFrame
) -> tuple[tuple[Sentence, ...], tuple[Note, ...]]:
    home, partner, rival = context.home, context.partner, context.rival
    names = _names(context)
    top = _largest(context, rival)
    other = _largest(context, partner)

    def share(on: str, column: str, industry: str = "ALL") -> Finding:
        return input_finding(context, home, on, column, industry=industry)

    fields: dict[str, str | Finding] = {
        "industry": context.industry(top).lower(),
        "face": share(rival, "face_value", top),
        "through": share(rival, "look_through", top),
    }
    second: dict[str, str | Finding] = {
        "industry": context.industry(other).lower(),
        "face": share(partner, "face_value", other),
        "through": share(partner, "look_through", other),
    }
    ours, our_share = stake_findings(context, home, partner)
    theirs, their_share = stake_findings(context, partner, home)
    rivals, rival_share = stake_findings(context, home, rival)
    answer = [
        context.say(f"{KEY}.answer.inputs", **names, year=YEAR, **fields),
        context.say(f"{KEY}.answer.partner", **names, year=YEAR, **second),
        context.say(
            f"{KEY}.answer.stakes", **names, year=YEAR, ours=ours, our_share=our_share,
            theirs=theirs, their_share=their_share,
        ),
        context.say(
            f"{KEY}.answer.rival_stakes", **names, year=YEAR, value=rivals, share=rival_share
        ),
    ]  # fmt: skip
    if DEFENCE in _industries(context):
        answer.insert(
            2,
            context.say(
                f"{KEY}.answer.defence", **names, year=YEAR,
                rival_share=share(rival, "look_through", DEFENCE),
                partner_share=share(partner, "look_through", DEFENCE),
            ),
        )  # fmt: skip
        answer[3:3] = _arms(context)
    if not members.is_empty():
        low, high = (_member_finding(context, members.row(n, named=True)) for n in (-1, 0))
        answer.insert(
            2,
            context.say(
                f"{KEY}.answer.members", **names, year=YEAR,
                low=low[0], low_name=low[1], high=high[0], high_name=high[1],
            ),
        )  # fmt: skip
    if not context.missing(SPLIT, FACTS):
        whole, split = split_shares(context, other)
        answer.append(
            context.say(
                f"{KEY}.answer.split", **names, industry=context.industry(other).lower(),
                year=YEAR, whole=whole, split=split,
            )
        )  # fmt: skip
    headlines = (
        context.note(25, f"{KEY}.headline", **names, year=YEAR, **fields),
        context.note(
            45, f"{KEY}.headline_stakes", **names, year=YEAR,
            our_share=our_share, their_share=their_share,
        ),
    )  # fmt: skip
    return tuple(answer), headlines


def _arms(context: Context) -> list[Sentence]:
    """What the industries that hold arms makers say about them: a range, and what it is not."""
    frame = inputs_of(context, context.home, by="industry").filter(
        pl.col("industry").is_in(ARMS_MADE_IN)
    )
    if frame["industry"].n_unique() < len(ARMS_MADE_IN):
        return []
    fields: dict[str, str | Finding] = {}
    for role in ("rival", "partner"):
        on = getattr(context, role)
        sorted_ = frame.filter(pl.col("partner") == on).sort("look_through", "industry")["industry"]
        for name, industry in (("low", sorted_[0]), ("high", sorted_[-1])):
            fields[f"{role}_{name}"] = input_finding(
                context, context.home, on, "look_through", industry=industry
            )
    made_in = ", ".join(context.industry(code).lower() for code in ARMS_MADE_IN)
    return [context.say(f"{KEY}.answer.arms", **_names(context), made_in=made_in, **fields)]


def _member_finding(context: Context, row: dict[str, str]) -> tuple[Finding, str]:
    finding = input_finding(context, row["member"], context.rival, "look_through")
    return finding, context.name(row["member"])


def _members(context: Context) -> pl.DataFrame:
    """One row per member: face value and look-through of rival and partner in its inputs."""
    if len(context.members(context.home)) < 2:
        return pl.DataFrame()
    frame = inputs_of(context, context.home, by="economy")

    def side(on: str, prefix: str) -> pl.DataFrame:
        return frame.filter(pl.col("partner") == on).select(
            pl.col("economy").alias("member"),
            pl.col("face_value").alias(f"{prefix}_face"),
            pl.col("look_through").alias(f"{prefix}_through"),
        )

    joined = side(context.rival, "rival").join(side(context.partner, "partner"), on="member")
    return joined.sort(["rival_through", "member"], descending=[True, False])


def _by_industry(context: Context) -> Chart:
    home, rival, partner = context.home, context.rival, context.partner
    names = _names(context)
    frame = inputs_of(context, home, by="industry").filter(
        pl.col("industry").is_in(_industries(context))
    )
    rows = [
        {
            "industry": context.industry(row["industry"]),
            "exporter": context.label(row["partner"]),
            "face_value": row["face_value"],
            "look_through": row["look_through"],
        }
        for row in frame.to_dicts()
    ]
    columns = ("face_value", "look_through")
    table = context.table(
        f"{KEY}_industries",
        pl.DataFrame(rows),
        units=dict.fromkeys(columns, "share"),
        kind=context.kind_of(TABLE),
        datasets=DATASETS,
        **names,
        year=str(YEAR),
    )
    top = _largest(context, rival)
    return context.chart(
        f"{KEY}-industries",
        context.say(
            f"{KEY}.chart.industries", **names, year=YEAR, industry=context.industry(top).lower(),
            through=input_finding(context, home, rival, "look_through", industry=top),
        ),
        context.say(f"{KEY}.alt.industries", **names, count=len(_industries(context))),
        table,
        ChartSpec(
            "bars",
            x="look_through",
            y="industry",
            x_title=context.catalogue.text("axis.share_of_all_inputs"),
            series="exporter",
            roles={context.label(partner): "partner", context.label(rival): "rival"},
            share=True,
        ),
    )  # fmt: skip


def _by_member(context: Context, members: pl.DataFrame) -> tuple[Chart, ...]:
    if members.is_empty():
        return ()
    names = _names(context)
    measure = {
        "rival_through": context.catalogue.text("word.look_through"),
        "rival_face": context.catalogue.text("word.face_value"),
    }
    rows = [
        {"economy": context.label(row["member"]), "reading": text, "share": row[column]}
        for row in members.to_dicts()
        for column, text in measure.items()
    ]
    table = context.table(
        f"{KEY}_members",
        pl.DataFrame(rows),
        units={"share": "share"},
        kind=context.kind_of(TABLE),
        datasets=DATASETS,
        **names,
        year=str(YEAR),
    )
    high, high_name = _member_finding(context, members.row(0, named=True))
    chart = context.chart(
        f"{KEY}-members",
        context.say(
            f"{KEY}.chart.members", **names, year=YEAR, high=high, high_name=high_name,
            face=input_finding(
                context, members["member"][0], context.rival, "face_value"
            ),
        ),
        context.say(f"{KEY}.alt.members", **names),
        table,
        ChartSpec(
            "dots",
            x="share",
            y="economy",
            x_title=context.catalogue.text("axis.share_of_all_inputs"),
            series="reading",
            roles={measure["rival_through"]: "rival", measure["rival_face"]: "other"},
            share=True,
        ),
    )  # fmt: skip
    return (chart,)


def _member_table(context: Context, members: pl.DataFrame) -> tuple[Table, ...]:
    if members.is_empty():
        return ()
    columns = ["rival_face", "rival_through", "partner_face", "partner_through"]
    named = members.select(
        pl.col("member").map_elements(context.label, return_dtype=pl.String).alias("economy"),
        *columns,
    )
    table = context.table(
        f"{KEY}_hidden",
        named,
        units=dict.fromkeys(columns, "share"),
        kind=context.kind_of(TABLE),
        datasets=DATASETS,
        notes=["table_estimated"],
        **_names(context),
        year=str(YEAR),
    )
    return (table,)


def _stake_table(context: Context) -> Table:
    home, partner, rival = context.home, context.partner, context.rival
    rows = []
    for party, other in (
        (home, partner), (partner, home), (home, rival), (rival, home), (partner, rival),
        (rival, partner),
    ):  # fmt: skip
        value, share = stake_findings(context, party, other)
        rows.append(
            {
                "economy": context.label(party),
                "party": context.label(other),
                "value": value.value,
                "share": share.value,
            }
        )
    return context.table(
        f"{KEY}_stakes",
        pl.DataFrame(rows),
        units={"value": "million USD", "share": "share"},
        kind=Kind.weakest([context.kind_of(TABLE), Kind.MODELLED]),
        datasets=DATASETS,
        notes=["stake_not_loss"],
        **_names(context),
        year=str(YEAR),
    )


def _split_table(context: Context) -> tuple[Table, ...]:
    if context.missing(SPLIT, FACTS):
        return ()
    rows = []
    for industry in _industries(context):
        whole, split = split_shares(context, industry)
        rows.append(
            {
                "industry": context.industry(industry),
                "look_through": whole.value,
                "look_through_split": split.value,
            }
        )
    table = context.table(
        f"{KEY}_split",
        pl.DataFrame(rows),
        units={"look_through": "share", "look_through_split": "share"},
        kind=Kind.ASSUMED,
        datasets=(*DATASETS, SPLIT, FACTS),
        notes=["split_assumed"],
        **_names(context),
        year=str(YEAR),
    )
    return (table,)
