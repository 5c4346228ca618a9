"""For each claim of each study: figures that would support it, contradict it, and leave it open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from isthmus.evidence import Finding, Kind
from isthmus.study import open_study, shipped_studies
from isthmus.study.claims import deciding
from isthmus.study.schema import Claim
from isthmus.study.verdict import Status, judge, judge_draws

CLAIMS = [
    (name, claim)
    for name in shipped_studies()
    for claim in open_study(name).claims
    if claim.rule is not None
]
SIGNED = {
    "alignment.gap",
    "answers.dearer",
    "answers.likelier",
    "answers.spread",
    "cascade.contribution",
    "disruption.loss",
    "equilibrium.smaller_gain",
    "leverage.backtest_lead",
}
"""Measures that can be below zero; all others are shares, counts or ratios of amounts."""


def finding(value: float, low: float | None = None, high: float | None = None) -> Finding:
    return Finding(
        "k", value, "share", Kind.MEASURED, "2022", "m", ("d",), low=low, high=high, interval="i"
    )


def either_side(claim: Claim) -> tuple[float, float]:
    """Return a value that fulfils the rule and one that does not, both possible."""
    rule = claim.rule
    assert rule is not None
    step = max(abs(rule.threshold), 1.0) * 0.1
    above, below = rule.threshold + step, rule.threshold - step
    if claim.measure not in SIGNED:
        below = max(below, 0.0)
    good, bad = (above, below) if rule.comparison in {">=", ">"} else (below, above)
    return good, bad


@pytest.mark.parametrize(("study", "claim"), CLAIMS, ids=lambda v: getattr(v, "id", v))
def test_each_verdict_has_figures_that_make_it(study: str, claim: Claim) -> None:
    rule = claim.rule
    assert rule is not None
    good, bad = either_side(claim)
    assert judge(finding(good), rule).status is Status.SUPPORTED
    assert judge(finding(bad), rule).status is Status.CONTRADICTED
    ends = sorted((good, bad))
    assert judge(finding(good, *ends), rule).status is Status.DEPENDS
    draws = {
        "all": np.full(100, good),
        "none": np.full(100, bad),
        "some": np.array([good] * 50 + [bad] * 50),
        "most": np.array([good] * 95 + [bad] * 5),
    }
    said = {k: judge_draws(v, rule, universal=claim.universal).status for k, v in draws.items()}
    assert said["all"] is Status.SUPPORTED
    assert said["none"] is Status.CONTRADICTED
    assert said["some"] is (Status.CONTRADICTED if claim.universal else Status.DEPENDS)
    assert said["most"] is (Status.CONTRADICTED if claim.universal else Status.SUPPORTED)


@pytest.mark.parametrize(("study", "claim"), CLAIMS, ids=lambda v: getattr(v, "id", v))
def test_sentences_on_every_case_are_judged_on_every_case(study: str, claim: Claim) -> None:
    """What speaks of all cases is universal, and what would falsify it is one of them."""
    speaks_of_all = "whatever stocks are held" in claim.sentence
    assert claim.universal == speaks_of_all, claim.id
    if claim.universal:
        assert "95 % range" in claim.falsified_by, claim.id


@pytest.mark.parametrize("study", shipped_studies())
def test_the_claims_that_matter_first_are_in_order(study: str) -> None:
    places = sorted(c.first for c in open_study(study).claims if c.first)
    assert places == list(range(1, len(places) + 1))
    assert 3 <= len(places) <= 10


def test_a_sentence_of_more_is_judged_at_one() -> None:
    """'Weighs more' is true above one, and open within what records differ by."""
    claim = next(c for c in open_study("taiwan-europe").claims if c.id == "france-tied")
    rule = claim.rule
    assert rule is not None
    assert (rule.comparison, rule.threshold) == (">", 1.0)
    assert judge(finding(1.19, 1.19 / 1.2, 1.19 * 1.2), rule).status is Status.DEPENDS
    assert judge(finding(1.5, 1.25, 1.8), rule).status is Status.SUPPORTED
    assert judge(finding(0.8, 0.66, 0.96), rule).status is Status.CONTRADICTED


@pytest.mark.parametrize(
    ("value", "digits"), [(1.5, 0), (1.19, 0), (1.1996, 5), (1.0, 0), (1.2, 0), (1.204, 4)]
)
def test_a_value_near_its_threshold_shows_the_digits_that_decide(value: float, digits: int) -> None:
    rule = next(c.rule for _, c in CLAIMS if c.rule is not None).model_copy(
        update={"comparison": ">=", "threshold": 1.2}
    )
    assert deciding(finding(value), rule) == digits


@pytest.mark.parametrize(
    ("value", "ends", "threshold", "digits"),
    [
        (0.00138, (None, None), 0.001, 3),  # 0.1 % is printed for both
        (0.00162, (None, None), 0.001, 0),  # 0.2 % and 0.1 %
        (0.00698, (None, None), 0.007, 3),
        (0.1204, (0.02, 0.1204), 0.1, 0),  # 12 % is printed beside 10 %
    ],
)
def test_digits_are_told_where_what_is_printed_does_not_decide(
    value: float, ends: tuple[float | None, float | None], threshold: float, digits: int
) -> None:
    rule = next(c.rule for _, c in CLAIMS if c.rule is not None).model_copy(
        update={"comparison": ">=", "threshold": threshold}
    )
    found = replace(finding(value, *ends), kind=Kind.ASSUMED if ends[0] else Kind.MEASURED)
    assert deciding(found, rule) == digits
