"""What users test with: equal results pass, every difference is named."""

from dataclasses import replace

import polars as pl
import pytest

from isthmus import chains
from isthmus.evidence import Collection, Kind
from isthmus.testing import assert_results_equal, assert_tables_equal, small_table


@pytest.fixture(scope="module")
def result():
    return chains.decompose(small_table())


def changed(result, expression):
    table = result["decomposition"]
    made = replace(table, frame=table.frame.with_columns(expression))
    return replace(result, tables={**result.tables, "decomposition": made})


def test_equal_results_pass(result):
    assert_results_equal(result, chains.decompose(small_table()), provenance=True)
    nearly = changed(result, pl.col("dva") * (1 + 1e-12))
    assert_results_equal(result, nearly)
    assert_results_equal(Collection({"a": result}), Collection({"a": nearly}))


def test_every_difference_is_named(result):
    other = changed(
        result, pl.col("dva") * pl.when(pl.col("economy") == "FRA").then(2).otherwise(1)
    )
    with pytest.raises(AssertionError, match=r"decomposition: dva at .*'FRA'") as caught:
        assert_results_equal(result, other)
    assert "DEU" not in str(caught.value)
    with pytest.raises(AssertionError, match="only one side has origins"):
        assert_results_equal(
            result, replace(result, tables={"decomposition": result["decomposition"]})
        )
    with pytest.raises(AssertionError, match="Result and Collection"):
        assert_results_equal(result, Collection({"a": result}))
    with pytest.raises(AssertionError, match="scenarios b"):
        assert_results_equal(Collection({"a": result}), Collection({"a": result, "b": result}))


def test_kind_rows_and_missing_numbers_count(result):
    table = result["decomposition"]
    with pytest.raises(AssertionError, match="kind 'assumed' and 'measured'"):
        assert_tables_equal(table, replace(table, kind=Kind.MEASURED))
    with pytest.raises(AssertionError, match="3 and 2 rows"):
        assert_tables_equal(table, replace(table, frame=table.frame.head(2)))
    gone = table.frame.with_columns(dva=pl.lit(None, dtype=pl.Float64))
    with pytest.raises(AssertionError, match="dva at"):
        assert_tables_equal(table, replace(table, frame=gone))
    assert_tables_equal(replace(table, frame=gone), replace(table, frame=gone))


def test_small_tables_are_what_they_say():
    for factored in (True, False):
        table = small_table(("DEU", "JPN"), ("C26",), year=2019, factored=factored)
        assert table.factored is factored
        assert (table.year, table.economies, table.kind) == (2019, ("DEU", "JPN"), Kind.ASSUMED)


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), float("-inf")])
def test_no_number_is_near_what_is_none(result, odd):
    table = result["decomposition"]
    other = replace(table, frame=table.frame.with_columns(dva=pl.lit(odd)))
    with pytest.raises(AssertionError, match="dva at"):
        assert_tables_equal(table, other)
    with pytest.raises(AssertionError, match="dva at"):
        assert_tables_equal(other, table)
    assert_tables_equal(other, other)
