"""Customs figures beside a balanced table: the same goods trade as each side records it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from isthmus.codes.roles import hubs_of
from isthmus.dependence.ledger import Ledger
from isthmus.dependence.parties import member_mask
from isthmus.dependence.trade import FLOWS_KEY
from isthmus.evidence import Kind, Table
from isthmus.evidence.frames import MONEY, attribute, dimension, dimensions, number, table
from isthmus.kernels.concentration import ratio
from isthmus.world import World

FIGURES, RATES = "customs_figures", "exchange_rates"
BALANCED, EXPORTER, IMPORTER = "balanced", "exporter", "importer"
WHOLE = ("WLD", "extra-EU")
"""Partners that stand for all of an office's goods trade with the outside."""
ALONE = (
    "no customs figure of this pair is at hand: flows are those of the balanced table alone, "
    "without a second record"
)

Rates = Mapping[tuple[str, int], float]
"""USD for one unit, by currency and year."""

_MILLIONS = {"million": 1.0, "billion": 1000.0}
_COLUMNS = (
    *dimensions("importer", "exporter"),
    dimension("record", "whose record it is: balanced by the publisher, or of which office"),
    dimension("reporter", "whose office"),
    dimension("partner", "partner as the office groups it"),
    dimension("year"),
    attribute("age", "years before the newest record of the pair"),
    number("value", MONEY, "goods bought by the importer from the exporter"),
    number("share_of_imports", "share", "in the importer's goods imports from outside"),
    number("share_of_exports", "share", "in the exporter's goods exports to outside"),
    attribute("valuation", "CIF with freight and insurance, FOB without"),
    attribute("hong_kong", "whether Hong Kong is inside the figure of China"),
    attribute("kind"),
    attribute("definition", "source, and what the figure leaves out"),
)
_SCHEMA = {c.name: pl.Float64 if c.role == "value" else pl.String for c in _COLUMNS} | {
    "year": pl.Int64,
    "age": pl.Int64,
}


def customs_records(world: World, pairs: Sequence[tuple[Ledger, Ledger]]) -> Table | None:
    """Return what offices record of goods between parties, beside the balanced table.

    Parameters
    ----------
    world : World
        The data.
    pairs : sequence of (Ledger, Ledger)
        Buyer and seller, all industries, the same years.

    Returns
    -------
    Table or None
        One row per pair, record and year, with the newest figures of later years; None where the
        data are not by industry, or hold no customs figure of any pair.
    """
    held = [(b, s) for b, s in pairs if _whole(b) and _at_hand(world, b, s).height]
    if not held:
        return None
    rows = [
        row
        for buyer, seller in held
        for row in (*_balanced(buyer, seller), *_customs(world, buyer, seller))
    ]
    frame = pl.DataFrame(rows, schema=_SCHEMA)
    newest = pl.col("year").max().over("importer", "exporter")
    frame = frame.with_columns(age=newest - pl.col("year")).sort(
        "importer",
        "exporter",
        "year",
        pl.col("value").fill_null(float("inf")),
        "record",
        "definition",
    )
    return table(
        "records",
        frame,
        _COLUMNS,
        kind=Kind.ESTIMATED,
        datasets=[held[0][0].dataset, FIGURES, RATES],
        text="goods trade of the parties, record by record",
        notes=_ranges(frame),
    )


def with_records(
    world: World, tables: Mapping[str, Table], pairs: Sequence[tuple[Ledger, Ledger]]
) -> dict[str, Table]:
    """Return tables of bilateral flows with what offices record, or a note that none is held."""
    if beside := customs_records(world, pairs):
        return {**tables, "records": beside}
    alone = (ALONE,) if _whole(pairs[0][0]) else ()
    return {k: replace(t, notes=(*alone, *t.notes)) for k, t in tables.items()}


def _whole(ledger: Ledger) -> bool:
    return ledger.level == "industry" and ledger.whole and ledger.dataset == FLOWS_KEY


def _balanced(buyer: Ledger, seller: Ledger) -> Iterator[dict[str, object]]:
    goods = buyer.scopes["goods"]
    inside = member_mask(seller.party, buyer.economies)
    value = buyer.imports[:, inside][..., goods].sum(axis=(1, 2))
    bought = ratio(value, buyer.external_imports[..., goods].sum(axis=(1, 2)))
    sold = ratio(value, seller.external_exports[..., goods].sum(axis=(1, 2)))
    codes = {buyer.party.code, seller.party.code}
    for t, year in enumerate(buyer.years):
        yield {
            "importer": buyer.party.code,
            "exporter": seller.party.code,
            "record": BALANCED,
            "reporter": "",
            "partner": seller.party.code,
            "year": year,
            "value": float(value[t]),
            "share_of_imports": float(bought[t]),
            "share_of_exports": float(sold[t]),
            "valuation": "basic prices",
            "hong_kong": "apart" if any(map(hubs_of, codes)) else "",
            "kind": Kind.ESTIMATED.value,
            "definition": f"{buyer.dataset}: both sides reconciled by the publisher",
        }


