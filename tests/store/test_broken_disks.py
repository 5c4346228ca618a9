"""Kills, full and read-only disks, and two writers at once: nothing lost, nothing half-written."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from store_helpers import failing, files, plan, record, result, rows

from isthmus.errors import StorageBusy, StorageFull, StorageReadOnly
from isthmus.runtime.disk import watched
from isthmus.runtime.lock import file_lock
from isthmus.store import Store, export_bundle, import_bundle
from isthmus.store.gc import collect
from isthmus.store.verify import verify

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent


def scratch(tmp_path: Path) -> Path:
    """Memory, where there is some: the order of steps is tested, not the speed of a disk."""
    shm = Path("/dev/shm")
    return shm / f"isthmus-{os.getpid()}-{tmp_path.name}" if os.access(shm, os.W_OK) else tmp_path


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    ("operation", "stride", "least"),
    [
        ("add", 1, 20),
        ("run", 1, 25),
        ("export", 1, 5),
        ("import", 1, 18),
        ("gc", 1, 15),
        ("rebuild", 1, 8),
        ("delete", 3, 15),
        ("ensemble", 5, 70),
    ],
)
def test_a_kill_at_every_change_of_the_disk(tmp_path, operation, stride, least):
    folder = scratch(tmp_path) / "work"
    try:
        done = subprocess.run(
            [sys.executable, str(HERE / "kill_driver.py"), operation, str(folder), str(stride)],
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
    finally:
        shutil.rmtree(folder.parent if folder.parent != tmp_path else folder, ignore_errors=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= least


def _add(base: Path) -> None:
    Store(base / "store").add(record("fresh"), rows(4.0))


def _run(base: Path) -> None:
    Store(base / "store").record_run(plan(k=2), result(3.0), timing={})


def _export(base: Path) -> None:
    export_bundle(Store(base / "store"), [], base / "out.zip")


def _import(base: Path) -> None:
    import_bundle(Store(base / "store"), base / "in.zip")


def _gc(base: Path) -> None:
    collect(Store(base / "store"), unused=True)


def _rebuild(base: Path) -> None:
    store = Store(base / "store")
    with store.writing():
        store.refresh(rebuild=True)


OPERATIONS: dict[str, Callable[[Path], None]] = {
    "add": _add, "run": _run, "export": _export, "import": _import, "gc": _gc, "rebuild": _rebuild,
}  # fmt: skip


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    ("code", "expected"), [(errno.ENOSPC, StorageFull), (errno.EROFS, StorageReadOnly)]
)
def test_every_refused_change_is_named_and_leaves_nothing_half(tmp_path, operation, code, expected):
    base = tmp_path / "base"
    store = Store(base / "store")
    for value in (1.0, 2.0):
        store.add(record("kept"), rows(value))
    store.record_run(plan(k=1), result(1.0), timing={})
    other = Store(base / "other")
    other.add(record("brought"), rows(7.0))
    export_bundle(other, [], base / "in.zip")
    kept = {k: v for k, v in files(base).items() if "index" not in k}
    refused = 0
    for step in range(200):
        trial = tmp_path / "trial"
        shutil.copytree(base, trial)
        seen: list[str] = []
        try:
            with watched(failing(step, code)), watched(lambda *change: seen.append(change[0])):  # noqa: B023
                OPERATIONS[operation](trial)
        except expected:
            refused += 1
        after = files(trial)
        assert verify(Store(trial / "store"))[1] == []
        assert not [name for name in after if ".tmp" in name or "/tmp/" in name]
        if operation != "gc":
            assert kept.items() <= after.items()
        shutil.rmtree(trial)
        if len(seen) < step:
            break
    assert refused >= 3
    assert len(seen) < step


def test_two_processes_adding_at_once(tmp_path):
    script = (
        f"import sys; sys.path.insert(0, {str(HERE)!r})\n"
        "from pathlib import Path\n"
        "from store_helpers import record, rows, plan, result\n"
        "from isthmus.store import Store\n"
        "store, who = Store(Path(sys.argv[1])), int(sys.argv[2])\n"
        "for n in range(6):\n"
        "    store.add(record('shared'), rows(float(n)))\n"
        "    store.add(record(f'own_{who}'), rows(float(n), float(who)))\n"
        "    store.record_run(plan(k=n, who=who), result(float(n)), timing={})\n"
    )
    path = tmp_path / "script.py"
    path.write_text(script)
    root = tmp_path / "store"
    writers = [subprocess.Popen([sys.executable, str(path), str(root), str(who)]) for who in (1, 2)]
    reader = Store(root)
    while any(w.poll() is None for w in writers):
        assert all(not e.fault for e in reader.datasets())
    assert [w.wait() for w in writers] == [0, 0]
    store = Store(root)
    assert len(store.datasets()) == 18
    assert len(store.runs()) == 12
    assert verify(store) == (30, [])
    for key in ("own_1", "own_2"):
        numbers = [e.manifest.sequence for e in store.datasets() if e.key == key and e.manifest]
        assert numbers == list(range(1, 7))
    # What both add is the newest version again each time: twelve adds, six contents.
    numbers = [e.manifest.sequence for e in store.datasets() if e.key == "shared" and e.manifest]
    assert len(set(numbers)) == 6
    assert 6 <= max(numbers) <= 12


def test_a_writer_that_waits_in_vain_is_told(tmp_path):
    store = Store(tmp_path / "store", wait=0.05)
    store.add(record(), rows(1.0))
    with file_lock(store.root / "writer.lock"), pytest.raises(StorageBusy):
        store.add(record(), rows(2.0))
    assert len(store.datasets()) == 1


IN_A_SMALL_MOUNT = """
import sys, subprocess
sys.path.insert(0, {here!r})
from pathlib import Path
from store_helpers import record, rows, result, plan, files
from isthmus.errors import StorageFull, StorageReadOnly
from isthmus.store import Store, export_bundle
from isthmus.store.verify import verify
mount = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(mount)], check=True)
store = Store(mount / "store")
first = store.add(record(), rows(1.0))
run = store.record_run(plan(k=1), result(1.0), timing={{}})
before = {{k for k in files(mount)}}
import numpy
big = rows(*numpy.random.default_rng(1).random(60000))
for attempt in (lambda: store.add(record(), big),
                lambda: store.record_run(plan(k=2), result(*big["value"]), timing={{}})):
    try:
        attempt()
    except StorageFull as error:
        assert str(mount) in error.where, error.where
    else:
        raise SystemExit("a full disk was not noticed")
    assert {{k for k in files(mount)}} == before, files(mount).keys()
    assert verify(store) == (2, []), verify(store)
