"""Cancel token, progress, checkpoints, locks, shared arrays and the broken-disk cases."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from isthmus.errors import (
    Cancelled,
    SchemaVersionUnsupported,
    StorageBusy,
    StorageFull,
)
from isthmus.runtime import (
    CancelToken,
    Checkpoints,
    ProgressEvent,
    atomic_write,
    atomic_write_bytes,
    cancel_on_interrupt,
    terminal_progress,
)
from isthmus.runtime.disk import watched
from isthmus.runtime.lock import file_lock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_token_stops_with_its_first_reason():
    token = CancelToken()
    token.check()
    token.cancel("first")
    token.cancel("second")
    with pytest.raises(Cancelled, match="first"):
        token.check()


def test_ctrl_c_sets_the_token_and_a_second_one_interrupts():
    before = signal.getsignal(signal.SIGINT)
    with cancel_on_interrupt() as token:
        os.kill(os.getpid(), signal.SIGINT)
        assert token.cancelled
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_token_works_outside_the_main_thread():
    seen: list[bool] = []

    def work() -> None:
        with cancel_on_interrupt() as token:
            token.cancel()
            seen.append(token.cancelled)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [True]


def test_progress_is_silent_off_a_terminal_and_drawn_on_one():
    quiet = io.StringIO()
    with terminal_progress(quiet) as show:
        show(ProgressEvent("sampling", 1, 2))
    assert quiet.getvalue() == ""
    loud = Terminal()
    with terminal_progress(loud) as show:
        for n in range(3):
            show(ProgressEvent("sampling", n, 2))
    assert "sampling" in loud.getvalue()
    assert "2/2" in loud.getvalue()


def test_events_are_plain_values():
    event = ProgressEvent("sampling", 3, None, "samples", 1)
    assert json.loads(json.dumps(event.to_dict()))["done"] == 3


def test_checkpoints_ignore_damage_and_refuse_another_layout(tmp_path):
    kept = Checkpoints(tmp_path)
    kept.save(7, {"rows": 3})
    assert kept.load(7) == {"rows": 3}
    assert kept.load(8) is None
    file = tmp_path / "000007.json"
    entry = json.loads(file.read_text())
    for broken in ("", "{", "[]", json.dumps({**entry, "payload": {"rows": 4}})):
        file.write_text(broken)
        assert kept.load(7) is None
    file.write_text(json.dumps({**entry, "schema_version": 99}))
    with pytest.raises(SchemaVersionUnsupported, match="99"):
        kept.load(7)


def test_a_lock_is_held_once_and_freed_by_a_kill(tmp_path):
    path = tmp_path / "lock"
    with file_lock(path), pytest.raises(StorageBusy), file_lock(path, wait=0.05):
        pass
    with file_lock(path, wait=0.0):
        pass
    script = (
        "import sys, time; from pathlib import Path\n"
        "from isthmus.runtime.lock import file_lock\n"
        f"with file_lock(Path({str(path)!r})):\n"
        "    print('held', flush=True); time.sleep(60)\n"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(StorageBusy), file_lock(path, wait=0.05):
        pass
    holder.kill()
    holder.communicate()
    with file_lock(path, wait=5.0):
        pass


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def test_a_full_disk_keeps_its_name_through_a_library(tmp_path):
    frame = pl.DataFrame({"x": np.random.default_rng(1).random(1000)})
    for write in (frame.write_parquet, frame.write_csv):
        steps = iter(range(100))

        def full(operation: str, place: str) -> None:
            if operation == "write" and next(steps) == 0:  # noqa: B023
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), place)

        with (
            pytest.raises(StorageFull),
            watched(full),
            atomic_write_bytes(tmp_path / "x") as handle,
        ):
            write(handle)
    assert list(tmp_path.iterdir()) == []


def test_text_is_written_as_utf8_with_plain_newlines(tmp_path):
    with atomic_write(tmp_path / "t") as handle:
        handle.write("Zürich\n台灣\n")
    assert (tmp_path / "t").read_bytes() == "Zürich\n台灣\n".encode()
