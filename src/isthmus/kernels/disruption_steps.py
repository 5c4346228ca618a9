"""The element-wise steps of a day of the disruption model, in array-API operations only.

Stocks of a block of inputs are seen as (block, R, S, B): by input, economy and industry of the
holder, and scenario.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from isthmus.kernels.disruption_batch import State, ratio
from isthmus.kernels.disruption_terms import Behaviour, Choices, Coefficients, Rationing


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the stocks of some inputs allow; arrays of shape (n, B).

    Attributes
    ----------
    output : array
        Output allowed; infinite where nothing limits.
    gone : array
        Share of what is missing of the scarcest input, 0 to 1.
    later : array
        Share of what the input that limits takes away that is made later.
    """

    output: Any
    gone: Any
    later: Any


@dataclass(frozen=True, slots=True)
class Block:
    """Coefficients and choices of a block of inputs, shaped to go with its stocks.

    Coefficients are (block, R, S, 1), choices by input and user (block, 1, S, B), by input
    (block, 1, 1, B).
    """

    tech: Any
    unit: Any
    bar: Any
    cover: Any
    begin: Any
    reach: Any
    rise: Any
    fall: Any
    need: Any
    sigma: Any
    defer: Any
    ces: bool

    @classmethod
    def of(
        cls, inputs: Coefficients, choices: Choices, rows: tuple[int, int], asarray: Any
    ) -> Block:
        """Return the block of the inputs lo .. hi-1; `asarray` converts a numpy array."""
        lo, hi = rows
        s = inputs.tech.shape[0]
        shape = (hi - lo, inputs.tech.shape[1] // s, s, 1)

        def wide(v: Any) -> Any:
            return asarray(v[lo:hi])[:, None, :, :]

        def thin(v: Any) -> Any:
            return asarray(v[lo:hi])[:, None, None, :]

        return cls(
            tech=asarray(inputs.tech[lo:hi].reshape(shape)),
            unit=asarray(inputs.unit[lo:hi].reshape(shape)),
            bar=asarray(inputs.bar[lo:hi].reshape(shape)),
            cover=wide(choices.cover),
            begin=wide(choices.begin),
            reach=wide(choices.reach),
            rise=thin(choices.rise),
            fall=thin(choices.fall),
            need=wide(choices.need),
            sigma=thin(choices.sigma),
            defer=wide(choices.defer),
            ces=bool((choices.sigma[lo:hi] > 0).any()),
        )


def drawn(xp: Any, stock: Any, block: Block) -> tuple[Any, Any]:
    """Return the output that each stock alone would allow, and where it limits at all."""
    per_unit = block.bar * block.reach
    limiting = (per_unit > 0) & (block.need > 0)
    return stock / xp.where(per_unit > 0, per_unit, 1.0), limiting


def limits(
    xp: Any, stock: Any, block: Block, planned: Any, start: Any, behaviour: Behaviour
) -> Any:
    """Return the output that each input of a block allows, infinite where it never limits.

    With planned output x*, need c and S / (psi n a) of the output that the stock alone would
    allow: (1 - c) x* + c S / (psi n a), or with an elasticity (1 - c) x* + c x* y, where y is the
    CES of the share of the input that is there, all other inputs as planned.

    Parameters
    ----------
    stock : array, shape (block, R, S, B)
        Stocks.
    planned, start : array, shape (1, R, S, B)
        Planned output, output at the start.
    """
    alone, limiting = drawn(xp, stock, block)
    base = start if behaviour.from_start else planned
    made = alone
    if block.ces:
        share = ratio(xp, alone, base)
        bent = base * substituted(xp, xp.where(share < 1, share, 1.0), block.tech, block.sigma)
        made = xp.where(block.sigma > 0, bent, alone)
    bound = (1.0 - block.need) * base + block.need * made
    return xp.where(limiting, bound, xp.inf)


def substituted(xp: Any, share: Any, cost: Any, sigma: Any) -> Any:
    """Return output over planned output when a share of one input is there, all others in full.

    ((1 - s) + s q^rho)^(1/rho) with cost share s, share of the input q and rho = (sigma - 1)/sigma;
    q^s at an elasticity of one. Computed in logarithms, as rho is far below zero for small sigma,
    and as a small difference near an elasticity of one. Cost shares and elasticities stay as
    thin as they come.
    """
    sigma = xp.where(sigma > 0, sigma, 1.0)
    rho = (sigma - 1.0) / sigma
    flat = rho == 0
    safe = xp.where(flat, 1.0, rho)
    partial = (cost > 0) & (cost < 1)
    known = (share > 0) & partial
    q = xp.log(xp.where(known, share, 1.0))
    s = xp.where(partial, cost, 0.5)
    steep = safe * q
    far = xp.abs(steep) > 1
    near = xp.log1p(s * xp.expm1(xp.where(far, 0.0, steep)))
    bent = xp.where(far, xp.logaddexp(xp.log1p(-s), xp.log(s) + steep), near) / safe
    inside = xp.exp(xp.where(flat, s * q, bent))
    better = (sigma > 1) & partial
    none = xp.where(better, xp.exp(xp.where(better, xp.log1p(-s) / safe, 0.0)), 0.0)
    edge = xp.where(cost > 0, xp.where(share > 0, share, none), 1.0)
    return xp.where(known, inside, edge)


def allow(
    xp: Any,
    stock: Any,
    block: Block,
    planned: Any,
    start: Any,
    behaviour: Behaviour,
    *,
    deferring: bool,
) -> Allowed:
    """Return what the stocks of a block allow together; see `limits` for the arguments."""
    count, r, s, batch = stock.shape
    if behaviour.limit == "sum":
        whole = xp.reshape(xp.sum(stock, axis=0), (r * s, batch))
        none = xp.zeros_like(whole)
        return Allowed(whole, none, none)
    each = limits(xp, stock, block, planned, start, behaviour)
    output = xp.min(each, axis=0)
    gone, later = xp.zeros_like(output), xp.zeros_like(output)
    if deferring:
        alone, limiting = drawn(xp, stock, block)
        missing = xp.where(limiting & (alone < planned), 1.0 - ratio(xp, alone, planned), 0.0)
        gone = xp.max(missing, axis=0)
        for i in range(count):
            later = xp.where(each[i, ...] == output, block.defer[i, ...], later)
    return Allowed(*(xp.reshape(v, (r * s, batch)) for v in (output, gone, later)))


def together(xp: Any, parts: list[Allowed], limit: str) -> Allowed:
    """Return what several blocks allow together."""
    whole = parts[0]
    for part in parts[1:]:
        if limit == "sum":
            whole = Allowed(whole.output + part.output, whole.gone, whole.later)
            continue
        nearer = part.output < whole.output
        whole = Allowed(
            xp.where(nearer, part.output, whole.output),
            xp.where(part.gone > whole.gone, part.gone, whole.gone),
            xp.where(nearer, part.later, whole.later),
        )
    return whole


@dataclass(frozen=True, slots=True)
class Later:
    """What is put off and made later; arrays of shape (n, B).

    Attributes
    ----------
    late : array
        Made today for buyers who waited.
    more : array
        Made today of the backlog for orders beyond ordinary capacity.
    backlog : array
        Output still to be made.
    kept : array
        Share of the final demand not delivered today that waits.
    """

    late: Any
    more: Any
    backlog: Any
    kept: Any


def put_off(
    xp: Any,
    state: State,
    made: tuple[Any, Any, Any],
    demand: Any,
    left: Any,
    allowed: Allowed,
    each: Mapping[str, Any],
) -> Later:
    """Return what is made of earlier days today and what of today is put off.

    A share of what a missing input takes joins the backlog, `later` of it, and `catch_up` of what
    a loss of capacity takes. A part 1 / defer_days of the backlog is made each day on top of
    ordinary output, times the share of capital that is there and the share of the scarcest needed
    input: first for final buyers who wait, then for orders beyond ordinary capacity.

    Parameters
    ----------
    made : three arrays, shape (n, B)
        Output that demand and whole capital allow, planned output, output that stocks allow.
    left : array, shape (n, B)
        Share of capacity left.
    """
    whole, optimum, output = made
    pace = left * (1.0 - allowed.gone) / each["defer_days"]
    late = pace * state.waiting
    more = xp.minimum(pace * (state.backlog - state.waiting), demand - optimum)
    joined = allowed.later * (optimum - output) + each["catch_up"] * (whole - optimum)
    backlog = state.backlog + joined - late - more
    return Later(late, more, backlog, ratio(xp, joined, demand - output))


def usable(xp: Any, stock: Any, received: Any, block: Block, late: Any, whole: bool) -> Any:
    """Return the most of each input that can be used today.

    Of an input that runs short only what its own products take, S / (psi n); of all others the
    stock, and what arrives where `late` is 1. `whole` as in `Behaviour.whole_stock`.
    """
    if whole:
        return stock + late * received
    per_unit = block.bar * block.reach
    limiting = (per_unit > 0) & (block.need > 0)
    own = stock * block.tech / xp.where(limiting, per_unit, 1.0)
    return xp.where(limiting, own, stock) + late * received


def sweep(
    xp: Any,
    stock: Any,
    ask: Any,
    collected: Any,
    base: Any,
    day: tuple[Any, Any, Any],
    block: Block,
    late: Any,
    behaviour: Behaviour,
) -> tuple[Any, Any, Any]:
    """Receive, use up and reorder one block of inputs.

    Parameters
    ----------
    stock, ask, collected, base : array, shape (block, R, S, B)
        Stocks, yesterday's ask, sum_o weight phi Z of deliveries, sum_o weight Z of new orders.
    day : three arrays, shape (1, R, S, B)
        Output, the output that orders for use reckon with, and that wanted stocks are for.
    late : array, shape (B,)
        As in `Choices`.

    Returns
    -------
    stock, ask : array, shape (block, R, S, B)
    used : array, shape (R, S, B)
        Sum of inputs used.
    """
    output, expected, target = day
    received = ask * collected
    used = output * block.tech
    if behaviour.clip:
        most = usable(xp, stock, received, block, late, behaviour.whole_stock)
        used = xp.minimum(used, most)
    if not (behaviour.skip_small and _agree(xp, received, used)):
        stock = stock + received - used
    short = target * block.unit * block.cover - stock
    wanted = short * xp.where(short > 0, block.rise, block.fall) + expected * block.tech
    wanted = xp.where(wanted > 0, wanted, 0.0)
    return stock, ratio(xp, wanted, base), xp.sum(used, axis=0)


def _agree(xp: Any, received: Any, used: Any) -> bool:
    gap = xp.abs(received - used)
    return bool(xp.all(gap <= 1e-8 + 1e-5 * xp.abs(used)))


def overproduce(
    xp: Any, factor: Any, demand: Any, last: Any, most: Any, days: Any, behaviour: Behaviour
) -> Any:
    """Return the overproduction factor after yesterday's scarcity (demand - output) / demand."""
    scarcity = ratio(xp, demand - last, demand)
    calm = xp.abs(scarcity) <= behaviour.calm
    pull = (most - factor) * scarcity / days
    back = (behaviour.over_base - factor) / days
    risen = factor + xp.where(calm, back, pull)
    floor = xp.full_like(risen, behaviour.over_base)
    return xp.where(risen > floor, risen, floor)


def share_out(
    xp: Any, output: Any, orders: Any, final: Any, ration: Any, rules: Collection[int]
) -> tuple[Any, Any]:
    """Return the shares of intermediate orders and of final demand that are delivered.

    `ration` holds, by scenario, the position in the values of `Rationing`; `rules` are those
    that occur, known without asking the device on which `ration` lies.
    """
    words = get_args(Rationing)
    met = ratio(xp, output, orders + final)
    first, second = words.index("final_first"), words.index("orders_first")
    shares = met, met
    if first in rules:
        shares = _chosen(xp, ration == first, _served(xp, output, final, orders)[::-1], shares)
    if second in rules:
        shares = _chosen(xp, ration == second, _served(xp, output, orders, final), shares)
    return shares


def _served(xp: Any, output: Any, first: Any, second: Any) -> tuple[Any, Any]:
    served = xp.minimum(first, output)
    return ratio(xp, served, first), ratio(xp, output - served, second)


def _chosen(xp: Any, where: Any, new: Any, old: Any) -> tuple[Any, Any]:
    return xp.where(where, new[0], old[0]), xp.where(where, new[1], old[1])
