"""The dossier as Markdown: the same sentences and tables, without pictures."""

from __future__ import annotations

from collections.abc import Iterable

from isthmus.evidence import Finding, Table
from isthmus.report.cells import grid
from isthmus.report.html import anchor, moves, plain_address, source_line
from isthmus.study.dossier import SCHEMA_VERSION, Assessed, Dossier, Section
from isthmus.study.numbers import interval, number, show
from isthmus.study.wording import Catalogue, Sentence


def render_markdown(dossier: Dossier) -> str:
    """Return the dossier as Markdown with its schema version in the front matter."""
    writer = _Writer(dossier)
    lines = [
        "---",
        f"schema_version: {SCHEMA_VERSION}",
        f"isthmus: {dossier.provenance['isthmus']}",
        f"study: {dossier.study.name}",
        f"world: {dossier.provenance['world']}",
        "---",
        "",
        f"# {dossier.study.title}",
        "",
        *writer.summary(),
        *(line for section in dossier.sections for line in writer.section(section)),
        *writer.claims(),
        *writer.numbers(),
        *writer.sources(),
    ]
    return "\n".join(lines).rstrip("\n") + "\n"


class _Writer:
    """Lines of each part; holds the dossier and the catalogue."""

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.catalogue = Catalogue.load()
        self.t = self.catalogue.text

    def say(self, sentence: Sentence) -> str:
        return "".join(p if isinstance(p, str) else self.number(p) for p in sentence.parts)

    def number(self, finding: Finding) -> str:
        mark = self.t(f"kind_mark.{finding.kind.value}")
        return f"**{show(finding, self.catalogue.units)}** {mark}"

    def bullets(self, sentences: Iterable[Sentence]) -> list[str]:
        return [*(f"- {self.say(s)}" for s in sentences), ""]

    def summary(self) -> list[str]:
        summary = self.dossier.summary
        out = [f"## {self.t('ui.summary')}", "", self.dossier.study.question, ""]
        numbered = enumerate(summary.headlines, 1)
        out += [*(f"{n}. {self.say(note.sentence)}" for n, note in numbered), ""]
        out += [*(self.say(s) for s in summary.answer), ""]
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

    def section(self, section: Section) -> list[str]:
        out = [f"## {section.question.text}", ""]
        for sentence in section.answer:
            out += [self.say(sentence), ""]
        if section.gaps:
            out += self.bullets(section.gaps)
        for chart in section.charts:
            out += [f"### {self.say(chart.title)}", "", *self.table(chart.table, chart.spec.series)]
        for table in section.tables:
            out += [f"### {table.text}", "", *self.table(table)]
        if section.notes:
            out += self.bullets(section.notes)
        return out

    def table(self, table: Table, series: str = "") -> list[str]:
        cells = grid(table, self.catalogue, series=series)
        heads = [f"{name} ({unit})" if unit else name for name, unit, _ in cells.headings]
        rules = ["---:" if numeric else "---" for _, _, numeric in cells.headings]
        rows = [" | ".join(_escape(c.text) for c in row) for row in cells.rows]
        below = list(table.notes)
        if table.datasets:
            source = plain_address(source_line(table.datasets, self.dossier.sources))
            below.append(f"{self.t('ui.source')}: {source}")
        return [
            f"| {' | '.join(heads)} |",
            f"| {' | '.join(rules)} |",
            *(f"| {row} |" for row in rows),
            "",
            *([" ".join(below), ""] if below else []),
        ]

    def claims(self) -> list[str]:
        out = [f"## {self.t('claims.question')}", ""]
        for assessed in self.dossier.claims:
            out += self.claim(assessed)
        return out

    def claim(self, assessed: Assessed) -> list[str]:
        claim = assessed.claim
        row = f"{claim.row} " if claim.row else ""
        status = self.t(f"status.{assessed.verdict.status.value}")
        out = [f"### {row}{claim.sentence}", "", f"**{status}**: {self.say(assessed.reason)}", ""]
        if told := moves(assessed, self.catalogue):
            out.append(f"- {self.t('claims.moves')}: {told}")
        out.append(f"- {self.t('claims.falsified_by')}: {claim.falsified_by}")
        if claim.note:
            out.append(f"- {self.t('claims.note')}: {claim.note}")
        return [*out, ""]

    def numbers(self) -> list[str]:
        out = [f"## {self.t('ui.numbers')}", ""]
        units = self.catalogue.units
        for finding in self.dossier.findings().values():
            value = number(finding.value, finding.unit, finding.kind, units)
            kind = self.t(f"kind.{finding.kind.value}")
            span = interval(finding, units)
            span = f"; {span} ({finding.interval})" if span else ""
            method = self.catalogue.get(f"method.{finding.method}", finding.method)
            used = ", ".join(f"[{k}](#s-{anchor(k)})" for k in finding.datasets)
            out.append(f"- `{finding.key}`: {value}, {finding.year}, {kind}{span}. {method} {used}")
        return [*out, ""]

    def sources(self) -> list[str]:
        out = [f"## {self.t('ui.sources')}", ""]
        for r in self.dossier.sources:
            out.append(f'### <a id="s-{anchor(r.key)}"></a>{r.title}')
            out += ["", f"- {self.t('record.publisher')}: {plain_address(r.publisher)}"]
            out.append(f"- {self.t('record.edition')}: {plain_address(r.edition)}")
            allowed = self.t(f"redistribution.{r.redistribution}")
            out.append(f"- {self.t('record.licence')}: {plain_address(r.licence)} ({allowed})")
            out.append(f"- {self.t('record.attribution')}: {plain_address(r.attribution)}")
            if r.faults:
                out.append(f"- {self.t('record.faults')}: {plain_address(' '.join(r.faults))}")
            out.append("")
        return out


def _escape(text: str) -> str:
    return plain_address(text).replace("|", "\\|").replace("\n", " ")
