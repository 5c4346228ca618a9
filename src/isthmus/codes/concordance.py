"""A concordance between classifications, with one-to-many and many-to-one links in sight."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from isthmus.codes import lookup
from isthmus.errors import BadInput, InputProblem, raise_all


@dataclass(frozen=True, slots=True)
class ConcordanceLine:
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
    links : mapping of str to tuple of ConcordanceLine
        Links of each source code, heaviest first; an empty tuple where there is no target.
    note : str
        Where the links come from and what they do not tell.
    """

    source: str
    target: str
    links: Mapping[str, tuple[ConcordanceLine, ...]]
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

    def of(self, code: str) -> tuple[ConcordanceLine, ...]:
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

    def relation(self, code: str) -> str:
        """Return how a source code is linked: ``1:1``, ``1:n``, ``n:1``, ``n:n`` or ``1:0``.

        Raises
        ------
        CodeUnknown
            When the code is not a source code.
        """
        links = self.of(code)
        if not links:
            return "1:0"
        merged = any(len(self._sources()[link.target]) > 1 for link in links)
        return f"{'n' if merged else '1'}:{'n' if len(links) > 1 else '1'}"

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
            target: tuple(
                ConcordanceLine(source, 1.0 if len(sources) == 1 else None) for source in sources
            )
            for target, sources in self._sources().items()
        }
        note = f"read backwards from {self.source}->{self.target}; {self.note}"
        return Concordance(self.target, self.source, MappingProxyType(links), note)

    def then(self, other: Concordance) -> Concordance:
        """Return the links that lead through `other`, every target of every target.

        A weight is kept where both steps have one; parts that meet again in a target add up.
        """
        links = {
            code: _joined((step, other.links.get(step.target, ())) for step in steps)
            for code, steps in self.links.items()
        }
        note = f"over {self.target}: {self.note}; {other.note}"
        return Concordance(self.source, other.target, MappingProxyType(links), note)

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

    def sources(self, target: str) -> tuple[str, ...]:
        """Return the source codes that lead to a target; none for a code that is no target."""
        return tuple(self._sources().get(target, ()))

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


def _joined(
    steps: Iterable[tuple[ConcordanceLine, tuple[ConcordanceLine, ...]]],
) -> tuple[ConcordanceLine, ...]:
    weights: dict[str, list[float | None]] = {}
    for first, onward in steps:
        for second in onward:
            known = first.weight is not None and second.weight is not None
            part = first.weight * second.weight if known else None  # type: ignore[operator]
            weights.setdefault(second.target, []).append(part)
    if len(weights) == 1:
        return (ConcordanceLine(next(iter(weights)), 1.0),)
    return tuple(
        ConcordanceLine(
            target, None if None in parts else math.fsum(p for p in parts if p is not None)
        )
        for target, parts in sorted(weights.items())
    )
