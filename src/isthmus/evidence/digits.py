"""Numbers as text: significant digits, and fractions as percent, the same in every face."""

from __future__ import annotations

import math

NOT_KNOWN = "–"


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


def percent(value: float, digits: int) -> str:
    """Return a share as percent without the sign; at most one decimal above one percent."""
    scaled = value * 100
    if abs(scaled) < 0.05 and scaled != 0:
        return significant(scaled, 1)
    text = significant(scaled, digits)
    if text == "100" and scaled < 100:
        return significant(scaled, 2)
    return f"{scaled:.1f}" if "." in text and len(text.split(".")[1]) > 1 else text
