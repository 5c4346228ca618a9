"""Worlds on disk that are damaged, cut short, of another schema or not there."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import polars as pl
import pytest

from isthmus.errors import (
    DataCorrupted,
    DataMissing,
    IdentityViolated,
    SchemaVersionUnsupported,
)
from isthmus.evidence import DatasetRecord, Kind
from isthmus.world import Manifest, World, content_hash, flows_from_frame


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    frame = pl.DataFrame({"economy": ["DEU", "FRA"], "value": [1.5, 2.5]})
    frame.write_parquet(tmp_path / "small.parquet")
    data = (tmp_path / "small.parquet").read_bytes()
    record = DatasetRecord(
        key="small",
        title="Two rows",
        publisher="test",
        edition="1",
        unit="1",
        kind=Kind.MEASURED,
        licence="CC0 1.0",
        attribution="test",
        redistribution="allowed",
        columns={"economy": "", "value": ""},
        rows=2,
        sha256=hashlib.sha256(data).hexdigest(),
        content_sha256=content_hash(frame),
    )
    manifest = Manifest(name="tiny", edition="1", datasets=(record,))
    (tmp_path / "manifest.json").write_text(manifest.model_dump_json(), encoding="utf-8")
    return tmp_path


def test_a_folder_is_a_world(folder: Path) -> None:
    world = World.open(folder)
    assert (world.name, world.edition) == ("tiny", "1")
    assert world.table("small")["value"].to_list() == [1.5, 2.5]
    assert "hs_texts" in world
    with pytest.raises(DataMissing):
        world.flows()


@pytest.mark.parametrize("damage", ["flip", "cut", "empty"])
def test_damaged_files_name_file_and_hashes(folder: Path, damage: str) -> None:
    path = folder / "small.parquet"
    data = bytearray(path.read_bytes())
    if damage == "flip":
        data[len(data) // 2] ^= 1
    path.write_bytes({"flip": data, "cut": data[:-7], "empty": b""}[damage])
    world = World.open(folder)
    with pytest.raises(DataCorrupted) as caught:
        world.table("small")
    message = str(caught.value)
    assert str(path) in message
    assert world.record("small").sha256 in message
    assert hashlib.sha256(path.read_bytes()).hexdigest() in message


def test_a_file_that_is_gone(folder: Path) -> None:
    (folder / "small.parquet").unlink()
    with pytest.raises(DataMissing, match="small"):
        World.open(folder).table("small")


def test_a_table_that_was_read_stays_when_its_file_changes(folder: Path) -> None:
    world = World.open(folder)
    first = world.table("small")
    (folder / "small.parquet").write_bytes(b"")
    assert world.table("small") is first


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("{", DataCorrupted),
        ("[]", SchemaVersionUnsupported),
        ('{"schema_version": 99}', SchemaVersionUnsupported),
        ('{"schema_version": 1, "name": "x"}', DataCorrupted),
    ],
)
def test_manifests_that_cannot_be_used(folder: Path, text: str, error: type[Exception]) -> None:
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(error):
        World.open(folder)


def test_no_world_there(tmp_path: Path) -> None:
    with pytest.raises(DataMissing, match="no world"):
        World.open(tmp_path / "nowhere")


def test_other_keys_in_the_manifest_are_refused(folder: Path) -> None:
    plain = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    plain["datasets"][0]["redistribution"] = "perhaps"
    (folder / "manifest.json").write_text(json.dumps(plain), encoding="utf-8")
    with pytest.raises(DataCorrupted, match="schema"):
        World.open(folder)


def test_flows_arrange_rows_in_any_order_and_refuse_gaps() -> None:
    rows = [
        (year, i, j, k, float(n))
        for n, (year, i, j, k) in enumerate(
            (y, i, j, k) for y in (2011, 2012) for i in "AB" for j in "AB" for k in ("P", "Q", "R")
        )
    ]
    schema = ["year", "exporter", "importer", "industry", "value"]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    ordered = flows_from_frame(frame)
    assert ordered.values(2012)[1, 0].tolist() == [18.0, 19.0, 20.0]
    mixed = flows_from_frame(frame.sample(fraction=1.0, shuffle=True, seed=3))
    for year in (2011, 2012):
        back = mixed.values(year)[mixed.index(["A", "B"])][:, mixed.index(["A", "B"])]
        industry = [mixed.industries.index(k) for k in ("P", "Q", "R")]
        assert (back[:, :, industry] == ordered.values(year)).all()
    with pytest.raises(IdentityViolated):
        flows_from_frame(frame.head(23))
    with pytest.raises(IdentityViolated):
        flows_from_frame(pl.concat([frame.head(23), frame.head(1)]))


def test_rows_kept_in_memory_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = World.open(folder)
    monkeypatch.setattr("isthmus.world.snapshot.CACHE_BYTES", 1)
    first = world.table("small")
    assert world.table("small") is first
    world.table("industry_texts")
    again = world.table("small")
    assert again is not first
    assert again.equals(first)


def test_many_threads_read_one_world(folder: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    world = World.open(folder)
    with ThreadPoolExecutor(8) as pool:
        frames = list(pool.map(lambda _: world.table("small"), range(64)))
    assert all(frame is frames[0] for frame in frames)
