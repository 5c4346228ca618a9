"""Writing a dossier: whole or not there, with named errors and exit codes."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from isthmus.charts import Press
from isthmus.cli import main
from isthmus.errors import IsthmusError, StorageFull, StorageReadOnly, TargetExists, TargetRefused
from isthmus.report import parts, render_brief_html, write, write_dossier
from isthmus.study import open_study
from isthmus.study.dossier import Dossier
from isthmus.study.sheet import member_sheet
from isthmus.world import World

FILES = {"brief.html", "brief.md", "dossier.html", "dossier.json", "dossier.md", "study.toml"}


def names(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()} - {"tables"}


def test_pages_and_a_file_for_each_table_and_nothing_else(
    dossier: Dossier, press: Press, tmp_path: Path
) -> None:
    page = write_dossier(dossier, tmp_path / "out", press=press)
    assert page.is_file()
    assert names(tmp_path / "out") == FILES
    assert {p.name for p in tmp_path.iterdir()} == {"out"}
    files = json.loads((tmp_path / "out" / "dossier.json").read_text("utf-8"))["files"]
    beside = {f"tables/{p.name}" for p in (tmp_path / "out" / "tables").iterdir()}
    study = (tmp_path / "out" / "study.toml").read_bytes()
    listed = [n for n in files if isinstance(n, dict)]
    assert listed == [{"name": "study.toml", "sha256": hashlib.sha256(study).hexdigest()}]
    assert {n for n in files if isinstance(n, str)} == beside | {"brief.html", "brief.md"}
    held = [t for s in dossier.sections for t in (*s.tables, *(c.table for c in s.charts))]
    assert len({t.name for t in held}) <= len(beside) <= len(held)
    flows = next(t for t in held if t.name == "dependence_flows")
    rows = pl.read_csv(tmp_path / "out" / "tables" / "dependence-flows.csv")
    assert rows.height == flows.frame.height
    assert rows["value"].to_list() == pytest.approx(flows.frame["value"].to_list(), rel=1e-12)


def test_each_chart_is_drawn_once_for_page_and_brief(
    short: Dossier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []
    real = parts.render_svgs

    def counted(charts: Iterable[Any]) -> dict[str, str]:
        listed = list(charts)
        drawn.extend(key for key, *_ in listed)
        return real(listed)

    monkeypatch.setattr(parts, "render_svgs", counted)
    write_dossier(short, tmp_path / "out")
    assert drawn == list(short.charts)
    assert drawn
    assert (tmp_path / "out" / "brief.html").read_text("utf-8") == render_brief_html(short)


def test_member_sheets_stand_beside_the_dossier(
    short: Dossier, world: World, tmp_path: Path
) -> None:
    sheet = member_sheet(open_study("taiwan-europe"), world, "POL")
    write_dossier(short, tmp_path / "out", sheets=[sheet])
    written = {p.name for p in (tmp_path / "out" / "sheets").iterdir()}
    assert written == {"POL.html", "POL.json", "POL.md"}
    # A dossier without the sheet takes its place: the sheet was the product's own.
    write_dossier(short, tmp_path / "out", replace=True)
    assert not (tmp_path / "out" / "sheets").exists()
    (tmp_path / "out" / "sheets").mkdir()
    (tmp_path / "out" / "sheets" / "POL.md").write_text("put there by hand")
    with pytest.raises(TargetRefused, match=r"POL\.md"):
        write_dossier(short, tmp_path / "out", replace=True)


def test_an_existing_folder_is_kept_unless_forced(short: Dossier, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "mine.txt").write_text("keep")
    with pytest.raises(TargetExists):
        write_dossier(short, target)
    with pytest.raises(TargetRefused, match=r"mine\.txt"):
        write_dossier(short, target, replace=True)
    assert [p.name for p in target.iterdir()] == ["mine.txt"]
    (target / "mine.txt").unlink()
    write_dossier(short, target)
    (target / "dossier.md").write_text("older")
    with pytest.raises(TargetExists):
        write_dossier(short, target)
    write_dossier(short, target, replace=True)
    assert names(target) == FILES
    assert (target / "dossier.md").read_text("utf-8") != "older"


@pytest.mark.once_broken("--force removed everything in the folder")
def test_forced_or_not_nothing_but_a_dossier_is_ever_replaced(
    short: Dossier, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder of the user's is refused before anything is computed, its files by name."""
    own = tmp_path / "docs"
    (own / "sub").mkdir(parents=True)
    (own / "thesis.docx").write_bytes(b"years of work")
    (own / "sub" / "photo.jpg").write_bytes(b"holiday")
    plain = tmp_path / "notes"
    plain.write_text("a plain file")
    mixed = tmp_path / "mixed"
    write_dossier(short, mixed)
    (mixed / "study.toml").write_text("# my own")
    for target, named in ((own, "thesis.docx"), (plain, "is a file"), (mixed, "study.toml")):
        for force in ([], ["--force"]):
            words = ["assess", "--out", str(target), "--world", "starter", *force]
            assert main(words) == 3
            said = " ".join(capsys.readouterr().err.split())
            assert named in said
            assert "run " not in said  # nothing was computed
    assert (own / "thesis.docx").read_bytes() == b"years of work"
    assert (own / "sub" / "photo.jpg").read_bytes() == b"holiday"
    assert plain.read_text() == "a plain file"
    assert names(mixed) == FILES
    assert (mixed / "study.toml").read_text() == "# my own"


