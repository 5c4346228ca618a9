"""Who could hurt whom, with what, at what cost to itself: two channels, pair by pair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from isthmus.codes import Coalition, Party, PartySpec, resolve
from isthmus.coercion.cases import SERVICES
from isthmus.coercion.content import Content, content_of_bloc, read_content
from isthmus.coercion.leverage_tables import (
    alone_table,
    items_table,
    leverage_frame,
    sums_frame,
    targets_table,
)
from isthmus.coercion.pairs import PURCHASE_BAN, SUPPLY_STOP, Leverage, Pairs, leverage, pairs
from isthmus.coercion.panel import FLOWS, REST
from isthmus.coercion.products import product_flows
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Result, provenance
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array, Mask
from isthmus.world import World
from isthmus.world.flows import IndustryFlows
from isthmus.world.shipped import TABLE, YEAR

CITATIONS = (
    "Feenstra, R. C. (1994), New Product Varieties and the Measurement of International Prices, "
    "American Economic Review 84(1).",
    "Clayton, C., Maggiori, M., Schreger, J. (2024), A Theory of Economic Coercion and "
    "Fragmentation.",
    "Boehm, C. E., Levchenko, A. A., Pandalai-Nayar, N. (2023), The Long and Short (Run) of Trade "
    "Elasticities, American Economic Review 113(4).",
    "Los, B., Timmer, M. P., de Vries, G. J. (2016), Tracing Value-Added and Double Counting in "
    "Gross Exports: Comment, American Economic Review 106(7).",
)
DOMESTIC_SHARE = 0.65
"""Domestic value added per unit of exports where no table is read: between the 0.5 of small open
economies and the 0.8 of large ones."""


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the leverage map assumes.

    Parameters
    ----------
    domestic_share : float, optional
        Domestic value added per unit of exports, the same for all; by economy and industry from
        the inter-economy table of 2022 when None.
    diversion : float
        Part of banned exports that is sold elsewhere within a year: 0.5, between none and the
        four fifths that the coded cases report for Australia in 2020-21. What is left falls with
        the horizon as the trade elasticity rises.
    horizons : sequence of float
        Years after the stop, each 1 or more; they set the elasticity of substitution 1 + eps(h).
    """

    domestic_share: float | None = None
    diversion: float = 0.5
    horizons: Sequence[float] = (1.0, 2.0, 5.0)


