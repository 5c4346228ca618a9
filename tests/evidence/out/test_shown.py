"""Which rows of a result are shown, and in which order."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evidence.out.result_helpers import FLOWS, made_result, made_table

from isthmus.errors import BadInput, IsthmusError
from isthmus.evidence.out.shown import Shown, answer_first, chosen, first


def test_the_largest_come_first_by_size_and_the_missing_last() -> None:
    assert answer_first(made_table(FLOWS)).frame["value"].to_list() == [-200.0, 90.0, 10.5, None]


def test_years_of_one_item_stay_together_in_their_order() -> None:
    frame = pl.DataFrame(
        {
            "exporter": ["A", "B", "A", "B"],
            "year": [2021, 2021, 2022, 2022],
            "value": [1.0, 5.0, 3.0, 2.0],
        }
    )
    shown = answer_first(made_table(frame)).frame
    assert shown.select("exporter", "year").rows() == [
        ("B", 2021),
        ("B", 2022),
        ("A", 2021),
        ("A", 2022),
    ]
    course = made_table(frame.filter(exporter="A").reverse())
    assert answer_first(course).frame.equals(course.frame)


def test_indicators_are_not_compared_with_each_other() -> None:
    frame = pl.DataFrame(
        {
            "indicator": ["share", "share", "loss", "loss"],
            "industry": ["C20", "C26", "C20", "C26"],
            "value": [0.1, 0.2, 900.0, 100.0],
        }
    )
    ordered = answer_first(made_table(frame))
    assert ordered.frame["value"].to_list() == [0.2, 0.1, 900.0, 100.0]
    cut = first(ordered, 1)
    assert cut.frame["value"].to_list() == [0.2, 900.0]
    assert cut.notes[0] == "the first 1 for each indicator of 2; 2 rows left out"


def test_a_choice_of_rows_says_what_it_left_out() -> None:
    result = made_result(made_table(FLOWS))
    shown = chosen(result, Shown(economies=("TWN", "USA"), top=1))["flows"]
    assert shown.frame["exporter"].to_list() == ["USA"]
    assert "rows with TWN, USA: 2 of 4" in shown.notes
    assert shown.notes[-1] == "mind this"
    members = chosen(result, Shown(economies=("G7",)))["flows"].frame
    assert members.height == 4  # Germany, the importer, is a member


@given(st.permutations(range(4)), st.sampled_from(["value", "value:up", "exporter", "exporter:up"]))
def test_sorting_does_not_depend_on_the_order_given(at: list[int], by: str) -> None:
    frame = FLOWS.with_columns(exporter=pl.Series(["CHN", "TWN", "USA", "DEU"]))[at]
    shown = chosen(made_result(made_table(frame)), Shown(sort=by))["flows"].frame
    expected = {
        "value": [90.0, 10.5, -200.0, None],
        "value:up": [-200.0, 10.5, 90.0, None],
        "exporter": [90.0, None, 10.5, -200.0],
        "exporter:up": [-200.0, 10.5, None, 90.0],
    }
    assert shown["value"].to_list() == expected[by]


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (Shown(tables=("flow",)), "did you mean 'flows'"),
        (Shown(sort="vale"), "did you mean 'value'"),
        (Shown(economies=("JPN",)), "no row of the result is of JPN"),
        (Shown(economies=("XXA",)), "XXA"),
        (Shown(top=0), "at least one row"),
    ],
)
def test_what_is_not_there_is_named(shown: Shown, said: str) -> None:
    with pytest.raises(IsthmusError) as caught:
        chosen(made_result(made_table(FLOWS)), shown)
    assert said in f"{caught.value} {caught.value.hint}"
    assert isinstance(caught.value, BadInput) or "XXA" in said


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=30), st.integers(1, 40))
def test_nothing_is_lost_or_doubled(values: list[float], top: int) -> None:
    frame = pl.DataFrame({"industry": [f"I{n}" for n in range(len(values))], "value": values})
    ordered = answer_first(made_table(frame)).frame
    assert ordered.sort("industry").equals(frame.sort("industry"))
    kept = first(made_table(ordered), top).frame
    assert kept["value"].to_list() == ordered["value"].to_list()[:top]
    assert [abs(v) for v in kept["value"]] == sorted(map(abs, values), reverse=True)[:top]
