"""From arrays of an equilibrium to labelled tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.equilibrium.base import Base
from isthmus.evidence import Column, Kind, Table
from isthmus.kernels.arrays import Array, over
from isthmus.kernels.equilibrium import TradeModel, TradeShock
from isthmus.kernels.equilibrium_solve import Equilibrium
from isthmus.kernels.equilibrium_welfare import (
    Welfare,
    base_flows,
    base_income,
    new_flows,
    welfare,
)

CHANGE = "share"
MONEY = "million USD"
_DIMENSIONS = {
    "alternative": "what differs from the main run",
    "economy": "code of the economy",
    "coalition": "code of the coalition; trade among its members is left out",
    "industry": "code of the industry",
    "exporter": "code of the exporter",
    "importer": "code of the importer",
}
_VALUES = {
    "real_income": (CHANGE, "exact change of final expenditure over its price index"),
    "real_income_low": (CHANGE, "lowest over the alternative elasticities"),
    "real_income_high": (CHANGE, "highest over the alternative elasticities"),
    "real_income_money": (MONEY, "the same times final expenditure in the base"),
    "real_wage": (CHANGE, "change of the wage (all primary income) over the price index"),
    "price_index": (CHANGE, "change of the final price index; world value added is the numeraire"),
    "exports": (CHANGE, "change of exports in units of the numeraire"),
    "imports": (CHANGE, "change of imports in units of the numeraire, tariffs left out"),
    "first_order": (CHANGE, "first-order welfare: terms of trade and volume of trade"),
    "terms_of_trade": (CHANGE, "first-order terms of trade"),
    "volume_of_trade": (CHANGE, "first-order volume of trade; zero without base tariffs"),
    "output_base": (MONEY, "gross output in the base"),
    "output": (CHANGE, "change of gross output in units of the numeraire"),
    "real_output": (CHANGE, "change of gross output over unit cost: quantities"),
    "price": (CHANGE, "change of the price that buyers of the economy pay"),
    "exports_base": (MONEY, "exports in the base"),
    "imports_base": (MONEY, "imports in the base, tariffs left out"),
    "value_base": (MONEY, "trade in the base, tariffs left out"),
    "value": (MONEY, "trade after the shock in units of the numeraire, tariffs left out"),
    "change": (CHANGE, "value over value in the base, less one"),
}


@dataclass(frozen=True, slots=True)
class SolvedRun:
    """One solved run with its flows, shape (J, importer, exporter).

    Parameters
    ----------
    model, shock, found
        What was solved and the solution.
    gains : Welfare
        Changes by economy.
    old, new : ndarray (J, N, N)
        Tariff-exclusive flows before and after.
    """

    model: TradeModel
    shock: TradeShock
    found: Equilibrium
    gains: Welfare
    old: Array
    new: Array


def outcome(model: TradeModel, shock: TradeShock, found: Equilibrium) -> SolvedRun:
    """Return the flows and welfare of a solution."""
    return SolvedRun(
        model=model,
        shock=shock,
        found=found,
        gains=welfare(model, shock, found),
        old=base_flows(model),
        new=new_flows(model, shock, found),
    )


def economy_table(
    run: SolvedRun, base: Base, kind: Kind, *, low: Array | None, high: Array | None
) -> Table:
    """Return changes by economy."""
    gains, income = run.gains, base_income(run.model)
    here = np.arange(len(base.economies))
    change = gains.real_income - 1.0
    values: dict[str, Array] = {"real_income": change}
    if low is not None and high is not None:
        values |= {"real_income_low": low - 1.0, "real_income_high": high - 1.0}
    values |= {
        "real_income_money": change * income,
        "real_wage": gains.real_wage - 1.0,
        "price_index": gains.price_index - 1.0,
        "exports": _change(_abroad(run.old, here, 1), _abroad(run.new, here, 1)),
        "imports": _change(_abroad(run.old, here, 2), _abroad(run.new, here, 2)),
        "first_order": gains.first_order,
        "terms_of_trade": gains.terms_of_trade,
        "volume_of_trade": gains.volume_of_trade,
    }
    text = "what changes for each economy, at the horizon and for good"
    return _table("economies", {"economy": base.economies}, values, base, kind, text)


def coalition_table(
    run: SolvedRun,
    base: Base,
    kind: Kind,
    groups: Mapping[str, Sequence[str]],
    *,
    incomes: Array | None,
) -> Table:
    """Return changes by coalition: members' real incomes weighted by base expenditure.

    The lowest and highest are those of one alternative for all members, of `incomes` by
    alternative, float64[alternatives, N].
    """
    income, names = base_income(run.model), sorted(groups)
    sets = _places(base, groups)
    change = _means(run.gains.real_income - 1.0, sets, income)
    values = {"real_income": change}
    if incomes is not None:
        all_of = np.array([_means(one - 1.0, sets, income) for one in incomes])
        values |= {"real_income_low": all_of.min(axis=0), "real_income_high": all_of.max(axis=0)}
    values |= {
        "real_income_money": change * np.array([income[s].sum() for s in sets]),
        "exports": _change(_outside(run.old, sets, 1), _outside(run.new, sets, 1)),
        "imports": _change(_outside(run.old, sets, 2), _outside(run.new, sets, 2)),
        "first_order": _means(run.gains.first_order, sets, income),
    }
    text = "what changes for each coalition, members weighted by final expenditure"
    return _table("coalitions", {"coalition": names}, values, base, kind, text)


def alternative_table(
    run: SolvedRun,
    base: Base,
    kind: Kind,
    groups: Mapping[str, Sequence[str]],
    others: Mapping[str, Array | None],
) -> Table:
    """Return real income by other elasticities and readings, of coalitions and economies.

    Parameters
    ----------
    run, base, kind
        The main run.
    groups : mapping of str to sequence of str
        Members by coalition.
    others : mapping of str to float64[N] or None
        Real income, new over old, by alternative; those without an equilibrium are left out.
    """
    income, names, here = base_income(run.model), sorted(groups), base.economies
    sets = _places(base, groups)
    found = {name: values - 1.0 for name, values in others.items() if values is not None}
    means = [m for change in found.values() for m in _means(change, sets, income)]
    labels = {
        "alternative": [*np.repeat(list(found), len(names)), *np.repeat(list(found), len(here))],
        "economy": [*(names * len(found)), *(here * len(found))],
    }
    values = {"real_income": np.array([*means, *(v for c in found.values() for v in c)])}
    text = "real income with one thing changed: what the lowest and highest are made of"
    return _table("alternatives", labels, values, base, kind, text)


def sector_table(run: SolvedRun, base: Base, kind: Kind) -> Table:
    """Return production, prices and trade by economy and industry."""
    here = np.arange(len(base.economies))
    cost = run.found.cost
    if run.shock.productivity is not None:
        cost = cost / run.shock.productivity
    output = run.old.sum(axis=1).T
    grown = _change(output, run.found.output)
    quantity = np.where(output > 0, (1.0 + grown) / cost - 1.0, 0.0)
    sold, bought = (_abroad_by_sector(run.old, here, axis) for axis in (1, 2))
    values = {
        "output_base": output,
        "output": grown,
        "real_output": quantity,
        "price": run.found.price - 1.0,
        "exports_base": sold,
        "exports": _change(sold, _abroad_by_sector(run.new, here, 1)),
        "imports_base": bought,
        "imports": _change(bought, _abroad_by_sector(run.new, here, 2)),
    }
    n, s = len(base.economies), len(base.industries)
    labels = {
        "economy": np.repeat(base.economies, s).tolist(),
        "industry": list(base.industries) * n,
    }
    flat = {name: array.ravel() for name, array in values.items()}
    text = "production, prices and trade by economy and industry"
    return _table("sectors", labels, flat, base, kind, text)


def trade_table(run: SolvedRun, base: Base, kind: Kind) -> Table:
    """Return trade of all industries by exporter and importer, home sales left out."""
    old, new = run.old.sum(axis=0).T, run.new.sum(axis=0).T
    n = len(base.economies)
    apart = ~np.eye(n, dtype=np.bool_)
    exporter, importer = np.nonzero(apart)
    names = np.array(base.economies)
    labels = {"exporter": names[exporter].tolist(), "importer": names[importer].tolist()}
    before, after = old[apart], new[apart]
    values = {"value_base": before, "value": after, "change": _change(before, after)}
    text = "trade by exporter and importer before and after"
    return _table("trade", labels, values, base, kind, text)


def _table(
    name: str,
    labels: Mapping[str, Sequence[str]],
    values: Mapping[str, Array],
    base: Base,
    kind: Kind,
    text: str,
) -> Table:
    columns = [Column(key, "dimension", text=_DIMENSIONS[key]) for key in labels]
    columns += [Column(key, "value", *_VALUES[key]) for key in values]
    text_columns = {key: pl.Series(key, list(v), dtype=pl.String) for key, v in labels.items()}
    frame = pl.DataFrame({**text_columns, **values})
    return Table(name, frame, tuple(columns), kind, base.datasets, text)


def _places(base: Base, groups: Mapping[str, Sequence[str]]) -> list[NDArray[np.intp]]:
    """Return the positions of the members of each coalition, in the order of their names."""
    place = {code: k for k, code in enumerate(base.economies)}
    return [np.array([place[code] for code in groups[name]]) for name in sorted(groups)]


def _means(values: Array, sets: Sequence[NDArray[np.intp]], income: Array) -> Array:
    """Return the mean of each set of economies, weighted by their income."""
    return np.array([(values[s] * income[s]).sum() / income[s].sum() for s in sets])


def _change(old: Array, new: Array) -> Array:
    """Relative change; flows that are zero before and after have not changed."""
    return over(new, old, empty=1.0) - 1.0


def _abroad(flows: Array, here: NDArray[np.intp], axis: int) -> Array:
    """Exports (axis 1, over importers) or imports (axis 2, over exporters) by economy."""
    return np.asarray(_abroad_by_sector(flows, here, axis).sum(axis=1))


def _abroad_by_sector(flows: Array, here: NDArray[np.intp], axis: int) -> Array:
    return np.asarray((flows.sum(axis=axis) - flows[:, here, here]).T)


def _outside(flows: Array, sets: Sequence[NDArray[np.intp]], axis: int) -> Array:
    total = flows.sum(axis=0)
    within = [total[np.ix_(s, s)].sum() for s in sets]
    side = total.sum(axis=axis - 1)
    return np.array([side[s].sum() - w for s, w in zip(sets, within, strict=True)])
