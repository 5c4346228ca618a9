"""Value-chain accounting: what stands behind direct trade."""

from isthmus.chains.decompose import decompose
from isthmus.chains.demand import foreign_demand
from isthmus.chains.derivatives import derivatives
from isthmus.chains.export_terms import export_terms
from isthmus.chains.extract import Links, extract, run
from isthmus.chains.lookthrough import By, Direction, lookthrough
from isthmus.chains.position import position

__all__ = [
    "By",
    "Direction",
    "Links",
    "decompose",
    "derivatives",
    "export_terms",
    "extract",
    "foreign_demand",
    "lookthrough",
    "position",
    "run",
]
