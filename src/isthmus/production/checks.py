"""What must hold between the parts of a bill of materials."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from isthmus.codes import coalitions, economies, nearest_economy, product_hint, product_texts
from isthmus.errors import InputProblem, did_you_mean
from isthmus.production.amounts import Amount
from isthmus.production.parts import Demand, Item, Remedy, Supplier

Numbered = Sequence[tuple[int, Item]]
EDITION = "HS2017"
FULL = 1.0 + 1e-9
"""Shares add up to no more than this."""


def cross_problems(
    items: Numbered,
    suppliers: Sequence[tuple[int, Supplier]],
    demands: Sequence[tuple[int, Demand]],
    remedies: Sequence[tuple[int, Remedy]],
    written: Collection[object],
) -> list[InputProblem]:
    """Return what is wrong between parts that are right by themselves.

    Parameters
    ----------
    items, suppliers, demands, remedies : sequences of (int, part)
        Parts with their position in the file; of those with mistakes what can be read, so that
        even what is required may be None.
    written : collection of str
        Names of all items in the file, of parts with mistakes too.
    """
    units = {item.name: item.unit for _, item in items if item.name and item.unit}
    groups: dict[str, Sequence[tuple[int, Item | Supplier | Remedy]]] = {
        "items": items,
        "suppliers": suppliers,
        "remedies": remedies,
    }
    problems = [p for field, parts in groups.items() for p in _twice(field, parts)]
    problems += [
        InputProblem(f"'{item.name}' takes '{name}' {k} times", f"items.{n}.inputs")
        for n, item in items
        for name, k in Counter(use.item for use in item.inputs).items()
        if k > 1 and name
    ]
    problems += [
        p
        for place, name in _references(items, suppliers, demands, remedies)
        for p in _unknown_item(place, name, written)
    ]
    problems += [
        p
        for place, amount, unit in _units(items, suppliers, demands, remedies, units)
        for p in _unit(place, amount, unit)
    ]
    problems += _unknown_headings(items)
    problems += _cycle([item for _, item in items])
    problems += _shares(suppliers)
    problems += _places(suppliers, remedies)
    return problems


def _twice(field: str, parts: Iterable[tuple[int, Item | Supplier | Remedy]]) -> list[InputProblem]:
    seen = Counter(part.name for _, part in parts if part.name)
    return [InputProblem(f"'{n}' stands {k} times", field) for n, k in seen.items() if k > 1]


def _references(
    items: Numbered,
    suppliers: Sequence[tuple[int, Supplier]],
    demands: Sequence[tuple[int, Demand]],
    remedies: Sequence[tuple[int, Remedy]],
) -> Iterator[tuple[str, str]]:
    for n, item in items:
        yield from ((f"items.{n}.inputs.{k}.item", u.item) for k, u in enumerate(item.inputs))
    for field, parts in (("suppliers", suppliers), ("demands", demands), ("remedies", remedies)):
        yield from ((f"{field}.{n}.item", part.item) for n, part in parts)


def _unknown_item(place: str, name: str, written: Collection[object]) -> list[InputProblem]:
    if not name or name in written:
        return []
    hint = did_you_mean(name, (str(w) for w in written))
    return [InputProblem(f"there is no item '{name}'", place, hint)]


def _units(
    items: Numbered,
    suppliers: Sequence[tuple[int, Supplier]],
    demands: Sequence[tuple[int, Demand]],
    remedies: Sequence[tuple[int, Remedy]],
    units: dict[str, str],
) -> Iterator[tuple[str, Amount | None, tuple[str, ...]]]:
    """Yield every amount with its place and the units that it may have."""
    time, share, money = ("weeks",), ("share",), ("m EUR",)
    for n, item in items:
        here = f"items.{n}"
        yield f"{here}.lead", item.lead, time
        yield f"{here}.stock", item.stock, time
        yield f"{here}.good", item.good, share
        for k, use in enumerate(item.inputs):
            if use.item in units:
                yield f"{here}.inputs.{k}.quantity", use.quantity, (units[use.item],)
        for k, other in enumerate(item.substitutes):
            yield f"{here}.substitutes.{k}.qualification", other.qualification, time
            yield f"{here}.substitutes.{k}.cost_ratio", other.cost_ratio, ("1",)
    for n, one in suppliers:
        here, rate = f"suppliers.{n}", _rate(one.item, units)
        yield from ((f"{here}.capacity", one.capacity, (r,)) for r in rate)
        yield f"{here}.share", one.share, share
        yield f"{here}.headroom", one.headroom, ("1",)
        yield f"{here}.ramp", one.ramp, time
        yield f"{here}.qualification", one.qualification, time
    for n, wish in demands:
        rate = _rate(wish.item, units)
        yield from ((f"demands.{n}.quantity", wish.quantity, (r,)) for r in rate)
    for n, act in remedies:
        here, rate = f"remedies.{n}", _rate(act.item, units)
        yield from ((f"{here}.adds", act.adds, (r, "share")) for r in rate)
        yield f"{here}.factor", act.factor, ("1",)
        yield f"{here}.cost", act.cost, money
        yield f"{here}.yearly", act.yearly, money
        for name in ("weeks", "earlier", "lead", "ramp"):
            yield f"{here}.{name}", getattr(act, name), time


def _rate(item: str, units: dict[str, str]) -> tuple[str, ...]:
    return (f"{units[item]} per week",) if item in units else ()


def _unit(place: str, amount: Amount | None, units: tuple[str, ...]) -> list[InputProblem]:
    if amount is None or not amount.unit:
        return []
    if any(amount.factor(unit) is not None for unit in units):
        return _too_large(place, amount)
    hint = "per week, month or year" if " per " in units[0] else ""
    wanted = " or ".join(units)
    return [InputProblem(f"'{amount.unit}' cannot be read as {wanted}", place, hint)]


def _too_large(place: str, amount: Amount) -> list[InputProblem]:
    if amount.value is None or amount.factor("share") is None:
        return []
    if amount.top * (amount.factor("share") or 1.0) > FULL:
        return [InputProblem(f"a share of {amount.top:g} is above the whole", place)]
    if place.endswith(".good") and amount.bottom == 0.0:
        return [InputProblem("a yield of nothing makes nothing", place)]
    return []


def _unknown_headings(items: Numbered) -> list[InputProblem]:
    known = product_texts(EDITION) if any(item.hs for _, item in items) else {}
    return [
        InputProblem(
            f"'{code}' is no code of {EDITION}", f"items.{n}.hs", product_hint(code, EDITION)
        )
        for n, item in items
        for code in item.hs or ()
        if code not in known
    ]


def _cycle(items: Sequence[Item]) -> list[InputProblem]:
    graph = {
        item.name: [use.item for use in item.inputs if use.item] for item in items if item.name
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        path = " -> ".join(reversed(error.args[1]))
        return [InputProblem(f"items go into themselves: {path}", "items", "take one link out")]
    return []


def _shares(suppliers: Sequence[tuple[int, Supplier]]) -> list[InputProblem]:
    total: dict[str, float] = defaultdict(float)
    for _, one in suppliers:
        share = one.share
        if share is not None and one.item and share.unit and share.value is not None:
            total[one.item] += share.value * (share.factor("share") or 0.0)
    return [
        InputProblem(f"shares of suppliers add up to {100 * s:.4g} %", f"suppliers of {item}")
        for item, s in total.items()
        if s > FULL
    ]


def _places(
    suppliers: Sequence[tuple[int, Supplier]], remedies: Sequence[tuple[int, Remedy]]
) -> list[InputProblem]:
    known = {*economies(), *coalitions(), "WLD"}
    named = [
        *((f"suppliers.{n}.economy", one.economy) for n, one in suppliers if one.economy),
        *((f"remedies.{n}.economy", act.economy) for n, act in remedies if act.economy),
    ]
    return [
        InputProblem(
            f"'{code}' is no code of an economy",
            place,
            nearest_economy(code, known) or did_you_mean(code, known),
        )
        for place, code in named
        if code not in known
    ]
