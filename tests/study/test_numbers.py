"""Numbers as readers see them: digits as the kind deserves, more where a range needs them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.evidence import Finding, Kind
from isthmus.study.numbers import CHANCE, DIGITS, SHARE_OF_DRAWS, interval, number, show, told

UNITS = {
    "percent": " %",
    "to": "to",
    "at_least": "at least",
    "at_most": "at most",
    "on_record": "on record",
    "days": "days",
}


def finding(value: float, low: float | None, high: float | None, kind: Kind, unit: str) -> Finding:
    return Finding("a.b", value, unit, kind, "2022", "way", (), low=low, high=high)


@pytest.mark.parametrize(
    ("value", "low", "high", "kind", "unit", "text"),
    [
        (38.2, 36.4, 41.9, Kind.ASSUMED, "days", "38 days (36 days to 42 days)"),
        (11.0, 9.0, 13.0, Kind.ASSUMED, "days", "11 days (9 days to 13 days)"),
        (103.6, 79.9, 133.7, Kind.ASSUMED, "days", "100 days (80 days to 130 days)"),
        (0.152, 0.1425, 0.1585, Kind.ASSUMED, "share", "15.2 % (14.2 % to 15.8 %)"),
        (38.2, 20.0, 41.9, Kind.ASSUMED, "days", "40 days (20 days to 40 days)"),
        (0.2171, 0.2168, 0.2174, Kind.ESTIMATED, "share", "21.7 %"),
        (0.061, 0.03, 0.1, Kind.ASSUMED, "share", "6 % (3 % to 10 %)"),
        (40.0, 40.0, 40.0, Kind.ASSUMED, "days", "40 days"),
        (5.0, 5.0, None, Kind.ASSUMED, "count", "at least 5"),
        (0.0, 0.0, None, Kind.ASSUMED, "count", "0 on record"),
    ],
)
def test_a_range_reads_as_it_is(
    value: float, low: float, high: float | None, kind: Kind, unit: str, text: str
) -> None:
    assert show(finding(value, low, high, kind, unit), UNITS) == text


@given(
    st.floats(0.01, 1e4),
    st.floats(1.0, 3.0),
    st.sampled_from(list(Kind)),
    st.sampled_from(["days"]),
)
def test_ends_that_differ_by_a_hundredth_read_apart(
    low: float, factor: float, kind: Kind, unit: str
) -> None:
    high = low * max(factor, 1.02)
    made = finding(low, low, high, kind, unit)
    ends = interval(made, UNITS).split(" to ")
    assert ends[0] != ends[1]
    assert told(made, UNITS) == ends[0]


def test_a_number_without_a_range_keeps_the_digits_of_its_kind() -> None:
    assert DIGITS[Kind.ASSUMED] == 1
    assert told(finding(38.2, None, None, Kind.ASSUMED, "days"), UNITS) == "40 days"


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (0.47, "47 %"),
        (0.54, "54 %"),
        (0.0, "0 %"),
        (0.004, "0.4 %"),
        (0.997, "99.7 %"),
        (1, "100 %"),
    ],
)
def test_a_share_of_draws_is_told_to_whole_percents(share: float, told: str) -> None:
    assert number(share, SHARE_OF_DRAWS, Kind.ASSUMED, {"percent": " %"}) == told


@pytest.mark.parametrize(("share", "told"), [(0.947, "95 %"), (0.84, "80 %"), (1.0, "100 %")])
def test_what_is_nearly_the_whole_is_told_to_whole_percents(share: float, told: str) -> None:
    assert number(share, "share", Kind.ASSUMED, {"percent": " %"}) == told


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1333, "13 %"), (0.0966, "9.7 %"), (0.1, "10 %"), (0.0807, "8 %"), (0.0044, "0.4 %")],
)
def test_a_threshold_reads_on_its_side_of_the_line_that_never_is_counted_from(
    value: float, text: str
) -> None:
    assert number(value, CHANCE, Kind.ASSUMED, UNITS) == text
