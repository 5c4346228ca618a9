"""A study on machines that do not cooperate: real mounts, real signals, odd locales."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

STUDY = """
schema_version = 2
name = "machine"
title = "{partner} für {home}: 臺灣 – Ελλάδα"
question = "From whom does {home} buy?"
industries = ["C26"]

[roles]
home = "DEU"
partner = "TWN"

[[pages]]
page = "concentration"
"""


@pytest.fixture(scope="session")
def assess(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the command that answers a short study, all but its folder of output."""
    study = tmp_path_factory.mktemp("study") / "machine.toml"
    study.write_text(STUDY, encoding="utf-8")
    return [sys.executable, "-m", "isthmus", "assess", str(study), "--out"]


@pytest.fixture(scope="session")
def own_mounts() -> list[str]:
    """Return the command that gives a process its own mount table, or skip."""
    for command in (["unshare", "-m"], ["unshare", "-rm"]):
        probe = [*command, "sh", "-c", "mount -t tmpfs none /mnt"]
        if shutil.which("unshare") and subprocess.run(probe, capture_output=True).returncode == 0:
            return command
    pytest.skip("mounts not run: this machine lets no process have its own mount table")


def mounted(own_mounts: list[str], script: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a shell script with its own mounts; the words are ``$1``, ``$2``, ..."""
    command = [*own_mounts, "sh", "-c", script, "sh", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_full_disk_is_named_and_leaves_nothing(
    tmp_path: Path, own_mounts: list[str], assess: list[str]
) -> None:
    script = (
        'mount -t tmpfs -o size=48k none "$1" && cd "$1"; shift; "$@"; code=$?; ls -A; exit $code'
    )
    done = mounted(own_mounts, script, str(tmp_path), *assess, "dossier")
    assert done.returncode == 1, done.stderr
    assert "no space left" in done.stderr
    assert done.stdout.split() == []


@pytest.mark.once_broken("a full store cost the answer")
@pytest.mark.parametrize("size", ["4k", "24k", "64k"])
def test_full_home_costs_the_record_and_not_the_answer(
    tmp_path: Path, own_mounts: list[str], size: str
) -> None:
    script = 'mount -t tmpfs -o size="$2" none "$1"; export ISTHMUS_HOME="$1"; shift 2; "$@"'
    ask = [sys.executable, "-m", "isthmus", "disruption", "taiwan-chips-7-full", "--until", "40"]
    done = mounted(own_mounts, script, str(tmp_path), size, *ask, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["tables"]
    assert "run not kept: no space left" in " ".join(done.stderr.split())


def test_read_only_home_does_not_matter(
    tmp_path: Path, own_mounts: list[str], assess: list[str]
) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    home.mkdir()
    script = (
        'export HOME="$1"; unset XDG_DATA_HOME XDG_CACHE_HOME ISTHMUS_HOME; '
        'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"; shift; "$@"'
    )
    done = mounted(own_mounts, script, str(home), *assess, str(out))
    assert done.returncode == 0, done.stderr
    assert (out / "dossier.html").is_file()
    assert list(home.iterdir()) == []


def test_read_only_target_is_named(
    tmp_path: Path, own_mounts: list[str], assess: list[str]
) -> None:
    script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1"; shift; "$@"'
    done = mounted(own_mounts, script, str(tmp_path), *assess, str(tmp_path / "dossier"))
    assert done.returncode == 1
    assert "cannot be written to" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wait_for", ["start", "writing"])
def test_interrupt_leaves_nothing(tmp_path: Path, wait_for: str, assess: list[str]) -> None:
    child = subprocess.Popen(
        [*assess, str(tmp_path / "dossier")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < deadline:
        if wait_for == "start" and time.monotonic() > deadline - 58.5:
            break
        if wait_for == "writing" and any(tmp_path.iterdir()):
            break
        time.sleep(0.001)
    child.send_signal(signal.SIGINT)
    try:
        _, err = child.communicate(timeout=60)
    finally:
        child.kill()
        child.communicate()
    left = sorted(p.name for p in tmp_path.iterdir())
    if child.returncode == 0:  # it had finished before the signal arrived
        assert left == ["dossier"]
        return
    assert child.returncode == 130, err
    assert left in ([], ["dossier"])
    if left:
        names = {p.name for p in (tmp_path / "dossier").iterdir()}
        assert names == {"dossier.html", "dossier.json", "dossier.md"}


@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"LC_ALL": "en_US.ISO-8859-1", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"},
    ],
    ids=["C", "latin-1"],
)
def test_locale_does_not_matter(tmp_path: Path, locale: dict[str, str], assess: list[str]) -> None:
    done = subprocess.run(
        [*assess, str(tmp_path / "dossier"), "--json"],
        capture_output=True,
        env={**os.environ, **locale},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    title = "Taiwan für Germany: 臺灣 – Ελλάδα"
    assert json.loads(done.stdout.decode("utf-8"))["study"]["title"] == title
    page = (tmp_path / "dossier" / "dossier.html").read_text(encoding="utf-8")
    assert title in page
    assert "●" in page
    assert str(tmp_path / "dossier" / "dossier.html") in done.stderr.decode("utf-8")


def test_existing_output_is_kept(tmp_path: Path, assess: list[str]) -> None:
    target = tmp_path / "dossier"
    target.mkdir()
    (target / "mine.txt").write_text("precious")
    done = subprocess.run([*assess, str(target)], capture_output=True, text=True)
    assert done.returncode == 3
    assert "already exists" in done.stderr
    assert (target / "mine.txt").read_text() == "precious"
