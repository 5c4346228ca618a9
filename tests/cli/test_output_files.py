"""No command replaces a file unasked, or anything that is not a regular file at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from isthmus.cli.root import build_app, main
from isthmus.store import Store

WRITES = {"--out", "--chart", "--loss-map", "--bands-chart", "--exceedance-chart"}
"""Options that name a file to be written; FIRMS and LINKS of ``cascade generate`` do as well."""

ASK = ["dependence", "DEU", "--suppliers", "1"]
ONE_TABLE = ["chains", "lookthrough", "DEU", "--on", "TWN"]


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def commands() -> Iterator[tuple[str, set[str]]]:
    """Yield every command with the names of its options."""
    waiting = [("", build_app())]
    while waiting:
        name, app = waiting.pop()
        if app.default_command is not None:
            found = app.assemble_argument_collection()
            yield name.strip(), {option for argument in found for option in argument.names}
        waiting += [(f"{name} {child}", app[child]) for child in app if not child.startswith("-")]


def test_every_command_that_writes_asks_for_force() -> None:
    writing = {name: options for name, options in commands() if options & WRITES}
    assert len(writing) > 20
    assert [name for name, options in writing.items() if "--force" not in options] == []
    assert "--force" in dict(commands())["cascade generate"]


def test_every_option_that_takes_a_file_is_known_here() -> None:
    reads = {"--record", "--assumptions", "--file", "--essential", "--from"}
    folders = {"--daily"}
    shown = {o for _, options in commands() for o in options if o.endswith(("-chart", "-map"))}
    assert shown <= WRITES | reads | folders


@pytest.mark.once_broken("--out replaced a file unasked")
@pytest.mark.parametrize(
    "words",
    [
        [*ASK, "--out"],
        ["data", "export", "alliances", "--out"],
        ["disruption", "taiwan-chips-7-full", "--until", "2", "--chart"],
        ["chains", "upstreamness", "DEU", "--chart"],
        ["coercion", "episodes", "--out"],
        ["equilibrium", "taiwan-chips-7-full", "--out"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_an_existing_file_is_kept_and_nothing_is_computed(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    (here / "p.json").write_text("mine")
    assert main([*words, "p.json"]) == 3
    said = capsys.readouterr().err
    assert "already exists" in said
    assert "--force" in said
    assert (here / "p.json").read_text() == "mine"
    assert Store().runs() == []


def test_force_replaces_a_file(here: Path) -> None:
    (here / "p.csv").write_text("mine")
    assert main([*ONE_TABLE, "--out", "p.csv", "--force"]) == 0
    assert (here / "p.csv").read_text().startswith("economy")
    assert [p.name for p in here.iterdir()] == ["p.csv"]


@pytest.mark.once_broken("--force replaced devices, pipes and links")
@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("kind", ["pipe", "link", "broken link", "folder", "device"])
@pytest.mark.parametrize(
    "words",
    [[*ASK, "--out"], ["data", "export", "alliances", "--format", "csv", "--out"]],
    ids=["result", "export"],
)
def test_what_is_not_a_file_is_refused_with_and_without_force(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], kind: str, force: list[str]
) -> None:
    target = here / "out.csv"
    if kind == "pipe":
        os.mkfifo(target)
    elif kind == "folder":
        target.mkdir()
    elif kind == "device":
        try:
            os.mknod(target, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
        except PermissionError:
            target = Path("/dev/null")
    else:
        (here / "real.csv").write_text("mine")
        target.symlink_to("real.csv" if kind == "link" else "nowhere.csv")
    before = os.lstat(target)
    code = main([*words, str(target), *force])
    said = capsys.readouterr().err
    assert code == 3, said
    assert (
        "refused" in said or "never replaced" in said or "is a folder" in said or "ending" in said
    )
    assert os.lstat(target).st_ino == before.st_ino
    assert os.lstat(target).st_mode == before.st_mode
    assert sorted(p.name for p in here.iterdir()) in (["out.csv"], ["out.csv", "real.csv"], [])
    if (here / "real.csv").exists():
        assert (here / "real.csv").read_text() == "mine"


@pytest.mark.once_broken("--force replaced devices, pipes and links")
@pytest.mark.parametrize("name", ["/dev/null", "/dev/stdout"])
def test_the_systems_devices_are_refused(name: str) -> None:
    before = os.lstat(name).st_mode
    assert main(["data", "export", "alliances", "--format", "csv", "--out", name, "--force"]) == 3
    assert os.lstat(name).st_mode == before
    assert not Path(f"{name}.record.json").exists()


def test_a_study_is_replaced_only_with_force(here: Path) -> None:
    assert main(["study", "new", "mine"]) == 0
    (here / "mine.toml").write_text("# my work")
    assert main(["study", "new", "mine"]) == 3
    assert (here / "mine.toml").read_text() == "# my work"
    assert main(["study", "new", "mine", "--force"]) == 0
    assert (here / "mine.toml").read_text() != "# my work"


def test_a_network_is_written_only_where_both_files_can_be(here: Path) -> None:
    (here / "links.csv").write_text("mine")
    assert main(["cascade", "generate", "firms.csv", "links.csv", "--count", "20"]) == 3
    assert [p.name for p in here.iterdir()] == ["links.csv"]
    assert main(["cascade", "generate", "firms.csv", "links.csv", "--count", "20", "--force"]) == 0
    assert (here / "links.csv").read_text().startswith("supplier")


def test_two_outputs_of_one_name_are_refused(here: Path) -> None:
    words = ["chains", "upstreamness", "DEU", "--out", "x.json", "--chart", "x.json", "--force"]
    assert main(words) == 3
    assert list(here.iterdir()) == []


def killed() -> int:
    """Return the number of a process that is gone."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


@pytest.mark.once_broken("killed writers left hidden files")
def test_what_killed_writers_left_goes_with_the_next_run_or_with_gc(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def litter() -> None:
        stem = f".isthmus-{killed()}-{'0' * 16}.tmp"
        (here / f".p.csv{stem}").write_text("half")
        (here / f".dossier{stem}").mkdir(exist_ok=True)
        (here / f".dossier{stem}" / "dossier.html").write_text("half")

    (here / ".thesis.tmp").write_text("mine")
    litter()
    assert main(["data", "gc", ".", "--dry-run"]) == 0
    assert "2 would be removed" in capsys.readouterr().err
    assert len(list(here.iterdir())) == 3
    assert main(["data", "gc", "."]) == 0
    assert "2 removed" in capsys.readouterr().err
    assert [p.name for p in here.iterdir()] == [".thesis.tmp"]
    litter()
    assert main([*ONE_TABLE, "--out", "p.csv"]) == 0
    assert sorted(p.name for p in here.iterdir()) == [".thesis.tmp", "p.csv"]
    assert main(["data", "gc", "nowhere"]) == 4
    assert main(["data", "gc", ".", "--unused"]) == 3
