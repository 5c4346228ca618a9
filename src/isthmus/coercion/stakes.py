"""What a sender's measures touch at a target, and what they cost the sender itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isthmus import codes
from isthmus.coercion.cases import CaseMeasure, measures
from isthmus.coercion.content import read_content
from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array, over
from isthmus.kernels.leverage import purchase_ban_loss, supply_stop_loss
from isthmus.world import World
from isthmus.world.flows import IndustryFlows
from isthmus.world.shipped import YEAR

FLOWS = "icio_flows"
WEEKS = 52.0
MOST = 0.999
"""Largest share that is taken out: at 1 the price index is infinite."""
SERVICES = "SERV"


@dataclass(frozen=True, slots=True)
class Stakes:
    """Trade and income of some targets, and of the sender, by goods industry.

    Parameters
    ----------
    sender : str
        Economy that may answer.
    targets : tuple of str
        n economies.
    exports, value_added : (n,) array
        Goods sold to the sender and domestic value added in them (million USD).
    third, third_value_added : (n,) array
        Goods sold to third economies and domestic value added in them (million USD).
    outlay, from_sender : (n, L) array
        Purchases of listed industries' products from anywhere and from the sender (million USD).
    cap : (n, L) array
        Value added of the target's industries that use the item; bounds a loss (million USD).
    sender_outlay, sender_bought : (n, K), array
        Sender's purchases by industry, and those from each target (million USD).
    sender_third : (n, K) array
        Sender's purchases from each target's third economies (million USD).
    sender_share : float
        Domestic value added per unit of the sender's exports of listed industries.
    gdp : (n,) array
        Value added of each target (million USD).
    sender_gdp : float
        That of the sender (million USD).
    years : tuple of int
        Year whose shares the sales of each target to the sender have.
    """

    sender: str
    targets: tuple[str, ...]
    exports: Array
    value_added: Array
    third: Array
    third_value_added: Array
    outlay: Array
    from_sender: Array
    cap: Array
    sender_outlay: Array
    sender_bought: Array
    sender_third: Array
    sender_share: float
    gdp: Array
    sender_gdp: float
    years: tuple[int, ...] = ()


def read_stakes(
    world: World, sender: str, targets: Sequence[str], fellows: Sequence[str] = ()
) -> Stakes:
    """Return what is at stake between a sender and some targets in 2022.

    Sales of a target that the sender banned broadly in that year are those that it would have had:
    the shares of the last year before the ban, at the size of its goods sales of 2022.

    Parameters
    ----------
    world : World
        Holds the inter-economy table of 2022.
    sender : str
        Economy that may answer.
    targets : sequence of str
        Economies acted upon.
    fellows : sequence of str
        Economies whose firms secondary pressure reaches; all but sender and target when empty.

    Raises
    ------
    DataMissing
        When an economy is not in the table.
    BadInput
        When the sender is among the targets.
    """
    if sender in targets:
        raise BadInput(f"{sender} cannot be sender and target", where="target")
    flows = world.flows()
    values = flows.values(YEAR)
    me = int(flows.index([sender])[0])
    at = flows.index(list(targets))
    near = flows.index(list(fellows)) if fellows else np.arange(len(flows.economies))
    goods = [n for n, k in enumerate(flows.industries) if k != SERVICES]
    hit = codes.industries_in("listed")
    listed = [n for n, k in enumerate(flows.industries) if k in hit]
    made = read_content(world, flows.economies, [flows.industries[n] for n in goods])
    dva, income = made.share, made.gdp
    among = [goods.index(n) for n in listed]
    others = [[int(j) for j in near if j not in (me, i)] for i in at]
    trade = values[:, :, goods]
    third = np.array([trade[i, rest].sum(axis=0) for i, rest in zip(at, others, strict=True)])
    coded = measures(world)
    years = tuple(_year_before(coded, sender, target) for target in targets)
    sold = np.array([_sold(flows, i, me, year, goods) for i, year in zip(at, years, strict=True)])
    mine = values[me][:, listed]
    own = dva[me, among]
    abroad = np.delete(mine, me, axis=0).sum(axis=0)
    return Stakes(
        sender=sender,
        targets=tuple(targets),
        exports=sold.sum(axis=1),
        value_added=(sold * dva[at]).sum(axis=1),
        third=third.sum(axis=1),
        third_value_added=(third * dva[at]).sum(axis=1),
        outlay=values[:, at][:, :, listed].sum(axis=0),
        from_sender=mine[at],
        cap=made.cap[at][:, among],
        sender_outlay=np.repeat(trade[:, me].sum(axis=0)[None], len(at), axis=0),
        sender_bought=sold,
        sender_third=np.array([trade[rest, me].sum(axis=0) for rest in others]),
        sender_share=float((own * abroad).sum() / abroad.sum()),
        gdp=income[at],
        sender_gdp=float(income[me]),
        years=years,
    )


def _year_before(coded: Iterable[CaseMeasure], sender: str, target: str) -> int:
    """Return the last year before a broad ban that is in force, or the year of the table."""
    bans = [
        m.first
        for m in coded
        if (m.sender, m.target, m.response) == (sender, target, "broad ban")
        and m.first <= YEAR <= m.last
    ]
    return min(bans, default=YEAR + 1) - 1


def _sold(flows: IndustryFlows, seller: int, sender: int, year: int, goods: Sequence[int]) -> Array:
    """Return goods sold to the sender in a year, at the size of all goods sales of the table's."""
    then, now = (flows.values(y)[seller][:, goods] for y in (year, YEAR))
    abroad = [float(v.sum() - v[seller].sum()) for v in (then, now)]
    return np.asarray(then[sender] * (abroad[1] / abroad[0]))


