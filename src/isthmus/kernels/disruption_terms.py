"""What governs a run of the disruption model: coefficients of inputs, choices of each scenario.

Coefficients are shared by a batch, by input and holder, (S, n). Choices differ between scenarios:
by input and using industry (S, S, B), by input (S, B), or one per scenario (B,).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

import numpy as np

from isthmus.kernels.disruption import Array, Table

Rule = Literal["alt", "noalt"]
Limit = Literal["min", "sum"]
Rationing = Literal["proportional", "final_first", "orders_first"]
Orders = Literal["plan", "output", "demand"]
Reading = Literal["psi", "leontief", "strong", "half", "weak", "linear"]

ENDLESS_DAYS = 1.0e4
"""Stock-days given to an input whose stock is declared endless: beyond any horizon."""


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What every step needs about inputs, each of shape (S, n), shared by a batch.

    Parameters
    ----------
    tech : ndarray
        Input per unit of output, a.
    unit : ndarray
        A day's use in stock per unit of output: a, times a factor of the holder where given.
    bar : ndarray
        Stock per unit of output that is compared with `Choices.reach`: `unit` under the reading
        "psi", a under the others; 0 where an input never limits.
    """

    tech: Array
    unit: Array
    bar: Array


@dataclass(frozen=True, slots=True)
class Choices:
    """What may differ between the scenarios of a batch.

    Parameters
    ----------
    cover : ndarray, shape (S, S, B)
        Desired stock of input p in industries l, in days of use.
    begin : ndarray, shape (S, S, B)
        Stock at the start, in days of use; more than `cover` where there is stock to be bought.
    reach : ndarray, shape (S, S, B)
        Days of use in stock below which an input limits: psi n, or 1 where a whole stock can be
        used in a day.
    psi : ndarray, shape (S, B)
        Share of the desired stock below which an input limits; 1 outside the reading "psi".
    rise, fall : ndarray, shape (S, B)
        Share of a gap, and of an excess, of stock that is ordered, or left out of orders, a day.
    need : ndarray, shape (S, S, B)
        Share of the output of industry l that cannot be made without input p.
    sigma : ndarray, shape (S, B)
        Elasticity of substitution of the input for all others; 0 for the linear response.
    defer : ndarray, shape (S, S, B)
        Share of what a missing input takes that is made later.
    catch_up : ndarray, shape (B,)
        The same for what a loss of capacity takes.
    defer_days : ndarray, shape (B,)
        Days in which what was put off is made, once that is possible.
    plan, output, demand : ndarray, shape (B,)
        Weights of planned output, output and demand in what orders for use reckon with; sum 1.
    fixed : ndarray, shape (B,)
        1 where the desired stock is that of the start, 0 where it follows planned output.
    late : ndarray, shape (B,)
        1 where an input that does not limit can be used on the day it arrives, else 0.
    alt : ndarray, shape (B,)
        1 where orders go where capacity is left, 0 where they stay with the usual origins.
    ration : ndarray of int, shape (B,)
        Position in the values of `Rationing`.
    over_max, over_tau : ndarray, shape (B,)
        Overproduction factor: maximum, days.
    """

    cover: Array
    begin: Array
    reach: Array
    psi: Array
    rise: Array
    fall: Array
    need: Array
    sigma: Array
    defer: Array
    catch_up: Array
    defer_days: Array
    plan: Array
    output: Array
    demand: Array
    fixed: Array
    late: Array
    alt: Array
    ration: Array
    over_max: Array
    over_tau: Array

    @property
    def defers(self) -> bool:
        """Whether any scenario puts output off."""
        return bool(np.any(self.defer > 0) or np.any(self.catch_up > 0))

    @property
    def batch(self) -> int:
        """Number of scenarios."""
        return int(self.plan.shape[0])


@dataclass(frozen=True, slots=True)
class Behaviour:
    """Rules shared by all scenarios of a batch.

    Parameters
    ----------
    limit : {"min", "sum"}
        Whether the scarcest input or the sum of inputs limits output.
    from_start : bool
        Whether the part of output that can do without a missing input is reckoned from output at
        the start (Pichler and others) or from planned output.
    whole_stock : bool
        Whether a whole stock can be used in a day: every reading but "psi".
    over_base : float
        Overproduction factor in calm.
    calm : float
        Relative scarcity below which overproduction relaxes to its base; 0 for exact equality.
    clip : bool
        Whether the use of an input ends with its stock.
    skip_small : bool
        Whether stocks are left alone when deliveries and use agree to an absolute 1e-8 and a
        relative 1e-5 everywhere, as BoARIO 0.7.2 does; depends on the currency unit.
    orders_after_rebuilding : bool
        Whether new orders reckon only with the part of today's rebuilding demand that was not
        met, as BoARIO 0.7.2 does, or with all of it.
    """

    limit: Limit = "min"
    from_start: bool = False
    whole_stock: bool = False
    over_base: float = 1.0
    calm: float = 1e-9
    clip: bool = True
    skip_small: bool = False
    orders_after_rebuilding: bool = False


