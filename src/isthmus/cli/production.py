"""``isthmus production``: what stops a line, what a remedy buys by when, queues and closures."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.generate import add_lenses
from isthmus.cli.options import Force
from isthmus.cli.special import Special

app = App(name="production", help="What stops a line, and what a remedy buys by when.")


@app.command
def boms(*, output: Output = SCREEN) -> None:
    """List the bills of materials that ship with the package."""
    from isthmus.cli.output import emit_listing
    from isthmus.production import family_names, load_bill
    from isthmus.production.tables import bills_table

    table = bills_table([load_bill(name) for name in family_names()])
    emit_listing("production.boms", [table], "bills that ship", output)


@app.command
def show(bom: str, /, *, output: Output = SCREEN) -> None:
    """Print every number of a bill of materials with its range, unit, kind and origin.

    Parameters
    ----------
    bom
        Name of a shipped bill, or a .toml or .csv file.
    """
    from isthmus.cli.output import emit_listing
    from isthmus.production import load_bill
    from isthmus.production.tables import numbers_table, structure_table

    bill = load_bill(bom)
    tables = structure_table(bill), numbers_table(bill)
    emit_listing("production.show", tables, bom, output)


@app.command
def template(name: str = "shell-155", /, *, out: Path | None = None, force: Force = False) -> None:
    """Print a shipped bill of materials as TOML, or write it to a file, to change it.

    Parameters
    ----------
    name
        Name of a shipped bill.
    out
        File to write.
    """
    from isthmus.cli.output import emit_text, say
    from isthmus.production import family_text
    from isthmus.runtime import publish_text

    text = family_text(name)
    if out is None:
        emit_text(text)
        return
    with publish_text(out, replace=force) as handle:
        handle.write(text)
    say(f"wrote {out}")


add_lenses(
    app,
    "production",
    {
        "run": Special(default=True),
        "remedies": Special(renamed={"names": "remedy"}),
        "cheapest_set": Special("cheapest"),
        "closure": Special(first=frozenset({"closed"}), renamed={"economy": "of"}),
        "passages": Special(first=frozenset({"of"})),
    },
)
