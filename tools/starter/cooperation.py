"""Steps towards a partner and what answered them, pressure in money, populations of the Council."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import OWN, OWN_CREDIT, Built, csv

from isthmus.evidence import DatasetRecord, Kind

DEGREES = ("visible", "official", "military")
_RELIGIOUS = ("the Dalai Lama", "a Tibetan religious leader")
_THREATS = ("E017", "E018", "E034", "E068", "E090", "E122")
"""Steps whose answer in words named a measure that did not follow."""
_CASES = {
    **dict.fromkeys(("E027", "E028"), "LTU-2021"),
    **dict.fromkeys(("E098", "E099", "E100", "E101"), "EU-2026"),
}
"""Acts of the state against a European economy's trade or firms; one case can answer many steps."""
_NO_STATE_ACT = ("E014", "E020", "E129", "E135")
"""Economic answers that were no act against the actor's trade or firms, or answered no step."""
_LEFT_OUT = ("E005", "E091", "E135")
"""No step towards the partner, or not of an economy: kept for scale, counted in no rate."""
_EUROPE = [
    "BEL",
    "CZE",
    "DEU",
    "DNK",
    "EST",
    "EUU",
    "FRA",
    "GBR",
    "LTU",
    "NLD",
    "POL",
    "SVK",
    "SVN",
]
"""ISO3, and the institutions of the Union."""


def build(shared: Path) -> Built:
    """Return the three data sets."""
    return [_steps(shared), _money(shared), _council(shared)]


