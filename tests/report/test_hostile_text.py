"""Whatever a study or a record says, the Markdown page has the elements that the report wrote."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from isthmus.evidence import DatasetRecord, Finding, Table
from isthmus.report import render_markdown
from isthmus.runtime.visible import one_line
from isthmus.study.dossier import Assessed, Chart, Dossier, Note, Section
from isthmus.study.wording import Sentence

PAYLOAD = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)> [click](javascript:alert(1)) "
    "![pixel](http://evil.example/p.png) <http://evil.example> **bold** `code` | cell |\n\n"
    "# fake heading\n\n---\n\n| a |\n| --- |\n| b |\n\n> quoted\n\n```\ncode\n```\n[x]: http://e.example"
)
STARTS = ["# x", "- x", "1. x", "> x", "---", "```", "|a|b|", "    x", "<div>", "[a]: b", "***"]
TEXTS = st.text(alphabet="<>[]()!#*_`|~&;:/-+=1a.\\\n {}$%", max_size=30) | st.sampled_from(STARTS)


def poisoned(dossier: Dossier, text: str) -> Dossier:
    """Return a small dossier with `text` before everything that a study or a record may say."""

    def said(sentence: Sentence) -> Sentence:
        return replace(sentence, parts=tuple(bad(p) for p in sentence.parts))

    def bad(value: Any) -> Any:
        match value:
            case str():
                return f"{text}{value}"
            case Finding():
                return replace(value, key=bad(value.key), method=bad(value.method))
            case Sentence():
                return said(value)
            case Note():
                return replace(value, sentence=bad(value.sentence))
            case Table():
                names = [c.name for c in value.columns if c.role == "dimension"]
                words = [n for n in names if value.frame[n].dtype == pl.String]
                frame = value.frame.with_columns(
                    pl.concat_str([pl.lit(text), pl.col(n)]).alias(n) for n in words
                )
                columns = tuple(replace(c, text=bad(c.text)) for c in value.columns)
                return replace(
                    value,
                    frame=frame,
                    columns=columns,
                    text=bad(value.text),
                    notes=bad(value.notes),
                )
            case Chart():
                return replace(value, title=bad(value.title), table=bad(value.table))
            case DatasetRecord():
                free = ("title", "publisher", "edition", "licence", "attribution", "faults")
                return value.model_copy(update={n: bad(getattr(value, n)) for n in free})
            case Assessed():
                free = ("sentence", "falsified_by", "note")
                claim = value.claim.model_copy(
                    update={n: bad(getattr(value.claim, n)) for n in free}
                )
                return replace(value, claim=claim, reason=bad(value.reason))
            case Section():
                parts = ("question", "answer", "tables", "charts", "notes", "gaps")
                return replace(value, **{n: bad(getattr(value, n)) for n in parts})
            case tuple():
                return tuple(bad(v) for v in value)
        raise AssertionError(type(value))

    summary = dossier.summary
    return replace(
        dossier,
        study=dossier.study.model_copy(
            update={"title": bad(dossier.study.title), "question": bad(dossier.study.question)}
        ),
        summary=replace(
            summary,
            **{n: bad(getattr(summary, n)) for n in ("headlines", "answer", "counters", "gaps")},
        ),
        sections=bad(dossier.sections),
        claims=bad(dossier.claims),
        sources=bad(dossier.sources),
    )


def outline(dossier: Dossier) -> list[str]:
    """Return every element of the Markdown page but words, in order."""
    _, head, page = render_markdown(dossier).split("---\n", 2)
    assert len(head.splitlines()) == 4
    found = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(page):
        for part in (token, *(token.children or ())):
            if part.type not in {"text", "softbreak", "inline"}:
                target = part.content if part.type == "html_inline" else part.attrs.get("href", "")
                found.append(f"{part.type} {part.tag} {target}".strip())
    return found


def test_the_page_has_links_headings_and_marks_of_its_own(short: Dossier) -> None:
    found = outline(short)
    assert {"heading_open h1", "heading_open h2", "heading_open h3", "table_open table"} <= set(
        found
    )
    assert all(e.startswith("link_open a #s-") for e in found if e.startswith("link_open"))
    assert {e.split()[0] for e in found if "html" in e} == {"html_inline"}


@pytest.mark.once_broken("text of a study was markup in Markdown")
@given(TEXTS.filter(one_line))
@example(PAYLOAD)
@example(" >")
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_text_adds_no_element(short: Dossier, text: str) -> None:
    assert outline(poisoned(short, text)) == outline(poisoned(short, "word "))
