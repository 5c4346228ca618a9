"""Indicators over the years, and how unstable a list of dependent items is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.codes import PartySpec
from isthmus.dependence.citations import HIRSCHMAN
from isthmus.dependence.criteria import CRITERIA, Method, Thresholds
from isthmus.dependence.indicators import CITATIONS, check_methods, criteria_rule
from isthmus.dependence.items import Level, known_years
from isthmus.dependence.ledger import Ledger, read
from isthmus.dependence.measures import UNITS, ExportBase, ShareBase, indicators_of
from isthmus.dependence.profile import GOODS_ONLY, spec_of, supplier_rows
from isthmus.dependence.trade import answer, asked, table_of
from isthmus.evidence import IN_UNIT, Column, Result, Table
from isthmus.evidence.frames import MONEY, attribute, dimension, dimensions, grid, number
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Mask
from isthmus.kernels.concentration import held_in_window, ratio
from isthmus.world import World

CHANGES = (
    number("listed", "items", "items listed in this year"),
    number("listed_before", "items", "items listed in the year before in the table"),
    number("entered", "items", "listed now and not before"),
    number("left", "items", "listed before and not now"),
    number("changed_share", "share", "entered and left over all listed in either year"),
)


@lens(
    "dependence.time_series",
    {"importer": "DEU", "on": "CHN", "items": ["C26"]},
    {"importer": "DEU", "level": "product", "items": ["850511"]},
)
def time_series(
    world: World,
    importer: PartySpec,
    *,
    on: PartySpec | None = None,
    years: Sequence[int] | None = None,
    level: Level = "industry",
    items: Sequence[str] | None = None,
    exports: ExportBase = "total",
    share_base: ShareBase = "imports",
) -> Result:
    """Return the indicators of an importer by year, and the share of one supplier.

    Parameters
    ----------
    world : World
        The data.
    importer : str or Party
        Economy, or coalition as one buyer.
    on : str or Party, optional
        Supplier whose purchases and share are followed.
    years : sequence of int, optional
        All years when None.
    level, items, exports, share_base
        As in `indicators`.

    Returns
    -------
    Result
        ``series``: indicator by item and year with its change since the year before in the table.

    Raises
    ------
    CodeUnknown, DataMissing, BadInput
        As in `indicators`.
    """
    chosen = known_years(world, level, items) if years is None else years
    ledger = read(world, importer, level=level, years=chosen, items=items)
    values = indicators_of(ledger, exports=exports, share_base=share_base)
    code = None
    if on is not None:
        code, bought = supplier_rows(ledger, on)
        values["bought"] = bought
        values["share"] = ratio(bought, values["external_imports"])
        if ledger.use is not None:
            values["share_of_use"] = ratio(bought, ledger.use)
    units = {**UNITS, "bought": MONEY, "share": "share", "share_of_use": "share"}
    keys = sorted(values)
    stacked = np.stack([values[k] for k in keys])
    with np.errstate(invalid="ignore"):
        change = np.diff(stacked, axis=1, prepend=np.nan)
    frame = grid(
        {"indicator": keys, "year": ledger.years, level: ledger.items},
        {"value": stacked, "change": change},
    ).with_columns(
        pl.lit(code or "").alias("exporter"),
        pl.col("indicator").replace_strict(units).alias("unit"),
    )
    columns = [
        dimension("importer"),
        attribute("exporter", "supplier of bought, share and share_of_use; empty when none"),
        *dimensions(level, "year", "indicator"),
        number("value", IN_UNIT, "null where unbounded"),
        number("change", IN_UNIT, "since the year before in the table; null in the first"),
        attribute("unit"),
        attribute("kind"),
    ]
    text, notes = f"indicators of {ledger.party.code} by year", (*ledger.notes, GOODS_ONLY)
    series = table_of(ledger, "series", frame, columns, text, notes)
    given = {"importer": ledger.party.spec, "on": spec_of(ledger, on), **asked(ledger, items)}
    given |= {"exports": exports, "share_base": share_base}
    return answer(world, "time_series", {"series": series}, given, (HIRSCHMAN,))


@lens("dependence.churn", {"importer": "EU27_2020", "method": "geodep"})
def churn(
    world: World,
    importer: PartySpec,
    *,
    method: Method = "commission_2021",
    years: Sequence[int] | None = None,
    level: Level = "product",
    thresholds: Thresholds | None = None,
    exports: ExportBase = "total",
    share_base: ShareBase = "imports",
) -> Result:
    """Return which items meet a method's criteria each year, and how the list changes.

    One year's list is unstable, so ``stable`` asks that the criteria hold in enough years of a
    window (two of three by default).

    Parameters
    ----------
    world : World
        The data.
    importer : str or Party
        Economy, or coalition as one buyer.
    method : {"commission_2021", "commission_2023", "geodep"}
        Criteria that are looked at year by year, without the method's own averaging.
    years : sequence of int, optional
        All years when None.
    level : {"industry", "product"}
        Kind of item.
    thresholds : Thresholds, optional
        Values to exceed; `window` and `required` define ``stable``.
    exports, share_base
        As in `indicators`.

    Returns
    -------
    Result
        ``listed``: by item and year whether all criteria hold, and whether they held in enough
        years of the window; ``churn``: by year the number listed, entered and left.

    Raises
    ------
    BadInput
        With fewer years than the window, or an unknown method.
    """
    limits = thresholds or Thresholds()
    check_methods([method], "method")
    chosen = known_years(world, level) if years is None else years
    ledger = read(world, importer, level=level, years=chosen)
    values = indicators_of(ledger, exports=exports, share_base=share_base)
    flags = np.logical_and.reduce([values[c] > limits.of(c) for c in CRITERIA[method]])
    stable = held_in_window(flags, window=limits.window, required=limits.required)
    tables = {
        "listed": _listed(ledger, method, flags, stable, limits),
        "churn": _churn(ledger, method, flags),
    }
    parameters = {
        "importer": ledger.party.spec,
        "method": method,
        "years": list(ledger.years),
        "level": level,
        "thresholds": limits.to_dict(),
        "exports": exports,
        "share_base": share_base,
    }
    return answer(world, "churn", tables, parameters, (HIRSCHMAN, CITATIONS[method]))


def _listed(ledger: Ledger, method: Method, flags: Mask, stable: Mask, limits: Thresholds) -> Table:
    window = ledger.years[limits.window - 1 :]
    late = grid({"year": window, ledger.level: ledger.items}, {"stable": stable})
    frame = (
        grid({"year": ledger.years, ledger.level: ledger.items}, {"listed": flags})
        .join(late, on=["year", ledger.level], how="left", maintain_order="left")
        .with_columns(pl.lit(criteria_rule(method, limits)).alias("rule"))
    )
    columns = [
        *dimensions("importer", ledger.level, "year"),
        *listed_columns(limits),
        attribute("rule", "the criteria with their thresholds"),
        attribute("kind"),
    ]
    text = f"items of {ledger.party.code} that meet the criteria of {method}"
    return table_of(ledger, "listed", frame, columns, text, ledger.notes)


def listed_columns(limits: Thresholds) -> tuple[Column, ...]:
    """Return the columns that say whether an item is listed, and for how long."""
    window = f"{limits.required} of the {limits.window} years that end with this one"
    return (
        attribute("listed", "whether all criteria hold in this year"),
        attribute("stable", f"whether they hold in {window}; null before the first full window"),
    )


def changes(before: Mask, now: Mask) -> dict[str, NDArray[Any]]:
    """Return the columns of `CHANGES`, counted along the last axis."""
    counted = {
        "listed": now,
        "listed_before": before,
        "entered": now & ~before,
        "left": before & ~now,
    }
    found: dict[str, NDArray[Any]] = {name: part.sum(axis=-1) for name, part in counted.items()}
    moved, either = found["entered"] + found["left"], (now | before).sum(axis=-1)
    return {**found, "changed_share": ratio(moved.astype(float), either.astype(float))}


def _churn(ledger: Ledger, method: Method, flags: Mask) -> Table:
    frame = grid({"year": ledger.years[1:]}, changes(flags[:-1], flags[1:]))
    columns = [*dimensions("importer", "year"), *CHANGES, attribute("kind")]
    text = f"change of the list by the criteria of {method}"
    return table_of(ledger, "churn", frame, columns, text, ledger.notes)
