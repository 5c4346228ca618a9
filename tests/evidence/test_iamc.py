"""Numbers in the layout of the IAMC: one row for each, nothing lost, nothing without a year."""

import sys
import types

import polars as pl
import pytest

from isthmus import chains
from isthmus.errors import BadInput, IsthmusError
from isthmus.evidence import Collection, Column, Kind, Table
from isthmus.evidence.iamc import INDEX, to_iamc, to_pyam
from isthmus.testing import small_table


@pytest.fixture(scope="module")
def result():
    return chains.decompose(small_table())


def test_every_number_is_a_row(result):
    frame = to_iamc(result, scenario="today")
    assert list(frame.columns) == list(INDEX)
    numbers = sum(
        int(t.frame[c.name].count())
        for t in result.tables.values()
        for c in t.columns
        if c.role == "value"
    )
    assert len(frame) == numbers
    assert not frame.drop(columns="value").duplicated().any()
    assert set(frame["scenario"]) == {"today"}
    assert set(frame["year"]) == {2022}
    row = frame[
        (frame.region == "DEU") & (frame.variable == "decomposition|industry:ALL|dva_share")
    ]
    held = result["decomposition"].frame.filter(pl.col("economy") == "DEU")["dva_share"][0]
    assert row["value"].tolist() == [held]
    assert row["unit"].tolist() == ["1"]


def test_scenarios_keep_their_names(result):
    frame = to_iamc(Collection({"a": result, "b": result}))
    assert set(frame["scenario"]) == {"a", "b"}


def test_what_has_no_region_or_year_is_refused_by_name():
    columns = (Column("day", "dimension"), Column("value", "value", "million USD"))
    table = Table("paths", pl.DataFrame({"day": [1], "value": [1.0]}), columns, Kind.MODELLED)
    with pytest.raises(BadInput) as caught:
        to_iamc(table)
    assert "no column of regions" in str(caught.value)
    assert "rows are days" in str(caught.value)
    plain = (
        Column("economy", "dimension"),
        Column("value", "value", "as in unit"),
        Column("unit", "attribute"),
    )
    rows = pl.DataFrame({"economy": ["DEU"], "value": [2.0], "unit": ["kt"]})
    undated = Table("ore", rows, plain, Kind.MEASURED)
    with pytest.raises(BadInput, match="no year"):
        to_iamc(undated)
    row = to_iamc(undated, year=2020).iloc[0].tolist()
    assert row == ["isthmus", "base", "DEU", "ore|value", "kt", 2020, 2.0]


def test_pyam_is_asked_only_where_it_is(result, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyam", None)
    with pytest.raises(IsthmusError, match="pyam is not installed"):
        to_pyam(result)
    monkeypatch.setitem(
        sys.modules, "pyam", types.SimpleNamespace(IamDataFrame=lambda f: ("frame", len(f)))
    )
    assert to_pyam(result) == ("frame", len(to_iamc(result)))
