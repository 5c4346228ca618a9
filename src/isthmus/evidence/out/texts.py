"""Cells as text: numbers with the digits a reader needs, names beside codes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from isthmus import codes
from isthmus.evidence.digits import percent
from isthmus.evidence.out.shown import ECONOMIES
from isthmus.evidence.table import SHARE
from isthmus.runtime.visible import one_line, visible

ABSENT = "n/a"


def format_cell(value: Any, unit: str = "") -> str:
    """Return a cell as visible text: four significant digits, a share as percent."""
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ABSENT
        if unit == SHARE:
            return f"{percent(value, 3)} %"
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(format_cell(v) for v in value)
    return visible(str(value))


def with_name(column: str, code: Any, said: Callable[[str], str] = str) -> str:
    """Return a code with the name of what it stands for, where the column holds codes.

    `said` returns a name in the reader's language.
    """
    text = one_line(format_cell(code))
    name = said(_name(column, str(code))) if isinstance(code, str) else ""
    return f"{text} {name}" if name and name.casefold() != text.casefold() else text


def _name(column: str, code: str) -> str:
    if column in ECONOMIES:
        return codes.economy_names().get(code) or codes.coalition_names().get(code, "")
    if column in {"industry", "sector"}:
        return _industry(code)
    if column == "product":
        return _product(code)
    return ""


def _industry(code: str) -> str:
    for classification in codes.INDUSTRY_CLASSIFICATIONS:
        if found := codes.industries(classification).get(code):
            return found.name
    return ""


def _product(code: str) -> str:
    for edition in ("HS2017", "HS2022", "HS1992"):
        if found := codes.product_texts(edition).get(code):
            return found
    return ""
