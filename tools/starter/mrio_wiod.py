"""Inter-economy tables from the World Input-Output Database."""

from __future__ import annotations

from pathlib import Path

from isthmus.evidence import Kind
from isthmus.sources.wiod import WiodArrays, read_wiod
from isthmus.world.mrio import MRIO


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
