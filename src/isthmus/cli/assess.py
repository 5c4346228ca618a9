"""`isthmus assess`: from a study to a dossier."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from isthmus.cli.output import say

if TYPE_CHECKING:
    from isthmus.study import Dossier, Section

app = App(name="assess", help="Answer a study with a world and write the dossier.")


@app.default
def assess(
    study: str = "taiwan-europe",
    *,
    out: Annotated[Path | None, Parameter(help="Folder for the dossier.")] = None,
    force: Annotated[bool, Parameter(help="Replace an existing folder.")] = False,
    json: Annotated[bool, Parameter(help="Print the dossier as JSON; no files without --out.")] = (
        False
    ),
    world: Annotated[str, Parameter(help="World to ask: a name or a folder.")] = "starter",
) -> None:
    """Answer a study and write HTML, Markdown and JSON into one folder.

    Parameters
    ----------
    study
        Name of a shipped study, or a study file (.toml).
    """
    import sys

    if json and out is None:
        _, dossier = _answer(study, world)
        sys.stdout.write(_json(dossier))
        return
    from isthmus.charts import Drawing

    with Drawing() as drawing:
        from isthmus.report import draw_section, write_dossier

        name, dossier = _answer(study, world, lambda section: draw_section(drawing, section))
        target = out or Path(f"dossier-{name}")
        page = write_dossier(dossier, target, replace=force, drawing=drawing)
    sys.stdout.write(_json(dossier) if json else f"{page}\n")
    say(f"dossier: {page.resolve()}")


def _answer(
    study: str, world: str, on_section: Callable[[Section], None] | None = None
) -> tuple[str, Dossier]:
    from isthmus.study import assess as run
    from isthmus.study import open_study
    from isthmus.world import World

    asked = open_study(study)
    return asked.name, run(asked, World.open(world), progress=_tell, on_section=on_section)


def _json(dossier: Dossier) -> str:
    from isthmus.report import render_json

    return render_json(dossier)


def _tell(name: str, number: int, count: int) -> None:
    import sys

    if sys.stderr.isatty():
        say(f"[{number}/{count}] {name}")
