"""Codes of other sources in a column of economies or products: the code meant, or a hint."""

from __future__ import annotations

from functools import cache

from isthmus import codes
from isthmus.errors import CodeUnknown

AGGREGATE_TEXTS = frozenset(
    {"world", "total", "all", "eu", "eu27_2020", "eu27", "eu28", "areas, nes", "areas nes"}
)
"""What sources write for several economies at once."""


@cache
def economy_code(text: str) -> str:
    """Return the code of the one economy or aggregate that a text stands for, or nothing."""
    if text in codes.economies():
        return text
    upper = text.strip().upper()
    return _others().get(upper.zfill(3) if upper.isdigit() else upper, "")


def economy_hint(text: str) -> str:
    """Return what to write instead of a text that stands for no economy."""
    if text.casefold() in AGGREGATE_TEXTS:
        return "an aggregate: leave its rows out, or --drop-aggregates does"
    try:
        codes.economy(text)
    except CodeUnknown as error:
        return error.hint or ""
    return ""


@cache
def is_aggregate(text: str) -> bool:
    """Return whether a text stands for several economies at once."""
    found = economy_code(text)
    if not found:
        return text.casefold() in AGGREGATE_TEXTS
    return codes.economies()[found].kind == "aggregate"


@cache
def _others() -> dict[str, str]:
    listed = codes.economies().values()
    others = {code: e.code for e in listed for code in (e.iso2, e.numeric) if code}
    return others | {e.code: e.code for e in listed}


@cache
def product_code(text: str, classification: str, levels: tuple[int, ...]) -> str:
    """Return the code of an edition that a text stands for, zero in front kept, or nothing."""
    digits = text.replace(".", "").replace(" ", "")
    full = digits.zfill(len(digits) + len(digits) % 2)
    if classification not in codes.PRODUCT_CLASSIFICATIONS:
        return full if full.isdigit() and len(full) in levels else ""
    known = full in codes.product_texts(classification)
    return full if known and len(full) in levels else ""


def product_hint(text: str, classification: str, levels: tuple[int, ...]) -> str:
    """Return what is wrong with a text that is no product of an edition."""
    digits = text.replace(".", "").replace(" ", "")
    if digits.isdigit() and len(digits) not in levels and classification:
        known = codes.PRODUCT_CLASSIFICATIONS
        if classification in known and digits in codes.product_texts(classification):
            return f"codes of {len(digits)} digits hold others inside them: keep one level"
        if len(digits) > 6:
            return "national lines must be added up to six digits first"
    try:
        codes.product(text, classification)
    except CodeUnknown as error:
        return error.hint or ""
    return ""