(mount / "fill").write_bytes(b"x" * (200 << 10))
try:
    export_bundle(store, [], mount / "out.zip")
    store.add(record("b"), rows(*range(3000)))
except StorageFull:
    pass
(mount / "fill").unlink()
store.add(record(), rows(2.0))
subprocess.run(["mount", "-o", "remount,ro", str(mount)], check=True)
again = Store(mount / "store")
assert verify(again)[1] == []
assert again.table("toy")["value"].to_list() == [2.0]
assert again.result(run.id)["answer"].frame["value"].to_list() == [1.0]
for attempt in (lambda: again.add(record("c"), rows(1.0)), lambda: again.delete_run(run.id),
                lambda: again.record_run(plan(k=3), result(1.0), timing={{}})):
    try:
        attempt()
    except StorageReadOnly:
        pass
    else:
        raise SystemExit("a read-only disk was not noticed")
import os
os.environ["ISTHMUS_HOME"] = str(mount)
from isthmus.cli.root import main
assert main(["dependence", "DEU", "--on", "TWN", "--industry", "C26"]) == 0
print("all held")
"""


def test_a_really_full_and_a_really_read_only_mount(tmp_path):
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rm", "true"], check=False).returncode:
        pytest.skip("no mount namespaces here; the injected errors above cover the same")
    script, mount = tmp_path / "script.py", tmp_path / "mount"
    script.write_text(IN_A_SMALL_MOUNT.format(here=str(HERE)))
    mount.mkdir()
    done = subprocess.run(
        [unshare, "-rm", sys.executable, str(script), str(mount)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("all held\n")
    assert "run not kept" in done.stderr
