"""The page that stands alone: findings, counter-arguments, what is not covered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from isthmus.study.context import Context
from isthmus.study.dossier import Assessed, Note, Section
from isthmus.study.money import RATES, told_rate
from isthmus.study.numbers import MONEY
from isthmus.study.verdict import Status
from isthmus.study.wording import Sentence, plain

MOST_HEADLINES = 7
REACH = {
    "summary.data_flows": ("icio_flows",),
    "summary.data_customs": ("customs_figures",),
    "summary.data_products": ("baci_critical_materials",),
    "summary.data_arms": ("arms_suppliers",),
    "summary.data_measures": ("coercion_measures",),
}
"""Data whose newest year the first page says, by its text."""
MOST_COUNTERS = 2
_DETAIL = re.compile(r"\s*[:(]")


def build_summary(
    context: Context, sections: Sequence[Section], claims: Sequence[Assessed]
) -> Section:
    """Choose the headlines and counter-arguments with the lowest ranks.

    Verdicts are not counted: claims are chosen and are no sample, so that a count says nothing.
    The gaps say what the dossier does not cover.
    """
    headlines = _first([n for s in sections for n in s.headlines], MOST_HEADLINES)
    counters = _first([n for s in sections for n in s.counters], MOST_COUNTERS)
    found = [f for n in (*headlines, *counters) for f in n.sentence.findings]
    return Section(
        "summary",
        plain(context.study.question),
        answer=(*_state(context), *(() if claims else (context.say("summary.no_claims"),))),
        findings=tuple(dict.fromkeys(found)),
        headlines=headlines,
        counters=counters,
        gaps=_not_covered(context, sections, claims),
    )


def _state(context: Context) -> tuple[Sentence, ...]:
    """Say to which year the data reach, and in which prices money is."""
    out = []
    reached = {
        key: max(context.world.record(held).years or (0,))
        for key, names in REACH.items()
        for held in names
        if held in context.used
    }
    dated = [context.catalogue.text(key, year=str(year)) for key, year in reached.items() if year]
    if dated:
        out.append(context.say("summary.data_to", data=", ".join(dated)))
    currency = context.study.currency
    turned = {
        f.year
        for f in context.findings.values()
        if RATES in f.datasets and f.unit == f"million {currency}" != MONEY
    }
    if turned:
        rates = "; ".join(told_rate(context, year) for year in sorted(turned))
        out.append(context.say("summary.money", currency=currency, rate=rates))
    return tuple(out)


def _first(notes: list[Note], most: int) -> tuple[Note, ...]:
    return tuple(sorted(notes, key=lambda n: (n.rank, n.sentence.key)))[:most]


def _not_covered(
    context: Context, sections: Sequence[Section], claims: Sequence[Assessed]
) -> tuple[Sentence, ...]:
    open_claims = [c.claim for c in claims if c.verdict.status is Status.NOT_MEASURABLE]
    # What stands before a colon or bracket names the lens or data; each claim says the rest.
    missing = sorted({_DETAIL.split(m)[0] for claim in open_claims for m in claim.missing})
    out = []
    if "rival" in context.study.roles:
        out.append(context.say("summary.leaves_out", rival=context.name(context.rival)))
    if missing:
        out.append(context.say("summary.missing", missing="; ".join(missing)))
    gaps = dict.fromkeys(g.text for s in sections for g in s.gaps)
    return (*out, *(plain(text) for text in gaps))
