"""Bilateral flows by industry as cubes over years, and where an episode stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.coercion.cases import PURCHASES, SERVICES, CaseMeasure, check_case, measures
from isthmus.errors import DataMissing
from isthmus.kernels.arrays import Array
from isthmus.world import World

FLOWS = "icio_flows"
REST = "ROW"


@dataclass(frozen=True)
class TradeEpisode:
    """The part of a case that goods flows by industry can show.

    Parameters
    ----------
    case, sender, target : str
        Id of the case and the two economies.
    industries : tuple of str
        Industries, or products, of the goods that the sender stopped buying.
    first, last : int
        First and last year of these measures.
    month : int
        Month of the first measure; 0 when only the year is known.
    goods : str
        The goods in words.
    """

    case: str
    sender: str
    target: str
    industries: tuple[str, ...]
    first: int
    last: int
    month: int
    goods: str


@dataclass(frozen=True)
class Panel:
    """Flows of all goods industries, or of some products.

    Parameters
    ----------
    economies, industries, years : tuple
        Labels; products stand in the place of industries.
    flows : array, shape (K, n, n, T)
        Million USD; domestic sales on the diagonal, zero for products.
    dataset : str
        Key of the data.
    items : str
        ``"industries"`` or ``"products"``.
    """

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    years: tuple[int, ...]
    flows: Array
    dataset: str = FLOWS
    items: str = "industries"

    def cube(self, industry: str) -> Array:
        """Return the flows of one industry, shape (n, n, T)."""
        return np.asarray(self.flows[self.industries.index(industry)])

    def place(self, economy: str) -> int:
        """Return the position of an economy.

        Raises
        ------
        DataMissing
            When the flows do not list it.
        """
        if economy not in self.economies:
            raise DataMissing(
                f"the flows do not list {economy}",
                where=self.dataset,
                hint="economies that are not listed are part of ROW",
            )
        return self.economies.index(economy)


def read_panel(world: World) -> Panel:
    """Return the flows of all goods industries and years."""
    flows = world.flows()
    goods = [k for k, name in enumerate(flows.industries) if name != SERVICES]
    stacked = np.stack(
        [np.asarray(flows.values(y), dtype=np.float64) for y in flows.years], axis=-1
    )
    cubes = np.ascontiguousarray(np.moveaxis(stacked[:, :, goods], 2, 0))
    names = tuple(flows.industries[k] for k in goods)
    return Panel(tuple(flows.economies), names, tuple(int(y) for y in flows.years), cubes)


def episode(world: World, case: str) -> TradeEpisode:
    """Return what goods flows can show of one case.

    Raises
    ------
    CodeUnknown
        For an unknown case.
    DataMissing
        When no measure of the case touched the sender's purchases of goods.
    """
    coded = measures(world)
    check_case(case, list(dict.fromkeys(m.case for m in coded)))
    kept = [m for m in coded if m.case == case and m.direction == PURCHASES and m.industries]
    if not kept:
        raise DataMissing(
            f"{case} has no measure against goods that the sender buys",
            where="coercion_measures",
            hint="services, finance and supplies to the target are not covered by goods flows",
        )
    hit = {industry for m in kept for industry in m.industries}
    goods = tuple(k for k in world.flows().industries if k in hit and k != SERVICES)
    return joined(case, kept, goods)


def visible_cases(world: World) -> tuple[str, ...]:
    """Return the cases whose purchases of goods fall into the years and economies of the flows."""
    flows = world.flows()
    years = (min(flows.years), max(flows.years))
    found: list[str] = []
    for m in measures(world):
        fits = m.direction == PURCHASES and bool(m.industries) and m.case not in found
        # a case that fills all years leaves nothing to compare with
        inside = years[0] < m.first <= years[1] or years[0] <= m.last < years[1]
        if fits and inside and m.target in flows.economies and m.sender in flows.economies:
            found.append(m.case)
    return tuple(found)


def joined(case: str, kept: Sequence[CaseMeasure], items: tuple[str, ...]) -> TradeEpisode:
    """Return the episode of some measures of a case against some industries or products."""
    start = min(kept, key=lambda m: (m.first, m.month or 13))
    return TradeEpisode(
        case,
        kept[0].sender,
        kept[0].target,
        items,
        start.first,
        max(m.last for m in kept),
        start.month,
        "; ".join(dict.fromkeys(m.products for m in kept)),
    )
