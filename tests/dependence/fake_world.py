"""A small world in memory with the interface that the lens reads."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from isthmus.dependence import Party
from isthmus.errors import DataMissing
from isthmus.evidence import DatasetRecord, Kind


@dataclass
class FakeFlows:
    years: tuple[int, ...]
    economies: tuple[str, ...]
    industries: tuple[str, ...]
    cube: np.ndarray

    def values(self, year):
        return self.cube[self.years.index(year)]


@dataclass
class FakeWorld:
    flow: FakeFlows
    products: pl.DataFrame
    points: dict[str, float] = field(default_factory=dict)
    reference: str = "fake 1"
    content_hash: str = "0" * 64

    def flows(self):
        return self.flow

    def trade(self, classification="HS2017"):
        return self.products

    def trade_key(self, classification="HS2017"):
        return "baci_critical_materials"

    def trade_sets(self):
        return (("HS2017", "baci_critical_materials"),)

    def table(self, key):
        return self.products

    def query(self, key, ask):
        return ask(self.products.lazy()).collect()

    def __contains__(self, key):
        return key == "baci_critical_materials"

    def ideal_points(self, year):
        if not self.points:
            raise DataMissing("no ideal points")
        return pl.DataFrame({"economy": list(self.points), "value": list(self.points.values())})

    def record(self, key):
        return DatasetRecord(
            key=key,
            title=key,
            publisher="test",
            edition="1",
            unit="million USD",
            kind=Kind.MEASURED,
            licence="CC0",
            attribution="test",
            redistribution="allowed",
            content_sha256="f" * 64,
        )


ECONOMIES = ("AAA", "BBB", "CCC", "DDD", "ROW")
INDUSTRIES = ("C26", "C27", "SERV")
YEARS = (2020, 2021, 2022, 2023)
BLOC = Party("BLOC", ("AAA", "BBB"))


def random_world(seed=0, economies=ECONOMIES, industries=INDUSTRIES, years=YEARS):
    rng = np.random.default_rng(seed)
    shape = (len(years), len(economies), len(economies), len(industries))
    cube = rng.lognormal(3, 1.5, shape) * (rng.random(shape) < 0.8)
    diagonal = np.arange(len(economies))
    cube[:, diagonal, diagonal] += 100.0
    return FakeWorld(
        FakeFlows(years, economies, industries, cube),
        as_products(cube, economies, industries, years),
    )


def as_products(cube, economies, industries, years):
    """The same numbers as product trade: no domestic sales, six-digit codes."""
    rows = [
        (year, a, b, f"85000{k}", float(cube[t, i, j, k]), None, "full")
        for t, year in enumerate(years)
        for i, a in enumerate(economies)
        for j, b in enumerate(economies)
        for k, _ in enumerate(industries)
        if i != j and cube[t, i, j, k] > 0
    ]
    schema = {
        "year": pl.Int64,
        "exporter": pl.String,
        "importer": pl.String,
        "product": pl.String,
        "value": pl.Float64,
        "quantity": pl.Float64,
        "coverage": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
