"""The only way in which output is written beside the user's files; what is theirs is never lost.

Output is written under a hidden name beside its place and gets its name in one step. Without
`replace` that step fails when the name is taken, also when it was taken a moment ago. With it a
file is replaced, and a folder only when everything in it is the product's own: the folders are
exchanged, what came out is looked at again, and anything foreign brings it back.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from isthmus.errors import IsthmusError, TargetExists
from isthmus.runtime import disk, litter
from isthmus.runtime.atomic import as_text, named_storage_error, storage_errors, write_whole
from isthmus.runtime.contents import Contents
from isthmus.runtime.targets import check_files, check_folder, refused_for

__all__ = ["publish_file", "publish_folder", "publish_ready", "publish_text", "working_folder"]


@contextlib.contextmanager
def publish_file(path: Path, *, replace: bool = False) -> Iterator[IO[bytes]]:
    """Open a temporary file beside `path` that becomes `path` when the block succeeds.

    On any failure, an interrupt included, `path` is as before and the temporary file is removed.

    Raises
    ------
    TargetExists, TargetRefused, NotFound
        As `check_files`, before the block and again before the file takes its name.
    StorageFull, StorageReadOnly, IsthmusError
        When the file cannot be written.
    """
    check_files([path], replace=replace)
    litter.sweep(path.parent)
    temporary = litter.temporary_name(path)
    try:
        with litter.held(temporary):
            with write_whole(temporary, locked=True) as handle:
                yield handle
            check_files([path], replace=replace)
            _take_name(temporary, path, replace=replace)
        disk.sync_folder(path.parent)
    except OSError as error:
        raise named_storage_error(error, path) from error
    finally:
        _drop(temporary)


def publish_ready(made: Path, path: Path, *, replace: bool = False) -> None:
    """Give a whole file that stands beside `path` the name `path`, in one step.

    Raises
    ------
    TargetExists, TargetRefused, NotFound
        As `check_files`; the file that was made stays.
    StorageFull, StorageReadOnly, IsthmusError
        When the file cannot be named.
    """
    check_files([path], replace=replace)
    try:
        disk.sync_file(made)
        _take_name(made, path, replace=replace)
        disk.sync_folder(path.parent)
    except OSError as error:
        raise named_storage_error(error, path) from error


@contextlib.contextmanager
def publish_text(path: Path, *, replace: bool = False) -> Iterator[IO[str]]:
    """Do as `publish_file`, for UTF-8 text with plain newlines."""
    with publish_file(path, replace=replace) as binary, as_text(binary) as text:
        yield text


@contextlib.contextmanager
def publish_folder(
    target: Path, *, contents: Contents | None = None, replace: bool = False
) -> Iterator[Path]:
    """Yield a temporary folder beside `target` that becomes `target` when the block succeeds.

    The staged files are flushed to the disk before the folder takes its name. A folder that is
    replaced is exchanged with the new one in one step where the system can (Linux, macOS);
    elsewhere it is set aside under a hidden name for a moment, from where the next publication,
    or ``isthmus data gc FOLDER``, puts it back after a kill.

    Parameters
    ----------
    target : Path
        The folder to make; its parents are created. An empty folder gives way.
    contents : Contents, optional
        What a folder that may be replaced holds.
    replace : bool
        Replace a folder that holds nothing else.

    Raises
    ------
    TargetExists, TargetRefused
        As `check_folder`, before the block and again when the folder takes its name.
    StorageFull, StorageReadOnly
        When the folder cannot be written; nothing half-written is left.
    """
    litter.sweep(target.parent)
    check_folder(target, contents=contents, replace=replace)
    with storage_errors(target), working_folder(target) as staging:
        yield staging
        disk.sync_tree(staging)
        check_folder(target, contents=contents, replace=replace)
        if replace and contents is not None and _holds_something(target):
            _exchange(staging, target, contents)
        else:
            _fill_place(staging, target)
        disk.sync_folder(target.parent)


@contextlib.contextmanager
def working_folder(target: Path) -> Iterator[Path]:
    """Yield a hidden folder beside `target`; what is left of it is removed at the end."""
    place = litter.temporary_name(target)
    try:
        disk.make_folder(target.parent)
        disk.make_folder(place)
        with litter.held(place), litter.locked(place):
            yield place
    finally:
        with contextlib.suppress(OSError):
            disk.remove_tree(place)


def _take_name(temporary: Path, path: Path, *, replace: bool) -> None:
    if replace:
        disk.rename(temporary, path)
        return
    try:
        disk.rename_new(temporary, path)
    except FileExistsError as error:
        raise _taken(path) from error


def _drop(temporary: Path) -> None:
    if temporary.exists():
        with contextlib.suppress(OSError):
            disk.unlink(temporary)


def _holds_something(target: Path) -> bool:
    return target.is_dir() and any(target.iterdir())


def _fill_place(staging: Path, target: Path) -> None:
    """Give `staging` the name `target`, which is free or an empty folder."""
    try:
        if target.is_dir():
            disk.remove_folder(target)
        disk.rename_new(staging, target)
    except OSError as error:
        if target.exists():
            raise _taken(target) from error
        raise


def _exchange(staging: Path, target: Path, contents: Contents) -> None:
    """Put `staging` in the place of `target`; what stood there goes if it is all ours."""
    new, old = (litter.temporary_name(target, litter.SWAPPED) for _ in range(2))
    with litter.held(new), litter.held(old):
        aside = _swap(staging, target, new, old)
        foreign = contents.foreign(aside) if _is_folder(aside) else [target.name]
        if foreign:
            _bring_back(target, aside)
        kept = litter.discard(aside, target, (contents,)) if os.path.lexists(aside) else None
    if foreign:
        raise refused_for(foreign, target, contents)
    if kept is not None:
        what = "files were put into the folder while it was replaced; they were kept"
        raise IsthmusError(what, where=str(kept))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not disk.is_link(path)


def _swap(staging: Path, target: Path, new: Path, old: Path) -> Path:
    """Give `staging` the name `target`, and return where that which had it stands: `new` or `old`.

    Both names say that what stands there may not be ours, and are treated so after a kill.
    """
    disk.rename(staging, new)
    try:
        if disk.exchange(new, target):
            return new
        disk.rename_new(target, old)
        try:
            disk.rename_new(new, target)
        except OSError:
            with contextlib.suppress(OSError):
                disk.rename_new(old, target)
            if old.exists():
                litter.bring_in_sight(old, target)
            raise
    except OSError as error:
        with contextlib.suppress(OSError):
            disk.remove_tree(new)
        if error.errno in {errno.ENOENT, errno.EEXIST}:
            raise IsthmusError(
                "the folder was moved or replaced while it was to be replaced",
                where=str(target),
                hint="what stands there stays; run the command again",
            ) from error
        raise
    return old


def _bring_back(target: Path, aside: Path) -> None:
    """Undo the replacement: the old folder returns to its place, the new one goes aside."""
    if disk.exchange(aside, target):
        return
    new = litter.temporary_name(target)
    disk.rename_new(target, new)
    disk.rename_new(aside, target)
    disk.rename_new(new, aside)


def _taken(target: Path) -> TargetExists:
    return TargetExists(
        "the output was made by someone else in the meantime",
        where=str(target),
        hint="it stays as it is; choose another name, or pass --force to replace it",
    )
