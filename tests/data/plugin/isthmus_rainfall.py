"""Rainfall: a publisher's file and a lens, offered to isthmus by a package of its own."""

import polars as pl

from isthmus.evidence import Column, DatasetRecord, Kind, Result, Table, provenance
from isthmus.evidence.lens import lens
from isthmus.sources.published import Published, Source, finished

KEY = "rainfall"
TERMS = {"licence": "CC0-1.0", "redistribution": "allowed", "attribution": "The weather office"}
COLUMNS = (
    Column("economy", "dimension", text="where it rained"),
    Column("rain", "value", "mm", "rain of the year"),
)


@lens("rainfall.wettest", {"top": 2})
def wettest(world, *, top: int = 5) -> Result:
    """Return the economies with the most rain.

    Parameters
    ----------
    top : int
        How many.
    """
    frame = world.table(KEY).sort("rain", descending=True).head(top)
    table = Table("wettest", frame, COLUMNS, Kind.MEASURED, (KEY,), "rain of the year, most first")
    return Result({"wettest": table}, provenance(world, "rainfall.wettest", [KEY], {"top": top}))


def dataset(path, wishes) -> Published:
    """Read a table of yearly rainfall."""
    about = {"title": "Rainfall", "publisher": "The weather office", "edition": "2024", **TERMS}
    record = DatasetRecord(key=KEY, unit="mm", kind=Kind.MEASURED, **about)
    frame = pl.read_csv(path, glob=False)
    return Published(finished(record, wishes), frame, ("rainfall, by year",))


READS = {"economy", "rain"}.issubset
SOURCE = Source("Rainfall", "rain*.csv", "by year", KEY, lambda file: READS(file.names), dataset)
