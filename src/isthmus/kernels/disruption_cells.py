"""What a day does with every stock of a block of inputs, element by element.

Stocks are seen as (block, R, S, B): by input, economy and industry of the holder, and scenario. A
library that can make one operation of many element-wise ones is given them whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from isthmus.kernels.disruption_batch import ratio
from isthmus.kernels.disruption_terms import Behaviour, Choices, Coefficients

Fuse = Callable[[Callable[..., Any]], Callable[..., Any]]


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


class Cells:
    """The element-wise functions of a run, for the rules that its batch shares.

    Parameters
    ----------
    xp : module
        Array library.
    behaviour : Behaviour
        Rules shared by the batch.
    fuse : callable, optional
        As in `BatchRun`.
    """

    def __init__(self, xp: Any, behaviour: Behaviour, fuse: Fuse | None = None) -> None:
        self.xp, self.behaviour, self.fuse = xp, behaviour, fuse
        self._made: dict[str, Callable[..., Any]] = {}

    def _whole(self, step: Callable[..., Any], *rules: bool) -> Callable[..., Any]:
        """Return `step` under some rules as a function of arrays alone; made once."""
        key = "_".join([step.__name__.strip("_"), *(str(int(rule)) for rule in rules)])
        if key not in self._made:

            def whole(*arrays: Any) -> Any:
                return step(self.xp, rules, *arrays)

            whole.__name__ = key
            self._made[key] = self.fuse(whole) if self.fuse else whole
        return self._made[key]

    def limits(self, stock: Any, block: Block, planned: Any, start: Any) -> Any:
        """Return the output that each input of a block allows, infinite where it never limits.

        With planned output x*, need c and S / (psi n a) of the output that the stock alone would
        allow: (1 - c) x* + c S / (psi n a), or with an elasticity (1 - c) x* + c x* y, where y is
        the CES of the share of the input that is there, all other inputs as planned.

        Parameters
        ----------
        stock : array, shape (block, R, S, B)
            Stocks.
        planned, start : array, shape (1, R, S, B)
            Planned output, output at the start.
        """
        base = start if self.behaviour.from_start else planned
        of = block.tech, block.bar, block.reach, block.need, block.sigma
        return self._whole(_limits, block.ces)(stock, base, *of)

    def missing(self, stock: Any, block: Block, planned: Any) -> Any:
        """Return the share of what planned output takes that is missing of an input that limits."""
        return self._whole(_missing)(stock, planned, block.bar, block.reach, block.need)

    def turn_over(
        self,
        stock: Any,
        ask: Any,
        collected: Any,
        base: Any,
        day: tuple[Any, Any, Any],
        block: Block,
        late: Any,
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
        rules = self.behaviour.clip, self.behaviour.whole_stock
        of = block.tech, block.unit, block.bar, block.cover, block.reach
        paces = block.rise, block.fall, block.need, late
        given = (stock, ask, collected, base, *day, *of, *paces)
        found: tuple[Any, Any, Any] = self._whole(_turn_over, *rules, False)(*given)
        if self.behaviour.skip_small:
            gap = self.xp.abs(ask * collected - found[2])
            if bool(self.xp.all(gap <= 1e-8 + 1e-5 * self.xp.abs(found[2]))):
                found = self._whole(_turn_over, *rules, True)(*given)
        return found[0], found[1], self.xp.sum(found[2], axis=0)


def _drawn(xp: Any, stock: Any, bar: Any, reach: Any, need: Any) -> tuple[Any, Any]:
    """Return the output that each stock alone would allow, and where it limits at all."""
    per_unit = bar * reach
    limiting = (per_unit > 0) & (need > 0)
    return stock / xp.where(per_unit > 0, per_unit, 1.0), limiting


def _limits(
    xp: Any,
    rules: tuple[bool],
    stock: Any,
    base: Any,
    tech: Any,
    bar: Any,
    reach: Any,
    need: Any,
    sigma: Any,
) -> Any:
    alone, limiting = _drawn(xp, stock, bar, reach, need)
    made = alone
    if rules[0]:
        share = ratio(xp, alone, base)
        bent = base * substituted(xp, xp.where(share < 1, share, 1.0), tech, sigma)
        made = xp.where(sigma > 0, bent, alone)
    bound = (1.0 - need) * base + need * made
    return xp.where(limiting, bound, xp.inf)


def _missing(
    xp: Any, rules: tuple[()], stock: Any, planned: Any, bar: Any, reach: Any, need: Any
) -> Any:
    alone, limiting = _drawn(xp, stock, bar, reach, need)
    return xp.where(limiting & (alone < planned), 1.0 - ratio(xp, alone, planned), 0.0)


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


def usable(
    xp: Any,
    stock: Any,
    received: Any,
    tech: Any,
    bar: Any,
    reach: Any,
    need: Any,
    late: Any,
    whole: bool,
) -> Any:
    """Return the most of each input that can be used today.

    Of an input that runs short only what its own products take, S / (psi n); of all others the
    stock, and what arrives where `late` is 1. `whole` as in `Behaviour.whole_stock`.
    """
    if whole:
        return stock + late * received
    per_unit = bar * reach
    limiting = (per_unit > 0) & (need > 0)
    own = stock * tech / xp.where(limiting, per_unit, 1.0)
    return xp.where(limiting, own, stock) + late * received


def _turn_over(
    xp: Any,
    rules: tuple[bool, bool, bool],
    stock: Any,
    ask: Any,
    collected: Any,
    base: Any,
    output: Any,
    expected: Any,
    target: Any,
    tech: Any,
    unit: Any,
    bar: Any,
    cover: Any,
    reach: Any,
    rise: Any,
    fall: Any,
    need: Any,
    late: Any,
) -> tuple[Any, Any, Any]:
    clip, whole, kept = rules
    received = ask * collected
    used = output * tech
    if clip:
        used = xp.minimum(used, usable(xp, stock, received, tech, bar, reach, need, late, whole))
    if not kept:
        stock = stock + received - used
    short = target * unit * cover - stock
    wanted = short * xp.where(short > 0, rise, fall) + expected * tech
    wanted = xp.where(wanted > 0, wanted, 0.0)
    return stock, ratio(xp, wanted, base), used
