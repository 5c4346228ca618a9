"""Coded cases of coercion as data: which flows a measure touched, when, and how sure that is."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from isthmus.errors import CodeUnknown, did_you_mean
from isthmus.world import World

MEASURES, EFFECTS = "coercion_measures", "coercion_effects"
OUTCOMES, SOURCES = "coercion_outcomes", "coercion_sources"
HS_KEY = "hs_to_industry"
SERVICES = "SERV"

PURCHASES = "import from target"
SUPPLIES = "export to target"

CLASSES = (
    "targeted import ban",
    "broad ban",
    "export control or listing",
    "services and people",
    "other",
)


@dataclass(frozen=True, slots=True)
class CaseMeasure:
    """One measure of a case, with the industries that its products belong to.

    Parameters
    ----------
    case, sender, target : str
        Id of the case and the two economies.
    first, last : int
        First year, and last one (9999 while open or unknown).
    instrument, direction, formality, products : str
        As coded.
    response : str
        One of `CLASSES`.
    industries : tuple of str
        Industries of the products; by HS hints, which are general knowledge. Empty where there
        is none.
    month : int
        Month of the start, 0 where only the year is known.
    source : str
        Id of the source.
    hint : str
        Product codes that may fit, as coded; general knowledge.
    """

    case: str
    sender: str
    target: str
    first: int
    last: int
    instrument: str
    direction: str
    formality: str
    products: str
    response: str
    industries: tuple[str, ...]
    month: int
    source: str
    hint: str


def measures(world: World) -> tuple[CaseMeasure, ...]:
    """Return every coded measure, in the order of the table.

    Parameters
    ----------
    world : World
        Holds the coded cases and the key from HS to industries.
    """
    lookup = heaviest_industry(world)
    goods = tuple(i for i in world.flows().industries if i != SERVICES)
    rows = world.coercion().measures.iter_rows(named=True)
    return tuple(_measure(row, lookup, goods) for row in rows)


def heaviest_industry(world: World) -> dict[str, str]:
    """Return the industry of each HS product; where there are several, the heaviest."""
    key = world.table(HS_KEY).filter(
        (pl.col("classification") == "ICIO2025") & pl.col("industry").is_not_null()
    )
    weights = key.group_by("product", "industry").agg(pl.col("weight").sum())
    heaviest = weights.sort("product", "weight", "industry", descending=[False, True, False])
    return dict(
        heaviest.unique("product", keep="first")
        .sort("product")
        .select("product", "industry")
        .rows()
    )


def case_ids(world: World) -> tuple[str, ...]:
    """Return the ids of all cases, in the order of the table."""
    return tuple(dict.fromkeys(world.coercion().measures["case"].to_list()))


def check_case(case: str, known: Sequence[str]) -> None:
    """Raise when a case is not among the coded ones.

    Raises
    ------
    CodeUnknown
        With the nearest id.
    """
    if case not in known:
        raise CodeUnknown(
            f"no coded case {case!r}",
            where="case",
            hint=did_you_mean(case, known) or f"known: {', '.join(known)}",
        )


def _measure(
    row: dict[str, str | None], lookup: dict[str, str], goods: tuple[str, ...]
) -> CaseMeasure:
    start = row["start"] or ""
    end = row["end"] or ""
    return CaseMeasure(
        case=row["case"] or "",
        sender=row["sender"] or "",
        target=row["target"] or "",
        first=int(start[:4]),
        last=int(end[:4]) if end else 9999,
        instrument=row["instrument"] or "",
        direction=row["direction"] or "",
        formality=row["formality"] or "",
        products=row["products"] or "",
        response=response_class(row["direction"] or "", row["hs_hint"] or ""),
        industries=industries_of(row["hs_hint"], lookup, goods),
        month=int(start[5:7]) if len(start) >= 7 else 0,
        source=row["source"] or "",
        hint=row["hs_hint"] or "",
    )


def response_class(direction: str, hs_hint: str) -> str:
    """Return the class of a measure from the flow it touched and how wide it was."""
    if direction == PURCHASES:
        return "broad ban" if hs_hint.startswith("all HS") else "targeted import ban"
    if direction == SUPPLIES:
        return "export control or listing"
    return "services and people" if direction == "services/people" else "other"


def industries_of(
    hint: str | None, lookup: dict[str, str], goods: Sequence[str]
) -> tuple[str, ...]:
    """Return the industries of an HS hint such as ``HS 0302.13; 0401-0406; 54-55`` or ``all HS``.

    Parameters
    ----------
    hint : str or None
        Headings, chapters and ranges of them.
    lookup : dict of str to str
        Industry by HS6 code.
    goods : sequence of str
        All goods industries; their order is kept.
    """
    if not hint:
        return ()
    if hint.startswith("all HS"):
        return tuple(goods)
    prefixes = hs_prefixes(hint)
    codes = sorted(lookup)
    spans = ((bisect_left(codes, p), bisect_left(codes, p + "~")) for p in prefixes)
    found = {lookup[code] for start, end in spans for code in codes[start:end]}
    return tuple(g for g in goods if g in found)


def hs_prefixes(hint: str) -> list[str]:
    """Return the HS headings and chapters of a hint, ranges written out, without points."""
    prefixes: list[str] = []
    for first, last in re.findall(r"(\d[\d.]*)(?:-(\d[\d.]*))?", hint):
        low = first.replace(".", "")
        if not last:
            prefixes.append(low)
            continue
        high = last.replace(".", "")
        prefixes += [str(n).zfill(len(low)) for n in range(int(low), int(high) + 1)]
    return prefixes
