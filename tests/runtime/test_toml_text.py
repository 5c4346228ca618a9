"""What is written as TOML is read as the same values."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from isthmus.runtime.toml_text import toml_text

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
PLAIN = TEXT | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.floats(allow_nan=False)
LISTS = st.lists(PLAIN, max_size=3)
INNER = st.dictionaries(TEXT, PLAIN | LISTS | st.dictionaries(TEXT, PLAIN, max_size=2), max_size=3)
DEEP = st.dictionaries(TEXT, INNER, max_size=3)
VALUES = st.dictionaries(
    TEXT, PLAIN | LISTS | INNER | DEEP | st.lists(INNER, min_size=1, max_size=3), max_size=5
)


@given(VALUES)
def test_values_survive_the_way_to_toml_and_back(values: dict[str, object]) -> None:
    assert tomllib.loads(toml_text(values)) == values


def test_tables_stand_under_headers_and_deeper_ones_on_one_line() -> None:
    values = {
        "name": "x",
        "roles": {"home": "DEU", "other": {"party": "CHN"}},
        "baskets": {"a": {"codes": ["01"]}, "b": {"codes": []}},
        "claims": [{"id": "one", "args": {"of": "home"}}],
        "empty": {},
    }
    assert (
        toml_text(values)
        == """\
name = "x"

[roles]
home = "DEU"
other = { party = "CHN" }

[baskets.a]
codes = ["01"]

[baskets.b]
codes = []

[[claims]]
id = "one"
args = { of = "home" }

[empty]
"""
    )
