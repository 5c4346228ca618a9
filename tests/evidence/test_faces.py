"""Results in a notebook: short texts, HTML that data cannot break, frames without pyarrow."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import World
from isthmus.dependence import profile
from isthmus.errors import BadInput, TargetExists
from isthmus.evidence import Collection, Column, Kind, Result, Table

LONGEST = 2000


def table(**columns: list[object]) -> Table:
    roles = {"value": "value", "share": "value", "note": "attribute", "kind": "attribute"}
    units = {"value": "million USD", "share": "share"}
    made = tuple(
        Column(name, roles.get(name, "dimension"), units.get(name, ""), f"what {name} is")
        for name in columns
    )
    return Table("t", pl.DataFrame(columns), made, Kind.ESTIMATED, text="a table", years=(2022,))


@pytest.fixture(scope="module")
def result() -> Result:
    return profile(World.open("starter"), "DEU", on="CHN")


def test_a_table_is_one_line() -> None:
    made = table(economy=["DEU", "FRA"], value=[1.0, 2.0], note=["a", "b"])
    text = "<Table t: 2 rows; economy; value [million USD]; note; estimated, 2022>"
    assert repr(made) == text


def test_nothing_is_longer_than_a_screen(result: Result) -> None:
    wide = table(**{f"column_{n}": ["x"] for n in range(200)})
    many = replace(result, tables={f"table_{n}": wide for n in range(200)})
    shown = [wide, many, result, Collection(dict.fromkeys(map(str, range(500)), result))]
    shown.append(World.open("starter").mrio(2022))
    assert all(len(repr(one)) < LONGEST for one in shown)


def test_a_result_names_its_lens_and_tables(result: Result) -> None:
    first, *lines = repr(result).splitlines()
    assert first.startswith("<Result, dependence.profile on starter")
    assert [line.split(":")[0].strip() for line in lines] == list(result.tables)


def test_html_has_digits_of_the_kind_and_units() -> None:
    made = table(
        economy=["DEU", "FRA", "ITA"],
        value=[123.456, 0.001234, None],
        share=[0.12345, 0.5, 1.0],
        kind=["measured", "assumed", "estimated"],
    )
    html = made._repr_html_()
    cells = [c.split(">")[-1] for c in html.split("</td>")[:-1]]
    assert cells[:4] == ["DEU", "123", "12.3", "measured"]
    assert cells[4:8] == ["FRA", "0.001", "50", "assumed"]
    assert cells[8:10] == ["ITA", "\u2013"]
    assert "<th>share<br><small>%</small></th>" in html


def test_html_tells_a_share_by_its_sign_where_rows_have_units_of_their_own() -> None:
    made = table(indicator=["a", "b"], value=[0.2, 3.0], unit=["share", "days"])
    columns = tuple(
        replace(c, unit="as in unit" if c.name == "value" else c.unit) for c in made.columns
    )
    html = replace(made, columns=columns)._repr_html_()
    assert ">20 %</td>" in html
    assert ">3.0</td>" in html


@given(st.text(max_size=30))
def test_no_text_of_data_becomes_markup(text: str) -> None:
    html = replace(table(economy=[text], note=[text]), text=text, notes=(text,))._repr_html_()
    plain = table(economy=["x"], note=["x"])
    known = replace(plain, text="x", notes=("x",))._repr_html_()
    assert html.count("<") == known.count("<")
    assert html.count('"') == known.count('"')


def test_html_shows_the_first_rows_and_says_how_many_there_are(result: Result) -> None:
    html = result["suppliers"]._repr_html_()
    assert html.count("<tr>") == 1 + 10
    assert f"{result['suppliers'].frame.height - 10} more rows" in html
    assert result._repr_html_().count("<details>") == len(result.tables)


def test_pandas_has_the_rows_and_what_they_are(result: Result) -> None:
    for name, frame in result.to_pandas().items():
        held = result[name].frame
        assert list(frame.columns) == held.columns
        for column in held.columns:
            ours = held[column].to_list()
            theirs = [None if v != v else v for v in frame[column].tolist()]
            assert theirs == ours
        assert frame.attrs["kind"] == result[name].kind.value
        assert frame.attrs["columns"][0]["name"] == held.columns[0]


def test_pandas_is_reached_without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    made = table(economy=["DEU", None], value=[1.0, None], count=[1, 2], flag=[True, None])
    assert made.to_pandas().shape == (2, 4)
    assert made.to_pandas()["count"].dtype == np.int64


def test_xarray_has_values_over_dimensions() -> None:
    made = table(economy=["DEU", "FRA"], year=[2021, 2022], value=[1.0, 2.0], note=["a", "b"])
    found = made.to_xarray()
    assert found["value"].dims == ("economy", "year")
    assert float(found["value"].sel(economy="FRA", year=2022)) == 2.0
    assert np.isnan(float(found["value"].sel(economy="FRA", year=2021)))
    assert found["value"].attrs["units"] == "million USD"
    assert "note" not in found
    one = table(economy=["DEU"], value=[3.0]).to_xarray()
    assert one["value"].dims == ("economy",)


def test_xarray_needs_dimensions_that_tell_rows_apart() -> None:
    for made in (table(economy=["DEU", "DEU"], value=[1.0, 2.0]), table(value=[1.0])):
        with pytest.raises(BadInput, match="not told apart"):
            made.to_xarray()


def test_a_workbook_is_written_and_not_replaced(result: Result, tmp_path) -> None:
    out = tmp_path / "r.xlsx"
    result.to_excel(out)
    assert pl.read_excel(out, sheet_name="suppliers").height == result["suppliers"].frame.height
    with pytest.raises(TargetExists):
        result.to_excel(out)
    result.to_excel(str(out), replace=True)
    with pytest.raises(BadInput, match=r"ends in \.xlsx"):
        result.to_excel(tmp_path / "r.csv")


def test_a_collection_stacks_its_frames(result: Result) -> None:
    both = Collection({"a": result, "b": result})
    assert repr(both).startswith("<Collection, 2 scenarios: a, b")
    frames = both.to_pandas()
    assert len(frames["suppliers"]) == 2 * result["suppliers"].frame.height
    assert both._repr_html_().count("<details>") == len(result.tables)
