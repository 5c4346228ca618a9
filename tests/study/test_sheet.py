"""The member sheet: its figures are those of the records, and it says what does not apply."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus import codes
from isthmus.errors import BadInput
from isthmus.report import render_sheet_html, render_sheet_json, render_sheet_markdown
from isthmus.study import open_study
from isthmus.study.ask.events import events
from isthmus.study.context import Context
from isthmus.study.sheet import Sheet, check_members, member_sheet
from isthmus.study.subjects.disruption.runs import losses
from isthmus.world import World

PARTS = ["exposure", "bought", "losses", "listed", "steps", "votes"]


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


@pytest.fixture(scope="module")
def germany(world: World) -> Sheet:
    return member_sheet(open_study("taiwan-europe"), world, "DEU")


def rows(sheet: Sheet, part: str, name: str) -> pl.DataFrame:
    section = next(s for s in sheet.sections if s.key == part)
    return next(t.frame for t in section.tables if t.name == f"sheet_{name}")


def gaps(sheet: Sheet, part: str) -> list[str]:
    return [g.key for g in next(s for s in sheet.sections if s.key == part).gaps]


def test_trade_is_that_of_the_flows_themselves(germany: Sheet, world: World) -> None:
    flows = world.flows()
    cube, names = flows.values(2022), list(flows.economies)
    goods = [n for n, i in enumerate(flows.industries) if i != "SERV"]
    own, other = names.index("DEU"), names.index("CHN")
    bought = cube[:, own][:, goods].sum(axis=1)
    abroad = bought.sum() - bought[own]
    row = rows(germany, "exposure", "exposure").row(0, named=True)
    assert (row["year"], row["hong_kong"], row["kind"]) == ("2022", "apart", "estimated")
    assert row["value"] == pytest.approx(bought[other], rel=1e-9)
    assert row["share"] == pytest.approx(bought[other] / abroad, rel=1e-9)


def test_customs_stand_as_published_where_no_rate_turns_them(germany: Sheet, world: World) -> None:
    figures = world.table("customs_figures").filter(
        reporter="DEU", partner="CHN", flow="import", product="goods", period="2025"
    )
    published = {f"{v:g} {u} {c}" for v, u, c in figures["value", "unit", "currency"].rows()}
    shown = rows(germany, "exposure", "exposure").filter(year="2025")
    assert shown.height >= 2
    assert set(shown.filter(pl.col("link").str.starts_with("Buys"))["recorded"]) == published
    assert shown["value"].to_list() == [None] * shown.height


def test_a_figure_of_an_office_names_its_source_and_stands_alone(world: World) -> None:
    """Of one flow and year a share and a value were published: each is a row of its own."""
    china = member_sheet(open_study("taiwan-europe"), world, "CHN")
    shown = rows(china, "exposure", "exposure").filter(
        pl.col("link").str.starts_with("Sells to EU") & (pl.col("year") == "2024")
    )
    assert sorted(shown["recorded"]) == [
        "21.3 percent of extra-EU goods imports",
        "517.8 billion EUR",
    ]
    every = rows(china, "exposure", "exposure").filter(pl.col("record") != "balanced table")
    assert not every["recorded"].str.contains(";").any()
    assert (every["recorded"] != "").all()
    table = next(t for s in china.sections for t in s.tables if t.name == "sheet_exposure")
    assert {"customs_figures", "exchange_rates"} <= set(table.datasets)
    assert {"customs_figures", "exchange_rates"} <= {r.key for r in china.sources}
    alone = member_sheet(open_study("germany-materials"), world, "DEU")
    assert "customs_figures" not in {r.key for r in alone.sources}


def test_largest_purchases_are_the_largest(germany: Sheet, world: World) -> None:
    trade = world.trade("HS2017")
    last = trade.filter(year=trade["year"].max(), importer="DEU").filter(
        pl.col("exporter") != "DEU"
    )
    whole = last.group_by("product").agg(pl.col("value").sum().alias("all"))
    share = (
        last.filter(exporter="CHN")
        .group_by("product")
        .agg(pl.col("value").sum())
        .filter(pl.col("value") >= 1)
        .join(whole, on="product")
        .with_columns(share=pl.col("value") / pl.col("all"))
        .sort("share", descending=True)
        .head(4)
    )
    shown = rows(germany, "bought", "materials").filter(exporter="China")
    assert shown["product"].to_list() == share["product"].to_list()
    assert shown["share"].to_list() == pytest.approx(share["share"].to_list(), rel=1e-9)


def test_losses_are_quantiles_of_the_recorded_draws(germany: Sheet, world: World) -> None:
    """Loss of 90 days: those of days 0 to 30 and 30 to 90, by their lengths, draw by draw."""
    context = Context(open_study("taiwan-europe"), world)
    event = next(e for e in events(context) if e.key == "chips_180")
    held = losses(context, event).result["losses"].frame.filter(economy="DEU")
    by_draw = held.filter(pl.col("day") <= 90).sort("draw", "day")
    lost = by_draw["lost"].to_numpy().astype(float).reshape(-1, 2) @ np.array([30.0, 60.0]) / 90
    row = rows(germany, "losses", "losses").row(1, named=True)
    assert "180 days" in row["event"]
    assert [row[k] for k in ("quarter_low", "quarter", "quarter_high")] == pytest.approx(
        np.quantile(lost, [0.1, 0.5, 0.9]).tolist(), rel=1e-6
    )


def test_weight_of_a_vote_is_its_population(germany: Sheet, world: World) -> None:
    people = world.table("council_population")
    share = people.filter(economy="DEU")["value"][0] / people["value"].sum()
    assert germany.findings()["sheet.population.DEU"].value == pytest.approx(share, rel=1e-12)
    counted = rows(germany, "votes", "votes")
    assert all(
        len(a.split("; ")) == n for a, n in zip(counted["acts"], counted["count"], strict=True)
    )


def test_every_member_has_a_sheet_and_every_part(world: World) -> None:
    study = open_study("taiwan-europe")
    check_members(study, codes.members("EU27_2020"))
    for member in ("LUX", "LTU", "TWN", "CHN", "USA"):
        sheet = member_sheet(study, world, member)
        assert [s.key for s in sheet.sections] == PARTS
        for section in sheet.sections:
            assert section.answer or section.tables or section.gaps, (member, section.key)


@pytest.mark.parametrize(
    ("study", "member", "part", "gap"),
    [
        ("germany-materials", "DEU", "losses", "gap.sheet_no_events"),
        ("germany-materials", "DEU", "listed", "gap.sheet_no_rival"),
        ("germany-materials", "DEU", "steps", "gap.sheet_no_rival"),
        ("germany-materials", "DEU", "votes", "gap.no_catalogue"),
        ("japan-europe", "JPN", "steps", "gap.sheet_steps_home"),
        ("japan-europe", "JPN", "votes", "gap.sheet_acts_home"),
        ("lithuania-taiwan", "LTU", "votes", "gap.no_catalogue"),
    ],
)
def test_what_does_not_apply_is_said(
    world: World, study: str, member: str, part: str, gap: str
) -> None:
    assert gap in gaps(member_sheet(open_study(study), world, member), part)


def test_all_wrong_codes_are_named_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        check_members(open_study("taiwan-europe"), ["POL", "BRA", "ger"])
    text = str(caught.value)
    assert "'BRA'" in text
    assert "'ger'" in text
    assert "POL'" not in text


def test_each_form_holds_the_same_and_no_clock(germany: Sheet, world: World) -> None:
    again = member_sheet(open_study("taiwan-europe"), world, "DEU")
    for render in (render_sheet_html, render_sheet_json, render_sheet_markdown):
        assert render(again) == render(germany)
    page, text = render_sheet_html(germany), render_sheet_markdown(germany)
    assert "<script" not in page
    for word in ("HENSOLDT", "Licences for arms sales", "850511", "170.6 billion EUR"):
        assert word in page
        assert word in text
