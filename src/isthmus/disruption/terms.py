"""From parameters to what the kernel takes: coefficients of a table, choices of each scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.disruption.criticality import default_criticality, group_of
from isthmus.disruption.settings import SHARED, Settings
from isthmus.errors import BadInput, InputProblem
from isthmus.kernels.disruption import Table
from isthmus.kernels.disruption_terms import (
    Behaviour,
    Choices,
    Coefficients,
    Limit,
    choices,
    coefficients,
    reading_need,
)
from isthmus.scenario import industry_groups

Floats = NDArray[np.float64]


def by_code(given: float | Mapping[str, float], industries: Sequence[str]) -> Floats:
    """Return a value per industry: a code before its group, a group before ``"*"``, else 0."""
    if not isinstance(given, Mapping):
        return np.full(len(industries), float(given))
    groups = industry_groups(industries)
    merged = dict.fromkeys(industries, float(given.get("*", 0.0)))
    for key, value in given.items():
        merged |= dict.fromkeys(groups.get(key, ()), float(value))
    merged |= {code: float(given[code]) for code in industries if code in given}
    return np.array([merged[code] for code in industries])


def need_matrix(settings: Settings, industries: Sequence[str]) -> Floats:
    """Return need[p, l], the share of the output of l that cannot be made without p, (S, S).

    "default" is the project's own matrix; where it knows none of the codes, every input is needed.
    """
    count = len(industries)
    if not isinstance(settings.need, str):
        return np.asarray(settings.need, dtype=np.float64)
    known = any(group_of(code) != "other" for code in industries)
    if settings.need == "default" and known:
        return default_criticality(industries)
    return np.ones((count, count))


def defer_matrix(settings: Settings, industries: Sequence[str]) -> Floats:
    """Return the share of what a missing p takes from l that is made later, (S, S)."""
    count = len(industries)
    if isinstance(settings.defer, Mapping):
        return np.tile(by_code(settings.defer, industries), (count, 1))
    return np.broadcast_to(np.asarray(settings.defer, dtype=np.float64), (count, count))


def flow_inputs(settings: Settings, industries: Sequence[str]) -> NDArray[np.bool_]:
    """Return which inputs cannot be stored, (S,); by default all that are not goods."""
    groups = industry_groups(industries)
    if isinstance(settings.flow, str):
        none = settings.flow == "none" or settings.reading != "psi"
        named = set() if none else set(groups.get("SERVICES", ()))
    else:
        named = {code for key in settings.flow for code in groups.get(key, (key,))}
        named = set(industries) if "*" in named else named
    return np.array([code in named for code in industries])


def stock_cells(settings: Settings, industries: Sequence[str]) -> Floats:
    """Return stock-days by input and using industry, (S, S), or by holder, (S, n), as given."""
    count = len(industries)
    given = settings.stock_days
    if isinstance(given, Mapping):
        return np.tile(by_code(given, industries)[:, None], (1, count))
    days = np.asarray(given, dtype=np.float64)
    if days.ndim == 1 and days.shape != (1,):
        days = days[:, None]
    if days.ndim == 2 and days.shape[1] > count:
        return days
    return np.broadcast_to(days, (count, count)).copy()


def noise_of(settings: Settings, days: Floats, nodes: int) -> Floats:
    """Return factors of mean one on stock-days by input and holder, (S, n), from `seed`.

    Stocks are kept long enough to last for the time step.
    """
    s = len(days)
    if settings.inventory_noise <= 0:
        return np.ones((s, nodes))
    sigma = settings.inventory_noise
    draws = np.random.default_rng(settings.seed).standard_normal((s, nodes))
    factor = np.exp(sigma * draws - sigma**2 / 2)
    whole = days if days.shape[1] == nodes else np.tile(days, (1, nodes // days.shape[1]))
    return np.asarray(np.maximum(whole * factor, 1.0 / settings.psi) / whole)


def behaviour_of(settings: Settings) -> Behaviour:
    """Return the rules of the kernel that a batch shares."""
    plain = settings.reading == "psi"
    limit: Limit = "sum" if settings.reading == "linear" else "min"
    return Behaviour(limit=limit, from_start=not plain, whole_stock=not plain)


def terms_of(
    each: Sequence[Settings], table: Table, industries: Sequence[str]
) -> tuple[Coefficients, Choices]:
    """Return coefficients and choices of a batch.

    Parameters
    ----------
    each : sequence of Settings
        Checked parameters of every scenario.
    table : DenseTable or FactoredTable
        The daily table.
    industries : sequence of str
        Codes of the table.

    Raises
    ------
    BadInput
        When scenarios differ in what a batch shares.
    """
    first, s = each[0], len(industries)
    nodes = len(table.output)
    cells = [stock_cells(one, industries) for one in each]
    _check_shared(each, cells)
    holder = noise_of(first, cells[0], nodes)
    if cells[0].shape[1] > s:
        holder = holder * cells[0]
        cells = [np.ones((s, s))] * len(each)
    flow = np.stack([flow_inputs(one, industries) for one in each], axis=1)
    days = np.where(flow[:, None, :], 1.0, np.stack(cells, axis=2))
    if flow.any():
        holder = np.where(np.all(flow, axis=1)[:, None], 1.0, holder)

    def one_each(name: str) -> Any:
        return np.array([getattr(one, name) for one in each])

    def by_input(name: str) -> Floats:
        return np.stack([by_code(getattr(one, name), industries) for one in each], axis=1)

    need = np.stack([need_matrix(one, industries) for one in each], axis=2)
    chosen = choices(
        s,
        len(each),
        days=days,
        spot=np.where(flow, 0.0, by_input("spot_days"))[:, None, :],
        psi=np.where(flow, 1.0, one_each("psi")),
        rise=np.where(flow, 0.0, 1.0 / one_each("restore_days")),
        fall=np.where(flow, 1.0, 0.0),
        need=reading_need(first.reading, need),
        sigma=by_input("elasticity"),
        defer=np.stack([defer_matrix(one, industries) for one in each], axis=2),
        catch_up=one_each("catch_up"),
        defer_days=one_each("defer_days"),
        orders=one_each("orders"),
        order_share=one_each("order_share"),
        rule=one_each("rule"),
        rationing=one_each("rationing"),
        over_max=one_each("over_max"),
        over_tau=one_each("over_days"),
        reading=first.reading,
    )
    shared = coefficients(table, holder=holder, threshold=first.negligible, reading=first.reading)
    return shared, chosen


def _check_shared(each: Sequence[Settings], cells: Sequence[Floats]) -> None:
    """Refuse a batch whose scenarios differ in what they must share."""
    first = each[0]
    problems = [
        InputProblem("must be the same for all scenarios of a batch", where=name)
        for name in SHARED
        if any(getattr(one, name) != getattr(first, name) for one in each[1:])
    ]
    by_holder = any(c.shape[1] > len(c) for c in cells)
    alike = all(c.shape == cells[0].shape and np.array_equal(c, cells[0]) for c in cells[1:])
    noisy = first.inventory_noise > 0
    alike = alike and all((one.psi, one.flow) == (first.psi, first.flow) for one in each[1:])
    if (by_holder or noisy) and not alike:
        what = "by holder, or with noise, stock_days, psi and flow are the same for all of a batch"
        problems.append(InputProblem(what, where="stock_days"))
    if problems:
        raise BadInput("batch of scenarios", problems)
