"""One way to say who a question is about."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import codes
from isthmus.codes import Party, dated, resolve
from isthmus.errors import BadInput, CodeUnknown

CHANGING = ("NATO", "EA", "EU", "G7", "BRICS", "ASEAN", "CSTO", "PESCO", "NATO_EUROPE")
DAYS = st.dates(dt.date(2018, 1, 1), dt.date(2026, 1, 1))


@pytest.mark.parametrize(
    ("written", "on", "count", "day", "spec"),
    [
        ("NATO", None, 32, "2026-01-01", "NATO@2026-01-01"),
        ("NATO", 2022, 30, "2022-12-31", "NATO@2022-12-31"),
        ("NATO@2023-04-04", 2022, 31, "2023-04-04", "NATO@2023-04-04"),
        ("EU27_2020", 2022, 27, None, "EU27_2020"),
        ("DEU", 2022, 1, None, "DEU"),
        ("EA,USA", "2025-06-30", 21, "2025-06-30", "EA@2025-06-30,USA"),
        (["EA@2022", "NATO"], None, 36, None, "EA@2022-12-31,NATO@2026-01-01"),
    ],
)
def test_code_members_day_and_spec(written, on, count, day, spec) -> None:
    party = resolve(written, on=on)
    assert len(party.members) == count
    assert party.on == (dt.date.fromisoformat(day) if day else None)
    assert party.spec == spec
    assert resolve(party.spec).members == party.members
    assert bool(party.day_note) == ("@" in spec)
    assert all(spec in note or str(party.on) in note for note in party.day_note)


@given(st.lists(st.sampled_from([*CHANGING, "EU27_2020", "TWN", "V4"]), min_size=1), DAYS)
def test_a_spec_is_read_as_the_same_members_on_any_other_day(tokens: list[str], day) -> None:
    party = resolve(tokens, on=day)
    assert resolve(party.spec, on="2019-06-30").members == party.members
    assert len(set(party.members)) == len(party.members)


@given(st.sampled_from(CHANGING), DAYS)
def test_a_dated_code_is_the_code_on_that_day(code: str, day: dt.date) -> None:
    assert resolve(dated(code, day)).members == resolve(code, on=day).members
    assert dated(f"{code}@2020", day) == f"{code}@2020"
    assert dated(code, None) == code
    assert dated("EU27_2020, DEU", day) == "EU27_2020,DEU"


def test_a_party_that_was_resolved_is_taken_as_it_is() -> None:
    own = Party("north", ("SWE", "NOR"))
    assert resolve(own, on=2022) is own
    assert own.spec == "SWE,NOR"
    assert resolve(codes.coalition("NATO", on=2022)).members == codes.members("NATO", on=2022)


def test_labels_of_the_data_are_economies_and_one_member_must_be_among_them() -> None:
    assert resolve("EU", known=["EU", "north"]).members == ("EU",)
    assert resolve("north,DEU", known=["north", "EU"]).members == ("north", "DEU")
    assert resolve("V4", known=["POL"]).absent(["POL"]) == ("CZE", "HUN", "SVK")
    with pytest.raises(CodeUnknown, match="no member of 'V4'"):
        resolve("V4", known=["DEU"])


@pytest.mark.parametrize("written", ["", " , ", "XQX", "NATO@1940-01-01"])
def test_what_names_nobody_is_refused(written: str) -> None:
    with pytest.raises(CodeUnknown):
        resolve(written)


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match="no date"):
        resolve("NATO", on="soon")
    with pytest.raises(BadInput, match="takes no date"):
        resolve("EU27_2020@2022")
