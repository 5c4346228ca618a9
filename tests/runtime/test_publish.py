"""Output beside the user's files: whole or not there, and nothing of theirs is ever lost."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import (
    BadInput,
    IsthmusError,
    NotFound,
    StorageFull,
    StorageReadOnly,
    TargetExists,
    TargetRefused,
)
from isthmus.runtime import (
    check_files,
    check_folder,
    disk,
    litter,
    publish_file,
    publish_folder,
    publish_text,
    write_bytes,
)
from isthmus.runtime import contents as contents_module
from isthmus.runtime.contents import DOSSIER, Contents

PAIR = Contents("pair", mark="a", keys=("k",), pages=("a", "b"), companions=("more/*.csv",))
OLD, NEW = {"a": b'{"k": 1}'}, {"a": b'{"k": 2}', "b": b"more of it"}
posix = pytest.mark.skipif(os.name == "nt", reason="names and signals of POSIX")


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def fill(folder: Path, content: dict[str, bytes]) -> Path:
    for name, data in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def write_pair(target: Path, content: dict[str, bytes] = NEW) -> None:
    with publish_folder(target, contents=PAIR, replace=True) as staging:
        for name, data in content.items():
            write_bytes(staging / name, data)


def without_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the file system offer neither an exchange nor a rename that keeps what is there."""
    monkeypatch.setattr(disk, "_native_rename", lambda *_, **__: False)


