"""Codes of economies and dated coalitions."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import codes
from isthmus.errors import BadInput, CodeUnknown


def test_an_economy_has_its_code_and_name() -> None:
    germany = codes.economy("DEU")
    assert (germany.name, germany.iso2, germany.numeric) == ("Germany", "DE", "276")
    assert codes.economy("ROW").kind == "aggregate"


@pytest.mark.parametrize(
    ("given_code", "meant"),
    [("Germany", "'DEU' (Germany)"), ("deu", "'DEU' (Germany)"), ("Taiwan", "'TWN' (Taiwan)")],
)
def test_a_name_is_never_taken_for_a_code(given_code: str, meant: str) -> None:
    with pytest.raises(CodeUnknown) as caught:
        codes.economy(given_code)
    assert meant in (caught.value.hint or "")


def test_every_unknown_code_is_reported_at_once() -> None:
    with pytest.raises(BadInput) as caught:
        codes.check_economies(["DEU", "Germany", "XQX"], known=["DEU", "FRA"])
    assert len(caught.value.problems) == 2


@pytest.mark.parametrize(
    ("code", "on", "count"),
    [
        ("NATO", "1949-08-24", 12),
        ("NATO", "2023-04-03", 30),
        ("NATO", "2023-04-04", 31),
        ("NATO", "2024-03-07", 32),
        ("EU", "1957-12-31", 0),
        ("EU", "1958-01-01", 6),
        ("EU", "2013-07-01", 28),
        ("EU", "2020-01-31", 28),
        ("EU", "2020-02-01", 27),
        ("EA", "2022-12-31", 19),
        ("EA", 2025, 20),
        ("PESCO", 2022, 25),
        ("PESCO", 2023, 26),
        ("G7", 2024, 7),
    ],
)
def test_members_follow_the_date(code: str, on: str | int, count: int) -> None:
    assert len(codes.coalition(code, on=on)) == count


def test_fixed_compositions() -> None:
    assert len(codes.coalition("EU27_2020")) == 27
    assert "GBR" not in codes.coalition("EU27_2020")
    assert set(codes.members("EU28")) - set(codes.members("EU27_2020")) == {"GBR"}
    assert set(codes.members("EU28")) - set(codes.members("EU27_2007")) == {"HRV"}
    assert len(codes.members("EU15")) == 15
    with pytest.raises(BadInput, match="takes no date"):
        codes.coalition("EU28", on="2019-01-01")
    with pytest.raises(BadInput, match="no date"):
        codes.coalition("NATO", on="yesterday")


def test_a_coalition_that_changes_is_taken_on_the_last_day_of_the_table() -> None:
    assert codes.members_day() == dt.date(2026, 1, 1)
    assert codes.members("NATO") == codes.members("NATO", on="2026-01-01")
    assert codes.coalition("EA").on == codes.members_day()
    assert "BGR" in codes.members("EA")
    assert "BGR" not in codes.members("EA", on="2025-12-31")
    assert len(codes.members("NATO@2025-01-01")) == 32
    assert len(codes.members("NATO", on=dt.date(2025, 1, 1))) == 32


def test_parties_are_economies_coalitions_or_lists_of_them() -> None:
    assert codes.parse_parties("DEU") == ("DEU", ("DEU",))
    assert codes.parse_parties("DEU, FRA") == ("DEU+FRA", ("DEU", "FRA"))
    label, members = codes.parse_parties(["EU27_2020", "DEU", "GBR"])
    assert label == "EU27_2020+DEU+GBR"
    assert len(members) == 28
    assert codes.parse_parties(codes.coalition("V4")) == ("V4", ("CZE", "HUN", "POL", "SVK"))
    with pytest.raises(CodeUnknown, match="no economy"):
        codes.parse_parties(" ")
    with pytest.raises(CodeUnknown) as caught:
        codes.parse_parties("EU27_2O20")
    assert "EU27_2020" in (caught.value.hint or "")


def test_every_member_is_a_known_economy_and_stays_in_order() -> None:
    for code in codes.coalitions():
        for stay in codes.memberships(code):
            assert codes.economy(stay.economy).kind == "economy"
            assert stay.until is None or stay.since < stay.until


@given(st.sampled_from(["EU", "NATO", "EA", "G7"]), st.dates(dt.date(1940, 1, 1)))
def test_members_are_exactly_the_stays_that_hold(code: str, day: dt.date) -> None:
    expected = {s.economy for s in codes.memberships(code) if s.holds(day)}
    assert set(codes.coalition(code, on=day).members) == expected


@given(st.text(min_size=1, max_size=8))
def test_what_is_no_code_always_raises(text: str) -> None:
    if text in codes.economies():
        assert codes.economy(text).code == text
    else:
        with pytest.raises(CodeUnknown):
            codes.economy(text)


@pytest.mark.source
def test_dates_agree_with_the_list_of_countries(shared_data) -> None:
    import polars as pl

    listed = pl.read_csv(shared_data / "strategic" / "countries.csv")
    for column, code in (("eu_since", "EU"), ("nato_since", "NATO")):
        known = {
            row["iso3"]: row[column]
            for row in listed.iter_rows(named=True)
            if row[column] is not None
        }
        assert {s.economy: s.since.year for s in codes.memberships(code)} == known
    pesco = set(listed.filter(pl.col("pesco_member") == 1)["iso3"])
    assert set(codes.members("PESCO", on=2024)) == pesco
