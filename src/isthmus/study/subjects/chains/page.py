"""What stands behind direct trade: hidden exposure, and what both sides have at stake."""

from __future__ import annotations

from itertools import permutations

import polars as pl

from isthmus import codes
from isthmus.charts import ChartSpec
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.ask.lookthrough import (
    DATASETS,
    FACTS,
    SPLIT,
    exports_finding,
    input_finding,
    inputs_of,
    output_finding,
    output_of,
    split_shares,
    stake_findings,
)
from isthmus.study.page import Fields, Page
from isthmus.world.shipped import TABLE, YEAR

SERVICES = f"{TABLE}_services"
SIDES = ("rival_face", "rival_through", "partner_face", "partner_through")

PUBLISHED = ("DEU", "CHN")
"""Buyer and seller for whom a note cites published shares of output."""
MOVED = 0.05
"""Part of a share by which chip nodes must move it to be said."""


def write(page: Page) -> None:
    """Answer how much home depends on rival and partner through other economies' products."""
    if page.lacks(*DATASETS, SERVICES, gap="no_table"):
        return
    page.rests_on(*DATASETS, kind=page.context.kind_of(TABLE))
    page.fields["year"] = YEAR
    industries, members = _industries(page), _members(page)
    rival, partner = (_largest(page, on, industries) for on in (page.rival, page.partner))
    page.say("answer.inputs", **_inputs(page, page.rival, rival))
    page.say("answer.partner", **_inputs(page, page.partner, partner))
    page.headline(25, **_inputs(page, page.rival, rival))
    _by_industry(page, industries, rival)
    if not members.is_empty():
        _by_member(page, members)
    if set(codes.industries_in("defence")) <= set(industries):
        _defence(page)
    _output(page)
    _stakes(page)
    if not page.context.missing(SPLIT, FACTS):
        _split(page, industries, partner)
    page.note("exposure_not_loss", "table_estimated", "gross_on_purpose", "stake_not_loss")


def _industries(page: Page) -> tuple[str, ...]:
    known = set(inputs_of(page.context, page.home, by="industry")["industry"].to_list())
    wanted = [i for i in (*page.study.industries, *codes.industries_in("defence")) if i in known]
    return tuple(dict.fromkeys(wanted))


def _largest(page: Page, on: str, industries: tuple[str, ...]) -> str:
    frame = inputs_of(page.context, page.home, by="industry").filter(
        pl.col("partner") == on, pl.col("industry").is_in(industries)
    )
    if frame.is_empty():
        raise DataMissing(f"the table holds no inputs of {page.home!r} from {on!r}", where=TABLE)
    return str(frame.sort(["look_through", "industry"], descending=[True, False])["industry"][0])


def _share(page: Page, on: str, industry: str, column: str = "look_through") -> Finding:
    return input_finding(page.context, page.home, on, column, industry=industry)


def _inputs(page: Page, on: str, industry: str) -> Fields:
    return {
        "industry": page.inside(page.context.industry(industry), whole=True),
        "face": _share(page, on, industry, "face_value"),
        "through": _share(page, on, industry),
    }


def _members(page: Page) -> pl.DataFrame:
    """One row per member: face value and look-through of rival and partner in its inputs."""
    if len(page.context.members(page.home)) < 2:
        return pl.DataFrame()
    frame = inputs_of(page.context, page.home, by="economy")

    def side(on: str, prefix: str) -> pl.DataFrame:
        return frame.filter(pl.col("partner") == on).select(
            pl.col("economy").alias("member"),
            pl.col("face_value").alias(f"{prefix}_face"),
            pl.col("look_through").alias(f"{prefix}_through"),
        )

    joined = side(page.rival, "rival").join(side(page.partner, "partner"), on="member")
    return joined.sort(["rival_through", "member"], descending=[True, False])


def _by_industry(page: Page, industries: tuple[str, ...], top: str) -> None:
    columns = ("face_value", "look_through")
    frame = inputs_of(page.context, page.home, by="industry")
    rows = frame.filter(pl.col("industry").is_in(industries)).select(
        page.industries(), page.labels("partner", "exporter"), *columns
    )
    axis = page.numbers("share_of_all_inputs", rows, "look_through")
    page.chart(
        "industries",
        rows,
        ChartSpec(
            "dots" if axis["log"] else "bars",
            x="look_through",
            y="industry",
            **axis,
            series="exporter",
            roles={
                page.context.label(page.partner): "partner",
                page.context.label(page.rival): "rival",
            },
            share=True,
        ),
        dict.fromkeys(columns, "share"),
        count=len(industries),
        **_inputs(page, page.rival, top),
    )


