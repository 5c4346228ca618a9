"""Guarding text cells of CSV files loses nothing and leaves numbers alone."""

from __future__ import annotations

import io

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from isthmus.evidence.formulas import guard, guarded, unguard, unguarded

STARTS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
TEXTS = st.text(alphabet=st.sampled_from(STARTS + "'ab1, \"")) | st.text()


@pytest.mark.parametrize("start", STARTS)
def test_what_a_spreadsheet_runs_gets_an_apostrophe(start: str) -> None:
    assert guard(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"
    assert guard(f"'{start}x") == f"''{start}x"


@pytest.mark.parametrize("text", ["", "'", "''", "a=1", "0101", "it's", "'tis", " =1", "\u2212 5"])
def test_other_text_stays(text: str) -> None:
    assert guard(text) == text
    assert unguard(text) == text


@given(TEXTS)
@example("'=")
@example("''\t")
def test_undoing_gives_back_every_text(text: str) -> None:
    safe = guard(text)
    assert safe[:1] not in set(STARTS)
    assert unguard(safe) == text


@given(st.lists(st.none() | TEXTS, min_size=1), st.floats(allow_nan=False))
def test_frames_are_guarded_like_texts(texts: list[str | None], number: float) -> None:
    names = ["=key", "'+value", "number", "count", "kind"]
    columns = [texts, texts[::-1], [number] * len(texts), [-5] * len(texts), ["-a"] * len(texts)]
    schema = dict(
        zip(names, (pl.String, pl.String, pl.Float64, pl.Int64, pl.Enum(["-a"])), strict=True)
    )
    frame = pl.DataFrame(dict(zip(names, columns, strict=True)), schema=schema)
    safe = guarded(frame)
    assert safe.columns == ["'=key", "''+value", "number", "count", "kind"]
    assert safe["'=key"].to_list() == [None if t is None else guard(t) for t in texts]
    assert safe["kind"].to_list() == ["'-a"] * len(texts)
    assert_frame_equal(safe.select("number", "count"), frame.select("number", "count"))
    assert_frame_equal(unguarded(safe), frame.with_columns(pl.col("kind").cast(pl.String)))


@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=5))
def test_a_csv_file_gives_back_what_was_written(texts: list[str]) -> None:
    frame = pl.DataFrame({"text": [*texts, "word"], "number": [-1.5] * (len(texts) + 1)})
    read = pl.read_csv(guarded(frame).write_csv().encode(), infer_schema_length=None)
    assert_frame_equal(unguarded(read), frame)


def test_names_that_look_like_patterns_are_names() -> None:
    frame = pl.DataFrame({"^.*$": ["=1"], "*": ["a"]})
    assert guarded(frame).rows() == [("'=1", "a")]
    assert guarded(frame.clear()).schema == frame.schema


def test_names_that_would_collide_stay() -> None:
    frame = pl.read_csv(io.BytesIO(b"=a,'=a\n1,2\n"))
    assert unguarded(frame).columns == ["=a", "'=a"]
