"""Numbers as text: significant digits, and fractions as percent, the same in every face."""

from __future__ import annotations

import math

from isthmus.evidence.kinds import Kind

DIGITS = {Kind.MEASURED: 3, Kind.ESTIMATED: 2, Kind.MODELLED: 2, Kind.ASSUMED: 1}
"""Significant digits by kind."""
NOT_KNOWN = "–"
MOST = 3
"""Digits at most, however narrow a range is."""

PART = 0.1
"""Part of the width of a range by which rounding may move its ends: 9 to 13 is not 9 to 10."""


def of_range(low: float, high: float, digits: int) -> int:
    """Return the significant digits that keep a range: `digits`, or more, `MOST` at most.

    Parameters
    ----------
    low, high : float
        The ends of a range; neither may move by more than `PART` of its width.
    digits : int
        Significant digits of their kind.
    """
    while digits < MOST and low != high:
        if max(_moved(low, digits), _moved(high, digits)) <= PART * abs(high - low):
            break
        digits += 1
    return digits


def in_range(value: float, low: float, high: float, digits: int) -> int:
    """Return the significant digits of a number of a range, to one place with its larger end.

    Parameters
    ----------
    value : float
        One of the ends, or what stands between them: 9 to 13, not 9.0 to 13.
    low, high : float
        The ends of the range.
    digits : int
        Significant digits of their kind; none has fewer.
    """
    most = of_range(low, high, digits)
    fewer = most - max(0, _place(max(abs(low), abs(high))) - _place(abs(value)))
    return next(
        (n for n in range(max(digits, fewer), most) if _moved(value, n) <= PART * abs(high - low)),
        most,
    )


def _place(value: float) -> int:
    """Return the place of the first digit: 0 for ones, 1 for tens."""
    return math.floor(math.log10(value)) if 0 < value < math.inf else 0


def _moved(value: float, digits: int) -> float:
    """Return how far rounding moves a number."""
    return abs(float(f"{value:.{digits - 1}e}") - value) if math.isfinite(value) else 0.0


def significant(value: float, digits: int) -> str:
    """Return `value` with at most `digits` significant digits and thousands separators.

    Whole numbers keep their whole part: 12,345 with three digits is 12,300.
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else NOT_KNOWN
    place = digits - 1 - math.floor(math.log10(abs(value)))
    rounded = round(value, place)
    shown = math.floor(math.log10(abs(rounded))) if rounded else 0
    return f"{rounded:,.{max(0, digits - 1 - shown)}f}"


def percent_of_draws(value: float) -> str:
    """Return a share of draws as percent without the sign: whole ones, whatever its kind.

    It is a count, and 47 and 54 % lie on two sides of a half. Nearly none and nearly all keep the
    digits that tell them from none and all.
    """
    scaled = value * 100
    rounded = f"{scaled:.0f}"
    return f"{scaled:.1f}" if rounded in {"0", "100"} and scaled != float(rounded) else rounded


def percent_apart(value: float, line: float, digits: int) -> str:
    """Return a share as percent without the sign, with the digits that tell it from a line.

    On which side of the line it lies is what it is quoted for: 13 % is not 10 %.
    """
    while digits < MOST and value != line and percent(value, digits) == percent(line, digits):
        digits += 1
    return percent(value, digits)


def percent(value: float, digits: int) -> str:
    """Return a share as percent without the sign; at most one decimal above one percent.

    From ninety percent on it is told to whole ones: what is left of the whole is small, and 94.7
    is not 90.
    """
    scaled = value * 100
    if abs(scaled) < 0.05 and scaled != 0:
        return significant(scaled, 1)
    text = significant(scaled, digits)
    if 90 <= scaled < 100 and digits < 2:
        return significant(scaled, 2)
    return f"{scaled:.1f}" if "." in text and len(text.split(".")[1]) > 1 else text
