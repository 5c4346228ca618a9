"""TOML from anybody: every mistake has a line, and no text takes more than its length in time."""

from __future__ import annotations

import os
import time
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput, NotFound
from isthmus.runtime.reading import LineIndex, Unreadable, load_toml, read_toml, toml_values
from isthmus.runtime.reading.files import LARGEST_TEXT


def problem(text: str) -> str:
    with pytest.raises(BadInput) as caught:
        load_toml(text)
    return str(caught.value.problems[0])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = 1\nx = " + "[" * 2_000, "line 2: nested more than 48 levels deep"),
        ("x = " + "{a = " * 60 + "1" + "}" * 60, "nested more than 48 levels deep"),
        ("a" + ".a" * 20_000 + " = 1", "line 1: a key of more than 16 parts"),
        ("[a" + ".a" * 20_000 + "]", "a key of more than 16 parts"),
        ("x = 1\ny = " + "9" * 4_301, "line 2: a number of 4,301 digits"),
        ("x = 1\ny = 9223372036854775808", "line 2, y: a whole number beyond 64 bits"),
        ("y = -9223372036854775809", "a whole number beyond 64 bits"),
        ("y = 0x" + "F" * 17, "a whole number beyond 64 bits"),
        ("[a]\nb = [1, nan]", "line 2, a.b[2]: not a finite number"),
        ("b = inf", "not a finite number"),
        ("b = 2022-02-24", "a date or time without quotes"),
        ("b = 07:30:00", "a date or time without quotes"),
        ("a = 1\nb = = 2", "line 2: not valid TOML"),
        ("a = ", "not valid TOML"),
        ("a = 'x", "not valid TOML"),
    ],
)
def test_what_no_file_may_hold_is_named_with_its_line(text: str, words: str) -> None:
    assert words in problem(text)


def test_marks_within_texts_and_comments_do_not_count() -> None:
    deep = "[" * 100
    text = f'# {deep}\na = "{deep}"\nb = \'\'\'{deep}"""\'\'\'\nc = """{deep}\\""""\nd = \'{deep}\''
    assert set(toml_values(text)) == {"a", "b", "c", "d"}
    assert toml_values("x = [" + "0.5, " * 5_000 + "]")["x"] == [0.5] * 5_000


def test_all_values_that_are_not_taken_are_named_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        load_toml("a = nan\nb = 2022-01-01\nc = 99999999999999999999", what="plan", where="p.toml")
    assert [p.where for p in caught.value.problems] == ["line 1, a", "line 2, b", "line 3, c"]
    assert str(caught.value).startswith("plan: 3 problems\n  where: p.toml")


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 1_000_000,
        'a = "' + "x" * 2_000_000 + '"',
        "a = [" + "1," * 50_000 + "]",
        "".join(f"[a{n}.b.c.d.e.f.g]\n" for n in range(10_000)),
        "".join(f"k{n} = {n}\n" for n in range(30_000)),
        'x = """' + '\\"' * 300_000 + '"""',
    ],
    ids=["lines", "text", "list", "tables", "keys", "escapes"],
)
def test_time_and_lines_are_linear_in_the_length(text: str) -> None:
    started = time.process_time()
    toml_values(text)
    LineIndex(text)
    assert time.process_time() - started < 2


def test_more_values_than_anybody_needs_are_refused_at_once() -> None:
    assert "more values" in problem("x = [" + "1," * 3_000_000 + "]")
    with pytest.raises(Unreadable, match="longer than"):
        toml_values(" " * (LARGEST_TEXT + 1))


@given(
    st.recursive(
        st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text("ab[]{}.=#\"'\n\\", max_size=8),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=12,
    )
)
def test_what_the_standard_reader_takes_is_read_the_same(value: object) -> None:
    text = f"a.b = {_written(value)}\nc = 1"
    assert toml_values(text) == tomllib.loads(text)
    assert LineIndex(text).line(("c",)) == text.count("\n") + 1


def _written(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_written(item) for item in value) + "]"
    if isinstance(value, str):
        marks = {"\\": "\\\\", '"': '\\"', "\n": "\\n"}
        return '"' + "".join(marks.get(c, c) for c in value) + '"'
    return str(value).lower()


def test_files_that_are_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no such scenario"):
        read_toml(tmp_path / "none.toml", what="scenario")
    with pytest.raises(NotFound, match="no such"):
        read_toml(tmp_path / "none" / "x.toml")
    with pytest.raises(BadInput, match="folder"):
        read_toml(tmp_path)
    with pytest.raises(BadInput, match="long a name"):
        read_toml(tmp_path / ("a" * 300))
    with pytest.raises(BadInput, match="can have this name"):
        read_toml(f"{tmp_path}/a\0b")
    path = tmp_path / "x.toml"
    path.write_bytes(b"a = 1\nb = '\xff'")
    with pytest.raises(BadInput, match="line 2: not UTF-8"):
        read_toml(path)
    path.write_bytes(b"\xef\xbb\xbfa = 1")
    assert read_toml(path) == {"a": 1}
    with path.open("wb") as handle:
        handle.truncate(LARGEST_TEXT + 1)
    with pytest.raises(BadInput, match="larger than 8 MiB"):
        read_toml(path)


@pytest.mark.once_broken("a pipe was waited for")
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_or_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.toml")
    with pytest.raises(BadInput, match="pipe"):
        read_toml(tmp_path / "pipe.toml")
    with pytest.raises(BadInput, match="device"):
        read_toml("/dev/zero")
