"""Names of things: economies, coalitions, industries, products, concordances."""

from isthmus.codes.coalitions import (
    Coalition,
    Membership,
    coalition,
    coalition_names,
    coalitions,
    members,
    memberships,
    parse_parties,
)
from isthmus.codes.concordance import Concordance, Conversion, Link, available, concordance
from isthmus.codes.economies import (
    Economy,
    check_economies,
    economies,
    economy,
    economy_names,
)
from isthmus.codes.industries import INDUSTRY_CLASSIFICATIONS, Industry, industries, industry
from isthmus.codes.products import (
    PRODUCT_CLASSIFICATIONS,
    Product,
    product,
    product_texts,
    products,
)

__all__ = [
    "INDUSTRY_CLASSIFICATIONS",
    "PRODUCT_CLASSIFICATIONS",
    "Coalition",
    "Concordance",
    "Conversion",
    "Economy",
    "Industry",
    "Link",
    "Membership",
    "Product",
    "available",
    "check_economies",
    "coalition",
    "coalition_names",
    "coalitions",
    "concordance",
    "economies",
    "economy",
    "economy_names",
    "industries",
    "industry",
    "members",
    "memberships",
    "parse_parties",
    "product",
    "product_texts",
    "products",
]
