"""``isthmus production``: what stops a line, and what a remedy buys by when."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

app = App(name="production", help="What stops a line, and what a remedy buys by when.")

Json = Annotated[bool, Parameter(negative="")]

SCHEMA_VERSION = 1


@app.command
def boms(*, json: Json = False) -> None:
    """List the bills of materials that ship with the package.

    Parameters
    ----------
    json
        Print one JSON document.
    """
    from isthmus.cli.output import emit_json, emit_rows
    from isthmus.production import family_names, load_bill

    bills = [load_bill(name) for name in family_names()]
    if json:
        listed = [
            {
                "name": bill.head.name,
                "title": bill.head.title,
                "items": len(bill.items),
                "kind": bill.kind.value,
                "without_quantity": [list(pair) for pair in bill.unquantified],
            }
            for bill in bills
        ]
        emit_json({"schema_version": SCHEMA_VERSION, "boms": listed})
        return
    rows = [
        (b.head.name, b.head.title, len(b.items), b.kind.value, len(b.unquantified)) for b in bills
    ]
    emit_rows("boms", ("name", "title", "items", "kind", "links without quantity"), rows)


@app.command
def show(bom: str, /, *, json: Json = False, limit: int = 200) -> None:
    """Print every number of a bill of materials with its range, unit, kind and origin.

    Parameters
    ----------
    bom
        Name of a shipped bill, or a .toml or .csv file.
    json
        Print one JSON document.
    limit
        Rows shown.
    """
    from isthmus.cli.output import emit_json, emit_tables
    from isthmus.production import load_bill
    from isthmus.production.tables import numbers_table, structure_table

    bill = load_bill(bom)
    tables = (structure_table(bill), numbers_table(bill))
    if json:
        emit_json(
            {"schema_version": SCHEMA_VERSION, "tables": {t.name: t.to_dict() for t in tables}}
        )
        return
    emit_tables(tables, limit=limit)


@app.command
def template(name: str = "shell-155", /, *, out: Path | None = None) -> None:
    """Print a shipped bill of materials as TOML, or write it to a file, to change it.

    Parameters
    ----------
    name
        Name of a shipped bill.
    out
        New file to write.
    """
    from isthmus.cli.output import emit_text, say
    from isthmus.errors import TargetExists
    from isthmus.production import family_text
    from isthmus.runtime import atomic_write

    text = family_text(name)
    if out is None:
        emit_text(text)
        return
    if out.exists():
        raise TargetExists("the file is there already", where=str(out), hint="name a new file")
    with atomic_write(out) as handle:
        handle.write(text)
    say(f"wrote {out}")
