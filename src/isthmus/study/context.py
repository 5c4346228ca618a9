"""What a section or a measure works with: study, world, sentences and a record of what was used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from isthmus import codes
from isthmus.errors import (
    BadInput,
    CodeUnknown,
    DataMissing,
    IsthmusError,
    ShockNotRepresentable,
)
from isthmus.evidence import Finding, Kind
from isthmus.kernels.arrays import Array
from isthmus.study.inflection import ALONE, inflected
from isthmus.study.money import RATES, rate_of, told_rate, unit_of
from isthmus.study.numbers import MONEY
from isthmus.study.schema import ROLES, Study
from isthmus.study.wording import Sentence, TextCatalogue
from isthmus.world import World

T = TypeVar("T")

UNANSWERED = (BadInput, CodeUnknown, DataMissing, ShockNotRepresentable)
"""What the data at hand do not allow: a page says so and goes on."""
_COMMAND = re.compile(r"`([^`]+)`")
_CODE = re.compile(r"\b[A-Z][A-Z0-9_]+\b")


@dataclass
class Context:
    """The study and the world, with the means to write about them.

    Parameters
    ----------
    study : Study
        The question.
    world : World
        The data.
    catalogue : TextCatalogue
        The sentences.

    Attributes
    ----------
    samples : dict of str to float64[draws]
        Draws behind findings, by key: claims on them are judged by the share in which they hold.
    """

    study: Study
    world: World
    catalogue: TextCatalogue = field(default_factory=TextCatalogue.load)
    used: set[str] = field(default_factory=set)
    findings: dict[str, Finding] = field(default_factory=dict)
    samples: dict[str, Array] = field(default_factory=dict)
    _memo: dict[Any, Any] = field(default_factory=dict)

    @property
    def home(self) -> str:
        """Code of the party whose point of view the study takes."""
        return self._party("home")

    @property
    def partner(self) -> str:
        """Code of the party with whom cooperation is examined."""
        return self._party("partner")

    @property
    def rival(self) -> str:
        """Code of the party that may answer with economic pressure."""
        return self._party("rival")

    @property
    def ally(self) -> str:
        """Code of the power on which both sides rely."""
        return self._party("ally")

    def _party(self, role: str) -> str:
        if role not in self.study.roles:
            raise BadInput(f"the study names no {role}", where="roles", hint=f'{role} = "..."')
        return self.study.party(role)

    def memo(self, key: Any, make: Callable[[], T]) -> T:
        """Return `make()` once per `key`; sections share what is dear to compute."""
        if key not in self._memo:
            self._memo[key] = make()
        found: T = self._memo[key]
        return found

    def remembered(self) -> dict[Any, Any]:
        """Return what `memo` has made so far, by key."""
        return dict(self._memo)

    def missing(self, *keys: str) -> tuple[str, ...]:
        """Return those of `keys` that the world does not hold."""
        return tuple(key for key in keys if key not in self.world)

    def members(self, code: str) -> tuple[str, ...]:
        """Return the members of a coalition, or the economy itself."""
        return codes.members(self.study.party(code))

    def name(self, code: str) -> str:
        """Return a party's name as it stands inside a sentence."""
        return self.catalogue.party(code)

    def label(self, code: str) -> str:
        """Return a party's name as it stands alone: in a table, a legend, on an axis."""
        name = inflected(self.name(code), ALONE, self.catalogue.texts)
        return name[:1].upper() + name[1:]

    def reason(self, error: IsthmusError) -> str:
        """Return what is wrong as a page says it: what each problem is, where it lists some."""
        problems = [problem.what for problem in getattr(error, "problems", ())]
        return self.named("; ".join(problems) or error.what)

    def named(self, message: str) -> str:
        """Return a message of the program for a page: parties by name, commands in its quotes."""

        def name(found: re.Match[str]) -> str:
            code = found.group()
            known = code in codes.economy_names() or code in codes.coalition_names()
            named = self.name(code) if known else code
            # "the EU" in a message is a name already.
            return code if code in named.split() else named

        quoted = _COMMAND.sub(lambda it: self.catalogue.text("word.quoted", text=it[1]), message)
        return _CODE.sub(name, quoted)

    def role(self, code: str) -> str:
        """Return the colour role of a party; ``"other"`` for economies that are none."""
        for name, role in self.study.roles.items():
            if self.study.party(name) == code:
                return role.colour or (name if name in ROLES else "other")
        return "other"

    def industry(self, code: str) -> str:
        """Return the name of an ICIO industry, short where the catalogue has a short form."""
        short = self.catalogue.get(f"industry.{code}")
        return short or self.catalogue.said(codes.industry(code).name)

    def say(self, key: str, **fields: str | int | Finding) -> Sentence:
        """Return a sentence of the catalogue; it starts with a capital letter."""
        return self.catalogue.opening(key, **fields)

    def finding(
        self,
        key: str,
        value: float | None,
        unit: str,
        *,
        kind: Kind,
        year: int | str,
        method: str,
        datasets: Iterable[str],
        low: float | None = None,
        high: float | None = None,
        interval: str = "",
        caveat: str = "",
        sources: Sequence[str] = (),
        digits: int = 0,
    ) -> Finding:
        """Make a finding and keep it, with the data sets and the method that it rests on.

        Parameters
        ----------
        key : str
            Dotted name; asking twice for the same key must give the same number.
        method : str
            Key under ``method.`` in the catalogue: the definition that the reader sees.
        interval, caveat : str
            Keys under ``interval.`` and ``caveat.`` in the catalogue, or empty.

        Raises
        ------
        IsthmusError
            When the key is taken by another number, or a text is not in the catalogue.
        """
        for group, name in (("method", method), ("interval", interval), ("caveat", caveat)):
            if name and not self.catalogue.get(f"{group}.{name}"):
                raise IsthmusError(f"the catalogue has no text {group}.{name}", where=key)
        if unit == MONEY and (rate := rate_of(self, year)):
            value, low, high = (None if v is None else v / rate for v in (value, low, high))
            unit, kind = unit_of(self, year), Kind.weakest([kind, self.kind_of(RATES)])
            datasets, sources = [*datasets, RATES], [*sources, told_rate(self, year)]
        found = Finding(
            key=key,
            value=None if value is None else float(value),
            unit=unit,
            kind=kind,
            year=str(year),
            method=method,
            datasets=tuple(sorted(set(datasets))),
            low=None if low is None else float(low),
            high=None if high is None else float(high),
            interval=self.catalogue.get(f"interval.{interval}"),
            caveat=self.catalogue.get(f"caveat.{caveat}"),
            sources=tuple(sources),
            digits=digits,
        )
        self.used.update(found.datasets)
        return self.keep(found)

    def keep(self, finding: Finding) -> Finding:
        """Keep a finding; there is one number for a key.

        Raises
        ------
        IsthmusError
            When the key is taken by another number.
        """
        if self.findings.setdefault(finding.key, finding) != finding:
            raise IsthmusError(f"two different findings have the key {finding.key!r}")
        return finding

    def kind_of(self, *keys: str) -> Kind:
        """Return the weakest kind among data sets."""
        return Kind.weakest(self.world.record(key).kind for key in keys)
