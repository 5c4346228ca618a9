"""Publishers' files as they are downloaded."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.fuzz.reader import Reader, byte_contents, file_reader
from tests.sources import test_adb as adb
from tests.sources import test_exiobase as exiobase
from tests.sources.test_table_sources import FIGARO_FINAL, ICIO_FINAL, Table, figaro, icio

from isthmus.store import Store
from isthmus.world.adding import add_file

FILES = Path(__file__).parents[1] / "data" / "sources"


def _samples(*names: str) -> Callable[[], Sequence[bytes]]:
    return lambda: [(FILES / name).read_bytes() for name in names]


def _tables() -> list[bytes]:
    old, new = Table(4, 2, len(ICIO_FINAL), 1), Table(3, 1, len(ICIO_FINAL), 2)
    texts = [icio(old, edition="2021"), icio(new), figaro(Table(3, 2, len(FIGARO_FINAL), 3))]
    return [text.encode() for text in texts]


def _workbook() -> list[bytes]:
    with tempfile.TemporaryDirectory() as folder:
        return [adb.written(Path(folder), adb.cells()).read_bytes()]


def _exiobase() -> list[bytes]:
    """Return the files of a folder, each a content of its own behind its name."""
    with tempfile.TemporaryDirectory() as folder:
        files = sorted(exiobase.filled(Path(folder) / "IOT_2019_ixi").iterdir())
        return [f"{file.name}\n".encode() + file.read_bytes() for file in files]


def _add_folder(content: bytes, folder: Path) -> None:
    """Put one file in the place of its own in a sound folder, and add that."""
    name, _, text = content.partition(b"\n")
    path = exiobase.filled(folder / "IOT_2019_ixi")
    known = {file.name.encode(): file for file in path.iterdir()}
    known.get(name, path / "Z.txt").write_bytes(text)
    store = Store(folder / "store")
    store.table(add_file(path, store=store, rate="1.25").entry.reference)


def _add(name: str) -> Callable[[bytes, Path], object]:
    """Return what adds a publisher's file as a person does, and opens what was kept."""

    def add(content: bytes, folder: Path) -> None:
        path = folder / (f"{name}.json" if content.lstrip()[:1] in (b"{", b"[") else f"{name}.csv")
        path.write_bytes(content)
        store = Store(folder / "store")
        store.table(add_file(path, store=store, rate="1.25").entry.reference)

    return add


def _add_table(path: Path) -> None:
    store = Store(path.parent / "store")
    store.table(add_file(path, store=store).entry.reference)


PUBLISHERS: dict[str, Reader] = {
    "BACI": Reader(
        byte_contents(_samples("BACI_HS17_V202601/BACI_HS17_Y2022_V202601.csv")),
        _add("BACI_HS17_Y2022_V202601"),
    ),
    "UN Comtrade": Reader(
        byte_contents(_samples("comtrade_new.csv", "comtrade_old.csv", "comtrade_api.json")),
        _add("comtrade"),
    ),
    "Comext": Reader(
        byte_contents(
            _samples("comext_old.dat", "comext_v2.dat", "comext_sdmx.csv", "comext_jsonstat.json")
        ),
        _add("comext"),
    ),
    "World Bank": Reader(
        byte_contents(_samples("worldbank.json", "worldbank.csv")), _add("worldbank")
    ),
    "Ideal points": Reader(byte_contents(_samples("ideal_points.csv")), _add("ideal_points")),
    "USGS": Reader(byte_contents(_samples("usgs.csv")), _add("usgs")),
    "SIPRI": Reader(byte_contents(_samples("sipri.csv")), _add("sipri")),
    "Gravity": Reader(byte_contents(_samples("gravity.csv")), _add("gravity")),
    "EXIOBASE 3": Reader(byte_contents(_exiobase), _add_folder),
    "ADB MRIO": Reader(
        byte_contents(_workbook),
        file_reader("ADB-MRIO-2024-August 2025.xlsx", _add_table),
    ),
    "ICIO and FIGARO": Reader(byte_contents(_tables), _add("matrix_eu-ic-io_ind-by-ind_25ed_2022")),
}
