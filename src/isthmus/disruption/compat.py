"""The conventions of BoARIO 0.7.2, for comparison: what differs from the engine's own.

Shares given directly ("arbitrary") act one step late; losses stay in full for two more steps, then
recover; recovering losses are rounded (shares to six decimals, capital to seven decimals of a
million); small changes of stocks are skipped by an absolute tolerance; an input counts when its
yearly use exceeds 1e-5 of daily output; new orders reckon with unmet demand for rebuilding only.
Verified by running both; see ``validation/compare_boario.py``.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from isthmus.kernels.disruption import (
    Array,
    Behaviour,
    Coefficients,
    Rule,
    Table,
    input_coefficients,
)

DAYS_OF_YEAR = 365.0
BOARIO_DECIMALS = 7


def boario_behaviour(rule: Rule = "alt") -> Behaviour:
    """Return the rules of BoARIO: exact calm, no end to stocks that do not limit, skipping."""
    return Behaviour(rule=rule, calm=0.0, clip=False, skip_small=True, orders_after_rebuilding=True)


def boario_coefficients(
    table: Table, *, stock_days: float = 90.0, restore_days: float = 60.0, psi: float = 0.8
) -> Coefficients:
    """Return the coefficients of inputs as BoARIO sets them up from a daily table."""
    days = max(stock_days, 2.0) if stock_days <= 1.0 else stock_days
    return input_coefficients(
        table,
        stock_days=np.array(days),
        restore_days=np.array(restore_days),
        psi=psi,
        threshold=1e-5 / DAYS_OF_YEAR,
    )


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
