"""`isthmus study`: list, show, check, copy and prepare studies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import Force, Json
from isthmus.cli.output import columned, emit_found, emit_json, emit_rows, emit_text, say

if TYPE_CHECKING:
    from isthmus.scenario import Range

app = App(name="study", help="List, show, check, copy and prepare studies.")


@app.command(name="list")
def list_studies(*, output: Output = SCREEN) -> None:
    """List the studies that ship with the package."""
    from isthmus.study import open_study, shipped_studies
    from isthmus.study.spoken import spoken

    rows: list[dict[str, Any]] = []
    for name in shipped_studies():
        study = spoken(open_study(name))
        rows.append({"name": name, "title": study.title, "claims": len(study.claims)})
    emit_found("study.list", {"studies": columned(rows)}, output, rows)


@app.command
def show(study: str, *, output: Output = SCREEN) -> None:
    """Show parties, baskets, claims and ranges of a study.

    Parameters
    ----------
    study
        Name of a shipped study, or a study file (.toml).
    """
    from isthmus.study import open_study
    from isthmus.study.spoken import spoken

    given = open_study(study)
    found = spoken(given)
    title = found.title if output.plain else "study"
    parts: dict[str, Any] = {title: {"question": found.question, **found.parties}}
    baskets = [(b.title, b.nomenclature, ", ".join(b.codes)) for b in found.baskets.values()]
    parts["baskets"] = (("basket", "edition", "codes"), baskets)
    claims = [(c.row, c.id, c.kind, c.measure or "; ".join(c.missing)) for c in found.claims]
    parts["claims"] = (("row", "claim", "kind", "measure, or what is missing"), claims)
    if found.ranges:
        ranges = [(r.path, r.distribution, _numbers(r), r.reason) for r in found.ranges]
        parts["ranges"] = (("parameter", "distribution", "numbers", "reason"), ranges)
    emit_found("study.show", parts, output, given.model_dump(mode="json"))


@app.command
def check(
    study: str = "",
    *,
    measures: Annotated[bool, Parameter(help="List the measures that claims can use.")] = False,
    pages: Annotated[bool, Parameter(help="List the pages that a study can choose.")] = False,
    output: Output = SCREEN,
) -> None:
    """Check a study file; every mistake is reported with its line.

    Parameters
    ----------
    study
        Name of a shipped study, or a study file (.toml).
    """
    if measures:
        _measures(output)
        return
    if pages:
        _pages(output)
        return
    from isthmus.errors import BadInput
    from isthmus.study import open_study

    if not study:
        raise BadInput("no study was named", where="study", hint="isthmus study check my.toml")
    found = open_study(study)
    document = {"study": found.name, "ok": True, "claims": len(found.claims)}
    if output == SCREEN:
        say(f"{found.name}: no mistakes, {len(found.claims)} claims")
    else:
        emit_found("study.check", {"check": document}, output, document)


@app.command
def new(
    name: str,
    *,
    home: Annotated[str, Parameter(help="Whose point of view the study takes.")] = "",
    partner: Annotated[str, Parameter(help="With whom cooperation is examined.")] = "",
    rival: Annotated[str, Parameter(help="Who may answer with economic pressure.")] = "",
    ally: Annotated[str, Parameter(help="The power on which both sides rely.")] = "",
    template: Annotated[str, Parameter(help="pair, member, materials or firm.")] = "pair",
    source: Annotated[str, Parameter(name="--from", help="Study to copy as it is.")] = "",
    out: Annotated[Path | None, Parameter(help="Folder for the file.")] = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Write a study file for parties of your own, or copy a study.

    With --home and --partner the file holds the pages and claims of the template that apply to
    these parties; claims that do not are named. Without parties the study --from is copied, by
    default the flagship.

    Parameters
    ----------
    name
        Name of the new study: lower-case letters, digits and hyphens.
    """
    from isthmus.errors import BadInput
    from isthmus.store import Store
    from isthmus.study import create_study, new_study
    from isthmus.study.new import own_tables

    parties = {"home": home, "partner": partner, "rival": rival, "ally": ally}
    given = {role: code for role, code in parties.items() if code}
    if given and source:
        raise BadInput(
            "a copy keeps its parties", where="--from", hint="name parties, or a study to copy"
        )
    left_out: dict[str, str] = {}
    if given:
        path, left_out = create_study(name, given, template=template, folder=out, replace=force)
    else:
        path = new_study(name, source=source or "taiwan-europe", folder=out, replace=force)
    if json:
        emit_json({"study": name, "path": str(path), "left_out": left_out})
        return
    emit_text(f"{path}\n")
    for claim, why in left_out.items():
        say(f"left out: {claim} ({why})")
    keys = [entry.key for entry in Store().datasets()] if given else []
    own = "+".join(("starter", *own_tables(template, keys))) if keys else "starter"
    world = f" --world {own}" if own != "starter" else ""
    say(f"edit its claims, then: isthmus assess {path}{world}")


