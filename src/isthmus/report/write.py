"""A dossier on disk: one folder with its pages, its data and its tables, whole or not there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path

from markupsafe import Markup

from isthmus.charts import Press
from isthmus.evidence.out.files import write_rows
from isthmus.report.brief import render_brief_html, render_brief_markdown
from isthmus.report.html import render_html
from isthmus.report.markdown import render_markdown
from isthmus.report.parts import anchor, pictures
from isthmus.report.printing import print_pages
from isthmus.report.sheet import render_sheet_html, render_sheet_json, render_sheet_markdown
from isthmus.report.tables import table_files
from isthmus.runtime import canonical_json, check_folder, publish_folder
from isthmus.runtime.contents import DOSSIER
from isthmus.study.again import STUDY
from isthmus.study.dossier import Dossier
from isthmus.study.sheet import Sheet
from isthmus.study.toml import study_toml

HTML, JSON, MARKDOWN = "dossier.html", "dossier.json", "dossier.md"


def render_json(dossier: Dossier, files: Sequence[str | Mapping[str, str]] = ()) -> str:
    """Return the dossier as JSON; the same for the same study, world and version.

    Parameters
    ----------
    dossier : Dossier
        The answer.
    files : sequence of str or mapping
        What stands beside it in its folder, by name, or by ``name`` and ``sha256``: only these may
        be replaced with it.
    """
    beside = {"files": list(files)} if files else {}
    return canonical_json(dossier.to_dict() | beside, indent=1) + "\n"


def check_dossier_target(target: Path, *, replace: bool = False) -> None:
    """Raise unless a dossier can be written to `target`; for use before it is made.

    Raises
    ------
    TargetExists, TargetRefused, StorageReadOnly
        As `isthmus.runtime.check_folder`.
    """
    check_folder(target, contents=DOSSIER, replace=replace)


def write_dossier(
    dossier: Dossier,
    target: Path,
    *,
    sheets: Sequence[Sheet] = (),
    press: Press | None = None,
    pdf: bool = False,
    replace: bool = False,
) -> Path:
    """Write a dossier into a folder and return the path of its page.

    Page, Markdown and JSON, the brief as page and Markdown, the study that makes it again, under
    ``tables`` a CSV file for each table, and under ``sheets`` each member sheet as HTML, Markdown
    and JSON. Everything is rendered and written beside `target` first and put in place at the end,
    so that an interrupt, an error or a full disk leaves `target` as it was. A folder is replaced
    only when it holds nothing but a dossier. Charts that `press` has begun to draw are taken from
    it. With `pdf` a PDF file stands beside each page; see
    `isthmus.report.printing`.

    Raises
    ------
    TargetExists
        When the folder is there, is not empty and `replace` is False.
    TargetRefused
        When it holds anything else, or is no folder.
    StorageFull, StorageReadOnly
        When it cannot be written.
    NotFound
        When PDF is asked for and no browser that prints is installed.
    """
    with publish_folder(target, contents=DOSSIER, replace=replace) as folder:
        beside = {
            STUDY: study_toml(dossier.asked).encode("utf-8"),
            **dict(_tables(dossier)),
            **dict(_sheets(sheets)),
        }
        markdown = render_markdown(dossier)
        # The pictures last: the process that draws them may still be at it.
        drawn = pictures(dossier.charts.values(), press)
        beside |= dict(_brief(dossier, drawn))
        pages = [HTML, *(name for name in beside if name.endswith(".html"))] if pdf else []
        prints = [str(Path(name).with_suffix(".pdf").as_posix()) for name in pages]
        for name, text in (
            (JSON, render_json(dossier, _listed(beside, prints))),
            (MARKDOWN, markdown),
            (HTML, render_html(dossier, drawn)),
        ):
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
        for name, content in beside.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        if pages:
            print_pages(folder, pages)
    return target / HTML


def _brief(dossier: Dossier, drawn: Mapping[str, Markup]) -> Iterator[tuple[str, bytes]]:
    yield "brief.html", render_brief_html(dossier, drawn).encode("utf-8")
    yield "brief.md", render_brief_markdown(dossier).encode("utf-8")


def _listed(beside: Mapping[str, bytes], prints: Sequence[str]) -> list[str | Mapping[str, str]]:
    """Return the names of what stands beside; of what people edit, its hash as well."""
    return [
        {"name": name, "sha256": hashlib.sha256(beside[name]).hexdigest()}
        if name in DOSSIER.edited
        else name
        for name in sorted([*beside, *prints])
    ]


def _tables(dossier: Dossier) -> Iterator[tuple[str, bytes]]:
    """Yield the rows of every table as CSV by file name."""
    for name, table in dict(table_files(dossier)).items():
        held = BytesIO()
        write_rows(table.frame, held, ".csv")
        yield name, held.getvalue()


def _sheets(sheets: Sequence[Sheet]) -> Iterator[tuple[str, bytes]]:
    for sheet in sheets:
        for ending, text in (
            ("html", render_sheet_html(sheet)),
            ("md", render_sheet_markdown(sheet)),
            ("json", render_sheet_json(sheet)),
        ):
            yield f"sheets/{anchor(sheet.member).upper()}.{ending}", text.encode("utf-8")
