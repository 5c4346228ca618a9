"""EXIOBASE 3 in its publisher's layout: a folder of text files with tabs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from isthmus.errors import BadInput
from isthmus.sources.published import Published, Wishes
from isthmus.sources.registry import source_of
from isthmus.store import Store
from isthmus.world import World
from isthmus.world.adding import add_file

REGIONS, SECTORS = ("DE", "WF", "WA"), ("Paddy rice", "Chips")
CATEGORIES = ("Households", "Inventories")
N = len(REGIONS) * len(SECTORS)
Z = np.arange(1.0, N * N + 1).reshape(N, N)
Y = np.arange(1.0, N * 6 + 1).reshape(N, 6) * 40
X = Z.sum(axis=1) + Y.sum(axis=1)


def written(values: np.ndarray, across: tuple[str, ...], last: bool = False) -> str:
    columns = [(r, c) for r in REGIONS for c in across]
    lines = ["region\t\t" + "\t".join(r for r, _ in columns)]
    lines.append("sector\t\t" + "\t".join(c for _, c in columns))
    lines += ["region\tsector" + "\t" * len(columns)] if last else []
    nodes = [(r, s) for r in REGIONS for s in SECTORS]
    for (region, sector), row in zip(nodes, values, strict=True):
        lines.append("\t".join([region, sector, *map(repr, row.tolist())]))
    return "\n".join(lines) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path / "IOT_2019_ixi")


def filled(path: Path) -> Path:
    """Make a folder as the publisher unpacks it."""
    path.mkdir()
    nodes = [f"{r}\t{s}" for r in REGIONS for s in SECTORS]
    (path / "Z.txt").write_text(written(Z, SECTORS))
    (path / "A.txt").write_text(written(Z / X, SECTORS))
    (path / "Y.txt").write_text(written(Y, CATEGORIES, last=True))
    (path / "unit.txt").write_text(
        "region\tsector\tunit\n" + "".join(f"{n}\tM.EUR\n" for n in nodes)
    )
    told = "".join(f"{n}\t{v!r}\n" for n, v in zip(nodes, X.tolist(), strict=True))
    (path / "x.txt").write_text("region\tsector\tindout\n" + told)
    return path


def read(path: Path) -> Published:
    source = source_of(path)
    assert source is not None
    assert source.title == "EXIOBASE 3"
    return source.dataset(path, Wishes())


@pytest.mark.parametrize("gone", [(), ("Z.txt",), ("x.txt",), ("Z.txt", "x.txt")])
def test_flows_come_from_tables_or_coefficients(folder: Path, gone: tuple[str, ...]) -> None:
    for name in gone:
        (folder / name).unlink()
    store = Store(folder.parent / "store")
    added = add_file(folder, store=store)
    assert added.entry.key == "mrio_exiobase3ixi_2019"
    table = World.open(with_=[added.entry.key], store=store).mrio(2019)
    assert table.labels.economies == ("DEU", "ROW")
    assert table.unit == "million EUR"
    np.testing.assert_allclose(table.Z[:2, :2], Z[:2, :2])
    np.testing.assert_allclose(table.Z[:2, 2:], Z[:2, 2:4] + Z[:2, 4:])
    np.testing.assert_allclose(table.x, [*X[:2], *(X[2:4] + X[4:])])
    np.testing.assert_allclose(table.v, table.x - table.Z.sum(axis=0))
    assert any("WF, WA added up to ROW" in note for note in added.notes)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("unit.txt", "WA\tChips\tM.EUR", "WA\tChips\ttonnes", "units tonnes, not million EUR"),
        ("Z.txt", "DE\tChips\t7.0", "DE\tChips\tseven", "Z.txt, line 4, column DE:Paddy rice"),
        ("Z.txt", "DE\tChips\t7.0", "DE\tChips\tnan", "is not finite"),
        ("Z.txt", "DE\tChips\t7.0\t", "DE\tChips\t", "has 7 cells where the header has 8"),
        ("Z.txt", "WF\tChips", "WF\tPaddy rice", "stands twice"),
        ("Y.txt", "WF\tChips", "WF\tCars", "rows are not those of Z.txt"),
        ("x.txt", "WF\tChips", "WF\tCars", "its rows are others"),
    ],
)
def test_damage_is_named(folder: Path, name: str, old: str, new: str, said: str) -> None:
    text = (folder / name).read_text()
    assert old in text
    (folder / name).write_text(text.replace(old, new))
    with pytest.raises(BadInput) as caught:
        read(folder)
    assert said in str(caught.value)


def test_coefficients_without_a_solution_are_refused(folder: Path) -> None:
    for name in ("Z.txt", "x.txt"):
        (folder / name).unlink()
    (folder / "A.txt").write_text(written(np.eye(N), SECTORS))
    with pytest.raises(BadInput, match="no output meets"):
        read(folder)


def test_a_folder_of_another_name_needs_a_record(folder: Path) -> None:
    other = folder.rename(folder.parent / "mine")
    with pytest.raises(BadInput, match="which year"):
        read(other)


def test_a_region_that_is_none_is_named(folder: Path) -> None:
    for path in folder.iterdir():
        path.write_text(path.read_text().replace("WF\t", "Wakanda\t").replace("\tWF", "\tWakanda"))
    with pytest.raises(BadInput, match="'Wakanda' is no economy"):
        read(folder)
