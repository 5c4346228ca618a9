"""What must hold before an equilibrium is sought: data in range, suppliers, two-way trade."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from isthmus.errors import EconomyIsolated, InputProblem, NoSupplierLeft, raise_all
from isthmus.kernels.arrays import Array, Ints, Mask
from isthmus.kernels.equilibrium import ShockedSystem, TradeModel, TradeShock

LOWEST_THETA = 0.05
HIGHEST_THETA = 200.0
SUM_TOLERANCE = 1e-6
BALANCE_TOLERANCE = 1e-6


def unsupplied(system: ShockedSystem) -> Ints:
    """Return cells (importer, sector) with base expenditure and no supplier left, shape (C, 2)."""
    return np.argwhere((system.model.expenditure > 0) & ~system.spent)


def isolated(system: ShockedSystem) -> Ints:
    """Return economies cut off by the shock.

    An economy is cut off when it traded both ways with the largest group of economies in the base
    and no longer does, directly or through others.
    """
    before, after = (np.asarray((x > 0).any(axis=0)) for x in (system.model.pi, system.K))
    if np.array_equal(before, after):
        return np.flatnonzero(np.zeros(before.shape[0]))
    return np.flatnonzero(_in_largest_group(before) & ~_in_largest_group(after))


def require_trade(system: ShockedSystem) -> None:
    """Raise when the shock leaves an importer without a supplier or cuts an economy off.

    Raises
    ------
    NoSupplierLeft, EconomyIsolated
        With the positions in the arrays; callers that know labels check first.
    """
    alone = isolated(system)
    if alone.size:
        raise EconomyIsolated(
            "the shock ends all two-way trade of an economy",
            where=f"economies at positions {alone.tolist()}",
            hint="leave some trade, or merge the economy with a partner",
        )
    cells = unsupplied(system)
    if cells.size:
        raise NoSupplierLeft(
            "the shock takes the last supplier of a sector that an economy buys",
            where=f"(economy, sector) at positions {cells[:10].tolist()}",
            hint="leave a supplier: in the closed form the price would be infinite",
        )


def check_model(model: TradeModel) -> None:
    """Check ranges and sums of a base.

    Raises
    ------
    BadInput
        With every problem found.
    """
    problems: list[InputProblem] = []
    for name in ("pi", "tariff", "expenditure", "beta", "gamma", "alpha", "theta"):
        values: Array = getattr(model, name)
        if not np.isfinite(values).all():
            problems.append(InputProblem("holds NaN or infinite values", name))
        elif (values < 0).any():
            problems.append(InputProblem("holds negative values", name))
    problems += _theta_problems(model.theta)
    problems += _sum_problems(model)
    raise_all("trade model", problems)


def check_shock(model: TradeModel, shock: TradeShock) -> None:
    """Check ranges of a shock.

    Raises
    ------
    BadInput
        With every problem found.
    """
    problems: list[InputProblem] = []
    if shock.tariff is not None and not (np.isfinite(shock.tariff) & (shock.tariff > -1)).all():
        problems.append(InputProblem("must be finite and above -1", "tariff"))
    for name in ("cost", "productivity"):
        values: Array | None = getattr(shock, name)
        if values is not None and not (np.isfinite(values) & (values > 0)).all():
            problems.append(
                InputProblem("must be positive and finite", name, "use keep = 0 for an embargo")
            )
    if shock.keep is not None and not ((shock.keep >= 0) & (shock.keep <= 1)).all():
        problems.append(InputProblem("must lie in [0, 1]", "keep"))
    if shock.deficit is not None and not _balanced(shock.deficit, model):
        problems.append(InputProblem("deficits must sum to zero over the world", "deficit"))
    raise_all("trade shock", problems)


def _balanced(deficit: Array, model: TradeModel) -> bool:
    return bool(abs(deficit.sum()) <= BALANCE_TOLERANCE * model.value_added.sum())


def _theta_problems(theta: Array) -> list[InputProblem]:
    return [
        InputProblem(
            f"theta = {theta[j]:g} lies outside [{LOWEST_THETA:g}, {HIGHEST_THETA:g}]",
            f"theta[{j}]",
            "near 0 the price index has no limit",
        )
        for j in np.flatnonzero(~((theta >= LOWEST_THETA) & (theta <= HIGHEST_THETA)))
    ]


def _sum_problems(model: TradeModel) -> list[InputProblem]:
    problems = []
    bought = model.expenditure.T > 0
    if not np.allclose(model.pi.sum(axis=2)[bought], 1.0, atol=SUM_TOLERANCE):
        problems.append(InputProblem("shares of suppliers do not sum to 1", "pi"))
    if not np.allclose(model.alpha.sum(axis=1), 1.0, atol=SUM_TOLERANCE):
        problems.append(InputProblem("final expenditure shares do not sum to 1", "alpha"))
    whole = model.gamma.sum(axis=1) + model.beta
    if not np.allclose(whole[whole > 0], 1.0, atol=SUM_TOLERANCE):
        problems.append(InputProblem("inputs and value added do not sum to 1", "gamma"))
    if not (model.value_added > 0).all():
        where = np.flatnonzero(~(model.value_added > 0)).tolist()
        problems.append(InputProblem(f"not positive at positions {where}", "value_added"))
    if not _balanced(model.deficit, model):
        problems.append(InputProblem("deficits do not sum to zero over the world", "deficit"))
    return problems


def _in_largest_group(trades: Mask) -> Mask:
    apart = trades & ~np.eye(trades.shape[0], dtype=np.bool_)
    _, group = connected_components(csr_array(apart), directed=True, connection="strong")
    return np.asarray(group == np.bincount(group).argmax())
