"""Arrays of the daily disruption model: the table, its coefficients, the parameters of the day.

Industries are numbered economy first: f = economy * S + sector. Suppliers are viewed by sector,
so that one product of a step is one matrix product per input sector. All flows are per day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]
Rule = Literal["alt", "noalt"]
Limit = Literal["min", "sum"]
Rationing = Literal["proportional", "final_first", "orders_first"]

ENDLESS_DAYS = 1.0e4
"""Stock-days given to an input whose stock is declared endless: beyond any horizon."""


@dataclass(frozen=True, slots=True)
class DenseTable:
    """A daily table with every origin of every input.

    Parameters
    ----------
    flows : ndarray, shape (S, R, n)
        Z[p, o, f]: daily deliveries of sector p of economy o to industry f.
    final : ndarray, shape (S, R, R)
        Y[p, o, j]: daily deliveries of sector p of economy o to the final demand of economy j.
    output : ndarray, shape (n,)
        Daily gross output x0.
    """

    flows: Array
    final: Array
    output: Array

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of sectors and economies (S, R)."""
        return self.flows.shape[0], self.flows.shape[1]

    def inputs(self) -> Array:
        """Daily use of each input whatever its origin, Zc[p, f], shape (S, n)."""
        return np.asarray(self.flows.sum(axis=1))


