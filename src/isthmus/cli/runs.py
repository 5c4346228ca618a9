"""``isthmus runs``: what was computed, from what, and whether it comes out the same again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cyclopts import App

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import Json, RunName
from isthmus.cli.output import (
    columned,
    emit_found,
    emit_mapping,
    emit_result,
    emit_rows,
    emit_versioned,
    say,
    versioned,
)
from isthmus.cli.recording import say_run
from isthmus.errors import BadInput
from isthmus.errors.base import EXIT_DONE, EXIT_FAILED

if TYPE_CHECKING:
    from isthmus.ensemble import Repetition
    from isthmus.evidence import Result
    from isthmus.store import Difference, RunEntry, Store
    from isthmus.world import World

app = App(name="runs", help="List, show, repeat and compare what was computed.")


@app.command(name="list")
def list_(*, output: Output = SCREEN) -> None:
    """List all runs with lens, world and status (done, resumable, damaged)."""
    from isthmus.store import Store

    store = Store()
    rows = [_line(entry) for entry in store.runs()]
    columns = ("run", "kind", "lens", "world", "scenario", "status")
    title = f"runs in {store.root}" if output.plain else "runs"
    listed = [list(row.values()) for row in rows]
    emit_found("runs.list", {title: (columns, listed)}, output, versioned(runs=rows))


def _line(entry: RunEntry) -> dict[str, str]:
    manifest = entry.manifest
    if manifest is None:
        about = {"kind": "", "lens": "", "world": "", "scenario": entry.fault}
    else:
        added = "".join(f"+{name}" for name in manifest.world.added)
        about = {
            "kind": manifest.kind,
            "lens": manifest.lens,
            "world": f"{manifest.world.name}{added} {manifest.world.edition}",
            "scenario": str((manifest.scenario or {}).get("name", "")),
        }
    return {"run": entry.id, **about, "status": entry.status}


@app.command
def show(name: RunName, *, tables: bool = True, output: Output = SCREEN) -> None:
    """Show what was asked in a run and what came out.

    Parameters
    ----------
    tables
        Show the tables of a finished run.
    """
    from isthmus.evidence.out import chosen
    from isthmus.store import Store

    store = Store()
    entry = store.run(name)
    asked: dict[str, Any] = (
        entry.manifest.model_dump(mode="json") if entry.manifest is not None else {}
    )
    result = store.result(entry.id) if entry.done and not entry.fault and tables else None
    if output.out is not None:
        if result is None:
            what = (
                f"run '{entry.id}' is {entry.status}" if tables else "--no-tables leaves no result"
            )
            raise BadInput(f"{what}: there is nothing to write", where="--out")
        emit_result(result, output)
        return
    if output.json:
        answer = chosen(result, output.shown).to_dict() if result is not None else None
        about = {"run": entry.id, "status": entry.status, "asked": asked}
        emit_versioned(**about, timing=store.timing(entry), result=answer)
        return
    world = asked.pop("world", {})
    lines = {
        "status": entry.status,
        "lens": asked.get("lens"),
        "world": f"{world.get('name')} {world.get('edition')} {world.get('content_hash')}",
        "added data sets": ", ".join(world.get("added", ())) or None,
        "fault": entry.fault or None,
        **{f"parameter {k}": _short(v) for k, v in asked.get("parameters", {}).items()},
        "scenario": (asked.get("scenario") or {}).get("name"),
        "seed": asked.get("seed"),
        **dict(asked.get("plan", {})),
        **{f"version of {k}": v for k, v in asked.get("versions", {}).items()},
        **store.timing(entry),
    }
    emit_mapping(entry.id, {k: str(v) for k, v in lines.items() if v is not None})
    if result is not None:
        emit_result(result, output)


@app.command
def resume(
    name: RunName,
    *,
    world: str | None = None,
    workers: int = 1,
    output: Output = SCREEN,
) -> None:
    """Go on with a run that was interrupted; the result is that of a run in one go.

    Parameters
    ----------
    world
        The world to use for a single call; by default the one that the run names. Another content
        is refused.
    workers
        Number of processes for an ensemble.
    """
    from isthmus.store import Store

    store = Store()
    entry = store.run(name)
    if entry.manifest is not None and entry.manifest.kind == "ensemble":
        from isthmus.cli.ensemble import resume as resume_ensemble

        given = {"--out": output.out, "--world": world}
        if unused := [option for option, value in given.items() if value is not None]:
            raise BadInput(
                "an ensemble goes on with its own world and answers with its status",
                where=", ".join(unused),
                hint="leave it away; isthmus ensemble summarise --out writes the tables",
            )
        resume_ensemble(entry.id, workers=workers, json=output.json)
        return
    emit_result(_go_on(store, entry, world), output)


def _go_on(store: Store, entry: RunEntry, world: str | None) -> Result:
    from isthmus.ensemble import resume_lens_run
    from isthmus.runtime import cancel_on_interrupt, terminal_progress

    opened = _world_of(store, entry, world)
    with terminal_progress() as progress, cancel_on_interrupt() as cancel:
        words = {"progress": progress, "cancel": cancel}
        done = resume_lens_run(store, entry.id, opened, controls=words)
    say_run(done)
    return done.result


@app.command
def rerun(name: RunName, *, world: str | None = None, workers: int = 1, json: Json = False) -> int:
    """Do a run again and say whether the content is the same, cell by cell.

    Exit code 0 when it is the same, 1 when something differs.

    Parameters
    ----------
    world
        The world to use; by default the one that the run names.
    workers
        Number of processes for an ensemble.
    """
    from isthmus.store import Store

    store = Store()
    entry = store.run(name)
    opened = _world_of(store, entry, world)
    again = _repeat(store, entry, opened, workers)
    if json:
        circumstances, content = _plain(again.circumstances), _plain(again.content)
        about = {"circumstances": circumstances, "content": content}
        emit_versioned(run=entry.id, same=again.same, **about)
    else:
        _emit_differences("circumstances that differ", again.circumstances)
        _emit_differences("content that differs", again.content)
        say("the content is the same" if again.same else "the content differs")
    return EXIT_DONE if again.same else EXIT_FAILED


def _world_of(store: Store, entry: RunEntry, world: str | None) -> World:
    """Open the world that a run names, or another."""
    from isthmus.world import World

    used = entry.manifest.world if entry.manifest is not None else None
    return World.open(
        world or (used.name if used else "starter"),
        with_=used.added if used and world is None else (),
        store=store,
    )


def _repeat(store: Store, entry: RunEntry, world: World, workers: int) -> Repetition:
    from isthmus.cli.ensemble import at_work
    from isthmus.ensemble import repeat_ensemble, repeat_lens_run

    if entry.manifest is not None and entry.manifest.lens.startswith("study."):
        from isthmus.study.record import make_repeatable

        make_repeatable()
    if entry.manifest is None or entry.manifest.kind == "lens":
        return repeat_lens_run(store, entry.id, world)
    with at_work(workers) as words:
        return repeat_ensemble(store, entry.id, world, **words)


@app.command
def compare(first: str, second: str, *, output: Output = SCREEN) -> None:
    """Show how two finished runs differ: in what was asked, and in the tables.

    Parameters
    ----------
    first, second
        The ids of the runs, or enough of them.
    """
    from isthmus.store import Store, compare_runs

    store = Store()
    one, two = store.run(first).id, store.run(second).id
    differences = compare_runs(store, one, two)
    runs = {"first": one, "second": two}
    document = versioned(**runs, differences=_plain(differences))
    if not differences and output.plain:
        say("the runs do not differ")
    title = f"{one} and {two}" if output.plain else "differences"
    found: dict[str, Any] = {title: columned(_plain(differences))} if differences else {}
    emit_found("runs.compare", found if output.plain else {"runs": runs, **found}, output, document)


@app.command
def delete(name: RunName, *, json: Json = False) -> None:
    """Take a run out of the store."""
    from isthmus.store import Store

    gone = Store().delete_run(name)
    if json:
        emit_versioned(deleted=gone)
    say(f"deleted {gone}")


def _short(value: object, longest: int = 300) -> str:
    text = str(value)
    return text if len(text) <= longest else f"{text[:longest]}... (--json shows all of it)"


def _plain(differences: list[Difference]) -> list[dict[str, str]]:
    return [{"where": d.where, "first": d.first, "second": d.second} for d in differences]


def _emit_differences(title: str, differences: list[Difference]) -> None:
    if differences:
        emit_rows(title, *columned(_plain(differences)))
