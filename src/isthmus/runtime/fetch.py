"""Files from publishers' servers: resumed, checked, and whole before they get their name."""

from __future__ import annotations

import hashlib
import http.client
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from isthmus.errors import NetworkFailed, SourceRefused, StorageBusy
from isthmus.runtime import disk, reading
from isthmus.runtime.answers import (
    Again,
    NotAsked,
    RemoteFile,
    Restart,
    check_form,
    length,
    opened,
    words,
)
from isthmus.runtime.atomic import atomic_write, named_storage_error
from isthmus.runtime.cancel import CancelToken
from isthmus.runtime.canonical import canonical_json
from isthmus.runtime.progress import Progress, ProgressEvent, silent
from isthmus.runtime.publish import publish_ready
from isthmus.runtime.targets import check_files

__all__ = ["Fetched", "Patience", "RemoteFile", "fetch", "size_of"]

Got = TypeVar("Got")

CHUNK = 1 << 16
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+)")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server is waited for.

    Parameters
    ----------
    tries : int
        Tries in a row that bring nothing, after which the download ends.
    first, longest : float
        Seconds before the second try, doubled each time, and the most of them.
    asked : float
        The most seconds that a server may ask for (``Retry-After``).
    silence : float
        Seconds without a byte, after which a connection counts as broken.
    least : int
        Bytes that have to come within that time.
    sleep : callable
        Waits.
    """

    tries: int = 6
    first: float = 1.0
    longest: float = 60.0
    asked: float = 300.0
    silence: float = 30.0
    least: int = 1024
    sleep: Callable[[float], None] = time.sleep

    def pause(self, failed: int) -> float:
        """Return the seconds to wait after a number of tries in a row."""
        return float(min(self.first * 2.0 ** (failed - 1), self.longest))


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came whole.

    Parameters
    ----------
    path : Path
        Where it is.
    size : int
        Bytes.
    sha256 : str
        Checksum of what came.
    kept : int
        Bytes that were kept from an earlier start.
    """

    path: Path
    size: int
    sha256: str
    kept: int = 0


def size_of(asked: RemoteFile, patience: Patience | None = None) -> int | None:
    """Return the bytes that a server promises for a file; None where it does not say.

    Raises
    ------
    NetworkFailed, SourceRefused
        As `fetch`.
    """
    patience = patience or Patience()

    def once() -> int | None:
        try:
            answer = opened(asked, {}, patience.silence, method="HEAD")
        except NotAsked:
            return None
        with answer:
            check_form(asked, answer.headers, b"")
            return length(answer.headers)

    return _patiently(asked, once, patience, lambda: 0)


