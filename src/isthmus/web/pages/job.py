"""A job: what was asked, how far it is, where its run is, and a way to stop it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.ensemble import resume_lens_run
from isthmus.ensemble.lenses import all_lenses, lens_of
from isthmus.ensemble.recording import Recorded, run_lens
from isthmus.errors import BadInput
from isthmus.evidence.description import python_call
from isthmus.store import Store
from isthmus.web.jobs import Job
from isthmus.web.lensform import CALL, as_text, parameters, with_scenario
from isthmus.web.state import Asked, Explorer
from isthmus.web.view import Block, Facts, Form, Link, View
from isthmus.web.waiting import followed
from isthmus.web.ways import command_way, lens_way


def job(asked: Asked) -> View:
    """Return the page of a job.

    Raises
    ------
    NotFound
        When this explorer started none of this name.
    """
    explorer = asked.explorer
    found = explorer.jobs.job(asked.words["job"])
    ways = [command_way(explorer, "runs", "show", found.run)] if found.run else []
    # What waits for a job says itself how to get the same: more than a call with plain values.
    if not found.back:
        ways.append(lens_way(explorer, python_call(found.lens, found.parameters)))
    return View(
        f"{found.lens}: {explorer.t(f'job.{found.state}')}",
        tuple(_blocks(explorer, found)),
        ways=tuple(ways),
        here="runs",
    )


def start(asked: Asked) -> str:
    """Start a job for a lens and return its address.

    Raises
    ------
    NotFound, BadInput
        When there is no such lens, or its parameters cannot be used.
    """
    explorer = asked.explorer
    found = lens_of(asked.words["lens"])
    asked.query.text(CALL)
    chosen = parameters(found, asked.query)
    asked.query.check()
    scenario, rest = with_scenario(found, chosen)

    def work(controls: Mapping[str, Any]) -> Recorded:
        return run_lens(
            found.name, explorer.world, scenario, parameters=rest, controls=dict(controls)
        )

    return f"/job/{explorer.jobs.start(found.name, chosen, work).id}"


def cancel(asked: Asked) -> str:
    """Ask a job to stop and return its address.

    Raises
    ------
    NotFound
        When this explorer started none of this name.
    """
    jobs = asked.explorer.jobs
    found = jobs.job(asked.words["job"])
    jobs.stop(found)
    return f"/job/{found.id}"


def again(asked: Asked) -> str:
    """Go on with a job that was stopped, as a new one, and return its address.

    Raises
    ------
    NotFound
        When this explorer started none of this name.
    """
    jobs = asked.explorer.jobs
    return f"/job/{jobs.again(jobs.job(asked.words['job'])).id}"


def resume(asked: Asked) -> str:
    """Go on with a run that was interrupted, as a job, and return its address.

    Raises
    ------
    NotFound, BadInput
        When the store has no such run, or it is an ensemble, which the command line goes on with.
    """
    explorer, store = asked.explorer, Store()
    entry = store.run(asked.words["run"])
    if entry.manifest is None or entry.manifest.kind != "lens":
        hint = f"isthmus runs resume {entry.id}"
        raise BadInput(f"run '{entry.id}' is not a single call of a lens", hint=hint)

    def work(controls: Mapping[str, Any]) -> Recorded:
        return resume_lens_run(store, entry.id, explorer.world, controls=dict(controls))

    told = entry.manifest.parameters
    back = f"/run/{entry.id}"
    return f"/job/{explorer.jobs.start(entry.manifest.lens, told, work, back).id}"


def _blocks(explorer: Explorer, found: Job) -> list[Block]:
    known = any(lens.name == found.lens for lens in all_lenses())
    rows: list[tuple[str, str | Link]] = [
        (explorer.t("runs.lens"), Link(found.lens, f"/lens/{found.lens}") if known else found.lens),
        *((name, as_text(value)) for name, value in found.parameters.items()),
        (explorer.t("runs.status"), explorer.t(f"job.{found.state}")),
        (explorer.t("job.problem"), found.problem),
    ]
    if found.run:
        rows.append((explorer.t("job.run"), Link(found.run, f"/run/{found.run}")))
    if found.back and (found.state == "done" or found.key is not None):
        rows.append((explorer.t("job.asked"), Link(explorer.t("job.back"), found.back)))
    blocks: list[Block] = [Facts("", tuple(row for row in rows if row[1]))]
    if found.state in {"cancelled", "failed"}:
        go_on = explorer.t("job.again")
        blocks.append(Form("", f"/job/{found.id}/again", (), go_on, post=True))
    if not found.over:
        blocks[:0] = followed(explorer, found)
    return blocks