def losses(
    stakes: Stakes, p: Mapping[str, Array], years: Array, weeks: Array
) -> tuple[Array, Array]:
    """Return the loss of each target and the cost to the sender by instrument.

    Purchases and supplies are separate channels: bans and secondary pressure take income away
    (`purchase_ban_loss`), export controls take inputs away (`supply_stop_loss`).

    Parameters
    ----------
    stakes : Stakes
        n targets.
    p : mapping of str to (D,) array
        Draws of every assumption.
    years : (D,) array
        Years of loss from a ban or from secondary pressure, net of relief.
    weeks : (D,) array
        Weeks of missing inputs from an export control, net of relief.

    Returns
    -------
    tuple of (D, n, 4) array
        Loss of the target over the time of the measure (million USD), with adjustment costs paid
        once, and cost to the sender (million USD a year); in the order of `ECONOMIC`.
    """
    share = np.clip(over(stakes.value_added, stakes.exports), 0.0, 1.0)
    third = np.clip(over(stakes.third_value_added, stakes.third), 0.0, 1.0)
    target = (
        _lost_sales(stakes.exports, share, p, "targeted_part", years),
        _lost_sales(stakes.exports, share, p, "broad_part", years),
        _listing(stakes, p) * (weeks / WEEKS)[:, None],
        _lost_sales(stakes.third, third, p, "secondary_part", years),
    )
    lines = p["listed_part"] * p["listed_cut"]
    unsold = lines[:, None] * stakes.from_sender.sum(axis=1)
    sender = (
        _own_supply(stakes, stakes.sender_bought, p["targeted_part"], p["elasticity"]),
        _own_supply(stakes, stakes.sender_bought, p["broad_part"], p["elasticity"]),
        purchase_ban_loss(unsold, stakes.sender_share, p["diversion"][:, None]),
        _own_supply(stakes, stakes.sender_third, p["secondary_part"], p["elasticity"]),
    )
    return np.stack(target, axis=-1), np.stack(sender, axis=-1)


def _lost_sales(sold: Array, rate: Array, p: Mapping[str, Array], part: str, years: Array) -> Array:
    """Income lost with a part of the sales for some years, (D, n)."""
    hit = p[part][:, None] * sold
    moving = p["adjustment"][:, None] * rate * hit
    return purchase_ban_loss(hit * years[:, None], rate, p["diversion"][:, None], moving)


def _listing(stakes: Stakes, p: Mapping[str, Array]) -> Array:
    """Loss of inputs in the lines of listed firms per year, (D, n)."""
    w = np.clip(over(stakes.from_sender, stakes.outlay), 0.0, MOST)
    cut = p["listed_cut"][:, None, None]
    part = p["listed_part"][:, None, None]
    s = p["elasticity"][:, None, None]
    loss = supply_stop_loss(w * cut, s, part * stakes.outlay, part * stakes.cap)
    return np.asarray(loss.sum(axis=-1))


def _own_supply(stakes: Stakes, bought: Array, part: Array, elasticity: Array) -> Array:
    """Sender's loss of supplies when it stops buying a part, (D, n)."""
    w = np.clip(over(bought, stakes.sender_outlay), 0.0, 1.0)
    loss = supply_stop_loss(
        w * np.minimum(part, MOST)[:, None, None],
        elasticity[:, None, None],
        stakes.sender_outlay,
        stakes.sender_gdp,
    )
    return np.asarray(loss.sum(axis=-1))
