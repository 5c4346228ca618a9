"""Scenarios told apart: splitting a result and subtracting a base."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import NotFound
from isthmus.evidence import Collection, Column, Kind, Provenance, Result, Table

COLUMNS = (
    Column("scenario", "dimension"),
    Column("economy", "dimension"),
    Column("lost", "value", "million USD"),
    Column("note", "attribute"),
)


def result(rows, columns=COLUMNS):
    frame = pl.DataFrame(rows, schema=[c.name for c in columns], orient="row")
    table = Table("losses", frame, columns, Kind.MODELLED, ("flows",), "losses")
    return Result({"losses": table}, Provenance("a.b", {}, "w", "h"), ("A work",))


ROWS = [("a", "X", 3.0, "n"), ("a", "Y", 5.0, "n"), ("b", "X", 1.0, "m"), ("b", "Y", None, "m")]


def test_a_result_falls_into_its_scenarios_and_back():
    whole = result(ROWS)
    apart = Collection.of(whole)
    assert list(apart.results) == ["a", "b"]
    assert apart.results["b"]["losses"].frame["economy"].to_list() == ["X", "Y"]
    assert apart.results["b"].citations == whole.citations
    assert apart["losses"].frame.equals(whole["losses"].frame)
    assert apart["losses"].columns[1:] == COLUMNS[1:]


def test_a_scenario_that_one_table_lacks_has_no_rows_of_it():
    whole = result(ROWS)
    few = result(ROWS[3:])["losses"]
    apart = Collection.of(replace(whole, tables={**whole.tables, "few": few}))
    assert list(apart.results) == ["a", "b"]
    assert apart.results["a"]["few"].frame.height == 0
    assert apart.results["a"]["few"].frame.columns == ["economy", "lost", "note"]
    assert apart.results["b"]["few"].frame.rows() == [ROWS[3][1:]]


def test_the_difference_is_taken_row_by_row():
    table = Collection.of(result(ROWS)).difference("losses", "b")
    assert table.frame.rows() == [("a", "X", 2.0), ("a", "Y", None)]
    assert [c.name for c in table.columns] == ["scenario", "economy", "lost"]
    assert table.name == "losses_difference"
    assert "'b'" in table.text
    only = Collection.of(result(ROWS[:2])).difference("losses", "a")
    assert only.frame.height == 0


def test_what_is_not_there_is_named():
    apart = Collection.of(result(ROWS))
    with pytest.raises(NotFound, match="scenario 'c'"):
        apart.difference("losses", "c")
    with pytest.raises(NotFound, match="did you mean 'losses'"):
        apart.difference("loses", "a")
    with pytest.raises(ValueError, match="no scenario dimension in: losses"):
        Collection.of(result([r[1:] for r in ROWS], COLUMNS[1:]))


@given(first=st.floats(-1e6, 1e6), second=st.floats(-1e6, 1e6))
def test_differences_turn_round(first, second):
    apart = Collection.of(result([("a", "X", first, ""), ("b", "X", second, "")]))
    there = apart.difference("losses", "b").frame["lost"][0]
    assert there == first - second == -apart.difference("losses", "a").frame["lost"][0]
