"""Files are whole or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from isthmus.errors import StorageFull, StorageReadOnly, TargetExists
from isthmus.runtime import atomic_write, atomic_write_bytes, publish_folder
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


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_interrupted_folder_leaves_nothing(tmp_path: Path, failure: type[BaseException]) -> None:
    def write_and_fail() -> None:
        with publish_folder(tmp_path / "out") as folder:
            (folder / "half").write_text("x")
            raise failure

    with pytest.raises(failure):
        write_and_fail()
    assert list(tmp_path.iterdir()) == []


def test_folder_is_replaced_only_on_request(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine.txt").write_text("precious")

    def publish(*, replace: bool) -> None:
        with publish_folder(target, replace=replace) as folder:
            (folder / "new.txt").write_text("new")

    with pytest.raises(TargetExists, match="already exists"):
        publish(replace=False)
    assert (target / "mine.txt").read_text() == "precious"
    publish(replace=True)
    assert [p.name for p in target.iterdir()] == ["new.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, StorageFull), (errno.EROFS, StorageReadOnly), (errno.EACCES, StorageReadOnly)],
)
def test_storage_errors_have_names(number: int, expected: type[Exception], tmp_path: Path) -> None:
    error = named_storage_error(OSError(number, os.strerror(number)), tmp_path)
    assert isinstance(error, expected)
    assert str(tmp_path) in str(error)
