"""Every shipped table keeps to the codes, to its ranges and to sums that are known."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest

import isthmus
from isthmus import codes
from isthmus.evidence import Kind
from isthmus.world import World

ECONOMY_COLUMNS = ("economy", "exporter", "importer", "sender", "target", "partner")


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def tables(world: World) -> list[tuple[str, pl.DataFrame]]:
    return [(key, world.table(key)) for key in world.keys()]  # noqa: SIM118 - not a mapping


def test_economies_are_known_codes(world: World) -> None:
    groups = {"main partner", "ASEAN-6", "Europe", "extra-EU"}
    known = set(codes.economies()) | set(codes.coalitions()) | groups
    for key, frame in tables(world):
        if key == "hs_concordance":
            continue
        for column in set(ECONOMY_COLUMNS) & set(frame.columns):
            found = frame[column].cast(pl.String).drop_nulls().unique().to_list()
            parts = {part for code in found for part in code.split("+")}
            assert parts <= known, (key, column, sorted(parts - known))


def test_kinds_by_row_are_kinds_and_none_is_weaker_than_its_data_set(world: World) -> None:
    for key, frame in tables(world):
        if "kind" not in frame.columns:
            continue
        kinds = [Kind(kind) for kind in frame["kind"].unique()]
        assert Kind.weakest(kinds).rank <= world.record(key).kind.rank, key


def test_shares_are_fractions_and_nothing_is_not_a_number(world: World) -> None:
    for key, frame in tables(world):
        for name, kind in frame.schema.items():
            if not kind.is_float():
                continue
            values = frame[name].drop_nulls()
            assert values.is_finite().all(), (key, name)
            if re.fullmatch(r"share|share_.*|top_share|hhi|weight", name):
                assert values.min() >= 0, (key, name)
                assert values.max() <= 1, (key, name)


def test_rows_are_identified_by_their_dimensions(world: World) -> None:
    for key, dimensions in {
        "baci_critical_materials": ["year", "exporter", "importer", "product"],
        "taiwan_ic_exports": ["year", "importer"],
        "unga_ideal_points": ["year", "economy"],
        "arms_concentration": ["economy", "period"],
        "gdp_population": ["year", "economy"],
        "distances": ["economy", "partner"],
        "chip_facts": ["node", "economy", "year", "basis", "source"],
        "chip_end_use": ["end_use", "year"],
        "hs_to_industry": ["classification", "product", "industry"],
        "critical_materials_hs": ["material"],
    }.items():
        assert not world.table(key).select(dimensions).is_duplicated().any(), key


def test_shares_of_every_chip_node_sum_to_one(world: World) -> None:
    facts = world.chip_facts().filter(
        ~pl.col("projection") & pl.col("basis").str.contains("by site")
    )
    sums = facts.group_by("node", "year", "basis").agg(pl.col("share").sum())
    assert sums["share"].is_between(0.99, 1.011).all()
    uses = world.table("chip_end_use").group_by("year").agg(pl.col("share").sum())
    assert uses["share"].is_between(0.99, 1.001).all()


def test_recalled_rows_are_assumed(world: World) -> None:
    for key in ("chip_facts", "chip_end_use"):
        frame = world.table(key).filter(pl.col("how_read") == "general knowledge")
        assert set(frame["kind"]) == {"assumed"}


def test_known_arms_shares(world: World) -> None:
    poland = world.arms_suppliers().filter(economy="POL", period="2020-2024")
    shares = dict(poland.select("supplier", "share").iter_rows())
    assert shares["USA"] == pytest.approx(0.446, abs=6e-4)
    assert shares["KOR"] == pytest.approx(0.420, abs=6e-4)


def test_critical_materials_have_trade_and_texts(world: World) -> None:
    traded = set(world.trade("HS2017")["product"].unique())
    listed = set(world.table("critical_materials_hs")["product"])
    assert traded <= listed
    assert listed <= set(codes.products("HS2017"))


def test_every_coercion_row_names_a_listed_source(world: World) -> None:
    coercion = world.coercion()
    known = set(coercion.sources["source"])
    for frame in (coercion.measures, coercion.effects, coercion.outcomes):
        named = {part for text in frame["source"] for part in re.findall(r"S\d+", text)}
        assert named <= known
    cases = set(coercion.measures["case"])
    assert set(coercion.outcomes["case"]) <= cases


def test_distances_of_capitals(world: World) -> None:
    frame = world.distances()
    berlin = frame.filter((pl.col("economy") == "DEU") & (pl.col("partner") == "TWN"))
    assert berlin["capital_distance"].to_list() == [8959]
    assert (frame["economy"] < frame["partner"]).all()


def test_every_data_set_that_ships_is_read_somewhere(world: World) -> None:
    folder = Path(isthmus.__file__).parent
    written = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    unread = [key for key, _ in tables(world) if key not in written]
    # The one is read as the list of industries that it repeats with its record; the key of the
    # other is put together where it is read.
    assert unread == ["industry_texts", "mrio_2022_economies"]
