"""Products of the Harmonized System with their texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from isthmus.codes import lookup
from isthmus.codes._files import data_path

PRODUCT_CLASSIFICATIONS = {
    f"HS{year}": f"Harmonized System, {year} edition"
    for year in (1992, 1996, 2002, 2007, 2012, 2017, 2022)
}


@dataclass(frozen=True, slots=True)
class Product:
    """A product of one edition of the Harmonized System.

    Parameters
    ----------
    code : str
        2, 4 or 6 digits, leading zeros kept.
    text : str
        Short description.
    classification : str
        Edition, one of `PRODUCT_CLASSIFICATIONS`.
    """

    code: str
    text: str
    classification: str

    @property
    def level(self) -> int:
        """Number of digits."""
        return len(self.code)

    @property
    def chapter(self) -> str:
        """The two-digit chapter."""
        return self.code[:2]


@cache
def product_texts(classification: str = "HS2017") -> Mapping[str, str]:
    """Return the text of every code of 2, 4 and 6 digits, sorted by code.

    Raises
    ------
    CodeUnknown
        When the classification is unknown.
    """
    import polars as pl

    if classification not in PRODUCT_CLASSIFICATIONS:
        raise lookup.unknown(classification, PRODUCT_CLASSIFICATIONS, noun="product classification")
    frame = (
        pl.scan_parquet(data_path("hs_texts.parquet"), glob=False)
        .filter(pl.col("classification") == classification)
        .sort("product")
        .select("product", "text")
        .collect()
    )
    return MappingProxyType(dict(frame.rows()))


def products(classification: str = "HS2017", *, level: int = 6) -> tuple[str, ...]:
    """Return all codes of one length, sorted."""
    return tuple(code for code in product_texts(classification) if len(code) == level)


def editions_of(code: str) -> tuple[str, ...]:
    """Return the editions that hold a code, oldest first."""
    return tuple(name for name in PRODUCT_CLASSIFICATIONS if code in product_texts(name))
