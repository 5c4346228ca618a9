"""The dossier as Markdown: the same sentences and tables, without pictures."""

from __future__ import annotations

from collections.abc import Iterable

from isthmus.evidence import Finding, Table
from isthmus.report.cells import grid, quoted
from isthmus.report.parts import anchor, moves, plain_address, run_on, source_line, use
from isthmus.runtime.markdown import (
    after_marks,
    block,
    cell,
    code,
    front_matter,
    heading,
    inline,
    paragraph,
)
from isthmus.study.dossier import SCHEMA_VERSION, Assessed, Dossier, Section
from isthmus.study.numbers import interval, show, told
from isthmus.study.sheet import Sheet
from isthmus.study.wording import Sentence


def render_markdown(dossier: Dossier) -> str:
    """Return the dossier as Markdown with its schema version in the front matter."""
    writer = DossierWriter(dossier)
    lines = [
        *first_page(dossier, dossier.opening),
        *(line for section in dossier.inner for line in writer.section(section)),
        *writer.claims(),
        *writer.numbers(dossier.findings().values()),
        *writer.sources(),
        *writer.again(),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


def first_page(dossier: Dossier, opening: Iterable[Section] = ()) -> list[str]:
    """Return the front matter, the title, what opens the document, the page that stands alone."""
    writer = DossierWriter(dossier)
    return [
        "---",
        f"schema_version: {SCHEMA_VERSION}",
        f"isthmus: {front_matter(str(dossier.provenance['isthmus']))}",
        f"study: {front_matter(dossier.study.name)}",
        f"world: {front_matter(str(dossier.provenance['world']))}",
        "---",
        "",
        f"# {heading(dossier.study.title)}",
        "",
        *(line for sentence in dossier.reach for line in (writer.say(sentence), "")),
        *(line for section in opening for line in writer.section(section)),
        *writer.summary(),
    ]


class Writer:
    """Lines of what a dossier and a member sheet share; holds the document and the catalogue.

    Whatever stands in a study or in data passes through `isthmus.runtime.markdown`.
    """

    def __init__(self, document: Dossier | Sheet) -> None:
        self.document = document
        self.catalogue = document.catalogue
        self.t = self.catalogue.text
        self.quoted = quoted(document.findings().values())

    def say(self, sentence: Sentence) -> str:
        """Return a sentence as a block of its own."""
        return block(self.words(sentence).strip())

    def words(self, sentence: Sentence) -> str:
        """Return a sentence for the middle of a line; spaces at the edges of its parts stay."""
        return "".join(_part(p) if isinstance(p, str) else self.number(p) for p in sentence.parts)

    def number(self, finding: Finding) -> str:
        """Return a number with the mark of its kind."""
        mark = self.t(f"kind_mark.{finding.kind.value}")
        return f"**{inline(show(finding, self.catalogue.units))}** {mark}"

    def bullets(self, sentences: Iterable[Sentence]) -> list[str]:
        """Return sentences as a list."""
        return [*(f"- {self.say(s)}" for s in sentences), ""]

    def section(self, section: Section) -> list[str]:
        """Return a question with its answer, charts as tables, tables and notes."""
        out = [f"## {heading(section.question.text)}", ""]
        for sentence in section.answer:
            out += [self.say(sentence), ""]
        if section.gaps:
            out += self.bullets(section.gaps)
        if section.answer:
            out += self.used(section)
        drawn = [chart.table for chart in section.charts]
        for chart in section.charts:
            out += [
                f"### {after_marks(self.words(chart.title))}",
                "",
                *self.table(chart.table, chart.spec.series),
            ]
        for table in section.tables:
            out += [f"### {heading(table.text)}", "", *self.table(table)]
        told = {note for table in (*section.tables, *drawn) for note in table.notes}
        left = [note for note in section.notes if note.text not in told]
        return out + (self.bullets(left) if left else [])

    def used(self, section: Section) -> list[str]:
        """Return who can use the numbers of a section for what."""
        said = use(self.catalogue, section.key)
        return [f"{self.t('ui.use')}: {inline(said)}", ""] if said else []

    def table(self, table: Table, series: str = "") -> list[str]:
        """Return a table with its notes and sources."""
        cells = grid(table, self.catalogue, said=self.quoted, series=series)
        heads = [cell(f"{name} ({unit})" if unit else name) for name, unit, _ in cells.headings]
        rules = ["---:" if numeric else "---" for _, _, numeric in cells.headings]
        rows = [" | ".join(cell(plain_address(c.text)) for c in row) for row in cells.rows]
        below = list(table.notes)
        if table.datasets:
            source = plain_address(source_line(table.datasets, self.document.sources))
            below.append(f"{self.t('ui.source')}: {source}")
        return [
            f"| {' | '.join(heads)} |",
            f"| {' | '.join(rules)} |",
            *(f"| {row} |" for row in rows),
            "",
            *([paragraph(run_on(below)), ""] if below else []),
        ]

    def numbers(self, findings: Iterable[Finding]) -> list[str]:
        """Return findings with their definitions."""
        out = [f"## {self.t('ui.numbers')}", ""]
        units = self.catalogue.units
        for finding in findings:
            value = told(finding, units)
            kind = self.t(f"kind.{finding.kind.value}")
            span = interval(finding, units)
            span = f"; {span} ({finding.interval})" if span else ""
            method = self.catalogue.get(f"method.{finding.method}", finding.method)
            about = inline(f"{value}, {self.catalogue.dated(finding.year)}, {kind}{span}. {method}")
            used = ", ".join(f"[{inline(k)}](#s-{anchor(k)})" for k in finding.datasets)
            out.append(f"- {code(finding.key)}: {about} {used}")
        return [*out, ""]

    def sources(self) -> list[str]:
        """Return the records of the data sets."""
        out = [f"## {self.t('ui.sources')}", ""]
        for r in self.document.sources:
            allowed = self.t(f"redistribution.{r.redistribution}")
            lines = {
                "publisher": r.publisher,
                "edition": r.edition,
                "licence": f"{r.licence} ({allowed})",
                "attribution": r.attribution,
                "faults": run_on(r.faults),
            }
            out += [f'### <a id="s-{anchor(r.key)}"></a>{heading(r.title)}', ""]
            out += [
                f"- {self.t(f'record.{key}')}: {inline(plain_address(text))}"
                for key, text in lines.items()
                if text or key != "faults"
            ]
            out.append("")
        return out


class DossierWriter(Writer):
    """Lines of what a dossier alone has: its first page and its claims."""

    def __init__(self, dossier: Dossier) -> None:
        super().__init__(dossier)
        self.dossier = dossier

    def again(self) -> list[str]:
        """Return how to make the dossier again, and the hashes by which it is known."""
        about = self.dossier.provenance
        study = f"{inline(self.dossier.study.name)} {code(str(about['study_hash']))}"
        world = f"{inline(str(about['world']))} {code(str(about['world_hash']))}"
        return [
            f"## {self.t('ui.provenance')}",
            "",
            self.t("ui.rerun"),
            "",
            code("isthmus assess study.toml"),
            "",
            f"- {self.t('ui.version')}: {inline(str(about['isthmus']))}",
            f"- {self.t('ui.study')}: {study}",
            f"- {self.t('ui.world')}: {world}",
        ]

    def summary(self) -> list[str]:
        """Return the page that stands alone."""
        summary = self.dossier.summary
        out = [f"## {self.t('ui.summary')}", "", paragraph(self.dossier.study.question), ""]
        numbered = enumerate(summary.headlines, 1)
        out += [*(f"{n}. {self.say(note.sentence)}" for n, note in numbered), ""]
        for sentence in summary.answer:
            out += [self.say(sentence), ""] if sentence not in self.dossier.reach else []
        if summary.counters:
            out += [f"### {self.t('ui.counters')}", ""]
            out += self.bullets(n.sentence for n in summary.counters)
        out += [f"### {self.t('ui.not_covered')}", "", *self.bullets(summary.gaps)]
        kinds = ("measured", "estimated", "modelled", "assumed")
        out += [f"{self.t('ui.marks')}", ""]
        out += [
            f"- {self.t(f'kind_mark.{k}')} {self.t(f'kind.{k}')}: {self.t(f'kind_text.{k}')}"
            for k in kinds
        ]
        return [*out, ""]

    def claims(self) -> list[str]:
        """Return the claims by row, one line each with its details below it."""
        out = [f"## {self.t('claims.question')}", "", self.t("claims.how"), "", *self.first()]
        for row, held in self.dossier.rows:
            out += [f"### {heading(row)}", ""] if row else []
            out += [line for assessed in held for line in self.claim(assessed)]
            out.append("")
        apart = self.dossier.apart
        if apart:
            out += [f"### {self.t('claims.apart')}", ""]
            out += [f"- `{a.claim.id}` {self.say(a.reason)}" for a in apart]
            out.append("")
        return out

    def first(self) -> list[str]:
        """Return the claims that matter first, one line each."""
        held = self.dossier.first_claims
        if not held:
            return []
        listed = (
            f"{n}. **{self.t(f'status.{a.verdict.status.value}')}** "
            f"{inline(a.claim.sentence)} {self.words(a.reason)}"
            for n, a in enumerate(held, 1)
        )
        return [f"### {self.t('claims.first')}", "", *listed, ""]

    def claim(self, assessed: Assessed) -> list[str]:
        """Return a claim with its verdict, its reason and what would falsify it."""
        claim = assessed.claim
        told = moves(assessed, self.catalogue)
        status = self.t(f"status.{assessed.verdict.status.value}")
        size = f" {self.t('claims.size')}" if claim.size else ""
        out = [
            f"- **{status}** {inline(claim.sentence)}",
            f"  - {self.say(assessed.reason)}{size}",
        ]
        if told:
            out.append(f"  - {self.t('claims.moves')}: {inline(told)}")
        out.append(f"  - {self.t('claims.falsified_by')}: {inline(claim.falsified_by)}")
        if claim.note:
            out.append(f"  - {self.t('claims.note')}: {inline(claim.note)}")
        return out


def _part(text: str) -> str:
    """Return a piece of a sentence with the spaces that part it from its neighbours."""
    before = " " if text[:1].isspace() else ""
    after = " " if text.strip() and text[-1:].isspace() else ""
    return f"{before}{inline(text)}{after}"