def _names(party: str) -> tuple[str, ...]:
    """Return the partners of the figures that answer for a party: China's with Hong Kong too."""
    return (party, *(f"{party}+{hub}" for hub in hubs_of(party)))


def _at_hand(world: World, buyer: Ledger, seller: Ledger) -> pl.DataFrame:
    """Return the figures of whole years of goods that one party bought from the other."""
    if FIGURES not in world:
        return pl.DataFrame()
    sides = {"import": (buyer, seller), "export": (seller, buyer)}
    either = [
        (pl.col("flow") == flow)
        & pl.col("reporter").is_in(_names(reporter.party.code))
        & pl.col("partner").is_in(_names(partner.party.code))
        for flow, (reporter, partner) in sides.items()
    ]
    whole = (pl.col("product") == "goods") & pl.col("period").str.contains(r"^\d{4}$")
    found = world.table(FIGURES).filter(whole & pl.any_horizontal(either))
    return found.with_columns(year=pl.col("period").cast(pl.Int64))


def _customs(world: World, buyer: Ledger, seller: Ledger) -> Iterator[dict[str, object]]:
    found = _at_hand(world, buyer, seller)
    wanted = [*buyer.years, found["year"].max()]
    rates = {(c, int(y)): float(r) for c, y, r in world.table(RATES).rows()}
    whole = world.table(FIGURES).filter(
        pl.col("partner").is_in(WHOLE) & (pl.col("unit") == "billion") & (pl.col("months") == 12)
    )
    totals = {
        (reporter, flow, period): (float(value), str(currency))
        for reporter, flow, period, value, currency in whole.select(
            "reporter", "flow", "period", "value", "currency"
        ).rows()
    }
    for row in found.filter(pl.col("year").is_in(wanted)).iter_rows(named=True):
        total = totals.get((row["reporter"], row["flow"], row["period"]))
        parties = {"importer": buyer.party.code, "exporter": seller.party.code}
        yield parties | _row(row, total, rates)


def _row(
    row: Mapping[str, Any], total: tuple[float, str] | None, rates: Rates
) -> dict[str, object]:
    """Return one figure in million USD and as a share, with what was done to it.

    Parameters
    ----------
    row : mapping
        The figure.
    total : tuple of (float, str), optional
        All that the office records of this flow in the year, billions of a currency.
    rates : mapping
        USD per unit of a currency and year.
    """
    said = [str(row[name]) for name in ("source", "note") if row[name]]
    scale = _MILLIONS.get(row["unit"])
    months = row["months"]
    value = share = None
    kind = Kind.MEASURED
    if scale is not None:
        billions = row["value"] * scale / _MILLIONS["billion"]
        value, kind = _in_usd(billions, row, row["currency"], rates, said)
        if total and months == 12 and row["currency"] == total[1]:
            share = billions / total[0]
    else:
        share = row["value"] / 100.0
        if total:
            said.append(f"value: the share of {total[0]:g} billion {total[1]} in all")
            value, _ = _in_usd(share * total[0], row, total[1], rates, said)
            kind = Kind.ESTIMATED
    if months != 12 and value is not None:
        value *= 12 / months
        kind = Kind.ESTIMATED
        said.append(f"scaled from {months} months to a year")
    kept = ("record", "reporter", "partner", "year", "valuation", "hong_kong")
    of = "share_of_imports" if row["flow"] == "import" else "share_of_exports"
    return {
        **{name: row[name] if row[name] is not None else "" for name in kept},
        "value": value,
        of: share,
        "kind": kind.value,
        "definition": "; ".join(said),
    }


def _in_usd(
    billions: float, row: Mapping[str, Any], currency: str, rates: Rates, said: list[str]
) -> tuple[float | None, Kind]:
    """Return an amount in million USD and its kind; None where no rate is at hand."""
    if currency == "USD":
        return billions * _MILLIONS["billion"], Kind.MEASURED
    rate = rates.get((currency, row["year"]))
    if rate is None:
        said.append(f"{billions:g} billion {currency}: no rate at hand")
        return None, Kind.MEASURED
    said.append(f"turned into USD at {rate:g} USD per {currency}, the mean of the year")
    return billions * _MILLIONS["billion"] * rate, Kind.ESTIMATED


def _ranges(frame: pl.DataFrame) -> tuple[str, ...]:
    """Return the span of the records of each pair and year, in words."""
    notes = []
    pairs = frame.select("importer", "exporter").unique(maintain_order=True).rows()
    for (importer, exporter), year in (
        (pair, year) for pair in pairs for year in frame["year"].unique().sort()
    ):
        rows = frame.filter(importer=importer, exporter=exporter, year=year).drop_nulls("value")
        if rows["record"].n_unique() < 2:
            continue
        listed = ", ".join(
            f"{value / 1000:.0f} {record}"
            for record, value in rows.select("record", "value").iter_rows()
        )
        pair = f"{importer} from {exporter}, " if len(pairs) > 1 else ""
        notes.append(f"{pair}{year}: {listed}, billion USD; use the span as the range")
    return (
        *notes,
        "importers record by origin with freight and insurance, exporters by first destination "
        "without them; a balanced cell is the publisher's estimate between the two",
    )
