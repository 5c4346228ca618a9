"""Paths by day, long names of categories, and axes in money."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET

import polars as pl
import pytest

from isthmus.charts import ChartSpec, letters, render_svg, theme, to_vegalite
from isthmus.charts.forms import FORMS
from isthmus.charts.words import ENGLISH
from isthmus.evidence import Column, Kind, Table

MOVED = re.compile(r"translate\(([-.\d]+)")


def table(rows) -> Table:
    frame = pl.DataFrame(rows)
    columns = tuple(Column(c, "dimension", text=c) for c in frame.columns)
    return Table("t", frame, columns, Kind.ASSUMED, (), "t")


BAND = [
    {"day": day, "low": 1 - day / 400, "high": 1.0, "event": event, "side": side}
    for event in ("a very long name of something that stops", "short")
    for day in (0, 30, 89)
    for side in ("home", "partner")
]


@pytest.mark.parametrize(
    "spec",
    [
        ChartSpec("paths", x="day", low="low", high="high", facet="event", share=True),
        ChartSpec("paths", x="day", y="low", y_title="value", share=True),
        ChartSpec("paths", x="day", y="low", low="low", high="high", series="side",
                  roles={"home": "home", "partner": "partner"}, facet="event"),
    ],
)  # fmt: skip
def test_paths_are_valid_and_draw_no_colour_from_elsewhere(spec: ChartSpec) -> None:
    chart = FORMS["paths"](BAND if spec.series else BAND[::2], spec)
    chart.to_dict(validate=True)
    text = json.dumps(to_vegalite(spec, table(BAND)))
    known = {*theme.PALETTE.values(), *theme.dark_map()}
    drawn = {word for word in text.split('"') if word.startswith("#")}
    assert drawn <= known


def test_headings_of_small_charts_break_and_keep_their_order() -> None:
    spec = ChartSpec("paths", x="day", low="low", high="high", facet="event", share=True)
    drawn = to_vegalite(spec, table(BAND))
    assert drawn["facet"]["sort"] == ["a very long name of\nsomething that stops", "short"]


def test_long_categories_break_into_lines_and_get_room() -> None:
    rows = [{"name": "easier licences for goods with two uses, drones among them", "n": 1.0},
            {"name": "short", "n": 2.0}]  # fmt: skip
    for form in ("bars", "dots"):
        drawn = to_vegalite(ChartSpec(form, x="n", y="name"), table(rows))
        text = json.dumps(drawn)
        assert "\\\\n" in text or "\\n" in text
        assert drawn["height"]["step"] >= theme.ROW * 1.7
        plain = to_vegalite(ChartSpec(form, x="n", y="name"), table(rows[1:]))
        assert plain["height"]["step"] == theme.ROW


def test_an_axis_in_money_says_millions_billions_and_trillions() -> None:
    rows = [{"name": "a", "n": 1500.0}]
    text = json.dumps(to_vegalite(ChartSpec("bars", x="n", y="name", money=True), table(rows)))
    assert json.dumps(ENGLISH.money) in text
    assert "~s" not in text


PHONE, LEAST = 358, 11
"""Pixels that a picture has on a page of 390, and the least size of a letter there."""
LONG = ("What a union of states can do alone and with others", "short")


@pytest.mark.parametrize(
    "spec",
    [
        ChartSpec("bars", x="n", y="name", x_title="a title " * 12, series="who", share=True),
        ChartSpec("dots", x="n", y="name", low="low", high="high", log=True, x_title="a " * 50),
        ChartSpec("lines", x="year", y="n", y_title="a title " * 12, series="who", share=True),
        ChartSpec("lines", x="year", y="n", y_title="a title", series="name", share=True),
        ChartSpec("lines", x="year", y="n", y_title="a title", series="who", facet="name"),
        ChartSpec("paths", x="year", y="n", y_title="a title " * 9, series="who", facet="name"),
        ChartSpec(
            "heat",
            x="year",
            y="name",
            value="n",
            value_title="a title " * 9,
            bins=(0.1, 0.2, 0.3, 0.4),
            share=True,
        ),
    ],
)
def test_letters_of_every_form_are_legible_on_a_phone(spec: ChartSpec) -> None:
    rows = [
        {"name": name, "who": who, "year": year, "n": 0.02 * year, "low": 0.0, "high": None}
        for name in LONG
        for who in ("United States", "Taiwan", "the Democratic Republic")
        for year in (1, 2, 3, 4)
    ]
    svg = render_svg(spec, table(rows), key="k")
    width = float(re.search(r'viewBox="0 0 ([0-9.]+) ', svg)[1])
    least = min(float(size) for size in re.findall(r'font-size="([0-9.]+)px"', svg))
    assert least * PHONE / width >= LEAST


def test_names_at_the_ends_of_lines_keep_their_distance_and_their_order() -> None:
    placed = letters.apart({"low": 0.10, "high": 0.11, "far": 0.9}, 0.05)
    assert placed == pytest.approx({"low": 0.10, "high": 0.15, "far": 0.9})


def test_a_logarithmic_axis_shows_ranges_that_reach_zero_or_have_no_end() -> None:
    rows = [
        {"name": "a", "n": 1.0, "low": 0.0, "high": 4.0},
        {"name": "b", "n": 40.0, "low": 20.0, "high": None},
        {"name": "none", "n": 0.0, "low": 0.0, "high": 0.0},
    ]
    spec = ChartSpec("dots", x="n", y="name", low="low", high="high", log=True)
    drawn = to_vegalite(spec, table(rows))
    (held,) = drawn["datasets"].values()
    by = {row["name"]: row for row in held}
    axis = drawn["layer"][0]["encoding"]["x"]
    assert set(by) == {"a", "b"}
    assert [by["a"]["low"], by["b"]["high"]] == axis["scale"]["domain"]
    assert all(by["a"]["low"] < tick < by["b"]["high"] for tick in axis["axis"]["values"])


@pytest.mark.parametrize("windows", [2, 4, 12])
def test_a_name_at_the_end_of_a_line_stands_inside_the_picture(windows: int) -> None:
    name = "Czechia, 2020"
    rows = [{"t": str(n), "v": 0.1 * n, "who": name} for n in range(windows)]
    drawn = ET.fromstring(
        render_svg(ChartSpec("lines", x="t", y="v", series="who"), table(rows), key="k")
    )
    above = {child: parent for parent in drawn.iter() for child in parent}
    at = next(e for e in drawn.iter() if e.text == name)
    right = len(name) * theme.LETTER
    while at in above:
        right += sum(float(x) for x in MOVED.findall(at.get("transform", "")))
        at = above[at]
    assert right <= float(drawn.get("viewBox", "").split()[2])
