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
from isthmus.codes.concordance import Concordance, Conversion, Link
from isthmus.codes.concordances import available, concordance
from isthmus.codes.economies import Economy, economies, economy_names
from isthmus.codes.industries import INDUSTRY_CLASSIFICATIONS, Industry, industries, industry
from isthmus.codes.labels import SCHEMES, Label, economies_of, economy_of, meanings
from isthmus.codes.product_lookup import (
    find_products,
    nearest_product,
    product,
    product_hint,
    written_out,
)
from isthmus.codes.products import (
    PRODUCT_CLASSIFICATIONS,
    Product,
    editions_of,
    product_texts,
    products,
)
from isthmus.codes.resolve import (
    check_economies,
    economy,
    find_economies,
    held_otherwise,
    nearest,
    nearest_economy,
)

__all__ = [
    "INDUSTRY_CLASSIFICATIONS",
    "PRODUCT_CLASSIFICATIONS",
    "SCHEMES",
    "Coalition",
    "Concordance",
    "Conversion",
    "Economy",
    "Industry",
    "Label",
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
    "economies_of",
    "economy",
    "economy_names",
    "economy_of",
    "editions_of",
    "find_economies",
    "find_products",
    "held_otherwise",
    "industries",
    "industry",
    "meanings",
    "members",
    "memberships",
    "nearest",
    "nearest_economy",
    "nearest_product",
    "parse_parties",
    "product",
    "product_hint",
    "product_texts",
    "products",
    "written_out",
]
