"""``isthmus package``: what can be done together, at what price, above which threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import DrawSeed, WorldName

app = App(name="package", help="Packages of cooperation: cost, threshold, answer, who decides.")

CATALOGUE = "taiwan-europe"

Catalogues = Annotated[str, Parameter(help="Name of a shipped catalogue.")]
OwnFile = Annotated[
    Path | None,
    Parameter(
        help="TOML file with actions, packages or hazards of your own (isthmus package template)."
    ),
]
Packages = Annotated[
    str, Parameter(help="Keys of packages; all of the catalogue when none is given.")
]
RATE = 0.03
Rate = Annotated[float, Parameter(help="Discount rate a year.")]
First = Annotated[
    bool,
    Parameter(
        name="--prepare",
        negative="",
        help="Make the recorded losses that are missing first; the time is said before.",
    ),
]
Counts = Annotated[str, Parameter(help="The one hazard that counts.")]


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class PackageParties:
    """Whose packages, against whom.

    Parameters
    ----------
    home
        Economy or coalition whose costs and losses are compared.
    partner
        Economy with which cooperation is examined.
    rival
        Economy that may answer; "" for none.
    bloc
        Coalition whose members can answer together.
    catalogue
        Name of a shipped catalogue.
    file
        TOML file with actions, packages or hazards of your own (isthmus package template).
    draws
        Draws of the recorded losses that are read.
    seed
        Seed of the draws.
    """

    home: str = "EU27_2020"
    partner: str = "TWN"
    rival: str = "CHN"
    bloc: str = "EU27_2020"
    catalogue: str = CATALOGUE
    file: Path | None = None
    draws: int = 100
    seed: DrawSeed = 0


FLAGSHIP = PackageParties()


@app.command(name="list")
def list_(
    *, catalogue: Catalogues = CATALOGUE, file: OwnFile = None, output: Output = SCREEN
) -> None:
    """List packages, actions and hazards of a catalogue."""
    from isthmus.cli.output import emit_listing
    from isthmus.cooperation.listing import tables_of
    from isthmus.cooperation.own import opened

    source = f"catalogue {catalogue}" if file is None else str(file)
    emit_listing("package.list", tables_of(opened(catalogue, file)), source, output)


@app.command
def show(
    key: str,
    /,
    *,
    catalogue: Catalogues = CATALOGUE,
    file: OwnFile = None,
    output: Output = SCREEN,
) -> None:
    """Show a package, an action or a hazard with every number, its kind and its reason.

    Parameters
    ----------
    key
        Key of a package, an action (or its label, such as M08) or a hazard.
    """
    from isthmus.cli.output import emit_listing
    from isthmus.cooperation.listing import about_table
    from isthmus.cooperation.own import opened

    source = f"catalogue {catalogue}" if file is None else str(file)
    about = about_table(opened(catalogue, file), key)
    emit_listing("package.show", about, source, output, key=key)


@app.command
def evaluate(
    *packages: Packages,
    rate: Rate = RATE,
    first: First = False,
    asked: PackageParties = FLAGSHIP,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """Evaluate packages by threshold: saved, cost, answer, break-even, what is not measured."""
    _run("evaluate", packages, asked, world, output, first=first, rate=rate)


@app.command
def compare(
    *packages: Packages,
    hazard: Counts = "",
    rate: Rate = RATE,
    first: First = False,
    asked: PackageParties = FLAGSHIP,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """Hold packages against each other: break-evens, first by probability, not dominated."""
    _run("compare", packages, asked, world, output, first=first, rate=rate, hazard=hazard)


@app.command
def agree(
    *packages: Packages,
    hazard: Counts = "",
    asked: PackageParties = FLAGSHIP,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """Say who has to agree: votes, what members bear and gain, who could block, what to pay."""
    _run("agree", packages, asked, world, output, hazard=hazard)


@app.command
def prepare(
    *packages: Packages,
    asked: PackageParties = FLAGSHIP,
    workers: Annotated[int, Parameter(help="Processes.")] = 1,
    world: WorldName = "starter",
) -> None:
    """Make the recorded losses that packages need; what was begun goes on."""
    _prepare(packages, asked, world, workers)


def _prepare(packages: Sequence[str], asked: PackageParties, world: str, workers: int = 1) -> None:
    """Make the recorded losses that packages need, after saying how long it takes."""
    from isthmus.cli.output import say
    from isthmus.cooperation.evaluate import questions
    from isthmus.cooperation.own import opened, roles_of
    from isthmus.ensemble.losses import missing
    from isthmus.ensemble.losses import prepare as make
    from isthmus.ensemble.losses.duration import in_words, seconds_needed
    from isthmus.runtime import cancel_on_interrupt, terminal_progress
    from isthmus.world import World

    found = World.open(world)
    parties = roles_of(asked.home, asked.partner, asked.rival)
    held = opened(asked.catalogue, asked.file, found, parties)
    chosen = [held.package(key) for key in packages] or None
    asks = questions(found, held, parties, chosen, draws=asked.draws, seed=asked.seed)
    needed = tuple(asks.values())
    todo = missing(needed, found)
    say(f"hazards to run: {len(todo)} of {len(needed)}")
    if todo:
        say(in_words(seconds_needed(todo, found, workers=workers)))
    for question in todo:
        with terminal_progress() as progress, cancel_on_interrupt() as cancel:
            done = make(question, found, workers=workers, progress=progress, cancel=cancel)
        say(f"{question.scenario.name}: run {done.run}")


@app.command
def template() -> None:
    """Print a file with an action, a package and a hazard to start from."""
    from isthmus.cli.output import emit_text
    from isthmus.scenario.catalogues import template as text

    emit_text(text())


def _run(
    lens: str,
    packages: Sequence[str],
    asked: PackageParties,
    world: str,
    output: Output,
    first: bool = False,
    **more: Any,
) -> None:
    """Evaluate packages, after making the recorded losses that they need where that is asked."""
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.ensemble.inputs import input_file
    from isthmus.world import World

    if first:
        _prepare(packages, asked, world)
    words = asdict(asked) | more
    words["file"] = None if asked.file is None else input_file(asked.file)
    found = World.open(world)
    emit_result(recorded(f"cooperation.{lens}", found, packages=list(packages), **words), output)
