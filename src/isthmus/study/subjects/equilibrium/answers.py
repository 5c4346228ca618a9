"""Questions about lasting breaks and closer trade, answered once per dossier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from isthmus import equilibrium
from isthmus.errors import DataMissing, DidNotConverge, ShockNotRepresentable
from isthmus.evidence import Finding, Kind, Result
from isthmus.scenario import Embargo, ExportStop, Scenario, TradeCostChange, industry_groups
from isthmus.study.context import Context
from isthmus.study.rests import between, figure
from isthmus.world.shipped import TABLE, YEAR

DATASETS = ("icio_flows", "mrio_2022")
SERVICES = "mrio_2022_services"
HORIZONS = (1.0, 3.0, 10.0)
CLOSER = 0.9
"""New over old trade cost in the scenario of closer trade."""
TOLERANCE = 1e-7
"""Residual; the findings show two digits at most."""


def inside(context: Context, code: str) -> tuple[str, ...]:
    """Return the members of a party that the table holds.

    Raises
    ------
    DataMissing
        When it holds none.
    """
    known = set(context.world.mrio(YEAR).economies)
    found = tuple(c for c in context.members(code) if c in known)
    if not found:
        raise DataMissing(f"the table of {YEAR} does not list {code}", where="mrio_2022")
    return found


def scenario_break(context: Context, a: str, b: str, severity: float) -> Scenario:
    """Return the lasting end of a share of all trade between two parties."""
    shock = Embargo(economies=inside(context, a), partners=inside(context, b), severity=severity)
    return Scenario(name="break", shocks=[shock])


def scenario_stop(context: Context, exporter: str, importer: str) -> Scenario:
    """Return the lasting stop of goods from one party to another."""
    goods = industry_groups(context.world.mrio(YEAR).industries)["GOODS"]
    shock = ExportStop(
        exporters=inside(context, exporter),
        importers=inside(context, importer),
        industries=goods,
    )
    return Scenario(name="stop", shocks=[shock])


def scenario_closer(context: Context, a: str, b: str) -> Scenario:
    """Return lower trade costs between two parties, both ways."""
    sides = [(a, b), (b, a)]
    shocks = [
        TradeCostChange(exporters=inside(context, x), importers=inside(context, m), factor=CLOSER)
        for x, m in sides
    ]
    return Scenario(name="closer", shocks=shocks)


def broken(
    context: Context, a: str, b: str, horizon: float, *, severity: float = 1.0, ranges: bool = False
) -> Result | None:
    """Return the answer to a break between `a` and `b`; None where there is no equilibrium."""
    return _answer(
        context,
        ("break", a, b, severity, ranges),
        lambda: scenario_break(context, a, b, severity),
        horizon,
        (a, b),
        ranges,
    )


def stopped(context: Context, exporter: str, importer: str, horizon: float) -> Result | None:
    """Return the answer to a stop of goods; None where there is no equilibrium."""
    return _answer(
        context,
        ("stop", exporter, importer),
        lambda: scenario_stop(context, exporter, importer),
        horizon,
        (exporter, importer),
        False,
    )


def closer(context: Context, a: str, b: str, horizon: float) -> Result | None:
    """Return the answer to lower trade costs; None where there is no equilibrium."""
    return _answer(
        context, ("closer", a, b), lambda: scenario_closer(context, a, b), horizon, (a, b), False
    )


def change(result: Result | None, party: str) -> tuple[float | None, float | None, float | None]:
    """Return the change of a party's real income with lowest and highest, None where unknown."""
    row = _row_of(result, party)
    return row.get("real_income"), row.get("real_income_low"), row.get("real_income_high")


def farthest(result: Result | None, party: str) -> tuple[str, float] | None:
    """Return the alternative that moves a party's real income most, and its change under it."""
    middle = change(result, party)[0]
    if result is None or middle is None or "alternatives" not in result.tables:
        return None
    rows = result["alternatives"].frame.filter(economy=party)
    found = [
        (str(name), float(value))
        for name, value in rows.select("alternative", "real_income").rows()
    ]
    return max(found, key=lambda row: abs(row[1] - middle), default=None)


def money(result: Result | None, party: str) -> float | None:
    """Return the change of a party's real income in million USD, None where unknown."""
    return _row_of(result, party).get("real_income_money")


def _row_of(result: Result | None, party: str) -> dict[str, float]:
    """Return the row of a party, a coalition as one; an empty one where there is none."""
    frames = [] if result is None else [result[name].frame for name in ("coalitions", "economies")]
    rows = (row for f in frames for row in f.filter(f[f.columns[0]] == party).to_dicts())
    return next(rows, {})


def loss_finding(
    context: Context, key: str, result: Result | None, party: str, method: str
) -> Finding:
    """Return the loss of real income of a party, a positive share where it loses."""
    value, low, high = change(result, party)
    ends = between([-end for end in (high, low) if end is not None], "range_of_elasticities")
    lost = None if value is None else -value
    return of_model(context, f"{key}.{party}", lost, "share", method=method, **ends)


def of_model(context: Context, key: str, value: float | None, unit: str, **about: Any) -> Finding:
    """Return a figure of the model; without a value where it has no equilibrium."""
    rests = {"kind": kind(context), "year": YEAR, "datasets": DATASETS}
    caveat = "no_equilibrium" if value is None else "elasticities"
    return figure(context, f"equilibrium.{key}", value, unit, caveat=caveat, **rests, **about)


def kind(context: Context) -> Kind:
    """Return the kind of every answer."""
    return Kind.weakest([context.kind_of(TABLE), Kind.MODELLED])


def _answer(
    context: Context,
    key: tuple[object, ...],
    make: Callable[[], Scenario],
    horizon: float,
    parties: tuple[str, ...],
    ranges: bool,
) -> Result | None:
    def run() -> Result | None:
        groups = {p: inside(context, p) for p in parties if len(context.members(p)) > 1}
        try:
            return equilibrium.solve(
                context.memo(
                    "equilibrium.base", lambda: equilibrium.prepare(context.world.mrio(YEAR))
                ),
                make(),
                horizon=horizon,
                coalitions=groups,
                ranges=ranges,
                tolerance=TOLERANCE,
            )
        except (DidNotConverge, ShockNotRepresentable):
            return None

    return context.memo(("equilibrium", *key, horizon), run)
