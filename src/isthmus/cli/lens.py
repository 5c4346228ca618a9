"""``isthmus lens``: what every lens takes and returns, of this package and of others."""

from __future__ import annotations

from typing import Any

from cyclopts import App

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.output import emit_found, emit_text

app = App(name="lens", help="List the lenses, and what each takes and returns.")


@app.command(name="list")
def list_(room: str = "", /, *, output: Output = SCREEN) -> None:
    """List the lenses by room, those of other installed packages included.

    Parameters
    ----------
    room
        Only this room; all when not given.
    """
    from isthmus.ensemble.rooms import check_room, plain_lenses

    check_room(room)
    found = list(plain_lenses(room))
    document = {"schema_version": found[0]["schema_version"], "lenses": found}
    rows = [
        (held["name"], held["title"], ", ".join(t["name"] for t in held["tables"]))
        for held in found
    ]
    emit_found("lens.list", {"lenses": (("lens", "title", "tables"), rows)}, output, document)


@app.command
def show(name: str, /, *, output: Output = SCREEN) -> None:
    """Show what a lens takes, its tables with units, its works and data, and a call.

    Parameters
    ----------
    name
        Dotted name, such as dependence.profile.
    """
    from isthmus.ensemble.lenses import lens_of
    from isthmus.evidence.description import python_call, type_words

    found = lens_of(name).to_dict()
    about = {
        "what": found["title"],
        "more": found["summary"],
        "data": ", ".join(found["datasets"]),
        "works": "\n".join(found["citations"]),
    }
    told = {key: text for key, text in about.items() if text}
    parts: dict[str, Any] = {found["name"] if output.plain else "lens": told}
    needed = found["parameters"]["required"]
    rows = [
        (key, type_words(held), "needed" if key in needed else held["default"], held["description"])
        for key, held in found["parameters"]["properties"].items()
    ]
    parts["parameters"] = (("parameter", "type", "default", "what it is"), rows)
    for table in found["tables"]:
        columns = [(c["name"], c["unit"] or c["role"], c["text"]) for c in table["columns"]]
        title = f"{table['name']}: {table['text']}" if output.plain else f"table {table['name']}"
        parts[title] = (("column", "unit", "what it holds"), columns)
    emit_found("lens.show", parts, output, found)
    if output.plain and not output.json:
        for example in found["examples"][:1]:
            emit_text(f"{python_call(found['name'], example)}\n")
