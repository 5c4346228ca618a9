"""Charts of pages take percent, money and ranges from their table; findings share their data."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import pytest

from isthmus.charts import ChartSpec
from isthmus.evidence import Kind
from isthmus.study import open_study
from isthmus.study.context import Context
from isthmus.study.numbers import EUR, SHARE_OF_DRAWS
from isthmus.study.page import Page
from isthmus.study.rests import between, drawn, figure, method_of, of_data, of_table
from isthmus.study.wording import TextCatalogue
from isthmus.world import World

TEXTS = {
    "toy.question": "What?",
    "toy.chart.it": "It",
    "toy.alt.it": "It",
    "table.toy_it": "It",
    "axis.toy": "Share of {home}",
    "method.toy_share": "What is counted.",
    "interval.draws_80": "80 % of the draws",
    **{f"column.{name}": name for name in ("place", "year", "x", "x_low", "x_high", "low", "high")},
}


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


@pytest.fixture
def page(world: World) -> Page:
    units = TextCatalogue.load().units
    return Page(
        Context(open_study("taiwan-europe"), world, TextCatalogue("en", TEXTS, units)), "toy"
    )


def made(page: Page, spec: ChartSpec, units: Mapping[str, str]) -> ChartSpec:
    frame = pl.DataFrame({"place": ["A"], "year": [2020]} | {name: [0.5] for name in units})
    page.chart("it", frame, spec, units)
    (chart,) = page.section().charts
    return chart.spec


def test_the_title_of_an_axis_knows_the_names_of_the_page(page: Page) -> None:
    spec = page.bars("x", by="place", axis="toy", colour="home")
    assert spec.x_title == f"Share of {page.fields['home']}"
    assert (spec.form, spec.x, spec.y, dict(spec.roles)) == ("bars", "x", "place", {"": "home"})
    assert page.dots("x", by="place", axis={"x_title": "own", "log": True}).log


@pytest.mark.parametrize(
    ("unit", "share", "money"),
    [
        ("share", True, False),
        (SHARE_OF_DRAWS, True, False),
        (EUR, False, True),
        ("1", False, False),
    ],
)
def test_the_unit_of_the_number_says_percent_or_money(
    page: Page, unit: str, share: bool, money: bool
) -> None:
    spec = made(page, page.bars("x", by="place", axis="toy"), {"x": unit})
    assert (spec.share, spec.money) == (share, money)


def test_lines_are_read_on_the_other_axis(page: Page) -> None:
    spec = made(page, page.lines("x", axis="toy"), {"x": "share"})
    assert (spec.x, spec.y, spec.share) == ("year", "x", True)


@pytest.mark.parametrize(
    ("columns", "ends"),
    [
        (("x", "x_low", "x_high", "low", "high"), ("x_low", "x_high")),
        (("x", "low", "high"), ("low", "high")),
        (("x", "x_low"), ("", "")),
    ],
)
def test_dots_have_the_range_that_their_table_holds(
    page: Page, columns: tuple[str, ...], ends: tuple[str, str]
) -> None:
    spec = made(page, page.dots("x", by="place", axis="toy"), dict.fromkeys(columns, "1"))
    assert (spec.low, spec.high) == ends


def test_ends_that_are_named_stay_and_bars_have_none(page: Page) -> None:
    units = dict.fromkeys(("x", "x_low", "x_high", "low", "high"), "1")
    spec = made(page, page.dots("x", by="place", axis="toy", low="low", high="high"), units)
    assert (spec.low, spec.high) == ("low", "high")


def test_bars_have_no_range(page: Page) -> None:
    spec = made(page, page.bars("x", by="place", axis="toy"), {"x": "1", "low": "1", "high": "1"})
    assert (spec.low, spec.high) == ("", "")


def test_a_finding_has_the_method_of_its_key_and_the_range_of_its_row(page: Page) -> None:
    row = {"x_low": 0.1, "x_high": 0.4}
    rests = of_data(page.context, "icio_flows", kind=Kind.MODELLED)
    assert method_of("toy.share.CHN.DEU") == "toy_share"
    found = figure(
        page.context, "toy.share.CHN", 0.2, "share", year=2022, **rests, **drawn(row, "x_")
    )
    assert (found.method, found.low, found.high) == ("toy_share", 0.1, 0.4)
    assert (found.kind, found.datasets) == (Kind.MODELLED, ("icio_flows",))
    assert found.interval == TEXTS["interval.draws_80"]


def test_data_that_are_weaker_than_the_kind_decide_it(page: Page) -> None:
    own = page.context.kind_of("icio_flows")
    assert own is not Kind.MEASURED
    assert of_data(page.context, "icio_flows")["kind"] is own


def test_readings_make_a_range_and_none_makes_none() -> None:
    assert between([3.0, 1.0, 2.0], "records") == {"low": 1.0, "high": 3.0, "interval": "records"}
    assert between([], "records") == {}


def test_a_table_gives_its_kind_and_its_data(page: Page) -> None:
    page.rests_on("icio_flows")
    table = page.made("it", pl.DataFrame({"place": ["A"]}), {})
    assert of_table(table) == {"kind": table.kind, "datasets": ("icio_flows",)}
