"""Products of the Harmonized System with their texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from isthmus.codes import lookup
from isthmus.codes._files import data_path
from isthmus.errors import CodeUnknown

PRODUCT_CLASSIFICATIONS = {
    "HS2017": "Harmonized System, 2017 edition",
    "HS2022": "Harmonized System, 2022 edition",
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
        ``"HS2017"`` or ``"HS2022"``.
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
        pl.scan_parquet(data_path("hs_texts.parquet"))
        .filter(pl.col("classification") == classification)
        .sort("product")
        .select("product", "text")
        .collect()
    )
    return MappingProxyType(dict(frame.rows()))


def products(classification: str = "HS2017", *, level: int = 6) -> tuple[str, ...]:
    """Return all codes of one length, sorted."""
    return tuple(code for code in product_texts(classification) if len(code) == level)


def product(code: str, classification: str = "HS2017") -> Product:
    """Return one product with its text.

    Raises
    ------
    CodeUnknown
        When the code is not in the edition; the hint names the other edition if it stands there.
    """
    texts = product_texts(classification)
    if isinstance(code, str) and code in texts:
        return Product(code, texts[code], classification)
    others = [c for c in PRODUCT_CLASSIFICATIONS if c != classification]
    elsewhere = [c for c in others if code in product_texts(c)]
    if elsewhere:
        raise CodeUnknown(
            f"product code {code!r} is not in {classification}",
            where=classification,
            hint=f"it is a code of {elsewhere[0]}; see the concordance between the editions",
        )
    dotted = str(code).replace(".", "").replace(" ", "")
    if dotted in texts:
        raise CodeUnknown(
            f"unknown product code {code!r}",
            where=classification,
            hint=f"did you mean '{dotted}' ({texts[dotted]})?",
        )
    raise lookup.unknown(code, texts, noun="product", where=classification)