@app.command
def migrate(
    study: Path,
    *,
    out: Annotated[Path | None, Parameter(help="File to write; default: standard output.")] = None,
    force: Force = False,
) -> None:
    """Rewrite a study file of version 1 for this release; comments stay.

    Parameters
    ----------
    study
        The study file (.toml).
    """
    from isthmus.study import migrate_study

    text = migrate_study(study, out, replace=force)
    if out is None:
        emit_text(text)
    else:
        say(f"written: {out}")


@app.command
def prepare(
    study: str,
    *,
    world: Annotated[str, Parameter(help="Name of a world, or the folder of one.")] = "starter",
    workers: Annotated[int, Parameter(help="Number of processes.")] = 1,
    plan: Annotated[bool, Parameter(negative="", help="Say what would be made, and stop.")] = False,
    json: Json = False,
) -> None:
    """Make the recorded runs that a study's pages and claims read; those there are left alone.

    How long it will take is said before. Ctrl-C, or a kill, leaves a run that the same command
    goes on with.

    Parameters
    ----------
    study
        Name of a shipped study, or a study file (.toml).
    """
    from isthmus.ensemble.losses.duration import in_words, scenario_years, seconds_needed
    from isthmus.runtime import cancel_on_interrupt, terminal_progress
    from isthmus.study import open_study
    from isthmus.study.prepare import lacking, needed, prepare_study
    from isthmus.world import World

    asked, there = open_study(study), World.open(world)
    every, todo = needed(asked, there), lacking(asked, there)
    questions = [one.question for one in todo]
    years = sum(scenario_years(one) for one in questions)
    say(f"runs needed: {len(every)}, to be made: {len(todo)}, years of days in them: {years:,.0f}")
    made: tuple[str, ...] = ()
    if todo and not plan:
        say(in_words(seconds_needed(questions, there, workers=workers)))
        with terminal_progress() as progress, cancel_on_interrupt() as cancel:
            runs = prepare_study(todo, there, workers=workers, progress=progress, cancel=cancel)
        made = tuple(run.run for run in runs)
    rows = [(one.event.key, one.event.actor, len(one.question.levels)) for one in todo]
    if json:
        emit_json({"study": asked.name, "needed": len(every), "missing": rows, "made": made})
        return
    if plan:
        emit_rows("missing", ("event", "actor", "levels"), rows)
    for run in made:
        emit_text(f"{run}\n")


def _numbers(spec: Range) -> str:
    """Return the numbers of a range as they stand in the file."""
    shown = spec.model_dump(exclude={"path", "distribution", "reason"}, exclude_defaults=True)
    return ", ".join(f"{name} {value}" for name, value in shown.items())


def _measures(output: Output) -> None:
    from isthmus.study.subjects import measures as known

    rows = [
        {"measure": m.name, "arguments": ", ".join(m.args), "text": m.text}
        for m in known().values()
    ]
    emit_found("study.measures", {"measures": columned(rows)}, output, rows)


def _pages(output: Output) -> None:
    from isthmus.study.subjects import PAGES, choices

    rows = [
        {"page": name, "needs": ", ".join(("home", *needed)), "choices": ", ".join(choices(name))}
        for name, needed in PAGES.items()
    ]
    emit_found("study.pages", {"pages": columned(rows)}, output, rows)
