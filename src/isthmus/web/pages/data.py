"""Data sets with licences and faults, their rows, and what was computed."""

from __future__ import annotations

from isthmus.evidence import DatasetRecord, Kind
from isthmus.evidence.frames import attribute, of_rows
from isthmus.store import RunEntry, Store, compare_runs
from isthmus.web.cut import MOST, program, read_cut
from isthmus.web.datasets import table_of
from isthmus.web.state import Asked, Explorer
from isthmus.web.view import Block, Code, Facts, Field, Form, Link, LinkList, Tabled, Text, View
from isthmus.web.ways import command_way, rows_way


def datasets(asked: Asked) -> View:
    """Return the data sets of the world with kind, licence and number of faults."""
    explorer = asked.explorer
    records = [explorer.world.record(key) for key in explorer.world.keys()]  # noqa: SIM118
    items = [Link(r.title, f"/data/{r.key}", _line(explorer, r)) for r in records]
    return View(
        explorer.t("data.title"),
        (LinkList("", tuple(items)),),
        ways=(command_way(explorer, "data", "list"),),
        here="data",
    )


def dataset(asked: Asked) -> View:
    """Return all that is known of a data set, with its first rows."""
    explorer, key = asked.explorer, asked.words["key"]
    record = explorer.world.record(key)
    text, t = explorer.catalogue.text, explorer.t
    kind = text(f"kind.{record.kind.value}")
    rows = (
        (text("record.publisher"), record.publisher),
        (text("record.edition"), record.edition),
        (t("data.years"), _years(record)),
        (text("record.unit"), record.unit),
        (text("record.kind"), kind),
        (
            text("record.licence"),
            f"{record.licence} ({text(f'redistribution.{record.redistribution}')})",
        ),
        (text("record.attribution"), record.attribution),
        (text("record.citation"), record.citation),
        (text("record.address"), record.address),
        (text("record.coverage"), record.coverage),
        (text("record.faults"), " ".join(record.faults)),
        (text("record.steps"), "; ".join(record.steps)),
        (t("data.hash"), record.content_sha256),
    )
    return View(
        record.title,
        (Facts("", tuple(row for row in rows if row[1])), Tabled(table_of(explorer.world, key))),
        sources=(record,),
        ways=_rows_ways(explorer, key),
        here="data",
    )


def tables(asked: Asked) -> View:
    """Return the tables that can be sorted and filtered: the data sets of the world."""
    explorer = asked.explorer
    records = [explorer.world.record(key) for key in explorer.world.keys()]  # noqa: SIM118
    items = [
        Link(r.key, f"/table/{r.key}", f"{r.title}; {explorer.t('data.rows', count=f'{r.rows:,}')}")
        for r in records
    ]
    return View(
        explorer.t("tables.title"),
        (Text((explorer.t("tables.lead"),)), LinkList("", tuple(items))),
        ways=(command_way(explorer, "data", "list"),),
        here="tables",
    )


def viewer(asked: Asked) -> View:
    """Return a data set as a table to sort and filter."""
    explorer, key = asked.explorer, asked.words["key"]
    table = table_of(explorer.world, key)
    return View(
        table.text,
        (Tabled(table),),
        sources=(explorer.world.record(key),),
        ways=_rows_ways(explorer, key, program(read_cut(asked.query.again(), table, rows=MOST))),
        here="tables",
        only=True,
    )


def runs(asked: Asked) -> View:
    """Return what the user's store holds of earlier computations."""
    explorer = asked.explorer
    items = []
    for entry in Store().runs():
        lens = entry.manifest.lens if entry.manifest is not None else entry.fault
        items.append(Link(entry.id, f"/run/{entry.id}", f"{lens}; {entry.status}"))
    blocks: list[Block] = [LinkList("", tuple(items))]
    if not items:
        blocks = [Text((explorer.t("runs.none"),))]
    if len(items) > 1:
        blocks.append(_comparison(explorer, [item.text for item in items]))
    started = tuple(
        Link(job.lens, f"/job/{job.id}", explorer.t(f"job.{job.state}"))
        for job in explorer.jobs.listed()
    )
    if started:
        blocks.insert(0, LinkList(explorer.t("job.list"), started))
    return View(
        explorer.t("runs.title"),
        tuple(blocks),
        ways=(command_way(explorer, "runs", "list"),),
        here="runs",
    )


