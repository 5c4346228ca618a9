"""The element-wise steps of a day of the disruption model, in array-API operations only.

Stocks of a block of inputs are seen as (block, R, S, B): by input, economy and industry of the
holder, and scenario.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from isthmus.kernels.disruption_batch import State, ratio
from isthmus.kernels.disruption_cells import Block, Cells
from isthmus.kernels.disruption_terms import Behaviour, Rationing


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


def allow(
    cells: Cells, stock: Any, block: Block, planned: Any, start: Any, *, deferring: bool
) -> Allowed:
    """Return what the stocks of a block allow together; see `Cells.limits` for the arguments."""
    xp = cells.xp
    count, r, s, batch = stock.shape
    if cells.behaviour.limit == "sum":
        whole = xp.reshape(xp.sum(stock, axis=0), (r * s, batch))
        none = xp.zeros_like(whole)
        return Allowed(whole, none, none)
    each = cells.limits(stock, block, planned, start)
    output = xp.min(each, axis=0)
    gone, later = xp.zeros_like(output), xp.zeros_like(output)
    if deferring:
        gone = xp.max(cells.missing(stock, block, planned), axis=0)
        for i in reversed(range(count)):  # of several, the first
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
