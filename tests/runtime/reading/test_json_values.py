"""JSON from anybody: what this project cannot keep is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput
from isthmus.runtime.reading import Unreadable, json_values, read_json


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[" * 100_000, "nested without end"),
        ('{"a":' * 60 + "1" + "}" * 60, "nested more than 48 levels"),
        ("9" * 5_000, "not valid JSON"),
        ('{"a": [1e400]}', "a[1]: not a finite number"),
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": "\\ud800"}', "a: text with half a character"),
        ('{"\\ud800": 1}', "half a character"),
        ('{"a": 9223372036854775808}', "a: a whole number beyond 64 bits"),
        ("{,}", "line 1: not valid JSON"),
        (b"\xff\xfe\xfd", "not valid JSON"),
        ("", "not valid JSON"),
    ],
)
def test_what_no_file_may_hold_is_named(text: str | bytes, words: str) -> None:
    with pytest.raises(Unreadable) as caught:
        json_values(text, wide=False)
    assert words in str(caught.value)


def test_files_of_our_own_may_hold_wide_numbers(tmp_path: Path) -> None:
    assert json_values("18446744073709551616") == 2**64
    path = tmp_path / "x.json"
    path.write_text('{"a": 18446744073709551616, "b": 1e999}')
    with pytest.raises(BadInput, match="JSON file: 2 problems"):
        read_json(path)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=8,
    )
)
def test_plain_values_come_back(value: object) -> None:
    assert json_values(json.dumps(value), wide=False) == value
