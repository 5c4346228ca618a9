"""The page that stands alone: findings, counter-arguments, what is not covered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from isthmus.study.context import Context
from isthmus.study.dossier import Assessed, Note, Section
from isthmus.study.verdict import Status
from isthmus.study.wording import Sentence, plain

MOST_HEADLINES = 7
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
        answer=() if claims else (context.say("summary.no_claims"),),
        findings=tuple(dict.fromkeys(found)),
        headlines=headlines,
        counters=counters,
        gaps=_not_covered(context, sections, claims),
    )


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
