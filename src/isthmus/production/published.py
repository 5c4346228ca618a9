"""Checks: courses of production beside what was published of past episodes."""

from __future__ import annotations

from importlib import resources
from typing import Any

import numpy as np
import polars as pl

from isthmus.evidence import IN_UNIT, Column, Kind, Provenance, Result, Table
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.production.bill import Bill
from isthmus.production.closure import IMPORTS, POWER, STOCKS
from isthmus.production.closure_checks import closure_rows
from isthmus.production.files import bill_from_toml, family_names, load_bill
from isthmus.production.lens import check_numbers, remedies_of, setting_of, told_of
from isthmus.production.plan import DRAWS
from isthmus.production.results import PERIOD, Told, spread, stop_days
from isthmus.runtime import canonical_hash
from isthmus.runtime.reading import load_toml

BELOW = 0.5
"""Share of the plan below which a line counts as stopped."""

ROUNDING = 1e-9
"""A statement on the edge of a range lies in it."""

PERIODS_A_YEAR = 365.25 / 7 / PERIOD

NOTES = (
    "checks, not fits: no number was set by them; lead times and stocks are assumed",
    "the addition of the ramp is what officials stated, so that only its time is tested",
    "capacity, estimates and targets are not output that was observed",
    "a closed strait that was gone round by purchase is no test of a closed island",
)


@lens("production.checks", {"draws": 1})
def checks(world: Any, *, draws: int = DRAWS, seed: int = 0) -> Result:
    """Set courses of production beside what was published of past episodes.

    Parameters
    ----------
    world : World
        Read for the checks of closures, if it holds stocks of fuel; the other numbers stand in
        bills of materials that ship with the package.
    draws, seed : int
        Draws over the ranges of all numbers.

    Returns
    -------
    Result
        Table ``checks``: what was published, what kind of statement it is, the range of draws,
        and whether the statement lies in it.

    Raises
    ------
    BadInput
        When there is less than one draw.
    """
    check_numbers(1.0, 0.0, 364, draws, BELOW)
    rows, identities = [], {}
    for one in published():
        bill = _bill(one["bill"])
        identities[bill.head.name] = bill.identity
        days = one["day"]
        setting = setting_of(
            bill, one.get("stops", ()), one.get("surge", 1.0), 0.0, days, draws, seed
        )
        told = told_of(bill, setting, remedies_of(bill, one.get("remedies", ())))
        head = one["check"], one["status"], float(one["published"]), one["unit"]
        rows.append(_beside(*head, _measured(told, one), one["source"]))
    beside = [_beside(*row) for row in closure_rows(world, draws, seed)]
    used = [STOCKS, POWER, IMPORTS] if beside else []
    rows += beside
    schema = {c.name: pl.Float64 if c.role == "value" else pl.String for c in _COLUMNS}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    text = "what was published beside the range of draws"
    table = Table("checks", frame, _COLUMNS, Kind.ASSUMED, tuple(sorted(used)), text, NOTES)
    content = canonical_hash(identities)
    hashes = {key: world.record(key).content_sha256 for key in used}
    about = Provenance(
        "production.checks", {"draws": draws}, "published episodes", content, hashes, "", seed
    )
    return Result({"checks": table}, about, ())


def _beside(
    check: str, status: str, value: float, unit: str, found: Array, source: str
) -> tuple[Any, ...]:
    """Return a row: what was published, the range of draws, and whether it holds the former."""
    middle, low, high = spread(found)
    least, most = value * (1 - ROUNDING), value * (1 + ROUNDING)
    inside = low is not None and low <= most and (high is None or least <= high)
    return check, status, value, unit, middle, low, high, "yes" if inside else "no", source


def published() -> tuple[dict[str, Any], ...]:
    """Return the published statements that ship with the package."""
    return tuple(load_toml(_text("published"), what="published statements")["rows"])


def _text(name: str) -> str:
    folder = resources.files("isthmus.production") / "episodes"
    return (folder / f"{name}.toml").read_text(encoding="utf-8")


def _bill(name: str) -> Bill:
    if name in family_names():
        return load_bill(name)
    return bill_from_toml(_text(name), where=f"{name} (episode)")


def _measured(told: Told, one: dict[str, Any]) -> Array:
    made = told.course.made[:, told.place(one["product"])]
    if one["measure"] == "stop":
        return stop_days(told, one["product"], BELOW)
    if one["measure"] == "rate":
        return np.asarray(made[-PERIOD:].sum(axis=0) * PERIODS_A_YEAR)
    return np.asarray(made.sum(axis=0))


_COLUMNS = (
    Column("check", "dimension", text="episode and reading"),
    Column("status", "dimension", text="what kind of statement was published"),
    Column("published", "value", IN_UNIT, "what was published, in its unit"),
    Column("unit", "attribute", text="unit"),
    Column("median", "value", IN_UNIT, "median of draws; n/a: not within the run"),
    Column("low", "value", IN_UNIT, "10 % of draws lie below"),
    Column("high", "value", IN_UNIT, "10 % of draws lie above"),
    Column("inside", "attribute", text="whether the statement lies between low and high"),
    Column("source", "attribute", text="where it was published"),
)
