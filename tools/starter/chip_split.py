"""How computers and electronics are split into chip nodes: every share a row with its reason."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tools.starter.common import OWN, OWN_CREDIT, Built

from isthmus.evidence import DatasetRecord, Kind

CATEGORIES = "recalled world sales by category 2022 (WSTS: 574 billion USD in all), to be verified"
JUDGEMENT = "own judgement"

VALUE = {
    "C26_LEAD": (110_000, "logic and processors made below 10 nm, about two fifths of logic and "
                          "micro sales of about 255 billion"),
    "C26_LOGIC": (145_000, "other logic and micro sales"),
    "C26_MEM": (130_000, "memory sales"),
    "C26_DAO": (189_000, "analogue 89, discrete 34, opto 44, sensors 22 billion"),
    "C26_PACK": (60_000, "assembly, test and packaging, about a tenth of chip sales"),
}  # fmt: skip
"""World output of each node, million USD. Sales by category include design and margins that belong
to other industries or economies, so that site output is overstated; see the record's faults."""

CAPACITY = {
    "C26_LEAD": (("leading-edge logic (<10 nm)", 2022, 1.0),),
    "C26_LOGIC": (
        ("advanced logic 10-22 nm", 2019, 0.35),
        ("mature logic 28-45 nm", 2019, 0.25),
        ("mature logic >45 nm", 2019, 0.40),
    ),
    "C26_MEM": (("memory (DRAM and NAND together)", 2019, 1.0),),
    "C26_DAO": (("discrete-analog-optoelectronics (DAO)", 2019, 1.0),),
    "C26_PACK": (("assembly-test-packaging (ATP)", 2019, 1.0),),
}
"""Rows of the chip facts that place each node, with their assumed weights by value."""

USE = {
    "C26_PACK": (0.25, "wafers go to assembly and test before they are sold on; much of it inside "
                       "the same firm and not a sale"),
    "C26_REST": (1.0, "boards, modules, phones and computers: chips reach other industries mostly "
                      "through electronics"),
    "C27": (0.06, "power and control electronics"),
    "C28": (0.05, "machine controls"),
    "C29": (0.06, "direct purchases of car makers; most automotive chips arrive in modules"),
    "C302T309": (0.02, "avionics and rail; most arrive in modules"),
    "J": (0.02, "servers and network equipment of own assembly"),
    "O": (0.005, "direct government purchases, end-use surveys give one to two percent in all"),
    "other": (0.002, "every other user"),
}  # fmt: skip
"""Weight of each user in the prior of a chip node's sales, relative to electronics; balancing moves
it to the totals of the unsplit table."""

MARKET = {
    "C26_LEAD": {
        "automotive": 0.01,
        "communications": 0.48,
        "computer": 0.46,
        "consumer": 0.03,
        "government": 0.01,
        "industrial": 0.01,
    },
    "C26_LOGIC": {
        "automotive": 0.18,
        "communications": 0.25,
        "computer": 0.20,
        "consumer": 0.18,
        "government": 0.02,
        "industrial": 0.17,
    },
    "C26_MEM": {
        "automotive": 0.05,
        "communications": 0.34,
        "computer": 0.45,
        "consumer": 0.10,
        "government": 0.01,
        "industrial": 0.05,
    },
    "C26_DAO": {
        "automotive": 0.24,
        "communications": 0.25,
        "computer": 0.10,
        "consumer": 0.17,
        "government": 0.03,
        "industrial": 0.21,
    },
}
"""Weight of each end use within a chip node, before nodes and published end uses are balanced."""

MARKET_WHY = (
    "share of end uses within the node; phones, computers and servers take nearly all chips made "
    "below 10 nm and most memory, cars and machines older logic, analogue and discrete chips"
)

ADDED = {
    "C26_LEAD": (0.60, "wafer fabrication: high capital cost and margins"),
    "C26_LOGIC": (0.50, "wafer fabrication on older equipment"),
    "C26_MEM": (0.50, "wafer fabrication, cyclical prices"),
    "C26_DAO": (0.45, "smaller fabs"),
    "C26_PACK": (0.35, "assembly: bought wafers, substrates and labour"),
}
"""Value added per unit of output by node."""


def build(_: Path) -> Built:
    """Return the rows of the split."""
    rows: list[tuple[str, str, str, float, str, str]] = []
    for node, (value, why) in VALUE.items():
        rows.append(("value", node, "world", float(value), "assumed", f"{CATEGORIES}; {why}"))
    for node, parts in CAPACITY.items():
        for fact, year, weight in parts:
            why = f"weight by value of '{fact}' {year} (chip_facts); {JUDGEMENT}"
            rows.append(("capacity", node, f"{fact}@{year}", weight, "assumed", why))
    for user, (weight, why) in USE.items():
        rows.append(("use", "chips", user, weight, "assumed", f"{JUDGEMENT}: {why}"))
    for node, uses in MARKET.items():
        for use, weight in uses.items():
            rows.append(("market", node, use, weight, "assumed", f"{JUDGEMENT}: {MARKET_WHY}"))
    for node, (ratio, why) in ADDED.items():
        rows.append(("added", node, "output", ratio, "assumed", f"{JUDGEMENT}: {why}"))
    schema = ["part", "node", "item", "value", "kind", "source"]
    return [(_record(), pl.DataFrame(rows, schema=schema, orient="row"))]


def _record() -> DatasetRecord:
    return DatasetRecord(
        key="chip_split",
        title="How computers and electronics are split into chip nodes",
        publisher="The Isthmus developers",
        edition="own compilation 2026",
        years=(2022,),
        unit="million USD for value, shares and weights otherwise",
        kind=Kind.ASSUMED,
        licence=OWN,
        attribution=OWN_CREDIT,
        redistribution="allowed",
        coverage="five chip nodes and the rest of electronics",
        columns={
            "part": "value (world output), capacity (where), use (who buys chips), "
            "market (end uses of a node), added (ratio)",
            "node": "chip node",
            "item": "world, row of the chip facts, user, end use, or output",
            "value": "number",
            "kind": "kind of the row",
            "source": "source or reason",
        },
        steps=("coded by hand; capacity shares themselves stand in chip_facts with their sources",),
        faults=(
            "capacity shares are not value shares: a leading-edge wafer is worth many mature ones",
            "world sales by category include design and margins of firms without plants, so that "
            "output at the site of the plant is overstated",
            "places of analogue, memory and packaging rest on recall and on 2019",
            "no figure here is measured: results of the split table are assumed",
        ),
    )
