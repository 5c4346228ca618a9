"""Amounts in another currency: what is added once is read ever after."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus.store import Store
from isthmus.world import World
from isthmus.world.adding import add_file

RECORD = """key = "baci_hs2017"
title = "Own"
publisher = "Own"
edition = "1"
unit = "{unit}"
kind = "measured"
licence = "CC0-1.0"
attribution = "none"
redistribution = "allowed"
"""


@pytest.mark.parametrize(
    ("unit", "value"),
    [("million EUR", 10.5), ("thousand EUR", 0.0105), ("EUR", 1.05e-5), ("billion EUR", 10500.0)],
)
def test_a_table_added_at_a_rate_answers_in_dollars(
    tmp_path: Path, unit: str, value: float
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("year,exporter,importer,product,value\n2022,CHN,DEU,854231,10\n")
    path.with_suffix(".toml").write_text(RECORD.format(unit=unit))
    store = Store(tmp_path / "store")
    add_file(path, store=store, rate="2022=1.05")
    world = World.open(with_=["baci_hs2017"], store=store)
    assert world.record("baci_hs2017").unit == "million USD"
    assert world.trade("HS2017")["value"].to_list() == [pytest.approx(value)]
    assert any(
        "1.05 (2022) USD per EUR, as given: assumed" in f
        for f in world.record("baci_hs2017").on_adding
    )


def test_totals_count_areas_that_are_not_specified(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    rows = ("CHN,DEU,854231,5", "ZZZ,DEU,854231,4", "EU27_2020,DEU,854231,3", "WLD,DEU,854231,{}")
    path.with_suffix(".toml").write_text(RECORD.format(unit="million USD"))
    for total, differs in ((9, False), (12, True)):
        table = "\n".join(f"2022,{row}" for row in rows).format(total)
        path.write_text(f"year,exporter,importer,product,value\n{table}\n")
        notes = add_file(path, store=Store(tmp_path / str(total)), drop_aggregates=True).notes
        said = [note for note in notes if "totals of the world" in note]
        assert bool(said) == differs
        if differs:
            assert "2022, DEU, 854231: 12 against 9" in said[0]
