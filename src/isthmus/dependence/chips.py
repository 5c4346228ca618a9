"""Taiwan's chip exports by destination: a lower bound, and an interval where a mirror exists."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from isthmus.codes import PartySpec, resolve
from isthmus.dependence.items import check_years
from isthmus.dependence.trade import answer
from isthmus.evidence import Kind, Result
from isthmus.evidence.frames import MONEY, attribute, dimension, dimensions, number, table
from isthmus.evidence.lens import lens
from isthmus.world import World

EXPORTS_KEY, MIRROR_KEY = "taiwan_ic_exports", "chip_mirror"

ORIGIN = (
    "customs of the exporter record the first destination, importers the origin: chips that pass "
    "through a hub are missing from the exporter's record, which is a lower bound"
)


@lens("dependence.chip_imports", {"importer": "EU27_2020"})
def chip_imports(
    world: World,
    importer: PartySpec,
    *,
    years: Sequence[int] | None = None,
) -> Result:
    """Return integrated circuits bought from Taiwan, by destination and year.

    Parameters
    ----------
    world : World
        The data.
    importer : str or Party
        Economy or coalition; each member is listed.
    years : sequence of int, optional
        The last full year when None.

    Returns
    -------
    Result
        ``chips``: the exporter's record as `low`; `high` is the importer's record where one
        exists and null elsewhere; ``totals``: sums of the lower bounds over the members.

    Raises
    ------
    CodeUnknown, DataMissing
        For unknown economies or missing years.
    """
    exports = world.chip_exports().with_columns(pl.col("importer").cast(pl.String))
    full = exports.filter(pl.col("coverage") == "full")["year"].unique().to_list()
    known = sorted(exports["year"].unique().to_list())
    chosen = check_years([max(full)] if years is None else years, known)
    party = resolve(importer, known=sorted(exports["importer"].unique().to_list()))
    frame = (
        exports.filter(pl.col("year").is_in(chosen) & pl.col("importer").is_in(party.members))
        .join(
            world.chip_mirror().select(
                "year", "exporter", pl.col("importer").cast(pl.String), "ratio"
            ),
            on=["year", "exporter", "importer"],
            how="left",
        )
        .sort("year", "importer")
        .with_columns(
            pl.col("year").cast(pl.Int64),
            pl.col("value").alias("low"),
            (pl.col("value") * pl.col("ratio")).alias("high"),
            pl.when(pl.col("ratio").is_null())
            .then(pl.lit("lower bound"))
            .otherwise(pl.lit("mirror records"))
            .alias("interval"),
        )
    )
    partial = sorted(frame.filter(pl.col("coverage") != "full")["year"].unique().to_list())
    notes = [ORIGIN, *(f"{year} is not a full year" for year in partial)]
    sums = frame.group_by("year", maintain_order=True).agg(
        pl.col("low").sort().sum(), pl.len().alias("members")
    )
    datasets = [EXPORTS_KEY, MIRROR_KEY]
    tables = {
        "chips": table(
            "chips",
            frame,
            [
                dimension("importer", "destination"),
                dimension("exporter"),
                dimension("product", "HS heading"),
                dimension("year"),
                number("low", MONEY, "exporter's record by destination"),
                number("high", MONEY, "importer's record by origin; null where there is none"),
                attribute("interval", "mirror records or lower bound"),
                attribute("kind"),
            ],
            kind=Kind.MEASURED,
            datasets=datasets,
            text="integrated circuits from Taiwan by destination",
            notes=notes,
        ),
        "totals": table(
            "totals",
            sums.with_columns(pl.lit(party.code).alias("importer")),
            [
                *dimensions("importer", "year"),
                number("low", MONEY, "sum of the lower bounds"),
                number("members", "economies", "destinations in the sum"),
                attribute("kind"),
            ],
            kind=Kind.MEASURED,
            datasets=datasets,
            text="a lower bound of the chips bought from Taiwan",
            notes=notes,
        ),
    }
    parameters = {"importer": party.spec, "years": list(chosen)}
    return answer(world, "chip_imports", tables, parameters, ())
