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


@lens("rainfall.wettest", {"count": 2})
def wettest(world, *, count: int = 5) -> Result:
    """Return the economies with the most rain.

    Parameters
    ----------
    count : int
        How many.
    """
    frame = world.table(KEY).sort("rain", descending=True).head(count)
    table = Table("wettest", frame, COLUMNS, Kind.MEASURED, (KEY,), "rain of the year, most first")
    made = provenance(world, "rainfall.wettest", [KEY], {"count": count})
    return Result({"wettest": table}, made)


def dataset(path, wishes) -> Published:
    """Read a table of yearly rainfall."""
    about = {"title": "Rainfall", "publisher": "The weather office", "edition": "2024", **TERMS}
    record = DatasetRecord(key=KEY, unit="mm", kind=Kind.MEASURED, **about)
    rows = pl.read_csv(path, glob=False)
    return Published(finished(record, wishes), rows, ("rainfall, by year",))


SOURCE = Source("Rainfall", "rain*.csv", "by year", KEY, lambda f: "rain" in f.names, dataset)
