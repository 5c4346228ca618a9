"""The lens: a scenario through an inter-economy table, day by day."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from isthmus.disruption.about import CITATIONS, modelled, notes_of, provenance_of, table_of
from isthmus.disruption.checks import check_threshold
from isthmus.disruption.daily import DailySink, publish
from isthmus.disruption.follow import follow, parts_folder
from isthmus.disruption.measures import Relief, Reserve, made
from isthmus.disruption.prepare import (
    Engine,
    days_of,
    prepare,
    settings_of,
)
from isthmus.disruption.record import DailyLosses, Trace
from isthmus.disruption.resume import Course, Keeper, question
from isthmus.disruption.settings import (
    ByInput,
    Days,
    Flow,
    Matrix,
    Need,
    Precision,
    Settings,
)
from isthmus.disruption.table import Daily, daily_table
from isthmus.disruption.tables import (
    horizons_of,
    industries_table,
    losses_table,
    paths_table,
    stocks_table,
    stops_table,
)
from isthmus.errors import IdentityViolated
from isthmus.evidence import Column, Provenance, Result, Table
from isthmus.evidence.frames import of_years
from isthmus.evidence.lens import lens
from isthmus.kernels.disruption_terms import Orders, Rationing, Reading, Rule
from isthmus.runtime import (
    ArrayCheckpoint,
    CancelToken,
    Progress,
    check_folder,
)
from isthmus.runtime.contents import DAILY
from isthmus.scenario import Scenario
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_origin import TableWorld

USUAL = Settings()
BALANCE = {"float64": 1e-8, "float32": 1e-3}
"""Largest daily gap between what is made and what is used, kept or consumed, of world output."""


@lens("disruption.simulate", {"scenario": "taiwan-chips-7-full", "until": 14})
def simulate(
    world: TableWorld | MRIO,
    scenario: Scenario,
    *,
    until: int | None = None,
    year: int | None = None,
    stopped_below: float = 0.5,
    horizons: Sequence[int] | None = None,
    stock_days: Days = USUAL.stock_days,
    spot_days: ByInput = USUAL.spot_days,
    reserves: Sequence[Reserve] = USUAL.reserves,
    reliefs: Sequence[Relief] = USUAL.reliefs,
    restore_days: float = USUAL.restore_days,
    flow: Flow = USUAL.flow,
    psi: float = USUAL.psi,
    orders: Orders = USUAL.orders,
    order_share: float = USUAL.order_share,
    rule: Rule = USUAL.rule,
    reading: Reading = USUAL.reading,
    need: Need = USUAL.need,
    elasticity: ByInput = USUAL.elasticity,
    defer: float | Mapping[str, float] | Matrix = USUAL.defer,
    defer_days: float = USUAL.defer_days,
    catch_up: float = USUAL.catch_up,
    rationing: Rationing = USUAL.rationing,
    over_max: float = USUAL.over_max,
    over_days: float = USUAL.over_days,
    negligible: float = USUAL.negligible,
    inventory_noise: float = USUAL.inventory_noise,
    seed: int = USUAL.seed,
    capital_ratio: float = USUAL.capital_ratio,
    precision: Precision = USUAL.precision,
    engine: Engine = "auto",
    threads: int = 1,
    daily: Path | str | None = None,
    replace_daily: bool = False,
    checkpoint: ArrayCheckpoint | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Result:
    """Return what is lost day by day when a scenario runs through the table.

    Industries hold stocks of every input, order from their usual origins (or from those with
    capacity left), and stop when a stock runs down. Prices do not move.

    Parameters
    ----------
    world : World or MRIO
        A world with an inter-economy table, or such a table. Of a world, the table with chip
        nodes is taken where a shock names chip nodes or ``CHIPS``.
    scenario : Scenario
        Capacity losses, export stops, purchase bans, embargoes, demand surges. Its ``params`` may
        fix any parameter below.
    until : int, optional
        Last day simulated; the scenario's horizon by default.
    year : int, optional
        Year of the world's table; the last one when None.
    stopped_below : float
        An industry counts as stopped below this share of its base output.
    horizons : sequence of int, optional
        Days from the start after which losses are counted, any up to the end of the run; by default
        30, 90, 180 and 365 as far as it goes, and its end.
    daily : path, optional
        Folder for every day of every industry: output, value added, demand, unmet demand and
        stocks, as Parquet parts of a bounded size (`polars.scan_parquet` reads them together) and
        ``daily.json`` with columns, units and provenance. It appears when the run is done.
    replace_daily : bool
        Replace a folder `daily` that holds nothing but the daily rows of an earlier run.
    checkpoint : ArrayCheckpoint, optional
        Where the state is kept every 30 days and when `cancel` stops the run; the same call with
        the same checkpoint goes on from there and gives the same result to the last bit.
    progress, cancel : optional
        Callback with the days done; token that stops the run between two days.
    stock_days : float, mapping of industry to float, or array
        Days of use that industries want to hold of each input; a mapping by input industry or
        group (``CHIPS``) with ``"*"`` for the rest, or an array (inputs, using industries).
        Default 60.
    spot_days : float or mapping
        Days of use, by input, that can be bought or are held at the start above that. Default 0.
    reserves : sequence of Reserve
        Stocks held at the start above what is wanted, by input, user and economy. Default none.
    reliefs : sequence of Relief
        What some economies get all the same of what is stopped. Default none.
    restore_days : float
        Days in which a gap in stock is closed. Default 60.
    flow : {"default", "none"} or sequence of str
        Inputs that cannot be stored: what arrives one day is used the next, or not at all.
        "default" takes all that are not goods (power, water, construction, services).
    psi : float
        Share of the wanted stock below which production is held down. Default 0.8; above 0.95
        any fall below the wanted stock throttles, which is a stress case.
    orders : {"plan", "output", "demand"}
        What orders for use reckon with: the output that demand and capacity allow, realised
        output (BoARIO's rule: a firm short of one input orders less of all others), or demand
        with wanted stocks fixed at those of the start (Pichler and others 2022, equation 4).
    order_share : float
        With `orders` "plan": weight of planned output against realised output. Default 1.
    rule : {"alt", "noalt"}
        Orders go where capacity is, or stay with the usual origins. Default "alt".
    reading : {"psi", "leontief", "strong", "half", "weak", "linear"}
        Which inputs limit output; see `isthmus.kernels.disruption_terms.choices`.
    need : {"default", "all"}, array or path
        Share of the output of a using industry that cannot be made without an input: the
        project's own shares by group, one everywhere, or a matrix (inputs, using industries),
        also in a CSV file (see `read_criticality`).
    elasticity : float or mapping
        Elasticity of substitution, by input, of that input for all others; 0 is the linear
        response. Default 0.
    defer : float, mapping or array
        Share of what a missing input takes that is made later: one number, by using industry, or
        a matrix (inputs, using industries). Default 0.
    defer_days : float
        Days in which what was put off is made, once inputs and capacity allow. Default 30.
    catch_up : float
        Share of what a loss of capacity takes that is made later. Default 0.
    rationing : {"proportional", "final_first", "orders_first"}
        Who is served first.
    over_max, over_days : float
        Largest overproduction factor and days to reach it. Defaults 1.25 and 365.
    negligible : float
        Inputs below this share of output never limit. Default 0: needs decide, not values.
    inventory_noise : float
        Standard deviation of the logarithm of stock-days. Default 0; needs `seed`.
    seed : int
        Seed of that noise.
    capital_ratio : float
        Capital over value added, for shocks given in money. Default 4.
    precision : {"float64", "float32"}
        Type of all numbers.
    engine : {"auto", "numpy", "compiled"}
        Compiled loops need the extra ``fast``; "auto" takes them for large work. The answers
        agree to 1e-9.
    threads : int
        Threads that share a day in compiled runs; they do not change a bit of the result.

    Returns
    -------
    Result
        Tables ``losses``, ``industries``, ``paths``, ``stops``, ``stocks``, ``checks``.

    Raises
    ------
    BadInput, CodeUnknown
        For parameters, data or codes that make no sense.
    Cancelled
        When `cancel` was set.
    TargetExists
        When the folder `daily` is there already and not empty, unless it is to be replaced.
    ShockNotRepresentable
        For a kind of shock that the engine does not know.
    IdentityViolated
        When goods are made or lost by the run itself.

    References
    ----------
    Hallegatte 2008, 2013; Pichler and others 2022.
    """
    mrio = table_of(world, [scenario], year)
    given = Settings(
        stock_days=stock_days,
        spot_days=spot_days,
        reserves=tuple(made(Reserve, one) for one in reserves),
        reliefs=tuple(made(Relief, one) for one in reliefs),
        restore_days=restore_days,
        flow=flow,
        psi=psi,
        orders=orders,
        order_share=order_share,
        rule=rule,
        reading=reading,
        need=need,
        elasticity=elasticity,
        defer=defer,
        defer_days=defer_days,
        catch_up=catch_up,
        rationing=rationing,
        over_max=over_max,
        over_days=over_days,
        negligible=negligible,
        inventory_noise=inventory_noise,
        seed=seed,
        capital_ratio=capital_ratio,
        precision=precision,
    )
    settings = settings_of(given, scenario, mrio)
    table = daily_table(mrio)
    days = days_of(scenario, until)
    check_threshold(stopped_below)
    counted = horizons_of(days, horizons)
    run = prepare([scenario], table, settings, days, engine=engine, threads=threads)
    course = Course(
        run, DailyLosses.of(table.table, days, 1), Trace.of(table.table, run, days, stopped_below)
    )
    words = {**settings.to_dict(), "until": days, "stopped_below": stopped_below}
    if horizons is not None:
        words["horizons"] = list(counted)
    about = provenance_of("disruption.simulate", words, mrio, scenario.identity, settings)
    keeper = None
    target = Path(daily).absolute() if daily is not None else None
    if checkpoint is not None:
        keeper = Keeper(checkpoint, question(about, course, table.table.final))
        target = keeper.restore(course, target)
    with contextlib.ExitStack() as stack:
        sink = None
        if target is not None:
            check_folder(target, contents=DAILY, replace=replace_daily)
            place = stack.enter_context(parts_folder(target, checkpoint))
            sink = DailySink(place, mrio.economies, mrio.industries, done=course.day)
        follow(
            course,
            table,
            scenario.name,
            target=target,
            sink=sink,
            keeper=keeper,
            progress=progress,
            cancel=cancel,
        )
        if not course.worst <= BALANCE[settings.precision]:
            gap = f"{course.worst:.1e} of world output a day"
            raise IdentityViolated(f"goods made and used differ by {gap}")
        result = _result(about, table, course, counted, settings, scenario)
        if target is not None and sink is not None:
            some = result["losses"]
            publish(
                sink,
                target,
                days=days,
                provenance=about,
                kind=some.kind,
                notes=some.notes,
                run=checkpoint.run if checkpoint is not None else "",
                replace=replace_daily,
            )
    return result


def _result(
    about: Provenance,
    daily: Daily,
    course: Course,
    horizons: Sequence[int],
    settings: Settings,
    scenario: Scenario,
) -> Result:
    mrio, losses, trace = daily.source, course.losses, course.trace
    output = np.asarray(daily.table.output, dtype=np.float64)
    tables = [
        losses_table(losses, mrio, horizons),
        industries_table(trace, output, mrio),
        paths_table(losses, trace, output, mrio),
        stops_table(trace, mrio),
        stocks_table(trace, mrio),
        _checks_table(course.worst, daily),
    ]
    notes = notes_of(daily, [settings], [scenario])
    named = of_years((replace(t, notes=notes) for t in tables), [mrio.year], unit=mrio.unit)
    return Result(named, about, CITATIONS)


def _checks_table(worst: float, daily: Daily) -> Table:
    frame = pl.DataFrame({"balance": [worst], "cut": [daily.cut]})
    columns = (
        Column("balance", "value", "share", "largest daily gap of goods, share of world output"),
        Column("cut", "value", "share", "negative final demand set to zero, share of final demand"),
    )
    return modelled(daily.source, "checks", frame, columns, "what the run checked")
