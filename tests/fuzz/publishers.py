"""Publishers' files as they are downloaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.fuzz.reader import Reader, byte_contents
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


def _add(name: str) -> Callable[[bytes, Path], object]:
    """Return what adds a publisher's file as a person does, and opens what was kept."""

    def add(content: bytes, folder: Path) -> None:
        path = folder / (f"{name}.json" if content.lstrip()[:1] in (b"{", b"[") else f"{name}.csv")
        path.write_bytes(content)
        store = Store(folder / "store")
        store.table(add_file(path, store=store, rate="1.25").entry.reference)

    return add


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
    "ICIO and FIGARO": Reader(byte_contents(_tables), _add("matrix_eu-ic-io_ind-by-ind_25ed_2022")),
}
