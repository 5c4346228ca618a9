"""Industries of the input-output tables and the common groups that join them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from isthmus.codes import lookup
from isthmus.codes._files import rows

INDUSTRY_CLASSIFICATIONS = {
    "ICIO2025": "OECD ICIO, 2025 edition, as in the bilateral flows: 27 goods and one services",
    "WIOD2013": "World Input-Output Database, 2013 release, 35 industries",
    "WIOD2016": "World Input-Output Database, 2016 release, 56 industries",
    "WIOD2016_50": "World Input-Output Database, 2016 release, merged to 50 industries",
    "COMMON14": "14 groups that all tables can be added up to",
}


@dataclass(frozen=True, slots=True)
class Industry:
    """An industry of one classification.

    Parameters
    ----------
    code : str
        Code in the classification.
    name : str
        Text of the classification.
    classification : str
        One of `INDUSTRY_CLASSIFICATIONS`.
    group : str
        Code of the common group it adds up to.
    """

    code: str
    name: str
    classification: str
    group: str


@cache
def industries(classification: str = "ICIO2025") -> Mapping[str, Industry]:
    """Return the industries of a classification by code, in the order of its publisher.

    Raises
    ------
    CodeUnknown
        When the classification is unknown.
    """
    if classification not in INDUSTRY_CLASSIFICATIONS:
        raise lookup.unknown(
            classification, INDUSTRY_CLASSIFICATIONS, noun="industry classification"
        )
    listed = (
        Industry(row["code"], row["name"], classification, row["group"])
        for row in rows("industries.csv")
        if row["classification"] == classification
    )
    return MappingProxyType({i.code: i for i in listed})


def industry(code: str, classification: str = "ICIO2025") -> Industry:
    """Return one industry.

    Raises
    ------
    CodeUnknown
        When the code is not in the classification.
    """
    known = industries(classification)
    try:
        return known[code]
    except (KeyError, TypeError):
        names = {c: i.name for c, i in known.items()}
        raise lookup.unknown(code, names, noun="industry", where=classification) from None
