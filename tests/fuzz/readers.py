"""Every way in: sound examples, and what reads them."""

from __future__ import annotations

import atexit
import io
import json
import shutil
import tomllib
import zipfile
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from tests.fuzz.models import MODELS
from tests.fuzz.publishers import PUBLISHERS
from tests.fuzz.reader import Reader, byte_contents, file_reader, json_contents, toml_contents
from tests.fuzz.strategies import json_bytes, toml_bytes

from isthmus import World
from isthmus.cascade.reading import read_network
from isthmus.coercion.assumptions import read_assumptions, read_ladder
from isthmus.ensemble import read_plan
from isthmus.ensemble.recording import run_lens
from isthmus.evidence import Column, DatasetRecord, Kind, Result, Table
from isthmus.evidence.origin import Provenance
from isthmus.evidence.out.workbook import workbook
from isthmus.runtime import ArrayCheckpoint, Checkpoints
from isthmus.runtime.contents import DOSSIER
from isthmus.scenario import preset, preset_names
from isthmus.scenario.files import dumps, loads
from isthmus.scenario.files import read as read_scenario
from isthmus.sources.jsonstat import read_jsonstat
from isthmus.sources.text import read_text
from isthmus.store import Store, export_bundle, import_bundle
from isthmus.store.datasets import read_record
from isthmus.study import read_study, shipped_studies
from isthmus.study.ensemble import open_plan
from isthmus.study.shipped import study_text
from isthmus.world.adding import add_file

SMALL_WORLD = Path(__file__).parents[1] / "data" / "small_world"
RECORD = {
    "key": "toy",
    "title": "A toy",
    "publisher": "Nobody",
    "edition": "1",
    "years": [2020, 2021],
    "unit": "million USD",
    "kind": "measured",
    "licence": "CC0-1.0",
    "attribution": "none needed",
    "redistribution": "allowed",
    "columns": {"exporter": "code", "value": "million USD"},
}
ROWS = pl.DataFrame({"exporter": ["AUT", "BEL", None], "value": [1.5, None, -2.0]})


def _studies() -> list[str]:
    texts = [study_text(name) for name in shipped_studies()]
    return [*texts, *(_shortened(text) for text in texts)]


def _shortened(text: str) -> str:
    """Return a study with its first two claims: most examples are about something else."""
    value = tomllib.loads(text)
    return toml_bytes({**value, "claims": value.get("claims", [])[:2]}).decode()


def _study(path: Path) -> None:
    read_study(path)
    open_plan(str(path))


def _scenarios() -> list[str]:
    return [dumps(preset(name)) for name in preset_names()]


def _scenario(path: Path) -> None:
    found = read_scenario(path)
    assert loads(dumps(found)) == found
    assert found.identity


def _plans() -> list[str]:
    table = '\n[ensemble]\nlens = "disruption.simulate"\nsamples = 8\nbatch = 4\nseed = 1\n'
    return [text + table for text in _scenarios() if "[[ranges]]" in text]


def _assumed() -> list[str]:
    from isthmus.coercion import assumptions

    return [assumptions._packaged()]


def _csv() -> list[bytes]:
    wide = pl.DataFrame({f"c{n}": ["1.5", "2", ""] for n in range(30)})
    plain = ROWS.write_csv().encode()
    return [
        plain,
        wide.write_csv().encode(),
        plain.replace(b",", b";").replace(b".", b","),
        b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n"),
        plain.decode().encode("utf-16"),
        b'title line\n\n"a ""b""",c\n"x\ny",1\n',
    ]


def _rows(path: Path, **more: object) -> None:
    record = path.parent / "record.json"
    record.write_bytes(json_bytes({**RECORD, "columns": {}, **more}))
    store = Store(path.parent / "store")
    store.table(add_file(path, record, store=store).entry.reference)


def _table(path: Path) -> None:
    _rows(path, key="mrio_toy", years=[2014])


def _parquet() -> list[bytes]:
    many = pl.DataFrame(
        {
            "i": pl.Series([1, None, 3], dtype=pl.Int32),
            "u": pl.Series([1, 2, 3], dtype=pl.UInt64),
            "s": ["a", None, "c"],
            "b": [True, None, False],
            "d": pl.Series([1, 2, None], dtype=pl.Date),
        }
    )
    found = []
    for frame in (ROWS, many):
        for compression in ("zstd", "uncompressed", "snappy"):
            buffer = io.BytesIO()
            frame.write_parquet(buffer, compression=compression)
            found.append(buffer.getvalue())
    return found


