"""Lines cut all at once give what the reading of one record after the other gives."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import BadInput
from isthmus.sources.text import TextOptions, TextTable, read_bytes

CELL = st.sampled_from(["", " ", "1", "2,5", "CHN", " DEU\u00a0", "Source: me", "a b c d e", "#x"])
ROW = st.lists(CELL, min_size=0, max_size=5)


def outcome(raw: bytes) -> tuple[object, ...]:
    try:
        table = read_bytes(raw, "t.csv", TextOptions(delimiter=";"), wanted=("year", "value"))
    except BadInput as error:
        return (str(error),)
    return (table.frame.columns, table.frame.rows(), table.lines.to_list(), table.notes)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(
    rows=st.lists(ROW, max_size=8),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    closed=st.booleans(),
    trailing=st.sampled_from(["", ";"]),
)
def test_both_ways_give_one_table(
    rows: list[list[str]], ends: str, closed: bool, trailing: str
) -> None:
    header = "year;exporter;value"
    body = [";".join(row) + trailing for row in rows]
    plain = ends.join([header + trailing, "2022;CHN;5" + trailing, *body]) + ends * closed
    quoted = plain.replace("2022;CHN;5", '"2022";CHN;5', 1)
    assert outcome(plain.encode()) == outcome(quoted.encode())


def test_a_million_cells_are_read_whole() -> None:
    raw = "a;b;c;d\n" + "".join(f"{n};x;{n}.5;\n" for n in range(250_000))
    table: TextTable = read_bytes(raw.encode(), "t.csv")
    assert table.frame.height == 250_000
    assert table.frame.row(-1) == ("249999", "x", "249999.5", None)
    assert table.lines[-1] == 250_001
