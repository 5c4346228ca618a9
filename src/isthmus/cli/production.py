"""``isthmus production``: what stops a line, what a remedy buys by when, queues and closures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import DrawSeed, Force, Json, Words
from isthmus.cli.recording import recorded

if TYPE_CHECKING:
    from isthmus.evidence import Result

app = App(name="production", help="What stops a line, and what a remedy buys by when.")

SCHEMA_VERSION = 1

Bills = Annotated[
    str,
    Parameter(
        help="Names of shipped bills of materials, or .toml and .csv files; shell-155 when none "
        "is given. Several compete for the items that they share."
    ),
]
Days = Annotated[int, Parameter(help="Days simulated, in whole weeks.")]
Draws = Annotated[
    int, Parameter(help="Draws over the ranges of all numbers; 1 takes the values alone.")
]
StoppedBelow = Annotated[
    float, Parameter(help="A line counts as stopped below this share of its plan.")
]
InForce = Annotated[Words, Parameter(help="Remedies in force, decided on the first day.")]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Events:
    """What happens to the lines.

    Parameters
    ----------
    stop
        Suppliers, economies or coalitions that stop: CHN, nitro-chem=0.5, CHN=0.8@28+180 (share of
        production, first day, days).
    surge
        Factor of the demand for products.
    surge_day
        Day from which it holds.
    """

    stop: Words = ()
    surge: float = 1.0
    surge_day: float = 0.0


NONE = Events()


def _asked(lens: str, boms: Sequence[str], events: Events, **parameters: Any) -> Result:
    """Call a lens on bills by name or file, with what the files hold now."""
    from isthmus.ensemble.inputs import input_file
    from isthmus.world import World

    files = [bom for bom in boms if Path(bom).suffix in {".toml", ".csv"}]
    names = [bom for bom in boms if bom not in files] if boms else ["shell-155"]
    return recorded(
        f"production.{lens}",
        World.open("starter"),
        boms=names,
        files=[input_file(file) for file in files],
        stops=events.stop,
        surge=events.surge,
        surge_day=events.surge_day,
        **parameters,
    )


@app.default
def run(
    *boms: Bills,
    events: Events = NONE,
    remedy: InForce = (),
    days: Days = 728,
    draws: Draws = 500,
    seed: DrawSeed = 0,
    stopped_below: StoppedBelow = 0.5,
    output: Output = SCREEN,
) -> None:
    """Run lines through stops and a surge: output, what binds, days to a stop, who gets what."""
    from isthmus.cli.output import emit_result

    result = _asked(
        "run",
        boms,
        events,
        remedies=remedy,
        days=days,
        draws=draws,
        seed=seed,
        stopped_below=stopped_below,
    )
    emit_result(result, output)


@app.command
def remedies(
    *boms: Bills,
    remedy: Words = (),
    events: Events = NONE,
    days: Days = 1456,
    draws: int = 200,
    seed: DrawSeed = 0,
    stopped_below: StoppedBelow = 0.5,
    output: Output = SCREEN,
) -> None:
    """Put each remedy in force alone, and all together: what it buys by when, at what cost.

    Parameters
    ----------
    remedy
        Remedies to compare; all of the bills when none is given.
    draws
        Draws over the ranges of all numbers; the same with and without a remedy.
    """
    from isthmus.cli.output import emit_result

    result = _asked(
        "remedies",
        boms,
        events,
        names=remedy,
        days=days,
        draws=draws,
        seed=seed,
        stopped_below=stopped_below,
    )
    emit_result(result, output)


@app.command
def cheapest(
    *boms: Bills,
    target: float,
    product: str = "",
    confidence: float = 0.8,
    events: Events = NONE,
    days: Days = 1456,
    draws: Draws = 200,
    seed: DrawSeed = 0,
    seconds: float = 30.0,
    output: Output = SCREEN,
) -> None:
    """Find the cheapest set of remedies with which a target is met in enough draws.

    Parameters
    ----------
    target
        Units of the product delivered by the last day.
    product
        The product; needed where the bills hold several.
    confidence
        Share of draws in which the target must be met.
    seconds
        Time after which the best set so far is given with its gap.
    """
    from isthmus.cli.output import emit_result

    result = _asked(
        "cheapest_set",
        boms,
        events,
        target=target,
        product=product,
        confidence=confidence,
        days=days,
        draws=draws,
        seed=seed,
        seconds=seconds,
    )
    emit_result(result, output)


@app.command
def allocation(
    *boms: Bills,
    events: Events = NONE,
    remedy: InForce = (),
    days: Days = 364,
    output: Output = SCREEN,
) -> None:
    """Say what each buyer gets by the rule of sharing, and at best."""
    from isthmus.cli.output import emit_result

    emit_result(_asked("allocation", boms, events, remedies=remedy, days=days), output)


@app.command
def checks(*, draws: Draws = 500, seed: DrawSeed = 0, output: Output = SCREEN) -> None:
    """Set courses of production beside what was published of past episodes."""
    from isthmus.cli.output import emit_result
    from isthmus.world import World

    result = recorded("production.checks", World.open("starter"), draws=draws, seed=seed)
    emit_result(result, output)


@app.command
def queues(
    *,
    buyer: str = "TWN",
    second_share: float = 0.25,
    second_months: float = 36.0,
    years: int = 10,
    output: Output = SCREEN,
) -> None:
    """Say what a buyer of arms ordered and did not receive, and what a second source does.

    Parameters
    ----------
    buyer
        Who ordered; a coalition stands for its members.
    second_share
        Share of new orders that would go to a second source: an assumption.
    second_months
        Months from an order there to its delivery: an assumption.
    years
        Years ahead.
    """
    from isthmus.cli.output import emit_result
    from isthmus.world import World

    result = recorded(
        "production.queues",
        World.open("starter"),
        buyer=buyer,
        second_share=second_share,
        second_months=second_months,
        years=years,
    )
    emit_result(result, output)


@app.command
def closure(
    *closed: str,
    economy: str = "TWN",
    days: int = 180,
    horizon: int = 180,
    draws: Draws = 500,
    seed: DrawSeed = 0,
    output: Output = SCREEN,
) -> None:
    """Say what a closed sea, airspace or strait does to fuel, power and chips, in days.

    Parameters
    ----------
    closed
        What is closed from the first day on: sea, air, hormuz; sea when none is given.
    economy
        Whose supply is closed off.
    days
        Days until it opens.
    horizon
        Days looked at.
    """
    from isthmus.cli.output import emit_result
    from isthmus.world import World

    result = recorded(
        "production.closure",
        World.open("starter"),
        economy=economy,
        closed=list(closed) or ["sea"],
        days=days,
        horizon=horizon,
        draws=draws,
        seed=seed,
    )
    emit_result(result, output)


@app.command
def boms(*, json: Json = False) -> None:
    """List the bills of materials that ship with the package."""
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
def show(bom: str, /, *, json: Json = False) -> None:
    """Print every number of a bill of materials with its range, unit, kind and origin.

    Parameters
    ----------
    bom
        Name of a shipped bill, or a .toml or .csv file.
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
    emit_tables(tables, as_given=True)


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
