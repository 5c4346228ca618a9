"""Numbers on axes and in legends, as a language writes them."""

from __future__ import annotations

import re
from dataclasses import replace

import polars as pl

from isthmus.charts import ChartSpec, NumberWords, render_svg, to_vegalite
from isthmus.charts.forms import class_labels
from isthmus.evidence import Column, Kind, Table

GERMAN = NumberWords(",", ".", "Mio.", "Mrd.", "Bio.", " %")


def drawn(spec: ChartSpec, *values: float) -> str:
    names = [f"E{number}" for number in range(len(values))]
    frame = pl.DataFrame({"economy": names, "value": list(values)})
    columns = (Column("economy", "dimension"), Column("value", "value", "million USD"))
    return render_svg(spec, Table("t", frame, columns, Kind.MEASURED), key="t")


def test_an_axis_of_money_has_the_words_of_the_language() -> None:
    english = drawn(ChartSpec("bars", x="value", y="economy", money=True), 2500.0, 900.0)
    assert ">2.5 bn<" in english
    assert ">500 m<" in english
    spec = ChartSpec("bars", x="value", y="economy", money=True, words=GERMAN)
    german = drawn(spec, 2500.0, 900.0)
    assert ">2,5 Mrd.<" in german
    assert ">500 Mio.<" in german
    assert " bn<" not in german


def test_an_axis_of_shares_has_the_marks_of_the_language() -> None:
    spec = ChartSpec("bars", x="value", y="economy", share=True)
    assert re.search(r">0\.\d+%<", drawn(spec, 0.001, 0.003))
    assert re.search(r">0,\d+ %<", drawn(replace(spec, words=GERMAN), 0.001, 0.003))


def test_classes_have_the_marks_of_the_language() -> None:
    spec = ChartSpec("map", x="", value="value", share=True, bins=(0.005, 0.1), words=GERMAN)
    assert class_labels(spec) == ["< 0,5 %", "0,5–10 %", "≥ 10 %"]


def test_english_leaves_a_specification_as_it_was() -> None:
    frame = pl.DataFrame({"economy": ["E"], "value": [1.0]})
    columns = (Column("economy", "dimension"), Column("value", "value", "1"))
    table = Table("t", frame, columns, Kind.MEASURED)
    spec = ChartSpec("bars", x="value", y="economy")
    assert "locale" not in to_vegalite(spec, table)["config"]
    assert "words" not in spec.to_dict()


def test_the_words_stand_among_the_texts() -> None:
    units = {
        "decimal_mark": ",",
        "thousands_mark": ".",
        "axis_million": "Mio.",
        "axis_billion": "Mrd.",
        "axis_trillion": "Bio.",
        "axis_percent": " %",
    }
    assert NumberWords.of(units) == GERMAN