@lens("coercion.leverage_map", {"sender": "CHN", "over": ["EU27_2020"]})
def leverage_map(
    world: World,
    sender: PartySpec,
    *,
    over: PartySpec | Sequence[PartySpec] | None = None,
    year: int | None = None,
    assumptions: Assumptions | None = None,
    products: bool = True,
) -> Result:
    """Return loss and cost by target, industry, channel and horizon, in both directions.

    Parameters
    ----------
    world : World
        The data.
    sender : str or Party
        Economy, or coalition that acts as one.
    over : str, Party, or sequence of these, optional
        Targets, each a code of an economy or of a coalition that is one buyer and seller; all
        economies when None.
    year : int, optional
        The last year when None. Value added is that of 2022 in every year.
    assumptions : Assumptions, optional
        Domestic share, diversion and horizons.
    products : bool
        Whether to add the products that the world holds, where the year is covered in full.

    Returns
    -------
    Result
        ``targets``: sums over industries by pair, channel and horizon; ``leverage``: by industry
        the loss, the cost to the sender, their ratio, how far the sender can do without the
        target (credibility), and how far the target rests on the sender (concentration);
        ``blocs``: a coalition as one next to its members each alone; ``products``: as
        ``leverage``, by HS product. Rows hold both directions: what the sender could do to the
        target, and what the target could do to the sender.

    Raises
    ------
    CodeUnknown, DataMissing
        For unknown economies, or a year that the flows do not cover.
    BadInput
        For assumptions outside their range, or a target that overlaps the sender.

    References
    ----------
    Feenstra (1994); Clayton, Maggiori, Schreger (2024); Boehm, Levchenko, Pandalai-Nayar (2023);
    Los, Timmer, de Vries (2016).
    """
    given = assumptions or Assumptions()
    flows = world.flows()
    at = int(flows.years[-1]) if year is None else year
    if at not in flows.years:
        raise DataMissing(f"no flows for {at}", where=FLOWS)
    economies, names, F = _goods(flows, at)
    content = _content(world, economies, names, F, given, at)
    acting, own = _placed(economies, sender)
    label = acting.code
    targets = _targets(economies, own, over)
    listed = {party.code: mask for party, mask in targets.items()}
    groups = {code: mask for code, mask in listed.items() if mask.sum() > 1}
    parties = {**listed, **_members_of(groups, economies, listed)}
    for code, mask in parties.items():
        if (own & mask).any():
            raise BadInput(f"{code} and {label} overlap", where="over")
    masks = np.array(list(parties.values()))
    inside = [_inside(world, economies, names, content, given, m) for m in (own, *masks)]

    def framed(
        targets: Iterable[str], item: str, items: Sequence[str], traded: Pairs
    ) -> pl.DataFrame:
        found = leverage(traded, given.horizons, given.diversion)
        return leverage_frame(label, tuple(targets), item, items, found, given.horizons, at)

    frame = framed(parties, "industry", names, pairs(F, own, masks, content, inside))
    gdp = _gdp(content, own, parties, label, at)
    sums = sums_frame(frame, gdp)
    days = dict.fromkeys(note for party in (acting, *targets) for note in party.day_note)
    notes = [*_notes(given, at), *days]
    datasets = [FLOWS] if given.domestic_share is not None and at != YEAR else [FLOWS, TABLE]
    shown = list(listed)
    tables = {
        "targets": targets_table(label, _of(sums, label, shown), notes, datasets),
        "leverage": items_table(
            "leverage", "industry", label, _of(frame, label, shown), gdp, notes, datasets
        ),
    }
    if groups:
        members = {c: _codes(economies, m) for c, m in groups.items()}
        tables["blocs"] = alone_table(label, sums, members, notes, datasets)
    traded = product_flows(world, economies, names, at) if products else None
    if traded is not None:
        codes, k = traded.products, [names.index(name) for name in traded.industries]
        by_product = Content(economies, codes, content.share[:, k], content.cap[:, k], content.gdp)
        ends = [i[:, k] for i in inside[: 1 + len(listed)]]
        only = pairs(traded.flows, own, masks[: len(listed)], by_product, ends)
        rows = framed(listed, "product", codes, only)
        datasets, said = [*datasets, traded.key], [*notes, *traded.notes]
        tables["products"] = items_table("products", "product", label, rows, gdp, said, datasets)
    parameters = {
        "sender": acting.spec,
        "over": None if over is None else [party.spec for party in targets],
        "year": at,
        "domestic_share": given.domestic_share,
        "diversion": given.diversion,
        "horizons": list(given.horizons),
        "products": products,
    }
    return Result(
        tables, provenance(world, "coercion.leverage_map", datasets, parameters), CITATIONS
    )


def refused(
    world: World, sender: str, target: str, year: int, given: Assumptions
) -> tuple[tuple[str, ...], Leverage]:
    """Return goods industries and the purchase ban on one economy, at the first horizon.

    The arrays have shape (K,). Nothing but the flows of the year is read when the assumptions name
    a domestic share and the year has no table.
    """
    economies, names, F = _goods(world.flows(), year)
    content = _content(world, economies, names, F, given, year, ahead=False)
    own, theirs = (np.isin(economies, (e,)) for e in (sender, target))
    traded = pairs(F, own, theirs[None], content, [content.share] * 2)
    return names, leverage(traded, given.horizons[:1], given.diversion).at(np.s_[0, :, 1, 0])


def _goods(flows: IndustryFlows, year: int) -> tuple[tuple[str, ...], tuple[str, ...], Array]:
    """Economies, goods industries, and their flows in a year, (n, n, K)."""
    goods = [n for n, k in enumerate(flows.industries) if k != SERVICES]
    F = np.asarray(flows.values(year), dtype=np.float64)[:, :, goods]
    return tuple(flows.economies), tuple(flows.industries[n] for n in goods), F


