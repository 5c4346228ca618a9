"""A table with odd cells is refused by row and column, or every clean row of it is kept as it was.

What is taken is counted: rows that are not there are said. A table that was taken is one that the
lenses of its key answer from. `ISTHMUS_CELLS` sets how many cells are tried; ``ISTHMUS_SEED``
where the draws begin.
"""

from __future__ import annotations

import os

import numpy as np
import pytest
from tests.fuzz.cells import COUNTED, Made, made

from isthmus import dependence
from isthmus.errors import BadInput, IsthmusError
from isthmus.evidence import DatasetRecord
from isthmus.sources.text import read_bytes
from isthmus.world import World
from isthmus.world.contracts import ConformChoices, Conformed, conform, from_text
from isthmus.world.manifest import Entry

CELLS = int(os.environ.get("ISTHMUS_CELLS", "40000"))
SEED = int(os.environ.get("ISTHMUS_SEED", "1"))
KEYS = {
    "baci_hs2017": ["year", "exporter", "importer", "product"],
    "icio_flows": ["year", "exporter", "importer", "industry"],
    "gdp_population": ["year", "economy"],
}


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def record(key: str) -> DatasetRecord:
    return DatasetRecord(
        key=key, title="t", publisher="p", edition="1", unit="million USD", kind="measured",
        licence="CC0-1.0", attribution="a", redistribution="allowed",
    )  # fmt: skip


def taken(table: Made) -> Conformed | None:
    """Return the table once it was taken; None when it was refused with a place."""
    choices = ConformChoices()
    try:
        read = read_bytes(table.raw, "t.csv", choices.reading)
        found = conform(record(table.key), from_text(read), choices)
    except BadInput as error:
        said = f"{error} {error.where} {error.hint}"
        assert "line" in said or "column" in said, said
        return None
    return Conformed(found.record, found.frame, (*read.notes, *found.notes))


def check_rows(table: Made, found: Conformed) -> None:
    """Every clean row is there with its value, and rows that are not there are counted."""
    frame, value = found.frame, "gdp" if table.key == "gdp_population" else "value"
    kept = {
        tuple(str(v) for v in row[:-1]): row[-1]
        for row in frame.select(*KEYS[table.key], value).rows()
    }
    for key, clean in table.clean.items():
        assert kept[tuple(map(str, key))] == pytest.approx(clean, rel=1e-6), (key, table.odd)
    gone = table.rows - frame.height
    said = sum(int(m[1].replace(",", "")) for n in found.notes if (m := COUNTED.match(n)))
    assert gone <= said, (gone, found.notes, table.odd)
    assert frame[value].drop_nulls().is_finite().all(), table.odd


def check_lens(table: Made, found: Conformed, world: World) -> None:
    """The lenses of the key answer from the table."""
    entry = Entry(found.record, lambda frame=found.frame: frame)
    own = world.with_entries({table.key: entry})
    frame = found.frame
    year = int(frame["year"].max())
    if table.key == "baci_hs2017":
        row = frame.filter(year=year).row(0, named=True)
        answer = dependence.profile(
            own, row["importer"], level="product", years=[year], items=[row["product"]]
        )
        assert answer["suppliers"].frame.height
    elif table.key == "icio_flows":
        row = frame.filter(year=year).row(0, named=True)
        dependence.profile(own, str(row["importer"]), years=[year])
    else:
        assert own.table(table.key).height == frame.height


@pytest.mark.timeout(7_200)
def test_odd_cells_are_refused_by_place_or_taken_without_loss(world: World) -> None:
    rng, cells, accepted, refused = np.random.default_rng(SEED), 0, 0, 0
    while cells < CELLS:
        table = made(rng)
        cells += table.cells
        found = taken(table)
        if found is None:
            refused += 1
            continue
        accepted += 1
        check_rows(table, found)
        try:
            check_lens(table, found, world)
        except IsthmusError as error:
            pytest.fail(f"a lens refuses what was taken: {error}; {table.key}, {table.odd}")
    print(f"{cells:,} cells from seed {SEED}: {accepted} tables taken, {refused} refused")
    assert accepted > 0
    assert refused > 0
