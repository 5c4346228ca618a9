"""`isthmus study`: list, show, check and copy studies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from isthmus.cli.output import emit_json, emit_mapping, emit_rows, emit_text, say

if TYPE_CHECKING:
    from isthmus.scenario import Range

app = App(name="study", help="List, show, check and copy studies.")

Json = Annotated[bool, Parameter(name="--json", help="Print one JSON document.")]


@app.command(name="list")
def list_studies(*, json: Json = False) -> None:
    """List the studies that ship with the package."""
    from isthmus.study import open_study, shipped_studies

    rows: list[dict[str, Any]] = []
    for name in shipped_studies():
        study = open_study(name)
        rows.append({"name": name, "title": study.title, "claims": len(study.claims)})
    if json:
        emit_json(rows)
        return
    emit_rows("studies", ("name", "title", "claims"), [tuple(row.values()) for row in rows])


@app.command
def show(study: str, *, json: Json = False) -> None:
    """Show parties, baskets, claims and ranges of a study.

    Parameters
    ----------
    study
        Name of a shipped study, or a study file (.toml).
    """
    from isthmus.study import open_study

    found = open_study(study)
    if json:
        emit_json(found.model_dump(mode="json"))
        return
    emit_mapping(found.title, {"question": found.question, **found.parties.model_dump()})
    baskets = [(b.title, b.nomenclature, ", ".join(b.codes)) for b in found.baskets.values()]
    emit_rows("baskets", ("basket", "edition", "codes"), baskets)
    claims = [(c.row, c.id, c.kind, c.measure or "; ".join(c.missing)) for c in found.claims]
    emit_rows("claims", ("row", "claim", "kind", "measure, or what is missing"), claims)
    if found.ranges:
        ranges = [(r.path, r.distribution, _numbers(r), r.reason) for r in found.ranges]
        emit_rows("ranges", ("parameter", "distribution", "numbers", "reason"), ranges)


@app.command
def check(
    study: str = "",
    *,
    measures: Annotated[bool, Parameter(help="List the measures that claims can use.")] = False,
    json: Json = False,
) -> None:
    """Check a study file; every mistake is reported with its line.

    Parameters
    ----------
    study
        Name of a shipped study, or a study file (.toml).
    """
    if measures:
        _measures(json)
        return
    from isthmus.errors import BadInput
    from isthmus.study import open_study

    if not study:
        raise BadInput("no study was named", where="study", hint="isthmus study check my.toml")
    found = open_study(study)
    if json:
        emit_json({"study": found.name, "ok": True, "claims": len(found.claims)})
        return
    say(f"{found.name}: no mistakes, {len(found.claims)} claims")


@app.command
def new(
    name: str,
    *,
    source: Annotated[str, Parameter(name="--from", help="Study to copy.")] = "taiwan-europe",
    out: Annotated[Path | None, Parameter(help="Folder for the file.")] = None,
    force: Annotated[bool, Parameter(negative="", help="Replace an existing file.")] = False,
    json: Json = False,
) -> None:
    """Copy a study to a file of your own.

    Parameters
    ----------
    name
        Name of the new study: lower-case letters, digits and hyphens.
    """
    from isthmus.study import new_study

    path = new_study(name, source=source, folder=out, replace=force)
    if json:
        emit_json({"study": name, "path": str(path)})
        return
    emit_text(f"{path}\n")
    say(f"edit its parties, then: isthmus assess {path}")


def _numbers(spec: Range) -> str:
    """Return the numbers of a range as they stand in the file."""
    shown = spec.model_dump(exclude={"path", "distribution", "reason"}, exclude_defaults=True)
    return ", ".join(f"{name} {value}" for name, value in shown.items())


def _measures(json: bool) -> None:
    from isthmus.study.subjects import measures as known

    rows = [
        {"measure": m.name, "arguments": ", ".join(m.args), "text": m.text}
        for m in known().values()
    ]
    if json:
        emit_json(rows)
        return
    emit_rows("measures", ("measure", "arguments", "text"), [tuple(r.values()) for r in rows])
