"""World Input-Output Database: converted tables of the 2013, 2016 and long-run releases."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import BadInput, raise_all
from isthmus.evidence import DatasetRecord, Kind
from isthmus.evidence.record import Redistribution
from isthmus.kernels.arrays import Array
from isthmus.runtime.reading import ArrayArchive, Unreadable
from isthmus.sources.matrix import BELOW, Square, columns_of, printed
from isthmus.sources.published import Peek, Published, Source, Wishes, finished
from isthmus.sources.wiod_form import READ, form_problems, number_problems, read_meta

PUBLISHER = "World Input-Output Database"
ADDRESS = "https://www.rug.nl/ggdc/valuechain/wiod/"
CITATION = (
    "Timmer, Dietzenbacher, Los, Stehrer, de Vries (2015), An Illustrated User Guide to the World "
    "Input-Output Database, Review of International Economics 23, 575-605"
)
LAYOUT = (
    "arrays converted from the publisher's workbooks: Z (N, N), Y (N, n * F), x and va (N,), "
    "economy-major, with their labels; see Timmer and others (2015)"
)
LICENCE = "CC BY 4.0, as far as known"

CATEGORY_NAMES = {
    "HFCE": "households",
    "NPISH": "non-profit institutions serving households",
    "GGFC": "government",
    "GFCF": "fixed investment",
    "INVNT": "changes in inventories",
    "DISCREPANCY": "what rounding and conversion lost, of unknown destination",
}


@dataclass(frozen=True, slots=True)
class Release:
    """A release of the database, as far as its record needs it.

    Parameters
    ----------
    name : str
        Short name, part of the key.
    title, edition, licence : str
        As the record says them.
    kind : Kind
        Measured, or estimated for the rebuilt table.
    redistribution : str
        Whether rows may be passed on; terms that are not stated count as a prohibition.
    faults : tuple of str
        Known faults.
    """

    name: str
    title: str
    edition: str
    licence: str
    kind: Kind
    redistribution: Redistribution
    faults: tuple[str, ...] = ()


RELEASES = {
    (41, 35): Release(
        "wiod13",
        "World input-output table",
        "2013 release",
        LICENCE,
        Kind.MEASURED,
        "allowed",
        ("rounded to whole million USD: small flows are zero",),
    ),
    (44, 50): Release(
        "wiod16",
        "World input-output table, rebuilt",
        "2016 release, rebuilt from published pieces",
        "data CC BY 4.0, as far as known; terms of the pieces it was rebuilt from not stated",
        Kind.ESTIMATED,
        "derived_only",
        ("which origin supplies which using industry is estimated: single cells are no data",),
    ),
    (26, 23): Release(
        "wiodlr",
        "World input-output table, long-run",
        "long-run release, as compiled in the R package fio",
        "data CC BY 4.0, as far as known; terms of the compilers not stated",
        Kind.MEASURED,
        "derived_only",
    ),
}
"""Releases by number of economies and industries of their tables."""


def release_of(table: WiodArrays) -> Release:
    """Return the release that a table belongs to, by the number of its economies and industries.

    Raises
    ------
    BadInput
        When it is none that is known.
    """
    shape = (len(table.economies), len(table.industries))
    if shape not in RELEASES:
        known = ", ".join(f"{r.edition} {n} x {S}" for (n, S), r in RELEASES.items())
        raise BadInput(
            f"{shape[0]} economies x {shape[1]} industries is no known release of WIOD",
            hint=f"known: {known}; name a record of your own with --record",
        )
    return RELEASES[shape]


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
        with ArrayArchive(path, what="world table") as archive:
            raise_all("WIOD table", form_problems(archive.forms), where=str(path))
            arrays = {name: archive.read(name) for name in READ if name in archive.forms}
    except Unreadable as error:
        raise BadInput("WIOD table: 1 problem", error.problems, where=str(path)) from error
    year, about, problems = read_meta(arrays.get("meta"))
    raise_all("WIOD table", [*problems, *number_problems(arrays)], where=str(path))
    N = arrays["x"].size
    other = np.zeros(N)
    for name in ("taxes", "margins"):
        other += arrays.get(name, 0.0)
    if "other_rows" in arrays:
        other += arrays["other_rows"].astype(np.float64).sum(axis=0)
    return WiodArrays(
        Z=arrays["Z"].astype(np.float64),
        Y=arrays["Y"].astype(np.float64),
        x=arrays["x"].astype(np.float64),
        va=arrays["va"].astype(np.float64),
        other=other,
        rounding=np.zeros(N) + arrays.get("rounding", 0.0),
        economies=_texts(arrays["countries"]),
        industries=_texts(arrays["industries"]),
        industry_names=_texts(arrays.get("industry_names", arrays["industries"])),
        categories=_texts(arrays["fd_categories"]),
        year=year,
        about=about,
    )


def _texts(a: NDArray[np.str_]) -> tuple[str, ...]:
    return tuple(str(text) for text in a)


def reads(found: Peek) -> bool:
    """Tell whether a file is an archive of arrays."""
    return found.path.suffix.lower() == ".npz"


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read a converted table as rows.

    Raises
    ------
    BadInput
        When the file is no such table, names no year, or is of no known release and there is no
        record.
    """
    arrays = read_wiod(path)
    own = wishes.record
    if own is None and not arrays.year:
        raise BadInput(
            "the file does not say which year it is of", where=str(path), hint="give a --record"
        )
    n, S, F = len(arrays.economies), len(arrays.industries), len(arrays.categories)
    flows = np.concatenate([arrays.Z.reshape(n, S, n, S), arrays.Y.reshape(n, S, n, F)], axis=3)
    below = np.stack([arrays.va, arrays.other, arrays.x]).reshape(len(BELOW), n, S)
    labels = (arrays.economies, arrays.industries, arrays.categories)
    square = Square(flows, below, *labels, notes=(arrays.about,))
    texts = dict(zip(arrays.industries, arrays.industry_names, strict=True))
    columns = columns_of(square, CATEGORY_NAMES, texts)
    if own is not None:
        made = own.model_copy(update={"columns": columns})
    else:
        made = _record(path, arrays, release_of(arrays), columns)
    record = finished(made, wishes)
    return Published(record, printed(square), (record.title,), repair=True)


def _record(
    path: Path, arrays: WiodArrays, release: Release, columns: dict[str, str]
) -> DatasetRecord:
    return DatasetRecord(
        key=f"mrio_{release.name}_{arrays.year}",
        title=f"{release.title}, {arrays.year}",
        publisher=PUBLISHER,
        edition=release.edition,
        years=(arrays.year,),
        unit="million USD",
        kind=release.kind,
        licence=release.licence,
        attribution=f"{PUBLISHER}, {release.edition}",
        redistribution=release.redistribution,
        address=ADDRESS,
        citation=CITATION,
        coverage=f"{len(arrays.economies)} economies x {len(arrays.industries)} industries, "
        "current prices",
        columns=columns,
        steps=(f"read from {path.name}: {arrays.about}",),
        faults=release.faults,
    )


SOURCE = Source(
    title="World Input-Output Database",
    files="a converted table, .npz",
    layout=LAYOUT,
    keys="mrio_",
    reads=reads,
    dataset=dataset,
)
