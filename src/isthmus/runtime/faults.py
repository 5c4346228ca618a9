"""The last net of a face: what nobody foresaw becomes one named error, its details a file."""

from __future__ import annotations

import contextlib
import hashlib
import platform
import sys
import traceback
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from isthmus._version import __version__
from isthmus.errors import IsthmusError, Unforeseen
from isthmus.errors.system import named_system_error

FOLDER = "faults"
REPORT = "report it with this file and the command that you gave"
REPORT_WITHOUT = "report it with the command that you gave"
_FRAMES = 40
_LIBRARIES = ("numpy", "polars", "pydantic", "scipy")


def as_named(error: BaseException, folder: Path) -> IsthmusError:
    """Return any error as one with a name; the details of an unforeseen one go to a file.

    Faces call this for whatever leaves a command or a request. The file holds places in code,
    the kinds of the errors and versions of libraries; no message, argument or value, in which
    there could be data of the user. The same fault has the same file.

    Parameters
    ----------
    error : BaseException
        What was raised.
    folder : Path
        The store; where it cannot be written to, nothing is.
    """
    if isinstance(error, IsthmusError):
        return error
    if isinstance(error, MemoryError):
        hint = "close other programs or ask for fewer years"
        return IsthmusError("out of memory", hint=hint)
    if isinstance(error, OSError):
        return named_system_error(error)
    kind = type(error).__name__
    kept = _keep("\n".join(details(error)) + "\n", folder / FOLDER)
    return Unforeseen(
        f"something broke that nobody foresaw ({kind}): a fault of the program",
        where=str(kept) if kept else None,
        hint=REPORT if kept else REPORT_WITHOUT,
    )


def details(error: BaseException) -> Iterator[str]:
    """Yield the lines that a report needs: versions, kinds of errors, places in code."""
    yield f"isthmus {__version__}, Python {platform.python_version()}, {sys.platform}"
    for name in _LIBRARIES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            yield f"{name} {metadata.version(name)}"
    for cause in _causes(error):
        yield f"\n{type(cause).__module__}.{type(cause).__qualname__}"
        for frame in traceback.extract_tb(cause.__traceback__, limit=-_FRAMES):
            yield f"  {_inside(frame.filename)}:{frame.lineno} {frame.name}"


def let_go(error: BaseException) -> None:
    """Let go of what the functions held that an error left; the error keeps its places in code.

    An error holds the frames of these functions, and they often hold it: what they worked on would
    stay until circles are looked for, which is rare where little else is made.
    """
    for cause in _causes(error):
        traceback.clear_frames(cause.__traceback__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those behind it, each once."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__


def _inside(filename: str) -> str:
    """Return a file of code by its package, without the folders of the user's machine."""
    parts = Path(filename).parts
    for place in ("isthmus", "site-packages"):
        if place in parts:
            start = len(parts) - 1 - parts[::-1].index(place)
            return "/".join(parts[start + (place == "site-packages") :])
    return parts[-1] if parts else filename


def _keep(text: str, folder: Path) -> Path | None:
    path = folder / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except (OSError, ValueError):
        return None
    return path
