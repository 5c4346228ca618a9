"""The section on supply chains quotes what the lens computes, for any parties."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus import chains, codes
from isthmus.study.context import Context
from isthmus.study.shipped import open_study
from isthmus.study.subjects import measures
from isthmus.study.writing import written
from isthmus.world import World


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture(scope="module")
def context(world):
    return Context(open_study("taiwan-europe"), world)


def test_section_opens_with_answers_and_quotes_the_lens(world, context):
    built = written(context, "chains")
    assert not built.gaps
    assert len(built.answer) == 12
    assert {chart.key for chart in built.charts} == {"chains-industries", "chains-members"}
    found = chains.lookthrough(world, "EU27_2020", on="CHN", by="industry", industries="C26")
    value = found["lookthrough"].frame["look_through"][0]
    assert context.findings["chains.look_through.EU27_2020.CHN.C26"].value == value


def test_shares_of_output_and_of_exports_are_those_of_rows_of_the_table(world, context):
    written(context, "chains")
    table = world.mrio(2022)
    home = table.node_positions(codes.members("DEU"))
    of_china = np.zeros(len(table.x))
    of_china[table.node_positions(["CHN"])] = 1.0
    bought = table.product_t(of_china)[home] @ table.x[home]
    found = context.findings
    direct = found["chains.face_output.DEU.CHN"].value
    assert direct == pytest.approx(bought / table.x[home].sum(), rel=1e-9)
    row = chains.lookthrough(world, "DEU", on="CHN", year=2022)["lookthrough"].frame.to_dicts()[0]
    assert found["chains.value_added.DEU.CHN.ALL"].value == row["value_added"] > direct
    parts = chains.decompose(world, "EU27_2020", year=2022)["decomposition"].frame.to_dicts()[0]
    whole = sum(parts[name] for name in ("dva", "fva", "ddc", "fdc"))
    foreign = found["chains.exports_foreign.EU27_2020"].value
    assert foreign == pytest.approx(parts["fva"] / whole, rel=1e-9)
    assert 0 < found["chains.exports_foreign.EU27_2020.CHN"].value < foreign


def test_arms_are_bounded_by_the_industries_that_the_concordance_names(world, context):
    table = world.table("hs_to_industry").filter(pl.col("classification") == "ICIO2025")
    held = {
        prefix: table.filter(pl.col("product").str.starts_with(prefix)).sort("weight")["industry"][
            -1
        ]
        for prefix in ("9302", "9306", "8526", "9014", "890610", "871000", "8802")
    }
    assert set(held.values()) == set(codes.industries_in("arms"))
    said = next(s for s in written(context, "chains").answer if "no share is assumed" in s.text)
    found = chains.lookthrough(
        world, "EU27_2020", on=["CHN", "TWN"], by="industry", industries=codes.industries_in("arms")
    )["lookthrough"].frame
    for on in ("CHN", "TWN"):
        shares = found.filter(pl.col("partner") == on)["look_through"]
        quoted = [f.value for f in said.findings if f".{on}." in f.key]
        assert quoted == [shares.min(), shares.max()]


def test_stakes_are_those_of_the_extraction(world, context):
    written(context, "chains")
    links = [chains.Links("TWN", "EU27_2020"), chains.Links("EU27_2020", "TWN")]
    frame = chains.extract(world, links)["stakes"].frame
    taiwan = dict(zip(frame["economy"], frame["value"], strict=True))["TWN"]
    found = context.findings["chains.stake.TWN.EU27_2020"]
    rate = world.table("exchange_rates").filter(currency="EUR", year=2022)["usd"].item()
    assert found.unit == "million EUR"
    assert found.value == pytest.approx(taiwan / rate, rel=1e-9)
    assert "1.053 USD per EUR" in found.sources[-1]


@pytest.mark.parametrize(
    ("home", "partner", "charts"),
    [("DEU", "JPN", 1), ("G7@2022-12-31", "KOR", 2), ("NATO@2022-12-31", "AUS", 2)],
)
def test_other_parties_work(world, home, partner, charts):
    study = open_study("taiwan-europe")
    parties = {"home": home, "partner": partner}
    built = written(Context(study.with_parties(**parties), world), "chains")
    assert len(built.charts) == charts


def test_measures_agree_with_the_lens(world, context):
    known = measures()
    spread = known["chains.member_spread"].run(context, coalition="EU27_2020", on="CHN")
    frame = chains.lookthrough(world, "EU27_2020", on="CHN", by="economy")["lookthrough"].frame
    shares = frame["look_through"]
    assert spread.value == pytest.approx(np.quantile(shares, 0.9) / np.quantile(shares, 0.1))
    lead = known["chains.member_demand_lead"].run(
        context, coalition="EU27_2020", member="DEU", on="CHN"
    )
    two = chains.foreign_demand(world, ["DEU", "EU27_2020"], on="CHN")["foreign_demand"].frame
    assert lead.value == pytest.approx(two["share"][0] / two["share"][1])


def test_a_world_without_the_table_says_so():
    world = World.open("starter")
    study = open_study("taiwan-europe")
    entries = {k: v for k, v in world._entries.items() if not k.startswith("mrio")}
    built = written(Context(study, World("small", "1", entries)), "chains")
    assert built.gaps
    assert not built.answer
