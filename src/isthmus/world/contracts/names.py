"""Codes of other sources in a column of economies or products: the code meant, or a hint."""

from __future__ import annotations

from functools import cache

from isthmus import codes

LISTED = "isthmus codes economies lists them"
DROP_HINT = "an aggregate: leave its rows out, or --drop-aggregates does"


@cache
def economy_code(text: str) -> str:
    """Return the code of the one economy or aggregate that a text stands for, or nothing."""
    return codes.economy_of(text) or ""


@cache
def economy_note(text: str) -> str:
    """Return what a label of another source covers where that differs from the economy."""
    code = economy_code(text)
    return next((m.note for m in codes.meanings(text) if m.economy == code and m.note), "")


def economy_hint(text: str) -> str:
    """Return what to write instead of a text that stands for no one economy."""
    return codes.nearest_economy(text, codes.economies()) or LISTED


@cache
def product_code(text: str, classification: str, levels: tuple[int, ...]) -> str:
    """Return the code of an edition that a text stands for, zero in front kept, or nothing."""
    full = codes.written_out(text)
    known = full in codes.product_texts(classification)
    return full if known and len(full) in levels else ""


def product_hint(text: str, classification: str, levels: tuple[int, ...]) -> str:
    """Return what is wrong with a text that is no product of an edition."""
    full = codes.written_out(text)
    if len(full) not in levels and full in codes.product_texts(classification):
        return f"codes of {len(full)} digits hold others inside them: keep one level"
    return codes.product_hint(text, classification)
