"""Customs figures of the shipped world, row by row beside the sources that they were read from."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from isthmus.world import World

SIDES = {"import": ("importer", "CIF"), "export": ("exporter", "FOB")}
HONG_KONG = {"CHN": "apart", "CHN+HKG": "inside", "HKG": "alone"}
NAMES = {"EU27": "EU27_2020"}
PARTS = 2
"""Figures of the sources that cover ten months alone."""


def expected(row: dict[str, str]) -> tuple[object, ...]:
    """Return what the world must hold of one row of the sources."""
    record, valuation = SIDES.get(row["flow"], (None, None))
    return (
        NAMES.get(row["reporter"], row["reporter"]),
        NAMES.get(row["partner"], row["partner"]),
        row["flow"],
        row["product"],
        row["year"],
        float(row["value"]),
        10 if row["note"].startswith("ten months only") else 12,
        row["unit"],
        row["currency"] or None,
        record,
        valuation,
        HONG_KONG.get(row["partner"]),
        row["source_title"],
        row["source_kind"],
        row["how_read"],
        row["note"] or None,
    )


def test_every_figure_stands_in_the_world_as_it_was_read(shared_data: Path) -> None:
    path = shared_data / "official_trade" / "official_trade.csv"
    with open(path, encoding="utf-8", newline="") as handle:
        rows = [expected(row) for row in csv.DictReader(handle)]
    frame = World.open("starter").table("customs_figures")
    assert len(rows) == 196
    assert Counter(frame.rows()) == Counter(rows)
    assert sum(row[6] != 12 for row in rows) == PARTS


def test_the_balanced_table_is_apart_from_customs_by_the_published_ratios(
    shared_data: Path,
) -> None:
    path = shared_data / "official_trade" / "balanced_table_against_customs_2022.csv"
    with open(path, encoding="utf-8", newline="") as handle:
        rows = {row["quantity"]: row for row in csv.DictReader(handle)}
    from isthmus import dependence

    world = World.open("starter")
    found = dependence.mutual(world, "EU27_2020", "TWN", years=[2022])["records"].frame
    held = found.filter(year=2022, importer="EU27_2020", exporter="TWN")
    value = dict(held.select("record", "value").rows())
    assert round(value["balanced"] / value["importer"], 2) == 0.55
    assert round(value["balanced"] / value["exporter"], 2) == 0.81
    assert rows["EU27 exports to Taiwan, goods"]["ratio_shipped_to_customs"] == "0.85"
    back = found.filter(year=2022, importer="TWN", exporter="EU27_2020")
    value = dict(back.select("record", "value").rows())
    assert round(value["balanced"] / value["exporter"], 2) == 0.85
