"""Units of money as sources write them: power of ten, currency, and what follows."""

from __future__ import annotations

import re
from collections.abc import Mapping

POWERS: Mapping[str, float] = {
    "": 1e-6,
    "k": 1e-3,
    "thousand": 1e-3,
    "thousands": 1e-3,
    "m": 1.0,
    "mil": 1.0,
    "mill": 1.0,
    "mio": 1.0,
    "mln": 1.0,
    "million": 1.0,
    "millions": 1.0,
    "bn": 1e3,
    "billion": 1e3,
    "billions": 1e3,
}
"""Powers of ten against a million by what sources call them."""
_DOLLARS = re.compile(r"(current\s+)?(us\s*dollars?|us\$|\$)", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<!\d)(?:1[ ,.]?)?000(?!\d)")
_JOINED = re.compile(r"^\s*((?i:k|m|mio|mln|bn))[. ]*(?=(?:[A-Z]{3}|usd|eur)\b)")
_UNIT = re.compile(r"^\s*(?:([A-Za-z]+)\.?\s+)?(?:of\s+)?([A-Z]{3}|usd|eur)\b(?:\s+([A-Za-z]+))?")
_QUOTES = str.maketrans("", "", "'‘’`´")


def money(unit: str) -> tuple[float, str, str] | None:
    """Return power of ten against a million, currency, and what follows, of a unit of money.

    None stands for a unit that is none of money. Read are ``million USD``, ``USD thousand``,
    ``1000 USD``, ``'000 US$``, ``M.EUR``, ``Mio. EUR`` and their like.
    """
    text = _DOLLARS.sub("USD", unit.translate(_QUOTES).replace("€", "EUR"), count=1)
    text = _JOINED.sub(r"\1 ", _THOUSANDS.sub("thousand", text, count=1))
    found = _UNIT.match(text)
    if found is None:
        return None
    before, after = (found[1] or "").casefold(), (found[3] or "").casefold()
    scaled = not before and after in POWERS and after != ""
    power = POWERS.get(after if scaled else before)
    if power is None:
        return None
    return power, found[2].upper(), text[found.end(3 if scaled else 2) :]
