"""Claims of the shipped studies, and one claim held against a threshold that a reader moves."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.errors import NotFound, did_you_mean
from isthmus.report.parts import moves
from isthmus.study.claims import rejudged, threshold_span, threshold_text
from isthmus.study.dossier import Assessed
from isthmus.study.shipped import shipped_studies
from isthmus.study.verdict import Status
from isthmus.web.answers import PageQuestion
from isthmus.web.state import Asked, Explorer
from isthmus.web.subjects import figure_address
from isthmus.web.view import Block, Facts, Field, Form, Link, LinkList, Text, View
from isthmus.web.waiting import whole
from isthmus.web.ways import command_way, study_ways


def claims(asked: Asked) -> View:
    """Return the studies whose claims can be read."""
    explorer = asked.explorer
    items = []
    for name in shipped_studies():
        study = explorer.spoken(explorer.answers.shipped(name))
        note = explorer.t("claims.count", count=str(len(study.claims)))
        items.append(Link(study.title, f"/claims/{name}", note))
    listed = LinkList(explorer.t("claims.studies"), tuple(items))
    ways = (command_way(explorer, "study", "list"),)
    return View(explorer.t("claims.title"), (listed,), ways=ways, here="claims")


def study_claims(asked: Asked) -> View:
    """Return every claim of a study with its verdict, those of one verdict where asked."""
    explorer = asked.explorer
    question = explorer.answers.question_of(asked.words["study"])
    known = {status.value for status in Status}
    wanted = asked.query.choice("status", sorted(known), "")
    text = asked.query.text("has").casefold()
    asked.query.check_own()
    dossier = whole(asked, question)
    fields = (_statuses(explorer, wanted), Field("has", explorer.t("claims.has"), "search", text))
    items = [
        Link(_name(a), f"/claims/{question.study}/{a.claim.id}", _said(explorer, a))
        for a in dossier.claims
        if (not wanted or a.verdict.status.value == wanted) and text in a.claim.sentence.casefold()
    ]
    here = f"/claims/{question.study}"
    submit = explorer.catalogue.text("web.table.apply")
    blocks: tuple[Block, ...] = (
        Text((explorer.catalogue.text("claims.how"),)),
        Form(explorer.t("claims.filter"), here, fields, submit),
        LinkList(explorer.t("claims.found", count=str(len(items))), tuple(items)),
    )
    study = explorer.answers.study(question)
    return View(
        explorer.t("claims.of", study=dossier.study.title),
        blocks,
        question,
        ways=study_ways(explorer, question, study),
        here="claims",
    )


def claim(asked: Asked) -> View:
    """Return one claim: verdict, evidence, rule, and what other thresholds would say.

    Raises
    ------
    NotFound
        When the study has no such claim.
    """
    explorer = asked.explorer
    question = explorer.answers.question_of(asked.words["study"])
    threshold = asked.query.number("threshold")
    asked.query.check_own()
    dossier = whole(asked, question)
    by_id = {a.claim.id: a for a in dossier.claims}
    name = asked.words["claim"]
    if name not in by_id:
        hint = did_you_mean(name, by_id)
        raise NotFound(f"the study has no claim {name!r}", where=question.study, hint=hint)
    assessed = by_id[name]
    study = explorer.answers.study(question)
    finding = assessed.finding
    return View(
        _name(assessed),
        tuple(_blocks(explorer, question, assessed, threshold)),
        question,
        explorer.records(set(finding.datasets)) if finding else (),
        study_ways(explorer, question, study),
        "claims",
    )


def _blocks(
    explorer: Explorer, question: PageQuestion, assessed: Assessed, threshold: float | None
) -> Iterator[Block]:
    catalogue, rule = explorer.catalogue, assessed.claim.rule
    yield Text((_said(explorer, assessed),), lead=True)
    finding = assessed.finding
    rows: list[tuple[str, str | Link]] = []
    if finding is not None and rule is not None:
        limit = threshold_text(catalogue, finding.unit, rule.threshold)
        rows += [
            (catalogue.text("claims.rule"), f"{assessed.claim.measure} {rule.comparison} {limit}"),
            (explorer.t("claims.reason"), rule.reason),
            (catalogue.text("claims.moves"), moves(assessed, catalogue)),
            (
                explorer.t("claims.evidence"),
                Link(finding.key, figure_address(finding.key, question.words)),
            ),
        ]
    rows.append((catalogue.text("claims.falsified_by"), assessed.claim.falsified_by))
    rows.append((catalogue.text("claims.note"), assessed.claim.note))
    yield Facts("", tuple(row for row in rows if row[1]))
    if finding is None or finding.value is None or rule is None:
        return
    low, high = threshold_span(finding, rule)
    shown = rule.threshold if threshold is None else threshold
    slider = Field(
        "threshold",
        explorer.t("claims.threshold"),
        "range",
        f"{shown:g}",
        (),
        explorer.t("claims.own", unit=finding.unit),
        f"{low:g}",
        f"{high:g}",
        "any",
        ticks=_turns(assessed),
    )
    here = f"/claims/{question.study}/{assessed.claim.id}"
    yield Form(explorer.t("claims.move"), here, (slider,), explorer.t("claims.judge"), "moved")
    if threshold is not None:
        moved = rejudged(assessed, threshold, catalogue)
        limit = threshold_text(catalogue, finding.unit, threshold)
        yield Facts(
            explorer.t("claims.moved"),
            (
                (explorer.t("claims.threshold"), limit),
                (explorer.t("claims.verdict"), _said(explorer, moved)),
                (explorer.t("claims.honest"), explorer.t("claims.honest_text")),
            ),
            "moved",
        )


def _turns(assessed: Assessed) -> tuple[str, ...]:
    """Return where the verdict turns, for the marks of the slider: at the value, or its range."""
    finding = assessed.finding
    if finding is None:
        return ()
    found = (finding.low, finding.value, finding.high) if assessed.draws else (finding.value,)
    return tuple(f"{value:g}" for value in found if value is not None)


def _statuses(explorer: Explorer, wanted: str) -> Field:
    named = [(s.value, explorer.catalogue.text(f"status.{s.value}")) for s in Status]
    every = ("", explorer.t("claims.every"))
    return Field("status", explorer.t("claims.verdict"), "select", wanted, (every, *named))


def _name(assessed: Assessed) -> str:
    claim = assessed.claim
    return f"{claim.row} {claim.sentence}" if claim.row else claim.sentence


def _said(explorer: Explorer, assessed: Assessed) -> str:
    status = explorer.catalogue.text(f"status.{assessed.verdict.status.value}")
    return f"{status}: {assessed.reason.text}"
