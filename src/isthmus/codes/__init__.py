"""Names of things: economies, coalitions, industries, products, concordances."""

from isthmus.codes.coalitions import (
    Coalition,
    Membership,
    coalition,
    coalition_names,
    coalitions,
    members_day,
    memberships,
)
from isthmus.codes.concordance import Concordance, ConcordanceLine, Conversion
from isthmus.codes.concordances import available, concordance
from isthmus.codes.economies import Economy, economies, economy_names
from isthmus.codes.economy_lookup import (
    check_economies,
    economy,
    find_economies,
    held_otherwise,
    nearest,
    nearest_economy,
)
from isthmus.codes.groups import AREAS, holds_others, is_aggregate, is_total, members_of, side_of
from isthmus.codes.industries import INDUSTRY_CLASSIFICATIONS, Industry, industries, industry
from isthmus.codes.labels import SCHEMES, Label, economies_of, economy_of, meanings, scheme_of
from isthmus.codes.parties import Party, PartySpec, dated, members, parse_parties, resolve
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
from isthmus.codes.roles import hubs_of, industries_in, stages

__all__ = [
    "AREAS",
    "INDUSTRY_CLASSIFICATIONS",
    "PRODUCT_CLASSIFICATIONS",
    "SCHEMES",
    "Coalition",
    "Concordance",
    "ConcordanceLine",
    "Conversion",
    "Economy",
    "Industry",
    "Label",
    "Membership",
    "Party",
    "PartySpec",
    "Product",
    "available",
    "check_economies",
    "coalition",
    "coalition_names",
    "coalitions",
    "concordance",
    "dated",
    "economies",
    "economies_of",
    "economy",
    "economy_names",
    "economy_of",
    "editions_of",
    "find_economies",
    "find_products",
    "held_otherwise",
    "holds_others",
    "hubs_of",
    "industries",
    "industries_in",
    "industry",
    "is_aggregate",
    "is_total",
    "meanings",
    "members",
    "members_day",
    "members_of",
    "memberships",
    "nearest",
    "nearest_economy",
    "nearest_product",
    "parse_parties",
    "product",
    "product_hint",
    "product_texts",
    "products",
    "resolve",
    "scheme_of",
    "side_of",
    "stages",
    "written_out",
]
