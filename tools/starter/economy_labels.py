"""Labels under which other sources list economies: their codes, and former and common names."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import Built, csv

from isthmus.evidence import DatasetRecord, Kind

LISTED = Path(__file__).with_name("economy_labels.csv")
_BACI = "baci_country_codes_v202601.csv"


def build(shared: Path) -> Built:
    """Return every label with its scheme, the economy meant and a note."""
    listed = (
        csv(LISTED)
        .with_columns(pl.col("labels").str.split("|"))
        .explode("labels")
        .select("scheme", pl.col("labels").alias("label"), "economy", "note")
    )
    frame = (
        pl.concat([listed, _numbers(shared, listed)])
        .with_columns(pl.col("note").fill_null(""))
        .unique(["scheme", "label", "economy"], keep="first", maintain_order=True)
        .sort("scheme", "label", "economy")
    )
    record = DatasetRecord(
        key="economy_labels",
        title="Codes and names under which other sources list economies",
        publisher="The Isthmus developers",
        edition="BACI country codes of edition 202601 and own compilation",
        unit="label",
        kind=Kind.MEASURED,
        licence="Etalab Open Licence 2.0 (country codes of BACI); Apache-2.0 (own compilation "
        "of facts)",
        attribution="CEPII, BACI country codes; The Isthmus developers",
        redistribution="allowed",
        address="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        coverage="numbers of UN Comtrade and BACI, labels of Eurostat, OECD ICIO, WIOD, EXIOBASE "
        "and FIGARO, withdrawn codes of ISO 3166, codes of the World Bank, the World Trade "
        "Organization and the International Olympic Committee where they differ from ISO 3166, "
        "former and common English names",
        columns={
            "scheme": "who uses the label; name for names",
            "label": "code or name as that source writes it",
            "economy": "economy or aggregate meant; null where no single one continues it",
            "note": "what the label covers where that differs from the economy",
        },
        steps=(
            "country codes and names of BACI taken from a public copy "
            "(github.com/Varcolacus/critical-materials-atlas, commit 17b328d2)",
            "numbers that equal the ISO code of the same economy left out",
            "other labels compiled by hand from the sources' own lists",
        ),
        faults=(
            "BACI's number 490 is Other Asia, not elsewhere specified: Taiwan by convention",
            "a label may cover another territory than the economy it is read as; see the note",
            "names of territories are those found in tables and express no opinion",
        ),
    )
    return [(record, frame)]


def _numbers(shared: Path, listed: pl.DataFrame) -> pl.DataFrame:
    """Return BACI's numbers and names that the compiled list does not hold already."""
    baci = csv(shared / "reference" / _BACI).with_columns(
        pl.col("country_name").map_elements(_mended, return_dtype=pl.String)
    )
    known = set(listed.filter(pl.col("scheme") == "comtrade")["label"])
    iso = csv(shared / "strategic" / "countries.csv").select(
        pl.col("iso3").alias("iso3_used"), pl.col("iso_num").str.strip_chars_start("0")
    )
    own = baci.join(iso, on="iso3_used", how="left").filter(
        pl.col("country_code").ne_missing(pl.col("iso_num")) & ~pl.col("country_code").is_in(known)
    )
    numbers = own.select(
        pl.lit("comtrade").alias("scheme"),
        pl.col("country_code").alias("label"),
        pl.col("iso3_used").alias("economy"),
        pl.lit(None, pl.String).alias("note"),
    )
    current = baci.filter(~pl.col("country_name").str.contains(r"\(\.\.\.|, nes"))
    names = current.select(
        pl.lit("name").alias("scheme"),
        pl.col("country_name").alias("label"),
        pl.col("iso3_used").alias("economy"),
        pl.lit(None, pl.String).alias("note"),
    )
    both = pl.concat([numbers, names])
    return both.filter(pl.col("economy").str.contains(r"^[A-Z]{3}$") & (pl.col("economy") != "PUS"))


def _mended(name: str) -> str:
    """Return a name whose UTF-8 was read as Latin-1 in the copy as it was meant."""
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name