def coefficients(
    table: Table,
    *,
    holder: Array | float = 1.0,
    threshold: float = 0.0,
    reading: Reading = "psi",
) -> Coefficients:
    """Return the coefficients of inputs of a table.

    Parameters
    ----------
    table : DenseTable or FactoredTable
        The daily table.
    holder : ndarray, broadcastable to (S, n)
        Factor on the stock-days of each holder.
    threshold : float
        An input limits only when its use exceeds this share of output.
    reading : str
        As in `choices`.
    """
    use = table.inputs()
    x0 = np.asarray(table.output)
    tech = np.divide(use, x0, out=np.zeros_like(use), where=x0 > 0)
    unit = tech * holder
    bar = np.where(use > threshold * x0, unit if reading == "psi" else tech, 0.0)
    return Coefficients(tech, unit, bar)


def choices(
    sectors: int,
    batch: int = 1,
    *,
    days: Any = 60.0,
    spot: Any = 0.0,
    psi: Any = 0.8,
    rise: Any = 1.0 / 60.0,
    fall: Any = 0.0,
    need: Any = 1.0,
    sigma: Any = 0.0,
    defer: Any = 0.0,
    catch_up: Any = 0.0,
    defer_days: Any = 30.0,
    orders: Any = "plan",
    order_share: Any = 1.0,
    rule: Any = "alt",
    rationing: Any = "proportional",
    over_max: Any = 1.25,
    over_tau: Any = 365.0,
    reading: Reading = "psi",
) -> Choices:
    """Return the choices of a batch; each value is broadcast to its shape in `Choices`.

    With the reading "psi" an input limits once its stock falls below psi times what is wanted.
    The other readings let a whole stock be used in a day; `need` says which inputs they count
    (see `reading_need`).

    Parameters
    ----------
    days : broadcastable to (S, S, B)
        Desired stock in days of use; infinite for endless.
    spot : broadcastable to (S, S, B)
        Days of use held at the start above what is desired.
    orders, rule, rationing : str or sequence of B str
        Values of `Orders`, `Rule`, `Rationing`. "demand" takes fixed desired stocks, leaves an
        excess out of orders at the pace of a gap and lets inputs be used as they arrive.
    order_share : broadcastable to (B,)
        With `orders` "plan": weight of planned output against output.
    others
        As in `Choices`.

    References
    ----------
    Hallegatte 2013, Risk Analysis 34(1); Pichler, Pangallo, del Rio-Chanona, Lafond, Farmer
    2022, Journal of Economic Dynamics and Control 144.
    """
    cells, rows, one = (sectors, sectors, batch), (sectors, batch), (batch,)

    def full(value: Any, shape: tuple[int, ...]) -> Array:
        return np.broadcast_to(np.asarray(value, dtype=np.float64), shape)

    whole = full(days, cells)
    endless = np.isinf(whole)
    cover = np.where(endless, 0.0, whole)
    begin = np.where(endless, ENDLESS_DAYS, whole + spot)
    share = full(psi if reading == "psi" else 1.0, rows)
    placed = np.broadcast_to(np.asarray(orders), one)
    by_demand = (placed == "demand").astype(np.float64)
    plan = (placed == "plan") * full(order_share, one)
    opening = full(rise, rows)
    return Choices(
        cover=cover,
        begin=begin,
        reach=cover * share[:, None, :] if reading == "psi" else np.ones(cells),
        psi=share,
        rise=opening,
        fall=np.maximum(full(fall, rows), by_demand * opening),
        need=np.where(endless, 0.0, full(need, cells)),
        sigma=full(sigma, rows),
        defer=full(defer, cells),
        catch_up=full(catch_up, one),
        defer_days=full(defer_days, one),
        plan=plan,
        output=1.0 - plan - by_demand,
        demand=by_demand,
        fixed=by_demand,
        late=by_demand,
        alt=(np.broadcast_to(np.asarray(rule), one) == "alt").astype(np.float64),
        ration=_positions(rationing, one),
        over_max=full(over_max, one),
        over_tau=full(over_tau, one),
    )


def _positions(rationing: Any, shape: tuple[int, ...]) -> Array:
    known = {word: i for i, word in enumerate(get_args(Rationing))}
    given = np.broadcast_to(np.asarray(rationing), shape)
    return np.array([known[str(word)] for word in given], dtype=np.float64)


def reading_need(reading: Reading, need: Array) -> Array:
    """Return the shares that a reading counts; 1 is critical, 0.5 important, 0 neither.

    "psi" and "half" take the shares as they are; "leontief" counts every input, "strong" critical
    and important ones, "weak" critical ones in full.
    """
    if reading in ("leontief", "linear"):
        return np.ones_like(need)
    if reading == "strong":
        return (need > 0.25).astype(np.float64)
    if reading == "weak":
        return (need > 0.75).astype(np.float64)
    return need


def values(record: Any) -> dict[str, Any]:
    """Return the fields of a record of arrays."""
    return {f.name: getattr(record, f.name) for f in fields(record)}
