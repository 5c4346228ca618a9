"""A file that a browser sent, read in a process of its own with limits.

``python -m isthmus.web.child ENDING`` reads the file on stdin and writes its cells as JSON. What it
can do wrong ends with it: memory and time are limited, and nothing but text comes back.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isthmus.errors import BadInput, IsthmusError
from isthmus.runtime.reading import Unreadable, json_values
from isthmus.runtime.threads import ONE_THREAD

ENDINGS = (".csv", ".tsv", ".txt", ".xlsx")
TOML = ".toml"
LARGEST, LARGEST_TOML = 4 * 2**20, 2**18
"""Bytes of a table, and of a TOML file."""
MOST_ROWS, MOST_COLUMNS = 20_000, 100
MOST_TEXT = 4 * LARGEST
"""Characters of all cells: a workbook names one long text in many cells."""
SECONDS = 30
MEMORY = 2 * 2**30
"""Bytes of address space of the process."""


@dataclass(frozen=True, slots=True)
class TextCells:
    """A table of text.

    Parameters
    ----------
    columns : tuple of str
        Names of the columns.
    rows : tuple of tuple of str or None
        Cells; None where one is empty.
    lines : tuple of int
        Line of the file, or row of the sheet, of each row.
    noun : str
        What `lines` count.
    notes : tuple of str
        How it was read, and what was left out.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    lines: tuple[int, ...]
    noun: str
    notes: tuple[str, ...]


def read_apart(content: bytes, name: str) -> TextCells:
    """Return the cells of a file that was sent.

    Parameters
    ----------
    content : bytes
        The file.
    name : str
        Its name; the ending says what it is.

    Raises
    ------
    BadInput
        When it is too large, of another kind, no table, or too much for the limits.
    """
    told = _told(content, name, ENDINGS, LARGEST)
    return TextCells(
        tuple(told["columns"]),
        tuple(tuple(row) for row in told["rows"]),
        tuple(told["lines"]),
        told["noun"],
        tuple(told["notes"]),
    )


def text_apart(content: bytes, name: str) -> str:
    """Return the text of a TOML file that was sent, once it was read as TOML.

    Raises
    ------
    BadInput
        As `read_apart`.
    """
    return str(_told(content, name, (TOML,), LARGEST_TOML)["text"])


def _told(content: bytes, name: str, endings: tuple[str, ...], largest: int) -> dict[str, Any]:
    """Return what the process makes of a file."""
    ending = Path(name).suffix.lower()
    if ending not in endings:
        hint = f"a file as {', '.join(endings)}"
        raise BadInput(f"files of the ending {ending!r} are not taken", where=name, hint=hint)
    if not content or len(content) > largest:
        what = "is empty" if not content else f"is larger than {largest / 2**20:g} MB"
        raise BadInput(f"the file {what}", where=name)
    # Without -P, files of the folder in which the explorer was started go before the libraries.
    command = [sys.executable, "-P", "-m", __name__, ending]
    try:
        done = subprocess.run(
            command,
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={**os.environ, **ONE_THREAD},
        )
    except subprocess.TimeoutExpired:
        raise BadInput(f"reading takes longer than {SECONDS} seconds", where=name) from None
    try:
        told: dict[str, Any] = json_values(done.stdout, wide=False)
    except Unreadable:
        hint = f"at most {largest / 2**20:g} MB and {MOST_ROWS:,} rows, saved anew"
        raise BadInput("the file cannot be read", where=name, hint=hint) from None
    if "what" in told:
        raise BadInput(told["what"], where=name, hint=told["hint"])
    return told


def _cells(content: bytes, ending: str) -> dict[str, Any]:
    if ending == TOML:
        from isthmus.runtime.reading import load_toml

        try:
            told = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise BadInput("the file is not UTF-8 text") from None
        load_toml(told)
        return {"text": told}
    from isthmus.sources.text import TextOptions, read_bytes
    from isthmus.sources.workbook import read_sheet

    notes: list[str] = []
    if ending == ".xlsx":
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"table{ending}")
            path.write_bytes(content)
            table = read_sheet(path)
        if isinstance(table, tuple):
            raise BadInput("this is a workbook of results", hint="send a list of suppliers")
    else:
        table = read_bytes(content, f"table{ending}", TextOptions())
        notes += table.read_as
    frame = table.frame
    if frame.height > MOST_ROWS or frame.width > MOST_COLUMNS:
        what = f"{frame.height:,} rows and {frame.width:,} columns"
        hint = f"at most {MOST_ROWS:,} rows and {MOST_COLUMNS} columns"
        raise BadInput(f"the table has {what}", hint=hint)
    text = sum(frame[column].str.len_chars().sum() for column in frame.columns)
    if text > MOST_TEXT:
        hint = f"at most {MOST_TEXT:,}; leave out columns of long texts"
        raise BadInput(f"the cells hold {text:,} characters", hint=hint)
    return {
        "columns": frame.columns,
        "rows": frame.rows(),
        "lines": table.lines.to_list(),
        "noun": table.noun,
        "notes": [*notes, *table.notes],
    }


def _limit() -> None:
    """Limit memory and processor time of this process, where the system can."""
    with contextlib.suppress(ImportError):
        import resource

        for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(what, (most, most))


def main(ending: str) -> int:
    """Read the file on stdin and write its cells, or what is wrong with it."""
    _limit()
    content = sys.stdin.buffer.read(LARGEST + 1)
    try:
        told = _cells(content, ending)
    except IsthmusError as error:
        problems = error.problems if isinstance(error, BadInput) else ()
        said = "; ".join(str(problem) for problem in problems)
        told = {"what": f"{error.what}: {said}" if said else error.what, "hint": error.hint or ""}
    sys.stdout.write(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
