"""Continuous indicators of dependence with ranks, and the published criteria beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from isthmus.codes import PartySpec
from isthmus.dependence.citations import (
    BAILEY,
    COMMISSION_2021,
    COMMISSION_2023,
    GEODEP,
    HIRSCHMAN,
)
from isthmus.dependence.criteria import CRITERIA, METHODS, UNVERIFIED, Method, Thresholds, holds
from isthmus.dependence.geopolitics import Distances, distances
from isthmus.dependence.items import Level, known_years
from isthmus.dependence.ledger import Ledger, read
from isthmus.dependence.measures import (
    DEFINITIONS,
    UNITS,
    ExportBase,
    ShareBase,
    averaged,
    descending_rank,
    indicators_of,
)
from isthmus.dependence.trade import answer, asked, table_of
from isthmus.errors import BadInput
from isthmus.evidence import IN_UNIT, Kind, Result, Table
from isthmus.evidence.frames import attribute, dimensions, grid, number
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.world import World

SINGLE = "for a single economy all imports are external: external_share is 1 over imports"
CITATIONS: dict[Method, str] = {
    "commission_2021": COMMISSION_2021,
    "commission_2023": COMMISSION_2023,
    "geodep": GEODEP,
}


@lens(
    "dependence.indicators",
    {"importer": "EU27_2020"},
    {"importer": "DEU", "level": "product", "methods": ["geodep"], "distance": "alliance"},
)
def indicators(
    world: World,
    importer: PartySpec,
    *,
    years: Sequence[int] | None = None,
    level: Level = "industry",
    items: Sequence[str] | None = None,
    thresholds: Thresholds | None = None,
    exports: ExportBase = "total",
    share_base: ShareBase = "imports",
    distance: Distances | Mapping[str, float] | str | None = None,
    methods: Sequence[Method] = ("commission_2021",),
) -> Result:
    """Return indicators of an importer's dependence by item, and which criteria they exceed.

    Parameters
    ----------
    world : World
        The data.
    importer : str or Party
        Economy, or coalition as one buyer: concentration leaves its internal flows out,
        `external_share` and `imports_to_exports` keep them.
    years : sequence of int, optional
        The last year when None (the last three for GeoDep and the Commission's 2023 method).
    level : {"industry", "product"}
        Kind of item.
    items : sequence of str, optional
        All when None.
    thresholds : Thresholds, optional
        Published values when None.
    exports : {"total", "external"}
        Denominator of `imports_to_exports`.
    share_base : {"imports", "use"}
        Denominator of `external_share`.
    distance : Distances, mapping of str to float, "ideal_point" or "alliance", optional
        Geopolitical distance in [0, 1] by economy; adds `ghhi`.
    methods : sequence of {"commission_2021", "commission_2023", "geodep"}
        Criteria to be compared with.

    Returns
    -------
    Result
        ``indicators``: value and rank of every indicator; ``criteria``: value, threshold and
        margin of each criterion; ``dependent``: whether all criteria of a method hold;
        ``assumptions``: distances that are not measured, where `distance` is given.

    Raises
    ------
    CodeUnknown
        For unknown economies or items.
    DataMissing
        For years that the data do not hold.
    BadInput
        For unknown methods or denominators, or too few years for a method.

    References
    ----------
    SWD(2021) 352; Arjona, Connell, Herghelegiu (2023); Lefebvre, Wibaux (2024).
    """
    limits = thresholds or Thresholds()
    chosen = check_methods(methods)
    ledger = read(
        world,
        importer,
        level=level,
        years=needed_years(years, chosen, limits, known_years(world, level, items)),
        items=items,
    )
    g = distances(world, ledger.party, ledger.economies, distance, year=ledger.years[-1])
    values = indicators_of(
        ledger, exports=exports, share_base=share_base, distance=None if g is None else g.vector
    )
    kind = ledger.kind if g is None else Kind.weakest([ledger.kind, g.kind])
    tables = {"indicators": _indicator_table(ledger, values, kind, g)}
    compared = [_compare(ledger, values, m, limits, exports, share_base) for m in chosen]
    if compared:
        tables["criteria"] = _criteria_table(ledger, [c for c, _ in compared], chosen)
        tables["dependent"] = _dependent_table(ledger, [d for _, d in compared], chosen, limits)
    if g is not None:
        tables["assumptions"] = g.table()
    parameters = {
        "importer": ledger.party.spec,
        **asked(ledger, items),
        "thresholds": limits.to_dict(),
        "exports": exports,
        "share_base": share_base,
        "distance": None if g is None else g.source,
        "methods": list(chosen),
    }
    citations = (HIRSCHMAN, *(CITATIONS[m] for m in chosen))
    if g is not None and g.source == "ideal_point":
        citations = (*citations, BAILEY)
    return answer(world, "indicators", tables, parameters, citations)


def check_methods(methods: Sequence[Method], where: str = "methods") -> tuple[Method, ...]:
    """Return the methods in their order.

    Raises
    ------
    BadInput
        For one that is not known.
    """
    for method in methods:
        if method not in METHODS:
            hint = f"known: {', '.join(METHODS)}"
            raise BadInput(f"unknown method {method!r}", where=where, hint=hint)
    return tuple(m for m in METHODS if m in methods)


def needed_years(
    years: Sequence[int] | None,
    methods: Sequence[Method],
    limits: Thresholds,
    known: Sequence[int],
) -> Sequence[int] | None:
    """Return the years given, or the last ones that the methods need."""
    if years is not None or not set(methods) & {"geodep", "commission_2023"}:
        return years
    return known[-limits.window :]


def _compare(
    ledger: Ledger,
    values: dict[str, Array],
    method: Method,
    limits: Thresholds,
    exports: ExportBase,
    share_base: ShareBase,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Criteria by year and item, and whether all hold."""
    years: tuple[int, ...] = ledger.years
    if method == "commission_2023":
        mean = averaged(ledger)
        values, years = indicators_of(mean, exports=exports, share_base=share_base), mean.years
    keys = CRITERIA[method]
    stacked = np.stack([values[c] for c in keys])
    limit = np.array([limits.of(c) for c in keys])[:, None, None]
    frame = grid(
        {"criterion": keys, "year": years, ledger.level: ledger.items},
        {
            "value": stacked,
            "threshold": np.broadcast_to(limit, stacked.shape),
            "margin": stacked - limit,
            "above": stacked > limit,
        },
    ).with_columns(pl.lit(method).alias("method"))
    flags = holds(values, method, limits)
    last = years[len(years) - flags.shape[0] :]
    dependent = grid({"year": last, ledger.level: ledger.items}, {"dependent": flags})
    return frame, dependent.with_columns(pl.lit(method).alias("method"))


def _indicator_table(
    ledger: Ledger, values: dict[str, Array], kind: Kind, g: Distances | None
) -> Table:
    keys = [k for k in UNITS if k in values]
    stacked = np.stack([values[k] for k in keys])
    kinds = [
        (kind if k == "ghhi" else ledger.kind).value for k in keys for _ in range(stacked[0].size)
    ]
    frame = grid(
        {"indicator": keys, "year": ledger.years, ledger.level: ledger.items},
        {"value": stacked, "rank": descending_rank(stacked)},
    ).with_columns(
        pl.col("indicator").replace_strict(UNITS).alias("unit"),
        pl.Series("kind", kinds),
    )
    columns = [
        *dimensions("importer", ledger.level, "year", "indicator"),
        number("value", IN_UNIT, "value of the indicator; null where it is unbounded"),
        attribute("unit", "1 is a fraction, index or ratio"),
        attribute("rank"),
        attribute("kind"),
    ]
    text = "; ".join(f"{k}: {DEFINITIONS[k]}" for k in keys)
    more, notes = g.datasets if g else (), _notes(ledger)
    return table_of(ledger, "indicators", frame, columns, text, notes, kind=kind, datasets=more)


def _criteria_table(
    ledger: Ledger, frames: Sequence[pl.DataFrame], methods: Sequence[Method]
) -> Table:
    frame = pl.concat(frames).with_columns(
        pl.col("criterion").replace_strict(UNITS).alias("unit"),
    )
    columns = [
        *dimensions("importer", ledger.level, "year", "method", "criterion"),
        number("value", IN_UNIT, "value of the indicator; null where it is unbounded"),
        number("threshold", IN_UNIT, "value that must be exceeded"),
        number("margin", IN_UNIT, "value less threshold; null where the value is unbounded"),
        attribute("above", "whether the value exceeds the threshold"),
        attribute("unit"),
        attribute("kind"),
    ]
    text = "each criterion with its value, threshold and margin"
    notes = (*_notes(ledger), *(f"{m}: {UNVERIFIED[m]}" for m in methods))
    return table_of(ledger, "criteria", frame, columns, text, notes)


def _dependent_table(
    ledger: Ledger,
    frames: Sequence[pl.DataFrame],
    methods: Sequence[Method],
    limits: Thresholds,
) -> Table:
    rules = {m: rule_of(m, limits) for m in methods}
    frame = pl.concat(frames).with_columns(
        pl.col("method").replace_strict(rules).alias("rule"),
    )
    columns = [
        *dimensions("importer", ledger.level, "year", "method"),
        attribute("dependent", "whether the rule holds"),
        attribute("rule", "the rule with its thresholds"),
        attribute("kind"),
    ]
    text = "which items meet all criteria of a method"
    return table_of(ledger, "dependent", frame, columns, text, _notes(ledger))


def rule_of(method: Method, limits: Thresholds) -> str:
    """Return the rule of a method with its thresholds in words."""
    parts = criteria_rule(method, limits)
    if method == "geodep":
        return f"{parts}, in {limits.required} of {limits.window} years"
    if method == "commission_2023":
        return f"{parts}, flows averaged over the years given"
    return parts


def criteria_rule(method: Method, limits: Thresholds) -> str:
    """Return the criteria of a method with their thresholds in words."""
    return " and ".join(f"{c} > {limits.of(c):g}" for c in CRITERIA[method])


def _notes(ledger: Ledger) -> tuple[str, ...]:
    return ledger.notes if ledger.party.is_coalition else (*ledger.notes, SINGLE)
