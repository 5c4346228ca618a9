"""Arms orders, statements on defence output, drone exports, firm links, specialisation."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import Built, csv, own, resolve_idem

from isthmus.evidence import DatasetRecord, Kind

STATES = {
    "HIMARS, first 11": "delivered",
    "M1A2T tanks": "delivered in part",
    "PAC-3 MSE interceptors": "delivered in part",
    "Harpoon coastal defence (100 launchers, 400 missiles, 25 radars)": "delivered in part",
    "F-16C/D Block 70": "open",
}
"""States read from the words of the status; every other listed case is open."""

TOTALS = "BACKLOG|^Notifications since"
NO_ORDER = "^Special defence budget"
NOT_NOTIFIED = "NOT NOTIFIED: "
_HOW = {"general": "assumed", "not found": "assumed", "derived": "estimated"}

_SINGLE = pl.col("second_source").str.starts_with("none")


def build(shared: Path) -> Built:
    """Return the tables on defence supply."""
    folder = shared / "defence_production"
    return [
        _orders(folder),
        _backlog(folder),
        _output(folder),
        _drones(folder, shared / "strategic"),
        _links(folder),
        _specialisation(),
        _high_tech(shared / "eu_high_tech_imports"),
    ]


_CITED = {
    "same": "idem",
    "earlier research note (D13)": "one maker's statement",
    "earlier research note": "press, 2025-10",
    "chip tables in hand (EUV NLD 100 %)": "published tables of the chip chain",
}
"""Sources that do not stand alone, in words that do."""


def _facts(path: Path, **types: type[pl.DataType]) -> pl.DataFrame:
    """Read a table of facts; `evidence` says how each row was read, `source` where."""
    frame = resolve_idem(
        csv(path, **types).with_columns(pl.col("source").replace(_CITED)), "source"
    )
    checked = pl.col("checked_source")
    names = (pl.lit("; checked: ") + checked).fill_null("")
    own = checked.is_null() | (checked == "first pass") | (checked == pl.col("source"))
    return frame.with_columns(
        pl.col("checked").replace_strict(_HOW, default="estimated").alias("evidence"),
        (pl.col("source").str.strip_chars() + pl.when(own).then(pl.lit("")).otherwise(names)),
    )


def _orders(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = _facts(
        folder / "taiwan_us_arms_orders.csv",
        quantity=pl.Float64,
        value_m_usd=pl.Float64,
        months_notified_to_plan=pl.Float64,
    ).filter(~pl.col("item").str.contains(f"{TOTALS}|{NO_ORDER}"))
    waiting = pl.col("item").str.starts_with(NOT_NOTIFIED)
    frame = listed.select(
        pl.lit("TWN").alias("buyer"),
        pl.lit("USA").alias("supplier"),
        pl.col("item").str.strip_prefix(NOT_NOTIFIED),
        "category",
        pl.col("quantity"),
        pl.col("value_m_usd").alias("value"),
        "notified",
        pl.when(waiting)
        .then(pl.lit("not notified"))
        .otherwise(pl.col("item").replace_strict(STATES, default="open"))
        .alias("state"),
        "status",
        pl.col("status_date").alias("as_of"),
        pl.col("planned_complete").str.extract(r"(\d{4}(?:-\d{2})?)").alias("planned"),
        pl.col("months_notified_to_plan").alias("months"),
        "source",
        pl.col("evidence").alias("kind"),
    ).sort("notified", "item", nulls_last=True)
    record = own(
        key="arms_orders",
        kind=Kind.weakest(frame["kind"]),
        title="Arms orders: what was notified, what has come, what is planned",
        years=(2017, 2026),
        unit="million USD; pieces",
        coverage="Taiwan's notified orders in the United States, 2017 to 2025, as far as seen; "
        "no other buyer",
        columns={
            "buyer": "who ordered",
            "supplier": "where",
            "item": "what was ordered",
            "category": "traditional, asymmetric, munitions or support, as the tracker sorts",
            "quantity": "main pieces; null where none is stated",
            "value": "notified value, million USD, an upper estimate of the contract",
            "notified": "month of the notification; null where it is still to come",
            "state": "delivered, delivered in part, open or not notified, read from the status",
            "status": "the status in words",
            "as_of": "month of the status",
            "planned": "year or month in which all is to be delivered, where stated",
            "months": "from the notification to that month",
            "source": "publication",
            "kind": "estimated where a page was seen, assumed where none was",
        },
        steps=("totals of the backlog stand in arms_backlog", "states coded from the words"),
        faults=(
            "an order counts as open until it is complete",
            "notified values are ceilings, not contracts",
            "not every case since 2017 was found",
            "many rows were last seen at their notification: open is what is known, not what is",
            "the largest plan, December 2026 for 66 aircraft, is doubtful: none by March 2026",
        ),
    )
    return record, frame


def _backlog(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = _facts(
        folder / "taiwan_us_arms_orders.csv", quantity=pl.Float64, value_m_usd=pl.Float64
    ).filter(pl.col("item").str.contains(TOTALS))
    upper = pl.col("status").str.contains("upper estimate").fill_null(False)
    frame = listed.select(
        pl.lit("TWN").alias("buyer"),
        pl.lit("USA").alias("supplier"),
        pl.when(pl.col("item").str.starts_with("BACKLOG"))
        .then(pl.lit("backlog"))
        .otherwise(pl.lit("notified since 2010"))
        .alias("measure"),
        pl.col("notified").alias("month"),
        pl.col("value_m_usd").alias("value"),
        pl.col("quantity").alias("cases"),
        pl.when(upper).then(pl.lit("upper estimate")).otherwise(pl.lit("total")).alias("status"),
        pl.col("status").alias("note"),
        "source",
        pl.col("evidence").alias("kind"),
    ).sort("measure", "month")
    record = own(
        key="arms_backlog",
        title="Arms notified and not yet delivered: totals by month",
        years=(2023, 2025),
        unit="million USD",
        coverage="Taiwan's orders in the United States, five months from 2023 to 2025, and what "
        "was notified since 2010",
        columns={
            "buyer": "who ordered",
            "supplier": "where",
            "measure": "backlog, or notified since 2010",
            "month": "month of the total",
            "value": "million USD",
            "cases": "number of active cases; null where not stated",
            "status": "total, or upper estimate",
            "note": "what the source says beside it",
            "source": "publication",
            "kind": "estimated",
        },
        steps=("taken from sources as each row says",),
        faults=(
            "a case counts until it is complete",
            "the total after December 2025 supposes that nothing was completed since July",
        ),
    )
    return record, frame


def _output(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = _facts(folder / "capacity_and_output.csv", value=pl.Float64)
    frame = (
        listed.filter(~pl.col("item").str.contains("^complete drones exported"))
        .select(
            "producer",
            pl.col("economy").alias("place"),
            "item",
            "value",
            "unit",
            "period",
            pl.col("kind").alias("status"),
            "source",
            pl.col("evidence").alias("kind"),
        )
        .sort("item", "producer", "period", "source", nulls_last=True)
    )
    record = own(
        key="defence_output",
        kind=Kind.weakest(frame["kind"]),
        title="Statements on output, capacity and plans of defence production",
        years=(2022, 2030),
        unit="by row",
        coverage="shells, powder, explosives, interceptors and drones; Europe, the United States, "
        "Ukraine, Russia and Taiwan",
        columns={
            "producer": "economy, group or firm",
            "place": "ISO3, EUR (Europe) or WLD",
            "item": "what is made",
            "value": "number; null where none is published",
            "unit": "by row",
            "period": "period or day",
            "status": "output, capacity, plan, target, estimate and so on, in words",
            "source": "publication",
            "kind": "estimated where a page was seen, assumed where none was",
        },
        steps=("taken from sources as each row says",),
        faults=(
            "plans, capacity and targets are not output",
            "no page gives the shells made in the EU in 2025 or 2026",
            "officials and makers differ threefold on the capacity of mid 2024",
        ),
    )
    return record, frame


_TO = {"": "WLD", "Czechia": "CZE", "Poland": "POL", "the USA": "USA"}


def _drones(folder: Path, strategic: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    first = csv(strategic / "taiwan_drone_exports.csv", value_usd=pl.Float64).select(
        pl.col("partner_iso3").alias("importer"),
        "period",
        (pl.col("value_usd") / 1e6).round(3).alias("value"),
        "source",
        pl.lit("estimated").alias("kind"),
    )
    to = pl.col("item").str.extract(r"^complete drones exported(?: to (.*))?$").fill_null("")
    later = (
        _facts(folder / "capacity_and_output.csv", value=pl.Float64)
        .filter(pl.col("item").str.contains("^complete drones exported"))
        .select(
            to.replace_strict(_TO).alias("importer"),
            "period",
            "value",
            "source",
            pl.lit("estimated").alias("kind"),
        )
        .filter(pl.col("period") != "2025-H1")
    )
    frame = (
        pl.concat([first, later])
        .select(pl.lit("TWN").alias("exporter"), "importer", "period", "value", "source", "kind")
        .sort("period", "importer")
    )
    record = own(
        key="taiwan_drone_exports",
        title="Taiwan's exports of complete drones",
        years=(2024, 2026),
        unit="million USD",
        coverage="all destinations 2024, 2025 and the first quarter of 2026; the largest ones of "
        "the first half and the first ten months of 2025",
        columns={
            "exporter": "TWN",
            "importer": "destination; WLD all",
            "period": "year, or part of it",
            "value": "million USD",
            "source": "publication",
            "kind": "estimated",
        },
        faults=(
            "the first ten months of 2025 are official; the whole of 2025 and the first quarter of "
            "2026 come from one rewritten copy of an agency item",
        ),
    )
    return record, frame


def _links(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    listed = _facts(folder / "firm_links.csv")
    kept = pl.col("supplier_economy").is_not_null() & ~pl.col("relation").str.contains("as named")
    frame = (
        listed.filter(kept)
        .select(
            "supplier",
            "supplier_economy",
            "customer",
            "customer_economy",
            "product",
            "relation",
            pl.when(_SINGLE).then(pl.lit("none")).otherwise(pl.lit("named")).alias("second"),
            "second_source",
            "date",
            "source",
            pl.col("evidence").alias("kind"),
        )
        .sort("supplier", "product")
    )
    record = own(
        key="firm_links",
        kind=Kind.weakest(frame["kind"]),
        title="Who supplies whom in defence and chips, and whether a second source is named",
        years=(2023, 2026),
        unit="text",
        coverage="supply links of defence, drones and chips that were found",
        columns={
            "supplier": "firm",
            "supplier_economy": "where it stands",
            "customer": "firm or group of firms",
            "customer_economy": "where they stand: ISO3, EUR (Europe) or WLD",
            "product": "what is supplied",
            "relation": "how",
            "second": "none, or named: whether the row names another source",
            "second_source": "which",
            "date": "as of",
            "source": "publication",
            "kind": "estimated where a page was seen, assumed where none was",
        },
        steps=("firms that were only named as listed left out: no supply relation",),
        faults=(
            "links that were found, not a sample: too few for an index of systemic importance",
            "a second source is named, not measured: its size and time are not known",
        ),
    )
    return record, frame


def _specialisation() -> tuple[DatasetRecord, pl.DataFrame]:
    rows = [
        ("headings near defence", "one-sided headings", 52.0, 34.8, 0.90, 98.0, "count"),
        ("headings near defence", "first side only", 33.0, None, None, 98.0, "count"),
        ("headings near defence", "second side only", 19.0, None, None, 98.0, "count"),
        ("headings near defence", "Krugman distance", 0.644, 0.591, 0.64, 98.0, "index"),
        ("all goods", "Krugman distance", 0.627, 0.707, None, None, "index"),
    ]
    names = ("scope", "measure", "value", "mean_of_pairs", "pairs_below", "headings", "unit")
    given = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Float64) | _TEXTS, orient="row")
    frame = given.select(
        pl.lit("EU27_2020").alias("first"),
        pl.lit("TWN").alias("second"),
        pl.lit(2019, pl.Int16).alias("year"),
        *names,
    )
    record = own(
        key="specialisation_hs4",
        title="Who is specialised in what, at four digits: one pair beside the mean of pairs",
        edition="own calculation 2026",
        years=(2019,),
        unit="by row",
        coverage="EU (25 members as one) and Taiwan, 2019; 1,128 pairs of 48 large exporters",
        columns={
            "first": "first side",
            "second": "second side",
            "year": "of the exports",
            "scope": "98 headings near defence, or all goods",
            "measure": "headings in which exactly one side is specialised (revealed comparative "
            "advantage of 1 or more), or the Krugman distance of export structures",
            "value": "of this pair",
            "mean_of_pairs": "mean over the pairs; null where not worked out",
            "pairs_below": "share of pairs below; null where not worked out",
            "headings": "headings in the basket; null: all",
            "unit": "count or index",
        },
        steps=(
            "worked out from exports by heading (HS1992); derived figures only, because the terms "
            "of the exports do not let them be passed on",
        ),
        faults=(
            "exports only, one year, trade inside the EU inside",
            "the basket was chosen by hand before the figures were seen",
        ),
    )
    return record, frame


_TEXTS = {"scope": pl.String, "measure": pl.String, "unit": pl.String}


def _high_tech(folder: Path) -> tuple[DatasetRecord, pl.DataFrame]:
    numbers = ("value_bn_eur", "share_of_extra_eu_pct", "total_bn_eur")
    listed = csv(folder / "eu_high_tech_imports.csv", **dict.fromkeys(numbers, pl.Float64))
    frame = (
        listed.select(
            pl.lit("EU27_2020").alias("importer"),
            pl.col("partner_iso3").alias("exporter"),
            pl.col("year").cast(pl.Int16),
            pl.col("value_bn_eur").alias("value"),
            pl.col("total_bn_eur").alias("total"),
            "source",
        )
        .filter(pl.col("total").is_not_null())
        .sort("year", "exporter")
    )
    record = own(
        key="high_tech_imports",
        title="Imports of high-technology products by partner",
        publisher="Eurostat, as reported by the press",
        years=(2022, 2023, 2024),
        unit="billion EUR",
        licence="Reuse allowed with credit (Commission Decision 2011/833/EU, CC BY 4.0)",
        attribution="Eurostat",
        coverage="six partners of the EU, 2022 to 2024 as far as a total is known",
        columns={
            "importer": "EU27_2020",
            "exporter": "partner",
            "year": "calendar year",
            "value": "billion EUR, rounded by the source",
            "total": "from all partners outside, billion EUR",
            "source": "publication",
        },
        steps=("rows without a total left out",),
        faults=(
            "Eurostat's high-technology list (SITC Rev. 4), not the list of high-priority items",
            "read in press that quotes the office; rounded to billions",
        ),
    )
    return record, frame