def run(asked: Asked) -> View:
    """Return what was asked in a run, from what, and what came out.

    Raises
    ------
    NotFound
        When the store has no such run.
    """
    explorer = asked.explorer
    store, entry = _kept(asked.words["run"])
    rows: list[tuple[str, str]] = [(explorer.t("runs.status"), entry.status)]
    if entry.manifest is not None:
        about = entry.manifest
        rows += [
            (explorer.t("runs.lens"), about.lens),
            (explorer.t("runs.world"), f"{about.world.name} {about.world.edition}"),
            (explorer.t("runs.hash"), about.world.content_hash),
            *((name, str(value)) for name, value in about.parameters.items()),
            *about.versions.items(),
        ]
    blocks: list[Block] = [Facts("", tuple(rows))]
    if not entry.done and not entry.fault:
        resume = explorer.t("job.again")
        blocks.append(Form("", f"/run/{entry.id}/resume", (), resume, post=True))
    if entry.done and not entry.fault:
        blocks += [Tabled(table) for table in store.result(entry.id).tables.values()]
    return View(
        entry.id,
        tuple(blocks),
        ways=(
            command_way(explorer, "runs", "show", entry.id),
            command_way(explorer, "runs", "rerun", entry.id),
        ),
        here="runs",
    )


def compare(asked: Asked) -> View:
    """Return how two finished runs differ, in what was asked and in their tables.

    Raises
    ------
    NotFound, DataCorrupted
        When a run is missing, unfinished or damaged.
    """
    explorer, store = asked.explorer, Store()
    first, second = asked.query.text("first"), asked.query.text("second")
    for name, value in (("first", first), ("second", second)):
        if not value:
            asked.query.problem(name, "is missing", "the id of a run")
    asked.query.check_own()
    found = compare_runs(store, first, second)
    rows = [(one.where, one.first, one.second) for one in found]
    names = ("where", "first", "second")
    columns = [attribute(name, explorer.t(f"runs.{name}")) for name in names]
    title = explorer.t("runs.differences", count=str(len(rows)))
    table = of_rows("differences", rows, columns, title, kind=Kind.MEASURED)
    return View(
        explorer.t("runs.compare"),
        (Tabled(table, title),),
        ways=(command_way(explorer, "runs", "compare", first, second),),
        here="runs",
    )


def _comparison(explorer: Explorer, names: list[str]) -> Form:
    choices = tuple((name, name) for name in names)
    fields = (
        Field("first", explorer.t("runs.first"), "select", names[0], choices),
        Field("second", explorer.t("runs.second"), "select", names[1], choices),
    )
    title, submit = explorer.t("runs.compare"), explorer.t("choose.submit")
    return Form(title, "/runs/compare", fields, submit)


def _kept(name: str) -> tuple[Store, RunEntry]:
    """Return a run of the user's store, or of those that ship."""
    own, shipped = Store(), Store.shipped()
    if name in {entry.id for entry in shipped.runs()}:
        return shipped, shipped.run(name)
    return own, own.run(name)


def _rows_ways(explorer: Explorer, key: str, cut: str = "") -> tuple[Code, ...]:
    return (
        command_way(explorer, "data", "export", key, "--out", f"{key}.csv"),
        rows_way(explorer, key, cut),
    )


def _line(explorer: Explorer, record: DatasetRecord) -> str:
    kind = explorer.catalogue.text(f"kind.{record.kind.value}")
    faults = explorer.t("data.faults", count=str(len(record.faults)))
    return f"{record.publisher}, {record.edition}; {kind}; {record.licence}; {faults}"


def _years(record: DatasetRecord) -> str:
    return "\u2013".join(dict.fromkeys(str(y) for y in (record.years[:1] + record.years[-1:])))
