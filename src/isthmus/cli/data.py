"""``isthmus data``: which data are there, where they come from, and what may be done with them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cyclopts import App

from isthmus.cli.data_pull import pull
from isthmus.cli.data_store import export_stored, register, stored, stored_lines
from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import Json, WorldName
from isthmus.cli.output import columned, emit_found, emit_versioned, fitting, say, versioned
from isthmus.errors import BadInput

if TYPE_CHECKING:
    from isthmus.evidence import DatasetRecord

app = App(name="data", help="List, describe, add, check and pass on data sets.")
register(app)
app.command(pull)


@app.command(name="list")
def list_(*, world: WorldName = "starter", output: Output = SCREEN) -> None:
    """List every data set with years, kind and whether its rows may be passed on."""
    from isthmus.world import World

    opened = World.open(world)
    records = [opened.record(key) for key in opened.keys()]  # noqa: SIM118 - not a mapping
    listed = [record.model_dump(mode="json") for record in records]
    kept = stored_lines(stored())
    document = versioned(
        world=opened.name,
        edition=opened.edition,
        content_hash=opened.content_hash,
        datasets=listed,
        stored=kept,
    )
    columns = ("key", "title", "years", "kind", "pass on")
    title = f"{opened.name}, edition {opened.edition}" if output.plain else "datasets"
    lines = [_line(record) for record in records]
    found: dict[str, Any] = {title: (columns, lines)}
    if kept:
        found["in the store"] = columned(kept)
    emit_found("data.list", found, output, document)


@app.command
def show(key: str, *, world: WorldName = "starter", rows: int = 5, output: Output = SCREEN) -> None:
    """Describe one data set: source, edition, unit, licence, coverage, steps and known faults.

    Parameters
    ----------
    key
        Key of the data set, as in ``isthmus data list``; of one that you added also KEY@VERSION.
    rows
        Number of rows to show; ``isthmus data export`` writes all of them.
    """
    from isthmus.store import Store
    from isthmus.world import World

    of_world = World.open(world)
    added = key not in of_world and any(key in (e.key, e.reference) for e in stored())
    opened = Store() if added else of_world
    record = opened.record(key)
    document = versioned(dataset=record.model_dump(mode="json"))
    title = f"{record.key}: {record.title}" if output.plain else "data set"
    found: dict[str, Any] = {title: _description(record)}
    found["columns"] = (("column", "what it holds"), list(record.columns.items()))
    if rows > 0 and not (output.plain and output.json):
        frame = opened.table(key)
        shown = frame.select(fitting(frame.columns)) if output.plain else frame
        title = f"first rows of {frame.height}" if output.plain else "rows"
        if shown.width < frame.width:
            title += f", first {shown.width} of {frame.width} columns"
        found[title] = (shown.columns, shown.head(rows).rows())
    emit_found("data.show", found, output, document)


@app.command
def export(
    *keys: str,
    out: Path,
    format: Literal["csv", "parquet", "json"] | None = None,  # noqa: A002 - the option's name
    world: WorldName = "starter",
    force: bool = False,
    keep_formulas: bool = False,
    private: bool = False,
    json: Json = False,
) -> None:
    """Write a data set to a file, or data sets of the store to a bundle (.zip).

    Licence records go along; a bundle refuses what may not be passed on.

    Parameters
    ----------
    keys
        Key of one data set of the world; for a bundle any number of KEY or KEY@VERSION of the
        store, all when none is given.
    out
        File to write; the record goes beside it, with ``.record.json`` added to the name.
    format
        Format of the file; by default its ending.
    force
        Replace an existing file.
    keep_formulas
        Leave text in CSV that a spreadsheet would run as a formula as it is. By default it gets an
        apostrophe in front, which ``isthmus data add`` takes off again.
    private
        Take data sets along whose record says that they are private.
    """
    from isthmus.world import World
    from isthmus.world.export import export_table

    if out.suffix == ".zip":
        export_stored(keys, out, force=force, private=private, json=json)
        return
    if len(keys) != 1:
        raise BadInput("name one data set", where="KEY", hint="or write a bundle: --out FILE.zip")
    key = keys[0]
    beside = export_table(
        World.open(world),
        key,
        out,
        form=format,
        replace=force,
        keep_formulas=keep_formulas,
        private=private,
    )
    if json:
        emit_versioned(key=key, files=[str(out), str(beside)])
    say(f"wrote {out}\nwrote {beside}")


def _line(record: DatasetRecord) -> tuple[str, ...]:
    return (
        record.key,
        record.title,
        years(record.years),
        record.kind.value,
        "private" if record.private else _passed_on(record),
    )


def _passed_on(record: DatasetRecord) -> str:
    allowed = record.redistribution == "allowed"
    return "yes" if allowed else record.redistribution.replace("_", " ")


def years(listed: tuple[int, ...]) -> str:
    """Return years as one text: first and last, or the single one."""
    if not listed:
        return ""
    return str(listed[0]) if len(listed) == 1 else f"{listed[0]}-{listed[-1]}"


def _description(record: DatasetRecord) -> dict[str, str]:
    lines = {
        "publisher": record.publisher,
        "edition": record.edition,
        "years": years(record.years),
        "coverage": record.coverage,
        "unit": record.unit,
        "kind": record.kind.value,
        "rows": f"{record.rows:,}",
        "licence": record.licence,
        "private": "yes: left out of exports unless --private" if record.private else "",
        "pass rows on": record.redistribution.replace("_", " "),
        "credit": record.attribution,
        "cite": record.citation,
        "address": record.address,
        "steps": "\n".join(record.steps),
        "known faults": "\n".join(record.faults),
        "content": record.content_sha256,
    }
    from isthmus.evidence.out.texts import format_cell

    return {name: format_cell(text) for name, text in lines.items() if text}
