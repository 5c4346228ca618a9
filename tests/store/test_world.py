"""A world can hold data sets from a store, and names the versions."""

from __future__ import annotations

import pytest
from polars.testing import assert_frame_equal
from store_helpers import record, rows

from isthmus.errors import BadInput, DataCorrupted, DataMissing
from isthmus.store import Store
from isthmus.world import World


def test_added_data_sets_stand_beside_the_shipped_ones(tmp_path):
    store = Store(tmp_path / "store")
    old = store.add(record(), rows(1.0))
    new = store.add(record(), rows(2.0))
    plain = World.open("starter")
    world = World.open("starter", with_=["toy"], store=store)
    assert world.added == (new.reference,)
    assert set(world.keys()) == {*plain.keys(), "toy"}
    assert world.content_hash != plain.content_hash
    assert_frame_equal(world.table("toy"), rows(2.0))
    assert world.record("toy").licence == "CC0-1.0"
    older = World.open("starter", with_=[old.reference], store=store)
    assert_frame_equal(older.table("toy"), rows(1.0))
    assert older.content_hash != world.content_hash
    assert older.with_entries({}).added == (old.reference,)


def test_what_is_missing_doubled_or_damaged_is_named(tmp_path):
    store = Store(tmp_path / "store")
    old = store.add(record(), rows(1.0))
    store.add(record(), rows(2.0))
    with pytest.raises(DataMissing, match="nothing"):
        World.open("starter", with_=["nothing"], store=store)
    with pytest.raises(BadInput, match="one version of each"):
        World.open("starter", with_=["toy", old.reference], store=store)
    (old.folder / "data.parquet").write_bytes(b"x")
    with pytest.raises(DataCorrupted):
        World.open("starter", with_=[old.reference], store=store).table("toy")
