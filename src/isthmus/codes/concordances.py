"""The concordances that are known: editions of the HS, products to industries, industries."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from types import MappingProxyType

from isthmus.codes import lookup
from isthmus.codes._files import data_path, rows
from isthmus.codes.concordance import Concordance, ConcordanceLine
from isthmus.codes.products import PRODUCT_CLASSIFICATIONS, products


@cache
def available() -> tuple[tuple[str, str], ...]:
    """Return the (source, target) pairs that `concordance` knows directly."""
    hs = [(s, t) for s in PRODUCT_CLASSIFICATIONS for t in PRODUCT_CLASSIFICATIONS if s != t]
    return (*hs, *((("HS2017", t)) for t in _INDUSTRY_COLUMNS), *_industry_pairs())


@cache
def concordance(source: str, target: str) -> Concordance:
    """Return the concordance from one classification to another.

    Parameters
    ----------
    source, target : str
        Names as in `available()`: HS editions, ``ICIO2025``, ``WIOD2016_50``, ``WIOD2013``,
        ``WIOD2016``, ``COMMON14``.

    Raises
    ------
    CodeUnknown
        When there is no concordance between the two.
    """
    pair = (source, target)
    if pair not in available():
        names = {f"{s}->{t}": f"{s}->{t}" for s, t in available()}
        raise lookup.unknown(f"{source}->{target}", names, noun="concordance")
    if target in _INDUSTRY_COLUMNS and source == "HS2017":
        return _hs_to_industry(target)
    if pair in _industry_pairs():
        return _industry_concordance(source, target)
    if pair in _hs_stored():
        return _hs_editions(source, target)
    if (target, source) in _hs_stored():
        return _with_unmapped(_hs_editions(target, source).inverse())
    return concordance(source, _HUB).then(concordance(_HUB, target))


_HUB = "HS2017"
"""The edition that is linked to all others; pairs without a key of their own go over it."""
_INDUSTRY_COLUMNS = ("ICIO2025", "WIOD2016", "WIOD2013")
_ONE_TARGET = (
    "the source names one earlier code for each later one, so codes merged from several earlier "
    "ones show only the main one; reading it backwards shows the splits, without weights"
)
_CLASS_COUNTS = (
    "derived from two published routes over ISIC; weights count classes, they are not trade values"
)


@cache
def _hs_stored() -> frozenset[tuple[str, str]]:
    import polars as pl

    frame = pl.scan_parquet(data_path("hs_concordance.parquet"), glob=False)
    return frozenset(frame.select("source", "target").unique().collect().iter_rows())


def _hs_editions(later: str, earlier: str) -> Concordance:
    import polars as pl

    frame = (
        pl.scan_parquet(data_path("hs_concordance.parquet"), glob=False)
        .filter((pl.col("source") == later) & (pl.col("target") == earlier))
        .sort("source_code", "target_code")
        .collect()
    )
    links: dict[str, tuple[ConcordanceLine, ...]] = {}
    for code, target in frame.select("source_code", "target_code").iter_rows():
        links[code] = (*links.get(code, ()), ConcordanceLine(target, None))
    single = {
        c: (ConcordanceLine(k[0].target, 1.0),) if len(k) == 1 else k for c, k in links.items()
    }
    return Concordance(later, earlier, MappingProxyType(single), _ONE_TARGET)


def _with_unmapped(backwards: Concordance) -> Concordance:
    """Add the codes of the earlier edition that no later code names, where its list is known."""
    if backwards.source not in PRODUCT_CLASSIFICATIONS:
        return backwards
    every = {code: backwards.links.get(code, ()) for code in products(backwards.source)}
    return replace(backwards, links=MappingProxyType(every))


def _hs_to_industry(target: str) -> Concordance:
    import polars as pl

    frame = (
        pl.scan_parquet(data_path("hs_to_industry.parquet"), glob=False)
        .filter(pl.col("classification") == target)
        .sort(["product", "weight", "industry"], descending=[False, True, False])
        .collect()
    )
    links: dict[str, tuple[ConcordanceLine, ...]] = {}
    for product, industry, weight in frame.select("product", "industry", "weight").iter_rows():
        found = (ConcordanceLine(industry, weight),) if industry is not None else ()
        links[product] = (*links.get(product, ()), *found)
    return Concordance("HS2017", target, MappingProxyType(links), _CLASS_COUNTS)


@cache
def _industry_pairs() -> tuple[tuple[str, str], ...]:
    return tuple(sorted({(r["source"], r["target"]) for r in rows("industry_links.csv")}))


def _industry_concordance(source: str, target: str) -> Concordance:
    listed = [
        (r["source_code"], r["target_code"])
        for r in rows("industry_links.csv")
        if (r["source"], r["target"]) == (source, target)
    ]
    links: dict[str, tuple[ConcordanceLine, ...]] = {}
    for code, goal in listed:
        links[code] = (*links.get(code, ()), ConcordanceLine(goal, None))
    single = {
        c: (ConcordanceLine(k[0].target, 1.0),) if len(k) == 1 else k for c, k in links.items()
    }
    note = "own key by the texts of both classifications; no weights for codes that are split"
    return Concordance(source, target, MappingProxyType(single), note)