@dataclass(frozen=True, slots=True)
class FactoredTable:
    """A daily table in which all users of an importer share its origins of a product.

    Z[(o, p), (j, l)] = origin[p, o, j] * imported[p, j, l] for o != j, domestic[p, j, l] for o = j.

    Parameters
    ----------
    origin : ndarray, shape (S, R, R)
        Shares a[p, o, j]; the diagonal o = j is zero.
    imported, domestic : ndarray, shape (S, R, S)
        Daily use of sector p by industry (j, l), imported and domestic.
    final : ndarray, shape (S, R, R)
        As in `DenseTable`.
    output : ndarray, shape (n,)
        Daily gross output x0.
    """

    origin: Array
    imported: Array
    domestic: Array
    final: Array
    output: Array

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of sectors and economies (S, R)."""
        return self.origin.shape[0], self.origin.shape[1]

    def inputs(self) -> Array:
        """Daily use of each input whatever its origin, Zc[p, f], shape (S, n)."""
        s, r = self.shape
        share = self.origin.sum(axis=1)
        return np.asarray((share[:, :, None] * self.imported + self.domestic).reshape(s, r * s))

    def dense(self) -> DenseTable:
        """Return the same table with every cell written out."""
        s, r = self.shape
        flows = np.einsum("poj,pjl->pojl", self.origin, self.imported)
        own = np.arange(r)
        flows[:, own, own, :] += self.domestic
        return DenseTable(flows.reshape(s, r, r * s), self.final, self.output)


Table = DenseTable | FactoredTable


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What every step needs about inputs, each of shape (S, n).

    Parameters
    ----------
    tech : ndarray
        Input per unit of output.
    goal : ndarray
        Desired stock per unit of output: tech * stock-days.
    rate : ndarray
        1 / time in which a gap in stock is closed, per day.
    slope, offset : ndarray
        Output that a stock S allows: slope * S + offset; slope 0 and offset infinite where the
        input does not limit.
    start : ndarray
        Stock at the beginning.
    """

    tech: Array
    goal: Array
    rate: Array
    slope: Array
    offset: Array
    start: Array


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How industries react; scalars, the same for all scenarios of a batch.

    Parameters
    ----------
    rule : {"alt", "noalt"}
        Orders split by current capacity or by initial shares.
    limit : {"min", "sum"}
        Whether the scarcest input or the sum of inputs limits output.
    rationing : {"proportional", "final_first", "orders_first"}
        Who is served first when demand exceeds output.
    over_base, over_max, over_tau : float
        Overproduction factor: base, maximum, days.
    calm : float
        Relative scarcity below which overproduction relaxes to its base; 0 for exact equality.
    clip : bool
        Whether the use of an input that does not limit ends with its stock.
    skip_small : bool
        Whether stocks are left alone when deliveries and use agree to an absolute 1e-8 and a
        relative 1e-5 everywhere, as BoARIO 0.7.2 does; depends on the currency unit.
    orders_after_rebuilding : bool
        Whether new orders reckon only with the part of today's rebuilding demand that was not
        met, as BoARIO 0.7.2 does, or with all of it.
    """

    rule: Rule = "alt"
    limit: Limit = "min"
    rationing: Rationing = "proportional"
    over_base: float = 1.0
    over_max: float = 1.25
    over_tau: float = 365.0
    calm: float = 1e-9
    clip: bool = True
    skip_small: bool = False
    orders_after_rebuilding: bool = False


@dataclass(frozen=True, slots=True)
class Scales:
    """Per scenario: factors on stock-days, on psi and on the closing rate, each of shape (B,)."""

    stock: Array
    psi: Array
    rate: Array

    @classmethod
    def ones(cls, batch: int) -> Scales:
        """Return factors of one for `batch` scenarios."""
        return cls(np.ones(batch), np.ones(batch), np.ones(batch))


def input_coefficients(
    table: Table,
    *,
    stock_days: Array,
    restore_days: Array,
    psi: float,
    threshold: float,
    criticality: Array | None = None,
    reading: Literal["psi", "leontief", "strong", "half", "weak", "linear"] = "psi",
) -> Coefficients:
    """Return the coefficients of inputs for one reading of which inputs limit output.

    With the reading "psi" output is held down once the stock of any input falls below psi times
    its goal: x <= S / (tech psi inv). The others let the whole stock be used in a day,
    x <= S / tech, over the inputs with criticality C: "leontief" all, "strong" C >= 0.5,
    "weak" C = 1, "half" C = 1 and (S / tech + x0) / 2 for C = 0.5, "linear" the sum over all
    inputs (used with `Behaviour.limit` "sum").

    Parameters
    ----------
    table : DenseTable or FactoredTable
        The daily table.
    stock_days : ndarray, broadcastable to (S, n)
        Desired stock in days of use; infinite for endless.
    restore_days : ndarray, broadcastable to (S, n)
        Days in which a gap in stock is closed.
    psi : float
        Share of the goal below which production is held down.
    threshold : float
        An input limits only when its use exceeds this share of output.
    criticality : ndarray, broadcastable to (S, n), optional
        C in {0, 0.5, 1}; None counts every input as critical. With "psi" inputs of C = 0 do not
        limit.
    reading : str
        See above.

    Returns
    -------
    Coefficients

    References
    ----------
    Hallegatte 2013, Risk Analysis 34(1); Pichler, Pangallo, del Rio-Chanona, Lafond, Farmer
    2022, Journal of Economic Dynamics and Control 144.
    """
    use = table.inputs()
    x0 = np.asarray(table.output)
    shape = use.shape
    tech = np.divide(use, x0, out=np.zeros(shape), where=x0 > 0)
    days = np.broadcast_to(np.asarray(stock_days, dtype=np.float64), shape)
    endless = np.isinf(days)
    goal = tech * np.where(endless, 0.0, days)
    start = x0 * tech * np.where(endless, ENDLESS_DAYS, days)
    level = np.ones(shape) if criticality is None else np.broadcast_to(criticality, shape)
    slope, offset = _limits(reading, tech, days, psi, level, x0)
    free = endless | (use <= threshold * x0)
    if reading == "linear":
        total = tech.sum(axis=0)
        slope = np.broadcast_to(
            np.divide(1.0, total, out=np.zeros_like(total), where=total > 0), shape
        )
        return Coefficients(
            tech, goal, _rate(restore_days, shape), slope.copy(), np.zeros(shape), start
        )
    slope = np.where(free, 0.0, slope)
    offset = np.where(free, np.inf, offset)
    return Coefficients(tech, goal, _rate(restore_days, shape), slope, offset, start)


def _rate(restore_days: Array, shape: tuple[int, ...]) -> Array:
    return np.broadcast_to(1.0 / np.asarray(restore_days, dtype=np.float64), shape).copy()


def _limits(
    reading: str, tech: Array, days: Array, psi: float, level: Array, x0: Array
) -> tuple[Array, Array]:
    per_unit = tech * psi * np.where(np.isinf(days), 1.0, days) if reading == "psi" else tech
    slope = np.divide(1.0, per_unit, out=np.zeros_like(tech), where=per_unit > 0)
    offset = np.where(per_unit > 0, 0.0, np.inf)
    lowest = {"psi": 0.25, "leontief": 0.0, "strong": 0.25, "half": 0.25, "weak": 0.75, "linear": 0}
    idle = level < lowest[reading]
    if reading == "half":
        middle = (level > 0.25) & (level < 0.75) & (per_unit > 0)
        slope = np.where(middle, slope / 2.0, slope)
        offset = np.where(middle, x0 / 2.0, offset)
    return np.where(idle, 0.0, slope), np.where(idle, np.inf, offset)