def _by_member(page: Page, members: pl.DataFrame) -> None:
    context = page.context
    ends = {
        name: input_finding(context, members["member"][place], page.rival, "look_through")
        for name, place in (("low", -1), ("high", 0))
    }
    named = {f"{name}_name": context.name(f.key.split(".")[2]) for name, f in ends.items()}
    page.say("answer.members", **ends, **named)
    reading = {
        "rival_through": page.word("word.look_through"),
        "rival_face": page.word("word.face_value"),
    }
    rows = [
        {"economy": context.label(row["member"]), "reading": text, "share": row[column]}
        for row in members.to_dicts()
        for column, text in reading.items()
    ]
    page.chart(
        "members",
        pl.DataFrame(rows),
        page.dots(
            "share",
            by="economy",
            axis="share_of_all_inputs",
            series="reading",
            roles={reading["rival_through"]: "rival", reading["rival_face"]: "other"},
        ),
        {"share": "share"},
        high=ends["high"],
        high_name=named["high_name"],
        face=input_finding(context, members["member"][0], page.rival, "face_value"),
    )
    page.table(
        "hidden",
        members.select(page.labels("member", "economy"), *SIDES),
        dict.fromkeys(SIDES, "share"),
        notes=["table_estimated"],
    )


def _defence(page: Page) -> None:
    """What the buyer of arms and the industries that hold arms makers say: a range."""
    (buyer,), made_in = codes.industries_in("defence"), codes.industries_in("arms")
    page.say(
        "answer.defence",
        rival_share=_share(page, page.rival, buyer),
        partner_share=_share(page, page.partner, buyer),
    )
    frame = inputs_of(page.context, page.home, by="industry").filter(
        pl.col("industry").is_in(made_in)
    )
    if frame["industry"].n_unique() < len(made_in):
        return
    ends: Fields = {}
    for role, on in (("rival", page.rival), ("partner", page.partner)):
        ranked = frame.filter(pl.col("partner") == on).sort("look_through", "industry")["industry"]
        ends[f"{role}_low"] = _share(page, on, ranked[0])
        ends[f"{role}_high"] = _share(page, on, ranked[-1])
    names = ", ".join(page.inside(page.context.industry(code), whole=True) for code in made_in)
    page.say("answer.arms", made_in=names, **ends)


def _output(page: Page) -> None:
    """Say shares of output and of exports beside those of inputs: others publish these."""

    def of(party: str) -> Fields:
        return {
            "face": output_finding(page.context, party, page.rival),
            "added": input_finding(page.context, party, page.rival, "value_added"),
        }

    page.say("answer.output", **of(page.home))
    members = page.context.members(page.home)
    largest = max(members, key=lambda member: (output_of(page.context, member), member))
    if len(members) > 1:
        page.say("answer.output_member", member=page.context.name(largest), **of(largest))
    page.say(
        "answer.exports",
        foreign=exports_finding(page.context, page.home),
        part=exports_finding(page.context, page.home, page.rival),
    )
    if (largest, page.rival) == PUBLISHED:
        page.note("output_published", member=page.context.name(largest), **of(largest))


def _stakes(page: Page) -> None:
    parties = (page.home, page.partner, page.rival)
    at_stake = {pair: stake_findings(page.context, *pair) for pair in permutations(parties, 2)}
    ours, our_share = at_stake[page.home, page.partner]
    theirs, their_share = at_stake[page.partner, page.home]
    shares = {"our_share": our_share, "their_share": their_share}
    page.say("answer.stakes", ours=ours, theirs=theirs, **shares)
    value, share = at_stake[page.home, page.rival]
    page.say("answer.rival_stakes", value=value, share=share)
    page.headline(45, "headline_stakes", **shares)
    page.driver("stakes", their_share)
    order = ((0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1))
    rows = []
    for party, other in ((parties[a], parties[b]) for a, b in order):
        value, share = at_stake[party, other]
        names = {"economy": page.context.label(party), "party": page.context.label(other)}
        rows.append({**names, "value": value.value, "share": share.value})
    page.table(
        "stakes",
        pl.DataFrame(rows),
        {"value": ours.unit, "share": "share"},
        kind=Kind.weakest([page.kind, Kind.MODELLED]),
        notes=["stake_not_loss"],
    )


def _split(page: Page, industries: tuple[str, ...], top: str) -> None:
    found = {code: split_shares(page.context, code) for code in industries}
    whole, split = found[top]
    before, after = whole.value or 0.0, split.value or 0.0
    if abs(after - before) > MOVED * before:
        page.say(
            "answer.split",
            industry=page.inside(page.context.industry(top), whole=True),
            whole=whole,
            split=split,
        )
    rows = [
        {
            "industry": page.context.industry(code),
            "look_through": whole.value,
            "look_through_split": split.value,
        }
        for code, (whole, split) in found.items()
    ]
    page.table(
        "split",
        pl.DataFrame(rows),
        dict.fromkeys(("look_through", "look_through_split"), "share"),
        kind=Kind.ASSUMED,
        datasets=(*DATASETS, SPLIT, FACTS),
        notes=["split_assumed"],
    )
