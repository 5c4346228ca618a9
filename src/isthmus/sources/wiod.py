"""World Input-Output Database: converted tables of the 2013, 2016 and long-run releases."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import InputProblem, raise_all

Array = NDArray[np.float64]

CITATION = (
    "Timmer, Dietzenbacher, Los, Stehrer, de Vries (2015), An Illustrated User Guide to the World "
    "Input-Output Database, Review of International Economics 23, 575-605"
)
LICENCE = "CC BY 4.0, as far as known"
REQUIRED = ("Z", "Y", "x", "va", "countries", "industries", "fd_categories")


@dataclass(frozen=True, slots=True)
class WiodArrays:
    """One world table as read: economy-major arrays in million USD, and its labels.

    ``other`` are net taxes on products and transport margins where the release gives them apart;
    ``rounding`` is what rounding to whole million USD took from each row.
    """

    Z: Array
    Y: Array
    x: Array
    va: Array
    other: Array
    rounding: Array
    economies: tuple[str, ...]
    industries: tuple[str, ...]
    industry_names: tuple[str, ...]
    categories: tuple[str, ...]
    year: int
    about: str


def read_wiod(path: Path) -> WiodArrays:
    """Read a converted table (``.npz`` with Z, Y, x, va and labels).

    Parameters
    ----------
    path : Path
        File with the arrays ``Z`` (N, N), ``Y`` (N, n * F), ``x``, ``va`` (N,), ``countries``,
        ``industries``, ``fd_categories`` and optionally ``taxes``, ``margins``, ``other_rows``,
        ``rounding``, ``industry_names`` and ``meta`` (JSON).

    Raises
    ------
    BadInput
        When the file is not such an archive or lacks an array.
    """
    try:
        source = np.load(path, allow_pickle=False)
    except (ValueError, zipfile.BadZipFile) as error:
        raise_all("WIOD table", [InputProblem(f"not an archive of arrays ({error})", str(path))])
        raise
    with source:
        missing = [name for name in REQUIRED if name not in source]
        raise_all("WIOD table", [InputProblem("array is missing", name) for name in missing])
        arrays = {name: source[name] for name in source.files}
    meta = json.loads(str(arrays.get("meta", "{}")))
    N = arrays["x"].size
    other = np.zeros(N)
    for name in ("taxes", "margins"):
        other += np.asarray(arrays.get(name, np.zeros(N)), dtype=np.float64)
    if "other_rows" in arrays:
        other += np.asarray(arrays["other_rows"], dtype=np.float64).sum(axis=0)
    names = arrays.get("industry_names", arrays["industries"])
    return WiodArrays(
        Z=arrays["Z"].astype(np.float64),
        Y=arrays["Y"].astype(np.float64),
        x=arrays["x"].astype(np.float64),
        va=arrays["va"].astype(np.float64),
        other=other,
        rounding=np.asarray(arrays.get("rounding", np.zeros(N)), dtype=np.float64),
        economies=_texts(arrays["countries"]),
        industries=_texts(arrays["industries"]),
        industry_names=_texts(names),
        categories=_texts(arrays["fd_categories"]),
        year=int(meta.get("year", 0)),
        about=str(meta.get("source", "World Input-Output Database")),
    )


def _texts(a: NDArray[np.str_]) -> tuple[str, ...]:
    return tuple(str(text) for text in a)
