"""Converted world tables from anybody: types, shapes and texts are checked before use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from isthmus.errors import BadInput
from isthmus.sources.wiod import read_wiod


def table(**changes: Any) -> dict[str, Any]:
    """Two economies, one industry, one category."""
    arrays = {
        "Z": np.full((2, 2), 1.0),
        "Y": np.full((2, 2), 2.0),
        "x": np.full(2, 6.0),
        "va": np.full(2, 4.0),
        "countries": np.array(["AAA", "BBB"]),
        "industries": np.array(["C26"]),
        "fd_categories": np.array(["HFCE"]),
        "meta": np.array('{"year": 2014, "source": "a toy"}'),
    }
    return {k: v for k, v in {**arrays, **changes}.items() if v is not None}


def test_a_sound_table_is_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **table(taxes=np.ones(2), other_rows=np.ones((3, 2), np.int32)))
    read = read_wiod(tmp_path / "x.npz")
    assert (read.year, read.about, read.economies) == (2014, "a toy", ("AAA", "BBB"))
    assert read.other.tolist() == [4.0, 4.0]


@pytest.mark.once_broken("a stack for a damaged archive of arrays")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        *(({"meta": np.array(text)}, "meta") for text in ("[1]", "x", "1e400", "[" * 9_000, "")),
        ({"meta": np.array('{"year": null}')}, "meta: the year is None"),
        ({"meta": np.array('{"year": 1e400}')}, "meta"),
        ({"meta": np.array('{"year": 99999999999999999999}')}, "meta"),
        ({"meta": np.array(["a", "b"])}, "meta: has shape"),
        ({"meta": np.array(1.0)}, "meta: holds float64, not text"),
        ({"taxes": np.array(["a", "b"])}, "taxes: holds <U1, not real numbers"),
        ({"margins": np.ones(3)}, r"margins: has shape \(3,\), not \(2\)"),
        ({"other_rows": np.ones(2)}, "other_rows: has shape"),
        ({"rounding": np.ones((2, 1))}, "rounding: has shape"),
        ({"Z": np.ones((2, 2), complex)}, "Z: holds complex128, not real numbers"),
        ({"Z": np.array([["1", "2"], ["3", "4"]])}, "Z: holds <U1"),
        ({"Z": np.ones((2, 2), "M8[D]")}, "Z: holds"),
        ({"Z": np.full((2, 2), np.nan)}, "Z: holds numbers that are not finite"),
        ({"countries": np.array([1, 2])}, "countries: holds int64, not text"),
        ({"industry_names": np.array(["a", "b"])}, "industry_names: has shape"),
        ({"x": None, "va": None}, "x: array is missing"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **table(**changes))
    with pytest.raises(BadInput, match=words):
        read_wiod(tmp_path / "x.npz")
