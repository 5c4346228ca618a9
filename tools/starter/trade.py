"""Trade by product: critical materials from BACI, chips from customs records."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import Built

from isthmus.evidence import DatasetRecord, Kind

FULL_YEARS = (2022, 2024)
_COPY = "github.com/Varcolacus/critical-materials-atlas, commit 17b328d2"


def build(shared: Path) -> Built:
    """Return trade in critical materials, Taiwan's chip exports and the mirror ratios."""
    folder = shared / "trade"
    return [_baci(folder), _chip_exports(folder), _mirror(folder)]


def _baci(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    full = pl.read_parquet(folder / "baci_hs17_critical_materials_full_2022_2024.parquet")
    top = pl.read_parquet(folder / "baci_hs17_critical_materials_top_2018_2024.parquet")
    top = top.filter(~pl.col("year").is_in(FULL_YEARS)).with_columns(
        pl.lit(None, pl.Float64).alias("quantity_t")
    )
    frame = pl.concat(
        [
            full.with_columns(pl.lit("full").alias("coverage")),
            top.select(full.columns).with_columns(pl.lit("top").alias("coverage")),
        ]
    ).select(
        "year",
        "exporter",
        "importer",
        "product",
        (pl.col("value_kusd") / 1000).alias("value"),
        pl.col("quantity_t").alias("quantity"),
        "coverage",
    )
    record = DatasetRecord(
        key="baci_critical_materials",
        title="Trade in 30 products of critical materials, world by world",
        publisher="CEPII",
        edition="BACI, HS2017, edition 202601",
        years=tuple(range(2018, 2025)),
        unit="million USD, FOB; tonnes",
        kind=Kind.MEASURED,
        licence="Etalab Open Licence 2.0",
        attribution="CEPII, BACI",
        redistribution="allowed",
        address="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        citation="Gaulier, Zignago (2010), BACI: International Trade Database at the "
        "Product-Level, CEPII Working Paper 2010-23",
        coverage="30 codes of HS2017; all flows in 2022 and 2024, in other years each economy's "
        "six largest suppliers and customers per product (98.7 % of value in 2022)",
        columns={
            "year": "calendar year",
            "exporter": "exporting economy",
            "importer": "importing economy",
            "product": "HS2017 code",
            "value": "million USD, reconciled from both records by the publisher",
            "quantity": "tonnes; null where not reported; 2024 only",
            "coverage": "full: all flows of the year; top: larger flows only",
        },
        steps=(
            f"read from a public copy ({_COPY}); rows of 2022 and 2024 from its full tables, "
            "other years from its cut to larger flows",
            "thousand USD divided by 1000",
            "code 490 (Other Asia, n.e.s.) named TWN by the preparer",
        ),
        faults=(
            "2024 is provisional",
            "Taiwan stands for code 490 and may hold other flows, above all those of SAU",
            "transit shows as origin: half of the EU's cobalt oxides of 2022 are recorded from NAM",
            "811292 holds gallium, germanium, hafnium, indium, niobium and rhenium together",
            "years marked top leave out small flows: shares are slightly too high, by product up "
            "to 5 % of value",
        ),
    )
    order = ["year", "exporter", "importer", "product"]
    return record, frame.sort("year", "product", "exporter", "importer").select(
        *order, "value", "quantity", "coverage"
    )


def _chip_exports(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    source = pl.read_parquet(folder / "taiwan_customs_ic_exports_2013_2025.parquet")
    frame = (
        source.sort("year", "importer", "ccc_code")
        .group_by("year", "importer", maintain_order=True)
        .agg((pl.col("value_kusd").sum() / 1000).round(3).alias("value"))
        .with_columns(
            pl.col("importer").replace({"X" * 3: "ZZZ"}),
            pl.lit("TWN").alias("exporter"),
            pl.lit("8542").alias("product"),
            pl.when(pl.col("year") == 2025)
            .then(pl.lit("part of the year"))
            .otherwise(pl.lit("full"))
            .alias("coverage"),
        )
        .select("year", "exporter", "importer", "product", "value", "coverage")
        .sort("year", "importer")
    )
    record = DatasetRecord(
        key="taiwan_ic_exports",
        title="Taiwan's exports of integrated circuits by first destination",
        publisher="Customs Administration, Ministry of Finance, Taiwan",
        edition="annual customs statistics, exports including re-exports",
        years=tuple(range(2013, 2026)),
        unit="million USD, FOB",
        kind=Kind.MEASURED,
        licence="Open Government Data License 1.0 (Taiwan), as far as known; not confirmed at "
        "the source",
        attribution="Customs Administration, Ministry of Finance, Taiwan; aggregated by the "
        "Isthmus developers",
        redistribution="allowed",
        address="https://portal.sw.nat.gov.tw",
        coverage="HS heading 8542, up to 199 destinations",
        columns={
            "year": "calendar year",
            "exporter": "TWN",
            "importer": "first destination; ZZZ not specified",
            "product": "HS heading",
            "value": "million USD",
            "coverage": "full, or part of the year (2025)",
        },
        steps=(
            "read from a public copy (github.com/a0013333j-png/data-visualization-labs, commit "
            "5dff2863)",
            "11-digit codes added up to the heading, thousand USD divided by 1000, rounded to "
            "1,000 USD",
        ),
        faults=(
            "first destination, not country of use: a lower bound of what an economy receives "
            "from Taiwan; importers record two to three times as much",
            "2025 is part of a year",
        ),
    )
    return record, frame


def _mirror(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    monthly = pl.read_parquet(folder / "comtrade_semiconductor_monthly_2017_2019.parquet")
    chips = monthly.filter(
        (pl.col("product") == "8542")
        & (pl.col("exporter") == "TWN")
        & (pl.col("reported_by") == "importer")
    )
    reported = (
        chips.sort("year", "importer", "month")
        .group_by("year", "importer", maintain_order=True)
        .agg(pl.col("value_kusd").sum(), pl.col("month").n_unique().alias("months"))
        .filter(pl.col("months") == 12)
    )
    customs = (
        pl.read_parquet(folder / "taiwan_customs_ic_exports_2013_2025.parquet")
        .sort("year", "importer", "ccc_code")
        .group_by("year", "importer", maintain_order=True)
        .agg(pl.col("value_kusd").sum().alias("recorded"))
    )
    frame = (
        reported.join(customs, on=["year", "importer"])
        .select(
            "year",
            pl.lit("TWN").alias("exporter"),
            "importer",
            pl.lit("8542").alias("product"),
            (pl.col("value_kusd") / pl.col("recorded")).round(2).alias("ratio"),
        )
        .sort("year", "importer")
    )
    record = DatasetRecord(
        key="chip_mirror",
        title="Importers' records of chips from Taiwan over Taiwan's own record",
        publisher="The Isthmus developers",
        edition="own calculation",
        years=(2017, 2018, 2019),
        unit="1",
        kind=Kind.ESTIMATED,
        licence="Apache-2.0 (own ratios; no rows of the sources are passed on)",
        attribution="Calculated from UN Comtrade monthly imports and Taiwan customs exports",
        redistribution="allowed",
        address="https://comtradeplus.un.org",
        coverage="importers whose monthly record of 8542 from Taiwan has all twelve months",
        columns={
            "year": "calendar year",
            "exporter": "TWN",
            "importer": "reporting importer",
            "product": "HS heading",
            "ratio": "importer's record (CIF, by origin) over Taiwan's record (FOB, by first "
            "destination)",
        },
        steps=(
            "monthly import records added up where all twelve months are there",
            "divided by Taiwan customs' record of the same year and destination, two decimals",
        ),
        faults=(
            "few importers and years; no ratio may be carried over to others in silence",
            "CIF against FOB adds a few percent",
        ),
    )
    return record, frame
