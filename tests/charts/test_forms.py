"""Paths by day, long names of categories, and axes in money."""

from __future__ import annotations

import json

import polars as pl
import pytest

from isthmus.charts import ChartSpec, theme, to_vegalite
from isthmus.charts.forms import FORMS
from isthmus.charts.words import ENGLISH
from isthmus.evidence import Column, Kind, Table


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
