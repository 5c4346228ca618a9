"""Trade of one sender with many targets, target by target, as arrays; coalitions act as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from isthmus.coercion.content import Content
from isthmus.kernels.arrays import Array, Mask, over
from isthmus.kernels.concentration import ratio
from isthmus.kernels.leverage import purchase_ban_loss, supply_stop_loss, trade_elasticity

CHANNELS = ("supply stop", "purchase ban")
SUPPLY_STOP, PURCHASE_BAN = CHANNELS


@dataclass(frozen=True, slots=True)
class PairSide:
    """One side of a pair: what it buys, sells and earns.

    Parameters
    ----------
    outlay : (P, K) array
        Purchases from anywhere, own production included where it is known (million USD).
    imports, exports : (P, K) array
        From and to outside (million USD).
    share : (P, K) array
        Domestic value added per unit of what it sells to the other side.
    cap : (P, K) array
        Bound of a loss of supplies (million USD).
    """

    outlay: Array
    imports: Array
    exports: Array
    share: Array
    cap: Array


@dataclass(frozen=True, slots=True)
class Pairs:
    """Trade between one sender and P targets in K items.

    Parameters
    ----------
    supplies, purchases : (P, K) array
        What the sender sells to each target and buys from it (million USD).
    target, sender : PairSide
        Both sides; the sender's as often as there are targets.
    """

    supplies: Array
    purchases: Array
    target: PairSide
    sender: PairSide


@dataclass(frozen=True, slots=True)
class Leverage:
    """Both channels by target, item and horizon, in the order of `CHANNELS`.

    Parameters
    ----------
    value, loss, cost, credibility, concentration, share : (P, K, 2, H) array
        As in the columns of the leverage map.
    """

    value: Array
    loss: Array
    cost: Array
    credibility: Array
    concentration: Array
    share: Array

    def mirrored(self) -> Leverage:
        """Return the same pairs seen from the target: what it could do to the sender.

        Its stop of supplies is the sender's loss of purchases, so losses and costs change places.
        """
        turned = self.at(np.s_[:, :, ::-1])
        return replace(
            turned,
            loss=turned.cost,
            cost=turned.loss,
            credibility=1.0 - turned.concentration,
            concentration=1.0 - turned.credibility,
        )

    def at(self, place: Any) -> Leverage:
        """Return a part of every array, by an index into their axes."""
        return Leverage(*(getattr(self, name)[place] for name in self.__slots__))


def pairs(F: Array, own: Mask, masks: Mask, content: Content, inside: Sequence[Array]) -> Pairs:
    """Return the trade of each target with the sender.

    Parameters
    ----------
    F : (n, n, K) array
        Flows [exporter, importer, item] (million USD).
    own : (n,) array of bool
        Economies of the sender.
    masks : (P, n) array of bool
        Economies of each target.
    content : Content
        Value added of the n economies, each alone.
    inside : sequence of (n, K) array
        Value added per unit of exports, for the sender and then for each target as one unit.
    """
    m = masks.astype(np.float64)
    out, into = F[own].sum(axis=0), F[:, own].sum(axis=1)
    supplies, purchases = m @ out, m @ into
    made = m @ np.einsum("ik,ijk->jk", inside[0][own], F[own])
    earned = np.array(
        [(s * into)[who].sum(axis=0) for s, who in zip(inside[1:], masks, strict=True)]
    )
    every = np.vstack([own[None], masks])
    internal = np.array([F[np.ix_(who, who)].sum(axis=(0, 1)) for who in every])
    bought = every.astype(np.float64) @ F.sum(axis=0)
    sold = every.astype(np.float64) @ F.sum(axis=1)
    cap = every.astype(np.float64) @ content.cap

    def side(rows: slice, share: Array) -> PairSide:
        shape = supplies.shape
        return PairSide(
            np.broadcast_to(bought[rows], shape),
            np.broadcast_to((bought - internal)[rows], shape),
            np.broadcast_to((sold - internal)[rows], shape),
            np.clip(share, 0.0, 1.0),
            np.broadcast_to(cap[rows], shape),
        )

    return Pairs(
        supplies,
        purchases,
        side(slice(1, None), over(earned, purchases)),
        side(slice(0, 1), over(made, supplies)),
    )


def leverage(found: Pairs, horizons: Sequence[float], diversion: float) -> Leverage:
    """Return losses, costs and what qualifies them.

    The part of lost sales that is not sold elsewhere falls from ``1 - diversion`` in the first
    year in the proportion in which the trade elasticity rises: what lets a buyer find other
    sellers lets a seller find other buyers.
    """
    eps = np.asarray(trade_elasticity(np.array(horizons, dtype=np.float64)))
    unsold = (1.0 - diversion) * float(trade_elasticity(1.0)) / eps
    stop, ban = found.supplies, found.purchases
    shape = (*stop.shape, 2, len(eps))

    def both(first: Array, second: Array) -> Array:
        return np.broadcast_to(np.stack([first, second], axis=2)[..., None], shape)

    def by_horizon(first: Array, second: Array) -> Array:
        return np.stack([first, second], axis=2)

    def income(flow: Array, share: Array) -> Array:
        return purchase_ban_loss(flow[..., None], share[..., None], 1.0 - unsold)

    def supply(flow: Array, buyer: PairSide) -> Array:
        w = np.minimum(ratio(flow, buyer.outlay), 1.0)[..., None]
        return supply_stop_loss(w, 1.0 + eps, buyer.outlay[..., None], buyer.cap[..., None])

    return Leverage(
        value=both(stop, ban),
        loss=by_horizon(supply(stop, found.target), income(ban, found.target.share)),
        cost=by_horizon(income(stop, found.sender.share), supply(ban, found.sender)),
        credibility=both(
            1.0 - ratio(stop, found.sender.exports), 1.0 - ratio(ban, found.sender.imports)
        ),
        concentration=both(ratio(stop, found.target.imports), ratio(ban, found.target.exports)),
        share=both(found.sender.share, found.target.share),
    )
