"""Own table of chip facts by stage and economy, and chip sales by end use."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import OWN, OWN_CREDIT, Built, csv, resolve_idem

from isthmus.evidence import DatasetRecord, Kind

_NON_COMMERCIAL = "CSET/ETO"
_KINDS = {"excerpt": "estimated", "general knowledge": "assumed", "full text": "estimated"}
_ECONOMY = {"EUROPE": "EUR", "OTHER": "OTH", "other": "OTH"}
_LATER_NODES = {
    "<10nm logic": "leading-edge logic (<10 nm)",
    "<=16/14nm foundry": "foundry at 16/14 nm and below",
}

EUV = {
    "node": "extreme-ultraviolet lithography tools",
    "economy": "NLD",
    "share": 1.0,
    "year": 2024,
    "basis": "sole supplier, by headquarters",
    "projection": False,
    "source": "none read; one firm in the Netherlands is commonly named as the only maker",
    "how_read": "general knowledge",
    "kind": "assumed",
}


def build(shared: Path) -> Built:
    """Return ``chip_facts`` and ``chip_end_use``."""
    folder = shared / "strategic"
    return [_facts(folder), _end_use(folder)]


def _kind() -> pl.Expr:
    return pl.col("how_read").replace_strict(_KINDS, default="estimated").alias("kind")


def _facts(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    nodes = csv(folder / "chip_nodes_by_economy.csv", share_pct=pl.Float64, year=pl.Int16)
    own = nodes.filter(~pl.col("source").str.contains(_NON_COMMERCIAL)).select(
        "node",
        pl.col("economy").replace(_ECONOMY),
        (pl.col("share_pct") / 100).round(4).alias("share"),
        "year",
        "basis",
        pl.lit(False).alias("projection"),
        pl.col("source").replace({"-": "100 % less the rows listed"}),
        "how_read",
        _kind(),
    )
    later = resolve_idem(
        csv(folder / "chip_node_capacity_shares.csv", share_pct=pl.Float64, year=pl.Int16),
        "source",
    )
    more = later.filter(
        (pl.col("kind") == "forecast") | (pl.col("segment") == "<=16/14nm foundry")
    ).select(
        pl.col("segment").replace(_LATER_NODES).alias("node"),
        pl.col("region").replace(_ECONOMY).alias("economy"),
        (pl.col("share_pct") / 100).round(4).alias("share"),
        "year",
        pl.when(pl.col("segment").str.contains("foundry"))
        .then(pl.lit("foundry capacity"))
        .otherwise(pl.lit("wafer capacity by site"))
        .alias("basis"),
        (pl.col("kind") == "forecast").alias("projection"),
        "source",
        pl.lit("excerpt").alias("how_read"),
        pl.when(pl.col("kind") == "forecast")
        .then(pl.lit("modelled"))
        .otherwise(pl.lit("estimated"))
        .alias("kind"),
    )
    extra = pl.DataFrame([EUV], schema_overrides={"year": pl.Int16})
    frame = pl.concat([own, more, extra.select(own.columns)]).sort(
        "node", "year", "basis", "economy", "source"
    )
    record = DatasetRecord(
        key="chip_facts",
        title="Shares of chip capacity by stage and economy",
        publisher="The Isthmus developers",
        edition="own compilation 2026",
        years=(2019, 2022, 2023, 2024, 2027, 2032),
        unit="fraction of world capacity",
        kind=Kind.ASSUMED,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        citation="SIA/BCG (2021), Strengthening the Global Semiconductor Supply Chain in an "
        "Uncertain Era; SIA/BCG (2024), Emerging Resilience in the Semiconductor Supply Chain",
        coverage="logic by node, memory, discrete and analogue, packaging and test; 2019 and 2022, "
        "projections to 2032",
        columns={
            "node": "stage or node",
            "economy": "ISO3; EUR Europe as one; OTH every economy not listed for the same node, "
            "year and basis",
            "share": "fraction of world capacity",
            "year": "year",
            "basis": "what is shared",
            "projection": "true where the year lay ahead when the source was written",
            "source": "publication",
            "how_read": "excerpt, general knowledge, or residual",
            "kind": "estimated, modelled (projections) or assumed (general knowledge), by row",
        },
        steps=(
            "single published figures quoted with their source",
            "rows that come from the Emerging Technology Observatory's tables (CC BY-NC 4.0) are "
            "left out; load them from your own download",
            "one row on lithography tools added by hand",
        ),
        faults=(
            "no original report was opened: excerpts are press or chart excerpts; general "
            "knowledge is recall and counts as assumed",
            "OTH includes economies that matter: in 2022 nodes with one economy listed it holds "
            "Taiwan, Japan, the United States and others",
            "shares of capacity, not of value",
            "packaging by site for 2022 is missing here, because only the non-commercial source "
            "has it",
            "foundry shares of 2023 are rows of two publications of one firm",
        ),
    )
    return record, frame


def _end_use(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = csv(folder / "chip_end_use.csv", share_pct=pl.Float64, year=pl.Int16)
    frame = listed.select(
        "end_use",
        "year",
        (pl.col("share_pct") / 100).round(4).alias("share"),
        pl.col("suggested_industries").alias("industries"),
        pl.col("source").replace({"-": "100 % less the rows listed"}),
        "how_read",
        _kind(),
    ).sort("year", "end_use")
    record = DatasetRecord(
        key="chip_end_use",
        title="Chip sales by end use",
        publisher="The Isthmus developers",
        edition="own compilation 2026",
        years=(2015, 2021, 2022, 2023, 2024),
        unit="fraction of world sales value",
        kind=Kind.ASSUMED,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        citation="WSTS end-use surveys as published by SIA",
        coverage="five to six end uses",
        columns={
            "end_use": "end use",
            "year": "year",
            "share": "fraction of sales value",
            "industries": "industries that buy for this use, by our judgement, main one first",
            "source": "publication",
            "how_read": "excerpt, general knowledge, or residual",
            "kind": "estimated or assumed (general knowledge), by row",
        },
        steps=("single published figures quoted with their source",),
        faults=(
            "2021, 2023 and 2024 are recalled, not read: assumed",
            "2015 joins industrial and government",
            "most chips are bought by the electronics industry first: a direct split of its "
            "deliveries by these shares overstates direct sales to others",
        ),
    )
    return record, frame
