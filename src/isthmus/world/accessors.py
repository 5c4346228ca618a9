"""Typed ways into the data sets that the lenses ask for by subject."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import DatasetRecord
from isthmus.world.shapes import feature_collection

EDITIONS = ("HS2017", "HS2022", "HS2012", "HS2007", "HS2002", "HS1996", "HS1992")
"""Editions of the HS in the order in which their data sets are asked."""

SHIPPED = {"HS2017": ("baci_critical_materials",), "HS1992": ("baci_raw_materials_hs1992",)}
TRADE_KEYS: dict[str, tuple[str, ...]] = {
    edition: (
        f"baci_{edition.lower()}",
        *SHIPPED.get(edition, ()),
        f"comtrade_{edition.lower()}",
        f"comext_{edition.lower()}",
    )
    for edition in EDITIONS
}
"""Data sets of each edition, the widest first."""


@dataclass(frozen=True, slots=True)
class Coercion:
    """The hand-coded episodes of economic coercion.

    Parameters
    ----------
    measures, effects, outcomes, sources : polars.DataFrame
        Measures by case, published effects, judged outcomes, and the sources by id.
    """

    measures: pl.DataFrame
    effects: pl.DataFrame
    outcomes: pl.DataFrame
    sources: pl.DataFrame


class Accessors(ABC):
    """Access by subject on top of `table`."""

    @abstractmethod
    def table(self, key: str) -> pl.DataFrame:
        """Return the rows of a data set."""

    @abstractmethod
    def query(self, key: str, ask: Callable[[pl.LazyFrame], pl.LazyFrame]) -> pl.DataFrame:
        """Return what the rows of a data set answer to a question."""

    @abstractmethod
    def record(self, key: str) -> DatasetRecord:
        """Return the record of a data set."""

    @abstractmethod
    def __contains__(self, key: object) -> bool: ...

    def trade_key(self, classification: str = "HS2017") -> str:
        """Return the key of the widest product-level trade data that the world holds.

        Raises
        ------
        DataMissing
            When there are none in this classification.
        """
        for key in TRADE_KEYS.get(classification, ()):
            if key in self:
                return key
        raise DataMissing(
            f"no trade by product in {classification}",
            where="trade",
            hint="the starter world holds critical materials in HS2017; add BACI with "
            "`isthmus data add`",
        )

    def trade_sets(self) -> tuple[tuple[str, str], ...]:
        """Return edition and key of every set of trade by product, in the order they are asked.

        Sets that were added go before those that ship; among these HS2017 goes before HS1992.
        """
        added = [
            (edition, f"{family}_{edition.lower()}")
            for family in ("baci", "comtrade", "comext")
            for edition in EDITIONS
        ]
        shipped = [(edition, key) for edition in EDITIONS for key in SHIPPED.get(edition, ())]
        return tuple((edition, key) for edition, key in (*added, *shipped) if key in self)

    def trade(self, classification: str = "HS2017") -> pl.DataFrame:
        """Return trade by product: year, exporter, importer, product, value, quantity, coverage.

        Value in million USD, quantity in tonnes (null where not reported). ``coverage`` is
        ``full`` where all flows of the year are there and ``top`` where only the larger ones.

        Raises
        ------
        DataMissing
            When there are none in this classification.
        """
        return self.table(self.trade_key(classification))

    def chip_exports(self) -> pl.DataFrame:
        """Return exports of integrated circuits: year, exporter, importer, value (million USD)."""
        return self.table("taiwan_ic_exports")

    def chip_mirror(self) -> pl.DataFrame:
        """Return importers' records over the exporter's record of the same chip trade."""
        return self.table("chip_mirror")

    def chip_facts(self) -> pl.DataFrame:
        """Return shares of chip capacity by stage and economy, each row with its source."""
        return self.table("chip_facts")

    def production(self) -> pl.DataFrame:
        """Return world production of raw materials by economy."""
        return self.table("raw_material_production")

    def arms(self) -> pl.DataFrame:
        """Return the concentration of arms imports by economy and period."""
        return self.table("arms_concentration")

    def arms_suppliers(self) -> pl.DataFrame:
        """Return shares of suppliers in arms imports: economy, period, supplier, share."""
        return self.table("arms_suppliers")

    def ideal_points(self, year: int) -> pl.DataFrame:
        """Return ideal points of one year: economy, value, low, high, votes.

        Raises
        ------
        DataMissing
            When the year is not covered.
        """
        frame = self.table("unga_ideal_points")
        found = frame.filter(pl.col("year") == year)
        if found.is_empty():
            years = self.record("unga_ideal_points").years
            raise DataMissing(
                f"no ideal points for {year}",
                where="unga_ideal_points",
                hint=f"years {years[0]} to {years[-1]} are there",
            )
        return found

    def coercion(self) -> Coercion:
        """Return the coded episodes of coercion with effects, outcomes and sources."""
        return Coercion(
            measures=self.table("coercion_measures"),
            effects=self.table("coercion_effects"),
            outcomes=self.table("coercion_outcomes"),
            sources=self.table("coercion_sources"),
        )

    def shapes(self, scale: str = "europe") -> dict[str, Any]:
        """Return outlines as a GeoJSON FeatureCollection; `scale` is ``europe`` or ``world``.

        Boundaries are as the publisher draws them and express no opinion.
        """
        return feature_collection(self.table("country_shapes"), scale)

    def points(self) -> pl.DataFrame:
        """Return a point per economy: longitude, latitude, and whether it is small on maps."""
        return self.table("country_points")

    def distances(self) -> pl.DataFrame:
        """Return distances between economies in kilometres."""
        return self.table("distances")
