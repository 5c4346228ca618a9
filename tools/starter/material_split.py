"""How industries are split into material nodes: every number a row with its reason."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import OWN, OWN_CREDIT, Built

from isthmus.evidence import DatasetRecord, Kind

GENERAL = "general knowledge, rounded, to be verified"

TRADE = {
    "B08_GRAPHITE": (
        ("baci_raw_materials_hs1992", "250410", "powder and flakes, the battery form among them"),
        ("baci_raw_materials_hs1992", "250490", "other natural graphite"),
    ),
    "C24B_GAGE": (
        ("baci_critical_materials", "811292", "one code for gallium, germanium, hafnium, indium, "
                                              "niobium and rhenium until 2022"),
    ),
    "C24B_MAGNESIUM": (
        ("baci_critical_materials", "810411", "unwrought, 99.8 % or more; alloys are 810419"),
    ),
    "C27_MAGNETS": (
        ("baci_critical_materials", "850511", "of metal, with and without rare earths"),
    ),
}  # fmt: skip
"""Products whose trade is that of a node."""

HOME = {
    "B08_GRAPHITE": (1.0, "no record of sales at home by value; as much as abroad"),
    "C24B_GAGE": (1.0, "no record of sales at home by value; as much as abroad"),
    "C24B_MAGNESIUM": (1.0, f"China ships about half of its metal abroad ({GENERAL})"),
    "C27_MAGNETS": (3.0, f"China ships about a quarter of its magnets abroad ({GENERAL})"),
}
"""Sales at home over what an economy sells abroad beyond what it buys there."""

USE = {
    "B08_GRAPHITE": (
        ("C27", 0.35, "anodes of batteries"),
        ("C23", 0.30, "refractories"),
        ("C24A", 0.15, "steel making, foundries"),
        ("C29", 0.05, "friction linings"),
        ("C25", 0.05, "lubricants, metal powder parts"),
        ("other", 0.10, "every other user"),
    ),
    "C24B_GAGE": (
        ("C26", 0.55, "compound chips, displays, fibre and infrared optics"),
        ("C27", 0.15, "lamps, solar cells, contacts"),
        ("C24A", 0.10, "niobium in steel"),
        ("C302T309", 0.10, "rhenium, hafnium and niobium in engines"),
        ("C24B", 0.05, "alloys"),
        ("other", 0.05, "every other user"),
    ),
    "C24B_MAGNESIUM": (
        ("C24B", 0.50, "aluminium alloys, reducing of titanium"),
        ("C25", 0.20, "die casting"),
        ("C24A", 0.12, "desulphurising of steel"),
        ("C29", 0.10, "castings of car makers"),
        ("other", 0.08, "every other user"),
    ),
    "C27_MAGNETS": (
        ("C27", 0.40, "motors, generators, appliances"),
        ("C29", 0.25, "motors, sensors and loudspeakers of cars"),
        ("C26", 0.15, "drives, loudspeakers, instruments"),
        ("C28", 0.10, "machine drives, lifts, wind turbines"),
        ("C302T309", 0.05, "aircraft, rail, cycles"),
        ("other", 0.05, "every other user"),
    ),
}
"""Share of each user in the world's use of a node."""

ADDED = {
    "B08_GRAPHITE": (0.40, "mining and milling"),
    "C24B_GAGE": (0.25, "by-product of alumina and zinc, refining"),
    "C24B_MAGNESIUM": (0.25, "energy is the largest cost"),
    "C27_MAGNETS": (0.30, "bought rare earths, pressing, coating"),
}
"""Value added per unit of output by node."""


def build(_: Path) -> Built:
    """Return the rows of the split."""
    rows: list[tuple[str, str, str, float, str, str]] = []
    for node, products in TRADE.items():
        for key, code, why in products:
            rows.append(
                ("trade", node, f"{key}@{code}", 1.0, "estimated", f"product {code}: {why}")
            )
    for node, (ratio, why) in HOME.items():
        rows.append(("home", node, "ratio", ratio, "assumed", why))
    for node, users in USE.items():
        for user, share, why in users:
            rows.append(("use", node, user, share, "assumed", f"{why}; {GENERAL}"))
    for node, (ratio, why) in ADDED.items():
        rows.append(("added", node, "output", ratio, "assumed", f"own judgement: {why}"))
    schema = ["part", "node", "item", "value", "kind", "source"]
    return [(_record(), pl.DataFrame(rows, schema=schema, orient="row"))]


def _record() -> DatasetRecord:
    return DatasetRecord(
        key="material_split",
        title="How industries are split into material nodes",
        publisher="The Isthmus developers",
        edition="own compilation 2026",
        years=(2022,),
        unit="shares and ratios",
        kind=Kind.ASSUMED,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        coverage="natural graphite, gallium and germanium, magnesium, permanent magnets",
        columns={
            "part": "trade (products), home (sales at home), use (who uses it), added (ratio)",
            "node": "material node",
            "item": "data set and product code, ratio, user, or output",
            "value": "number",
            "kind": "kind of the row",
            "source": "source or reason",
        },
        steps=("coded by hand; trade itself stands in the data sets named",),
        faults=(
            "the code of gallium and germanium holds four more metals, and that of magnets those "
            "without rare earths",
            "what an economy ships on counts as made there; only what it sells abroad beyond what "
            "it buys there is also sold at home",
            "shares of users are recalled and the same in every economy but for what its "
            "industries buy of the whole industry",
            "artificial graphite, rare earths before they are magnets and magnesium alloys are "
            "not among the nodes",
        ),
    )