def _content(
    world: World,
    economies: tuple[str, ...],
    names: tuple[str, ...],
    F: Array,
    given: Assumptions,
    year: int,
    *,
    ahead: bool = True,
) -> Content:
    """Value added by economy; years without a table are bounded by goods output.

    Without `ahead` the table is not read at all, so that nothing later than `year` is used.
    """
    assumed, shape = given.domestic_share, (len(economies), len(names))
    share = np.full(shape, np.nan if assumed is None else assumed)
    cap = np.broadcast_to(F.sum(axis=(0, 2))[:, None], shape)
    bounded = Content(economies, names, share, cap, np.full(shape[0], np.nan))
    if assumed is not None and (year != YEAR or not ahead):
        return bounded
    found = read_content(world, economies, names)
    if year != YEAR:
        found = replace(bounded, share=found.share)
    return found if assumed is None else replace(found, share=share)


def _inside(
    world: World,
    economies: tuple[str, ...],
    names: tuple[str, ...],
    content: Content,
    given: Assumptions,
    mask: Mask,
) -> Array:
    """Value added per unit of exports with the party as one unit, (n, K)."""
    if given.domestic_share is not None or mask.sum() == 1:
        return content.share
    out = content.share.copy()
    out[mask] = content_of_bloc(world, _codes(economies, mask), names)
    return out


def _notes(given: Assumptions, year: int) -> list[str]:
    if given.domestic_share is not None:
        added = f"assumed: domestic value added {given.domestic_share:g} per unit of exports"
    else:
        added = f"domestic value added per unit of exports from the estimated table of {YEAR}"
    bound = "value added of the industries that use the item" if year == YEAR else "goods output"
    return [
        "a stop of supplies takes inputs away (CES price index); a ban on purchases takes income "
        "away (domestic value added of the lost exports, less what is sold elsewhere); never added",
        "what a sender could do, not what it intends; every loss rests on the assumptions beside "
        "it",
        f"{added}; a loss of supplies is bounded by {bound}",
        f"assumed: {given.diversion:g} of banned exports are sold elsewhere in the first year; "
        "the rest falls as the trade elasticity rises with the horizon",
        "goods only: services, travel, finance and investment are not covered",
    ]


def _placed(economies: tuple[str, ...], spec: PartySpec) -> tuple[Party, Mask]:
    party = resolve(spec, known=economies, where=FLOWS)
    return party, np.isin(economies, party.members)


def _targets(
    economies: tuple[str, ...], own: Mask, over: PartySpec | Sequence[PartySpec] | None
) -> dict[Party, Mask]:
    if over is None:
        return {
            Party(e, (e,)): np.isin(economies, (e,))
            for e, mine in zip(economies, own, strict=True)
            if not mine and e != REST
        }
    listed = [over] if isinstance(over, str | Party | Coalition) else list(over)
    return dict(_placed(economies, spec) for spec in listed)


def _members_of(
    groups: Mapping[str, Mask], economies: tuple[str, ...], listed: Mapping[str, Mask]
) -> dict[str, Mask]:
    names = {e for mask in groups.values() for e in _codes(economies, mask)}
    return {e: np.isin(economies, (e,)) for e in sorted(names) if e not in listed}


def _codes(economies: tuple[str, ...], mask: Mask) -> tuple[str, ...]:
    return tuple(e for e, there in zip(economies, mask, strict=True) if there)


def _gdp(
    content: Content, own: Mask, parties: Mapping[str, Mask], label: str, year: int
) -> dict[str, float]:
    if year != YEAR:
        return {}
    return {c: float(content.gdp[m].sum()) for c, m in {**parties, label: own}.items()}


def _of(frame: pl.DataFrame, sender: str, targets: Sequence[str]) -> pl.DataFrame:
    """Rows between the sender and the targets that were asked for."""
    other = pl.when(pl.col("sender") == sender).then(pl.col("target")).otherwise(pl.col("sender"))
    return frame.filter(other.is_in(list(targets)))


__all__ = [
    "DOMESTIC_SHARE",
    "PURCHASE_BAN",
    "SUPPLY_STOP",
    "Assumptions",
    "leverage_map",
]
