"""Numbers of a bill of materials: value, range, unit, and where each comes from."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from isthmus.evidence import Kind
from isthmus.runtime.brief import Brief

Read = Literal["full text", "page", "derived", "general", "own"]
"""How a number was read: in a text, on a page seen in part, by own division, from general
knowledge (printed as assumed), or given by the user."""

_SCALES: dict[str, tuple[str, float]] = {
    "g": ("kg", 1e-3),
    "kg": ("kg", 1.0),
    "t": ("kg", 1e3),
    "days": ("weeks", 1 / 7),
    "weeks": ("weeks", 1.0),
    "months": ("weeks", 365.25 / 12 / 7),
    "years": ("weeks", 365.25 / 7),
    "percent": ("share", 0.01),
    "thousand EUR": ("m EUR", 1e-3),
}
_PERIODS = {"week": 1.0, "month": 365.25 / 12 / 7, "year": 365.25 / 7}
"""Weeks in a period."""


class Part(Brief, BaseModel):
    """Frozen part of a file that refuses unknown fields; problems are collected by the reader."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, str_strip_whitespace=True
    )


def _as_day(value: object) -> object:
    if not isinstance(value, str | dt.date):
        raise ValueError('is no day; write it as text: "2025-01-06"')
    return value


Day = Annotated[dt.date, BeforeValidator(_as_day)]
"""A day written as text, as in ``"2025-01-06"``."""


def _as_number(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("is true or false, not a number")
    return value


Quantity = Annotated[float, BeforeValidator(_as_number), Field(ge=0.0)]


class Amount(Part):
    """One number with its range and its origin.

    Parameters
    ----------
    value : float
        The number, not negative.
    low, high : float, optional
        Ends of the range; the value where absent.
    unit : str
        Unit in words: ``kg``, ``piece``, ``weeks``, ``t per year``, ``share``.
    source, reason : str
        Where the number was read, or why it is as it is; one of them is needed.
    read : str
        How it was read; ``general`` makes it assumed.
    """

    value: Quantity
    low: Quantity | None = None
    high: Quantity | None = None
    unit: str = Field(min_length=1)
    source: str = ""
    reason: str = ""
    read: Read = "own"

    @model_validator(mode="after")
    def _range_and_origin(self) -> Self:
        if not self.bottom <= self.value <= self.top:
            raise ValueError("value must lie between low and high")
        if not self.source and not self.reason:
            raise ValueError("needs a source or a reason")
        return self

    @property
    def bottom(self) -> float:
        """Lower end of the range."""
        return self.value if self.low is None else self.low

    @property
    def top(self) -> float:
        """Upper end of the range."""
        return self.value if self.high is None else self.high

    @property
    def kind(self) -> Kind:
        """Estimated where a source was read, assumed otherwise."""
        return Kind.ASSUMED if self.read == "general" or not self.source else Kind.ESTIMATED

    def factor(self, unit: str) -> float | None:
        """Return what turns this number into `unit` (``"kg per week"``), None when nothing does."""
        (own, per), (wanted, wanted_per) = _split(self.unit), _split(unit)
        own_base, own_scale = _SCALES.get(own, (own, 1.0))
        base, scale = _SCALES.get(wanted, (wanted, 1.0))
        if own_base != base or (per is None) != (wanted_per is None):
            return None
        weeks = 1.0 if per is None or wanted_per is None else _PERIODS[wanted_per] / _PERIODS[per]
        return own_scale / scale * weeks


def _split(unit: str) -> tuple[str, str | None]:
    what, _, period = unit.rpartition(" per ")
    return (what, period) if what and period in _PERIODS else (unit, None)
