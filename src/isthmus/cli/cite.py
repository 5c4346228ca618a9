"""``isthmus cite``: what to write under a figure, a run or a dossier."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.output import columned, emit_found, emit_text, say, versioned

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isthmus.report.references import Reference

app = App(name="cite", help="Say how to cite the program, a run, a dossier or a figure.")


@app.default
def cite(
    what: str = "",
    /,
    *,
    study: Annotated[str, Parameter(help="Study that a figure stands in.")] = "taiwan-europe",
    bibtex: Annotated[bool, Parameter(help="As BibTeX.")] = False,
    world: Annotated[str, Parameter(help="World to ask: a name or a folder.")] = "starter",
    output: Output = SCREEN,
) -> None:
    """Print the references: the program, the data sets and the methods that were used.

    Parameters
    ----------
    what
        A run's id, a dossier (its folder, or its dossier.json), or the key of a figure of a study.
        Nothing means the program alone.
    """
    found = _references(what, study, world)
    if output == SCREEN:
        emit_text("\n".join(r.bibtex for r in found) if bibtex else _lines(found))
        return
    listed = [{"key": r.key, "text": r.text, "bibtex": r.bibtex} for r in found]
    emit_found("cite", {"references": columned(listed)}, output, versioned(references=listed))


def _lines(found: Iterable[Reference]) -> str:
    return "".join(f"{reference.text}\n" for reference in found)


def _references(what: str, study: str, world: str) -> list[Reference]:
    from isthmus.errors import NotFound
    from isthmus.report.references import of_result, software
    from isthmus.store import Store
    from isthmus.study.again import is_dossier
    from isthmus.study.wording import TextCatalogue
    from isthmus.world import World

    if not what:
        return [software(TextCatalogue.load())]
    if is_dossier(Path(what)):
        return _dossier(Path(what))
    store = Store()
    try:
        entry = store.run(what)
    except NotFound:
        return _figure(what, study, world)
    result, opened = store.result(entry.id), World.open(world)
    held = [key for key in result.provenance.datasets if key in opened]
    if lacking := sorted({*result.provenance.datasets} - {*held}):
        say(f"note: not in the world '{world}', and not cited: {', '.join(lacking)} (--world)")
    return of_result(TextCatalogue.load(), entry.id, result, map(opened.record, held))


def _dossier(place: Path) -> list[Reference]:
    from pydantic import ValidationError

    from isthmus.errors import BadInput
    from isthmus.evidence import DatasetRecord
    from isthmus.report.references import of_dossier
    from isthmus.study.again import document_of
    from isthmus.study.wording import TextCatalogue

    path, held = document_of(place)
    try:
        records = [DatasetRecord.model_validate(record) for record in held["sources"]]
        name = str(held["study"]["name"])
        return of_dossier(TextCatalogue.load(), name, held["provenance"], records)
    except (KeyError, TypeError, ValidationError) as error:
        raise BadInput("the document is no dossier of this release", where=str(path)) from error


def _figure(key: str, study: str, world: str) -> list[Reference]:
    from isthmus.errors import NotFound, did_you_mean
    from isthmus.report.cite import of_dossiers_figure
    from isthmus.report.references import of_data
    from isthmus.study import assess, open_study
    from isthmus.world import World

    dossier = assess(open_study(study), World.open(world))
    figures = dossier.findings()
    if key not in figures:
        hint = did_you_mean(key, figures) or "`isthmus runs list` shows runs, the dossier figures"
        raise NotFound(f"no run, dossier or figure of '{study}' is called '{key}'", hint=hint)
    finding = figures[key]
    used = (record for record in dossier.sources if record.key in finding.datasets)
    return [of_dossiers_figure(finding, dossier), *of_data(dossier.catalogue, used)]
