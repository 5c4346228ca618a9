"""Data sets and runs: registered whole, checked when read, side by side."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from store_helpers import files, plan, record, result, rows

from isthmus.errors import BadInput, DataCorrupted, DataMissing, NotFound
from isthmus.evidence import content_hash
from isthmus.runtime.disk import watched
from isthmus.store import RunManifest, Store, compare_runs, home_folder
from isthmus.store.gc import collect
from isthmus.store.index import load
from isthmus.store.verify import verify


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_reading_an_empty_store_makes_nothing(tmp_path):
    store = Store(tmp_path / "none")
    assert store.datasets() == []
    assert store.runs() == []
    assert verify(store) == (0, [])
    with pytest.raises(DataMissing, match="not in the store"):
        store.table("toy")
    assert list(tmp_path.iterdir()) == []


def test_home_follows_the_setting(monkeypatch, tmp_path):
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path))
    assert home_folder() == tmp_path
    assert Store().root == tmp_path / "store"
    monkeypatch.delenv("ISTHMUS_HOME")
    assert "isthmus" in str(home_folder())


def test_versions_stand_side_by_side_and_the_newest_is_last(store):
    first = store.add(record(), rows(1.0, 2.0))
    second = store.add(record(), rows(1.0, 3.0))
    assert [e.reference for e in store.datasets()] == [first.reference, second.reference]
    assert_frame_equal(store.table("toy"), rows(1.0, 3.0))
    assert_frame_equal(store.table(first.reference), rows(1.0, 2.0))
    assert_frame_equal(store.table(f"toy@{first.version[:6]}"), rows(1.0, 2.0))
    assert verify(store) == (2, [])


def test_what_is_added_again_is_the_newest_again(store):
    first = store.add(record("toy"), rows(1.0, 2.0))
    second = store.add(record("toy"), rows(1.0, 3.0))
    assert store.dataset("toy").reference == second.reference
    again = store.add(record("toy"), rows(1.0, 2.0))
    assert again.reference == first.reference
    assert store.dataset("toy").reference == first.reference
    assert_frame_equal(store.table("toy"), rows(1.0, 2.0))
    assert store.add(record("toy"), rows(1.0, 2.0)).manifest == again.manifest
    assert len(store.datasets()) == 2


def test_equal_data_are_added_once_whatever_the_order_of_rows(store):
    first = store.add(record(), rows(1.0, 2.0))
    again = store.add(record(), rows(1.0, 2.0).reverse())
    assert again.reference == first.reference
    assert len(store.datasets()) == 1
    other_licence = store.add(record(licence="CC-BY-4.0"), rows(1.0, 2.0))
    assert other_licence.version != first.version


def test_the_manifest_is_the_truth_without_clock_or_place(store):
    entry = store.add(record(), rows(1.0, 2.0))
    manifest = json.loads((entry.folder / "manifest.json").read_text())
    assert manifest["schema_version"] == 1
    assert manifest["record"]["licence"] == "CC0-1.0"
    assert manifest["record"]["content_sha256"] == content_hash(rows(1.0, 2.0))
    assert manifest["files"][0]["bytes"] == (entry.folder / "data.parquet").stat().st_size
    assert str(store.root) not in json.dumps(manifest)
    twin = Store(store.root.parent / "twin").add(record(), rows(1.0, 2.0))
    assert files(twin.folder) == files(entry.folder)


def test_every_broken_rule_is_named_at_once(store):
    frame = pl.DataFrame({"value": [1.0, float("nan")], "extra": [[1], [2]]})
    with pytest.raises(BadInput) as caught:
        store.add(record(), frame)
    places = [p.where for p in caught.value.problems]
    assert places == ["column value", "column extra", "column exporter", "column extra"]
    with pytest.raises(BadInput, match="empty"):
        store.add(record(columns={}), pl.DataFrame())
    assert not store.root.exists()


def test_damage_is_named_when_read_and_when_verified(store):
    entry = store.add(record(), rows(1.0, 2.0))
    data = entry.folder / "data.parquet"
    content = data.read_bytes()
    data.write_bytes(content[:-1] + b"x")
    with pytest.raises(DataCorrupted, match="does not have the content"):
        store.table("toy")
    assert "does not have the content" in verify(store)[1][0].what
    data.unlink()
    assert "missing" in verify(store)[1][0].what
    data.write_bytes(content)
    (entry.folder / "stranger").touch()
    assert verify(store)[1][0].what == "stranger is in no manifest"
    (entry.folder / "stranger").unlink()
    assert verify(store) == (1, [])


def test_a_damaged_manifest_is_listed_and_spoils_nothing_else(store):
    store.add(record("good"), rows(1.0))
    bad = store.add(record("bad"), rows(2.0))
    path = bad.folder / "manifest.json"
    changed = json.loads(path.read_text())
    changed["record"]["licence"] = "anything goes"
    for content in ("", "[]", "{}", json.dumps({**changed, "schema_version": 1})):
        path.write_text(content)
        listed = {e.key: e for e in store.datasets()}
        assert listed["bad"].fault
        assert not listed["good"].fault
        assert_frame_equal(store.table("good"), rows(1.0))
        with pytest.raises(DataCorrupted):
            store.table("bad")
        assert [f.where for f in verify(store)[1]] == [bad.reference]


def test_the_index_is_never_believed_over_the_manifests(store):
    store.add(record("one"), rows(1.0))
    store.add(record("two"), rows(2.0))
    index = store.root / "index.sqlite"
    assert [r.name for r in load(store.root)] == ["one", "two"]
    for damage in (b"", b"not a database", index.read_bytes()[:700]):
        index.write_bytes(damage)
        assert [e.key for e in store.datasets()] == ["one", "two"]
    index.unlink()
    assert [e.key for e in store.datasets()] == ["one", "two"]
    with store.writing():
        store.refresh(rebuild=True)
    assert [r.name for r in load(store.root)] == ["one", "two"]
    with sqlite3.connect(index) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        connection.execute("UPDATE entry SET document = '', stamp = 'x' WHERE name = 'one'")
    connection.close()
    assert all(e.manifest for e in store.datasets())
    assert [p.name for p in store.root.glob("index.sqlite*")] == ["index.sqlite"]


def test_listing_reads_no_manifest_again(store, monkeypatch):
    store.add(record(), rows(1.0))
    from isthmus.store import datasets

    monkeypatch.setattr(datasets, "read_manifest", lambda folder: pytest.fail("read again"))
    assert [e.key for e in store.datasets()] == ["toy"]


def test_references_must_name_one_version(store):
    store.add(record(), rows(1.0))
    with pytest.raises(DataMissing, match="did you mean 'toy'"):
        store.dataset("toyy")
    with pytest.raises(DataMissing):
        store.dataset("toy@ffffffffffffffff")


def test_runs_keep_question_answer_and_timing_apart(store):
    entry = store.record_run(plan(k=1), result(1.0, 2.0), timing={"seconds": 0.5})
    assert entry.status == "done"
    assert entry.id.startswith("toy.lens-")
    back = store.result(entry.id)
    assert_frame_equal(back["answer"].frame, rows(1.0, 2.0))
    assert back.to_dict() == result(1.0, 2.0).to_dict()
    assert json.loads((entry.folder / "timing.json").read_text()) == {"seconds": 0.5}
    for name in ("manifest.json", "outputs.json"):
        assert "seconds" not in (entry.folder / name).read_text()
    assert store.run(entry.id[-6:]).id == entry.id
    assert verify(store) == (1, [])


def test_the_same_question_with_the_same_answer_is_one_run(store):
    first = store.record_run(plan(k=1), result(1.0), timing={"seconds": 1})
    again = store.record_run(plan(k=1), result(1.0), timing={"seconds": 2})
    other = store.record_run(plan(k=2), result(1.0), timing={})
    assert first.id == again.id != other.id
    assert len(store.runs()) == 2


def test_a_run_is_found_without_reading_what_the_others_were_asked(store, monkeypatch):
    made = [store.record_run(plan(k=k), result(1.0), timing={}) for k in range(3)]
    parsed = []
    read = RunManifest.model_validate_json
    monkeypatch.setattr(
        RunManifest, "model_validate_json", lambda text: parsed.append(text) or read(text)
    )
    assert store.run(made[1].id) == made[1]
    assert len(parsed) == 1


def test_another_answer_to_the_same_question_is_kept_beside_it(store):
    first = store.record_run(plan(k=1), result(1.0), timing={})
    second = store.record_run(plan(k=1), result(1.5), timing={})
    third = store.record_run(plan(k=1), result(1.5), timing={})
    assert second.id == third.id == f"{first.id}~2"
    assert verify(store) == (2, [])
    (gap,) = compare_runs(store, first.id, second.id)
    assert gap.where == "tables.answer.value: 1 cells differ, most in row 0"
    assert (gap.first, gap.second) == ("1.0", "1.5")


def test_compare_names_parameters_and_rows(store):
    first = store.record_run(plan(k=1), result(1.0, 2.0), timing={})
    second = store.record_run(plan(k=2), result(1.0, 2.0, 3.0), timing={})
    places = [d.where for d in compare_runs(store, first.id, second.id)]
    assert places == ["parameters.k", "tables.answer: 1 rows"]
    assert compare_runs(store, first.id, first.id) == []


def test_a_run_is_deleted_and_unknown_ones_are_named(store):
    entry = store.record_run(plan(k=1), result(1.0), timing={})
    assert store.delete_run(entry.id[:10]) == entry.id
    assert store.runs() == []
    with pytest.raises(NotFound, match="no run"):
        store.delete_run(entry.id)
    with pytest.raises(NotFound):
        store.run("")


def test_damaged_outputs_are_named(store):
    entry = store.record_run(plan(k=1), result(1.0), timing={})
    table = entry.folder / "tables" / "answer.parquet"
    content = table.read_bytes()
    table.write_bytes(content + b"x")
    with pytest.raises(DataCorrupted):
        store.result(entry.id)
    assert verify(store)[1][0].where == entry.id
    table.write_bytes(content)
    outputs = entry.folder / "outputs.json"
    outputs.write_text(outputs.read_text().replace('"manifest_sha256": "', '"manifest_sha256": "0'))
    with pytest.raises(DataCorrupted, match="another manifest"):
        store.result(entry.id)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda out: out["provenance"].pop("parameters"), "not the provenance"),
        (lambda out: out["provenance"].update(parameters=[1]), "not the provenance"),
        (lambda out: out["provenance"].update(datasets={"a": 1}), "not the provenance"),
        (lambda out: out["tables"][0].update(files=[]), "has no file"),
        (lambda out: out["tables"][0]["columns"].pop(), "other columns than its file"),
    ],
)
def test_outputs_that_do_not_say_what_they_are_of_are_named(store, change, said):
    entry = store.record_run(plan(k=1), result(1.0), timing={})
    path = entry.folder / "outputs.json"
    outputs = json.loads(path.read_text())
    change(outputs)
    path.write_text(json.dumps(outputs))
    with pytest.raises(DataCorrupted, match=said):
        store.result(entry.id)


def test_gc_removes_the_state_of_a_run_that_is_done(store):
    entry = store.record_run(plan(k=1), result(1.0), timing={})
    state = entry.folder / "state"
    (state / "daily").mkdir(parents=True)
    (state / "daily" / "part-00000.parquet").write_bytes(b"1234")
    (gone,) = collect(store)
    assert (gone.path, gone.bytes) == (f"runs/{entry.id}/state", 4)
    assert not state.exists()
    assert store.result(entry.id).tables
    begun = store.begin_run(plan(k=2))
    (begun.folder / "state").mkdir()
    assert collect(store) == []
    assert (begun.folder / "state").is_dir()


def test_gc_removes_leftovers_and_on_request_what_nothing_uses(store):
    old = store.add(record(), rows(1.0))
    middle = store.add(record(), rows(2.0))
    newest = store.add(record(), rows(3.0))
    used = plan(k=1).world.model_copy(update={"added": (old.reference,)})
    from isthmus.store.runs import plan_run

    store.record_run(plan_run("toy.lens", used), result(1.0), timing={})
    left = store.root / "tmp" / "123-dead"
    left.mkdir()
    (left / "half").write_bytes(b"12345")
    dry = collect(store, dry_run=True, unused=True)
    assert (dry[0].path, dry[0].bytes) == ("tmp/123-dead", 5)
    assert left.exists()
    assert [w.path for w in collect(store)] == ["tmp/123-dead"]
    assert not left.exists()
    (gone,) = collect(store, unused=True)
    assert gone.path == f"datasets/toy/{middle.version}"
    assert [e.reference for e in store.datasets()] == [old.reference, newest.reference]
    assert verify(store) == (3, [])


def test_reading_changes_nothing_on_the_disk(store):
    store.add(record(), rows(1.0))
    entry = store.record_run(plan(k=1), result(1.0), timing={})

    def refuse(operation: str, place: str) -> None:
        pytest.fail(f"{operation} {place}")

    with watched(refuse):
        store.table("toy")
        store.result(entry.id)
        verify(store)
        store.runs()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(max_size=6),
            st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
            st.integers(-(2**40), 2**40),
        ),
        min_size=1,
        max_size=8,
    ),
    st.randoms(),
)
def test_what_is_added_comes_back_and_its_hash_ignores_order(tmp_path_factory, cells, random):
    schema = {"name": pl.String, "value": pl.Float64, "count": pl.Int64}
    frame = pl.DataFrame(cells, schema=schema, orient="row")
    store = Store(tmp_path_factory.mktemp("any"))
    entry = store.add(record(columns={}), frame)
    assert_frame_equal(store.table("toy"), frame)
    mixed = list(cells)
    random.shuffle(mixed)
    shuffled = pl.DataFrame(mixed, schema=schema, orient="row")
    assert store.add(record(columns={}), shuffled).reference == entry.reference
    assert content_hash(frame) == content_hash(shuffled.select("count", "name", "value"))


def test_hashes_tell_apart_what_looks_alike():
    frames = [
        pl.DataFrame({"a": ["ab", "c"]}),
        pl.DataFrame({"a": ["a", "bc"]}),
        pl.DataFrame({"a": ["abc", None]}),
        pl.DataFrame({"a": ["abc", ""]}),
        pl.DataFrame({"b": ["abc", ""]}),
        pl.DataFrame({"a": [0, 1]}),
        pl.DataFrame({"a": [0.0, 1.0]}),
        pl.DataFrame({"a": [None, 1.0]}),
    ]
    assert len({content_hash(f) for f in frames}) == len(frames)
    assert content_hash(pl.DataFrame({"a": [-0.0]})) == content_hash(pl.DataFrame({"a": [0.0]}))
    ordered = {content_hash(f, keep_order=True) for f in (frames[0], frames[0].reverse())}
    assert len(ordered) == 2
