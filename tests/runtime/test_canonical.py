"""Canonical JSON is one spelling of a value."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.runtime import canonical_hash, canonical_json

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)  # fmt: skip


@given(PLAIN)
def test_round_trip(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(max_size=3), st.integers(), min_size=2))
def test_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_hash(value) == canonical_hash(dict(reversed(value.items())))


def test_arrays_and_negative_zero_are_plain() -> None:
    assert canonical_json({"a": np.array([1.0, -0.0])}) == '{"a":[1.0,0.0]}'
    assert canonical_json([(1.0, -0.0), [-0.0, 1], -0.0]) == "[[1.0,0.0],[0.0,1],0.0]"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1.0, float("-inf")]])
def test_numbers_that_are_none_are_refused(value: object) -> None:
    with pytest.raises(ValueError, match="finite"):
        canonical_json(value)
