"""Names for what the operating system refuses."""

from __future__ import annotations

import errno
import os

from isthmus.errors.base import BadInput, IsthmusError, NotFound

_ABSENT = {errno.ENOENT, errno.ENOTDIR}
_READING = {
    errno.EISDIR: ("is a folder", "name a file"),
    errno.EACCES: ("may not be read", "change its permissions"),
    errno.EPERM: ("may not be read", "change its permissions"),
    errno.ENAMETOOLONG: ("has too long a name", "choose a shorter name"),
    errno.ELOOP: ("is a circle of links", "name the file itself"),
    errno.EMFILE: ("cannot be opened: too many files are open", "raise the limit (ulimit -n)"),
}


class SystemRefused(IsthmusError):
    """The operating system refused something for a reason that no other error names."""


def named_read_error(
    error: OSError | ValueError, path: object, *, what: str = "file", hint: str = ""
) -> IsthmusError:
    """Translate what opening or reading a file raised into an error that names it.

    Parameters
    ----------
    error : OSError or ValueError
        ValueError for names that no file can have.
    path : path or str
        The file.
    what : str
        What it was to be: "study file".
    hint : str
        How to mend it where there is no such file.
    """
    where = printable(path)
    if not isinstance(error, OSError):
        return BadInput(f"no {what} can have this name", where=where, hint="check the name")
    if error.errno in _ABSENT:
        return NotFound(f"there is no such {what}", where=where, hint=hint or "check the path")
    words, mend = _READING.get(error.errno or 0, (f"cannot be read: {error.strerror or error}", ""))
    return BadInput(f"the {what} {words}", where=where, hint=mend or None)


def named_system_error(error: OSError) -> IsthmusError:
    """Translate an `OSError` that nobody nearer to its cause has named."""
    where = printable(error.filename) if error.filename is not None else None
    hint = {
        errno.ENOSPC: "free some space",
        errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
        errno.EMFILE: "raise the limit on open files (ulimit -n)",
        errno.ENAMETOOLONG: "choose a shorter name",
    }.get(error.errno or 0)
    words = error.strerror or str(error) or type(error).__name__
    return SystemRefused(f"the system refused: {words}", where=where, hint=hint)


def printable(path: object) -> str:
    """Return a path as text that every stream can take."""
    text = os.fsdecode(path) if isinstance(path, bytes | str | os.PathLike) else str(path)
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
