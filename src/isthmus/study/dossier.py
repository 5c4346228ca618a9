"""What an assessment returns: ordered sections, claims with verdicts, sources and provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isthmus._version import __version__
from isthmus.charts import ChartSpec, Outlines, Picture
from isthmus.errors import NotFound, did_you_mean
from isthmus.evidence import DatasetRecord, Finding, Table
from isthmus.runtime.brief import Brief
from isthmus.study.schema import Claim, Study
from isthmus.study.verdict import Status, Verdict
from isthmus.study.wording import Sentence, TextCatalogue

SCHEMA_VERSION = 1
REACH = "summary.data_to"


@dataclass(frozen=True, slots=True, repr=False)
class Chart(Brief):
    """A picture of one table, with its finding as title.

    Parameters
    ----------
    key : str
        Unique within the dossier; the anchor of the chart.
    title : Sentence
        The finding that the chart shows.
    alt : Sentence
        The text alternative: what is drawn and what stands out.
    table : Table
        The rows that are drawn; printed behind the chart.
    spec : ChartSpec
        How the rows become marks.
    outlines : Outlines or None
        For maps; part of the world and therefore not of the dossier's JSON.
    """

    key: str
    title: Sentence
    alt: Sentence
    table: Table
    spec: ChartSpec
    outlines: Outlines | None = None

    @property
    def picture(self) -> Picture:
        """The chart to look at in a notebook, or to save."""
        return Picture(self.spec, self.table, self.outlines)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "key": self.key,
            "title": self.title.to_dict(),
            "alt": self.alt.to_dict(),
            "table": self.table.to_dict(),
            "spec": self.spec.to_dict(),
        }


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence with a rank: headlines and counter-arguments compete for the first page.

    Lower ranks come first; between 10 and 99 by convention, so that lenses added later find room.
    """

    rank: int
    sentence: Sentence


@dataclass(frozen=True, slots=True, repr=False)
class Section(Brief):
    """One question and its answer.

    Parameters
    ----------
    key : str
        Name of the section's module; the anchor of the section.
    question : Sentence
        The heading, as a question.
    answer : tuple of Sentence
        The answer, first thing under the heading.
    findings : tuple of Finding
        Every number that the sentences of this section quote, and others worth a row.
    tables : tuple of Table
        Tables beyond those behind the charts.
    charts : tuple of Chart
        Charts in order.
    notes : tuple of Sentence
        What the numbers leave out.
    headlines, counters : tuple of Note
        Candidates for the first page: findings, and arguments against the reading they suggest.
    gaps : tuple of Sentence
        What this section could not answer with the world at hand.
    opens : bool
        Whether it stands before the summary, its tables open.
    label : str
        Its name in the contents, where the name of its page is not enough.
    """

    key: str
    question: Sentence
    answer: tuple[Sentence, ...] = ()
    findings: tuple[Finding, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    notes: tuple[Sentence, ...] = ()
    headlines: tuple[Note, ...] = ()
    counters: tuple[Note, ...] = ()
    gaps: tuple[Sentence, ...] = ()
    opens: bool = False
    label: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "key": self.key,
            "question": self.question.to_dict(),
            "answer": [s.to_dict() for s in self.answer],
            "findings": [f.to_dict() for f in self.findings],
            "tables": [t.to_dict() for t in self.tables],
            "charts": [c.to_dict() for c in self.charts],
            "notes": [s.to_dict() for s in self.notes],
            "gaps": [s.to_dict() for s in self.gaps],
        }


@dataclass(frozen=True, slots=True, repr=False)
class Assessed(Brief):
    """A claim with its evidence and verdict.

    Parameters
    ----------
    claim : Claim
        The claim as it stands in the study file.
    verdict : Verdict
        The verdict and how it moves.
    finding : Finding or None
        The evidence; None where nothing is measured.
    reason : Sentence
        Why the verdict is what it is, in words.
    draws : tuple of float
        Draws behind the finding, by which the claim is judged; none for other findings.
    """

    claim: Claim
    verdict: Verdict
    finding: Finding | None
    reason: Sentence
    draws: tuple[float, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "claim": self.claim.model_dump(mode="json"),
            "verdict": self.verdict.to_dict(),
            "finding": None if self.finding is None else self.finding.to_dict(),
            "reason": self.reason.to_dict(),
        }


