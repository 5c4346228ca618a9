"""Bundles carry licences, refuse what may not be passed on, and are checked on the way in."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal
from store_helpers import files, record, rows

from isthmus.errors import (
    BadInput,
    DataCorrupted,
    IsthmusError,
    LicenceForbids,
    NotFound,
    SchemaVersionUnsupported,
    TargetExists,
)
from isthmus.store import Store, export_bundle, import_bundle
from isthmus.store.verify import verify


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "store")
    store.add(record("one", licence="CC-BY-4.0", attribution="By me"), rows(1.0))
    store.add(record("two"), rows(2.0))
    store.add(record("two"), rows(3.0))
    return store


@pytest.fixture
def bundle(store: Store, tmp_path: Path) -> Path:
    export_bundle(store, [], tmp_path / "bundle.zip")
    return tmp_path / "bundle.zip"


def test_a_bundle_travels_whole_and_is_the_same_every_time(store, bundle, tmp_path):
    again = tmp_path / "again.zip"
    assert export_bundle(store, [], again) == [
        store.dataset("one").reference,
        store.dataset("two").reference,
    ]
    assert again.read_bytes() == bundle.read_bytes()
    with zipfile.ZipFile(bundle) as archive:
        text = archive.read("LICENCES.md").decode()
    assert "CC-BY-4.0" in text
    assert "By me" in text
    other = Store(tmp_path / "other")
    names = import_bundle(other, bundle)
    assert names == [e.reference for e in other.datasets()]
    assert import_bundle(other, bundle) == names
    assert_frame_equal(other.table("two"), rows(3.0))
    assert other.dataset("one").manifest == store.dataset("one").manifest
    assert verify(other) == (2, [])


@pytest.mark.once_broken("a record forged licences of others")
def test_no_record_can_forge_a_licence_of_another(store, tmp_path):
    forged = "CC0-1.0\n\n## one@0000: stolen\n\nLicence: none\r\rAttribution: none"
    names = ("title", "publisher", "edition", "licence", "attribution", "address")
    for name in names:
        store.add(record(f"forged_{name}", **{name: forged}), rows(1.0))
    out = tmp_path / "forged.zip"
    held = export_bundle(store, [], out)
    text = zipfile.ZipFile(out).read("LICENCES.md").decode()
    found = [line.split(":")[0] for line in text.splitlines() if line.startswith("## ")]
    assert found == [f"## {reference}" for reference in held]
    for name in ("Publisher", "Licence", "Attribution", "Address"):
        assert sum(line.startswith(f"{name}:") for line in text.splitlines()) == len(held)


def test_what_may_not_be_passed_on_is_named_and_nothing_written(store, tmp_path):
    store.add(record("shy", redistribution="derived_only", licence="Proprietary"), rows(1.0))
    store.add(record("secret", redistribution="forbidden", licence="Unknown"), rows(1.0))
    out = tmp_path / "no.zip"
    with pytest.raises(LicenceForbids, match=r"secret@.*Unknown.*shy@.*Proprietary"):
        export_bundle(store, [], out)
    assert not out.exists()
    assert export_bundle(store, ["one"], out) == [store.dataset("one").reference]


def test_a_bundle_is_replaced_only_on_request(store, bundle):
    with pytest.raises(TargetExists):
        export_bundle(store, [], bundle)
    export_bundle(store, ["one"], bundle, replace=True)
    with pytest.raises(BadInput, match="nothing to export"):
        export_bundle(Store(store.root / "empty"), [], bundle, replace=True)


def test_damaged_data_are_not_exported(store, tmp_path):
    (store.dataset("one").folder / "data.parquet").write_bytes(b"x")
    with pytest.raises(DataCorrupted):
        export_bundle(store, ["one"], tmp_path / "no.zip")
    assert not (tmp_path / "no.zip").exists()


def _rewrite(bundle: Path, change) -> Path:  # type: ignore[no-untyped-def]
    """Return a copy of the bundle whose members went through `change(name, content)`."""
    out = bundle.with_name("changed.zip")
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            for name, content in change(info.filename, source.read(info)):
                target.writestr(name, content)
    return out


HOSTILE = [
    "../evil",
    "/etc/evil",
    "datasets/one/../../evil",
    "datasets\\one\\evil",
    "C:/evil",
    "datasets/one/0123456789abcdef/data.pickle",
    "datasets/one/0123456789abcdef/sub/data.parquet",
    "store.json",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_members_with_other_names_are_refused(bundle, tmp_path, name):
    def change(member, content):
        yield member, content
        if member == "bundle.json":
            yield name, b"evil"

    target = Store(tmp_path / "target" / "store")
    with pytest.raises(BadInput, match="does not belong"):
        import_bundle(target, _rewrite(bundle, change))
    assert not target.root.exists()


def test_a_link_in_a_bundle_is_refused(bundle, tmp_path):
    out = tmp_path / "link.zip"
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(out, "w") as target:
        for info in source.infolist():
            if info.filename.endswith("data.parquet"):
                info.external_attr = 0o120777 << 16
            target.writestr(info, source.read(info.filename))
    with pytest.raises(BadInput, match="not a plain file"):
        import_bundle(Store(tmp_path / "target"), out)


def _change_manifest(**changes):  # type: ignore[no-untyped-def]
    def change(member, content):
        if member.endswith("manifest.json"):
            raw = json.loads(content)
            for key, value in changes.items():
                place = raw
                *path, last = key.split("__")
                for step in path:
                    place = place[int(step)] if isinstance(place, list) else place[step]
                place[last] = value
            content = json.dumps(raw).encode()
        yield member, content

    return change


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"record__licence": "CC0-1.0", "record__title": "Mine now"}, DataCorrupted),
        ({"files__0__sha256": "0" * 64}, DataCorrupted),
        ({"files__0__bytes": 3}, DataCorrupted),
        ({"files__0__name": "../../evil"}, DataCorrupted),
        ({"record__content_sha256": "0" * 64}, DataCorrupted),
        ({"schema_version": 99}, SchemaVersionUnsupported),
        ({"schema_version": 0}, SchemaVersionUnsupported),
        ({"extra": 1}, DataCorrupted),
    ],
)
def test_changed_manifests_are_refused(bundle, tmp_path, changes, expected):
    target = Store(tmp_path / "target")
    with pytest.raises(expected):
        import_bundle(target, _rewrite(bundle, _change_manifest(**changes)))
    assert target.datasets() == []
    assert not list((target.root / "tmp").iterdir())


def test_changed_rows_are_refused(bundle, tmp_path):
    buffer = io.BytesIO()
    rows(9.0).write_parquet(buffer)

    def change(member, content):
        yield member, buffer.getvalue() if member.endswith("data.parquet") else content

    with pytest.raises(DataCorrupted):
        import_bundle(Store(tmp_path / "target"), _rewrite(bundle, change))


def _damage(key):  # type: ignore[no-untyped-def]
    def change(member, content):
        hit = member.startswith(f"datasets/{key}/") and member.endswith("data.parquet")
        yield member, content[:-1] + b"?" if hit else content

    return change


@pytest.mark.once_broken("a damaged bundle was called imported")
def test_a_damaged_member_is_refused_though_its_data_set_is_known(store, bundle):
    before = files(store.root / "datasets")
    with pytest.raises(DataCorrupted, match="content that its manifest names"):
        import_bundle(store, _rewrite(bundle, _damage("one")))
    assert files(store.root / "datasets") == before


def test_one_damaged_member_keeps_everything_out(bundle, tmp_path):
    target = Store(tmp_path / "target")
    with pytest.raises(DataCorrupted):
        import_bundle(target, _rewrite(bundle, _damage("two")))
    assert target.datasets() == []


def test_damage_in_the_store_is_not_called_imported(store, bundle):
    store.dataset("one").folder.joinpath("data.parquet").write_bytes(b"x")
    with pytest.raises(DataCorrupted) as caught:
        import_bundle(store, bundle)
    assert caught.value.where == store.dataset("one").reference


def test_a_missing_member_is_refused(bundle, tmp_path):
    def change(member, content):
        if not member.endswith("data.parquet"):
            yield member, content

    with pytest.raises(DataCorrupted, match="missing"):
        import_bundle(Store(tmp_path / "target"), _rewrite(bundle, change))


def test_an_unlisted_data_set_is_refused(bundle, tmp_path):
    def change(member, content):
        if member == "bundle.json":
            content = json.dumps({**json.loads(content), "datasets": []}).encode()
        yield member, content

    with pytest.raises(DataCorrupted, match="index names"):
        import_bundle(Store(tmp_path / "target"), _rewrite(bundle, change))


def test_other_files_are_not_bundles(tmp_path):
    target = Store(tmp_path / "target")
    path = tmp_path / "file"
    for content in (b"", b"PK\x03\x04 nonsense", pickle.dumps({"a": 1})):
        path.write_bytes(content)
        with pytest.raises(IsthmusError):
            import_bundle(target, path)
    with pytest.raises(NotFound, match="no such bundle"):
        import_bundle(target, tmp_path / "missing")
    assert files(tmp_path).keys() == {"file"}


def test_no_module_unpickles_files(project):
    """What is unpickled was made by the same line, or came through a pipe between two processes
    of the package, one of which has started the other."""
    found = []
    for path in sorted((project / "src" / "isthmus").rglob("*.py")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if any(word in line for word in ("pickle.load", "joblib", "marshal.load", "shelve")):
                found.append(f"{path.name}: {line.strip()}")
            if "allow_pickle=True" in line.replace(" ", ""):
                found.append(f"{path.name}: {line.strip()}")
    calls = [line.partition("  #")[0] for line in found]
    assert calls == [
        "companion.py: return pickle.load(child.stdout)",
        "companion.py: name, values = pickle.load(asked)",
        "processes.py: pickle.loads(pickle.dumps(error))",
    ]
