"""Where the renderer of charts has no build, texts take the place of pictures."""

from __future__ import annotations

import polars as pl
import pytest

from isthmus.charts import chart_file, drawable, plot
from isthmus.errors import IsthmusError
from isthmus.evidence import Column, Kind, Table


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.charts.render.find_spec", lambda _name: None)


@pytest.fixture
def table() -> Table:
    columns = (Column("economy", "dimension"), Column("value", "value", "million USD"))
    return Table(
        "t", pl.DataFrame({"economy": ["DEU", "FRA"], "value": [1.0, 2.0]}), columns, Kind.MEASURED
    )


def test_a_chart_is_its_specification(bare: None, table: Table) -> None:
    assert not drawable()
    picture = plot(table)
    assert b"vega" in chart_file(picture.to_vegalite(), ".json")
    assert list(picture._repr_mimebundle_()) == ["application/vnd.vegalite.v5+json"]
    with pytest.raises(IsthmusError, match="vl-convert-python is not installed"):
        picture.to_svg()
    with pytest.raises(IsthmusError, match="vl-convert-python is not installed"):
        chart_file(picture.to_vegalite(), ".png")
