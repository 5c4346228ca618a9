"""How numbers on axes and in legends are written in the language of the reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NumberWords:
    """Marks of numbers, and the short words of amounts in million USD."""

    decimal: str = "."
    thousands: str = ","
    million: str = "m"
    billion: str = "bn"
    trillion: str = "trn"
    percent: str = "%"

    @staticmethod
    def of(units: Mapping[str, str]) -> NumberWords:
        """Return those of the texts of a language, by their keys under ``unit.``."""
        return NumberWords(
            units["decimal_mark"],
            units["thousands_mark"],
            units["axis_million"],
            units["axis_billion"],
            units["axis_trillion"],
            units["axis_percent"],
        )

    @property
    def money(self) -> str:
        """The label of a tick of an axis in million USD, as an expression of Vega."""
        scaled = (
            f"abs(datum.value) >= {size} ? format(datum.value / {size}, '~g') + ' {word}' : "
            for size, word in (("1e6", self.trillion), ("1e3", self.billion))
        )
        small = f"format(datum.value, '~g') + ' {self.million}'"
        return f"datum.value == 0 ? '0' : {''.join(scaled)}{small}"

    @property
    def config(self) -> Mapping[str, Any]:
        """What a specification says of it; nothing where the marks are those of English."""
        if (self.decimal, self.thousands) == (".", ","):
            return {}
        number = {
            "decimal": self.decimal,
            "thousands": self.thousands,
            "grouping": [3],
            "currency": ["", ""],
            "percent": self.percent,
        }
        return {"locale": {"number": number}}

    def written(self, text: str) -> str:
        """Return a number that was formatted as in English with the marks of this language."""
        return text.translate({ord("."): self.decimal, ord(","): self.thousands})


ENGLISH = NumberWords()
