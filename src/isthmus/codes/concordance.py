"""Concordances between classifications, with one-to-many and many-to-one links in sight."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from isthmus.codes import lookup
from isthmus.codes._files import data_path, rows
from isthmus.codes.products import PRODUCT_CLASSIFICATIONS, products
from isthmus.errors import BadInput, InputProblem, raise_all


@dataclass(frozen=True, slots=True)
class Link:
    """One line of a concordance.

    Parameters
    ----------
    target : str
        Code in the target classification.
    weight : float or None
        Part of the source code that goes to the target; None where the source gives none.
    """

    target: str
    weight: float | None


@dataclass(frozen=True, slots=True)
class Conversion:
    """Values carried over to another classification, with what was split and what was left.

    Parameters
    ----------
    values : mapping of str to float
        Values by target code, sorted.
    split : tuple of str
        Source codes whose value was divided by weights: estimates, not records.
    left_out : mapping of str to float
        Values of source codes without a target; empty unless leaving out was allowed.
    """

    values: Mapping[str, float]
    split: tuple[str, ...]
    left_out: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Concordance:
    """Links from the codes of one classification to those of another.

    Parameters
    ----------
    source, target : str
        Names of the classifications.
    links : mapping of str to tuple of Link
        Links of each source code, heaviest first; an empty tuple where there is no target.
    note : str
        Where the links come from and what they do not tell.
    """

    source: str
    target: str
    links: Mapping[str, tuple[Link, ...]]
    note: str = ""

    @property
    def one_to_many(self) -> tuple[str, ...]:
        """Source codes with more than one target."""
        return tuple(code for code, links in self.links.items() if len(links) > 1)

    @property
    def many_to_one(self) -> tuple[str, ...]:
        """Target codes with more than one source."""
        return tuple(code for code, sources in self._sources().items() if len(sources) > 1)

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Source codes without any target."""
        return tuple(code for code, links in self.links.items() if not links)

    @property
    def weighted(self) -> bool:
        """Whether every one-to-many link carries a weight."""
        return all(
            link.weight is not None for code in self.one_to_many for link in self.links[code]
        )

    def of(self, code: str) -> tuple[Link, ...]:
        """Return all links of a source code.

        Raises
        ------
        CodeUnknown
            When the code is not a source code.
        """
        if code not in self.links:
            names = {c: c for c in self.links}
            raise lookup.unknown(code, names, noun="source", where=f"{self.source}->{self.target}")
        return self.links[code]

    def only(self, code: str) -> str:
        """Return the single target of a code.

        Raises
        ------
        BadInput
            When the code has no target or several; all are named.
        """
        links = self.of(code)
        if len(links) == 1:
            return links[0].target
        found = ", ".join(link.target for link in links) or "none"
        raise BadInput(
            f"{self.source} {code} has {len(links)} targets in {self.target}: {found}",
            where=f"{self.source}->{self.target}",
            hint="use the links with their weights instead of one target",
        )

    def convert(
        self, values: Mapping[str, float], *, split: bool = False, leave_out: bool = False
    ) -> Conversion:
        """Carry values over to the target classification.

        Parameters
        ----------
        values : mapping of str to float
            Values by source code.
        split : bool
            Divide the value of a code with several targets by the weights. Without it such codes
            are reported as problems.
        leave_out : bool
            Leave out codes without a target and list them; otherwise they are problems.

        Returns
        -------
        Conversion
            The sum over values and what was left out equals the sum of the input.

        Raises
        ------
        BadInput
            With every code that cannot be carried over, all at once.
        """
        raise_all(f"{self.source} to {self.target}", self._problems(values, split, leave_out))
        parts: dict[str, list[float]] = {}
        left_out: dict[str, float] = {}
        divided = []
        for code in sorted(values):
            links = self.links[code]
            if not links:
                left_out[code] = values[code]
            if len(links) > 1:
                divided.append(code)
            for link in links:
                weight = 1.0 if len(links) == 1 else (link.weight or 0.0)
                parts.setdefault(link.target, []).append(weight * values[code])
        sums = {target: math.fsum(parts[target]) for target in sorted(parts)}
        return Conversion(MappingProxyType(sums), tuple(divided), MappingProxyType(left_out))

    def inverse(self) -> Concordance:
        """Return the links read from target to source; no weights where they would be guesses."""
        links = {
            target: tuple(Link(source, 1.0 if len(sources) == 1 else None) for source in sources)
            for target, sources in self._sources().items()
        }
        note = f"read backwards from {self.source}->{self.target}; {self.note}"
        return Concordance(self.target, self.source, MappingProxyType(links), note)

    def report(self) -> dict[str, int | bool | str]:
        """Return the counts that tell how far the two classifications agree."""
        return {
            "source": self.source,
            "target": self.target,
            "source_codes": len(self.links),
            "target_codes": len(self._sources()),
            "one_to_many": len(self.one_to_many),
            "many_to_one": len(self.many_to_one),
            "unmapped": len(self.unmapped),
            "weighted": self.weighted,
            "note": self.note,
        }

    def _sources(self) -> dict[str, list[str]]:
        sources: dict[str, list[str]] = {}
        for code, links in self.links.items():
            for link in links:
                sources.setdefault(link.target, []).append(code)
        return dict(sorted(sources.items()))

    def _problems(
        self, values: Mapping[str, float], split: bool, leave_out: bool
    ) -> list[InputProblem]:
        found = []
        for code in sorted(values):
            links = self.links.get(code)
            if links is None:
                found.append(InputProblem(f"unknown code {code!r}", self.source))
            elif not links and not leave_out:
                found.append(InputProblem(f"{code} has no target", self.target))
            elif len(links) > 1 and not (split and all(k.weight is not None for k in links)):
                targets = ", ".join(link.target for link in links)
                hint = "pass split=True to divide it" if self.weighted else "no weights are known"
                found.append(InputProblem(f"{code} goes to {targets}", self.target, hint))
        return found


