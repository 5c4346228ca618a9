"""Errors in the words of the command line: options in place of parameters of Python."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from isthmus.errors import BadInput, IsthmusError


def spoken(error: IsthmusError, options: Mapping[str, str]) -> IsthmusError:
    """Return an error whose place and hint name options.

    Parameters
    ----------
    error : IsthmusError
        As the lens raised it; it is changed.
    options : mapping of str to str
        By parameter of the lens, the option as it is written.
    """
    error.where = _place(error.where, options)
    error.hint = _hint(error.hint, options)
    if isinstance(error, BadInput):
        error.problems = type(error.problems)(
            replace(p, where=_place(p.where, options) or "", hint=_hint(p.hint, options) or "")
            for p in error.problems
        )
    return error


def _place(where: str | None, options: Mapping[str, str]) -> str | None:
    return options.get(where or "", where)


def _hint(hint: str | None, options: Mapping[str, str]) -> str | None:
    """Write ``lasting=True`` as ``--lasting`` and ``years=2022`` as ``--years 2022``."""
    if not hint:
        return hint

    def written(found: re.Match[str]) -> str:
        name, value = found[1], found[2].strip("'\"")
        if name not in options:
            return found[0]
        said = {"True": options[name], "False": f"--no-{options[name][2:]}"}
        return said.get(value, f"{options[name]} {value}")

    return re.sub(r"\b(\w+)=(\w+|'[^']*'|\"[^\"]*\")", written, hint)
