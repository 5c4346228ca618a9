"""A cut of a table is what plain Python would have chosen."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput
from isthmus.evidence import Column, Kind, Table
from isthmus.web.cut import Cut, filters, matching, program, read_cut, stretch
from isthmus.web.query import Query

COLUMNS = (Column("who", "dimension"), Column("year", "dimension"), Column("value", "value"))
SCHEMA = {"who": pl.String, "year": pl.Int64, "value": pl.Float64}
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["DEU", "FRA", "Tai wan", None]),
        st.integers(2000, 2003),
        st.none() | st.floats(-5, 5),
    ),
    max_size=12,
)


def made(rows: list[Any]) -> Table:
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return Table("t", frame, COLUMNS, Kind.MEASURED)


def cut_of(table: Table, **given: str) -> Cut:
    query = Query([(name.replace("__", "."), value) for name, value in given.items()])
    cut = read_cut(query, table)
    query.check()
    return cut


@given(ROWS, st.sampled_from(["DEU", "DEU,FRA", "nobody"]), st.floats(-5, 5), st.booleans())
def test_rows_are_those_that_python_would_choose(
    rows: list[Any], where: str, low: float, down: bool
) -> None:
    table = made(rows)
    sort = "-value" if down else "value"
    found = matching(table, cut_of(table, where__who=where, min__value=repr(low), sort=sort))
    kept = [r for r in rows if r[0] in where.split(",") and r[2] is not None and r[2] >= low]
    kept.sort(key=lambda r: r[2], reverse=down)
    assert found.frame["value"].to_list() == [r[2] for r in kept]


def test_a_text_is_found_whatever_its_case_and_as_it_stands() -> None:
    table = made([("Tai wan", 2000, 1.0), ("a.c", 2000, 1.0), ("abc", 2001, 2.0)])
    assert matching(table, cut_of(table, has__who="TAI")).frame.height == 1
    assert matching(table, cut_of(table, has__who="a.c")).frame.height == 1


def test_columns_and_stretches() -> None:
    table = made([("DEU", 2000 + n, float(n)) for n in range(10)])
    cut = cut_of(table, columns="year,value", start="4", rows="3", sort="-year")
    found = stretch(matching(table, cut), cut)
    assert found.frame.columns == ["year", "value"]
    assert found.frame["year"].to_list() == [2005, 2004, 2003]
    assert (cut.before, cut.after) == ("1", "7")


@given(
    ROWS,
    st.fixed_dictionaries(
        {},
        optional={
            "where__who": st.sampled_from(["DEU", "DEU,FRA", "it's"]),
            "has__who": st.sampled_from(["TAI", "'", '"']),
            "min__value": st.sampled_from(["-1", "0.5"]),
            "max__year": st.just("2002"),
            "sort": st.sampled_from(["value", "-value", "-year"]),
            "columns": st.sampled_from(["value,year", "who"]),
            "start": st.just("1"),
            "rows": st.just("3"),
        },
    ),
)
def test_the_program_of_a_cut_makes_the_same(rows: list[Any], given: dict[str, str]) -> None:
    table = made(rows)
    cut = cut_of(table, **given)
    known: dict[str, Any] = {"rows": table.frame, "pl": pl}
    exec(program(cut), known)
    assert known["rows"].equals(stretch(matching(table, cut), cut).frame)


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("sort", "valu", "value"),
        ("where__yaer", "2000", "year"),
        ("min__who", "1", "year"),
        ("columns", "who,nothing", "who"),
        ("rows", "0", ""),
        ("max__value", "nan", ""),
    ],
)
def test_a_strange_word_is_named(name: str, value: str, hint: str) -> None:
    with pytest.raises(BadInput) as caught:
        cut_of(made([]), **{name: value})
    (problem,) = caught.value.problems
    assert problem.where == name.replace("__", ".")
    assert hint in problem.hint


def test_controls_fit_the_columns() -> None:
    found = {f.name: f for f in filters(made([("DEU", 2000, 1.0), (None, 2001, 2.0)]))}
    assert set(found) == {"where.who", "min.year", "max.year", "min.value", "max.value"}
    assert found["where.who"].choices == (("", "\u2013"), ("DEU", "DEU"))
    commas = filters(made([("a, b", 2000, 1.0)]))
    assert commas[0].name == "has.who"
