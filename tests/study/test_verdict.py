"""Verdicts: they follow the rule, flip at the value, and admit what is not known."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from isthmus.evidence import Finding, Kind
from isthmus.study.numbers import number, percent, show, significant
from isthmus.study.schema import Rule
from isthmus.study.verdict import Status, holds, judge
from isthmus.study.wording import TextCatalogue

values = st.floats(-1e6, 1e6, allow_nan=False)
comparisons = st.sampled_from([">=", ">", "<=", "<"])


def finding(value: float | None, low: float | None = None, high: float | None = None) -> Finding:
    return Finding("k", value, "share", Kind.MEASURED, "2022", "m", ("d",), low, high)


def rule(comparison: str, threshold: float) -> Rule:
    return Rule(comparison=comparison, threshold=threshold, reason="test")  # type: ignore[arg-type]


@given(values, values, comparisons)
def test_without_an_interval_the_rule_alone_decides(
    value: float, threshold: float, comparison: str
) -> None:
    verdict = judge(finding(value), rule(comparison, threshold))
    expected = (
        Status.SUPPORTED if holds(value, rule(comparison, threshold)) else Status.CONTRADICTED
    )
    assert verdict.status is expected
    assert verdict.flips_at == value


@given(values, comparisons)
def test_the_verdict_flips_exactly_at_the_value(value: float, comparison: str) -> None:
    below, above = math.nextafter(value, -math.inf), math.nextafter(value, math.inf)
    got = [judge(finding(value), rule(comparison, t)).status for t in (below, value, above)]
    yes, no = Status.SUPPORTED, Status.CONTRADICTED
    at = yes if comparison in {">=", "<="} else no
    assert got == ([yes, at, no] if comparison in {">=", ">"} else [no, at, yes])


@given(values, values, values, values, comparisons)
def test_an_interval_astride_the_threshold_depends_on_the_record(
    a: float, b: float, c: float, threshold: float, comparison: str
) -> None:
    low, value, high = sorted((a, b, c))
    verdict = judge(finding(value, low, high), rule(comparison, threshold))
    ends = {holds(x, rule(comparison, threshold)) for x in (low, value, high)}
    assert (verdict.status is Status.DEPENDS) == (len(ends) == 2)


@given(values, values)
def test_a_lower_bound_supports_but_never_contradicts_at_least(value: float, t: float) -> None:
    verdict = judge(finding(value, low=value), rule(">=", t))
    assert verdict.status is (Status.SUPPORTED if value >= t else Status.DEPENDS)
    mirrored = judge(finding(value, low=value), rule("<=", t))
    assert mirrored.status is (Status.DEPENDS if value <= t else Status.CONTRADICTED)


def test_no_value_is_not_measurable() -> None:
    assert judge(finding(None), rule(">=", 0.0)).status is Status.NOT_MEASURABLE


@given(values, st.sampled_from([">=", ">"]), values)
def test_the_margin_is_positive_where_the_rule_holds(value: float, how: str, t: float) -> None:
    assume(value != t)
    verdict = judge(finding(value), rule(how, t))
    assert verdict.margin is not None
    assert (verdict.margin > 0) == (verdict.status is Status.SUPPORTED)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(12345.0, 3, "12,300"), (0.01234, 2, "0.012"), (99.96, 3, "100"), (0.0, 3, "0"),
     (-4.567, 2, "-4.6"), (8.96e5, 1, "900,000")],
)  # fmt: skip
def test_significant_digits(value: float, digits: int, text: str) -> None:
    assert significant(value, digits) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(0.886, 3, "88.6"), (0.01306, 3, "1.3"), (0.98, 2, "98"), (1.0, 3, "100"), (0.0003, 3, "0.03"),
     (0.052, 1, "5"), (0.00512, 2, "0.5")],
)  # fmt: skip
def test_percent(value: float, digits: int, text: str) -> None:
    assert percent(value, digits).removesuffix(".0") == text


@given(st.floats(1e-6, 1e9), st.sampled_from(list(Kind)))
def test_no_more_digits_than_the_kind_deserves(value: float, kind: Kind) -> None:
    text = number(value, "ratio", kind, TextCatalogue.load().units).split()[0]
    digits = text.replace(",", "").replace(".", "").strip("0")
    limit = {Kind.MEASURED: 3, Kind.ESTIMATED: 2, Kind.MODELLED: 2, Kind.ASSUMED: 1}[kind]
    if text[:1] in "01" and 0.95 <= value < 1.5:
        limit = max(limit, 2)  # one digit would hide the side of one
    assert len(digits) <= limit
    shown = float(text.replace(",", ""))
    assert math.isclose(shown, value, rel_tol=0.6 * 10.0 ** (1 - limit))


def test_bounds_and_intervals_are_said() -> None:
    units = TextCatalogue.load().units
    assert show(finding(0.018, low=0.018), units) == "at least 1.8 %"
    assert show(finding(0.2, low=0.1, high=0.3), units) == "20.0 % (10.0 % to 30.0 %)"
    assert show(finding(None), units) == "no figure"
