"""Numbers as readers see them: no more digits than their kind deserves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from isthmus.evidence import SHARE, Finding, Kind
from isthmus.evidence.digits import (
    DIGITS,
    NOT_KNOWN,
    in_range,
    percent,
    percent_apart,
    percent_of_draws,
    significant,
)
from isthmus.scenario.hazards import NEVER

_SCALES = ((1e6, "trillion"), (1e3, "billion"))
MONEY = "million USD"
SHARE_OF_DRAWS = "share of draws"
"""Unit of a share that counts draws: a fraction, as a share is."""
CHANCE = "share a year"
"""Unit of a yearly probability at which a package pays: a fraction, read beside `NEVER`."""
FRACTIONS = frozenset({SHARE, CHANCE})
MONTHS = "whole months"
"""Unit of months that were put in or summed: printed as they are."""
EUR, BILLIONS = "million EUR", 1e4
"""Prices in EUR are said in millions, up to ten thousand of them."""
_MARK = re.compile(r"(?<=\d)[.,](?=\d)")


def number(
    value: float | None, unit: str, kind: Kind, units: Mapping[str, str], *, digits: int = 0
) -> str:
    """Return a number with its unit, shares as percent and money in a readable scale.

    Decimal and thousands marks are those of `units`; English ones where it has none. Significant
    digits are those of the kind, or `digits` where they are more.
    """
    return marked(_number(value, unit, max(DIGITS[kind], digits), units), units)


def as_given(values: Iterable[float]) -> list[str]:
    """Return assumptions as they are reckoned with: not rounded, in no scale."""
    return [f"{value:g}" for value in values]


def marked(text: str, units: Mapping[str, str]) -> str:
    """Return a number that was formatted as in English with the marks of a language."""
    marks = {".": units.get("decimal_mark", "."), ",": units.get("thousands_mark", ",")}
    return text if marks == {".": ".", ",": ","} else _MARK.sub(lambda m: marks[m.group()], text)


def joined(number: str, unit: str) -> str:
    """Return a number with the name of its unit, which stands apart or begins with a hyphen."""
    return f"{number}{'' if unit.startswith('-') else ' '}{unit}".strip()


def _number(value: float | None, unit: str, digits: int, units: Mapping[str, str]) -> str:
    if value is None:
        return NOT_KNOWN
    # On which side of one a ratio lies is what it is quoted for.
    if unit == "ratio" and value != 1 and significant(value, digits) == "1":
        digits = max(digits, 2)
    if unit == SHARE:
        return f"{percent(value, digits)}{units['percent']}"
    if unit == CHANCE:
        return f"{percent_apart(value, NEVER, digits)}{units['percent']}"
    if unit == SHARE_OF_DRAWS:
        return f"{percent_of_draws(value)}{units['percent']}"
    if unit == MONEY:
        for factor, name in _SCALES:
            if abs(value) >= factor:
                return f"{significant(value / factor, digits)} {units[name]}"
        return f"{significant(value, digits)} {units['million']}"
    if unit == EUR and abs(value) >= BILLIONS:
        return f"{significant(value / 1e3, digits)} {units['billion_EUR']}"
    if unit == "count":
        return f"{value:,.0f}"
    if unit == MONTHS:
        return joined(f"{value:,.0f}", units["months"])
    if unit in {"1", "index"}:
        return f"{significant(value, digits)}"
    name = units.get(unit.replace(" ", "_"), unit)
    return joined(significant(value, digits), name)


def told(finding: Finding, units: Mapping[str, str]) -> str:
    """Return the number of a finding alone, with the digits that its range needs."""
    digits = digits_of(finding, finding.value)
    return number(finding.value, finding.unit, finding.kind, units, digits=digits)


def digits_of(finding: Finding, value: float | None) -> int:
    """Return the digits of the kind, or those that a number of the range or beside it needs."""
    digits = max(DIGITS[finding.kind], finding.digits)
    if value is None or finding.low is None or finding.high is None:
        return digits
    return in_range(value, finding.low, finding.high, digits)


def interval(finding: Finding, units: Mapping[str, str]) -> str:
    """Return the interval in words of numbers: ``12 % to 31 %``, ``at least 12 %``, or nothing."""

    def end(value: float | None) -> str:
        digits = digits_of(finding, value)
        return number(value, finding.unit, finding.kind, units, digits=digits)

    if finding.low is not None and finding.high is not None:
        low, high = end(finding.low), end(finding.high)
        if low == high:  # A range that no digit shows is none to a reader.
            return "" if finding.value is not None else low
        return f"{low} {units['to']} {high}"
    if finding.low == finding.value == 0 and finding.unit == "count":
        return f"{end(0.0)} {units['on_record']}"
    if finding.low is not None:
        return f"{units['at_least']} {end(finding.low)}"
    if finding.high is not None:
        return f"{units['at_most']} {end(finding.high)}"
    return ""


def show(finding: Finding, units: Mapping[str, str]) -> str:
    """Return the number of a finding as it stands in a sentence, with its interval."""
    value = told(finding, units)
    both = finding.low is not None and finding.high is not None
    if finding.value is None:
        return interval(finding, units) if both else units["no_figure"]
    if not both and (finding.low is not None or finding.high is not None):
        return interval(finding, units)
    span = interval(finding, units) if both else ""
    return f"{value} ({span})" if span else value
