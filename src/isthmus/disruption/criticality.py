"""What an industry cannot make without an input: an own default by group, or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isthmus.codes.nodes import whole_of
from isthmus.errors import InputProblem, raise_all
from isthmus.sources.numbers import parse_numbers
from isthmus.sources.text import TextOptions, capped, read_text

Floats = NDArray[np.float64]

_GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("farming", ("A",)),
    ("energy", ("B05", "B06", "C19", "D")),
    ("ores", ("B07", "B08", "B09")),
    ("food", ("C10", "C11", "C12")),
    ("chemicals", ("C20", "C21", "C22")),
    ("minerals", ("C23",)),
    ("metals", ("C24",)),
    ("parts", ("C25", "C26", "C27", "CHIP")),
    ("machines", ("C28", "C29", "C30", "C302", "C31", "C33")),
    ("light", ("C13", "C14", "C15", "C16", "C17", "C18")),
    ("construction", ("F",)),
    ("networks", ("E", "H", "J", "G")),
)
_CRITICAL: Mapping[str, tuple[str, ...]] = {
    "farming": ("food",),
    "ores": ("metals", "minerals"),
    "energy": ("chemicals", "metals", "minerals", "ores", "networks"),
    "chemicals": ("food", "parts", "light"),
    "metals": ("parts", "machines", "construction"),
    "minerals": ("construction",),
    "parts": ("parts", "machines", "networks"),
    "light": ("light",),
}
_IMPORTANT: Mapping[str, tuple[str, ...]] = {
    "energy": ("farming", "food", "parts", "machines", "light", "construction"),
    "chemicals": ("farming", "machines"),
    "light": ("food",),
    "parts": ("construction",),
    "machines": ("machines",),
    "networks": (
        "farming",
        "ores",
        "food",
        "chemicals",
        "minerals",
        "metals",
        "parts",
        "machines",
        "light",
        "construction",
        "networks",
    ),
}
"""Groups of users that cannot do without products of a group, in full or in half."""

_BUILT_IN = {
    "C26": 1.0,
    "C27": 1.0,
    "C28": 1.0,
    "C29": 1.0,
    "C301": 0.5,
    "C302T309": 1.0,
    "J": 0.5,
}
USERS: Mapping[str, Mapping[str, float]] = {
    "C26_LEAD": {"C26": 1.0, "J": 0.5},
    "C26_LOGIC": _BUILT_IN,
    "C26_MEM": {"C26": 1.0, "C27": 0.5, "C28": 0.5, "C29": 0.5, "J": 0.5},
    "C26_DAO": _BUILT_IN,
    "C26_PACK": {"C26": 1.0},
    "B08_GRAPHITE": {"C27": 1.0, "C23": 0.5, "C24A": 0.5},
    "C24B_GAGE": {"C26": 0.5, "C27": 0.5, "C302T309": 0.5},
    "C24B_MAGNESIUM": {"C24B": 0.5, "C25": 0.5, "C24A": 0.5, "C29": 0.5},
    "C27_MAGNETS": {"C26": 0.5, "C27": 1.0, "C28": 0.5, "C29": 1.0, "C301": 0.5, "C302T309": 0.5},
}
"""Who cannot do without a node, in full or in half: assumed from what it is built into or made to.
Leading-edge chips outside electronics: nothing found says that more than a small share of output
needs them. No other industry needs a node."""


def group_of(industry: str) -> str:
    """Return the group of an industry code; ``"other"`` for services without a group."""
    matches = [
        (len(prefix), name)
        for name, prefixes in _GROUPS
        for prefix in prefixes
        if industry.startswith(prefix)
    ]
    return max(matches)[1] if matches else "other"


def default_criticality(industries: Sequence[str]) -> Floats:
    """Return the project's own matrix of needs [input, using industry], in {0, 0.5, 1}.

    An assumption by groups of industries, not survey data: all of the output needs an input (1)
    that is the material which the industry transforms or a component built into its product,
    half of it (0.5) what production can partly do without (energy for light industry, transport,
    trade and communication for all), and none of it (0) the rest. An industry's inputs from
    itself are needed in full. Nodes have users of their own (`USERS`).

    Parameters
    ----------
    industries : sequence of str
        Codes of the table, S of them.

    Returns
    -------
    ndarray, shape (S, S)
        Not to be written to: every caller gets the same one.
    """
    return _default(tuple(industries))


@lru_cache(maxsize=8)
def _default(industries: tuple[str, ...]) -> Floats:
    groups = [group_of(code) for code in industries]
    out = np.zeros((len(groups), len(groups)))
    for p, supplier in enumerate(groups):
        for k, user in enumerate(groups):
            if p == k or user in _CRITICAL.get(supplier, ()):
                out[p, k] = 1.0
            elif user in _IMPORTANT.get(supplier, ()):
                out[p, k] = 0.5
        if (node := root_of(industries[p])) in USERS:
            own = USERS[node]
            out[p] = [own.get(whole_of(root_of(user)), 0.0) for user in industries]
    out.flags.writeable = False
    return out


def root_of(code: str) -> str:
    """Return the code by which an industry of a coarse table is classed: that of its first."""
    return code.partition("-")[0]


def read_criticality(
    path: str | Path,
    industries: Sequence[str],
    *,
    concordance: Mapping[str, Sequence[str]] | None = None,
    not_rated: float = 0.0,
) -> Floats:
    """Read a matrix of needs, inputs in rows and using industries in columns, from CSV.

    Ratings of criticality (1 critical, 0.5 important, 0 neither) are such a matrix.

    Parameters
    ----------
    path : str or Path
        CSV whose first column and first row hold industry codes of the file.
    industries : sequence of str
        Codes of the table, S of them.
    concordance : mapping of str to sequence of str, optional
        Codes of the file for each code of the table; by default the same codes. Where several
        stand for one, the highest value counts: one missing input is enough.
    not_rated : float
        Value of empty and ``NA`` cells; 0 is the mild choice.

    Returns
    -------
    ndarray, shape (S, S)

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        With every cell that is not a share from 0 to 1 and every code without a row.
    """
    place = Path(path)
    read = read_text(place, TextOptions(skip_rows=0))
    name, *head = read.frame.columns
    plain = TextOptions(decimal="." if read.delimiter == "," else "")
    levels = parse_numbers(read, head, plain)
    problems = [
        InputProblem(f"'{read.frame[user][row]}' is not a share from 0 to 1", read.place(row, user))
        for user in head
        for outside in [~levels.frame[user].is_between(0.0, 1.0) | levels.wrong[user]]
        for row in outside.fill_null(False).arg_true().to_list()
    ]
    table: dict[tuple[str, str], float] = {
        (given or "", user): not_rated if level is None else level
        for user in head
        for given, level in zip(read.frame[name], levels.frame[user], strict=True)
    }
    match = concordance or {code: (code,) for code in industries}
    inputs = {key[0] for key in table}
    problems += [
        InputProblem("no row stands for it", where=code)
        for code in industries
        if not any(c in inputs for c in match.get(code, ()))
    ]
    raise_all("criticality matrix", capped(problems), where=str(place))
    return np.array(
        [
            [
                max((table.get((a, b), 0.0) for a in match[p] for b in match.get(k, ())), default=0)
                for k in industries
            ]
            for p in industries
        ]
    )
