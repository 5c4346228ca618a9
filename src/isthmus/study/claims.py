"""From the claims of a study to their verdicts."""

from __future__ import annotations

from isthmus.errors import BadInput, CodeUnknown, DataMissing, ShockNotRepresentable
from isthmus.evidence import SHARE, Finding
from isthmus.study.context import Context
from isthmus.study.dossier import Assessed
from isthmus.study.measures import PARTIES, Measure
from isthmus.study.needs import unmet
from isthmus.study.numbers import MONEY
from isthmus.study.schema import Claim, Rule
from isthmus.study.subjects import measures
from isthmus.study.verdict import Status, Verdict, judge
from isthmus.study.wording import Catalogue, Sentence


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
    except (BadInput, CodeUnknown, DataMissing, ShockNotRepresentable) as error:
        reason = context.say("verdict.no_data", what=error.what, hint=error.hint or "")
        return Assessed(claim, Verdict(Status.NOT_MEASURABLE), None, reason)
    verdict = judge(finding, claim.rule)
    return Assessed(claim, verdict, finding, _reason(context, finding, claim.rule, verdict))


def _arguments(context: Context, measure: Measure, claim: Claim) -> dict[str, object]:
    study = context.study
    return {
        name: study.party(str(value)) if measure.args[name] in PARTIES else value
        for name, value in claim.args.items()
    }


def _reason(context: Context, finding: Finding, rule: Rule, verdict: Verdict) -> Sentence:
    if verdict.status is Status.NOT_MEASURABLE:
        return context.say("verdict.no_figure", caveat=finding.caveat)
    return context.say(
        f"verdict.{verdict.status.value}",
        value=finding,
        year=finding.year,
        comparison=context.catalogue.text(f"comparison.{_WORDS[rule.comparison]}"),
        threshold=threshold_text(context.catalogue, finding.unit, rule.threshold),
    )


def threshold_text(catalogue: Catalogue, unit: str, value: float) -> str:
    """Return a threshold in the unit of its finding, with all the digits that it was given."""
    if unit == SHARE:
        return f"{value * 100:g}{catalogue.text('unit.percent')}"
    name = "" if unit in {"count", "index", "1"} else catalogue.units.get(unit, unit)
    number = f"{value:,g}" if unit != MONEY else f"{value:,.0f}"
    return f"{number} {name}".strip()


_WORDS = {">=": "at_least", ">": "more", "<=": "at_most", "<": "less"}
