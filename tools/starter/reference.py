"""Texts of products and industries, and the keys that join the classifications."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import OWN, OWN_CREDIT, Built, csv

from isthmus.evidence import DatasetRecord, Kind

_PACKAGE = "R package concordance 2.1.0, github.com/insongkim/concordance, commit 201c812e"
_MIT = "MIT (R package concordance 2.1.0, which passes on the short texts and tables of UNSD/WITS)"


def build(shared: Path) -> Built:
    """Return texts and concordances of products."""
    folder = shared / "reference"
    return [_texts(folder), _editions(folder), _to_industry(folder)]


def _texts(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    frame = (
        pl.read_parquet(folder / "hs_descriptions.parquet")
        .select(
            pl.col("hs_edition").alias("classification"),
            pl.col("code").alias("product"),
            pl.col("description").alias("text"),
        )
        .sort("classification", "product")
    )
    record = DatasetRecord(
        key="hs_texts",
        title="Short texts of the Harmonized System, 1992 to 2022",
        publisher="United Nations Statistics Division",
        edition="HS1992, HS1996, HS2002, HS2007, HS2012, HS2017 and HS2022",
        unit="text",
        kind=Kind.MEASURED,
        licence=_MIT,
        attribution="UN Statistics Division; R package concordance (Liao, Kim, Miyano, Zhang)",
        redistribution="allowed",
        address="https://github.com/insongkim/concordance",
        coverage="chapters, headings and subheadings of seven editions",
        columns={
            "classification": "edition",
            "product": "code of 2, 4 or 6 digits",
            "text": "short text",
        },
        steps=(f"taken from {_PACKAGE}",),
        faults=(
            "short texts of a statistical office, not the legal text of the nomenclature",
            "the terms of the underlying texts are not stated beside the package's licence",
        ),
    )
    return record, frame


def _editions(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    frame = (
        pl.read_parquet(folder / "hs_edition_concordance.parquet")
        .select(
            pl.col("from_edition").alias("source"),
            pl.col("to_edition").alias("target"),
            pl.col("from_code").alias("source_code"),
            pl.col("to_code").alias("target_code"),
        )
        .sort("source", "target", "source_code", "target_code")
    )
    record = DatasetRecord(
        key="hs_concordance",
        title="Links between editions of the Harmonized System",
        publisher="United Nations Statistics Division",
        edition="HS2022 to HS2017, 2012, 2007, 1992; HS2017 to HS2012, 2007, 2002, 1996, 1992; "
        "HS2012 to HS2007, 1992; HS2007 to HS1992",
        unit="link",
        kind=Kind.MEASURED,
        licence=_MIT,
        attribution="UN Statistics Division; R package concordance (Liao, Kim, Miyano, Zhang)",
        redistribution="allowed",
        address="https://github.com/insongkim/concordance",
        coverage="six digits",
        columns={
            "source": "later edition",
            "target": "earlier edition",
            "source_code": "code in the later edition",
            "target_code": "code in the earlier edition",
        },
        steps=(f"taken from {_PACKAGE}",),
        faults=(
            "one earlier code per later code: a code merged from several earlier ones shows only "
            "one of them; codes of the earlier edition may be missing for this reason",
            "no weights",
        ),
    )
    return record, frame


def _to_industry(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    source = pl.read_parquet(folder / "hs2017_to_icio_wiod.parquet")
    columns = {
        "ICIO2025": "icio25_industry",
        "WIOD2016": "wiod2016_industry",
        "WIOD2013": "wiod13_industry",
    }
    frame = pl.concat(
        source.select(
            pl.lit(name).alias("classification"),
            pl.col("hs2017").alias("product"),
            pl.col(column).alias("industry"),
            "weight",
        )
        for name, column in columns.items()
    )
    frame = (
        frame.group_by("classification", "product", "industry")
        .agg(pl.col("weight").sort().sum())
        .with_columns(
            (pl.col("weight") / pl.col("weight").sum().over("classification", "product")).round(12)
        )
        .sort("classification", "product", "industry", nulls_last=True)
    )
    record = DatasetRecord(
        key="hs_to_industry",
        title="Products of HS2017 to industries of the input-output tables",
        publisher="The Isthmus developers",
        edition="own derivation",
        unit="1",
        kind=Kind.ESTIMATED,
        licence="Apache-2.0 (own derivation from tables under MIT and in the public domain)",
        attribution="Derived from tables of US Census, UNSD and WITS in R package concordance",
        redistribution="allowed",
        address="https://github.com/insongkim/concordance",
        coverage="5,387 codes of HS2017 (all but 999999)",
        columns={
            "classification": "ICIO2025, WIOD2016 or WIOD2013",
            "product": "HS2017 code",
            "industry": "industry code; null for scrap, electricity, film and art",
            "weight": "part of the product that belongs to the industry",
        },
        steps=(
            "intersection of two published routes (over NAICS and over ISIC Rev. 3) to ISIC Rev. 4",
            "51 headings of chapters 84, 85, 87 and 90 by rule where the routes clash",
            "49 codes of scrap, art and film by a residual rule",
            "weights, six decimals at the source, scaled to sum to one",
        ),
        faults=(
            "weights count classes of industries, they are not shares of trade",
            "some products go to several industries; they are kept apart, not collapsed",
        ),
    )
    return record, frame


def build_items(shared: Path) -> Built:
    """Return the high-priority items and the map from critical materials to products."""
    return [_high_priority(shared / "reference")]


def _high_priority(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = csv(folder / "common_high_priority_items_hs2022.csv")
    later = pl.read_parquet(folder / "hs_edition_concordance.parquet").filter(
        (pl.col("from_edition") == "HS2022") & (pl.col("to_edition") == "HS2017")
    )
    texts = (
        pl.read_parquet(folder / "hs_descriptions.parquet")
        .filter((pl.col("hs_edition") == "HS2022") & (pl.col("level") == 6))
        .select(pl.col("code").alias("product"), pl.col("description").alias("text"))
    )
    frame = (
        listed.select(pl.col("hs2022").alias("product"), "tier")
        .join(texts, on="product", how="left")
        .join(
            later.select(
                pl.col("from_code").alias("product"), pl.col("to_code").alias("product_hs2017")
            ),
            on="product",
            how="left",
        )
        .select("product", "tier", "product_hs2017", "text")
        .sort("tier", "product")
    )
    record = DatasetRecord(
        key="high_priority_items",
        title="Common high priority items",
        publisher="European Commission, with the United States, the United Kingdom and Japan",
        edition="February 2024",
        years=(2024,),
        unit="list",
        kind=Kind.MEASURED,
        licence="Reuse allowed with credit (Commission Decision 2011/833/EU, CC BY 4.0)",
        attribution="European Commission, List of Common High Priority Items",
        redistribution="allowed",
        address="https://finance.ec.europa.eu/eu-and-world/sanctions-restrictive-measures_en",
        coverage="50 codes of HS2022 in tiers 1 to 4B",
        columns={
            "product": "HS2022 code",
            "tier": "tier of the list",
            "product_hs2017": "code in HS2017, one per item, as the edition key gives it",
            "text": "short text of HS2022",
        },
        steps=("codes typed from the public list", "all 50 codes found in HS2022"),
        faults=(
            "a list without trade shares: trade in these codes is not part of the starter world",
            "six digits hold more than the items that are meant; check the current edition",
        ),
    )
    return record, frame


def build_industries(shared: Path) -> Built:
    """Return the texts of all industries as one table."""
    from tools.starter.code_lists import industry_frame

    record = DatasetRecord(
        key="industry_texts",
        title="Industries of the input-output tables and their common groups",
        publisher="OECD and the World Input-Output Database; groups by the Isthmus developers",
        edition="ICIO 2025; WIOD 2013 and 2016",
        unit="text",
        kind=Kind.MEASURED,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        coverage="ICIO2025, WIOD2013, WIOD2016, WIOD2016_50, COMMON14",
        columns={
            "classification": "classification",
            "code": "code of the industry",
            "name": "text",
            "group": "common group",
        },
        steps=("groups assigned by hand",),
        faults=("classes of ISIC Rev. 3 (WIOD2013) fit the groups only nearly",),
    )
    return [(record, industry_frame(shared))]
