"""JSON: the one reader for records, manifests and what lies in archives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from isthmus.errors import InputProblem
from isthmus.runtime.reading.files import read_bytes
from isthmus.runtime.reading.toml_values import bad_input, dotted
from isthmus.runtime.reading.values import Unreadable, value_faults

LARGEST_JSON = 64 << 20


def json_values(content: bytes | str, *, wide: bool = True) -> Any:
    """Return the values of a JSON text.

    Parameters
    ----------
    content : bytes or str
        The text.
    wide : bool
        Take whole numbers beyond 64 bits, which only files that this package wrote may hold.

    Raises
    ------
    Unreadable
        When it is not JSON, is nested without end, or holds what `value_faults` names.
    """
    try:
        values = json.loads(content, parse_constant=_constant)
    except json.JSONDecodeError as error:
        problem = InputProblem(f"not valid JSON: {error.msg}", f"line {error.lineno}")
        raise Unreadable(problem) from error
    except RecursionError as error:
        raise Unreadable(InputProblem("not valid JSON: nested without end")) from error
    except ValueError as error:
        raise Unreadable(InputProblem(f"not valid JSON: {error}")) from error
    if faults := list(value_faults(values, wide=wide)):
        raise Unreadable(*(InputProblem(w, dotted(p), h) for p, w, h in faults), notation=False)
    return values


def read_json(path: Path | str, *, what: str = "JSON file", hint: str = "") -> Any:
    """Return the values of a JSON file that somebody else wrote.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        When it is not a regular file, too large, or not JSON.
    """
    content = read_bytes(path, what=what, limit=LARGEST_JSON, hint=hint)
    try:
        return json_values(content, wide=False)
    except Unreadable as error:
        raise bad_input(what, error, path) from error


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")
