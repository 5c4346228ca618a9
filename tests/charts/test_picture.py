"""Charts of any table: what is chosen where nothing is said, and what cannot be drawn."""

from __future__ import annotations

import json
from dataclasses import replace

import polars as pl
import pytest

from isthmus import World, plot
from isthmus.dependence import profile
from isthmus.errors import BadInput, NotFound, TargetExists
from isthmus.evidence import IN_UNIT, Kind, Table
from isthmus.evidence.frames import dimension, number
from isthmus.study import assess, open_study


def made(measure: str = "share", /, **columns: list[object]) -> Table:
    numbers = {"value", "low", "high", "other"}
    held = tuple(number(n, measure) if n in numbers else dimension(n) for n in columns)
    return Table("t", pl.DataFrame(columns), held, Kind.MODELLED, text="a table")


@pytest.mark.parametrize(
    ("table", "form", "x", "y"),
    [
        (made(economy=["A", "B"], value=[0.1, 0.2]), "bars", "value", "economy"),
        (made(home=["H", "H"], economy=["A", "B"], value=[0.1, 0.2]), "bars", "value", "economy"),
        (made(economy=["A"], value=[0.1], low=[0.0], high=[0.3]), "dots", "value", "economy"),
        (made(year=[2021, 2022], value=[0.1, 0.2]), "lines", "year", "value"),
        (made(day=[1, 2], value=[0.1, 0.2]), "paths", "day", "value"),
        (made(economy=["A", "B"], other=[0.1, 0.2]), "bars", "other", "economy"),
    ],
)
def test_what_is_drawn_follows_from_the_table(table: Table, form: str, x: str, y: str) -> None:
    picture = plot(table)
    assert (picture.spec.form, picture.spec.x, picture.spec.y) == (form, x, y)
    assert picture.spec.share
    assert picture.to_svg().startswith("<svg")


def test_a_picture_of_a_lens_is_saved_in_three_forms(tmp_path) -> None:
    table = profile(World.open("starter"), "DEU", on="CHN")["suppliers"]
    picture = plot(table, value="value", by="industry", rows=5)
    assert picture.spec.money
    assert picture.table.frame.height == 5
    for ending, begins in ((".svg", b"<svg"), (".png", b"\x89PNG"), (".json", b"{")):
        out = tmp_path / f"p{ending}"
        picture.save(out)
        assert out.read_bytes().startswith(begins)
        with pytest.raises(TargetExists):
            picture.save(out)
    drawn = json.loads((tmp_path / "p.json").read_text())
    shown = picture._repr_mimebundle_()
    assert drawn == shown["application/vnd.vegalite.v5+json"]
    with pytest.raises(BadInput, match="unknown file ending"):
        picture.save(tmp_path / "p.pdf")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    empty = made(economy=["A"], value=[0.1])
    empty = replace(empty, frame=empty.frame.clear())
    with pytest.raises(BadInput) as caught:
        plot(empty, value="valeu", by="econmy")
    told = str(caught.value)
    assert "3 problems" in told
    assert "did you mean 'value'" in told
    assert "no rows" in told


def test_numbers_of_several_units_have_no_common_axis() -> None:
    table = made(IN_UNIT, name=["a", "b"], unit=["days", "share"], value=[1.0, 0.2])
    with pytest.raises(BadInput, match="several units: days, share"):
        plot(table)
    days = replace(table, frame=table.frame.head(1))
    assert plot(days).spec.x_title == "value, days (modelled)"


def test_the_charts_of_a_dossier_are_pictures() -> None:
    dossier = assess(open_study("germany-materials"), World.open("starter"))
    assert repr(dossier).startswith("<Dossier: ")
    key, chart = next(iter(dossier.charts.items()))
    assert dossier.plot(key).to_svg() == chart.picture.to_svg()
    with pytest.raises(NotFound, match="no chart"):
        dossier.plot("nothing")
