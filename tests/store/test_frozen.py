"""Stores and bundles of older releases are read, migrated, or refused by name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal
from store_helpers import rows

from isthmus.errors import IsthmusError, SchemaVersionUnsupported
from isthmus.store import Store, datasets, import_bundle, runs
from isthmus.store.verify import verify

FROZEN = Path(__file__).parents[1] / "data" / "store"


@pytest.fixture
def store(tmp_path) -> Store:
    shutil.copytree(FROZEN / "version-1", tmp_path / "store")
    return Store(tmp_path / "store")


def test_version_1_is_read(store):
    assert verify(store) == (3, [])
    assert_frame_equal(store.table("frozen"), rows(1.0, 3.0))
    (run,) = store.runs()
    assert run.status == "done"
    assert_frame_equal(store.result(run.id)["answer"].frame, rows(1.0, 2.0))


def test_a_bundle_of_version_1_is_imported(tmp_path):
    other = Store(tmp_path / "other")
    assert import_bundle(other, FROZEN / "bundle-1.zip") == ["frozen@" + _versions()[-1]]
    assert_frame_equal(other.table("frozen"), rows(1.0, 3.0))


def _versions() -> list[str]:
    store = Store(FROZEN / "version-1")
    return [entry.version for entry in store.datasets()]


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize("version", [0, 2, 99, "1", None])
def test_other_versions_are_refused_by_name(store, version):
    (run,) = store.runs()
    newest = store.dataset("frozen")
    places: dict[Path, Callable[[], object]] = {
        newest.folder / "manifest.json": lambda: datasets.read_manifest(newest.folder),
        run.folder / "outputs.json": lambda: store.result(run.id),
        run.folder / "manifest.json": lambda: runs.read_run(run.folder),
        store.root / "store.json": lambda: Store(store.root),
    }
    for path, read in places.items():
        before = path.read_text()
        change(path, schema_version=version)
        with pytest.raises(SchemaVersionUnsupported) as caught:
            read()
        assert repr(version) in caught.value.what
        assert caught.value.where == str(path)
        assert caught.value.hint
        path.write_text(before)
    assert verify(store) == (3, [])


def test_a_store_with_one_unknown_manifest_still_opens(store):
    newest = store.dataset("frozen")
    change(newest.folder / "manifest.json", schema_version=99)
    faults = [e.fault for e in store.datasets()]
    assert faults[1] == "" or faults[0] == ""
    assert any("99" in fault for fault in faults)
    with pytest.raises(IsthmusError):
        store.table(newest.reference)


def test_an_older_manifest_is_migrated_step_by_step(store, monkeypatch):
    """A made-up history: version -1 called the key name, version 0 had no sequence."""
    folder = store.dataset("frozen").folder
    path = folder / "manifest.json"
    raw = json.loads(path.read_text())
    current = datasets.read_manifest(folder)
    raw["name"] = raw.pop("key")
    del raw["sequence"]
    path.write_text(json.dumps({**raw, "schema_version": -1}))

    def rename_key(old: dict) -> dict:
        key = old.pop("name")
        return {**old, "key": key, "schema_version": 0}

    def add_sequence(old: dict) -> dict:
        return {**old, "sequence": 2, "schema_version": 1}

    monkeypatch.setattr(datasets, "MIGRATIONS", {-1: rename_key, 0: add_sequence})
    assert datasets.read_manifest(folder) == current
    assert_frame_equal(store.table("frozen"), rows(1.0, 3.0))
