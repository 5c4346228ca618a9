"""Files are whole or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from isthmus.errors import StorageFull, StorageReadOnly
from isthmus.runtime import atomic_write, atomic_write_bytes
from isthmus.runtime.atomic import named_storage_error


def test_file_appears_whole(tmp_path: Path) -> None:
    with atomic_write(tmp_path / "a.txt") as handle:
        handle.write("naïve 臺\n")
        assert not (tmp_path / "a.txt").exists()
    assert (tmp_path / "a.txt").read_bytes() == "naïve 臺\n".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_failure_keeps_the_old_file(tmp_path: Path, failure: type[BaseException]) -> None:
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")

    def write_and_fail() -> None:
        with atomic_write_bytes(target) as handle:
            handle.write(b"new")
            raise failure

    with pytest.raises(failure):
        write_and_fail()
    assert target.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.bin"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, StorageFull), (errno.EROFS, StorageReadOnly), (errno.EACCES, StorageReadOnly)],
)
def test_storage_errors_have_names(number: int, expected: type[Exception], tmp_path: Path) -> None:
    error = named_storage_error(OSError(number, os.strerror(number)), tmp_path)
    assert isinstance(error, expected)
    assert str(tmp_path) in str(error)
