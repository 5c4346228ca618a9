"""Writing a dossier: whole or not there, with named errors and exit codes."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.cli import main
from isthmus.errors import StorageFull, StorageReadOnly, TargetExists
from isthmus.report import write, write_dossier
from isthmus.study.dossier import Dossier

PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
FILES = {"dossier.html", "dossier.json", "dossier.md"}


def run(*words: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "isthmus", *words],
        cwd=cwd, env=os.environ | env, capture_output=True, check=False,
    )  # fmt: skip


def test_three_files_and_nothing_else(dossier: Dossier, tmp_path: Path) -> None:
    page = write_dossier(dossier, tmp_path / "out")
    assert page.is_file()
    assert {p.name for p in (tmp_path / "out").iterdir()} == FILES
    assert {p.name for p in tmp_path.iterdir()} == {"out"}


def test_an_existing_folder_is_kept_unless_forced(dossier: Dossier, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine.txt").write_text("keep")
    with pytest.raises(TargetExists):
        write_dossier(dossier, target)
    assert [p.name for p in target.iterdir()] == ["mine.txt"]
    write_dossier(dossier, target, replace=True)
    assert {p.name for p in target.iterdir()} == FILES


@pytest.mark.parametrize("name", ["render_json", "render_markdown", "render_html"])
@pytest.mark.parametrize("forced", [False, True])
def test_an_interrupt_leaves_everything_as_it_was(
    dossier: Dossier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, forced: bool
) -> None:
    target = tmp_path / "out"
    if forced:
        target.mkdir()
        (target / "old.txt").write_text("old")

    def stop(_: Dossier) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(write, name, stop)
    with pytest.raises(KeyboardInterrupt):
        write_dossier(dossier, target, replace=forced)
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")}
    assert left == ({"out", "out/old.txt"} if forced else set())


@pytest.mark.parametrize(
    ("code", "error"), [(errno.ENOSPC, StorageFull), (errno.EROFS, StorageReadOnly)]
)
def test_a_full_or_read_only_disk_is_named_and_leaves_nothing(
    dossier: Dossier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, error: type
) -> None:
    real = Path.write_text

    def fail(self: Path, *args: object, **keys: object) -> int:
        if self.name == "dossier.html":
            raise OSError(code, os.strerror(code))
        return real(self, *args, **keys)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(error):
        write_dossier(dossier, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_files_are_utf8_in_a_plain_locale(tmp_path: Path) -> None:
    done = run("assess", "--json", "--out", "dossier-taiwan-europe", cwd=tmp_path, **PLAIN)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.decode("utf-8"))["study"]["name"] == "taiwan-europe"
    folder = tmp_path / "dossier-taiwan-europe"
    assert {p.name for p in folder.iterdir()} == FILES
    assert "●" in (folder / "dossier.html").read_text("utf-8")
    assert str(folder / "dossier.html") in done.stderr.decode("utf-8")


def test_a_study_of_ones_own_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["study", "new", "japan-europe", "--from", "taiwan-europe"]) == 0
    path = tmp_path / "japan-europe.toml"
    text = path.read_text("utf-8")
    path.write_text(text.replace('partner = "TWN"', 'partner = "JPN"'), encoding="utf-8")
    assert main(["study", "check", "japan-europe.toml"]) == 0
    assert main(["assess", "japan-europe.toml", "--out", "out"]) == 0
    assert main(["assess", "japan-europe.toml", "--out", "out"]) == 3
    assert "--force" in capsys.readouterr().err
    assert {p.name for p in (tmp_path / "out").iterdir()} == FILES
    assert "Japan supplied" in (tmp_path / "out" / "dossier.md").read_text("utf-8")
    capsys.readouterr()


def test_mistakes_in_a_study_are_exit_code_3_and_unknown_studies_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text("schema_version = 1\ncolour = 2\n")
    assert main(["study", "check", "bad.toml"]) == 3
    assert "line 2" in capsys.readouterr().err
    assert main(["assess", "nowhere"]) == 4
    assert main(["assess", "taiwan-europe", "--world", "nowhere"]) == 4


@pytest.mark.parametrize(
    "words",
    [["list"], ["show", "taiwan-europe"], ["check", "taiwan-europe"], ["check", "--measures"]],
)
def test_study_commands_speak_json(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", *words]) == 0
    capsys.readouterr()
    assert main(["study", *words, "--json"]) == 0
    json.loads(capsys.readouterr().out)
