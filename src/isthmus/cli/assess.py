"""`isthmus assess`: from a study to a dossier."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from isthmus.cli.output import emit_document, emit_text, say
from isthmus.cli.recording import say_run

app = App(name="assess", help="Answer a study with a world and write the dossier.")


@app.default
def assess(
    study: str = "taiwan-europe",
    *,
    out: Annotated[Path | None, Parameter(help="Folder for the dossier.")] = None,
    force: Annotated[
        bool, Parameter(help="Replace an existing folder that holds nothing but a dossier.")
    ] = False,
    sheet: Annotated[
        list[str] | None,
        Parameter(
            consume_multiple=True,
            help="Members (codes) whose member sheet is written beside the dossier.",
        ),
    ] = None,
    pdf: Annotated[
        bool,
        Parameter(help="Also print each page to PDF, by an installed Chromium, Chrome or Edge."),
    ] = False,
    json: Annotated[
        bool,
        Parameter(help="Print the dossier as JSON, or the one sheet; no files without --out."),
    ] = False,
    world: Annotated[str, Parameter(help="World to ask: a name or a folder.")] = "starter",
    language: Annotated[str, Parameter(help="Language of the dossier: de or en.")] = "en",
) -> None:
    """Answer a study and write HTML, Markdown, JSON and the tables into one folder.

    The findings and verdicts are kept as a run; `isthmus runs rerun` does the assessment again.

    Parameters
    ----------
    study
        Name of a shipped study, a study file (.toml), or a dossier that was made: its folder, or
        its dossier.json.
    """
    from isthmus.runtime.companion import Companion
    from isthmus.runtime.threads import ONE_THREAD, cores

    beside = Companion("isthmus.study.ahead", ONE_THREAD)
    with ExitStack() as ends:
        if cores() > 1:
            ends.enter_context(beside)  # it loads what it needs while this process does
        from isthmus.charts import Press, check_drawing
        from isthmus.report import (
            check_dossier_target,
            render_json,
            render_sheet_json,
            write_dossier,
        )
        from isthmus.report.parts import drawn_early
        from isthmus.report.printing import find_browser
        from isthmus.study import assess_and_record, open_study
        from isthmus.study.ahead import Ahead
        from isthmus.study.sheet import check_members, member_sheet
        from isthmus.world import World

        if not json or out is not None:
            check_drawing()
            if pdf:
                find_browser()
        asked, members = open_study(study), list(dict.fromkeys(sheet or ()))
        check_members(asked, members)
        target = None if json and out is None else out or Path(f"dossier-{asked.name}")
        if target is not None:
            check_dossier_target(target, replace=force)
        opened = World.open(world)
        if target is None and len(members) == 1:
            emit_document(
                render_sheet_json(member_sheet(asked, opened, *members, language=language))
            )
            return
        press = None if target is None else ends.enter_context(Press())
        dossier, kept = assess_and_record(
            asked,
            opened,
            language=language,
            progress=_tell,
            each=None if press is None else partial(drawn_early, press),
            ahead=Ahead(beside, world),
        )
        say_run(kept)
        if json:
            emit_document(render_json(dossier))
        if target is None:
            return
        sheets = [member_sheet(asked, opened, member, language=language) for member in members]
        page = write_dossier(dossier, target, sheets=sheets, press=press, pdf=pdf, replace=force)
        if not json:
            emit_text(f"{page}\n")
        say(f"dossier: {page.resolve()}")


def _tell(name: str, number: int, count: int) -> None:
    import sys

    if sys.stderr.isatty():
        say(f"[{number}/{count}] {name}")
