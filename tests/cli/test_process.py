"""The command line on streams, limits and words that do not cooperate: a name, never a stack."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.cli.process import clear_terminal_size
from isthmus.cli.root import main

CODES = ["codes", "industries"]


def run(
    *words: str | bytes, shell: str = "", cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Run a command; `shell` stands before it and after it, around ``"$@"``."""
    command: list[str | bytes] = [sys.executable, "-m", "isthmus", *words]
    if shell:
        command = ["sh", "-c", shell, "sh", *command]
    env = {**os.environ, **environment}
    return subprocess.run(command, capture_output=True, env=env, cwd=cwd, timeout=120)


def named(done: subprocess.CompletedProcess[bytes], code: int, words: str) -> None:
    said = done.stderr.decode()
    assert done.returncode == code, said
    assert words in said
    assert "Traceback" not in said
    assert "unforeseen" not in said


@pytest.mark.once_broken("a stack for a closed or full output, and a low limit of memory")
@pytest.mark.skipif(os.name == "nt", reason="streams as a shell of Unix closes them")
@pytest.mark.parametrize(
    ("shell", "code", "words"),
    [
        ('"$@" >&-', 1, "the output cannot be written: it is closed"),
        ('"$@" >/dev/full', 1, "the output cannot be written: No space left"),
        ('"$@" 2>&-', 0, ""),
        ('"$@" <&- >/dev/null', 0, ""),
        ('"$@" 2>/dev/full', 0, ""),
        ('ulimit -v 800000; "$@"', 1, "the limit on memory is 781 MiB"),
    ],
)
def test_streams_and_limits(shell: str, code: int, words: str) -> None:
    named(run(*CODES, shell=shell), code, words)


def test_a_closed_output_is_no_place_for_other_files(tmp_path: Path) -> None:
    out = tmp_path / "x.json"
    done = run("codes", "industries", "--json", shell='"$@" >&- 2>&-')
    assert done.returncode == 1
    done = run("study", "new", "mine", "--out", str(tmp_path), shell='"$@" >&- 2>&-')
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8").startswith("# ")
    assert not out.exists()


@pytest.mark.once_broken("a stack for COLUMNS=abc")
@pytest.mark.parametrize("words", [CODES, ["--help"]], ids=" ".join)
def test_a_width_that_is_no_number_is_none(words: list[str]) -> None:
    done = run(*words, COLUMNS="abc", LINES="abc")
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout


@pytest.mark.parametrize("width", ["", "²", "-1", "0", "99999999999999999999", "80"])
def test_only_a_width_is_kept(width: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLUMNS", "LINES"):
        monkeypatch.setenv(name, width)
    clear_terminal_size()
    assert os.environ.get("COLUMNS") == os.environ.get("LINES") == ("80" if width == "80" else None)


@pytest.mark.slow
@pytest.mark.once_broken("a stack for a store that cannot be")
@pytest.mark.skipif(os.name == "nt", reason="limits and folders of Unix")
def test_a_store_that_cannot_be_is_named_and_stops_no_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    ask = ["dependence", "JPN", "--years", "2022"]
    for home in (str(tmp_path / "file"), "/proc/1"):
        named(run("data", "gc", ISTHMUS_HOME=home), 1, "writing failed")
        done = run(*ask, ISTHMUS_HOME=home)
        named(done, 0, "run not kept")
        assert done.stdout
    done = run(*ask, shell='ulimit -f 0; "$@"', ISTHMUS_HOME=str(tmp_path / "home"))
    named(done, 0, "run not kept")
    done = run(*ask, shell='"$@" 2>/dev/full', ISTHMUS_HOME=str(tmp_path / "home"))
    assert (done.returncode, bool(done.stdout)) == (0, True)
    done = run(*ask, ISTHMUS_HOME="x" * 300)
    named(done, 0, "run not kept: the file has too long a name")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.slow
@pytest.mark.once_broken("a stack for PYTHONOPTIMIZE=2")
def test_without_docstrings_the_missing_charts_are_named_first(tmp_path: Path) -> None:
    done = run("assess", "--out", str(tmp_path / "x"), PYTHONOPTIMIZE="2")
    named(done, 1, "charts cannot be drawn")
    assert not list(tmp_path.iterdir())
    named(run(*CODES, PYTHONOPTIMIZE="2"), 0, "")


@pytest.mark.once_broken("a stack for names that are no text")
def test_words_that_are_no_text_are_named(tmp_path: Path) -> None:
    done = run("dependence", "JPN", "--out", os.fsencode(tmp_path) + b"/a\xff.csv")
    named(done, 3, "is not UTF-8 text")
    named(run(b"study", b"check", b"\xff\xfe.toml"), 3, "is not UTF-8 text")
    assert not list(tmp_path.iterdir())


@pytest.mark.once_broken("a stack for nesting, digits, names and missing files")
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["dependence", "EU27_2020", "--years", "²"], 3, "cannot read years"),
        (["dependence", "EU27_2020", "--years", "1-999999999999"], 3, "cannot read years"),
        (["dependence", "EU27_2020", "--years", "9" * 5_000], 3, "cannot read years"),
        (["disruption", "taiwan-chips-7-full", "--horizons", "²"], 3, "not a whole number"),
        (["data", "import", "."], 3, "the bundle is a folder"),
        (["data", "import", "none.zip"], 4, "no such bundle"),
        (["data", "add", "x" * 300 + ".csv"], 3, "too long a name"),
        (["data", "add", "."], 3, "unknown file ending"),
        (["study", "new", "x", "--from", "nope.toml"], 4, "no such study file"),
        (["study", "new", "x", "--from", "binary.toml"], 3, "not UTF-8"),
        (["study", "new", "x", "--from", ".toml"], 4, "no such study file"),
        (["study", "new", "x" * 300], 3, "cannot be the name"),
        (["study", "check", "x" * 300 + ".toml"], 3, "too long a name"),
        (["study", "check", "a\0b.toml"], 3, "can have this name"),
        (["data", "list", "--world", "x" * 300], 4, "no world here"),
        (["ensemble", "run", "deep.toml"], 3, "nested"),
        (["disruption", "deep.toml"], 3, "nested"),
        (["coercion", "respond", "JPN", "--assumptions", "digits.toml"], 3, "5,000 digits"),
        (["ensemble", "run", "x", "--set", "a=" + "[" * 2_000], 3, "nested"),
        (["ensemble", "run", "x", "--set", "a=" + "9" * 5_000], 3, "5,000 digits"),
    ],
)
def test_words_that_broke_once(
    words: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "deep.toml").write_text("x = " + "[" * 2_000)
    (tmp_path / "digits.toml").write_text("x = " + "9" * 5_000)
    assert main(words) == code
    assert said in capsys.readouterr().err


def test_what_nobody_foresaw_is_one_line_with_its_own_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    class Panic(BaseException):
        """Like the panics of compiled code: no `Exception`."""

    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path))
    for raised in (ValueError("secret"), Panic("secret"), RecursionError("secret")):

        def fail(words: list[str], error: BaseException = raised) -> int:
            raise error

        monkeypatch.setattr("isthmus.cli.root._dispatch", fail)
        assert main(["x"]) == 70
        said = capsys.readouterr().err
        assert type(raised).__name__ in said.splitlines()[0]
        assert "report it" in said
        assert "secret" not in said
        assert "Traceback" not in said
    assert len(list((tmp_path / "store" / "faults").iterdir())) == 3