@pytest.mark.once_broken("a folder made meanwhile was removed")
def test_a_folder_made_while_the_dossier_is_written_stays(
    short: Dossier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    real = write.render_html

    def meanwhile(*asked: Any) -> str:
        target.mkdir()
        (target / "precious.txt").write_text("precious")
        return real(*asked)

    monkeypatch.setattr(write, "render_html", meanwhile)
    with pytest.raises(TargetExists):
        write_dossier(short, target)
    assert [p.name for p in target.iterdir()] == ["precious.txt"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["render_json", "render_markdown", "render_html"])
@pytest.mark.parametrize("forced", [False, True])
def test_an_interrupt_leaves_everything_as_it_was(
    short: Dossier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, forced: bool
) -> None:
    target = tmp_path / "out"
    if forced:
        write_dossier(short, target)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}

    def stop(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(write, name, stop)
    with pytest.raises(KeyboardInterrupt):
        write_dossier(short, target, replace=forced)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
    assert [p.name for p in tmp_path.iterdir()] == (["out"] if forced else [])


@pytest.mark.parametrize(
    ("code", "error"), [(errno.ENOSPC, StorageFull), (errno.EROFS, StorageReadOnly)]
)
def test_a_full_or_read_only_disk_is_named_and_leaves_nothing(
    short: Dossier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, error: type
) -> None:
    real = Path.write_text

    def fail(self: Path, *args: object, **keys: object) -> int:
        if self.name == "dossier.html":
            raise OSError(code, os.strerror(code))
        return real(self, *args, **keys)  # type: ignore[arg-type]

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(error):
        write_dossier(short, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
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
    assert names(tmp_path / "out") == FILES
    assert "Japan supplied" in (tmp_path / "out" / "dossier.md").read_text("utf-8")
    capsys.readouterr()


def test_mistakes_in_a_study_are_exit_code_3_and_unknown_studies_4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text("schema_version = 2\ncolour = 2\n")
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


def test_without_a_browser_pdf_is_refused_before_anything_is_computed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["assess", "--out", str(tmp_path / "out"), "--pdf"]) == 4
    said = " ".join(capsys.readouterr().err.split())
    assert "chromium" in said
    assert "run " not in said
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_does_not_print_is_named_and_leaves_nothing(
    short: Dossier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "chromium").write_text("#!/bin/sh\necho out of memory >&2\nexit 1\n")
    (tools / "chromium").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(IsthmusError, match="out of memory"):
        write_dossier(short, tmp_path / "out", pdf=True)
    assert [p.name for p in tmp_path.iterdir()] == ["tools"]
