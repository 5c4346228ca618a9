"""Kinds are ordered; tables declare what they hold; collections stack results."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.evidence import Collection, Column, Finding, Kind, Provenance, Result, Table

COLUMNS = (Column("economy", "dimension"), Column("value", "value", "million USD"))


def table(kind: Kind = Kind.MEASURED, value: float = 1.0) -> Table:
    frame = pl.DataFrame({"economy": ["TWN"], "value": [value]})
    return Table("t", frame, COLUMNS, kind, ("flows",))


def result(kind: Kind, value: float) -> Result:
    return Result({"t": table(kind, value)}, Provenance("test", {}, "w", "h"))


@given(st.lists(st.sampled_from(list(Kind)), min_size=1))
def test_the_weakest_kind_wins(kinds: list[Kind]) -> None:
    weakest = Kind.weakest(kinds)
    assert weakest in kinds
    assert all(k.rank <= weakest.rank for k in kinds)


def test_order_of_kinds() -> None:
    assert [k.rank for k in Kind] == [0, 1, 2, 3]
    assert Kind.weakest(["measured", "assumed", "modelled"]) is Kind.ASSUMED


def test_a_table_must_match_its_schema() -> None:
    with pytest.raises(ValueError, match="schema"):
        Table("t", pl.DataFrame({"economy": ["TWN"]}), COLUMNS, Kind.MEASURED)


def test_dimensions() -> None:
    assert table().dimensions == ("economy",)


def test_a_collection_adds_the_scenario() -> None:
    both = Collection({"calm": result(Kind.MEASURED, 1.0), "stop": result(Kind.MODELLED, 2.0)})
    stacked = both["t"]
    assert stacked.frame.rows() == [("calm", "TWN", 1.0), ("stop", "TWN", 2.0)]
    assert stacked.kind is Kind.MODELLED
    assert stacked.dimensions == ("scenario", "economy")


def test_a_finding_is_plain() -> None:
    finding = Finding("a.b", 0.5, "1", Kind.ESTIMATED, "2022", "share", ("flows",))
    assert finding.to_dict()["kind"] == "estimated"
