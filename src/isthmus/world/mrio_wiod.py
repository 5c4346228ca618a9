"""Inter-economy tables from the World Input-Output Database."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from isthmus.errors import BadInput
from isthmus.evidence import DatasetRecord, Kind
from isthmus.sources import wiod
from isthmus.sources.wiod import WiodArrays, read_wiod
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_stored import columns_of, key_of, rows_of


def from_wiod(path: Path, *, kind: Kind = Kind.MEASURED) -> MRIO:
    """Return the table of a converted WIOD file; see `isthmus.sources.wiod.read_wiod`.

    What rounding to whole million USD took from the rows becomes a final-demand category
    ``DISCREPANCY`` of the selling economy; negative published value added becomes a negative other
    primary input. Both are named in ``notes``.

    Parameters
    ----------
    path : Path
        Converted file.
    kind : Kind
        Kind of the table: the rebuilt table of 2014 is ``estimated``.
    """
    return table_from_arrays(read_wiod(path), kind=kind)


def table_from_arrays(a: WiodArrays, *, kind: Kind = Kind.MEASURED) -> MRIO:
    """Return the checked table of arrays already read; arguments as in `from_wiod`."""
    return MRIO.from_dense(
        a.Z,
        a.Y,
        economies=a.economies,
        industries=a.industries,
        categories=a.categories,
        x=a.x,
        v=a.va,
        other=a.other,
        repair=True,
        year=a.year,
        kind=kind,
        notes=(a.about,),
    )


def wiod_dataset(
    path: Path, record: DatasetRecord | None = None
) -> tuple[DatasetRecord, pl.DataFrame]:
    """Return a converted WIOD table as a data set for the store, with its licence record.

    Parameters
    ----------
    path : Path
        Converted file, see `isthmus.sources.wiod.read_wiod`.
    record : DatasetRecord, optional
        Record to use instead of that of the release; its columns are described anew.

    Raises
    ------
    BadInput
        When the file is no such table, names no year, or is of no known release and there is no
        record.
    """
    arrays = read_wiod(path)
    if record is None and not arrays.year:
        raise BadInput(
            "the file does not say which year it is of", where=str(path), hint="give a --record"
        )
    release = None if record else wiod.release_of(arrays)
    kind = release.kind if release else record.kind if record else Kind.MEASURED
    table = table_from_arrays(arrays, kind=kind)
    categories = [wiod.CATEGORY_NAMES.get(c, c) for c in table.categories]
    columns = columns_of(table, arrays.industry_names, categories)
    if record is not None:
        return record.model_copy(update={"columns": columns}), rows_of(table)
    if release is None:
        raise AssertionError
    made = DatasetRecord(
        key=key_of(release.name, arrays.year),
        title=f"{release.title}, {arrays.year}",
        publisher=wiod.PUBLISHER,
        edition=release.edition,
        years=(arrays.year,),
        unit="million USD",
        kind=release.kind,
        licence=release.licence,
        attribution=f"{wiod.PUBLISHER}, {release.edition}",
        redistribution=release.redistribution,
        address=wiod.ADDRESS,
        citation=wiod.CITATION,
        coverage=f"{table.labels.n} economies x {table.labels.S} industries, current prices",
        columns=columns,
        steps=(f"read from {path.name}: {arrays.about}",),
        faults=tuple(dict.fromkeys((*release.faults, *table.notes[1:]))),
    )
    return made, rows_of(table)
