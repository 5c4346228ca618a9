"""The shipped world: what it holds, and known figures about the world."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus import codes
from isthmus.errors import DataMissing
from isthmus.world import World, content_hash

WANTED = {
    "alliances",
    "arms_concentration",
    "baci_critical_materials",
    "chip_end_use",
    "chip_facts",
    "chip_mirror",
    "coercion_effects",
    "coercion_measures",
    "coercion_outcomes",
    "coercion_sources",
    "critical_materials_hs",
    "distances",
    "economies",
    "gdp_population",
    "high_priority_items",
    "hs_concordance",
    "hs_texts",
    "hs_to_industry",
    "icio_flows",
    "industry_texts",
    "raw_material_production",
    "taiwan_drone_exports",
    "taiwan_ic_exports",
    "taiwan_recognition",
    "unga_ideal_points",
}


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def test_every_data_set_is_whole_and_described(world: World) -> None:
    assert set(world.keys()) >= WANTED
    for key in sorted(world.keys()):
        record = world.record(key)
        assert record.licence
        assert record.attribution
        assert record.faults
        assert record.redistribution == "allowed"
        frame = world.table(key)
        assert list(record.columns) == frame.columns
        assert record.rows == frame.height
        if key != "icio_flows":
            assert content_hash(frame) == record.content_sha256


def test_no_row_of_a_source_that_forbids_it_is_shipped(world: World) -> None:
    facts = world.chip_facts()
    assert facts.filter(pl.col("source").str.contains("(?i)eto|cset")).is_empty()
    assert "import_tiv" not in world.arms().columns
    assert world.table("gdp_population").filter(pl.col("economy") == "TWN").is_empty()


def test_taiwan_electronics_2022(world: World) -> None:
    flows = world.flows()
    assert flows.years == tuple(range(2011, 2023))
    values = flows.values(2022)
    taiwan, china = flows.index(["TWN", "CHN"])
    electronics = flows.industries.index("C26")
    eu = flows.index(codes.members("EU27_2020"))
    from_taiwan = values[taiwan, :, electronics]
    assert round(from_taiwan.sum() / 1e3, 1) == 329.0
    assert round(from_taiwan[china] / 1e3, 1) == 120.0
    assert round(from_taiwan[eu].sum() / 1e3, 1) == 10.0
    bought = values[:, eu, electronics].sum(axis=1)
    share = from_taiwan[eu].sum() / (bought.sum() - bought[eu].sum())
    assert round(100 * share, 1) == 5.0
    assert round(values.sum() / 1e6, 1) == 199.7


def eu_imports(world: World, product: str, year: int) -> pl.DataFrame:
    eu = list(codes.members("EU27_2020"))
    return (
        world.trade("HS2017")
        .filter(
            (pl.col("product") == product)
            & (pl.col("year") == year)
            & pl.col("importer").is_in(eu)
            & ~pl.col("exporter").is_in(eu)
        )
        .group_by("exporter")
        .agg(pl.col("value").sum())
    )


@pytest.mark.parametrize(
    ("product", "year", "origin", "percent"),
    [
        ("850511", 2022, "CHN", 88.5),
        ("850511", 2024, "CHN", 88.6),
        ("810411", 2022, "CHN", 84.8),
        ("810411", 2024, "CHN", 80.0),
        ("283691", 2022, "CHL", 86.2),
        ("283691", 2024, "CHL", 82.8),
    ],
)
def test_known_shares_of_eu_imports(
    world: World, product: str, year: int, origin: str, percent: float
) -> None:
    imports = eu_imports(world, product, year)
    share = imports.filter(pl.col("exporter") == origin)["value"].sum() / imports["value"].sum()
    assert round(100 * share, 1) == percent


def test_eu_magnet_imports_2022(world: World) -> None:
    assert round(eu_imports(world, "850511", 2022)["value"].sum() / 1e3, 2) == 1.70


def test_taiwan_chip_exports(world: World) -> None:
    totals = {
        year: round(value / 1e3, 1)
        for year, value in world.chip_exports()
        .group_by("year")
        .agg(pl.col("value").sum())
        .iter_rows()
    }
    expected = {2019: 100.3, 2020: 122.4, 2021: 155.5, 2022: 184.1, 2023: 166.6, 2024: 165.0}
    assert {year: totals[year] for year in expected} == expected
    by_importer = dict(
        world.chip_exports().filter(pl.col("year") == 2022).select("importer", "value").iter_rows()
    )
    assert by_importer["CHN"] / 1e3 == pytest.approx(57.6, abs=0.06)
    assert round(by_importer["DEU"] / 1e3, 2) == 1.54


def test_importers_record_more_chips_than_taiwan(world: World) -> None:
    ratios = world.chip_mirror()
    germany = ratios.filter(pl.col("importer") == "DEU")
    assert germany["year"].to_list() == [2018, 2019]
    assert [round(r, 1) for r in germany["ratio"]] == [2.6, 2.6]
    usa = ratios.filter(pl.col("importer") == "USA")["ratio"]
    assert 2.4 < usa.min() <= usa.max() < 2.85


def test_production_shares_of_china_2025(world: World) -> None:
    listed = world.production().filter((pl.col("economy") == "CHN") & (pl.col("year") == 2025))
    shares = {m: s for m, s in listed.select("material", "share").iter_rows() if s is not None}
    assert round(shares["gallium"], 2) >= 0.99
    assert round(shares["rare_earths"], 2) == 0.69


def test_arms_and_votes(world: World) -> None:
    taiwan = world.arms_suppliers().filter(economy="TWN", supplier="USA").sort("period")
    assert round(100 * taiwan["share"][-1], 1) == 97.8
    points = dict(world.ideal_points(2024).select("economy", "value").iter_rows())
    assert round(points["DEU"], 2) == 1.16
    assert "TWN" not in points
    with pytest.raises(DataMissing, match="1950"):
        world.ideal_points(1950)


def test_what_is_missing_says_how_to_add_it(world: World) -> None:
    with pytest.raises(DataMissing) as caught:
        world.table("icio_flow")
    assert "icio_flows" in (caught.value.hint or "")
    with pytest.raises(DataMissing):
        world.trade("HS1996")
    with pytest.raises(DataMissing):
        world.flows().values(2023)
    with pytest.raises(DataMissing, match="SRB"):
        world.flows().index(["DEU", "SRB"])


def test_flows_cannot_be_changed(world: World) -> None:
    with pytest.raises(ValueError, match="read-only"):
        world.flows().values(2022)[0, 0, 0] = 1.0


def test_worlds_with_the_same_content_have_the_same_hash(world: World) -> None:
    again = World.open("starter")
    assert again.content_hash == world.content_hash
    entries = {"more": again._entries["economies"]}
    assert world.with_entries(entries).content_hash != world.content_hash
    assert "more" in world.with_entries(entries)
    assert "more" not in world


@pytest.mark.source
def test_totals_equal_the_source(world: World, shared_data) -> None:
    with np.load(shared_data / "mrio" / "icio25_bilateral_2011_2022.npz") as source:
        cube = source["X"].astype(np.float64)
        assert tuple(source["countries"]) == world.flows().economies
        assert tuple(source["industries"]) == world.flows().industries
    for n, year in enumerate(world.flows().years):
        values = world.flows().values(year)
        for axes in ((1,), (0,), (1, 2), (0, 2), (0, 1)):
            np.testing.assert_allclose(values.sum(axis=axes), cube[n].sum(axis=axes), rtol=1e-6)
    full = pl.read_parquet(
        shared_data / "trade" / "baci_hs17_critical_materials_full_2022_2024.parquet"
    )
    shipped = world.trade("HS2017").filter(pl.col("coverage") == "full")
    assert shipped.height == full.height
    assert shipped["value"].sum() == pytest.approx(full["value_kusd"].sum() / 1e3, rel=1e-12)
