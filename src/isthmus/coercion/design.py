"""Which cells an event study compares: the pair, its years, and pairs without a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.coercion.cases import measures
from isthmus.coercion.panel import REST, Panel, TradeEpisode
from isthmus.errors import DataMissing
from isthmus.kernels.arrays import Ints
from isthmus.world import World

BASELINE_YEARS = 3
AFTER_YEARS = 2  # years before the measures without which later years must serve as the baseline
PLACEBO_SIZE = 0.25  # smallest flow of a placebo pair, relative to the pair of the episode
FEWEST_PLACEBOS = 39  # below this no 95 % interval can be read: the next largest pairs fill up

Cells = tuple[Ints, Ints, Ints]


@dataclass(frozen=True)
class EpisodeCells:
    """Cells of an episode in the cubes.

    Parameters
    ----------
    exporter, importer : int
        Positions of the pair.
    years : tuple of int
        Positions of the years with an effect of their own.
    baseline : tuple of int
        Positions of all other years.
    """

    exporter: int
    importer: int
    years: tuple[int, ...]
    baseline: tuple[int, ...]


def design(panel: Panel, hit: TradeEpisode, direction: str, leads: int) -> EpisodeCells:
    """Return the pair and the years with an effect of their own.

    These are the years of the measures, up to `leads` years before (as long as three years are
    left to compare with), and all years after, where the years before can carry the comparison.

    Raises
    ------
    DataMissing
        When the measures lie outside the years of the flows, or fill them.
    """
    pair = (panel.place(hit.target), panel.place(hit.sender))
    if direction == "imports":
        pair = pair[::-1]
    inside = [t for t, y in enumerate(panel.years) if hit.first <= y <= hit.last]
    if not inside:
        raise DataMissing(
            f"{hit.case} lies outside the years of the flows",
            where=panel.dataset,
            hint=f"the flows cover {panel.years[0]} to {panel.years[-1]}",
        )
    before = [t for t, y in enumerate(panel.years) if y < hit.first]
    after = [t for t, y in enumerate(panel.years) if y > hit.last]
    kept = max(0, min(leads, len(before) - BASELINE_YEARS))
    tail = after if len(before) >= AFTER_YEARS else []
    years = tuple(before[len(before) - kept :] + inside + tail)
    baseline = tuple(t for t in range(len(panel.years)) if t not in years)
    if not baseline:
        raise DataMissing(
            f"{hit.case} fills all years of the flows: there is nothing to compare with",
            where=panel.dataset,
        )
    return EpisodeCells(*pair, years, baseline)


def cells_of(pairs: Sequence[tuple[int, int]], years: Sequence[int]) -> Cells:
    """Return exporter, importer and year of every event, shape (pairs, years) each."""
    shape = (len(pairs), len(years))
    i = np.broadcast_to(np.array([p[0] for p in pairs], dtype=np.int64)[:, None], shape)
    j = np.broadcast_to(np.array([p[1] for p in pairs], dtype=np.int64)[:, None], shape)
    t = np.broadcast_to(np.array(years, dtype=np.int64)[None, :], shape)
    return i, j, t


def placebo_pairs(
    world: World, panel: Panel, hit: TradeEpisode, setting: EpisodeCells, count: int, seed: int
) -> list[tuple[int, int]]:
    """Draw pairs without a coded case whose flows are of a size to be compared.

    Pairs with at least a quarter of the flow; where these are fewer than `FEWEST_PLACEBOS` the
    next largest as well. Smaller flows move more, so that these make a comparison harder to pass.
    """
    touched = {(m.sender, m.target) for m in measures(world)}
    total = np.sum([panel.cube(k) for k in hit.industries], axis=0)
    size = total[:, :, list(setting.baseline)].mean(axis=2)
    smallest = PLACEBO_SIZE * size[setting.exporter, setting.importer]
    alive = (total > 0).all(axis=2)
    found = [
        (size[i, j], i, j)
        for i, a in enumerate(panel.economies)
        for j, b in enumerate(panel.economies)
        if i != j
        and alive[i, j]
        and REST not in (a, b)
        and (a, b) not in touched
        and (b, a) not in touched
    ]
    large = [(i, j) for s, i, j in found if s >= smallest]
    if len(large) < FEWEST_PLACEBOS:
        large = [(i, j) for _, i, j in sorted(found, reverse=True)[:FEWEST_PLACEBOS]]
    order = np.random.default_rng(seed).permutation(len(large))
    return [large[n] for n in order[:count]]
