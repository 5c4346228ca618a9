"""Kill a process at every change of the disk in turn, and look at what is left.

Run as a script in a fresh interpreter: ``kill_driver.py OPERATION FOLDER
STRIDE``. The parent only forks,
waits and copies folders, so that no thread pool is ever inherited by a child. Prints the number of
steps at which a child was killed.
"""

from __future__ import annotations

import os
import shutil
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "ensemble")]

import toy_lens  # noqa: E402
from store_helpers import files, plan, record, result, rows  # noqa: E402

from isthmus.ensemble import EnsemblePlan, register_lens, resume_ensemble, run_ensemble  # noqa: E402
from isthmus.runtime import disk  # noqa: E402
from isthmus.scenario import Range, Scenario  # noqa: E402
from isthmus.store import Store, export_bundle, import_bundle  # noqa: E402
from isthmus.store.gc import collect  # noqa: E402
from isthmus.store.index import load  # noqa: E402
from isthmus.store.runs import library_versions  # noqa: E402
from isthmus.store.verify import verify  # noqa: E402
from isthmus.world import World  # noqa: E402

KILLED = 9
MOST_STEPS = 2000
disk.CHUNK = 2048  # so that a kill also falls into the middle of a file
register_lens("toy.line", toy_lens.line)


def prepare(base: Path) -> None:
    """A store with two versions, a run, waste of a dead writer; a bundle beside it."""
    store = Store(base / "store")
    for value in (1.0, 2.0):
        store.add(record("kept"), rows(value, 5.0))
    store.record_run(plan(k=1), result(1.0, 2.0), timing={"seconds": 1})
    waste = store.root / "tmp" / "99-dead"
    waste.mkdir()
    (waste / "half").write_bytes(b"half")
    other = Store(base / "other")
    other.add(record("brought"), rows(7.0, 8.0))
    export_bundle(other, [], base / "in.zip")
    export_bundle(store, ["kept"], base / "out.zip")


def ensemble_plan() -> EnsemblePlan:
    spec = Range(path="params.slope", distribution="uniform", low=0, high=1, reason="a test")
    scenario = Scenario(name="t", ranges=(spec,))
    return EnsemblePlan(
        lens="toy.line", scenario=scenario, samples=4, batch=2, tables=("line",), seed=1
    )


def add(base: Path) -> None:
    Store(base / "store").add(record("fresh"), rows(*(float(n) for n in range(400))))


def run(base: Path) -> None:
    Store(base / "store").record_run(plan(k=2), result(3.0), timing={"seconds": 2})


def ensemble(base: Path) -> None:
    run_ensemble(Store(base / "store"), ensemble_plan(), World.open("starter"))


def export(base: Path) -> None:
    export_bundle(Store(base / "store"), [], base / "out.zip", replace=True)


def bring(base: Path) -> None:
    import_bundle(Store(base / "store"), base / "in.zip")


def gc(base: Path) -> None:
    collect(Store(base / "store"), unused=True)


def rebuild(base: Path) -> None:
    store = Store(base / "store")
    with store.writing():
        store.refresh(rebuild=True)


def delete(base: Path) -> None:
    store = Store(base / "store")
    store.delete_run(plan(k=1).id)


OPERATIONS: dict[str, Callable[[Path], None]] = {
    "add": add,
    "run": run,
    "ensemble": ensemble,
    "export": export,
    "import": bring,
    "gc": gc,
    "rebuild": rebuild,
    "delete": delete,
}


def examine(name: str, base: Path) -> None:
    """The store opens, all that is registered verifies, nothing is lost, the work can be done."""
    store = Store(base / "store")
    assert verify(store)[1] == [], verify(store)
    kept = [e.manifest.sequence for e in store.datasets() if e.key == "kept" and e.manifest]
    assert kept in ([1, 2], [2] if name == "gc" else [1, 2]), kept
    assert store.table("kept")["value"].to_list() == [2.0, 5.0]
    runs = {e.id: e for e in store.runs()}
    if name != "delete":
        assert store.result(plan(k=1).id)["answer"].frame["value"].to_list() == [1.0, 2.0]
    assert len(runs) in (0, 1, 2)
    taken = Store(base / f"taken-{name}")
    assert "kept" in "".join(import_bundle(taken, base / "out.zip"))
    for entry in runs.values():
        if entry.status == "resumable":
            resume_ensemble(store, entry.id)
    if not (name == "delete" and not runs):
        OPERATIONS[name](base)
    collect(store)
    assert verify(store)[1] == []
    assert list((store.root / "tmp").iterdir()) == []
    stray = [p for p in base.rglob(".*.tmp") if p.parent != base]
    assert stray == [], stray
    assert len(load(store.root)) == len(store.datasets()) + len(store.runs())


def final(base: Path) -> dict[str, bytes]:
    """All content but clocks and checkpoints, for comparison with an undisturbed run."""
    skip = ("timing.json", "index.sqlite")
    found = files(base / "store")
    found["out.zip"] = (base / "out.zip").read_bytes()
    return {k: v for k, v in found.items() if not k.endswith(skip) and "/done/" not in k}


def forked(work: Callable[[], None]) -> int:
    """Do `work` in a child and return its exit code."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:  # noqa: BLE001 - a child tells and dies
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def disturbed(name: str, base: Path, step: int) -> None:
    """Do the operation and die before change number `step`."""
    count = iter(range(MOST_STEPS))

    def watcher(operation: str, place: str) -> None:
        if next(count) == step:
            os._exit(KILLED)

    with disk.watched(watcher):
        OPERATIONS[name](base)


def main(name: str, folder: Path, stride: int) -> int:
    warnings.simplefilter("error")
    library_versions()
    warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*fork.*")
    start, whole = folder / "start", folder / "whole"
    start.mkdir(parents=True)
    assert forked(lambda: prepare(start)) == 0
    shutil.copytree(start, whole)
    assert forked(lambda: (OPERATIONS[name](whole), collect(Store(whole / "store")))[0]) == 0
    before: Path | None = None
    for step in range(0, MOST_STEPS, stride):
        base = folder / str(step)
        shutil.copytree(start, base)
        # one child examines what the last one left, then dies itself at the next step
        code = forked(lambda: (look(name, before, whole), disturbed(name, base, step))[0])  # noqa: B023
        assert code in (0, KILLED), (name, step, code)
        if before is not None:
            shutil.rmtree(before)
        before = base
        if code == 0:
            assert forked(lambda: look(name, base, whole)) == 0, (name, step)  # noqa: B023
            print(step)
            return 0
    return 1


def look(name: str, base: Path | None, whole: Path) -> None:
    """Examine what a killed child left, and that doing the work again ends where it should."""
    if base is not None:
        examine(name, base)
        assert final(base) == final(whole), (name, base.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