def _workbooks() -> list[bytes]:
    """Return a workbook of ours and one of somebody else's."""
    import xlsxwriter

    columns = (Column("exporter", "dimension"), Column("value", "value", "million USD"))
    ours = Result(
        {"toy": Table("toy", ROWS, columns, Kind.MEASURED)}, Provenance("a.b", {}, "w", "h")
    )
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2000, 1, 1)})
        sheet = book.add_worksheet("Tabelle1")
        for at, row in enumerate((["A title"], [], ["exporter", "value"], ["AUT", 1.5])):
            sheet.write_row(at, 0, row)
    return [workbook(ours), buffer.getvalue()]


def _npz() -> list[bytes]:
    arrays = {
        "Z": np.full((2, 2), 1.0),
        "Y": np.full((2, 2), 2.0),
        "x": np.full(2, 4.0),
        "va": np.full(2, 2.0),
        "taxes": np.zeros(2),
        "other_rows": np.zeros((1, 2)),
        "countries": np.array(["AAA", "BBB"]),
        "industries": np.array(["C26"]),
        "fd_categories": np.array(["HFCE"]),
        "meta": np.array('{"year": 2014, "source": "a toy"}'),
    }
    found = []
    for save in (np.savez, np.savez_compressed):
        buffer = io.BytesIO()
        save(buffer, **arrays)
        found.append(buffer.getvalue())
    return found


def _jsonstat() -> list[Any]:
    category = {"index": {"a": 0, "b": 1}}
    return [
        {
            "version": "2.0",
            "id": ["geo", "time"],
            "size": [2, 2],
            "dimension": {"geo": {"category": category}, "time": {"category": category}},
            "value": {"0": 1.5, "3": 2},
        }
    ]


@cache
def _bundle_seed() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        store = Store(Path(place) / "store")
        store.add(DatasetRecord.model_validate(RECORD), ROWS)
        export_bundle(store, [], Path(place) / "bundle.zip")
        return (Path(place) / "bundle.zip").read_bytes()


