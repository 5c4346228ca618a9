"""Products by a short name, as tables and axes have room for."""

from __future__ import annotations

import textwrap

from isthmus import codes
from isthmus.study.context import Context

LETTERS = 34


def short_name(context: Context, code: str, edition: str = "HS2017") -> str:
    """Return the first two parts of a product's text as far as whole words go, with its code."""
    text = context.catalogue.said(codes.product_texts(edition).get(code, code))
    parts = "; ".join(part.strip() for part in text.split(";")[:2])
    return f"{textwrap.shorten(parts, LETTERS, placeholder=' …')} ({code})"
