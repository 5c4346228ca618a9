"""Ensembles through what breaks on the way: is anything lost or doubled, or another bit?

Run: ``python validation/cluster_faults.py [part of a name ...]``. One ensemble of the command line,
in series, is what all others are compared with: every file of the run but its timing, byte for
byte. Then the same on two and four processes and on Dask clusters of 1, 2 and 4 workers, each a
scheduler and workers as their own programs, undisturbed and through each fault: a worker ended by
SIGKILL; the scheduler ended by SIGKILL and started again at its address; the client ended by
SIGKILL; the disk of the store full; samples that the lens refuses. The disk is a small one in
memory, which only the system's administrator may mount; where that is not allowed the fault is
reported as not run.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import distributed
import polars as pl
import psutil

SPREAD = """
name = "spread"
[[ranges]]
path = "params.elasticity"
distribution = "uniform"
low = {low}
high = 5.0
reason = "a validation"
[ensemble]
lens = "dependence.leverage"
parameters = {{ a = "EU27_2020", b = "TWN", items = ["C26"] }}
samples = {samples}
batch = {batch}
"""
SAMPLES, BATCH = 192, 12
BATCHES = SAMPLES // BATCH
GOOD, REFUSING = 1.5, 0.8
"""Lowest elasticities: the lens has an answer above one only."""
KEPT_BEFORE = 2
"""Batches that are done when something breaks."""
SMALL = 200
"""KiB of the small disk, less than the run needs."""
PATIENCE = 600.0
LOST, DISK_FULL, REFUSED = "WorkerLost", "StorageFull", "BadInput"
PYTHON = Path(sys.executable)
WAYS = (
    "series",
    "2 processes",
    "4 processes",
    "Dask, 1 worker",
    "Dask, 2 workers",
    "Dask, 4 workers",
)


class Client:
    """The command line with a store of its own."""

    def __init__(self, home: Path, options: Sequence[str]) -> None:
        self.home, self.options = home, tuple(options)
        home.mkdir(parents=True, exist_ok=True)

    def begun(self, *words: str) -> subprocess.Popen[str]:
        command = [str(PYTHON.parent / "isthmus"), "ensemble", *words, *self.options]
        environment = {**os.environ, "ISTHMUS_HOME": str(self.home), "COLUMNS": "2000"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen(command, env=environment, **pipes)

    def ended(self, *words: str) -> tuple[int, str]:
        process = self.begun(*words)
        _, said = process.communicate(timeout=PATIENCE)
        return process.returncode, said

    @property
    def folder(self) -> Path:
        (found,) = (self.home / "store" / "runs").glob("dependence.leverage-*")
        return found

    def done(self) -> int:
        """Return how many batches are kept."""
        return len(list((self.home / "store" / "runs").glob("*/done/[0-9]*.json")))

    def files(self) -> dict[str, bytes]:
        """Return every file of the run but its timing."""
        found = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        return {
            path.relative_to(self.folder).as_posix(): path.read_bytes()
            for path in found
            if path.name != "timing.json"
        }


class Cluster:
    """A scheduler and its workers, each a program of its own as on several machines."""

    def __init__(self, workers: int, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.count, self.folder = workers, folder
        self.scheduler = self.start_scheduler()
        self.nannies = self.start_workers()
        self.wait_for_workers()

    def _program(self, *words: str) -> subprocess.Popen[bytes]:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        command = [str(PYTHON.parent / "dask"), *words, "--dashboard-address", "127.0.0.1:0"]
        return subprocess.Popen(command, cwd=self.folder, start_new_session=True, **quiet)

    def start_scheduler(self) -> subprocess.Popen[bytes]:
        place = ("--host", "127.0.0.1", "--port", str(self.port))
        return self._program("scheduler", *place)

    def start_workers(self) -> subprocess.Popen[bytes]:
        size = ("--nworkers", str(self.count), "--nthreads", "1")
        return self._program("worker", self.address, *size)

    def wait_for_workers(self) -> None:
        """Wait for all workers; those that lost their scheduler leave, and are started again."""
        until = time.monotonic() + PATIENCE
        with distributed.Client(self.address, timeout=PATIENCE, set_as_default=False) as client:
            while len(client.scheduler_info(n_workers=-1)["workers"]) < self.count:
                if self.nannies.poll() is not None:
                    self.nannies = self.start_workers()
                check("the workers come", time.monotonic() < until)
                time.sleep(0.2)

    def kill_worker(self) -> None:
        """End one process that does the tasks; its nanny starts another."""
        nannies = psutil.Process(self.nannies.pid)
        found = [
            p for p in nannies.children(recursive=True) if "spawn_main" in " ".join(p.cmdline())
        ]
        found[0].send_signal(signal.SIGKILL)

    def restart_scheduler(self) -> None:
        self.scheduler.kill()
        self.scheduler.wait()
        self.scheduler = self.start_scheduler()

    def close(self) -> None:
        for process in (self.nannies, self.scheduler):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextlib.contextmanager
def placed(way: str, home: Path) -> Iterator[tuple[Client, Cluster | None]]:
    """Yield a client that runs in a way, and the cluster that it uses."""
    kind, _, count = way.partition(", ")
    if kind == "Dask":
        home.mkdir(parents=True, exist_ok=True)
        cluster = Cluster(int(count.split()[0]), home)
        try:
            yield Client(home, ("--scheduler", cluster.address)), cluster
        finally:
            cluster.close()
    else:
        workers = "1" if way == "series" else way.split()[0]
        yield Client(home, ("--workers", workers)), None


def until_kept(client: Client, process: subprocess.Popen[str]) -> None:
    """Wait until some batches are done and others are not."""
    until = time.monotonic() + PATIENCE
    while client.done() < KEPT_BEFORE and process.poll() is None and time.monotonic() < until:
        time.sleep(0.01)
    check("the run is in the middle of its work", KEPT_BEFORE <= client.done() < BATCHES)


def check(what: str, holds: bool) -> None:
    if not holds:
        raise AssertionError(what)


def named(said: str, word: str) -> None:
    check(f"the error names {word!r}: {said[-400:]}", word in said)


def resumed(client: Client, files: dict[str, bytes]) -> None:
    """Go on with a run that broke off, and hold it to what an undisturbed one gives."""
    kept = client.done()
    check("batches are kept for the resume", KEPT_BEFORE <= kept < BATCHES)
    before = {path.name: path.stat().st_mtime_ns for path in (client.folder / "done").iterdir()}
    code, said = client.ended("resume", client.folder.name)
    check(f"it can be resumed: {said[-400:]}", code == 0)
    after = {path.name: path.stat().st_mtime_ns for path in (client.folder / "done").iterdir()}
    check("no batch is done twice", all(after[name] == when for name, when in before.items()))
    check("the same bytes after a resume", client.files() == files)


def undisturbed(client: Client, _: Cluster | None, spread: Path, files: dict[str, bytes]) -> str:
    code, said = client.ended("run", str(spread))
    check(f"it runs: {said[-400:]}", code == 0)
    check("the same bytes", client.files() == files)
    return "same bytes"


def worker_killed(
    client: Client, cluster: Cluster | None, spread: Path, files: dict[str, bytes]
) -> str:
    process = client.begun("run", str(spread))
    until_kept(client, process)
    if cluster is not None:
        cluster.kill_worker()
        said = process.communicate(timeout=PATIENCE)[1]
        check(f"the run goes on: {said[-400:]}", process.returncode == 0)
        check("the same bytes", client.files() == files)
        return "same bytes, no resume needed"
    workers = [
        p for p in psutil.Process(process.pid).children() if "spawn_main" in " ".join(p.cmdline())
    ]
    workers[0].send_signal(signal.SIGKILL)
    said = process.communicate(timeout=PATIENCE)[1]
    check("the run ends", process.returncode != 0)
    named(said, "worker")
    kept = client.done()
    resumed(client, files)
    return f"named; {kept} batches kept; same bytes after the resume"


def scheduler_restarted(
    client: Client, cluster: Cluster, spread: Path, files: dict[str, bytes]
) -> str:
    process = client.begun("run", str(spread))
    until_kept(client, process)
    cluster.restart_scheduler()
    said = process.communicate(timeout=PATIENCE)[1]
    if process.returncode == 0:
        check("the same bytes", client.files() == files)
        return "same bytes, the client went on by itself"
    named(said, "scheduler")
    kept = client.done()
    cluster.wait_for_workers()
    resumed(client, files)
    return f"named; {kept} batches kept; same bytes after the resume"


def client_killed(client: Client, _: Cluster | None, spread: Path, files: dict[str, bytes]) -> str:
    process = client.begun("run", str(spread))
    until_kept(client, process)
    process.kill()
    process.communicate()
    kept = client.done()
    resumed(client, files)
    return f"{kept} batches kept; same bytes after the resume"


def disk_full(client: Client, _: Cluster | None, spread: Path, files: dict[str, bytes]) -> str:
    with small_disk(client.home) as enlarge:
        code, said = client.ended("run", str(spread))
        check("the run ends", code != 0)
        named(said, "no space left")
        kept = client.done()
        enlarge()
        resumed(client, files)
    return f"named; {kept} batches kept; same bytes after the resume with more room"


def refused_samples(
    client: Client, _: Cluster | None, spread: Path, files: dict[str, bytes]
) -> str:
    """`files` are those of a run in series, which is refused the same samples."""
    spread.with_stem("refusing").write_text(
        SPREAD.format(low=REFUSING, samples=SAMPLES, batch=BATCH)
    )
    answers = [client.ended("run", str(spread.with_stem("refusing")))]
    refused = sum(draws_of(files))
    first = client.files()
    answers.append(client.ended("resume", client.folder.name))
    for code, said in answers:
        check("the run ends", code != 0)
        named(said, "params.elasticity = 0.")
        items = said.rpartition("items ")[2].splitlines()[0].split(", ")
        check(f"{refused} batches are named: {items}", len(items) == refused)
    check("all other batches are done", client.done() == BATCHES - refused)
    check("the same bytes", first == files == client.files())
    return (
        f"{refused} batches named with sample and value, the other {client.done()} done, same bytes"
    )


def draws_of(files: dict[str, bytes]) -> list[bool]:
    """Return for every batch whether it is missing."""
    return [f"done/{number:06d}.json" not in files for number in range(BATCHES)]


@contextlib.contextmanager
def small_disk(home: Path) -> Iterator[Callable[[], None]]:
    """Mount a small disk at `home`; what is yielded gives it more room."""

    def mounted(options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(home)]
        subprocess.run(command, check=True, capture_output=True)

    try:
        mounted(f"size={SMALL}k")
    except (OSError, subprocess.CalledProcessError) as error:
        raise NotRunError("a disk cannot be mounted here") from error
    try:
        yield lambda: mounted("remount,size=64m")
    finally:
        subprocess.run(["umount", str(home)], check=True)


class NotRunError(Exception):
    """What a fault needs is not to be had here."""


FAULTS = {
    "undisturbed": (undisturbed, WAYS[1:]),
    "a worker killed": (worker_killed, WAYS[1:]),
    "the scheduler killed and restarted": (scheduler_restarted, WAYS[3:]),
    "the client killed and restarted": (client_killed, WAYS),
    "the disk full": (disk_full, WAYS),
    "samples that are refused": (refused_samples, WAYS[1:]),
}


def main(wanted: Sequence[str]) -> int:
    folder = Path(tempfile.mkdtemp())
    failed = 0
    try:
        spread = folder / "spread.toml"
        spread.write_text(SPREAD.format(low=GOOD, samples=SAMPLES, batch=BATCH))
        alone = Client(folder / "series", ())
        check("the run in series is done", alone.ended("run", str(spread))[0] == 0)
        frame = pl.read_parquet(alone.folder / "parts" / "samples")
        check("every sample is there once", frame["sample"].to_list() == list(range(SAMPLES)))
        refusing = folder / "refusing.toml"
        refusing.write_text(SPREAD.format(low=REFUSING, samples=SAMPLES, batch=BATCH))
        other = Client(folder / "refused", ())
        check("the run in series is refused", other.ended("run", str(refusing))[0] != 0)
        print("| fault | way | what was seen |\n| --- | --- | --- |", flush=True)
        for number, (name, (fault, ways)) in enumerate(FAULTS.items()):
            for way in ways:
                if wanted and not any(part in f"{name} | {way}" for part in wanted):
                    continue
                files = (other if fault is refused_samples else alone).files()
                try:
                    with placed(
                        way, folder / f"{number}-{way.replace(', ', '-').replace(' ', '-')}"
                    ) as (
                        client,
                        cluster,
                    ):
                        seen = fault(client, cluster, spread, files)
                except NotRunError as error:
                    seen = f"not run: {error}"
                except (AssertionError, OSError, subprocess.TimeoutExpired) as error:
                    failed += 1
                    seen = f"FAILED: {error}"
                print(f"| {name} | {way} | {seen} |", flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
