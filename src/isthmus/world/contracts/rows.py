"""Rules over whole rows: aggregates, missing values, units, and rows that stand twice."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from isthmus import codes
from isthmus.errors import InputProblem
from isthmus.evidence import DatasetRecord
from isthmus.evidence.places import duplicated
from isthmus.world.contracts.given import Given, Report
from isthmus.world.contracts.model import Contract
from isthmus.world.money import money

NOTHING_TO_TURN = InputProblem("no amounts of another currency to turn", "rate", "leave it out")
_TOTAL = 0.01
"""Share of a total by which the sum of its parts may differ before it is said."""


def without_aggregates(given: Given, contract: Contract, report: Report, *, drop: bool) -> Given:
    """Return the rows of single economies, when the aggregates are to be dropped.

    Parameters
    ----------
    given : Given
        The table, codes as text.
    contract : Contract
        Says which columns hold economies.
    report : Report
        Takes what was dropped, and totals that their parts contradict.
    drop : bool
        Leave them out; they are problems of their cells otherwise.
    """
    if not drop:
        return given
    for name, column in contract.columns.items():
        if column.type != "economy" or given.frame[name].dtype != pl.String:
            continue
        values = given.frame[name].drop_nulls().unique(maintain_order=True).to_list()
        sums = [value for value in values if codes.is_aggregate(value)]
        at = given.frame[name].is_in(sums).fill_null(False)
        if not at.any():
            continue
        count = int(at.sum())
        report.dropped.append(
            f"{count:,} {'row' if count == 1 else 'rows'} of {', '.join(sums)} left out "
            f"({given.places(at, name)})"
        )
        report.dropped += _contradicted(given, contract, name, at)
        given = given.filter(~at)
    return given


def _contradicted(given: Given, contract: Contract, name: str, at: pl.Series) -> list[str]:
    """Say where the row of the world differs from the sum of the rows beside it."""
    value = next((c for c in contract.money if c in given.frame.columns), "")
    if not value or not given.frame[value].dtype.is_numeric():
        return []
    world = at & given.frame[name].is_in(
        [v for v in given.frame[name].filter(at).unique() if codes.is_total(v)]
    )
    by = [c for c in contract.unique if c != name]
    total = given.frame.filter(world).group_by(by).agg(pl.col(value).sum().alias("_total"))
    sums = [v for v in given.frame[name].filter(at).unique() if codes.holds_others(v)]
    beside = ~pl.col(name).is_in(sums)
    parts = given.frame.filter(beside).group_by(by).agg(pl.col(value).sum().alias("_parts"))
    both = total.join(parts, on=by, how="left").with_columns(pl.col("_parts").fill_null(0.0))
    gap = (pl.col("_total") - pl.col("_parts")).abs()
    off = both.filter(gap > _TOTAL * pl.col("_total").abs())
    if off.is_empty():
        return []
    row = off.sort(gap, *by, descending=True).row(0, named=True)
    where = ", ".join(f"{row[c]:g}" if isinstance(row[c], float) else str(row[c]) for c in by)
    return [
        f"{off.height:,} of {both.height:,} totals of the world differ by more than {_TOTAL:.0%} "
        f"from the sum of the rows beside them, the most {where}: {row['_total']:,.10g} against "
        f"{row['_parts']:,.10g}; shares are of what is in the table"
    ]


def without_missing(given: Given, contract: Contract, report: Report, asked: Given) -> Given:
    """Return the rows that have every number they need; the others are counted and named.

    Empty cells of codes, years and texts are problems: no row can be left out for them in peace.
    """
    keep = pl.Series([True] * given.frame.height, dtype=pl.Boolean)
    for name, column in contract.columns.items():
        empty = asked.frame[name].is_null()
        if column.empty or not empty.any():
            continue
        if column.is_number and column.type != "year":
            keep &= ~empty
            count = int(empty.sum())
            noun = "row" if count == 1 else "rows"
            report.dropped.append(
                f"{count:,} {noun} without a number in {name} left out "
                f"({given.places(empty)}): missing is not zero"
            )
        else:
            report.problems.append(given.problem("is empty", empty, name, "every row needs one"))
    return given if keep.all() else given.filter(keep)


def without_own(given: Given, contract: Contract, report: Report) -> Given:
    """Return the rows between different economies; the others are counted and named."""
    if not contract.apart:
        return given
    one, other = contract.apart
    own = (given.frame[one] == given.frame[other]).fill_null(False)
    if not own.any():
        return given
    count = int(own.sum())
    noun = "row" if count == 1 else "rows"
    report.dropped.append(
        f"{count:,} {noun} of an economy's trade with itself left out ({given.places(own)})"
    )
    return given.filter(~own)


def in_unit(
    given: Given,
    contract: Contract,
    record: DatasetRecord,
    report: Report,
    rates: Mapping[int, float],
) -> tuple[Given, str]:
    """Return the table with amounts in the unit of the contract, and the unit to record.

    Parameters
    ----------
    given : Given
        Typed rows.
    contract : Contract
        Says which columns are money.
    record : DatasetRecord
        Its unit says what they are in, its years when.
    report : Report
        Takes what was converted.
    rates : mapping of int to float
        USD per unit of another currency by year, 0 for every year.
    """
    unit = record.unit
    if contract.unit != "million USD":
        return given, unit
    power, currency, rest = money(unit) or (0.0, "", "")
    if rates and currency == "USD":
        report.problems.append(NOTHING_TO_TURN)
    elif rates and currency:
        given = _in_dollars(given, contract, record, report, rates)
        currency = "USD"
    if currency != "USD":
        what = f"the record says {unit!r}, but amounts of this data set are in {contract.unit}"
        hint = "--rate 2024=1.08 says USD per unit of another currency; "
        hint += "thousand, million and billion are converted on reading"
        report.problems.append(InputProblem(what, "record, unit", hint))
        return given, unit
    if power == 1.0:
        return given, contract.unit + rest if rates else unit
    names = [c for c in contract.money if c in given.frame.columns]
    report.notes.append(f"column {', '.join(names)}: {unit} converted to million USD")
    divided = [(pl.col(c) / (1.0 / power)).alias(c) for c in names]
    return given.with_frame(given.frame.with_columns(divided)), contract.unit + rest


def _in_dollars(
    given: Given,
    contract: Contract,
    record: DatasetRecord,
    report: Report,
    rates: Mapping[int, float],
) -> Given:
    """Return the table with amounts times the rate of their year, which the record will name."""
    currency = (money(record.unit) or (0.0, "", ""))[1]
    frame = given.frame
    years = frame["year"] if "year" in contract.columns else None
    listed = record.years[:1] if years is None else tuple(years.drop_nulls().unique().sort())
    used = rates_used(currency, listed, report, rates)
    if not used:
        return given
    names = [c for c in contract.money if c in frame.columns]
    rate = (
        pl.lit(next(iter(used.values())))
        if years is None
        else pl.col("year").replace_strict(used, default=None, return_dtype=pl.Float64)
    )
    return given.with_frame(frame.with_columns(pl.col(c) * rate for c in names))


def rates_used(
    currency: str, years: Sequence[int], report: Report, rates: Mapping[int, float]
) -> dict[int, float]:
    """Return USD per unit of a currency by year, which is said; empty where a year has none."""
    used = {year: rates.get(year, rates.get(0)) for year in years or (0,)}
    if lacking := [str(year or "its year") for year, rate in used.items() if rate is None]:
        what = f"no rate of {currency} for {', '.join(lacking)}"
        report.problems.append(InputProblem(what, "rate", "--rate YEAR=USD-PER-UNIT, once a year"))
        return {}
    said = ", ".join(f"{rate:g}" + (f" ({year})" if year else "") for year, rate in used.items())
    report.dropped.append(
        f"{currency} turned into USD with {said} USD per {currency}, as given: assumed"
    )
    return {year: rate for year, rate in used.items() if rate is not None}


def without_repeats(given: Given, contract: Contract, report: Report, *, add_up: bool) -> Given:
    """Return one row for each key; repeated ones are problems, or added up when asked."""
    keys = [c for c in contract.unique if c in given.frame.columns]
    if not keys:
        return given
    twice = duplicated(given.frame.select(keys))
    if not twice.any():
        return given
    amounts = [
        name for name, c in contract.columns.items() if c.type == "amount" and name not in keys
    ]
    hint = "keep one of them"
    if add_up and amounts:
        return _added_up(given, keys, amounts, report)
    if amounts:
        hint += ", or --sum-duplicates adds them up"
    first = given.frame.filter(twice).select(keys).unique(maintain_order=True)
    for row in first.head(20).iter_rows():
        same = given.frame.select(
            pl.all_horizontal(pl.col(k).eq_missing(v) for k, v in zip(keys, row, strict=True))
        ).to_series()
        what = f"{', '.join(str(v) for v in row if v is not None)} stands {int(same.sum())} times"
        report.problems.append(given.problem(what, same, hint=hint))
    if first.height > 20:
        report.problems.append(InputProblem(f"and {first.height - 20:,} more repeated rows"))
    return given


def say_repeats(given: Given, contract: Contract, report: Report) -> None:
    """Name the rows that stand twice beside other faults: those whose keys are written alike."""
    needed = [n for n, c in contract.columns.items() if c.is_number and not c.empty]
    counted = pl.all_horizontal(pl.col(needed).is_not_null()) if needed else pl.lit(True)
    if contract.apart:
        counted &= pl.col(contract.apart[0]) != pl.col(contract.apart[1])
    held = given.frame.with_columns(counted.alias("_counted"))["_counted"].fill_null(False)
    without_repeats(given.filter(held), contract, report, add_up=False)


def say_zeros(given: Given, contract: Contract, report: Report) -> None:
    """Say so where every amount is zero, so that no share can follow."""
    held = given.frame.select(pl.col(c) for c in contract.money if c in given.frame.columns)
    if (
        held.width
        and held.height
        and not held.select(pl.any_horizontal(pl.all() != 0)).to_series().any()
    ):
        report.dropped.append("no amount is more than zero: no share can be told from this table")


def check_complete(given: Given, contract: Contract, report: Report) -> None:
    """Add a problem for the labels that lack rows, where every combination needs one."""
    if not contract.complete:
        return
    parties = set().union(*(given.frame[name].unique() for name in contract.complete))
    sizes = {
        name: len(parties) if name in contract.complete else given.frame[name].n_unique()
        for name in contract.unique
    }
    needed = math.prod(sizes.values())
    if given.frame.height == needed:
        return
    what = f"{given.frame.height:,} rows where {needed:,} combinations need one each"
    gaps = "; ".join(report.dropped)
    report.problems.append(InputProblem(what, given.name, gaps))
    report.problems += _short(given, sizes, needed)


def _short(given: Given, sizes: Mapping[str, int], needed: int) -> list[InputProblem]:
    """Return the labels that lack the largest part of their rows."""
    short = sorted(
        (count * size / needed, name, str(label), count)
        for name, size in sizes.items()
        for label, count in given.frame.group_by(name).len().rows()
        if count * size < needed
    )
    return [
        given.problem(
            f"'{label}' has {count:,} of {needed // sizes[name]:,} rows",
            given.frame[name].cast(pl.String) == label,
            name,
        )
        for share, name, label, count in short[:5]
        if share == short[0][0]
    ]


def _added_up(given: Given, keys: list[str], amounts: list[str], report: Report) -> Given:
    place = given.frame.select(pl.struct(keys).rank("dense")).to_series().to_numpy() - 1
    number = int(place.max()) + 1
    first = np.full(number, given.frame.height)
    np.minimum.at(first, place, np.arange(given.frame.height))
    order = np.sort(first)
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    frame = given.frame[order]
    for name in amounts:
        cells = given.frame[name]
        known = cells.is_not_null().to_numpy()
        total = np.bincount(rank[place][known], cells.drop_nulls().to_numpy(), number)
        some = np.bincount(rank[place][known], minlength=number) > 0
        frame = frame.with_columns(pl.Series(name, total).set(pl.Series(~some), None))
    gone = given.frame.height - number
    report.dropped.append(f"{gone:,} repeated rows added to the first of their kind on request")
    return Given(frame, given.lines.gather(order), given.name, given.noun, given.delimiter)
