"""``isthmus ensemble``: sample what is not known, run the lens over it, show the spread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import (
    ChartFile,
    Json,
    OfTable,
    RunName,
    Scheduler,
    StoredWorld,
    Where,
    Workers,
)
from isthmus.cli.output import emit_found, emit_result, say, versioned, write_chart
from isthmus.errors import BadInput

if TYPE_CHECKING:
    from isthmus.ensemble import EnsembleStatus
    from isthmus.store import RunEntry, Store

app = App(name="ensemble", help="Run a lens over ranges of its inputs and show the spread.")

Settings = Annotated[tuple[str, ...], Parameter(name="--set", negative="", consume_multiple=True)]


@app.command
def run(
    file: str,
    *,
    lens: str | None = None,
    set_: Settings = (),
    samples: int | None = None,
    design: Literal["latin_hypercube", "sobol", "random"] | None = None,
    seed: int | None = None,
    batch: int | None = None,
    world: StoredWorld = "starter",
    workers: Workers = 1,
    scheduler: Scheduler = "",
    json: Json = False,
) -> None:
    """Run a study or scenario with ranges; Ctrl-C leaves a resumable run (exit code 130).

    Parameters
    ----------
    file
        Study or scenario file (TOML) with [[ranges]] and, where you like, an [ensemble] table
        that names lens, parameters, samples, design, seed, batch and tables; or the name of a
        study or a preset that ships with the package.
    lens
        Dotted name of the lens, such as dependence.leverage.
    set_
        Fixed parameters of the lens: name=value, the value as in TOML or plain text; in a study
        a role name stands for a party.
    samples
        Number of samples (1,024 by default); a power of two for Sobol.
    design
        How the samples fill the ranges; latin_hypercube by default.
    seed
        Seed of the samples; 0 by default.
    batch
        Samples per batch (64 by default).
    """
    from isthmus.ensemble import run_ensemble
    from isthmus.store import Store
    from isthmus.study import open_plan
    from isthmus.world import World

    plan = open_plan(
        file,
        lens=lens,
        samples=samples,
        design=design,
        seed=seed,
        batch=batch,
        parameters=parse_settings(set_),
    )
    store = Store()
    opened = World.open(world, store=store)
    where = (workers, scheduler)
    _finish(store, where, json, lambda words: run_ensemble(store, plan, opened, **words))


@app.command
def resume(
    name: RunName, *, workers: int = 1, scheduler: Scheduler = "", json: Json = False
) -> None:
    """Go on with an ensemble that was interrupted.

    Parameters
    ----------
    workers
        Number of processes.
    """
    from isthmus.ensemble import resume_ensemble
    from isthmus.store import Store

    store = Store()
    where = (workers, scheduler)
    _finish(store, where, json, lambda words: resume_ensemble(store, name, **words))


@app.command
def status(name: RunName, *, output: Output = SCREEN) -> None:
    """Show how far an ensemble is."""
    from isthmus.ensemble import status as ensemble_status
    from isthmus.store import Store

    _emit_status(ensemble_status(Store(), name), output)


@app.command
def summarise(
    name: RunName,
    *,
    of: OfTable = None,
    where: Where = (),
    level: Annotated[tuple[float, ...], Parameter(negative="", consume_multiple=True)] = (),
    bands_chart: ChartFile = None,
    exceedance_chart: ChartFile = None,
    output: Output = SCREEN,
) -> None:
    """Show quantile bands and exceedance curves of a finished ensemble.

    Parameters
    ----------
    level
        Quantile levels; 0.05 0.25 0.5 0.75 0.95 by default.
    """
    from isthmus.ensemble import summarise as summary_of
    from isthmus.ensemble.summary import LEVELS
    from isthmus.store import Store

    output.check_charts(bands_chart, exceedance_chart)
    result = summary_of(Store(), name, table=of, where=parse_where(where), levels=level or LEVELS)
    charts = {"bands": bands_chart, "exceedance": exceedance_chart}
    _write_charts(result.tables, charts, replace=output.force)
    if output == SCREEN and "exceedance" in result.tables:
        output = Output(table=("bands",))
        say("exceedance curves: --exceedance-chart, --table exceedance, --json or --out")
    emit_result(result, output)


def parse_settings(texts: tuple[str, ...]) -> dict[str, Any]:
    """Return the parameters of ``name=value`` texts; a value that is no TOML value is text.

    Raises
    ------
    BadInput
        When a text has no ``=``.
    """
    settings = {}
    for text in texts:
        key, value = _pair(text, "--set")
        settings[key] = _setting(key, value)
    return settings


def parse_where(texts: tuple[str, ...]) -> dict[str, str]:
    """Return the value by dimension of ``dimension=value`` texts.

    Raises
    ------
    BadInput
        When a text has no ``=``.
    """
    return dict(_pair(text, "--where") for text in texts)


def _setting(key: str, value: str) -> Any:
    from isthmus.runtime.reading import Unreadable, toml_values

    try:
        found = toml_values(f"x = {value}")
    except Unreadable as error:
        if error.notation:
            return value
        raise BadInput("cannot be taken", error.problems, where=f"--set {key}") from error
    return found["x"] if len(found) == 1 else value


def _pair(text: str, option: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise BadInput(f"cannot read {text!r}", where=option, hint="write name=value")
    return key.strip(), value.strip()


@contextmanager
def at_work(workers: int, scheduler: str = "") -> Iterator[dict[str, Any]]:
    """Yield what long work takes by name: an executor, Ctrl-C as cancel, progress on stderr."""
    from isthmus.runtime import cancel_on_interrupt, open_executor, terminal_progress

    with (
        cancel_on_interrupt() as token,
        terminal_progress() as show,
        open_executor(workers, scheduler=scheduler) as executor,
    ):
        yield {"executor": executor, "cancel": token, "progress": show}


def _finish(store: Store, where: tuple[int, str], json: bool, work: Any) -> None:
    """Run, then say what there is."""
    from isthmus.ensemble import status as ensemble_status

    with at_work(*where) as words:
        entry: RunEntry = work(words)
    _emit_status(ensemble_status(store, entry.id), Output(json=json))


def _emit_status(found: EnsembleStatus, output: Output) -> None:
    names = ("run", "lens", "status", "batches_done", "batches", "samples")
    lines = {name: getattr(found, name) for name in names}
    told = {name: str(value) for name, value in lines.items()}
    emit_found("ensemble.status", {"ensemble": told}, output, versioned(**lines))
    if found.status == "resumable" and not output.json:
        say(f"go on with: isthmus ensemble resume {found.run}")


def _write_charts(tables: Any, wanted: dict[str, Path | None], *, replace: bool) -> None:
    from isthmus.charts.ensemble import band_chart, exceedance_chart

    draw = {"bands": band_chart, "exceedance": exceedance_chart}
    for name, path in wanted.items():
        if path is None:
            continue
        if name not in tables:
            raise BadInput("there are too many curves to draw", hint="narrow them with --where")
        try:
            chart = draw[name](tables[name])
        except ValueError as error:
            raise BadInput(str(error), where=str(path), hint="narrow it with --where") from error
        write_chart(chart, path, replace=replace)
