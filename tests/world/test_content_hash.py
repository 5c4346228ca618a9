"""The hash of rows: the same for the same content, whatever its order or storage."""

from __future__ import annotations

import io

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.world import content_hash

ROWS = st.lists(
    st.tuples(
        st.sampled_from(["DEU", "FRA", None, ""]),
        st.integers(-5, 5) | st.none(),
        st.floats(allow_nan=False, width=32) | st.none(),
    ),
    max_size=20,
)
SCHEMA = {"economy": pl.String, "year": pl.Int16, "value": pl.Float64}


def frame(rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@given(ROWS, st.randoms())
def test_order_of_rows_and_columns_does_not_count(rows, random) -> None:
    shuffled = random.sample(rows, len(rows))
    other = frame(shuffled).select("value", "economy", "year")
    assert content_hash(frame(rows)) == content_hash(other)


@given(ROWS)
def test_storage_does_not_count(rows) -> None:
    table = frame(rows)
    stored = io.BytesIO()
    table.with_columns(
        pl.col("economy").cast(pl.Categorical), pl.col("value").cast(pl.Float32)
    ).write_parquet(stored, compression="lz4")
    assert content_hash(pl.read_parquet(io.BytesIO(stored.getvalue()))) == content_hash(table)


@given(ROWS, ROWS)
def test_other_content_has_another_hash(first, second) -> None:
    def key(rows):
        return sorted(
            [tuple(map(repr, (e, y, None if v is None else v + 0.0))) for e, y, v in rows]
        )

    assert (content_hash(frame(first)) == content_hash(frame(second))) == (
        key(first) == key(second)
    )


def test_text_borders_count() -> None:
    one = pl.DataFrame({"a": ["x", "yz"]})
    other = pl.DataFrame({"a": ["xy", "z"]})
    assert content_hash(one) != content_hash(other)


def test_what_has_no_canonical_form_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        content_hash(pl.DataFrame({"value": [float("nan")]}))
    with pytest.raises(TypeError, match="canonical"):
        content_hash(pl.DataFrame({"value": [[1]]}))
