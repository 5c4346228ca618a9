"""``isthmus production``: what stops a line, and what a remedy buys by when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isthmus.ensemble.inputs import InputFile

app = App(name="production", help="What stops a line, and what a remedy buys by when.")

Words = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)]
Json = Annotated[bool, Parameter(negative="")]

SCHEMA_VERSION = 1


@app.default
def run(
    *boms: str,
    stop: Words = (),
    surge: float = 1.0,
    surge_day: float = 0.0,
    remedy: Words = (),
    days: int = 728,
    draws: int = 500,
    seed: int = 0,
    stopped_below: float = 0.5,
    limit: int = 40,
    output: Output = SCREEN,
) -> None:
    """Run lines through stops and a surge: output, what binds, days to a stop, who gets what.

    Parameters
    ----------
    boms
        Names of shipped bills of materials, or .toml and .csv files; shell-155 when none is given.
        Several compete for the items that they share.
    stop
        Suppliers, economies or coalitions that stop: CHN, nitro-chem=0.5, CHN=0.8@28+180 (share of
        production, first day, days).
    surge
        Factor of the demand for products.
    surge_day
        Day from which it holds.
    remedy
        Remedies in force, decided on the first day.
    days
        Days simulated, in whole weeks.
    draws
        Draws over the ranges of all numbers; 1 takes the values alone.
    seed
        Seed of the draws.
    stopped_below
        A line counts as stopped below this share of its plan.
    limit
        Rows shown per table.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.runtime import cancel_on_interrupt, terminal_progress
    from isthmus.world import World

    names, files = _sources(boms)
    with terminal_progress() as progress, cancel_on_interrupt() as cancel:
        result = recorded(
            "production.run",
            World.open("starter"),
            controls={"progress": progress, "cancel": cancel},
            boms=names,
            files=files,
            stops=stop,
            surge=surge,
            surge_day=surge_day,
            remedies=remedy,
            days=days,
            draws=draws,
            seed=seed,
            stopped_below=stopped_below,
        )
    emit_result(result, output, limit=limit)


def _sources(boms: Sequence[str]) -> tuple[list[str], list[InputFile]]:
    """Return names of shipped bills and files, with what they hold now."""
    from isthmus.ensemble.inputs import input_file

    files = [b for b in boms if Path(b).suffix in {".toml", ".csv"}]
    names = [b for b in boms if b not in files]
    return (names if boms else ["shell-155"]), [input_file(f) for f in files]


@app.command
def remedies(
    *boms: str,
    remedy: Words = (),
    stop: Words = (),
    surge: float = 1.0,
    surge_day: float = 0.0,
    days: int = 1456,
    draws: int = 200,
    seed: int = 0,
    stopped_below: float = 0.5,
    limit: int = 80,
    output: Output = SCREEN,
) -> None:
    """Put each remedy in force alone, and all together: what it buys by when, at what cost.

    Parameters
    ----------
    boms
        Names of shipped bills of materials, or .toml and .csv files; shell-155 when none is given.
    remedy
        Remedies to compare; all of the bills when none is given.
    stop
        Suppliers, economies or coalitions that stop: CHN, nitro-chem=0.5, CHN=0.8@28+180.
    surge
        Factor of the demand for products.
    surge_day
        Day from which it holds.
    days
        Days simulated, in whole weeks.
    draws
        Draws over the ranges of all numbers; the same with and without a remedy.
    seed
        Seed of the draws.
    stopped_below
        A line counts as stopped below this share of its plan.
    limit
        Rows shown per table.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.runtime import cancel_on_interrupt, terminal_progress
    from isthmus.world import World

    shipped, files = _sources(boms)
    with terminal_progress() as progress, cancel_on_interrupt() as cancel:
        result = recorded(
            "production.remedies",
            World.open("starter"),
            controls={"progress": progress, "cancel": cancel},
            boms=shipped,
            files=files,
            names=remedy,
            stops=stop,
            surge=surge,
            surge_day=surge_day,
            days=days,
            draws=draws,
            seed=seed,
            stopped_below=stopped_below,
        )
    emit_result(result, output, limit=limit)


@app.command
def cheapest(
    *boms: str,
    target: float,
    product: str = "",
    confidence: float = 0.8,
    stop: Words = (),
    surge: float = 1.0,
    surge_day: float = 0.0,
    days: int = 1456,
    draws: int = 200,
    seed: int = 0,
    seconds: float = 30.0,
    output: Output = SCREEN,
) -> None:
    """Find the cheapest set of remedies with which a target is met in enough draws.

    Parameters
    ----------
    boms
        Names of shipped bills of materials, or .toml and .csv files; shell-155 when none is given.
    target
        Units of the product delivered by the last day.
    product
        The product; needed where the bills hold several.
    confidence
        Share of draws in which the target must be met.
    stop
        Suppliers, economies or coalitions that stop: CHN, nitro-chem=0.5, CHN=0.8@28+180.
    surge
        Factor of the demand for products.
    surge_day
        Day from which it holds.
    days
        Days simulated, in whole weeks.
    draws
        Draws over the ranges of all numbers.
    seed
        Seed of the draws.
    seconds
        Time after which the best set so far is given with its gap.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.runtime import cancel_on_interrupt
    from isthmus.world import World

    shipped, files = _sources(boms)
    with cancel_on_interrupt() as cancel:
        result = recorded(
            "production.cheapest_set",
            World.open("starter"),
            controls={"cancel": cancel},
            boms=shipped,
            files=files,
            target=target,
            product=product,
            confidence=confidence,
            stops=stop,
            surge=surge,
            surge_day=surge_day,
            days=days,
            draws=draws,
            seed=seed,
            seconds=seconds,
        )
    emit_result(result, output)


@app.command
def allocation(
    *boms: str,
    stop: Words = (),
    surge: float = 1.0,
    surge_day: float = 0.0,
    remedy: Words = (),
    days: int = 364,
    output: Output = SCREEN,
) -> None:
    """Say what each buyer gets by the rule of sharing, and at best.

    Parameters
    ----------
    boms
        Names of shipped bills of materials, or .toml and .csv files; shell-155 when none is given.
    stop
        Suppliers, economies or coalitions that stop: CHN, nitro-chem=0.5, CHN=0.8@28+180.
    surge
        Factor of the demand for products.
    surge_day
        Day from which it holds.
    remedy
        Remedies in force, decided on the first day.
    days
        Days simulated, in whole weeks.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.world import World

    shipped, files = _sources(boms)
    result = recorded(
        "production.allocation",
        World.open("starter"),
        boms=shipped,
        files=files,
        stops=stop,
        surge=surge,
        surge_day=surge_day,
        remedies=remedy,
        days=days,
    )
    emit_result(result, output)


@app.command
def checks(*, draws: int = 500, seed: int = 0, output: Output = SCREEN) -> None:
    """Set courses of production beside what was published of past episodes.

    Parameters
    ----------
    draws
        Draws over the ranges of all numbers.
    seed
        Seed of the draws.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.world import World

    emit_result(
        recorded("production.checks", World.open("starter"), draws=draws, seed=seed), output
    )


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
def template(name: str = "shell-155", /, *, out: Path | None = None, force: Json = False) -> None:
    """Print a shipped bill of materials as TOML, or write it to a file, to change it.

    Parameters
    ----------
    name
        Name of a shipped bill.
    out
        File to write.
    force
        Replace an existing file.
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
