"""``isthmus package``: what can be done together, at what price, above which threshold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isthmus.evidence import Table
    from isthmus.scenario.packages import Catalogue

app = App(name="package", help="Packages of cooperation: cost, threshold, answer, who decides.")

Json = Annotated[bool, Parameter(negative="")]

CATALOGUE = "taiwan-europe"


def opened(catalogue: str, file: Path | None) -> Catalogue:
    """Return a shipped catalogue with the entries of a file added or in place of its own."""
    from isthmus.scenario.catalogues import read_catalogue, shipped_catalogue

    base = shipped_catalogue(catalogue)
    return base if file is None else read_catalogue(file, base=base)


@app.command(name="list")
def list_(*, catalogue: str = CATALOGUE, file: Path | None = None, json: Json = False) -> None:
    """List packages, actions and hazards of a catalogue.

    Parameters
    ----------
    catalogue
        Name of a shipped catalogue.
    file
        TOML file with actions, packages or hazards of your own (see isthmus package template).
    json
        Print one JSON document.
    """
    from isthmus.cooperation.listing import tables_of

    _emit(tables_of(opened(catalogue, file)), json=json)


@app.command
def show(
    key: str,
    /,
    *,
    catalogue: str = CATALOGUE,
    file: Path | None = None,
    json: Json = False,
) -> None:
    """Show a package, an action or a hazard with every number, its kind and its reason.

    Parameters
    ----------
    key
        Key of a package, an action (or its label, such as M08) or a hazard.
    catalogue
        Name of a shipped catalogue.
    file
        TOML file with actions, packages or hazards of your own.
    json
        Print one JSON document.
    """
    from isthmus.cooperation.listing import about_table

    _emit(about_table(opened(catalogue, file), key), json=json)


@app.command
def template() -> None:
    """Print a file with an action, a package and a hazard to start from."""
    from isthmus.cli.output import emit_text
    from isthmus.scenario.catalogues import template as text

    emit_text(text())


def _emit(tables: Sequence[Table], *, json: bool) -> None:
    from isthmus.cli.output import emit_json, emit_tables

    if json:
        emit_json({"schema_version": 1, "tables": {t.name: t.to_dict() for t in tables}})
    else:
        emit_tables(tables, as_given=True)
