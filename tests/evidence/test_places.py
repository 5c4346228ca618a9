"""Rows by number: sorted, told apart and given back as their keys are."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from isthmus.evidence import places
from isthmus.evidence.places import duplicated, keys_at, places_of

KEYS = st.lists(
    st.tuples(
        st.none() | st.text("aéB0", max_size=2),
        st.none() | st.integers(-3, 3),
        st.sampled_from("xy"),
    ),
    max_size=12,
)
SCHEMA = {"text": pl.String, "number": pl.Int16, "other": pl.String}


def frame(rows):
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@given(KEYS)
def test_numbers_sort_as_keys_do_and_give_them_back(rows):
    keys = frame(rows)
    place, known = places_of(keys)
    found = keys.with_columns(place).sort("place", maintain_order=True)
    assert_frame_equal(found.drop("place"), keys.sort(keys.columns, maintain_order=True))
    assert_frame_equal(keys_at(place, known), keys)


@given(KEYS)
def test_rows_that_stand_twice_are_those_that_stand_twice(rows):
    assert duplicated(frame(rows)).to_list() == [rows.count(row) > 1 for row in rows]


def test_more_keys_than_a_number_holds_are_told_apart_all_the_same(monkeypatch):
    monkeypatch.setattr(places, "MOST", 3)
    keys = frame([("a", 1, "x"), ("b", 1, "y"), ("a", 1, "x")])
    with pytest.raises(OverflowError, match="text, number, other"):
        places_of(keys)
    assert duplicated(keys).to_list() == [True, False, True]
