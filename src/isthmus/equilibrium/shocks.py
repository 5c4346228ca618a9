"""From the shocks of a scenario to the arrays of the kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from isthmus.equilibrium.base import Base
from isthmus.errors import (
    EconomyIsolated,
    InputProblem,
    NoSupplierLeft,
    ShockNotRepresentable,
    few,
)
from isthmus.kernels.arrays import Array
from isthmus.kernels.equilibrium import TradeModel, TradeShock, shocked_system
from isthmus.kernels.equilibrium_check import check_shock, isolated, unsupplied
from isthmus.scenario import (
    Embargo,
    ExportStop,
    ProductivityChange,
    PurchaseBan,
    Scenario,
    Shock,
    TariffChange,
    TradeCostChange,
    check_codes,
    expand,
    pairs,
)

Groups = Mapping[str, Sequence[str]]

KINDS = (
    "embargo",
    "export_stop",
    "productivity_change",
    "purchase_ban",
    "tariff_change",
    "trade_cost_change",
)
DAYS_PER_YEAR = 365.25


def trade_shock(
    scenario: Scenario,
    base: Base,
    *,
    horizon: float,
    economies: Groups,
    industries: Groups,
    lasting: bool = False,
) -> TradeShock:
    """Return the arrays of a scenario.

    Shocks of the same kind on the same flow compound: factors multiply, later tariffs build on
    earlier ones. A partial stop of severity s leaves the share ``1 - s`` of trade at given costs.

    Parameters
    ----------
    scenario : Scenario
        Shocks of the kinds in `KINDS`.
    base : Base
        Labels and base tariffs.
    horizon : float
        Years; a shock that has ended by then is refused unless `lasting`.
    economies, industries : mapping of str to sequence of str
        Members of named groups.
    lasting : bool
        Read every shock as lasting, whatever its duration.

    Returns
    -------
    TradeShock

    Raises
    ------
    ShockNotRepresentable
        When a shock is of another kind, has ended by the horizon, or forbids redirection.
    CodeUnknown
        When a code is not in the table.
    BadInput
        When the result is out of range (a tariff below -100 percent).
    """
    scenario.require(KINDS, lens="equilibrium")
    _require_lasting(scenario, horizon, lasting)
    check_codes(scenario, base.economies, base.industries)
    n, s = base.model.shape
    arrays = {
        "tariff": base.model.tariff.copy(),
        "cost": np.ones((s, n, n)),
        "keep": np.ones((s, n, n)),
    }
    productivity = np.ones((n, s))
    for shock in scenario.shocks:
        if isinstance(shock, ProductivityChange):
            rows = expand(shock.economies, base.economies, groups=economies)
            columns = expand(shock.industries, base.industries, groups=industries, what="industry")
            productivity[np.ix_(rows, columns)] *= shock.factor
        else:
            _apply(shock, base, arrays, economies, industries)
    ones = np.ones((s, n, n))
    result = TradeShock(
        tariff=_changed(arrays["tariff"], base.model.tariff),
        cost=_changed(arrays["cost"], ones),
        keep=_changed(arrays["keep"], ones),
        productivity=_changed(productivity, np.ones((n, s))),
    )
    check_shock(base.model, result)
    return result


def require_possible(model: TradeModel, shock: TradeShock, base: Base) -> None:
    """Raise, by name, when the shock isolates an economy or takes the last supplier of a good.

    Raises
    ------
    EconomyIsolated, NoSupplierLeft
        Naming economies and industries.
    """
    system = shocked_system(model, shock)
    alone = [base.economies[k] for k in isolated(system)]
    if alone:
        raise EconomyIsolated(
            f"the scenario ends all two-way trade of {', '.join(alone)}",
            where=", ".join(alone),
            hint="leave some trade (an industry, a partner, a severity below 1)",
        )
    cells = [(base.economies[n], base.industries[j]) for n, j in unsupplied(system)]
    if cells:
        raise NoSupplierLeft(
            f"the scenario leaves no supplier of {few([f'{e} {i}' for e, i in cells])}",
            hint="its price would be infinite: leave a supplier or lower the severity",
        )


def _apply(
    shock: Shock,
    base: Base,
    arrays: dict[str, Array],
    economies: Groups,
    industries: Groups,
) -> None:
    touched = pairs(shock, base.economies, groups=economies).T
    codes = expand(shock.industries, base.industries, groups=industries, what="industry")  # type: ignore[attr-defined]
    for j in codes:
        if isinstance(shock, TariffChange):
            rates = arrays["tariff"][j]
            new = rates + shock.change if shock.change is not None else shock.rate
            arrays["tariff"][j] = np.where(touched, new, rates)
        elif isinstance(shock, TradeCostChange):
            arrays["cost"][j] *= np.where(touched, shock.factor, 1.0)
        elif isinstance(shock, Embargo | ExportStop | PurchaseBan):
            arrays["keep"][j] *= np.where(touched, 1.0 - shock.severity, 1.0)


def _changed(values: Array, before: Array) -> Array | None:
    return None if np.array_equal(values, before) else values


def _turn_in_the_end(shock: Embargo | ExportStop | PurchaseBan) -> bool:
    """Whether all buyers turn to other origins once the shock has lasted."""
    last = shock.redirect[-1][1] if isinstance(shock.redirect, tuple) else shock.redirect
    return float(last) >= 1.0


def holds(scenario: Scenario, horizon: float = 10.0) -> bool:
    """Return whether the lens takes a scenario as it is: its kinds, and that it lasts."""
    if not set(scenario.kinds) <= set(KINDS):
        return False
    try:
        _require_lasting(scenario, horizon, bool(scenario.params.get("lasting", False)))
    except ShockNotRepresentable:
        return False
    return True


def _require_lasting(scenario: Scenario, horizon: float, lasting: bool) -> None:
    problems = []
    for index, shock in enumerate(scenario.shocks):
        where = f"shocks.{index}"
        if isinstance(shock, Embargo | ExportStop | PurchaseBan) and not _turn_in_the_end(shock):
            problems.append(InputProblem("forbids buyers to turn elsewhere", where))
        ends = None if shock.duration is None else shock.start + shock.duration
        if not lasting and ends is not None and ends < horizon * DAYS_PER_YEAR:
            problems.append(InputProblem(f"ends on day {ends}, before the horizon", where))
    if problems:
        raise ShockNotRepresentable(
            "equilibrium compares lasting states: " + "; ".join(str(p) for p in problems),
            where=f"scenario '{scenario.name}'",
            hint="drop the duration, pass lasting=True, or use the disruption lens",
        )