@pytest.fixture(params=["flags", "no flags"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "no flags":
        without_flags(monkeypatch)
    return request.param


# One call per platform


class Library:
    """A C library that writes down what is called."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []

    def renameat2(self, *words: object) -> int:
        self.calls.append(("renameat2", *words))
        return 0

    def renamex_np(self, *words: object) -> int:
        self.calls.append(("renamex_np", *words))
        return 0


@pytest.mark.parametrize(
    ("platform", "new", "swap"),
    [
        (
            "linux",
            ("renameat2", -100, b"one", -100, b"two", 1),  # AT_FDCWD, RENAME_NOREPLACE
            ("renameat2", -100, b"one", -100, b"two", 2),  # RENAME_EXCHANGE
        ),
        (
            "darwin",
            ("renamex_np", b"one", b"two", 4),  # RENAME_EXCL
            ("renamex_np", b"one", b"two", 2),  # RENAME_SWAP
        ),
    ],
)
def test_the_call_of_the_platform(monkeypatch, platform, new, swap):
    library = Library()
    monkeypatch.setattr(disk, "sys", SimpleNamespace(platform=platform))
    monkeypatch.setattr(disk.ctypes, "CDLL", lambda *_, **__: library)
    disk.rename_new(Path("one"), Path("two"))
    assert disk.exchange(Path("one"), Path("two"))
    assert library.calls == [new, swap]


def test_windows_renames_with_the_call_that_never_replaces(monkeypatch, tmp_path):
    """`os.rename` there is MoveFileExW without MOVEFILE_REPLACE_EXISTING; `os.replace` is not."""
    monkeypatch.setattr(disk, "sys", SimpleNamespace(platform="win32"))
    called = []
    monkeypatch.setattr(Path, "rename", lambda self, target: called.append((self, target)))
    monkeypatch.setattr(os, "replace", lambda *_: pytest.fail("replaces"))
    disk.rename_new(tmp_path / "one", tmp_path / "two")
    assert called == [(tmp_path / "one", tmp_path / "two")]
    assert not disk.exchange(tmp_path / "one", tmp_path / "two")


@pytest.mark.parametrize("taken", ["file", "folder", "empty folder", "link", "pipe"])
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_name_that_is_taken_stays(tmp_path, system, what, taken):
    source, target = tmp_path / "source", tmp_path / "target"
    if what == "file":
        source.write_bytes(b"new")
    else:
        fill(source, NEW)
    make_special(target, taken)
    before = (os.lstat(target).st_ino, files(tmp_path))
    with pytest.raises(FileExistsError):
        disk.rename_new(source, target)
    assert (os.lstat(target).st_ino, files(tmp_path)) == before


def make_special(path: Path, kind: str) -> None:
    """Make something at `path`: a file, a folder, a link, a pipe, a socket."""
    if kind == "file":
        path.write_bytes(b"mine")
    elif kind == "folder":
        fill(path, {"mine": b"mine"})
    elif kind == "empty folder":
        path.mkdir()
    elif kind == "link":
        path.with_name("elsewhere").write_bytes(b"elsewhere")
        path.symlink_to(path.with_name("elsewhere"))
    elif kind == "broken link":
        path.symlink_to(path.with_name("nowhere"))
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(os.path.relpath(path))


def test_where_there_are_no_links_either_an_exclusive_file_holds_the_name(tmp_path, monkeypatch):
    without_flags(monkeypatch)

    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "one").write_bytes(b"1")
    disk.rename_new(tmp_path / "one", tmp_path / "two")
    assert files(tmp_path) == {"two": b"1"}
    (tmp_path / "three").write_bytes(b"3")
    with pytest.raises(FileExistsError):
        disk.rename_new(tmp_path / "three", tmp_path / "two")
    assert files(tmp_path) == {"two": b"1", "three": b"3"}


# Files


def test_a_file_is_replaced_only_on_request(tmp_path, system):
    target = tmp_path / "a.txt"
    with publish_text(target) as handle:
        handle.write("one\n")
        assert not target.exists()
    with pytest.raises(TargetExists, match="already exists"), publish_text(target) as handle:
        pytest.fail("the block must not run")
    with publish_text(target, replace=True) as handle:
        handle.write("臺\n")
    assert files(tmp_path) == {"a.txt": "臺\n".encode()}


def test_a_file_made_in_the_meantime_stays(tmp_path, system):
    target = tmp_path / "a.txt"

    def write() -> None:
        with publish_file(target) as handle:
            handle.write(b"new")
            target.write_bytes(b"mine")

    with pytest.raises(TargetExists):
        write()
    assert files(tmp_path) == {"a.txt": b"mine"}


def test_a_file_made_in_the_very_last_moment_stays(tmp_path, system):
    target = tmp_path / "a.txt"

    def late(operation: str, place: str) -> None:
        if operation == "rename":
            target.write_bytes(b"mine")

    with pytest.raises(TargetExists), disk.watched(late), publish_file(target) as handle:
        handle.write(b"new")
    assert files(tmp_path) == {"a.txt": b"mine"}


@posix
@pytest.mark.parametrize("replace", [False, True])
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("folder", "is a folder"),
        ("link", "symbolic link"),
        ("broken link", "symbolic link"),
        ("pipe", "named pipe"),
        ("socket", "socket"),
    ],
)
def test_what_is_no_file_is_refused_and_stays(tmp_path, monkeypatch, kind, said, replace):
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "out.csv"
    make_special(target, kind)
    before = (os.lstat(target).st_mode, os.lstat(target).st_ino)
    with pytest.raises(TargetRefused, match=said), publish_file(target, replace=replace):
        pytest.fail("the block must not run")
    if kind != "folder":
        with pytest.raises(TargetRefused), publish_folder(target, contents=PAIR, replace=replace):
            pytest.fail("the block must not run")
    assert (os.lstat(target).st_mode, os.lstat(target).st_ino) == before


@posix
@pytest.mark.parametrize("name", ["/dev/null", "/dev/stdout", "/dev/new.csv", "/dev/fd/1"])
@pytest.mark.parametrize("replace", [False, True])
def test_devices_are_refused(name, replace):
    for check in (lambda p: check_files([p], replace=replace), check_folder):
        with pytest.raises((TargetRefused, NotFound)):
            check(Path(name))


@posix
def test_a_link_above_the_file_is_followed(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "way").symlink_to(tmp_path / "real")
    with publish_text(tmp_path / "way" / "a.txt") as handle:
        handle.write("1")
    assert files(tmp_path / "real") == {"a.txt": b"1"}


@pytest.mark.once_broken("a stack for an output without a name")
@pytest.mark.parametrize("name", [".", "..", "/", "x/.."])
def test_a_path_without_a_name_is_refused(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    for check in (check_folder, lambda path: check_files([path])):
        with pytest.raises(TargetRefused):
            check(Path(name))


def test_all_problems_at_once(tmp_path):
    (tmp_path / "there").write_bytes(b"")
    wanted = [tmp_path / "there", tmp_path / "none" / "x", tmp_path / "x", tmp_path / "x"]
    with pytest.raises(BadInput) as caught:
        check_files(wanted)
    said = str(caught.value)
    assert len(caught.value.problems) == 3
    assert "already exists" in said
    assert "no such folder" in said
    assert "same name" in said
    (tmp_path / "way").symlink_to(tmp_path)
    with pytest.raises(TargetRefused, match="same name"):
        check_files([tmp_path / "x", tmp_path / "way" / "x"])


def test_a_folder_that_cannot_be_written_to_is_named_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(StorageReadOnly):
        check_files([tmp_path / "x"])
    with pytest.raises(StorageReadOnly):
        check_folder(tmp_path / "x")


def test_long_names_have_temporaries_that_fit(tmp_path):
    target = tmp_path / ("臺" * 80)
    with publish_text(target) as handle:
        handle.write("1")
    assert [p.name for p in tmp_path.iterdir()] == [target.name]


# Folders


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_an_interrupted_folder_leaves_nothing(tmp_path, failure):
    def write_and_fail() -> None:
        with publish_folder(tmp_path / "out") as folder:
            (folder / "half").write_text("x")
            raise failure

    with pytest.raises(failure):
        write_and_fail()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_ones_own_kind_is_replaced_on_request(tmp_path, system):
    target = fill(tmp_path / "out", OLD)
    with pytest.raises(TargetExists, match="already exists"):
        check_folder(target, contents=PAIR)
    write_pair(target)
    assert files(tmp_path) == {f"out/{name}": data for name, data in NEW.items()}
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_gives_way(tmp_path, system):
    (tmp_path / "out").mkdir()
    with publish_folder(tmp_path / "out") as staging:
        write_bytes(staging / "a", b"1")
    assert files(tmp_path) == {"out/a": b"1"}


@pytest.mark.parametrize(
    "foreign",
    [
        {"thesis.docx": b"years"},
        {"sub/photo.jpg": b"holiday"},
        {".hidden": b"x"},
        {"more/mine.csv": b"x"},
        {"a/b": b"x"},
        {"c": b""},
    ],
)
def test_a_folder_with_anything_else_is_refused_before_the_work(tmp_path, foreign):
    target = fill(tmp_path / "out", foreign if "a/b" in foreign else {**OLD, **foreign})
    before = files(tmp_path)
    for replace in (True, False):
        with pytest.raises((TargetRefused, TargetExists)) as caught:
            check_folder(target, contents=PAIR, replace=replace)
        assert next(iter(foreign)).split("/")[0] in str(caught.value)
    with pytest.raises(TargetRefused):
        write_pair(target)
    assert files(tmp_path) == before


@pytest.mark.parametrize("mark", [b"", b"[]", b'{"other": 1}', b"\xff", b"[" * 100_000, b'"k"'])
def test_a_folder_without_its_mark_is_nobodys(tmp_path, mark):
    target = fill(tmp_path / "out", {"a": mark, "b": b"mine"})
    with pytest.raises(TargetRefused):
        write_pair(target)
    assert files(target) == {"a": mark, "b": b"mine"}


def test_an_empty_subfolder_and_a_link_are_foreign(tmp_path):
    target = fill(tmp_path / "out", OLD)
    (target / "drafts").mkdir()
    assert PAIR.foreign(target) == ["drafts"]
    (target / "drafts").rmdir()
    (tmp_path / "real").write_bytes(b"x")
    (target / "b").symlink_to(tmp_path / "real")
    assert PAIR.foreign(target) == ["b"]
    with pytest.raises(TargetRefused):
        write_pair(target)


def test_companions_count_when_the_mark_names_them(tmp_path, system):
    listed = {"a": json.dumps({"k": 1, "files": ["more/1.csv", "../../x", "c"]}).encode()}
    target = fill(tmp_path / "out", {**listed, "more/1.csv": b"1"})
    assert PAIR.foreign(target) == []
    write_pair(target)
    assert files(target) == NEW
    fill(target, {**listed, "more/1.csv": b"1", "more/2.csv": b"2", "c": b"3"})
    assert PAIR.foreign(target) == ["c", "more/2.csv"]


def test_what_people_edit_is_ours_only_as_it_was_listed(tmp_path, monkeypatch):
    kind = Contents("pair", "a", ("k",), ("a", "b"), ("c.toml",), edited=("c.toml",))
    digest = hashlib.sha256(b"as written").hexdigest()
    listed = {"name": "c.toml", "sha256": digest}

    def foreign(entry, content):
        mark = json.dumps({"k": 1, "files": [entry]}).encode()
        return kind.foreign(fill(tmp_path / "out", {"a": mark, "c.toml": content}))

    assert foreign(listed, b"as written") == []
    assert foreign("c.toml", b"as written") == ["c.toml"]
    assert foreign(listed, b"edited") == ["c.toml"]
    left = litter.discard(tmp_path / "out", tmp_path / "out", (kind,))
    assert files(left) == {"c.toml": b"edited"}

    real = Path.read_bytes

    def closed(path):
        if path.name == "c.toml":
            raise PermissionError
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", closed)
    assert foreign("c.toml", b"mine") == ["c.toml"]
    assert foreign(listed, b"mine") == ["c.toml"]


@pytest.mark.parametrize("listed", ["more/../../mine.csv", "more/x.csv", "more/{}/mine.csv"])
def test_a_mark_cannot_name_what_stands_outside(tmp_path, system, listed):
    fill(tmp_path, {"mine.csv": b"years", "mine/x.csv": b"years"})
    before = files(tmp_path)
    mark = {"a": json.dumps({"k": 1, "files": [listed.format(tmp_path)]}).encode()}
    target = fill(tmp_path / "out", mark)
    if listed == "more/x.csv":
        (target / "more").symlink_to(tmp_path / "mine")
        assert PAIR.foreign(target) == ["more"]
        with pytest.raises(TargetRefused):
            write_pair(target)
    else:
        fill(target, {"more/y.csv": b"1"})
        assert PAIR.own(target) == ["a"]
        (target / "more/y.csv").unlink()
        (target / "more").rmdir()
        write_pair(target)
    litter.discard(target, target, (PAIR,))
    assert before.items() <= files(tmp_path).items()


@given(st.lists(st.sampled_from(["a", "b", "c", "more/x.csv", "d/e", ".f"]), unique=True))
def test_nothing_but_known_names_is_ever_removed(names):
    import tempfile

    with tempfile.TemporaryDirectory() as place:
        base = Path(place)
        wanted = dict.fromkeys(names, b'{"k": 0}')
        target = fill(base / "out", wanted)
        target.mkdir(exist_ok=True)
        try:
            write_pair(target)
        except TargetRefused:
            assert files(target) == wanted
        else:
            assert set(wanted) <= {"a", "b"}
            assert "a" in wanted or not wanted
            assert files(target) == NEW
        assert [p.name for p in base.iterdir()] == ["out"]


@pytest.mark.parametrize("moment", ["mkdir", "fsync", "rename", "swap"])
@pytest.mark.parametrize("what", ["file in it", "a file instead", "a link instead", "nothing"])
def test_what_is_made_during_the_replacement_is_kept(tmp_path, system, moment, what):
    target = fill(tmp_path / "out", OLD)
    done = []

    def meanwhile(operation: str, place: str) -> None:
        if done or ("swap" if place.endswith(".old") else operation) != moment:
            return
        done.append(place)
        if what == "file in it":
            (target / "precious.txt").write_bytes(b"precious")
            return
        target.rename(tmp_path / "moved")
        if what == "a file instead":
            target.write_bytes(b"precious")
        elif what == "a link instead":
            target.symlink_to(tmp_path / "moved")

    gone_for_good = what == "nothing" and moment != "swap"  # there is nothing to replace
    with disk.watched(meanwhile), contextlib.suppress(IsthmusError):
        write_pair(target)
        assert gone_for_good
    assert done
    found = files(tmp_path)
    if what == "file in it":
        assert found["out/precious.txt"] == b"precious"
    elif what == "a file instead":
        assert target.read_bytes() == b"precious"
    elif what == "a link instead":
        assert target.is_symlink()
    else:
        assert target.exists() == gone_for_good
    if what != "file in it":
        assert found["moved/a"] == OLD["a"]
    assert not [p for p in tmp_path.iterdir() if ".isthmus-" in p.name]


def test_a_folder_made_in_the_meantime_stays_without_force(tmp_path, system):
    target = tmp_path / "out"
    for moment in ("mkdir", "fsync", "rename"):

        def meanwhile(operation: str, place: str, moment: str = moment) -> None:
            if operation == moment:
                fill(target, {"precious.txt": b"precious"})

        with (
            pytest.raises(TargetExists),
            disk.watched(meanwhile),
            publish_folder(target) as staging,
        ):
            write_bytes(staging / "a", b"new")
        assert files(tmp_path) == {"out/precious.txt": b"precious"}
        (target / "precious.txt").unlink()
        target.rmdir()


def test_a_file_that_comes_while_the_old_folder_is_removed_is_kept_in_sight(tmp_path, system):
    target = fill(tmp_path / "out", OLD)

    def late(operation: str, place: str) -> None:
        if operation == "unlink" and place.endswith("/a"):
            (Path(place).parent / "late.txt").write_bytes(b"late")

    with pytest.raises(IsthmusError, match="kept"), disk.watched(late):
        write_pair(target)
    found = files(tmp_path)
    kept = [name for name in found if name.endswith("late.txt")]
    assert len(kept) == 1
    assert kept[0].startswith("out.kept-")
    assert found["out/a"] == NEW["a"]


def refuse(step: int, code: int):
    count = iter(range(10_000))

    def watcher(operation: str, place: str) -> None:
        if next(count) == step and operation not in {"unlink", "rmdir"}:
            raise OSError(code, os.strerror(code), place)

    return watcher


@pytest.mark.parametrize(
    ("code", "expected"), [(errno.ENOSPC, StorageFull), (errno.EROFS, StorageReadOnly)]
)
def test_every_refused_step_leaves_the_old_folder(tmp_path, system, code, expected):
    target = fill(tmp_path / "out", OLD)
    old, new = ({f"out/{k}": v for k, v in c.items()} for c in (OLD, NEW))
    failures = 0
    for step in range(50):
        try:
            with disk.watched(refuse(step, code)):
                write_pair(target)
        except expected:
            failures += 1
            assert files(tmp_path) in (old, new)
        else:
            break
    assert failures > 8
    assert files(tmp_path) == new


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_kill_at_any_step_loses_nothing_and_its_litter_goes(tmp_path, monkeypatch, system):
    """The next run cleans up, and so does `data gc`: each what the same kill has left."""
    monkeypatch.setattr(disk, "CHUNK", 4)
    monkeypatch.setattr(litter, "REPLACEABLE", (PAIR,))
    mine = {"thesis.docx": b"years", ".notes.1.tmp": b"mine"}
    for step in range(100):
        home = fill(tmp_path / str(step), mine)
        target = fill(home / "out", OLD)
        child = os.fork()
        if child == 0:
            count = iter(range(10_000))
            kill = lambda *_: os._exit(9) if next(count) == step else None  # noqa: B023, E731
            with disk.watched(kill):
                write_pair(target)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        swept = shutil.copytree(home, tmp_path / f"{step} swept")
        litter.sweep(swept)
        assert files(swept / "out") in (OLD, NEW)
        expected = {f"out/{k}": v for k, v in NEW.items()}
        for place in (home, swept):
            write_pair(place / "out", NEW)
            assert files(place) == {**mine, **expected}
        if os.waitstatus_to_exitcode(status) == 0:
            break
    assert step > 15


# Litter


def dead_number() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def left(folder: Path, of: str, number: int, ending: str = "tmp") -> Path:
    return folder / f".{of}.isthmus-{number}-{'0' * 16}.{ending}"


def test_only_what_is_ours_and_whose_writer_is_gone_is_litter(tmp_path):
    gone = dead_number()
    ours = [left(tmp_path, "a.csv", gone), left(tmp_path, "dossier", gone)]
    ours[0].write_bytes(b"half")
    fill(ours[1], {"dossier.html": b"half"})
    others = {
        left(tmp_path, "a.csv", os.getppid()).name: b"its writer lives",
        f".a.csv.{gone}.deadbeef.tmp": b"of another program",
        f"a.csv.isthmus-{gone}-{'0' * 16}.tmp": b"not hidden",
        f".a.csv.isthmus-{gone}-00.tmp": b"too short",
        ".notes.tmp": b"mine",
        f"sub/{left(tmp_path, 'b', gone).name}": b"below",
        left(tmp_path, ".", gone, "old").name: b"of the folder itself",
        left(tmp_path, "..", gone, "old").name: b"of the folder above",
        left(tmp_path, "a", 0).name.replace("-0-", "-٣-"): b"a number of other digits",
    }
    fill(tmp_path, others)
    assert [item.path for item in litter.litter(tmp_path)] == ours
    assert [item.bytes for item in litter.sweep(tmp_path)] == [4, 4]
    assert files(tmp_path) == others
    assert litter.sweep(tmp_path / "nowhere") == []


def test_the_next_file_written_there_cleans(tmp_path):
    left(tmp_path, "other.csv", dead_number()).write_bytes(b"half")
    with publish_text(tmp_path / "a.txt") as handle:
        handle.write("1")
    assert files(tmp_path) == {"a.txt": b"1"}


def test_a_writer_of_this_process_is_known_by_its_name(tmp_path):
    with publish_file(tmp_path / "a") as handle:
        handle.write(b"1")
        assert litter.sweep(tmp_path) == []
    stale = left(tmp_path, "b", os.getpid())  # a number that was given out again
    stale.write_bytes(b"half")
    assert [item.path for item in litter.sweep(tmp_path)] == [stale]


@posix
def test_a_locked_temporary_has_a_writer_whatever_its_number_says(tmp_path):
    path = left(tmp_path, "a", dead_number())
    path.mkdir()
    with litter.locked(path):
        assert litter.sweep(tmp_path) == []
    assert len(litter.sweep(tmp_path)) == 1


@pytest.mark.parametrize("theirs", [{}, {"thesis.docx": b"years"}])
def test_a_folder_set_aside_by_a_killed_writer_goes_back_or_is_kept(tmp_path, theirs, monkeypatch):
    monkeypatch.setattr(litter, "REPLACEABLE", (PAIR,))
    gone = dead_number()
    fill(left(tmp_path, "out", gone, "old"), {**OLD, **theirs})
    litter.sweep(tmp_path)
    assert files(tmp_path / "out") == {**OLD, **theirs}  # its place was empty
    fill(left(tmp_path, "out", gone, "old"), {**OLD, **theirs})
    litter.sweep(tmp_path)
    rest = [p for p in tmp_path.iterdir() if p.name != "out"]
    assert [files(p) for p in rest] == ([theirs] if theirs else [])
    assert all(p.name.startswith("out.kept-") for p in rest)


def test_windows_asks_the_kernel_and_never_signals(monkeypatch):
    answers = {1: (7, 259), 2: (7, 0), 3: (0, 0)}

    class Kernel:
        def OpenProcess(self, access: int, inherit: bool, number: int) -> int:
            assert access == 0x1000
            self.number = number
            return answers[number][0]

        def GetExitCodeProcess(self, handle: int, code: object) -> int:
            code._obj.value = answers[self.number][1]  # type: ignore[attr-defined]
            return 1

        def CloseHandle(self, handle: int) -> int:
            return 1

        def GetLastError(self) -> int:
            return 87

    import ctypes

    monkeypatch.setattr(litter, "sys", SimpleNamespace(platform="win32"))
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=Kernel()), raising=False)
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("os.kill ends a process on Windows"))
    assert [litter.process_lives(n) for n in (1, 2, 3)] == [True, False, False]


def test_the_dossier_names_its_files_in_one_place():
    assert DOSSIER.mark in DOSSIER.pages
    assert DOSSIER in contents_module.REPLACEABLE


OWN_FOLDERS = {
    "cli/doctor.py": "a probe in the system's temporary folder",
    "disruption/daily.py": "parts in a hidden folder, before it is published",
    "disruption/posterior.py": "files in a hidden folder, before it is published",
    "ensemble": "files of a run in the store",
    "evidence/out/files.py": "files in a hidden folder, before it is published",
    "report/write.py": "pages in a hidden folder, before it is published",
    "runtime": "the mechanism itself",
    "store": "files of the store",
    "web/child.py": "an uploaded workbook in the system's temporary folder, while it is read",
}
"""Where files may be written without `publish_file`: none of these lies beside the user's files."""


def test_there_is_one_way_in_which_output_is_written(project: Path) -> None:
    writes = re.compile(
        r"atomic_write|write_bytes\(|write_text\(|write_whole|DiskFile|os\.(?:replace|rename|remove)"
        r"|rmtree|\bopen\([^)]*[\"'][wax]"
    )
    root = project / "src" / "isthmus"
    found = [
        name
        for path in root.rglob("*.py")
        if writes.search(path.read_text("utf-8"))
        and (name := path.relative_to(root).as_posix()) not in OWN_FOLDERS
        and name.split("/")[0] not in OWN_FOLDERS
    ]
    assert found == []
