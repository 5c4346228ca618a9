"""Commands of ``isthmus disruption`` that hold the engine to past episodes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import DrawSeed, Json, WorldName

if TYPE_CHECKING:
    from isthmus.ensemble.inputs import InputFile

OwnEpisodes = Annotated[
    tuple[Path, ...],
    Parameter(
        negative="", consume_multiple=True, help="Files of your own episodes, used beside them."
    ),
]
FullTable = Annotated[
    bool,
    Parameter(
        negative="", help="Take the whole table in place of the coarsest that holds the episodes."
    ),
]
PosteriorFolder = Annotated[
    Path | None,
    Parameter(
        name="--posterior", help="Folder of a posterior; that of the package when not given."
    ),
]

posterior = App(name="posterior", help="Accepted draws of the disruption engine's numbers.")


def episodes(*, json: Json = False) -> None:
    """List the past episodes of the package: what is known of each, and whether it is used."""
    from isthmus.cli.output import emit_json, emit_rows
    from isthmus.disruption.episodes import load_episodes

    found = load_episodes()
    if json:
        emit_json([{**e.model_dump(mode="json"), "identity": e.identity} for e in found])
        return
    rows = [(e.name, e.title, e.role, len(e.used), len(e.observables) - len(e.used)) for e in found]
    emit_rows("episodes", ("name", "title", "role", "used", "held out"), rows)


def calibrate(
    *,
    episode: str | None = None,
    without: str | None = None,
    own: OwnEpisodes = (),
    priors: Path | None = None,
    particles: int = 500,
    draws: int = 20_000,
    goal: float = 1.0,
    batch: int = 32,
    leave_out: int = 0,
    full_table: FullTable = False,
    seed: DrawSeed = 0,
    workers: int = 1,
    world: WorldName = "starter",
    save: Path | None = None,
    output: Output = SCREEN,
) -> None:
    """Find draws of the disruption engine's numbers that come close to past episodes.

    Ctrl-C leaves a run that goes on with the same command, or with `isthmus runs resume`.

    Parameters
    ----------
    episode
        Names of episodes, such as wltp-2018,gm-strike-2019; all that are to be used when not given.
    without
        Names of episodes to leave out.
    priors
        A file of priors of your own.
    particles
        Draws in a population.
    draws
        Draws simulated at most.
    goal
        Distance at which to stop; at 1 every magnitude lies inside its tolerance.
    batch
        Draws per call of the engine.
    leave_out
        Draws simulated in full to predict each episode from the others.
    workers
        Number of processes; the result does not depend on it.
    save
        Write the accepted draws to this new folder, for --posterior of other commands.
    """
    from isthmus.cli.output import emit_result, say
    from isthmus.cli.recording import recorded
    from isthmus.disruption.posterior import save_posterior
    from isthmus.ensemble.calibration import posterior_of
    from isthmus.ensemble.inputs import input_file
    from isthmus.runtime import check_folder
    from isthmus.world import World

    if save is not None:
        check_folder(save)
    result = recorded(
        "calibration.calibrate",
        World.open(world),
        controls={"workers": workers},
        episodes=_words(episode),
        without=_words(without),
        own=[input_file(path) for path in own],
        priors=None if priors is None else input_file(priors),
        particles=particles,
        draws=draws,
        goal=goal,
        batch=batch,
        leave_out=leave_out,
        full_table=full_table,
        seed=seed,
    )
    if save is not None:
        save_posterior(posterior_of(result), save)
        say(f"wrote {save}")
    emit_result(result, output)


def backtest(
    *,
    draws_of: PosteriorFolder = None,
    episode: str | None = None,
    own: OwnEpisodes = (),
    draws: int = 200,
    full_table: FullTable = False,
    seed: DrawSeed = 0,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """Print what was observed in past episodes and what a posterior predicts, misses included.

    Parameters
    ----------
    episode
        Names of episodes; all when not given, the held-out ones as well.
    draws
        Draws of equal weight.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.ensemble.inputs import input_file
    from isthmus.world import World

    result = recorded(
        "calibration.backtest",
        World.open(world),
        posterior=_kept(draws_of),
        episodes=_words(episode),
        own=[input_file(path) for path in own],
        draws=draws,
        full_table=full_table,
        seed=seed,
    )
    emit_result(result, output)


def predict(
    scenario: str,
    /,
    *,
    draws_of: PosteriorFolder = None,
    draws: int = 100,
    until: int | None = None,
    horizons: str | None = None,
    seed: int = 0,
    year: int = 2022,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """Print what a scenario costs by the draws of a posterior: median, 80 and 95 % ranges.

    Parameters
    ----------
    scenario
        A TOML file, or the name of a preset (see `isthmus disruption presets`).
    draws
        Draws of equal weight.
    until
        Last day simulated; the scenario's horizon when not given.
    horizons
        Days after which losses are counted, such as 7,30,90.
    seed
        Seed of the choice of draws.
    year
        Year of the inter-economy table.
    """
    from isthmus.cli.disruption import counted
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.scenario import load
    from isthmus.world import World

    result = recorded(
        "calibration.predict",
        World.open(world),
        load(scenario),
        posterior=_kept(draws_of),
        draws=draws,
        until=until,
        horizons=counted(horizons),
        seed=seed,
        year=year,
    )
    emit_result(result, output)


@posterior.command
def show(folder: Path | None = None, /, *, json: Json = False) -> None:
    """Show a posterior: what it was held to, and the middle and the 80 % range of each number.

    Parameters
    ----------
    folder
        Folder of a posterior; that of the package when not given.
    """
    from isthmus.cli.output import emit_json, emit_mapping, emit_rows
    from isthmus.disruption.posterior import load_posterior
    from isthmus.ensemble.calibration import numbers_of

    found = load_posterior(folder)
    rows = numbers_of(found)
    if json:
        emit_json(
            {"schema_version": 1, "about": dict(found.about), "hash": found.identity, "rows": rows}
        )
        return
    about = {key: _short(value) for key, value in found.about.items() if value is not None}
    emit_mapping("posterior", {"hash": found.identity, "draws": str(len(found.weight)), **about})
    columns = ("number", "low_80", "median", "high_80", "text")
    emit_rows("numbers", columns, [[_shown(row[c]) for c in columns] for row in rows])


def _kept(folder: Path | None) -> InputFile | None:
    """Return a posterior as a run remembers it: by its record, which names its draws."""
    from isthmus.disruption.posterior import HINT, RECORD, SHIPPED
    from isthmus.ensemble.inputs import input_file

    if folder is None or str(folder) == SHIPPED:
        return None
    return input_file(folder / RECORD, what="posterior", hint=HINT)


def _short(value: Any) -> str:
    return ", ".join(value) if isinstance(value, dict | list) else str(value)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _words(names: str | None) -> list[str]:
    return [] if names is None else [word.strip() for word in names.split(",") if word.strip()]


def register(app: App) -> None:
    """Add these commands to ``isthmus disruption``."""
    for command in (episodes, calibrate, backtest, predict):
        app.command(command)
    app.command(posterior)
