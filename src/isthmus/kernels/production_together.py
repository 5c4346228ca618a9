"""Several courses of lines of one shape in one walk over the weeks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import fields, replace
from itertools import accumulate

import numpy as np

from isthmus.kernels.arrays import Array
from isthmus.kernels.production import ProductionCourse, simulate
from isthmus.kernels.production_chain import ProductionChain

MOST = 4096
"""Draws side by side, unless one line alone has more: what a walk holds in memory is bounded."""


def simulate_all(
    chains: Sequence[ProductionChain], *, check: Callable[[int], None] | None = None
) -> list[ProductionCourse]:
    """Run several lines; those that differ in plants, stocks, stops and draws alone, side by side.

    A walk over the weeks costs much the same for fifty draws as for five hundred.

    Parameters
    ----------
    chains : sequence of ProductionChain
        The lines.
    check : callable, optional
        Called with each week before it runs, as in `simulate`.

    Returns
    -------
    list of ProductionCourse
        One for each line, in order, with the figures that `simulate` gives for it alone; the
        balance is that of all that ran side by side.
    """
    found: dict[int, ProductionCourse] = {}
    for numbers in _groups(chains):
        members = [chains[n] for n in numbers]
        whole = simulate(members[0] if len(members) == 1 else _joined(members), check=check)
        ends = list(accumulate((c.shape[2] for c in members), initial=0))
        for n, first, last in zip(numbers, ends, ends[1:], strict=False):
            found[n] = _part(whole, first, last)
    return [found[n] for n in range(len(chains))]


def _groups(chains: Sequence[ProductionChain]) -> Iterator[list[int]]:
    """Yield the numbers of chains of one shape, with at most `MOST` draws unless it is one."""
    alike: dict[Hashable, list[int]] = {}
    for n, chain in enumerate(chains):
        alike.setdefault(_shape(chain), []).append(n)
    for numbers in alike.values():
        group: list[int] = []
        for n in numbers:
            if group and sum(chains[m].shape[2] for m in [*group, n]) > MOST:
                yield group
                group = []
            group.append(n)
        yield group


def _shape(chain: ProductionChain) -> Hashable:
    """Return what chains must have in common to run side by side."""
    same = (chain.user, chain.used, chain.wish_item, chain.waits, chain.priority)
    return (chain.shape[:2], *(part.tobytes() for part in same))


def _part(course: ProductionCourse, first: int, last: int) -> ProductionCourse:
    cut = {
        f.name: getattr(course, f.name)[..., first:last]
        for f in fields(ProductionCourse)
        if f.name not in ("tracked", "balance")
    }
    return replace(course, **cut)


def _joined(chains: Sequence[ProductionChain]) -> ProductionChain:
    """Return chains side by side along their draws; each has the plants of its own draws alone."""
    first = chains[0]
    widths = [c.shape[2] for c in chains]
    rows: dict[tuple[int, bytes, int], int] = {}
    places = [[rows.setdefault(k, len(rows)) for k in _plants(c)] for c in chains]
    used = {item for item, _, _ in rows}
    always = np.ones(first.shape[0]).tobytes()
    free = [sorted(used.difference(c.plant_item.tolist())) for c in chains]
    unlimited = [[rows.setdefault((i, always, 0), len(rows)) for i in items] for items in free]
    sizes = [_spread(c.size, at, len(rows), 0.0) for c, at in zip(chains, places, strict=True)]
    for size, at in zip(sizes, unlimited, strict=True):
        size[at] = np.inf
    opens = [_spread(c.opens, at, len(rows), -np.inf) for c, at in zip(chains, places, strict=True)]
    ramps = [_spread(c.ramp, at, len(rows), 0.0) for c, at in zip(chains, places, strict=True)]
    weeks = sorted({week for c in chains for week in c.gifts})
    none = [np.zeros((first.shape[1], width)) for width in widths]
    gifts = {
        week: np.hstack([c.gifts.get(week, zero) for c, zero in zip(chains, none, strict=True)])
        for week in weeks
    }
    return replace(
        first,
        **{
            name: np.concatenate([getattr(c, name) for c in chains], axis=-1)
            for name in ("lead", "hold", "stock", "need", "wish")
        },
        plant_item=np.array([item for item, _, _ in rows], np.int64),
        size=np.hstack(sizes),
        opens=np.hstack(opens),
        ramp=np.hstack(ramps),
        running=np.array([np.frombuffer(r) for _, r, _ in rows]).reshape(len(rows), -1).T,
        gifts=gifts,
        before=np.hstack([c.wish[0] if c.before is None else c.before for c in chains]),
    )


def _plants(chain: ProductionChain) -> list[tuple[int, bytes, int]]:
    """Return item, share that runs by week and number among those like it, for each plant."""
    seen: dict[tuple[int, bytes], int] = {}
    found = []
    for item, runs in zip(chain.plant_item.tolist(), chain.running.T, strict=True):
        key = (item, np.ascontiguousarray(runs, np.float64).tobytes())
        seen[key] = seen.get(key, -1) + 1
        found.append((*key, seen[key]))
    return found


def _spread(values: Array, at: Sequence[int], rows: int, empty: float) -> Array:
    whole = np.full((rows, values.shape[1]), empty)
    whole[at] = values
    return whole
