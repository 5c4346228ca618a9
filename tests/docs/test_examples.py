"""Every example in the README and the documentation runs.

Blocks fenced as ``python`` are executed page by page; in blocks fenced as ``sh`` or ``console``
every line that starts with ``isthmus`` (or ``.venv/bin/isthmus``) is run in an empty folder.
A block fenced as ``text`` is prose.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.cli import main

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(python|sh|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path, *languages: str) -> list[str]:
    """Return the fenced blocks of a page in the given languages."""
    found = BLOCK.findall(page.read_text(encoding="utf-8"))
    return [body for language, body in found if language in languages]


def commands(page: Path) -> list[list[str]]:
    """Return the words of every isthmus command that a page shows."""
    lines = "".join(blocks(page, "sh", "console")).replace("\\\n", " ").splitlines()
    words = [shlex.split(line.removeprefix("$ "), comments=True) for line in lines]
    return [w[1:] for w in words if w and w[0] in {"isthmus", ".venv/bin/isthmus"}]


@pytest.mark.parametrize("page", [p for p in PAGES if blocks(p, "python")], ids=lambda p: p.stem)
def test_python_examples_run(page: Path, tmp_path: Path) -> None:
    code = "\n".join(blocks(page, "python"))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, f"{page.name}\n{code}\n{done.stderr[-2000:]}"


@pytest.mark.parametrize("page", [p for p in PAGES if commands(p)], ids=lambda p: p.stem)
def test_commands_run(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    # A server is made and listens; it has nobody to answer and no interrupt to wait for.
    monkeypatch.setattr("isthmus.web.serve.serve", lambda _app, made: made.close())
    monkeypatch.setattr("webbrowser.open", lambda _address: True)
    for words in commands(page):
        code = main(words)
        assert code == 0, f"{page.name}: isthmus {shlex.join(words)}\n{capsys.readouterr().err}"


def test_the_package_shown_is_the_one_that_is_tested() -> None:
    page = (PROJECT / "docs" / "lenses.md").read_text(encoding="utf-8")
    shown = re.search(r"^<!-- (\S+) -->\n```{code-block} python\n(.*?)^```", page, re.M | re.S)
    assert shown is not None
    assert (PROJECT / shown[1]).read_text(encoding="utf-8") == shown[2]
    # short enough to be read
    assert len(shown[2].splitlines()) <= 40
