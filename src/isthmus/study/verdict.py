"""From a finding and a rule to a verdict, and how the verdict moves with its threshold."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from isthmus.evidence import Finding
from isthmus.kernels.arrays import Array
from isthmus.study.schema import Rule


class Status(StrEnum):
    """What the data at hand say about a claim."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    DEPENDS = "depends_on_record"
    NOT_MEASURABLE = "not_measurable"
    NOT_TESTABLE = "not_testable"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The status of a claim and its robustness.

    Parameters
    ----------
    status : Status
        ``depends_on_record`` when the rule holds at one end of the finding's interval only.
    flips_at : float or None
        The threshold at which the verdict on the point value turns: the value itself.
    margin : float or None
        Distance of the value from the threshold, positive on the side where the rule holds.
    holds_at_value, holds_at_low, holds_at_high : bool or None
        Whether the rule holds there; None where no such number exists.
    share : float or None
        Share of draws in which the rule holds, where the finding has draws.
    """

    status: Status
    flips_at: float | None = None
    margin: float | None = None
    holds_at_value: bool | None = None
    holds_at_low: bool | None = None
    holds_at_high: bool | None = None
    share: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "status": self.status.value,
            "flips_at": self.flips_at,
            "margin": self.margin,
            "holds_at_value": self.holds_at_value,
            "holds_at_low": self.holds_at_low,
            "holds_at_high": self.holds_at_high,
            **({} if self.share is None else {"share": self.share}),
        }


MOST, FEWEST = 0.9, 0.1
"""Shares of draws from which a rule counts as supported, and up to which as contradicted."""
WIDE = (0.025, 0.975)
"""Range of draws on which a universal claim is held."""


def judge_draws(draws: Array, rule: Rule, *, universal: bool = False) -> Verdict:
    """Hold draws against a rule.

    Supported where the rule holds in at least `MOST` of them, contradicted where in at most
    `FEWEST`, else it depends. A universal claim is contradicted when the 95 % range of the draws
    crosses the threshold or lies beyond it, and supported otherwise.
    """
    share = float(np.mean([holds(float(value), rule) for value in draws]))
    low, middle, high = np.quantile(draws, (WIDE[0], 0.5, WIDE[1])).tolist()
    at = (holds(middle, rule), holds(low, rule), holds(high, rule))
    if universal:
        status = Status.SUPPORTED if at[1] and at[2] else Status.CONTRADICTED
    elif share >= MOST:
        status = Status.SUPPORTED
    else:
        status = Status.CONTRADICTED if share <= FEWEST else Status.DEPENDS
    return Verdict(status, None, None, *at, share)


def holds(value: float, rule: Rule) -> bool:
    """Return whether `value` satisfies `rule`."""
    if rule.comparison == ">=":
        return value >= rule.threshold
    if rule.comparison == ">":
        return value > rule.threshold
    if rule.comparison == "<=":
        return value <= rule.threshold
    return value < rule.threshold


def judge(finding: Finding, rule: Rule) -> Verdict:
    """Hold a finding against a rule.

    A finding without a value and without both ends of a range is not measurable; a range without a
    value in it is judged by its ends.
    A lower bound alone (``low`` equal to the value, no ``high``) supports a rule of the form
    "at least" where it holds, and cannot contradict it: the true value may lie above. The mirror
    image is true of an upper bound.
    """
    if finding.value is None:
        return _judge_range(finding, rule)
    value = finding.value
    at_value = holds(value, rule)
    at_low = None if finding.low is None else holds(finding.low, rule)
    at_high = None if finding.high is None else holds(finding.high, rule)
    rises = rule.comparison in {">=", ">"}
    margin = value - rule.threshold if rises else rule.threshold - value
    known = {at_value} | {known for known in (at_low, at_high) if known is not None}
    if len(known) > 1 or _open_side_matters(finding, at_value, rises):
        status = Status.DEPENDS
    else:
        status = Status.SUPPORTED if at_value else Status.CONTRADICTED
    return Verdict(status, value, margin, at_value, at_low, at_high)


def _judge_range(finding: Finding, rule: Rule) -> Verdict:
    """Hold a range without a central value against a rule, by both ends."""
    if finding.low is None or finding.high is None:
        return Verdict(Status.NOT_MEASURABLE)
    at_low, at_high = holds(finding.low, rule), holds(finding.high, rule)
    status = Status.SUPPORTED if at_low else Status.CONTRADICTED
    if at_low != at_high:
        status = Status.DEPENDS
    return Verdict(status, holds_at_low=at_low, holds_at_high=at_high)


def _open_side_matters(finding: Finding, at_value: bool, rises: bool) -> bool:
    """Whether the side without a bound could turn the verdict."""
    open_above = finding.low is not None and finding.high is None
    open_below = finding.high is not None and finding.low is None
    turns_above = rises != at_value
    return (open_above and turns_above) or (open_below and not turns_above)
