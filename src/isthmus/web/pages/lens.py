"""Lenses: what each takes and returns, a form for it, and its tables at once or as a run."""

from __future__ import annotations

import inspect
from typing import Any

from isthmus.ensemble.lenses import all_lenses, call_lens, find_lens, lens_of
from isthmus.evidence import Lens, Result
from isthmus.evidence.description import python_call
from isthmus.runtime import canonical_hash
from isthmus.web.jobs import Job
from isthmus.web.lensform import (
    CALL,
    as_text,
    fields,
    needs_files,
    offered,
    parameters,
    with_scenario,
)
from isthmus.web.query import address
from isthmus.web.respond import check_ahead
from isthmus.web.state import Asked, Explorer
from isthmus.web.view import WAITING, Block, Facts, Form, Link, LinkList, Tabled, Text, View
from isthmus.web.waiting import followed
from isthmus.web.ways import command_way, lens_way


def lenses(asked: Asked) -> View:
    """Return the lenses by room."""
    explorer = asked.explorer
    rooms: dict[str, list[Link]] = {}
    for lens in all_lenses():
        rooms.setdefault(lens.room, []).append(Link(lens.name, f"/lens/{lens.name}", lens.title))
    return View(
        explorer.t("lens.all"),
        tuple(LinkList(room, tuple(items)) for room, items in rooms.items()),
        ways=(command_way(explorer, "lens", "list"),),
        here="lenses",
    )


def lens(asked: Asked) -> View:
    """Return the page of a lens: its form, and what it returns for what the address gives.

    Raises
    ------
    NotFound
        When there is no such lens.
    """
    explorer = asked.explorer
    found = lens_of(asked.words["lens"])
    given = {a.name: asked.query.text(a.name) for a in offered(found)}
    wanted = bool(asked.query.text(CALL))
    chosen = parameters(found, asked.query) if wanted else {}
    asked.query.check_own()
    answered = wanted and not is_long(found)
    if answered:
        check_ahead(asked, found.tables)
    blocks: list[Block] = [Text(tuple(t for t in (f"{found.title}.", found.summary) if t))]
    blocks.append(form(explorer, found, given))
    blocks.append(_example(explorer, found))
    used: set[str] = set()
    result = _result(asked, found, chosen) if answered else None
    if isinstance(result, Job):
        blocks[1:1] = followed(explorer, result, explorer.t("lens.waits"))
    elif result is not None:
        tables = result.tables.values()
        blocks += [Tabled(table, f"{table.name}: {table.text}") for table in tables]
        used = {key for table in tables for key in table.datasets}
    blocks.append(_about(explorer, found))
    return View(
        found.name,
        tuple(block for block in blocks if not isinstance(block, LinkList) or block.items),
        sources=explorer.records(used),
        ways=(
            lens_way(explorer, python_call(found.name, chosen or dict(*found.examples[:1]))),
            command_way(explorer, "lens", "show", found.name),
        ),
        here="lenses",
        status=WAITING if isinstance(result, Job) else 200,
    )


def form(explorer: Explorer, found: Lens, given: dict[str, str]) -> Form | Text:
    """Return the form of a lens; one that takes long starts a run."""
    if needs_files(found):
        return Text((explorer.t("lens.files"),))
    controls = fields(explorer, found, given)
    if is_long(found):
        action, submit = f"/jobs/{found.name}", explorer.t("lens.start")
        return Form(explorer.t("lens.run"), action, controls, submit, post=True)
    action, submit = f"/lens/{found.name}", explorer.t("choose.submit")
    return Form(explorer.t("lens.ask"), action, controls, submit)


def is_long(found: Lens) -> bool:
    """Tell whether a lens says how far it is: what it computes is a run, not a page."""
    return "progress" in inspect.signature(find_lens(found.name)).parameters


def _result(asked: Asked, found: Lens, chosen: dict[str, Any]) -> Result | Job:
    """Return what a lens says, or the job that works it out where that takes long."""
    explorer = asked.explorer
    scenario, rest = with_scenario(found, chosen)
    key = ("lens", found.name, canonical_hash(chosen))

    def call() -> Result:
        return call_lens(found.name, explorer.world, scenario, rest)

    def work(_controls: object) -> None:
        explorer.answers.kept(key, call)

    if not explorer.answers.has(key):
        back = address(asked.path, asked.query.kept())
        job = explorer.jobs.answer(key, found.name, chosen, work, back)
        if job is not None:
            return job
    return explorer.answers.kept(key, call)


def _example(explorer: Explorer, found: Lens) -> LinkList:
    """Return the examples of a lens as addresses."""
    items = []
    for example in found.examples:
        words = {name: as_text(value) for name, value in example.items()}
        told = ", ".join(f"{name} = {value}" for name, value in words.items())
        to = address(f"/lens/{found.name}", {**words, CALL: "1"})
        items.append(Link(told or explorer.t("lens.plain"), to))
    if is_long(found) or needs_files(found):
        items = []
    return LinkList(explorer.t("lens.examples"), tuple(items))


def _about(explorer: Explorer, found: Lens) -> Facts:
    t = explorer.t
    rows: list[tuple[str, str | Link]] = [
        *((t("lens.table"), f"{table.name}: {table.text}") for table in found.tables),
        *((t("lens.work"), work) for work in found.citations),
        *((t("figure.source"), Link(key, f"/data/{key}")) for key in found.datasets),
    ]
    return Facts(t("lens.about"), tuple(rows))