def fetch(
    asked: RemoteFile,
    target: Path,
    *,
    replace: bool = False,
    patience: Patience | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Fetched:
    """Bring a file; it gets its name once it is whole and has its checksum.

    What came before a connection broke, or before Ctrl-C, stays under a hidden name beside the
    target, and the next call goes on from there, unless the file on the server changed.

    Parameters
    ----------
    asked : RemoteFile
        The file.
    target : Path
        Its name here.
    replace : bool
        Replace what stands there.
    patience : Patience, optional
        How long the server is waited for.
    progress, cancel
        Told about, and asked, with every piece that comes.

    Raises
    ------
    NetworkFailed
        When the server cannot be reached or breaks off each time, or asks to wait for longer than
        `Patience.asked`.
    SourceRefused
        When it answers with a page or an error, without the file, or with another checksum.
    TargetExists, TargetRefused, NotFound, StorageFull, StorageReadOnly, StorageBusy, Cancelled
        When the file cannot be written, or another process brings it.
    """
    check_files([target], replace=replace)
    patience = patience or Patience()
    part = _Part(target, asked)
    try:
        with part.open() as handle:
            kept = part.kept(handle)
            _patiently(
                asked,
                lambda: _bring(asked, part, handle, patience, progress, cancel, kept),
                patience,
                lambda: handle.seek(0, 2),
                cancel,
            )
            size = handle.seek(0, 2)
            found = _sha256(handle)
        if asked.sha256 and found != asked.sha256.lower():
            part.drop()
            raise SourceRefused(
                f"the file has the checksum {found}, not {asked.sha256} as its publisher states",
                where=asked.address,
                hint="nothing of it was kept; try again, or look whether the publisher changed it",
            )
        publish_ready(part.path, target, replace=replace)
        part.drop()
    except OSError as error:
        raise named_storage_error(error, target) from error
    finally:
        part.drop_empty()
    return Fetched(target, size, found, kept)


class _Part:
    """What came of a file so far, under a hidden name, and which file it is a part of."""

    def __init__(self, target: Path, asked: RemoteFile) -> None:
        self.path = target.with_name(f".{target.name}.isthmus-part")
        self.about = target.with_name(f".{target.name}.isthmus-part.json")
        self.asked = asked
        self.named = target.name

    def open(self) -> BinaryIO:
        if self.path.exists() and disk.is_locked(self.path):
            raise StorageBusy(
                "another process brings this file", where=str(self.path), hint="wait for it"
            )
        handle = cast("BinaryIO", self.path.open("a+b"))
        disk.lock(handle.fileno())
        return handle

    def kept(self, handle: BinaryIO) -> int:
        """Return how much is there of the file that is asked for; anything else goes."""
        if self.validator():
            return handle.seek(0, 2)
        handle.truncate(0)
        return 0

    def validator(self) -> str:
        """Return by what the server tells this state of the file from another."""
        try:
            about = reading.read_json(self.about, what="note on a download")
        except Exception:  # noqa: BLE001 - a note that cannot be read counts as none
            return ""
        same = isinstance(about, dict) and about.get("address") == self.asked.address
        return str(about.get("validator") or "") if same else ""

    def note(self, headers: Any) -> None:
        """Keep what tells this state of the file from another."""
        tag = headers.get("ETag", "")
        strong = tag if tag and not tag.startswith("W/") else headers.get("Last-Modified", "")
        content = {"address": self.asked.address, "validator": strong}
        with atomic_write(self.about) as handle:
            handle.write(canonical_json(content))

    def drop_empty(self) -> None:
        if self.path.exists() and not self.path.stat().st_size:
            self.drop()

    def drop(self) -> None:
        self.path.unlink(missing_ok=True)
        self.about.unlink(missing_ok=True)


def _patiently(
    asked: RemoteFile,
    once: Callable[[], Got],
    patience: Patience,
    have: Callable[[], int],
    cancel: CancelToken | None = None,
) -> Got:
    """Try until it is done, or as many tries in a row brought nothing."""
    failed = 0
    while True:
        before = have()
        try:
            return once()
        except Again as error:
            failed = 1 if have() > before else failed + 1
            wait = patience.pause(failed) if error.after is None else error.after
            late = wait > patience.asked
            if late or failed >= patience.tries:
                hint = f"it asks to wait for {wait:.0f} seconds" if late else "try again later"
                kept = have()
                more = f"; {kept:,} bytes are kept and need not come again" if kept else ""
                raise NetworkFailed(
                    f"the server did not give the file: {error}",
                    where=asked.address,
                    hint=hint + more,
                ) from None
            _wait(wait, patience, cancel)


def _wait(seconds: float, patience: Patience, cancel: CancelToken | None) -> None:
    """Wait; no longer than a second once it is to stop."""
    if cancel is None:
        patience.sleep(seconds)
        return
    while seconds > 0:
        cancel.check()
        patience.sleep(min(seconds, 1.0))
        seconds -= 1.0
    cancel.check()


def _bring(
    asked: RemoteFile,
    part: _Part,
    handle: BinaryIO,
    patience: Patience,
    progress: Progress,
    cancel: CancelToken | None,
    kept: int,
) -> None:
    """Bring what is not there yet."""
    have = handle.seek(0, 2)
    validator = part.validator() if have else ""
    headers = {"Range": f"bytes={have}-", "If-Range": validator} if validator else {}
    try:
        answer = opened(asked, headers, patience.silence)
    except Restart:
        handle.truncate(0)
        raise
    with answer:
        start, total = _place(answer, have if headers else 0)
        piece = _piece(answer)
        check_form(asked, answer.headers, b"" if start else piece)
        if start == 0:
            handle.truncate(0)
            part.note(answer.headers)
        done, since, clock = start, start, time.monotonic()
        while piece:
            handle.write(piece)
            handle.flush()
            done += len(piece)
            progress(ProgressEvent(part.named, done, total, "bytes", min(kept, done)))
            if cancel is not None:
                cancel.check()
            now = time.monotonic()
            if now - clock > patience.silence:
                if done - since < patience.least:
                    raise Again(f"it is too slow: {done - since} bytes in {now - clock:.0f} s")
                since, clock = done, now
            piece = _piece(answer)
    if total is not None and done != total:
        if done > total:
            handle.truncate(0)
        raise Again(f"it sent {done:,} of {total:,} bytes")


def _place(answer: Any, have: int) -> tuple[int, int | None]:
    """Return where in the file an answer begins, and how long the file is."""
    if answer.status != http.client.PARTIAL_CONTENT:
        return 0, length(answer.headers)
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", "").strip())
    if found is None or int(found[1]) != have:
        raise Again("it sent another part than was asked for")
    return have, int(found[2])


def _piece(answer: Any) -> bytes:
    try:
        return bytes(answer.read1(CHUNK))
    except (OSError, http.client.HTTPException) as error:
        raise Again(f"the connection broke: {words(error)}") from None


def _sha256(handle: BinaryIO) -> str:
    handle.seek(0)
    found = hashlib.sha256()
    while piece := handle.read(1 << 20):
        found.update(piece)
    return found.hexdigest()