@dataclass(frozen=True, slots=True, repr=False)
class Dossier:
    """A study and what the world says to it.

    Parameters
    ----------
    study : Study
        The study with the names of its parties in its sentences.
    asked : Study
        The study as read; it makes the dossier again.
    summary : Section
        The page that stands alone.
    sections : tuple of Section
        One question each, in order.
    claims : tuple of Assessed
        Every claim of the study, in its order.
    sources : tuple of DatasetRecord
        Records of all data sets used, sorted by key.
    methods : mapping of str to str
        Definition of each method used, by key.
    provenance : mapping
        What is needed to make the dossier again.
    catalogue : TextCatalogue
        The texts of its language.
    """

    study: Study
    asked: Study
    summary: Section
    sections: tuple[Section, ...]
    claims: tuple[Assessed, ...]
    sources: tuple[DatasetRecord, ...]
    methods: Mapping[str, str]
    provenance: Mapping[str, Any]
    catalogue: TextCatalogue

    def __repr__(self) -> str:
        parts = f"{len(self.sections)} sections, {len(self.claims)} claims"
        return f"<Dossier: {self.study.title} ({parts})>"[:300]

    @property
    def charts(self) -> dict[str, Chart]:
        """Every chart by key, in order of appearance."""
        return {chart.key: chart for section in self.sections for chart in section.charts}

    def plot(self, key: str) -> Picture:
        """Return a chart to look at, or to save.

        Raises
        ------
        NotFound
            When no chart has this key.
        """
        charts = self.charts
        if key not in charts:
            hint = did_you_mean(key, charts) or f"known: {', '.join(charts)}"
            raise NotFound(f"the dossier has no chart '{key}'", hint=hint)
        return charts[key].picture

    def findings(self) -> dict[str, Finding]:
        """Return every finding of the dossier by key, in order of appearance."""
        out: dict[str, Finding] = {}
        for section in (self.summary, *self.sections):
            for finding in section.findings:
                out.setdefault(finding.key, finding)
        for assessed in self.claims:
            if assessed.finding is not None:
                out.setdefault(assessed.finding.key, assessed.finding)
        return out

    @property
    def first_claims(self) -> tuple[Assessed, ...]:
        """Claims that the study puts first, in its order."""
        chosen = (a for a in self.claims if a.claim.first and a not in self.apart)
        return tuple(sorted(chosen, key=lambda a: a.claim.first))

    @property
    def rows(self) -> tuple[tuple[str, tuple[Assessed, ...]], ...]:
        """Claims that apply, by the row to which they belong, in the order of the study."""
        shown = [a for a in self.claims if a not in self.apart]
        names = dict.fromkeys(a.claim.row for a in shown)
        return tuple((row, tuple(a for a in shown if a.claim.row == row)) for row in names)

    def page_of(self, claim: Claim) -> Section | None:
        """Return the page on which the measure of a claim is written about; None if there is none.

        A measure stands in the folder of its subject, and a subject has one page.
        """
        from isthmus.study.subjects import measures

        if not claim.measure:
            return None
        subject = measures()[claim.measure].subject
        return next((s for s in self.sections if s.key == subject), None)

    @property
    def reach(self) -> tuple[Sentence, ...]:
        """To which year the data reach: what stands above everything else."""
        return tuple(s for s in self.summary.answer if s.key == REACH)

    @property
    def opening(self) -> tuple[Section, ...]:
        """Sections before the summary."""
        return tuple(s for s in self.sections if s.opens)

    @property
    def inner(self) -> tuple[Section, ...]:
        """Sections behind the summary."""
        return tuple(s for s in self.sections if not s.opens)

    @property
    def apart(self) -> tuple[Assessed, ...]:
        """Claims that do not apply to the parties; their sentences may name others."""
        return tuple(a for a in self.claims if a.verdict.status is Status.NOT_APPLICABLE)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for `canonical_json`."""
        return {
            "schema_version": SCHEMA_VERSION,
            "isthmus": __version__,
            "language": self.catalogue.language,
            "study": self.study.model_dump(mode="json"),
            "asked": self.asked.model_dump(mode="json", exclude_defaults=True),
            "summary": self.summary.to_dict()
            | {
                "headlines": [n.sentence.to_dict() for n in self.summary.headlines],
                "counters": [n.sentence.to_dict() for n in self.summary.counters],
            },
            "sections": [s.to_dict() for s in self.sections],
            "claims": [c.to_dict() for c in self.claims],
            "sources": [r.model_dump(mode="json") for r in self.sources],
            "methods": dict(self.methods),
            "provenance": dict(self.provenance),
        }