@cache
def available() -> tuple[tuple[str, str], ...]:
    """Return the (source, target) pairs that `concordance` knows directly."""
    hs = [("HS2022", "HS2017"), *(("HS2017", t) for t in _EARLIER)]
    backwards = [(t, s) for s, t in hs]
    return (*hs, *backwards, *((("HS2017", t)) for t in _INDUSTRY_COLUMNS), *_industry_pairs())


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
    if source.startswith("HS") and source > target:
        return _hs_editions(source, target)
    return _with_unmapped(_hs_editions(target, source).inverse())


_EARLIER = ("HS2012", "HS2007", "HS2002", "HS1996", "HS1992")
_INDUSTRY_COLUMNS = ("ICIO2025", "WIOD2016", "WIOD2013")
_ONE_TARGET = (
    "the source names one earlier code for each later one, so codes merged from several earlier "
    "ones show only the main one; reading it backwards shows the splits, without weights"
)
_CLASS_COUNTS = (
    "derived from two published routes over ISIC; weights count classes, they are not trade values"
)


def _hs_editions(later: str, earlier: str) -> Concordance:
    import polars as pl

    frame = (
        pl.scan_parquet(data_path("hs_concordance.parquet"))
        .filter((pl.col("source") == later) & (pl.col("target") == earlier))
        .sort("source_code", "target_code")
        .collect()
    )
    links: dict[str, tuple[Link, ...]] = {}
    for code, target in frame.select("source_code", "target_code").iter_rows():
        links[code] = (*links.get(code, ()), Link(target, None))
    single = {c: (Link(k[0].target, 1.0),) if len(k) == 1 else k for c, k in links.items()}
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
        pl.scan_parquet(data_path("hs_to_industry.parquet"))
        .filter(pl.col("classification") == target)
        .sort(["product", "weight", "industry"], descending=[False, True, False])
        .collect()
    )
    links: dict[str, tuple[Link, ...]] = {}
    for product, industry, weight in frame.select("product", "industry", "weight").iter_rows():
        found = (Link(industry, weight),) if industry is not None else ()
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
    links: dict[str, tuple[Link, ...]] = {}
    for code, goal in listed:
        links[code] = (*links.get(code, ()), Link(goal, None))
    single = {c: (Link(k[0].target, 1.0),) if len(k) == 1 else k for c, k in links.items()}
    note = "own key by the texts of both classifications; no weights for codes that are split"
    return Concordance(source, target, MappingProxyType(single), note)
