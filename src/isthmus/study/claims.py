"""From the claims of a study to their verdicts."""

from __future__ import annotations

import math

import numpy as np

from isthmus.errors import BadInput
from isthmus.evidence import Finding
from isthmus.evidence.digits import percent, percent_of_draws
from isthmus.study.context import UNANSWERED, Context
from isthmus.study.dossier import Assessed
from isthmus.study.measures import PARTIES, Measure
from isthmus.study.needs import unmet
from isthmus.study.numbers import FRACTIONS, MONEY, digits_of, joined, number
from isthmus.study.schema import Claim, Rule
from isthmus.study.subjects import measures
from isthmus.study.verdict import Status, Verdict, judge, judge_draws
from isthmus.study.wording import Sentence, TextCatalogue

MOST_DIGITS = 6
"""Digits at most that a value is given to stand apart from its threshold."""


def assess_claim(context: Context, claim: Claim) -> Assessed:
    """Hold one claim against the world.

    A claim that needs what the study does not have (a rival, a coalition, a member) does not apply.
    Claims of intent are not testable and unmeasured ones not measurable, whatever the data say:
    a verdict comes from a measure and a rule that the study file fixed, or there is none.
    """
    measure = measures()[claim.measure] if claim.kind == "fact" else None
    lacking = unmet(context, claim, measure)
    if lacking:
        reason = context.say("verdict.not_applicable", lacking="; ".join(lacking))
        return Assessed(claim, Verdict(Status.NOT_APPLICABLE), None, reason)
    if claim.kind == "intent":
        reason = context.say("verdict.intent")
        return Assessed(claim, Verdict(Status.NOT_TESTABLE), None, reason)
    if measure is None or claim.rule is None:
        reason = context.say("verdict.unmeasured", missing="; ".join(claim.missing))
        return Assessed(claim, Verdict(Status.NOT_MEASURABLE), None, reason)
    try:
        finding = measure.run(context, **_arguments(context, measure, claim))
    except UNANSWERED as error:
        hint = error.hint or ""
        hint = hint if hint.startswith("isthmus") else hint[:1].upper() + hint[1:]
        hint = f"{hint}." if hint else ""
        reason = context.say(
            "verdict.no_data", what=context.reason(error), hint=context.named(hint)
        )
        return Assessed(claim, Verdict(Status.NOT_MEASURABLE), None, reason)
    draws = tuple(context.samples.get(finding.key, ()))
    return _judged(claim, finding, claim.rule, context.catalogue, draws)


def rejudged(assessed: Assessed, threshold: float, catalogue: TextCatalogue) -> Assessed:
    """Return a claim held against another threshold than the one that its study fixed.

    Parameters
    ----------
    assessed : Assessed
        A claim that a measure and a rule decide.
    threshold : float
        In the unit of the finding.
    catalogue : TextCatalogue
        Sentences of the reason.

    Raises
    ------
    BadInput
        When no rule decides the claim.
    """
    claim, finding = assessed.claim, assessed.finding
    if finding is None or claim.rule is None:
        raise BadInput("no rule decides this claim", where=claim.id)
    rule = claim.rule.model_copy(update={"threshold": threshold})
    moved = claim.model_copy(update={"rule": rule})
    return _judged(moved, finding, rule, catalogue, assessed.draws)


def threshold_span(finding: Finding, rule: Rule) -> tuple[float, float]:
    """Return between which thresholds a reader may want to move: all shares, or twice the numbers.

    Zero, the value, the ends of its interval and the study's own threshold lie between them.
    """
    if finding.unit in FRACTIONS:
        numbers = [0.0, 1.0, rule.threshold]
    else:
        known = (finding.value, finding.low, finding.high, rule.threshold)
        numbers = [0.0, *(2 * number for number in known if number is not None)]
    return min(numbers), max(numbers) or 1.0


def _arguments(context: Context, measure: Measure, claim: Claim) -> dict[str, object]:
    study = context.study
    return {
        name: study.party(str(value)) if measure.args[name] in PARTIES else value
        for name, value in claim.args.items()
    }


def _judged(
    claim: Claim, finding: Finding, rule: Rule, catalogue: TextCatalogue, draws: tuple[float, ...]
) -> Assessed:
    if draws:
        verdict = judge_draws(np.array(draws), rule, universal=claim.universal)
    else:
        verdict = judge(finding, rule)
    reason = _reason(catalogue, finding, rule, verdict, universal=claim.universal)
    return Assessed(claim, verdict, finding, reason, draws)


def _reason(
    catalogue: TextCatalogue, finding: Finding, rule: Rule, verdict: Verdict, *, universal: bool
) -> Sentence:
    if verdict.status is Status.NOT_MEASURABLE:
        return catalogue.opening("verdict.no_figure", caveat=finding.caveat)
    key = verdict.status.value
    more = {}
    if verdict.share is not None:
        key = "universal" if universal else "draws"
        more["share"] = catalogue.written(
            f"{percent_of_draws(verdict.share)}{catalogue.text('unit.percent')}"
        )
    said = catalogue.opening(
        f"verdict.{key}",
        value=finding,
        year=finding.year,
        comparison=catalogue.text(f"comparison.{_WORDS[rule.comparison]}"),
        threshold=threshold_text(catalogue, finding.unit, rule.threshold),
        **more,
    )
    digits = deciding(finding, rule)
    if not digits:
        return said
    units, value, unit = catalogue.units, finding.value, finding.unit
    if unit in FRACTIONS and value is not None:
        exact = number(value * 100, "1", finding.kind, units, digits=digits) + units["percent"]
    else:
        exact = number(value, unit, finding.kind, units, digits=digits)
    tail = catalogue.say("verdict.exactly", exact=exact)
    return Sentence(said.key, (*said.parts, " ", *tail.parts), said.units)


def deciding(finding: Finding, rule: Rule) -> int:
    """Return the digits at which a value stands apart from its threshold; 0 where it does anyhow.

    A ratio of 1.19 that reads 1.2 beside a threshold of 1.2 would contradict its own verdict.
    """
    value, threshold = finding.value, rule.threshold
    if value is None or value == threshold or not math.isfinite(value):
        return 0

    def apart(rounded: float) -> bool:
        return rounded != threshold and (rounded > threshold) == (value > threshold)

    def rounded(digits: int) -> float:
        return float(f"{value:.{digits - 1}e}")

    usual = digits_of(finding, value)
    shown = rounded(usual)
    if finding.unit in FRACTIONS:
        # Percent are printed with one decimal at most.
        shown = float(f"{percent(value, usual).replace(',', '')}e-2")
    if apart(shown):
        return 0
    return next((n for n in range(usual, MOST_DIGITS + 1) if apart(rounded(n))), MOST_DIGITS)


def threshold_text(catalogue: TextCatalogue, unit: str, value: float) -> str:
    """Return a threshold in the unit of its finding, with all the digits that it was given."""
    if unit in FRACTIONS:
        return catalogue.written(f"{value * 100:g}{catalogue.text('unit.percent')}")
    name = "" if unit in {"count", "index", "1"} else catalogue.unit(unit)
    number = f"{value:,g}" if unit != MONEY else f"{value:,.0f}"
    number = "1.0" if unit == "ratio" and value == 1 else number  # "1 times" is no English.
    return catalogue.written(joined(number, name))


_WORDS = {">=": "at_least", ">": "more", "<=": "at_most", "<": "less"}
