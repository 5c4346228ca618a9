"""Published sets of criteria for a dependent product; every threshold is an argument."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np

from isthmus.errors import InputProblem, raise_all
from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.concentration import held_in_window

Method = Literal["commission_2021", "commission_2023", "geodep"]
METHODS: tuple[Method, ...] = ("commission_2021", "commission_2023", "geodep")

CRITERIA: dict[Method, tuple[str, ...]] = {
    "commission_2021": ("hhi", "external_share", "imports_to_exports"),
    "commission_2023": ("hhi", "external_share", "imports_to_exports", "world_hhi"),
    "geodep": ("hhi", "world_hhi", "imports_to_exports"),
}

UNVERIFIED: dict[Method, str] = {
    "commission_2021": (
        "not verified against the paper: whether exports are total exports or those to outside "
        "the coalition; the default is total, the argument `exports` changes it"
    ),
    "commission_2023": (
        "not verified against the paper: the form of the single-point-of-failure test; here the "
        "concentration of world exports, on flows averaged over the years given"
    ),
    "geodep": (
        "not verified against the paper: whether a coalition is one exporter in the concentration "
        "of world exports; here it is"
    ),
}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Values above which a criterion holds.

    Parameters
    ----------
    hhi : float
        Concentration of external imports.
    external_share : float
        External imports over all imports.
    imports_to_exports : float
        External imports over exports.
    world_hhi : float
        Concentration of world exports.
    window, required : int
        GeoDep: number of years looked at and in how many all criteria must hold.

    Raises
    ------
    BadInput
        With every threshold that is outside its range.
    """

    hhi: float = 0.4
    external_share: float = 0.5
    imports_to_exports: float = 1.0
    world_hhi: float = 0.4
    window: int = 3
    required: int = 2

    def __post_init__(self) -> None:
        problems = [
            InputProblem(f"must lie in [0, 1], got {getattr(self, name)}", where=name)
            for name in ("hhi", "external_share", "world_hhi")
            if not 0 <= getattr(self, name) <= 1
        ]
        if not self.imports_to_exports >= 0:
            problems.append(InputProblem("must be zero or more", where="imports_to_exports"))
        if not 1 <= self.required <= self.window:
            problems.append(InputProblem("need 1 <= required <= window", where="required"))
        raise_all("thresholds of the dependence criteria", problems)

    def of(self, criterion: str) -> float:
        """Return the threshold of one criterion."""
        return float(asdict(self)[criterion])

    def to_dict(self) -> dict[str, float | int]:
        """Return plain values."""
        return asdict(self)


def holds(values: dict[str, Array], method: Method, thresholds: Thresholds) -> Mask:
    """Say where all criteria of a method hold.

    Parameters
    ----------
    values : dict of str to array, shape (T, K)
        Indicators by key.
    method : str
        Published method.
    thresholds : Thresholds
        Values to be exceeded.

    Returns
    -------
    bool array, shape (T, K)
        For GeoDep entry t looks at the window of years that ends with t; the first years,
        whose window is not full, are left out: shape (T - window + 1, K).

    Raises
    ------
    BadInput
        When there are fewer years than the window of GeoDep.
    """
    flags = np.logical_and.reduce([values[c] > thresholds.of(c) for c in CRITERIA[method]])
    if method != "geodep":
        return np.asarray(flags)
    return held_in_window(flags, window=thresholds.window, required=thresholds.required)
