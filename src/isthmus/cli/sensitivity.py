"""``isthmus sensitivity``: what moves the answer of a lens, and what knowing a number narrows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.ensemble import Settings, at_work, parse_settings, parse_where
from isthmus.cli.options import (
    ChartFile,
    OfTable,
    Quantity,
    RunName,
    Scheduler,
    StoredWorld,
    Where,
    Workers,
)
from isthmus.cli.output import emit_result, write_chart
from isthmus.errors import BadInput, NotFound

if TYPE_CHECKING:
    from isthmus.ensemble import EnsemblePlan
    from isthmus.evidence import Result

app = App(
    name="sensitivity",
    help="What moves the answer of a lens, and what knowing a number exactly would narrow.",
)
Ranges = Annotated[tuple[str, ...], Parameter(name="--range", negative="", consume_multiple=True)]


@app.default
def analyse(
    source: str,
    /,
    *,
    range_: Ranges = (),
    set_: Settings = (),
    lens: str | None = None,
    method: Literal["sobol", "morris", "tornado"] = "sobol",
    of: OfTable = None,
    where: Where = (),
    quantity: Quantity = None,
    blocks: int | None = None,
    precision: float | None = None,
    most: int | None = None,
    confidence: float = 0.95,
    seed: int | None = None,
    world: StoredWorld = "starter",
    workers: Workers = 1,
    scheduler: Scheduler = "",
    chart: ChartFile = None,
    output: Output = SCREEN,
) -> None:
    """Show what moves an answer; every round is a run in the store, and Ctrl-C leaves it resumable.

    Parameters
    ----------
    source
        Name of a lens, such as dependence.leverage, with its ranges as --range; or a study or
        scenario file with [[ranges]], or the name of a study or preset that ships.
    range_
        What is not known of a lens: name=low..high, name=low..mode..high, name=log:low..high or
        name=one|other.
    set_
        Fixed parameters of the lens: name=value, the value as in TOML or plain text.
    lens
        Dotted name of the lens, where the source is a file that names none.
    method
        sobol: first and total indices, and what knowing a number narrows; morris: effects, for a
        first look at many parameters; tornado: one parameter at a time.
    blocks
        Blocks of samples to begin with, a power of two for sobol (64; 16 for morris).
    precision
        Half width of the widest interval at which to stop: of an index, or of an effect as a
        share of the largest; one round when not given.
    most
        Blocks at which to stop in any case (64 times those at the beginning).
    confidence
        Share that the intervals cover.
    seed
        Seed of the design; 0 by default.
    """
    from isthmus.ensemble.sensitivity import Effort, Wanted
    from isthmus.ensemble.sensitivity import analyse as analysed
    from isthmus.store import Store
    from isthmus.world import World

    output.check_charts(chart)
    plan = _plan(source, range_, lens=lens, seed=seed, parameters=parse_settings(set_), of=of)
    store = Store()
    opened = World.open(world, store=store)
    with at_work(workers, scheduler) as words:
        result = analysed(
            store,
            plan,
            opened,
            method,
            wanted=Wanted(of, parse_where(where), quantity),
            effort=Effort(blocks, precision, most, confidence),
            **words,
        )
    _emit(result, chart, output)


@app.command
def information(
    name: RunName,
    /,
    *,
    of: OfTable = None,
    where: Where = (),
    quantity: Quantity = None,
    chart: ChartFile = None,
    output: Output = SCREEN,
) -> None:
    """Show what knowing each number would narrow, from a finished ensemble; nothing is run."""
    from isthmus.ensemble.sensitivity import Wanted
    from isthmus.ensemble.sensitivity import information as informed
    from isthmus.store import Store

    output.check_charts(chart)
    wanted = Wanted(of, parse_where(where), quantity)
    _emit(informed(Store(), name, wanted=wanted), chart, output)


def _plan(
    source: str,
    ranges: tuple[str, ...],
    *,
    lens: str | None,
    seed: int | None,
    parameters: dict[str, Any],
    of: str | None,
) -> EnsemblePlan:
    """Return the plan of a lens with ranges of the command line, or of a file."""
    from isthmus.ensemble import find_lens
    from isthmus.ensemble.sensitivity import plan_of_lens
    from isthmus.study import open_plan

    tables = (of,) if of else ()
    try:
        find_lens(source)
    except NotFound:
        if ranges:
            hint = "ranges of a file stand in it as [[ranges]]; name a lens to give them here"
            raise BadInput("only a lens takes --range", where=source, hint=hint) from None
        return open_plan(source, lens=lens, seed=seed, parameters=parameters, tables=tables or None)
    if not ranges:
        hint = "such as --range elasticity=1.5..6; 'isthmus lens show' lists the parameters"
        raise BadInput("nothing has a range", where=source, hint=hint)
    return plan_of_lens(source, ranges, parameters, seed=seed or 0, tables=tables)


def _emit(result: Result, chart: Path | None, output: Output) -> None:
    if chart is not None:
        from isthmus.charts.sensitivity import sensitivity_chart

        try:
            drawn = sensitivity_chart(next(iter(result.tables.values())))
        except ValueError as error:
            hint = "narrow it with --where or --quantity"
            raise BadInput(str(error), where=str(chart), hint=hint) from error
        write_chart(drawn, chart, replace=output.force)
    emit_result(result, output, as_given=True)
