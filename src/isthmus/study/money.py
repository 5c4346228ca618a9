"""Money in the currency of a study: USD of a year, turned at the mean rate of that year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus.study.numbers import MONEY

if TYPE_CHECKING:
    from isthmus.study.context import Context

RATES = "exchange_rates"
OWN = "USD"
"""Currency of the data."""


def rate_of(context: Context, year: int | str) -> float | None:
    """Return USD for one unit of the study's currency in a year; None where there is no rate.

    Without a rate money stays in USD: that of the data, or no mean of the year is at hand.
    """
    currency, when = context.study.currency, str(year)
    if currency == OWN or not when.isdigit() or context.missing(RATES):
        return None

    def rates() -> dict[tuple[str, int], float]:
        rows = context.world.table(RATES).select("currency", "year", "usd").rows()
        return {(code, int(of)): float(usd) for code, of, usd in rows}

    return context.memo(("rates",), rates).get((currency, int(when)))


def unit_of(context: Context, year: int | str) -> str:
    """Return the unit in which money of a year is printed."""
    turned = rate_of(context, year) is not None
    return f"million {context.study.currency}" if turned else MONEY


def told_rate(context: Context, year: int | str) -> str:
    """Return the rate at which money of a year was turned, in words; nothing where it was not."""
    rate = rate_of(context, year)
    if rate is None:
        return ""
    written = context.catalogue.written(f"{rate:g}")
    return context.catalogue.text(
        "money.rate", rate=written, currency=context.study.currency, year=str(year)
    )