def _steps(shared: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = csv(
        shared / "engagement_steps" / "engagement_steps.csv",
        height=pl.Int16,
        answered=pl.Int64,
        answer_level=pl.Int64,
        selected_on_answer=pl.Int64,
        **dict.fromkeys(DEGREES, pl.Float64),
    )
    key, level = pl.col("step_id"), pl.col("answer_level")
    american = (pl.col("actor_iso3") == "USA") & (pl.col("rung") == "arms-sales") & (level >= 3)
    case = key.replace_strict(_CASES, default=None, return_dtype=pl.String)
    answer = (
        pl.when(level == 0)
        .then(pl.lit("none"))
        .when(key.is_in(_THREATS))
        .then(pl.lit("threat"))
        .otherwise(
            level.replace_strict(
                {0: "none", 1: "rhetoric", 2: "diplomatic", 3: "economic", 4: "economic"}
            )
        )
    )
    frame = listed.select(
        key.alias("step"),
        pl.lit("TWN").alias("partner"),
        pl.lit("CHN").alias("sender"),
        "date",
        pl.col("actor_iso3").alias("actor"),
        pl.col("actor_level").alias("level"),
        pl.col("actor_iso3").is_in(_EUROPE).alias("europe"),
        "rung",
        "height",
        *DEGREES,
        pl.col("step").str.replace(*_RELIGIOUS, literal=True).alias("what"),
        pl.col("answered").cast(pl.Boolean),
        answer.alias("response"),
        pl.when(american).then(key).otherwise(case).alias("state_case"),
        "answer_date",
        pl.col("answer").alias("told"),
        pl.col("verified_step").is_in(["page", "table"]).alias("step_read"),
        pl.col("verified_answer").is_in(["page", "table", "looked"]).alias("answer_read"),
        pl.col("selected_on_answer").cast(pl.Boolean).alias("known_by_answer"),
        (~key.is_in(_LEFT_OUT)).alias("counted"),
        "source",
        "note",
    ).sort("step")
    economic = set(frame.filter(pl.col("response") == "economic")["step"])
    coded = set(frame.filter(pl.col("state_case").is_not_null())["step"])
    if economic - coded - set(_NO_STATE_ACT):
        raise ValueError(f"economic answers without a case: {economic - coded}")
    columns = {
        "step": "id of the step",
        "partner": "economy towards which it was taken",
        "sender": "economy that may have answered",
        "date": "day, month or year of the step",
        "actor": "ISO3 of the actor; EUU for institutions of the Union",
        "level": "government, parliament, institution, subnational, firm or private",
        "europe": "whether the actor is European",
        "rung": "step of the ladder; resolution, navy-transit, leader-contact stand beside it",
        "height": "rank by height, 1 to 8",
        **{name: f"degree {name}, 0 to 1, by rung; a judgement" for name in DEGREES},
        "what": "what was done",
        "answered": "whether an answer was found",
        "response": "none, rhetoric, threat (not carried out), diplomatic or economic",
        "state_case": "act of the state against trade or firms: id of the case, else null",
        "answer_date": "date of the answer",
        "told": "the answer",
        "step_read": "whether the step was seen on a page or in a coded table",
        "answer_read": "whether the answer was, or was looked for and not found",
        "known_by_answer": "whether the step is known only because it was answered",
        "counted": "whether it enters rates",
        "source": "source",
        "note": "note",
    }
    record = DatasetRecord(
        key="engagement_steps",
        title="Steps towards Taiwan and what answered them",
        publisher="The Isthmus developers",
        edition="own coding, to April 2026",
        years=(2008, 2026),
        unit="list",
        kind=Kind.ESTIMATED,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        coverage=f"{frame.height} steps, {frame.filter('europe').height} of them European",
        columns=columns,
        steps=(
            "facts coded by hand, no text of the sources copied; offices named, not persons",
            "six answers in words that named a measure which did not follow are coded as threats",
            "economic answers are acts of the state against trade or firms only where state_case "
            "names a case",
        ),
        faults=(
            "prominent steps are over-represented; firms' steps become known mainly when answered",
            "none found is weak evidence: read shares of low rungs as lower bounds",
            "rows that were not read on a page are general knowledge",
        ),
    )
    return record, frame


def _money(shared: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    frame = csv(shared / "official_trade" / "coercion_in_money.csv").select(
        pl.col("case_id").alias("case"),
        pl.col("metric").alias("indicator"),
        pl.col("value").alias("told"),
        "unit",
        "period",
        "stage",
        "source",
        "note",
    )
    record = DatasetRecord(
        key="coercion_in_money",
        title="What economic pressure did, in money",
        publisher="The Isthmus developers",
        edition="own compilation, to April 2026",
        years=(2010, 2026),
        unit="as in unit",
        kind=Kind.ESTIMATED,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        coverage=f"{frame['case'].n_unique()} cases",
        columns={
            "case": "id of the case",
            "indicator": "what was measured",
            "told": "figure or words as published",
            "unit": "unit",
            "period": "period",
            "stage": "before, during, after, diversion, ex ante, ex post, measure, trigger, "
            "threat, end or label",
            "source": "source",
            "note": "note",
        },
        steps=("figures as published; two are own arithmetic and say so",),
        faults=("definitions differ between rows: never chain two without reading the note",),
    )
    return record, frame


def _council(shared: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    frame = (
        csv(
            shared / "cooperation_measures" / "council_population.csv",
            population_2025_01_01=pl.Float64,
        )
        .select(
            pl.col("iso3").alias("economy"),
            pl.lit(2025).cast(pl.Int16).alias("year"),
            pl.col("population_2025_01_01").alias("value"),
        )
        .sort("economy")
    )
    record = DatasetRecord(
        key="council_population",
        title="Populations of the members of the European Union",
        publisher="Eurostat",
        edition="1 January 2025, release of July 2025",
        years=(2025,),
        unit="persons",
        kind=Kind.MEASURED,
        licence="CC BY 4.0",
        attribution="Eurostat",
        redistribution="allowed",
        coverage="27 members",
        columns={"economy": "ISO3", "year": "1 January of the year", "value": "persons"},
        steps=("read from a published copy of the table, to hundreds of persons",),
        faults=("shares in the Council's own table may differ in the second decimal",),
    )
    return record, frame
