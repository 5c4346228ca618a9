"""Files that a run reads: remembered by path and content, checked before they are read again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isthmus.errors import BadInput, InputProblem, NotFound, raise_all
from isthmus.runtime.reading import open_regular


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file as a parameter of a run: its path as it was given and the SHA-256 of its bytes."""

    path: str
    sha256: str


def input_file(path: Path | str, *, what: str = "file", hint: str = "") -> InputFile:
    """Return a file with the hash of its content; `what` and `hint` as for `check_regular`.

    Raises
    ------
    NotFound
        When there is none.
    BadInput
        When it is not a regular file, or cannot be read.
    """
    with open_regular(path, what=what, hint=hint) as handle:
        return InputFile(str(path), hashlib.file_digest(handle, "sha256").hexdigest())


def is_input_file(value: Any) -> bool:
    """Return whether a plain value stands for a file."""
    return isinstance(value, Mapping) and set(value) == {"path", "sha256"}


def check_files(parameters: Mapping[str, Any]) -> None:
    """Refuse parameters whose files, single or listed, are gone or hold something else now.

    Raises
    ------
    BadInput
        With every such file.
    """
    problems = [
        problem
        for key, given in parameters.items()
        for value in (given if isinstance(given, list | tuple) else (given,))
        if is_input_file(value) and (problem := _problem(key, value)) is not None
    ]
    raise_all("files of the run", problems)


def _problem(key: str, value: Mapping[str, Any]) -> InputProblem | None:
    where = f"{key}: {value['path']}"
    try:
        found = input_file(value["path"]).sha256
    except (NotFound, BadInput) as error:
        hint = "paths are kept as they were given: call from the folder of the first call"
        return InputProblem(error.what, where, hint)
    if found == value["sha256"]:
        return None
    what = f"has changed: SHA-256 {found[:12]} now, {str(value['sha256'])[:12]} then"
    return InputProblem(what, where, "put the former file back, or ask anew")
