"""Raw materials: world production, product codes, shares in EU imports."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import OWN, Built, csv

from isthmus.evidence import DatasetRecord, Kind

MATERIAL_CODES = """
antimony    811010 exact    unwrought metal and powder; ores and oxides are other codes
arsenic     280480 exact    element
baryte      251110 exact    natural barium sulphate
bauxite     260600 dominant all aluminium ores
beryllium   811212 exact    unwrought metal and powder
boron       252800 proxy    natural borates and boric acid: the mineral, not the element
cobalt      282200 proxy    oxides and hydroxides; metal, mattes and ores are other codes
coking coal 270112 proxy    all bituminous coal, also for power stations
copper      740311 exact    refined cathodes
feldspar    252910 exact    mineral
fluorspar   252922 dominant acid grade
gallium     811292 bundle   shared with germanium, hafnium, indium, niobium, rhenium
germanium   811292 bundle   shared with gallium, hafnium, indium, niobium, rhenium
graphite    250490 proxy    natural, not in powder or flakes; the battery form is 250410
hafnium     811292 bundle   shared with gallium, germanium and others; 811231 in HS2022
helium      280429 proxy    all rare gases but argon
lithium     283691 proxy    carbonate; hydroxide and ores are other codes
magnesium   810411 exact    unwrought, 99.8 % or more
magnets     850511 proxy    permanent magnets of metal, with and without rare earths
manganese   260200 dominant ores
nickel      750210 exact    unwrought, not alloyed
niobium     720293 dominant ferro-niobium, the main traded form
palladium   711021 exact    unwrought and powder
phosphate   251010 dominant unground rock
phosphorus  280470 exact    element
platinum    711011 exact    unwrought and powder
silicon     280469 dominant metallurgical grade; electronic and solar grade is 280461
strontium   283692 proxy    carbonate
tantalum    810320 exact    unwrought and powder
titanium    810820 exact    unwrought, sponge and powder
tungsten    810194 dominant unwrought; powder, oxides and ores are other codes
vanadium    720292 dominant ferro-vanadium, the main traded form
"""
"""Which six-digit code stands for which material, in our own words."""


def build(shared: Path) -> Built:
    """Return production, product codes and EU import shares."""
    return [
        _production(shared / "strategic"),
        _codes(),
        _eu_suppliers(shared / "reference"),
    ]


def _production(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    numbers = {"production": pl.Float64, "share_of_world": pl.Float64, "year": pl.Int16}
    listed = csv(folder / "usgs_mcs2026_production.csv", **numbers)
    frame = listed.select(
        pl.col("mineral").str.replace_all(" ", "_").alias("material"),
        "form",
        "year",
        pl.when(pl.col("country_label").str.starts_with("World total"))
        .then(pl.lit("WLD"))
        .when(pl.col("country_label") == "Other countries")
        .then(pl.lit("OTH"))
        .otherwise(pl.col("iso3"))
        .alias("economy"),
        pl.col("production").alias("value"),
        "unit",
        pl.col("share_of_world").alias("share"),
        "flag",
        pl.col("reserves").str.replace_all(",", ""),
        "coverage",
        pl.when(pl.col("estimate") == "1")
        .then(pl.lit("estimated"))
        .otherwise(pl.lit("measured"))
        .alias("kind"),
    ).sort("material", "form", "year", "economy", nulls_last=True)
    record = DatasetRecord(
        key="raw_material_production",
        title="World production of raw materials",
        publisher="United States Geological Survey",
        edition="Mineral Commodity Summaries 2026",
        years=(2024, 2025),
        unit="by row",
        kind=Kind.ESTIMATED,
        licence="Public domain (United States federal government)",
        attribution="U.S. Geological Survey, Mineral Commodity Summaries 2026",
        redistribution="allowed",
        address="https://www.usgs.gov/centers/national-minerals-information-center",
        citation="U.S. Geological Survey (2026), Mineral Commodity Summaries 2026",
        coverage="23 groups of minerals by economy, 14 more with the world total and the three "
        "largest producers",
        columns={
            "material": "material",
            "form": "form, where the source gives several",
            "year": "year; 2025 is estimated",
            "economy": "producer; WLD world total, OTH other countries",
            "value": "production; null where withheld",
            "unit": "unit of value",
            "share": "share of the world total",
            "flag": "zero, withheld, gt (lower bound) or text",
            "reserves": "reserves as printed",
            "coverage": "full table, or world total and the three largest",
            "kind": "estimated where the source marks an estimate",
        },
        steps=("read from two public copies of the release, compared with each other",),
        faults=(
            "mine output for many materials, not refining",
            "no country figures for germanium",
            "country rows add up to the world total within 3 % (zinc 3.5 %)",
        ),
    )
    return record, frame


def _codes() -> tuple[DatasetRecord, pl.DataFrame]:
    rows = []
    for line in MATERIAL_CODES.strip().splitlines():
        name, rest = line[:11].strip(), line[11:].split(None, 2)
        rows.append((name.replace(" ", "_"), rest[0], rest[1], rest[2]))
    frame = pl.DataFrame(rows, schema=["material", "product", "fit", "note"], orient="row")
    record = DatasetRecord(
        key="critical_materials_hs",
        title="Critical materials and the products they are traded as",
        publisher="The Isthmus developers",
        edition="own compilation 2026, HS2017",
        unit="list",
        kind=Kind.ASSUMED,
        licence=OWN,
        attribution="The Isthmus developers",
        redistribution="allowed",
        coverage="32 materials, the codes for which trade is shipped",
        columns={
            "material": "material",
            "product": "HS2017 code",
            "fit": "exact, dominant, proxy or bundle (shared with other materials)",
            "note": "what the code holds and what it leaves out",
        },
        steps=("written by hand against the texts of HS2017",),
        faults=("a code is not a material: see fit and note before reading a share",),
    )
    return record, frame


def _eu_suppliers(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    frame = csv(folder / "eu_crm_2023_top_supplier.csv", world_share_pct=pl.Float64).select(
        "material",
        "stage",
        pl.col("iso3").alias("economy"),
        (pl.col("world_share_pct") / 100).round(4).alias("share"),
    )
    record = DatasetRecord(
        key="eu_crm_top_suppliers",
        title="Largest world supplier of each critical raw material",
        publisher="European Commission",
        edition="Study on the Critical Raw Materials for the EU 2023",
        years=(2023,),
        unit="fraction of world supply",
        kind=Kind.ESTIMATED,
        licence="Reuse allowed with credit (Commission Decision 2011/833/EU, CC BY 4.0)",
        attribution="European Commission, Study on the Critical Raw Materials for the EU 2023",
        redistribution="allowed",
        address="https://doi.org/10.2873/725585",
        coverage="31 materials",
        columns={
            "material": "material",
            "stage": "extraction or processing",
            "economy": "largest supplier",
            "share": "its share of world supply",
        },
        steps=("figures read from a public transcription of table A",),
        faults=("averages over several years before 2023",),
    )
    return record, frame
