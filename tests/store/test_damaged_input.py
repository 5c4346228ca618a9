"""Files handed to the store: patterns are names; wide numbers and damage have their own errors."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import polars as pl
import pytest
from store_helpers import record, rows

from isthmus.cli.root import main
from isthmus.errors import BadInput, DataCorrupted, IsthmusError, NotFound, SchemaVersionUnsupported
from isthmus.evidence import content_hash
from isthmus.runtime.reading.tables import read_parquet
from isthmus.store import Store, export_bundle, import_bundle
from isthmus.store.datasets import read_record


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    store = Store(tmp_path / "source")
    store.add(record("one"), rows(1.0))
    export_bundle(store, [], tmp_path / "bundle.zip")
    return tmp_path / "bundle.zip"


@pytest.mark.once_broken("names of files were patterns")
def test_a_name_with_marks_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rows(1.0).write_parquet("q1.parquet")
    rows(2.0).write_parquet("q2.parquet")
    with pytest.raises(NotFound):
        read_parquet(Path("q*.parquet"))
    Path("q1.parquet").rename("q[1].parquet")
    assert read_parquet(Path("q[1].parquet")).equals(rows(1.0))


def test_a_store_below_a_folder_with_marks_reads_its_own_files(tmp_path: Path) -> None:
    store = Store(tmp_path / "my [st*re]" / "{x}")
    reference = store.add(record(), rows(1.0)).reference
    assert store.table(reference).equals(rows(1.0))


@pytest.mark.once_broken("a stack for numbers beyond 64 bits")
@pytest.mark.parametrize("kind", [pl.UInt64, pl.Int128])
def test_whole_numbers_beyond_64_bits_are_named(kind: type[pl.DataType], tmp_path: Path) -> None:
    wide = pl.DataFrame({"exporter": [2**63, None]}, schema={"exporter": kind})
    store = Store(tmp_path)
    with pytest.raises(BadInput, match="beyond 64 bits"):
        store.add(record(columns={"exporter": "code"}), wide)
    with pytest.raises(ValueError, match="beyond 64 bits"):
        content_hash(wide)
    narrow = pl.DataFrame({"exporter": [2**63 - 1, None]}, schema={"exporter": kind})
    assert content_hash(narrow) == content_hash(narrow.cast(pl.Int64))


@pytest.mark.once_broken("a stack for a nested record")
@pytest.mark.parametrize("ending", ["toml", "json"])
def test_records_are_named_by_file(ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"record.{ending}"
    for content in (b"[" * 5_000, b"\xff\x00", b"1" * 5_000, b""):
        path.write_bytes(content)
        with pytest.raises(BadInput, match="record of the data set"):
            read_record(path)
    with pytest.raises(BadInput, match="folder"):
        read_record(tmp_path)


@pytest.mark.once_broken("a stack for a damaged bundle")
def test_every_damage_to_a_bundle_is_bad_input(bundle: Path, tmp_path: Path) -> None:
    good = bundle.read_bytes()
    end = good.rindex(b"PK\x05\x06")
    entry = good.index(b"PK\x01\x02")
    name = entry + 46
    unicode = good[: entry + 8] + b"\x00\x08" + good[entry + 10 : name]
    damaged = {
        "offset": good[: end + 16] + struct.pack("<I", len(good) + 9) + good[end + 20 :],
        "negative": good[: end + 12] + struct.pack("<I", 2**31) + good[end + 16 :],
        "name": unicode + b"\xff" + good[name + 1 :],
        "cut": good[: len(good) // 2],
        "method": good[: entry + 10] + b"\x63" + good[entry + 11 :],
        "encrypted": good[: entry + 8] + b"\x01" + good[entry + 9 :],
        "empty": b"",
    }
    for what, content in damaged.items():
        bundle.write_bytes(content)
        with pytest.raises(IsthmusError) as caught:
            import_bundle(Store(tmp_path / "other"), bundle)
        assert caught.value.exit_code == 3, what
        assert main(["data", "import", str(bundle)]) == 3
    assert Store(tmp_path / "other").datasets() == []


def test_any_changed_byte_of_a_bundle_is_named_or_harmless(bundle: Path, tmp_path: Path) -> None:
    good = bundle.read_bytes()
    for at in range(0, len(good), 7):
        bundle.write_bytes(good[:at] + bytes([good[at] ^ 0x81]) + good[at + 1 :])
        store = Store(tmp_path / "other")
        with contextlib.suppress(BadInput, DataCorrupted, SchemaVersionUnsupported):
            import_bundle(store, bundle)
        for entry in store.datasets():
            assert store.table(entry.reference).equals(rows(1.0))


def test_a_stored_table_that_cannot_be_read_is_damage(tmp_path: Path) -> None:
    from isthmus.store.datasets import stored_frame

    (tmp_path / "x.parquet").write_bytes(b"PAR1" + b"\x00" * 40 + b"PAR1")
    with pytest.raises(DataCorrupted, match="not a readable table"):
        stored_frame(tmp_path / "x.parquet")
