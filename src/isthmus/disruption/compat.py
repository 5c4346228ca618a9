"""The conventions of BoARIO 0.7.2, for comparison: what differs from the engine's own.

Shares given directly ("arbitrary") act one step late; losses stay in full for two more steps, then
recover; recovering losses are rounded (shares to six decimals, capital to seven decimals of a
million); small changes of stocks are skipped by an absolute tolerance; an input counts when its
yearly use exceeds 1e-5 of daily output; new orders reckon with unmet demand for rebuilding only,
and with realised output.
Verified by running both; see ``validation/compare_boario.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from isthmus.disruption.criticality import default_criticality
from isthmus.kernels.disruption import Array, Table
from isthmus.kernels.disruption_terms import (
    Behaviour,
    Choices,
    Coefficients,
    Rule,
    choices,
    coefficients,
)

DAYS_OF_YEAR = 365.0
BOARIO_DECIMALS = 7


def first_rules(need: Literal["all", "default"], industries: Sequence[str]) -> dict[str, Any]:
    """Return the parameters of `simulate` under which the shipped runs were made.

    Orders follow realised output, an input is needed in full or not at all, inputs below a
    hundred-thousandth of output never limit, and every input is stored. They stand until runs of
    calibrated assumptions take their place.
    """
    some = default_criticality(industries) > 0
    matrix = "all" if need == "all" else some.astype(np.float64).tolist()
    return {"orders": "output", "need": matrix, "negligible": 1e-5, "flow": "none"}


def boario_behaviour() -> Behaviour:
    """Return the rules of BoARIO: exact calm, no end to stocks that do not limit, skipping."""
    return Behaviour(calm=0.0, clip=False, skip_small=True, orders_after_rebuilding=True)


def boario_terms(
    table: Table,
    *,
    rule: Rule = "alt",
    stock_days: float = 90.0,
    restore_days: float = 60.0,
    psi: float = 0.8,
) -> tuple[Coefficients, Choices]:
    """Return coefficients and choices as BoARIO sets them up from a daily table.

    Every input is needed, and orders follow realised output.
    """
    days = max(stock_days, 2.0) if stock_days <= 1.0 else stock_days
    chosen = choices(
        table.shape[0], days=days, rise=1.0 / restore_days, psi=psi, orders="output", rule=rule
    )
    return coefficients(table, threshold=1e-5 / DAYS_OF_YEAR), chosen


def boario_path(
    kind: Literal["recovery", "arbitrary"],
    days: int,
    occurrence: int,
    duration: int,
    tau: float,
    share: float,
    capital: float = 1.0,
) -> Array:
    """Return the share of capacity lost by day, with linear recovery, shape (days,).

    `capital` is the industry's capital in million, as in the yearly table; it decides where the
    peer rounds.
    """
    t = np.arange(days, dtype=np.float64)
    elapsed = t - 1.0 - occurrence - duration
    if kind == "arbitrary":
        t, elapsed = t - 1.0, elapsed - 1.0
    path = np.where(t < occurrence, 0.0, share * np.clip(1.0 - elapsed / tau, 0.0, 1.0))
    rounded = (
        np.round(path, 6)
        if kind == "arbitrary"
        else np.round(path * capital, BOARIO_DECIMALS) / capital
    )
    return np.asarray(np.where(elapsed >= 0.0, rounded, path))
