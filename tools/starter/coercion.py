"""Hand-coded episodes of economic coercion with published effects, outcomes and sources."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import OWN, OWN_CREDIT, Built, csv, resolve_idem

from isthmus.evidence import DatasetRecord, Kind

_PERSONS = {
    "Nobel Peace Prize to Liu Xiaobo": "Nobel Peace Prize to a Chinese dissident",
    "Dalai Lama visit (18/19-23 Nov)": "visit of a Tibetan religious leader (18/19-23 Nov)",
    "President met Dalai Lama": "president met a Tibetan religious leader",
    "PM met Dalai Lama": "prime minister met a Tibetan religious leader",
    "Arrest of Meng Wanzhou": "arrest of a Chinese telecoms executive",
    "Tsai Ing-wen elected": "new government elected in Taiwan",
    "Pelosi visit": "visit of the Speaker of the US House of Representatives",
    "Lai inauguration": "inauguration of Taiwan's president",
    "Takaichi Diet statement on Taiwan contingency": "prime minister's statement in the Diet on "
    "a Taiwan contingency",
}
"""Offices instead of persons: the project names no one but authors of cited works."""


_HELD_OUT = ("TWN-2025", "EU-2026")
"""Cases that no estimate uses."""


def build(shared: Path) -> Built:
    """Return measures, effects, outcomes and sources."""
    folder = shared / "strategic"
    return [_measures(folder), _effects(folder), _outcomes(folder), _sources(folder)]


def _record(key: str, title: str, columns: dict[str, str], *faults: str) -> DatasetRecord:
    return DatasetRecord(
        key=key,
        title=title,
        publisher="The Isthmus developers",
        edition="own coding, to April 2026",
        years=(1992, 2026),
        unit="list",
        kind=Kind.ASSUMED,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        citation="Reynolds, Goodman (2023), Deny, Deflect, Deter: Countering China's Economic "
        "Coercion, CSIS",
        coverage="26 selected cases",
        columns=columns,
        steps=("facts coded by hand, no text of the sources copied", "offices named, not persons"),
        faults=(
            "selected, prominent cases: no base rate of cases in which nothing happened",
            *faults,
        ),
    )


def _measures(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = csv(folder / "china_coercion_measures.csv")
    spelt = resolve_idem(listed, "trigger").with_columns(pl.col("trigger").replace(_PERSONS))
    frame = spelt.select(
        pl.col("case_id").alias("case"),
        pl.lit("CHN").alias("sender"),
        pl.col("target_iso3").alias("target"),
        "start",
        "end",
        "start_precision",
        "trigger_date",
        "trigger",
        "instrument",
        "direction",
        "formality",
        "products",
        "hs_hint",
        pl.col("source_id").alias("source"),
        "notes",
        "date_basis",
        pl.col("case_id").is_in(_HELD_OUT).alias("held_out"),
        pl.when(pl.col("date_basis") == "source")
        .then(pl.lit("estimated"))
        .otherwise(pl.lit("assumed"))
        .alias("kind"),
    )
    columns = {
        "case": "id of the case",
        "sender": "economy that acted",
        "target": "economy acted upon; WLD for measures against all",
        "start": "first day, month or year",
        "end": "end; null where open or unknown",
        "start_precision": "precision of the start",
        "trigger_date": "date of the trigger",
        "trigger": "what came before, as the source describes it",
        "instrument": "instrument",
        "direction": "flow that was touched",
        "formality": "formal or informal",
        "products": "products or services",
        "hs_hint": "codes that may fit; general knowledge, not from the source",
        "source": "id in coercion_sources",
        "notes": "notes",
        "date_basis": "source, or general knowledge",
        "held_out": "true for listings over Taiwan: the closest precedent, kept for the last test",
        "kind": "estimated where dated by the source, otherwise assumed",
    }
    fault = "hs_hint and rows with another date_basis than source are general knowledge"
    return _record("coercion_measures", "Measures of economic coercion", columns, fault), frame


def _effects(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = csv(folder / "china_coercion_effects.csv", value=pl.Float64)
    frame = listed.select(
        pl.col("case_id").alias("case"),
        pl.col("metric").alias("indicator"),
        "value",
        "unit",
        "period",
        "note",
        pl.col("source_id").alias("source"),
        pl.lit("estimated").alias("kind"),
    )
    columns = {
        "case": "id of the case",
        "indicator": "what was measured",
        "value": "figure as published",
        "unit": "unit",
        "period": "period",
        "note": "note",
        "source": "id in coercion_sources",
        "kind": "estimated",
    }
    record = _record(
        "coercion_effects",
        "Published effects of economic coercion",
        columns,
        "figures as published: exposure, trade, prices and income are not comparable",
    )
    return record.model_copy(update={"kind": Kind.ESTIMATED}), frame


def _outcomes(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    frame = csv(folder / "china_coercion_outcomes.csv").select(
        pl.col("case_id").alias("case"),
        pl.col("tactical_outcome_for_china").alias("tactical"),
        pl.col("strategic_outcome_for_china").alias("strategic"),
        "overall",
        pl.col("source_id").alias("source"),
    )
    columns = {
        "case": "id of the case",
        "tactical": "outcome for the sender, short run",
        "strategic": "outcome for the sender, long run",
        "overall": "both together",
        "source": "id in coercion_sources",
    }
    fault = "one study's judgement of eight cases"
    return _record("coercion_outcomes", "Judged outcomes of coercion", columns, fault), frame


def _sources(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    frame = csv(folder / "china_coercion_sources.csv").select(
        pl.col("source_id").alias("source"), "citation", "how_read", pl.col("where").alias("place")
    )
    columns = {
        "source": "id",
        "citation": "work",
        "how_read": "full text or excerpt",
        "place": "where it was read",
    }
    fault = "most works were read as excerpts"
    return _record("coercion_sources", "Sources of the coercion tables", columns, fault), frame
