"""ADB MRIO in its publisher's layout: the workbook of a year, with titles, codes and totals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from isthmus.errors import BadInput
from isthmus.sources.published import Wishes
from isthmus.sources.registry import source_of
from isthmus.store import Store
from isthmus.world import World
from isthmus.world.adding import add_file

ECONOMIES, INDUSTRIES, DEMAND = ("PRC", "GER"), ("c1", "c2"), ("F1", "F2", "F3", "F4", "F5")
NAMES = {"c1": "Agriculture", "c2": "Chips"}
Z = np.arange(1.0, 17).reshape(4, 4)
Y = np.arange(1.0, 41).reshape(4, 10) * 3
X = Z.sum(axis=1) + Y.sum(axis=1)
OTHER = {"r99": 1.0, "r61": 0.0, "r62": 0.0, "r63": 0.0, "trs": 2.0}
VALUE = X - Z.sum(axis=0) - sum(OTHER.values())


def cells(title: str = "Multiregional Input-Output Table 2024") -> list[list[object]]:
    users = [(e, c) for e in ECONOMIES for c in INDUSTRIES]
    users += [(e, f) for e in ECONOMIES for f in DEMAND]
    rows: list[list[object]] = [
        [title],
        ["3 economies, at current prices (industry by industry)"],
        ["In millions of US$"],
        [],
        [None] * 4 + [NAMES.get(c, "Final") for _, c in users] + ["TOTAL"],
        [None] * 4 + [e for e, _ in users] + ["ToT"],
        [None] * 4 + [c for _, c in users] + [None],
    ]
    nodes = [(e, c) for e in ECONOMIES for c in INDUSTRIES]
    for (e, c), z, y, x in zip(nodes, Z.tolist(), Y.tolist(), X.tolist(), strict=True):
        rows.append([None, NAMES[c], e, c, *z, *y, x])
    below = {"r60": Z.sum(axis=0), **OTHER, "r64": VALUE, "r69": X}
    for code, values in below.items():
        rows.append([None, code, "TOT", code, *np.broadcast_to(values, 4).tolist(), *[0.0] * 11])
    return rows


def written(
    folder: Path, rows: list[list[object]], name: str = "ADB-MRIO-2024-Aug 2025.xlsx"
) -> Path:
    xlsxwriter = pytest.importorskip("xlsxwriter")
    pytest.importorskip("fastexcel")
    path = folder / "ADB-MRIO-2024-August 2025.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Legend").write_row(0, 0, ["Code", "Country"])
        sheet = book.add_worksheet("ADB MRIO 2024")
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    return path


def problems(path: Path) -> str:
    source = source_of(path)
    assert source is not None
    assert source.title == "ADB MRIO"
    with pytest.raises(BadInput) as caught:
        source.dataset(path, Wishes())
    return str(caught.value)


def test_a_workbook_becomes_a_table_with_the_economies_of_the_house(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    added = add_file(written(tmp_path, cells()), store=store)
    assert added.entry.key == "mrio_adb_2024"
    table = World.open(with_=[added.entry.key], store=store).mrio(2024)
    assert table.labels.economies == ("CHN", "DEU")
    assert table.labels.industries == INDUSTRIES
    np.testing.assert_allclose(table.Z, Z)
    np.testing.assert_allclose(table.Y, Y)
    np.testing.assert_allclose(table.x, X)
    np.testing.assert_allclose(table.v, VALUE)
    np.testing.assert_allclose(table.other, 3.0)


@pytest.mark.parametrize(
    ("row", "column", "cell", "said"),
    [
        (7, 4, "n.a.", "line 8, column CHN_c1"),
        (7, 4, 5000.0, "sales of CHN c1"),
        (5, 4, "GER", "stands twice"),
        (5, 4, "XXQ", "XXQ"),
        (0, 0, "A table", "which year"),
        (2, 0, "In millions of euro", "do not say"),
        (6, 8, "F9", "no sheet holds"),
    ],
)
def test_damage_is_named(tmp_path: Path, row: int, column: int, cell: object, said: str) -> None:
    rows = cells()
    rows[row][column] = cell
    if cell == "F9":
        rows[6] = ["" for _ in rows[6]]
    assert said in problems(written(tmp_path, rows))


def test_constant_prices_are_a_table_of_their_own(tmp_path: Path) -> None:
    rows = cells()
    rows[1] = ["3 economies, at constant 2010 prices"]
    path = written(tmp_path, rows)
    source = source_of(path)
    assert source is not None
    assert source.dataset(path, Wishes()).record.key == "mrio_adbconstant_2024"
