"""Customs figures beside a balanced table: the same goods trade as each side records it."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.codes import parse_parties
from isthmus.dependence.ledger import Ledger
from isthmus.evidence import Kind, Table
from isthmus.evidence.frames import MONEY, attribute, dimension, number, table
from isthmus.world import World

FIGURES, RATES = "customs_figures", "exchange_rates"
WITH_HONG_KONG = {"CHN": ("CHN", "CHN+HKG"), "CHN+HKG": ("CHN+HKG",)}
"""Partners of the figures that answer for a party: China's are shown with Hong Kong too."""

_MILLIONS = {"million": 1.0, "billion": 1000.0}
_SCHEMA = {
    "record": pl.String,
    "reporter": pl.String,
    "partner": pl.String,
    "year": pl.Int64,
    "value": pl.Float64,
    "share": pl.Float64,
    "valuation": pl.String,
    "hong_kong": pl.String,
    "kind": pl.String,
    "definition": pl.String,
}


def customs_records(
    world: World, ledger: Ledger, exporter: str, bought: NDArray[np.float64]
) -> Table | None:
    """Return what offices record of a party's purchases from one exporter, beside the table.

    Parameters
    ----------
    world : World
        The data.
    ledger : Ledger
        Trade of the importer by industry, all industries.
    exporter : str
        Code of the supplier.
    bought : array, shape (T, K)
        Purchases from it by year and industry, million USD.

    Returns
    -------
    Table or None
        One row per record and year, and the newest figures of later years; None where the data
        are not by industry, or hold no customs figure of this pair.
    """
    if ledger.level != "industry" or not ledger.whole or FIGURES not in world:
        return None
    figures = _figures(world, ledger.party.code, exporter, ledger.years)
    if not figures:
        return None
    goods = ledger.scopes["goods"]
    sellers = np.isin(ledger.economies, parse_parties(exporter, on=ledger.years[-1])[1])
    sold = ledger.world_exports[:, sellers][:, :, goods].sum(axis=(1, 2))
    own = [
        {
            "record": "balanced",
            "reporter": "",
            "partner": exporter,
            "year": year,
            "value": float(bought[t, goods].sum()),
            "share": float(bought[t, goods].sum() / sold[t]) if sold[t] else None,
            "valuation": "basic prices",
            "hong_kong": "apart" if "CHN" in {exporter, ledger.party.code} else "",
            "kind": Kind.ESTIMATED.value,
            "definition": f"{ledger.dataset}: both sides reconciled by the publisher",
        }
        for t, year in enumerate(ledger.years)
    ]
    frame = pl.DataFrame([*own, *figures], schema=_SCHEMA).sort(
        "year", pl.col("value").fill_null(float("inf")), "record", "definition"
    )
    columns = [
        dimension("record", "whose record it is"),
        dimension("reporter"),
        dimension("partner"),
        dimension("year"),
        number("value", MONEY, "goods bought by the importer from the exporter"),
        number("share", "share", "share in the exporter's goods exports or importer's imports"),
        attribute("valuation", "CIF with freight and insurance, FOB without"),
        attribute("hong_kong", "whether Hong Kong is inside the figure of China"),
        attribute("kind"),
        attribute("definition", "source, and what the figure leaves out"),
    ]
    return table(
        "records",
        frame,
        columns,
        kind=Kind.ESTIMATED,
        datasets=[ledger.dataset, FIGURES, RATES],
        text=f"goods of {exporter} bought by {ledger.party.code}, record by record",
        notes=_ranges(frame),
    )


def _figures(
    world: World, importer: str, exporter: str, years: tuple[int, ...]
) -> list[dict[str, object]]:
    frame = world.table(FIGURES).filter(
        (pl.col("product") == "goods") & pl.col("period").str.contains(r"^\d{4}$")
    )
    importers = WITH_HONG_KONG.get(importer, (importer,))
    exporters = WITH_HONG_KONG.get(exporter, (exporter,))
    bought = (
        pl.col("reporter").is_in(importers)
        & pl.col("partner").is_in(exporters)
        & (pl.col("flow") == "import")
    )
    sold = (
        pl.col("reporter").is_in(exporters)
        & pl.col("partner").is_in(importers)
        & (pl.col("flow") == "export")
    )
    found = frame.filter(bought | sold).with_columns(year=pl.col("period").cast(pl.Int64))
    newest = found["year"].max()
    found = found.filter(pl.col("year").is_in([*years, newest]))
    rates = {(c, int(y)): float(r) for c, y, r in world.table(RATES).rows()}
    whole = frame.filter(partner="WLD", unit="billion", months=12)
    totals = {
        tuple(key): float(value)
        for *key, value in whole.select("reporter", "flow", "period", "currency", "value").rows()
    }
    return [_row(row, rates, totals) for row in found.iter_rows(named=True)]


def _row(
    row: dict[str, object],
    rates: dict[tuple[str, int], float],
    totals: dict[tuple[object, ...], float],
) -> dict[str, object]:
    """Return one figure in million USD, or as a share, with what was done to it."""
    said = [str(row[name]) for name in ("source", "note") if row[name]]
    scale = _MILLIONS.get(str(row["unit"]))
    amount, year = float(str(row["value"])), int(str(row["year"]))
    kind, value, share = Kind.MEASURED, None, None
    if scale is None:
        share = amount / 100.0
    elif row["currency"] == "USD":
        value = amount * scale
    elif (rate := rates.get((str(row["currency"]), year))) is not None:
        value = amount * scale * rate
        kind = Kind.ESTIMATED
        said.append(f"turned into USD at {rate:g} USD per {row['currency']}, an assumed mean")
    else:
        said.append(f"{amount:g} {row['unit']} {row['currency']}: no rate at hand")
    total = totals.get((row["reporter"], row["flow"], row["period"], row["currency"]))
    if total and scale and row["months"] == 12:
        share = amount * scale / _MILLIONS["billion"] / total
    if row["months"] != 12 and value is not None:
        value *= 12 / int(str(row["months"]))
        kind = Kind.ESTIMATED
        said.append(f"scaled from {row['months']} months to a year")
    kept = ("record", "reporter", "partner", "year", "valuation", "hong_kong")
    definition = "; ".join(said)
    return {
        **{name: row[name] if row[name] is not None else "" for name in kept},
        "value": value,
        "share": share,
        "kind": kind.value,
        "definition": definition,
    }


def _ranges(frame: pl.DataFrame) -> tuple[str, ...]:
    """Return the span of the records of each year, in words."""
    notes = []
    for year in frame["year"].unique().sort():
        rows = frame.filter((pl.col("year") == year) & pl.col("value").is_not_null())
        if rows["record"].n_unique() < 2:
            continue
        listed = ", ".join(
            f"{value / 1000:.0f} {record}"
            for record, value in rows.select("record", "value").iter_rows()
        )
        notes.append(f"{year}: {listed}, billion USD; use the span as the range")
    return (
        *notes,
        "importers record by origin with freight and insurance, exporters by first destination "
        "without them; a balanced cell is the publisher's estimate between the two",
    )
