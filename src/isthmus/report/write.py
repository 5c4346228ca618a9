"""A dossier on disk: one folder with HTML, Markdown and JSON, whole or not there."""

from __future__ import annotations

from pathlib import Path

from isthmus.report.html import render_html
from isthmus.report.markdown import render_markdown
from isthmus.runtime import canonical_json, check_folder, publish_folder
from isthmus.runtime.contents import DOSSIER
from isthmus.study.dossier import Dossier

HTML, JSON, MARKDOWN = "dossier.html", "dossier.json", "dossier.md"


def render_json(dossier: Dossier) -> str:
    """Return the dossier as JSON; the same for the same study, world and version."""
    return canonical_json(dossier.to_dict(), indent=1) + "\n"


def check_dossier_target(target: Path, *, replace: bool = False) -> None:
    """Raise unless a dossier can be written to `target`; for use before it is made.

    Raises
    ------
    TargetExists, TargetRefused, StorageReadOnly
        As `isthmus.runtime.check_folder`.
    """
    check_folder(target, contents=DOSSIER, replace=replace)


def write_dossier(dossier: Dossier, target: Path, *, replace: bool = False) -> Path:
    """Write the three files of a dossier into a folder and return the path of the page.

    Everything is rendered and written beside `target` first and put in place at the end, so that
    an interrupt, an error or a full disk leaves `target` as it was. A folder is replaced only when
    it holds nothing but a dossier.

    Raises
    ------
    TargetExists
        When the folder is there, is not empty and `replace` is False.
    TargetRefused
        When it holds anything else, or is no folder.
    StorageFull, StorageReadOnly
        When it cannot be written.
    """
    with publish_folder(target, contents=DOSSIER, replace=replace) as folder:
        for name, text in (
            (JSON, render_json(dossier)),
            (MARKDOWN, render_markdown(dossier)),
            (HTML, render_html(dossier)),
        ):
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return target / HTML
