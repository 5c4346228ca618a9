"""What may be written to: checked before anything is computed, so that no work is in vain."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from isthmus.errors import (
    BadInput,
    InputProblem,
    IsthmusError,
    NotFound,
    StorageReadOnly,
    TargetExists,
    TargetRefused,
)
from isthmus.runtime import disk
from isthmus.runtime.atomic import named_storage_error
from isthmus.runtime.contents import Contents

_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)
_SYSTEM = ("/dev", "/proc", "/sys")
_MEMORY = ("/dev/shm", "/dev/mqueue")  # noqa: S108 - named to be let through, not to be used
_SHOWN = 20


def check_files(paths: Sequence[Path], *, replace: bool = False) -> None:
    """Raise unless every path can become a file; all problems at once.

    A symbolic link is not followed: its name is refused, and its target may be named instead.
    Links among the folders above it are followed.

    Raises
    ------
    TargetExists
        When there is a file and `replace` is False.
    TargetRefused
        When there is something that no file replaces: a folder, a link, a device, a pipe, a
        socket; or when the path lies among the system's devices.
    NotFound, StorageReadOnly
        When its folder is missing or cannot be written to.
    """
    problems = [error for path in paths if (error := _file_problem(path, replace)) is not None]
    names = [os.path.join(os.path.realpath(path.parent), path.name) for path in paths]  # noqa: PTH118
    doubled = sorted({name for name in names if names.count(name) > 1})
    problems += [TargetRefused("two outputs have the same name", where=name) for name in doubled]
    if len(problems) == 1:
        raise problems[0]
    if problems:
        listed = [InputProblem(e.what, e.where or "", e.hint or "") for e in problems]
        raise BadInput("these outputs cannot be written", listed)


def check_folder(path: Path, *, contents: Contents | None = None, replace: bool = False) -> None:
    """Raise unless `path` can become a folder of output.

    Parameters
    ----------
    path : Path
        The folder; missing folders above it are made later.
    contents : Contents, optional
        What a folder that may be replaced holds; without it none is ever replaced.
    replace : bool
        Whether a folder that holds nothing but such contents may be replaced.

    Raises
    ------
    TargetExists
        When there is a folder that is not empty, and it may not be replaced.
    TargetRefused
        When it holds anything that is not the product's own; names it. Also when there is a file,
        a link, a device, a pipe or a socket, or no name.
    StorageReadOnly
        When its place cannot be written to.
    """
    error = _place_problem(path, parents=True) or _folder_problem(path, contents, replace)
    if error is not None:
        raise error


def _file_problem(path: Path, replace: bool) -> IsthmusError | None:
    if (error := _place_problem(path, parents=False)) is not None:
        return error
    mode = _mode(path)
    if mode is None:
        return None
    if stat.S_ISDIR(mode):
        return TargetRefused("the output is a folder", where=str(path), hint="name a file")
    if not replace:
        return TargetExists(
            "the output already exists",
            where=str(path),
            hint="choose another file, or pass --force to replace it",
        )
    return None


def _folder_problem(path: Path, contents: Contents | None, replace: bool) -> IsthmusError | None:
    mode = _mode(path)
    if mode is None:
        return None
    if not stat.S_ISDIR(mode):
        what = "the output is a file, and a folder does not replace it"
        return TargetRefused(what, where=str(path), hint="choose another folder")
    try:
        if not any(path.iterdir()):
            return None
    except OSError as error:
        return named_storage_error(error, path)
    if contents is None:
        hint = "choose another folder"
        return TargetExists("the output already exists", where=str(path), hint=hint)
    foreign = contents.foreign(path)
    if replace:
        return refused_for(foreign, path, contents) if foreign else None
    hint = "choose another folder"
    hint += f": it holds {_named(foreign)}" if foreign else ", or pass --force to replace it"
    return TargetExists("the output already exists", where=str(path), hint=hint)


def refused_for(foreign: Sequence[str], path: Path, contents: Contents) -> TargetRefused:
    """Return the error for a folder with files that are not the product's own."""
    return TargetRefused(
        f"the folder holds what is not part of a {contents.name}: {_named(foreign)}",
        where=str(path),
        hint="it stays as it is, with or without --force; choose another folder, or move the files",
    )


def _named(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _place_problem(path: Path, *, parents: bool) -> IsthmusError | None:
    """Return what is wrong with the name, its folder, or what has the name now."""
    if path.name in {"", ".."}:
        return TargetRefused("the output has no name of its own", where=str(path))
    try:
        mode = _mode(path)
        above = _nearest(path.parent) if parents else path.parent
        if mode is None and not above.is_dir():
            what = "above the output stands a file" if above.exists() else "there is no such folder"
            return NotFound(what, where=str(above), hint="make it first, or choose another")
    except OSError as error:
        return named_storage_error(error, path)
    except ValueError as error:
        return TargetRefused(f"the output cannot have this name: {error}", where=repr(str(path)))
    if (kind := special_kind(path, mode)) is not None:
        return TargetRefused(
            f"the output is {kind}, which is never replaced",
            where=str(path),
            hint="name a regular file, --force or not; print to the screen by leaving --out away",
        )
    if not os.access(above, os.W_OK):
        hint = "choose another folder, or change its permissions"
        return StorageReadOnly("the folder cannot be written to", where=str(above), hint=hint)
    return None


def special_kind(path: Path, mode: int | None = None) -> str | None:
    """Say what `path` is when it is neither a regular file, nor a folder, nor missing."""
    if disk.is_link(path):
        with_target = f"a symbolic link to {os.path.realpath(path)}"
        return with_target if mode is None or stat.S_ISLNK(mode) else "a junction"
    for fits, name in _KINDS:
        if mode is not None and fits(mode):
            return name
    place = os.path.realpath(path.parent)
    inside = any(place == top or place.startswith(f"{top}/") for top in _SYSTEM)
    if inside and not any(place == top or place.startswith(f"{top}/") for top in _MEMORY):
        return "among the system's devices"
    if os.name == "nt" and path.stem.upper() in {"CON", "PRN", "AUX", "NUL"}:
        return "a device"
    return None


def _mode(path: Path) -> int | None:
    """Return the type and permissions of what has this name, links unfollowed; None if nothing."""
    try:
        return os.lstat(path).st_mode
    except OSError as error:
        if error.errno in {errno.ENOENT, errno.ENOTDIR}:
            return None
        raise


def _nearest(folder: Path) -> Path:
    """Return the nearest folder above that exists."""
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    return folder
