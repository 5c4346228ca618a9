"""From a bill of materials, events and remedies to the arrays of the kernel."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from isthmus.errors import InputProblem, raise_all
from isthmus.kernels.arrays import Array
from isthmus.kernels.production_chain import ProductionChain, explode
from isthmus.production.bill import Bill
from isthmus.production.events import SupplyStop, Surge, first_event, running
from isthmus.production.parts import Item, Remedy, Supplier
from isthmus.production.sampling import Sampler

CALM = Surge()
DRAWS = 500
STOPPED_BELOW = 0.5
"""Share of its usual output below which a line counts as stopped."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run asks beside the bill.

    Attributes
    ----------
    weeks : int
        Weeks simulated.
    sampler : Sampler
        Draws of the numbers.
    stops : tuple of SupplyStop
        Who stops.
    surge : Surge
        More demand for products.
    """

    weeks: int
    sampler: Sampler
    stops: tuple[SupplyStop, ...] = ()
    surge: Surge = CALM


@dataclass(slots=True)
class _Plants:
    item: list[int]
    size: list[Array]
    opens: list[Array]
    ramp: list[Array]
    running: list[Array]

    def add(self, item: int, size: Array, opens: Array, ramp: Array, running: Array) -> None:
        self.item.append(item)
        self.size.append(size)
        self.opens.append(opens)
        self.ramp.append(ramp)
        self.running.append(running)


def chain_of(bill: Bill, setting: Setting, remedies: Sequence[Remedy] = ()) -> ProductionChain:
    """Return the arrays of a bill under events and with remedies in force.

    Raises
    ------
    BadInput
        When a product has no input with a quantity and no supplier, or nothing is wanted.
    """
    _refuse_structure(bill)
    bare, normal = _structure(bill, setting)
    place = {item.name: n for n, item in enumerate(bill.items)}
    plants = _Plants([], [], [], [], [])
    shares = _shares(bill, setting.sampler)
    for supplier in bill.suppliers:
        _plant(plants, bill, setting, supplier, place[supplier.item], normal, shares)
    gifts: dict[int, Array] = defaultdict(lambda: np.zeros(normal.shape))
    for act in sorted(remedies, key=lambda r: _TURN.get(r.kind, len(_TURN))):
        _apply(plants, gifts, setting, act, place[act.item], bill[act.item], normal)
    hold = np.array(
        [setting.sampler.of(f"items.{i.name}.stock", i.stock, "weeks") for i in bill.items]
    )
    shape = (len(plants.item), setting.sampler.draws)
    return replace(
        bare,
        hold=hold * normal,
        stock=hold * normal,
        plant_item=np.array(plants.item, dtype=np.int64),
        size=np.array(plants.size).reshape(shape),
        opens=np.array(plants.opens).reshape(shape),
        ramp=np.array(plants.ramp).reshape(shape),
        running=np.array(plants.running).reshape(shape[0], setting.weeks).T,
        gifts=dict(gifts),
    )


def _refuse_structure(bill: Bill) -> None:
    supplied = {s.item for s in bill.suppliers}
    problems = [
        InputProblem("no quantity of any input and no supplier: structure only", f"items.{i.name}")
        for i in bill.items
        if i.stage == "product"
        and i.name not in supplied
        and not any(use.quantity is not None for use in i.inputs)
    ]
    if not bill.demands:
        problems.append(InputProblem("nobody wants anything", "demands", "add [[demands]]"))
    raise_all("run of a bill of materials", problems)


def _structure(bill: Bill, setting: Setting) -> tuple[ProductionChain, Array]:
    """Return the chain without plants and stocks, and normal use per week, (I, D)."""
    sampler, weeks = setting.sampler, setting.weeks
    place = {item.name: n for n, item in enumerate(bill.items)}
    units = {item.name: item.unit for item in bill.items}
    user, used, need = [], [], []
    for item in bill.items:
        good = sampler.of(f"items.{item.name}.good", item.good, "share", 1.0)
        for use in item.inputs:
            if use.quantity is not None:
                where = f"items.{item.name}.inputs.{use.item}.quantity"
                user.append(place[item.name])
                used.append(place[use.item])
                need.append(sampler.of(where, use.quantity, units[use.item]) / good)
    lead = [sampler.of(f"items.{i.name}.lead", i.lead, "weeks") for i in bill.items]
    wish = np.array([_wish(bill, setting, n) for n in range(len(bill.demands))])
    draws = sampler.draws
    nothing = np.zeros((0, draws))
    chain = ProductionChain(
        lead=np.floor(np.array(lead) + 0.5).astype(np.int64),
        hold=np.zeros((len(bill.items), draws)),
        stock=np.zeros((len(bill.items), draws)),
        user=np.array(user, dtype=np.int64),
        used=np.array(used, dtype=np.int64),
        need=np.array(need).reshape(len(need), draws),
        plant_item=np.zeros(0, dtype=np.int64),
        size=nothing,
        opens=nothing,
        ramp=nothing,
        running=np.zeros((weeks, 0)),
        wish_item=np.array([place[d.item] for d in bill.demands], dtype=np.int64),
        wish=np.ascontiguousarray(wish.transpose(1, 0, 2)),
        waits=np.array([d.waits for d in bill.demands]),
        priority=np.array([d.priority for d in bill.demands], dtype=np.int64),
    )
    calm = np.array(
        [_size(bill, setting, n) * (d.begins is None) for n, d in enumerate(bill.demands)]
    )
    return replace(chain, before=calm), explode(chain, calm)


def _size(bill: Bill, setting: Setting, n: int) -> Array:
    wish = bill.demands[n]
    where = f"demands.{wish.item}.{wish.buyer}.quantity"
    return setting.sampler.of(where, wish.quantity, f"{bill[wish.item].unit} per week")


def _wish(bill: Bill, setting: Setting, n: int) -> Array:
    """Return one wish as (T, D)."""
    wish = bill.demands[n]
    begins = -math.inf if wish.begins is None else _weeks_from(bill, wish.begins.toordinal())
    path = np.clip(np.arange(setting.weeks) + 1 - begins, 0.0, 1.0)
    if bill[wish.item].stage == "product":
        path = path * setting.surge.path(setting.weeks)
    return np.asarray(path[:, None] * _size(bill, setting, n))


def _weeks_from(bill: Bill, day: int) -> float:
    return (day - bill.head.start.toordinal()) / 7.0


def _plant(
    plants: _Plants,
    bill: Bill,
    setting: Setting,
    one: Supplier,
    item: int,
    normal: Array,
    shares: Mapping[str, Array],
) -> None:
    sampler, where = setting.sampler, f"suppliers.{one.name}"
    if one.capacity is not None:
        size = sampler.of(f"{where}.capacity", one.capacity, f"{bill.items[item].unit} per week")
    else:
        size = (
            shares[one.name]
            * sampler.of(f"{where}.headroom", one.headroom, "1", 1.0)
            * normal[item]
        )
    opens = np.full(sampler.draws, -np.inf)
    if one.opens is not None:
        opens = np.full(sampler.draws, _weeks_from(bill, one.opens.toordinal()))
    if one.qualification is not None:
        wait = sampler.of(f"{where}.qualification", one.qualification, "weeks")
        opens = np.maximum(opens, first_event(setting.stops, setting.surge) + wait)
    ramp = sampler.of(f"{where}.ramp", one.ramp, "weeks")
    left = running(setting.stops, one.name, one.economy, setting.weeks)
    plants.add(item, size, opens, ramp, left)


def _shares(bill: Bill, sampler: Sampler) -> dict[str, Array]:
    """Return drawn shares by supplier; those of an item add up to what its stated shares do."""
    stated: dict[str, float] = defaultdict(float)
    drawn: dict[str, Array] = {}
    total: dict[str, Array] = defaultdict(lambda: np.zeros(sampler.draws))
    for one in bill.suppliers:
        if one.share is not None:
            stated[one.item] += one.share.value * (one.share.factor("share") or 0.0)
            drawn[one.name] = sampler.of(f"suppliers.{one.name}.share", one.share, "share")
            total[one.item] += drawn[one.name]
    item = {one.name: one.item for one in bill.suppliers}
    return {n: d * stated[item[n]] / np.maximum(total[item[n]], 1e-300) for n, d in drawn.items()}


def _apply(
    plants: _Plants,
    gifts: dict[int, Array],
    setting: Setting,
    act: Remedy,
    item: int,
    of: Item,
    normal: Array,
) -> None:
    sampler, where = setting.sampler, f"remedies.{act.name}"
    lead = sampler.of(f"{where}.lead", act.lead, "weeks")
    ramp = sampler.of(f"{where}.ramp", act.ramp, "weeks")
    if act.weeks is not None:
        amount = sampler.of(f"{where}.weeks", act.weeks, "weeks") * normal[item]
        weeks = np.ceil(lead).astype(np.int64)
        for week in np.unique(weeks[weeks < setting.weeks]):
            gifts[int(week)][item] += np.where(weeks == week, amount, 0.0)
    elif item not in plants.item:
        # Without a supplier an item is never short of capacity: nothing can be added to it.
        return
    elif act.adds is not None:
        rate = f"{of.unit} per week"
        if act.adds.factor(rate) is None:
            size = sampler.of(f"{where}.adds", act.adds, "share") * normal[item]
        else:
            size = sampler.of(f"{where}.adds", act.adds, rate)
        left = running(setting.stops, act.name, act.economy, setting.weeks)
        plants.add(item, size, lead, ramp, left)
    elif act.factor is not None:
        more = sampler.of(f"{where}.factor", act.factor, "1") - 1.0
        for n in [n for n, i in enumerate(plants.item) if i == item]:
            opens = np.maximum(lead, plants.opens[n])
            plants.add(item, plants.size[n] * more, opens, ramp, plants.running[n])
    else:
        gained = sampler.of(f"{where}.earlier", act.earlier, "weeks")
        for n in [n for n, i in enumerate(plants.item) if i == item]:
            opens = plants.opens[n]
            plants.opens[n] = np.minimum(opens, np.maximum(opens - gained, lead))


_TURN = {"joint_procurement": 0, "longer_shifts": 1}
"""What moves the opening of present suppliers comes first, then what enlarges them, then the rest:
the order in a file does not matter."""
