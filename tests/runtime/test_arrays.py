"""The state of a long calculation comes back bit by bit, or counts as not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from isthmus.errors import SchemaVersionUnsupported
from isthmus.runtime import ArrayCheckpoint, canonical_json


def written(path: Path, entry: object, **arrays: np.ndarray) -> None:
    words = np.frombuffer(canonical_json(entry).encode(), dtype=np.uint8)
    np.savez(path, about=words, **arrays)


def test_values_types_and_order_in_memory_come_back(tmp_path: Path) -> None:
    kept = ArrayCheckpoint(tmp_path / "state")
    assert kept.load() is None
    arrays = {
        "rows": np.arange(6.0).reshape(2, 3),
        "columns": np.asfortranarray(np.arange(6).reshape(2, 3)),
        "axes": np.arange(24, dtype=np.float32).reshape(2, 3, 4).transpose(1, 2, 0),
        "none": np.zeros((0, 3), dtype=bool),
    }
    kept.save({"day": 3}, arrays)
    about, found = kept.load()
    assert about == {"day": 3}
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert found[name].strides == array.strides or not array.size
        np.testing.assert_array_equal(found[name], array)
    kept.clear()
    assert kept.load() is None


@pytest.mark.parametrize(
    "entry",
    [
        [],
        {"schema_version": 1},
        {"schema_version": 1, "layout": {"x": [0, 1]}},
        {"schema_version": 1, "layout": {"x": [0]}, "about": {}},
        {"schema_version": 1, "layout": {"x": ["b", "a"]}, "about": {}},
        {"schema_version": 1, "layout": [], "about": {}},
        {"schema_version": 1, "layout": {"x": [0, 1]}, "about": 3},
    ],
)
def test_a_record_that_does_not_fit_is_damage(tmp_path: Path, entry: object) -> None:
    written(tmp_path / "state.npz", entry, x_x=np.zeros((2, 2)))
    assert ArrayCheckpoint(tmp_path).load() is None


def test_what_is_no_archive_of_arrays_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    np.save(path.with_suffix(".npy"), np.zeros(3))
    path.write_bytes(path.with_suffix(".npy").read_bytes())
    assert ArrayCheckpoint(tmp_path).load() is None
    path.write_bytes(b"PK")
    assert ArrayCheckpoint(tmp_path).load() is None
    path.unlink()
    path.mkdir()
    assert ArrayCheckpoint(tmp_path).load() is None


def test_another_layout_is_named(tmp_path: Path) -> None:
    written(tmp_path / "state.npz", {"schema_version": 99}, x_x=np.zeros(1))
    with pytest.raises(SchemaVersionUnsupported, match="99"):
        ArrayCheckpoint(tmp_path).load()
