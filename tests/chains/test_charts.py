"""Charts of value chains: what is drawn is what the tables say."""

import json

import polars as pl
import pytest

from isthmus import chains
from isthmus.chains.charts import lookthrough_chart, position_chart, stakes_chart
from isthmus.charts import to_vegalite
from isthmus.cli.root import main
from isthmus.errors import BadInput
from isthmus.world.mrio_sample import sample_table


@pytest.fixture(scope="module")
def table():
    return sample_table(4, 3)


def test_lookthrough_draws_both_readings_and_joins_them_once(table):
    found = chains.lookthrough(table, ["E000", "E001"], on=["E002", "E003"])
    drawn = lookthrough_chart(found, most=3)
    frame = drawn.table.frame
    rows = found["lookthrough"].frame.sort("look_through", descending=True)
    assert frame.height == 6
    top = rows.row(0, named=True)
    first, second = frame.head(2).to_dicts()
    assert first["name"] == f"{top['economy']} · {top['partner']}"
    assert (first["share"], second["share"]) == (top["face_value"], top["look_through"])
    assert (first["low"], first["high"]) == (top["face_value"], top["look_through"])
    assert second["low"] == second["high"] == second["share"]
    assert f"{100 * top['look_through']:.2g} %" in drawn.title
    assert "1 smaller ones left out" in drawn.source
    assert to_vegalite(drawn.spec, drawn.table)["layer"]


def test_forward_charts_speak_of_sales(table):
    drawn = lookthrough_chart(chains.lookthrough(table, "E000", on="E001", direction="forward"))
    assert "sales of inputs" in drawn.title
    assert drawn.spec.x_title == "share of all sales of inputs"


@pytest.mark.parametrize("of", ["value", "share"])
def test_stakes_of_both_sides_are_told_apart(table, of):
    links = [chains.Links("E000", ["E001", "E002"]), chains.Links(["E001", "E002"], "E000")]
    found = chains.extract(table, links)
    sides = {"E000": ["E000"], "two": ["E001", "E002"]}
    frame = stakes_chart(found, sides, of=of).table.frame
    assert set(frame["side"]) == {"E000", "two"}
    assert frame[of].is_sorted(descending=True)
    everybody = stakes_chart(found, {}, of=of)
    assert everybody.table.frame.height == found["stakes"].frame.filter(pl.col("value") > 0).height
    assert everybody.spec.series == ""
    one = stakes_chart(found, {"E000": ["E000"]}, of=of).table.frame
    assert set(one["side"]) == {"E000", "others"}


def test_nothing_at_stake_is_not_drawn(table):
    found = chains.extract(table, [chains.Links("E000", "E001")])
    with pytest.raises(BadInput, match="nothing to draw"):
        stakes_chart(found, {"a": [], "b": []})


def test_positions_of_one_party_are_by_industry_and_of_all_by_economy(table):
    one = position_chart(chains.position(table, "E000"))
    assert set(one.table.frame["name"]) == set(table.industries)
    several = position_chart(chains.position(table))
    assert set(several.table.frame["name"]) == set(table.economies)
    assert "E0" in several.title


def test_commands_draw(tmp_path, capsys):
    words = ["chains", "lookthrough", "DEU", "--on", "CHN", "TWN", "--chart"]
    assert main([*words, str(tmp_path / "a.svg")]) == 0
    picture = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert picture.startswith("<svg")
    assert "at face value" in picture
    assert main([*words, str(tmp_path / "a.png")]) == 3
    assert "use .svg or .json" in capsys.readouterr().err
    words = ["chains", "extract", "--exporter", "TWN", "--importer", "EU27_2020", "--chart"]
    assert main([*words, str(tmp_path / "b.json"), "--both-ways", "--chart-of", "share"]) == 0
    spec = json.loads((tmp_path / "b.json").read_text(encoding="utf-8"))
    rows = next(iter(spec["datasets"].values()))
    assert {row["side"] for row in rows} == {"TWN", "EU27_2020"}
    assert "TWN has most value added at stake" in " ".join(spec["title"]["text"])
    assert main(["chains", "upstreamness", "TWN", "--chart", str(tmp_path / "c.json")]) == 0
