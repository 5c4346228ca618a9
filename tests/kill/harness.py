"""Kill the command line at random times and at changes of the disk, and look at what is left.

Usage: python tests/kill/harness.py [--kills 500] [--seconds 7200] [--seed 1] [--only add,assess]
       [--steps-only]

Every operation is the command line itself, in a child that is killed by SIGKILL: two thirds of the
kills fall on a change of the disk, drawn among those that an undisturbed run makes, the rest on a
moment drawn from the time it takes. After each kill: what is the user's has not changed by a byte,
every output is the old one or the new one and whole, the store verifies and holds all that it held,
once. Then the operation is done again, the store and the folder are tidied up by ``data gc``, and
everything must be as after an undisturbed run, with no file more. Prints a table of kills; ends
with exit code 1 at the first fault and the line that repeats it.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

from isthmus.cli.root import main as isthmus_main
from isthmus.runtime import disk
from isthmus.store import Store
from isthmus.store.runs import library_versions
from isthmus.store.verify import verify
from isthmus.study.shipped import study_text

for room in ("assess", "data", "dependence", "disruption", "ensemble", "runs", "study"):
    importlib.import_module(f"isthmus.cli.{room}")
for room in ("dependence", "disruption", "report", "study.measures", "ensemble", "world.export"):
    importlib.import_module(f"isthmus.{room}")  # once, not in every child

FINISHED, FAULT = 0, 1
CLOCKS = ("timing.json", "index.sqlite", "writer.lock")

RECORD = """
key = "{key}"
title = "A table"
publisher = "Nobody"
edition = "1"
unit = "days"
kind = "measured"
licence = "CC0-1.0"
attribution = "none needed"
redistribution = "allowed"
[columns]
economy = "code"
value = "days"
"""
STOP = """
name = "own"
horizon = 40
[[shocks]]
kind = "export_stop"
exporters = ["TWN"]
importers = ["EU27_2020"]
industries = ["C26"]
severity = 1.0
duration = 20
"""
SPREAD = """
name = "spread"
[[ranges]]
path = "params.elasticity"
distribution = "uniform"
low = 2.0
high = 5.0
reason = "a test"
[ensemble]
lens = "dependence.leverage"
parameters = { a = "DEU", b = "TWN" }
samples = 8
batch = 2
"""
THEIRS = {
    "thesis.docx": b"years of work",
    "sub/photo.jpg": b"\xff\xd8 holiday",
    ".notes.1.tmp": b"hidden, and mine",
    ".out.zip.4711.deadbeef.tmp": b"of another program",
    "dossier-notes.md": b"beside the dossier",
    "dossier.kept/dossier.html": b"a copy",
}


PREPARED = (
    *("losses", "conditional", "own.toml", "--draws", "4", "--batch", "2"),
    *("--until", "15", "--keep", "EU27_2020", "--engine", "numpy"),
)


@dataclass(frozen=True)
class Operation:
    """Commands in order, and the outputs in the working folder that they replace."""

    commands: tuple[tuple[str, ...], ...]
    outputs: tuple[str, ...] = ()
    may_be_done: bool = False
    """Whether doing it again may end in "not found" (4) or "already there" (3)."""


OPERATIONS = {
    "add": Operation((("data", "add", "fresh.csv"),)),
    "import": Operation((("data", "import", "in.zip"),)),
    "export": Operation(
        (
            ("data", "export", "--out", "out.zip", "--force"),
            ("data", "export", "alliances", "--out", "table.csv", "--force"),
        ),
        ("out.zip", "table.csv", "table.csv.record.json"),
    ),
    "gc": Operation((("data", "gc", "--unused"), ("data", "gc", "."))),
    "ensemble": Operation((("ensemble", "run", "spread.toml"),)),
    "disruption": Operation(
        (("disruption", "own.toml", "--out", "losses.json", "--force", "--daily", "rows"),),
        ("losses.json", "rows"),
        may_be_done=True,
    ),
    "prepared": Operation((PREPARED,)),
    "assess": Operation((("assess", "small.toml", "--out", "dossier", "--force"),), ("dossier",)),
    "delete": Operation((("runs", "delete", "dependence.profile"),), may_be_done=True),
    "remove": Operation((("data", "remove", "gone"),), may_be_done=True),
    "tables": Operation(
        (
            ("dependence", "DEU", "--on", "TWN", "--out", "tables", "--force"),
            ("dependence", "DEU", "--on", "TWN", "--out", "book.xlsx", "--force"),
        ),
        ("tables", "book.xlsx"),
    ),
    "study": Operation(
        (("study", "new", "mine", "--home", "JPN", "--partner", "KOR", "--force"),), ("mine.toml",)
    ),
}


class Fault(AssertionError):
    """Something was lost, doubled, half-written or left."""


@dataclass
class Count:
    """Kills of one operation."""

    steps: int = 0
    times: int = 0
    attempts: int = 0

    @classmethod
    def of(cls, counts: Iterable[Count]) -> Count:
        """Return the sum."""
        return cls(*(sum(row) for row in zip(*(astuple(c) for c in counts), strict=True)))


def forked(work: Callable[[], int], log: Path, until: float | None = None) -> int:
    """Do `work` in a child, killed after `until` seconds; return its exit code or -signal."""
    child = os.fork()
    if child == 0:
        code = FAULT
        try:
            said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(said, 1)
            os.dup2(said, 2)
            code = work()
        except BaseException:  # noqa: BLE001 - a child tells and dies
            traceback.print_exc()
        finally:
            with contextlib.suppress(Exception):
                sys.stdout.flush()
                sys.stderr.flush()
            os._exit(code)
    if until is not None:
        deadline = time.monotonic() + until
        while time.monotonic() < deadline:
            found, status = os.waitpid(child, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def command(base: Path, *words: str) -> int:
    """Run one command line in the working folder of `base`."""
    os.environ["ISTHMUS_HOME"] = str(base / "home")
    os.chdir(base / "work")
    return isthmus_main(list(words))


def perform(base: Path, operation: Operation) -> int:
    """Run the commands; those after one that failed are not run."""
    for words in operation.commands:
        if code := command(base, *words):
            return code
    return FINISHED


def prepare(base: Path, names: list[str]) -> int:
    """Fill a home and a working folder: data sets, runs, a bundle, older outputs, user files."""
    work = base / "work"
    for name, content in THEIRS.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_bytes(content)
    for name, rows in {
        "kept": "DEU,1",
        "brought": "FRA,7",
        "fresh": "POL,9\nCZE,4",
        "gone": "ITA,3",
    }.items():
        (work / f"{name}.csv").write_text(f"economy,value\n{rows}\n")
        (work / f"{name}.toml").write_text(RECORD.format(key=name))
    (work / "own.toml").write_text(STOP)
    (work / "spread.toml").write_text(SPREAD)
    (work / "small.toml").write_text(study_text("taiwan-europe").split("[[claims]]")[0])
    other = Path(tempfile.mkdtemp(dir=base))
    os.environ["ISTHMUS_HOME"] = str(other)
    os.chdir(work)
    assert isthmus_main(["data", "add", "brought.csv"]) == 0
    assert isthmus_main(["data", "export", "--out", "in.zip"]) == 0
    shutil.rmtree(other)
    assert command(base, "data", "add", "kept.csv") == 0
    (work / "kept.csv").write_text("economy,value\nDEU,2\n")
    assert command(base, "data", "add", "kept.csv") == 0
    assert command(base, "data", "add", "gone.csv") == 0
    assert command(base, "dependence", "DEU", "--on", "TWN") == 0
    assert command(base, "dependence", "indicators", "DEU", "--out", "tables") == 0
    if "assess" in names:  # its run is on record then; done again it must not be doubled
        assert command(base, "assess", "small.toml", "--out", "dossier") == 0
        (work / "dossier" / "dossier.md").write_text("an older one")
    for name in ("out.zip", "book.xlsx", "mine.toml"):
        (work / name).write_bytes(b"an older one")
    (work / "table.csv").write_text("an older one")
    (work / "table.csv.record.json").write_text("an older one")
    (work / "losses.json").write_text("an older one")
    waste = base / "home" / "store" / "tmp" / "99-dead"
    waste.mkdir()
    (waste / "half").write_bytes(b"half")
    return FINISHED


def content(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder`, but clocks."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name not in CLOCKS
    }


def part(files: dict[str, bytes], output: str) -> dict[str, bytes]:
    """Return the files of one output: a file or a folder."""
    return {n: b for n, b in files.items() if n == output or n.startswith(f"{output}/")}


def registered(base: Path) -> tuple[set[str], set[str]]:
    """Return data set versions and runs of the store, begun ones included; check the files."""
    store = Store(base / "home" / "store")
    checked, faults = verify(store)
    if faults:
        raise Fault(f"faults among {checked}: {faults}")
    return {e.reference for e in store.datasets()}, {e.id for e in store.runs()}


def require(holds: bool, what: str, *details: object) -> None:
    """Raise a fault unless it holds."""
    if not holds:
        raise Fault(" ".join([what, *map(str, details)]))


def look(base: Path, start: Path, whole: Path, operation: Operation) -> int:
    """Check what a kill left: nothing lost, doubled or half-written."""
    before, after, now = (content(b / "work") for b in (start, whole, base))
    for name, data in before.items():
        ours = any(part({name: data}, output) for output in operation.outputs)
        require(ours or now.get(name) == data, "changed or lost:", name)
    for output in operation.outputs:
        found = part(now, output)
        require(
            found in (part(before, output), part(after, output)), "neither old nor new:", output
        )
    hidden = [n for n in now if n not in before and n not in after]
    require(all(n.split("/")[0].startswith(".") for n in hidden), "half-written in sight:", hidden)
    for old, new, left in zip(registered(start), registered(whole), registered(base), strict=True):
        require(left <= old | new, "never asked for:", left - old - new)
        require(old & new <= left, "lost from the store:", (old & new) - left)
    return FINISHED


def again(base: Path, whole: Path, operation: Operation) -> int:
    """Do the operation again, tidy up, and compare everything with an undisturbed run."""
    code = perform(base, operation)
    allowed = (FINISHED, 3, 4) if operation.may_be_done else (FINISHED,)
    require(code in allowed, "done again it ends with", code)
    written = bool(operation.outputs) and code == FINISHED
    if written:
        left = [p.name for p in (base / "work").iterdir() if ".isthmus-" in p.name]
        require(not left, "left after the next run that writes there:", left)
    require(command(base, "data", "gc") == FINISHED, "gc failed")
    require(command(base, "data", "gc", ".") == FINISHED, "gc of the folder failed")
    for room in ("work", "home/store"):
        now, end = content(base / room), content(whole / room)
        require(set(now) == set(end), f"{room} differs:", sorted(set(now) ^ set(end)))
        require(now == end, f"{room} differs in", [n for n in end if now[n] != end[n]])
    folders = list((base / "home" / "store" / "tmp").iterdir())
    require(not folders, "left in the staging area:", folders)
    return FINISHED


@contextlib.contextmanager
def killed_at(step: int) -> Iterator[None]:
    """Kill this process before its change of the disk of that number."""
    count = iter(range(1_000_000))

    def watcher(_operation: str, _place: str) -> None:
        if next(count) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    with disk.watched(watcher):
        yield


def counted(base: Path, operation: Operation, into: Path) -> int:
    """Perform undisturbed, and write down how many changes of the disk it makes."""
    changes: list[str] = []
    begun = time.perf_counter()
    with disk.watched(lambda operation, _: changes.append(operation)):
        code = perform(base, operation)
    into.write_text(json.dumps([len(changes), time.perf_counter() - begun]))
    require(command(base, "data", "gc") == FINISHED, "gc failed")
    return code


class Harness:
    """Operations under kills, in one scratch folder."""

    def __init__(self, folder: Path, names: list[str], seed: int, *, steps_only: bool) -> None:
        self.folder, self.names, self.steps_only = folder, names, steps_only
        self.random = random.Random(seed)
        self.log = folder / "log"
        self.start = folder / "start"
        self.start.mkdir(parents=True)
        self.child(lambda: prepare(self.start, names), "prepare")

    def child(self, work: Callable[[], int], what: str) -> None:
        """Do work in a child that must succeed."""
        self.log.unlink(missing_ok=True)
        code = forked(work, self.log)
        if code != FINISHED:
            raise Fault(f"{what}: exit code {code}\n{self.log.read_text()}")

    def undisturbed(self, name: str) -> tuple[Path, int, float]:
        """Return the folder after an undisturbed run, its number of changes and its seconds."""
        whole, note = self.folder / f"whole-{name}", self.folder / f"{name}.json"
        shutil.copytree(self.start, whole)
        self.child(lambda: counted(whole, OPERATIONS[name], note), name)
        steps, seconds = json.loads(note.read_text())
        return whole, steps, seconds

    def run(self, kills: int, seconds: float) -> dict[str, Count]:
        """Kill the operations in turn, until there are so many kills or the time is over."""
        end = time.monotonic() + seconds
        undisturbed = {name: self.undisturbed(name) for name in self.names}
        counts = {name: Count() for name in self.names}
        while time.monotonic() < end:
            for name in self.names:
                if sum(c.steps + c.times for c in counts.values()) >= kills:
                    return counts
                self._attempt(name, *undisturbed[name], counts[name])
                if counts[name].attempts > 4 * kills + 20:
                    raise Fault(f"{name}: too few attempts were killed")
        return counts

    def _attempt(self, name: str, whole: Path, steps: int, seconds: float, count: Count) -> None:
        at_step = self.steps_only or self.random.random() < 2 / 3
        step = self.random.randrange(steps) if at_step else -1
        until = None if at_step else self.random.uniform(0, seconds)
        count.attempts += 1
        if self._once(name, whole, step, until):
            count.steps += at_step
            count.times += not at_step

    def _once(self, name: str, whole: Path, step: int, until: float | None) -> bool:
        """Kill once; return whether it was killed before it had finished."""
        operation, base = OPERATIONS[name], self.folder / "base"
        where = f"{name}, " + (f"step {step}" if until is None else f"after {until:.4f} s")
        shutil.copytree(self.start, base)

        def disturbed() -> int:
            with killed_at(step):
                return perform(base, operation)

        self.log.unlink(missing_ok=True)
        code = forked(disturbed, self.log, until)
        if code not in (FINISHED, -signal.SIGKILL):
            raise Fault(f"{where}: exit code {code}\n{self.log.read_text()}")
        try:
            self.child(lambda: look(base, self.start, whole, operation), where)
            self.child(lambda: again(base, whole, operation), where)
        except Fault as fault:
            raise Fault(f"{fault}\nkept for a look: {base}") from None
        shutil.rmtree(base)
        return code != FINISHED


def scratch() -> Path:
    """Return a fresh folder, in memory where there is some: order is tested, not a disk."""
    shm = Path("/dev/shm")
    return Path(tempfile.mkdtemp(dir=shm if os.access(shm, os.W_OK) else None, prefix="kill-"))


def main(arguments: list[str]) -> int:
    """Run the harness; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=7200.0, help="no further round after")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(OPERATIONS))
    parser.add_argument("--steps-only", action="store_true", help="no kills by the clock")
    asked = parser.parse_args(arguments)
    warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*fork.*")
    library_versions()
    folder = scratch()
    try:
        names = asked.only.split(",")
        harness = Harness(folder, names, asked.seed, steps_only=asked.steps_only)
        counts = harness.run(asked.kills, asked.seconds)
    except Fault as fault:
        print(f"FAULT with seed {asked.seed}: {fault}", file=sys.stderr)
        return FAULT
    print("operation    kills  at changes  by clock  attempts")
    for name, c in {**counts, "all": Count.of(counts.values())}.items():
        print(f"{name:12} {c.steps + c.times:5}  {c.steps:10}  {c.times:8}  {c.attempts:8}")
    shutil.rmtree(folder)
    return FINISHED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
