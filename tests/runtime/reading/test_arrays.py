"""Archives of arrays: names, types and sizes are told before anything is loaded."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from isthmus.errors import BadInput, NotFound
from isthmus.runtime.reading import ArrayArchive, Unreadable


def written(path: Path, **arrays: object) -> Path:
    np.savez(path, **arrays)
    return path


def test_forms_and_contents_come_back(tmp_path: Path) -> None:
    path = written(tmp_path / "x.npz", a=np.arange(6.0).reshape(2, 3), b=np.array("text"))
    with ArrayArchive(path) as archive:
        assert archive.forms["a"].shape == (2, 3)
        assert archive.forms["a"].numbers
        assert archive.forms["b"].text
        assert archive.forms["b"].size == 1
        assert archive.read("a").tolist() == [[0, 1, 2], [3, 4, 5]]
        with pytest.raises(Unreadable):
            archive.read("c")


def test_objects_are_never_loaded(tmp_path: Path) -> None:
    path = written(tmp_path / "x.npz", a=np.array([print], dtype=object))
    with pytest.raises(Unreadable, match="Python objects"):
        ArrayArchive(path)


def header(shape: str) -> bytes:
    text = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize(
    "member",
    [
        b"",
        b"\x93NUMPY\x09\x00",
        header("(10000000000, 10000000000)"),
        header("(-1,)"),
        header("(2,)"),
        header("((((((((((2,)"),
        header("'x'"),
        header("(" * 5_000),
        b"\x93NUMPY\x01\x00" + struct.pack("<H", 9) + b"\xff" * 9,
    ],
)
def test_headers_that_lie_are_named_before_memory_is_taken(member: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.npy", member)
    with pytest.raises(Unreadable, match=r"a: "):
        ArrayArchive(path)


@pytest.mark.parametrize("place", [(4, 6), (6, 8), (8, 10)], ids=["version", "flags", "method"])
def test_unknown_zip_features_are_named(place: tuple[int, int], tmp_path: Path) -> None:
    path = written(tmp_path / "x.npz", a=np.arange(3.0))
    content = bytearray(path.read_bytes())
    entry = content.index(b"PK\x01\x02")
    start, stop = place
    content[start:stop] = b"\x63\x00"
    content[entry + 2 + start : entry + 2 + stop] = b"\x63\x00"
    path.write_bytes(content)
    with pytest.raises(Unreadable), ArrayArchive(path) as archive:
        archive.read("a")


def test_what_is_no_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    buffer = io.BytesIO()
    np.save(buffer, np.arange(3))
    for content in (b"", b"PK\x03\x04", buffer.getvalue()):
        path.write_bytes(content)
        with pytest.raises(Unreadable):
            ArrayArchive(path)
    with pytest.raises(NotFound):
        ArrayArchive(tmp_path / "none.npz")
    with pytest.raises(BadInput, match="folder"):
        ArrayArchive(tmp_path)
