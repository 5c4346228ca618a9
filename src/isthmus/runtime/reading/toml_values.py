"""TOML: the one reader for studies, scenarios, plans, records, assumptions and options."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from isthmus.errors import BadInput, InputProblem
from isthmus.runtime.reading.files import LARGEST_TEXT, read_text
from isthmus.runtime.reading.toml_lines import LineIndex
from isthmus.runtime.reading.values import DEEPEST, Place, Unreadable, value_faults

MOST_PARTS = 16
"""Parts of a dotted key."""
MOST_DIGITS = 400
MOST_MARKS = 600_000
"""Keys, values and lines, comments and texts included."""

_SYNTAX_LINE = re.compile(r"\s*\(at line (\d+), column (\d+)\)")
_END = re.compile(r"\s*\(at end of document\)")
_ONLY = "only this one is shown; mend it to see others"
_MARKS = re.compile(
    r'"""(?:[^\\"]++|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']++|'(?!''))*+'{3,5}"
    r'|"(?:[^\\"\n]++|\\.)*+"'
    r"|'[^'\n]*+'"
    r"|\#[^\n]*+"
    rf"|(?P<digits>[0-9][0-9_]{{{MOST_DIGITS},}}+)"
    r"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<dot>\.)|(?P<end>[=,]|\n\s*+)",
    re.DOTALL,
)
"""Strings and comments to pass over; what nests, and what ends a key."""


def toml_values(text: str) -> dict[str, Any]:
    """Return the values of a TOML text, in a time in proportion to its length.

    Raises
    ------
    Unreadable
        When it is not TOML, is nested without end, or holds what `value_faults` names.
    """
    if len(text) > LARGEST_TEXT:
        problem = InputProblem(f"the text is longer than {LARGEST_TEXT:,} characters")
        raise Unreadable(problem, notation=False)
    _check_form(text)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Unreadable(_syntax(str(error))) from error
    except (ValueError, RecursionError, OverflowError) as error:
        raise Unreadable(InputProblem(f"not valid TOML: {error}", hint=_ONLY)) from error
    if faults := list(value_faults(values)):
        index = LineIndex(text)
        faults.sort(key=lambda fault: index.line(fault[0]))
        raise Unreadable(
            *(InputProblem(w, f"line {index.line(p)}, {dotted(p)}", h) for p, w, h in faults),
            notation=False,
        )
    return values


def load_toml(text: str, *, what: str = "TOML file", where: str = "text") -> dict[str, Any]:
    """Return the values of a TOML text.

    Parameters
    ----------
    text : str
        The text.
    what, where : str
        What it is and its file, for messages.

    Raises
    ------
    BadInput
        As `toml_values`, with the line.
    """
    try:
        return toml_values(text)
    except Unreadable as error:
        raise bad_input(what, error, where) from error


def read_toml(path: Path | str, *, what: str = "TOML file", hint: str = "") -> dict[str, Any]:
    """Return the values of a TOML file.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        When it is not a regular file of UTF-8 text, too large, or not TOML.
    """
    return load_toml(read_text(path, what=what, hint=hint), what=what, where=str(path))


def bad_input(what: str, error: Unreadable, where: object) -> BadInput:
    """Return what is wrong with a text as the error that names its file."""
    count = len(error.problems)
    noun = "problem" if count == 1 else "problems"
    return BadInput(f"{what}: {count:,} {noun}", error.problems, where=str(where))


def dotted(place: Place) -> str:
    """Return a place as a reader counts it: ``claims[1].rule.threshold``; "file" for the whole."""
    out = ""
    for part in place:
        if isinstance(part, int):
            out += f"[{part + 1}]"
        else:
            out += f".{part}" if out else part
    return out or "file"


def _check_form(text: str) -> None:
    """Refuse what the parser would take a time or depth for that has no bound."""
    depth = parts = 0
    for number, mark in enumerate(_MARKS.finditer(text)):
        kind = mark.lastgroup
        if kind is None:
            continue
        depth += (kind == "open") - (kind == "close" and depth > 0)
        parts = parts + 1 if kind == "dot" else 0
        what = ""
        if kind == "digits":
            what = f"a number of {len(mark.group()):,} digits"
        elif depth > DEEPEST:
            what = f"nested more than {DEEPEST} levels deep"
        elif parts >= MOST_PARTS:
            what = f"a key of more than {MOST_PARTS} parts"
        elif number >= MOST_MARKS:
            what = "more values than any file of this project needs"
        if what:
            line = text.count("\n", 0, mark.start()) + 1
            raise Unreadable(InputProblem(what, f"line {line}", _ONLY), notation=False)


def _syntax(message: str) -> InputProblem:
    match = _SYNTAX_LINE.search(message)
    line = f"line {match.group(1)}" if match else "end of file"
    what = _END.sub("", _SYNTAX_LINE.sub("", message))
    return InputProblem(f"not valid TOML: {what}", line, _ONLY)