def _bundles() -> list[bytes]:
    """Return a bundle as it is written, and one whose members are compressed."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_bundle_seed())) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return [_bundle_seed(), packed.getvalue()]


def _import(path: Path) -> None:
    store = Store(path.parent / "store")
    import_bundle(store, path)
    for entry in store.datasets():
        store.table(entry.reference)


FIRMS = b"firm,sector,economy,output\na,C26,DEU,10\nb,C27,FRA,5\nc,C26,DEU,0\n"
LINKS = b"supplier,customer,value,type\na,b,3,2\nb,c,1,essential\nc,a,2.5,0\n"


def _network(content: bytes, folder: Path) -> None:
    firms, _, links = content.partition(b"\x00\x00")
    (folder / "firms.csv").write_bytes(firms)
    (folder / "links.csv").write_bytes(links)
    read_network(folder / "firms.csv", folder / "links.csv", duplicates="sum", self_loops="drop")


def _manifest() -> list[Any]:
    return [json.loads((SMALL_WORLD / "manifest.json").read_bytes())]


def _world(path: Path) -> None:
    for file in SMALL_WORLD.glob("*.parquet"):
        if not (path.parent / file.name).exists():
            shutil.copyfile(file, path.parent / file.name)
    world = World.open(path.parent)
    for key in world.keys():  # noqa: SIM118 - a world is not a mapping
        world.record(key)
    world.table("icio_flows")


def _store_manifest(content: bytes, folder: Path) -> None:
    """Read a store whose manifest holds the content."""
    store = Store(folder)
    (target,) = (folder / "datasets" / "toy").iterdir()
    (target / "manifest.json").write_bytes(content)
    for entry in store.datasets():
        if not entry.fault:
            store.table(entry.reference)


def _stored(content: bytes, folder: Path) -> None:
    store = Store(folder / "store")
    if not store.datasets():
        store.add(DatasetRecord.model_validate(RECORD), ROWS)
    _store_manifest(content, folder / "store")


@cache
def _stored_manifest() -> Any:
    with zipfile.ZipFile(io.BytesIO(_bundle_seed())) as archive:
        name = next(n for n in archive.namelist() if n.endswith("manifest.json"))
        return json.loads(archive.read(name))


def _checkpoint(content: bytes, folder: Path) -> None:
    (folder / "000001.json").write_bytes(content)
    Checkpoints(folder).load(1)
    (folder / "state.npz").write_bytes(content)
    ArrayCheckpoint(folder).load()


def _checkpoints() -> list[bytes]:
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        Checkpoints(folder).save(1, {"a": [1, 2.5, "x"]})
        ArrayCheckpoint(folder).save({"a": 1}, {"x": np.arange(6.0).reshape(2, 3)})
        return [(folder / "000001.json").read_bytes(), (folder / "state.npz").read_bytes()]


def _runs() -> list[bytes]:
    """Return what a recorded run wrote down: what was asked, and what came out."""
    return [(_run_folder() / name).read_bytes() for name in ("manifest.json", "outputs.json")]


@cache
def _run_folder() -> Path:
    import tempfile

    kept = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    store = Store(Path(kept) / "store")
    asked = {"importer": "JPN", "years": [2022]}
    run_lens("dependence.profile", World.open("starter"), parameters=asked, store=store)
    (entry,) = store.runs()
    return entry.folder


def _run(content: bytes, folder: Path) -> None:
    """Read a store with a run whose manifest, or whose outputs, hold the content."""
    kept = folder / "store" / "runs" / _run_folder().name
    shutil.copytree(_run_folder(), kept)
    came_out = b"manifest_sha256" in content
    (kept / ("outputs.json" if came_out else "manifest.json")).write_bytes(content)
    store = Store(folder / "store")
    for entry in store.runs():
        store.run(entry.id)
        store.result(entry.id)


def _dossier(content: bytes, folder: Path) -> None:
    """Look at a folder whose mark holds the content: what stands there may be replaced, or not."""
    (folder / "dossier.json").write_bytes(content)
    (folder / "dossier.html").write_bytes(b"<p>")
    (folder / "notes.txt").write_bytes(b"mine")
    assert "notes.txt" in DOSSIER.foreign(folder)
    assert all(not name.startswith(("/", "..")) for name in DOSSIER.own(folder))


def _marks() -> list[Any]:
    return [{key: {} for key in DOSSIER.keys} | {"files": ["study.toml", {"name": "a"}, "../x"]}]


READERS: dict[str, Reader] = {
    "study": Reader(toml_contents(_studies), file_reader("x.toml", _study)),
    "scenario": Reader(toml_contents(_scenarios), file_reader("x.toml", _scenario)),
    "plan": Reader(toml_contents(_plans), file_reader("x.toml", read_plan)),
    "record": Reader(
        toml_contents(lambda: [toml_bytes(RECORD).decode()]), file_reader("x.toml", read_record)
    ),
    "record json": Reader(json_contents(lambda: [RECORD]), file_reader("x.json", read_record)),
    "assumptions": Reader(toml_contents(_assumed), file_reader("x.toml", read_assumptions)),
    "ladder": Reader(toml_contents(_assumed), file_reader("x.toml", read_ladder)),
    "csv": Reader(byte_contents(_csv), file_reader("x.csv", _rows)),
    "text table": Reader(byte_contents(_csv), file_reader("x.csv", read_text)),
    "parquet": Reader(byte_contents(_parquet), file_reader("x.parquet", _rows)),
    "workbook": Reader(byte_contents(_workbooks), file_reader("x.xlsx", _rows)),
    "npz": Reader(byte_contents(_npz), file_reader("x.npz", _table)),
    "json-stat": Reader(json_contents(_jsonstat), file_reader("x.json", read_jsonstat)),
    "bundle": Reader(byte_contents(_bundles), file_reader("x.zip", _import)),
    "network": Reader(byte_contents(lambda: [FIRMS + b"\x00\x00" + LINKS]), _network),
    "manifest": Reader(json_contents(_manifest), file_reader("manifest.json", _world)),
    "stored manifest": Reader(json_contents(lambda: [_stored_manifest()]), _stored),
    "checkpoint": Reader(byte_contents(_checkpoints), _checkpoint),
    "recorded run": Reader(byte_contents(_runs), _run),
    "dossier mark": Reader(json_contents(_marks), _dossier),
    **MODELS,
    **PUBLISHERS,
}
