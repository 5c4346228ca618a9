"""The lens: a scenario through an inter-economy table, day by day."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import polars as pl

from isthmus.disruption.checks import check_threshold
from isthmus.disruption.daily import DailySink, check_target, publish
from isthmus.disruption.follow import follow, parts_folder
from isthmus.disruption.prepare import (
    Engine,
    days_of,
    prepare,
    settings_of,
    settings_of_all,
)
from isthmus.disruption.record import Losses, Trace
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
    LOSS_COLUMNS,
    horizons_of,
    industries_table,
    losses_frame,
    losses_table,
    paths_table,
    stocks_table,
    stops_table,
)
from isthmus.errors import IdentityViolated, InputProblem, NotFound, did_you_mean, raise_all
from isthmus.evidence import Collection, Column, DatasetRecord, Kind, Provenance, Result, Table
from isthmus.kernels.disruption_terms import Orders, Rationing, Reading, Rule
from isthmus.runtime import (
    ArrayCheckpoint,
    CancelToken,
    Progress,
    ProgressEvent,
    canonical_hash,
)
from isthmus.scenario import Scenario, names_chips
from isthmus.world.mrio import MRIO

CITATIONS = (
    "Hallegatte, S. (2008). An adaptive regional input-output model and its application to the "
    "assessment of the economic cost of Katrina. Risk Analysis 28(3), 779-799.",
    "Hallegatte, S. (2014; online 2013). Modeling the role of inventories and heterogeneity in the "
    "assessment of the economic costs of natural disasters. Risk Analysis 34(1), 152-167.",
    "Pichler, A., Pangallo, M., del Rio-Chanona, R. M., Lafond, F., Farmer, J. D. (2022). "
    "Forecasting the propagation of pandemic shocks with a dynamic input-output model. Journal of "
    "Economic Dynamics and Control 144, 104527.",
)
BALANCE = {"float64": 1e-8, "float32": 1e-3}
"""Largest daily gap between what is made and what is used, kept or consumed, of world output."""

STRESS = 0.95
"""Share psi above which a run is a stress case: there is no buffer between target and throttle."""

DEFAULTS = Settings()


class TableWorld(Protocol):
    """What the lens needs of a world."""

    @property
    def name(self) -> str:
        """Name of the world."""

    @property
    def edition(self) -> str:
        """Edition of the world."""

    @property
    def content_hash(self) -> str:
        """Hash over all data sets."""

    def mrio(self, year: int, *, chips: bool = False) -> MRIO:
        """Return the inter-economy table of a year."""

    def record(self, key: str) -> DatasetRecord:
        """Return the record of a data set."""


def simulate(
    world: TableWorld | MRIO,
    scenario: Scenario,
    *,
    until: int | None = None,
    year: int = 2022,
    stopped_below: float = 0.5,
    horizons: Sequence[int] | None = None,
    stock_days: Days = 60.0,
    spot_days: ByInput = 0.0,
    restore_days: float = 60.0,
    flow: Flow = "default",
    psi: float = 0.8,
    orders: Orders = "plan",
    order_share: float = 1.0,
    rule: Rule = "alt",
    reading: Reading = "psi",
    need: Need = "default",
    elasticity: ByInput = 0.0,
    defer: float | Mapping[str, float] | Matrix = 0.0,
    defer_days: float = 30.0,
    catch_up: float = 0.0,
    rationing: Rationing = "proportional",
    over_max: float = 1.25,
    over_days: float = 365.0,
    negligible: float = 0.0,
    inventory_noise: float = 0.0,
    seed: int = 0,
    capital_ratio: float = 4.0,
    precision: Precision = "float64",
    engine: Engine = "auto",
    threads: int = 1,
    daily: Path | str | None = None,
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
    year : int
        Year of the world's table.
    stopped_below : float
        An industry counts as stopped below this share of its base output.
    horizons : sequence of int, optional
        Days from the start after which losses are counted, any up to the end of the run; by default
        30, 90, 180 and 365 as far as it goes, and its end.
    daily : path, optional
        Folder for every day of every industry: output, value added, demand, unmet demand and
        stocks, as Parquet parts of a bounded size (`polars.scan_parquet` reads them together) and
        ``daily.json`` with columns, units and provenance. It appears when the run is done.
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
        When the folder `daily` is there already and not empty.
    ShockNotRepresentable
        For a kind of shock that the engine does not know.
    IdentityViolated
        When goods are made or lost by the run itself.

    References
    ----------
    Hallegatte 2008, 2013; Pichler and others 2022.
    """
    mrio = _table(world, [scenario], year)
    given = Settings(
        stock_days=stock_days,
        spot_days=spot_days,
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
        run, Losses.of(table.table, days, 1), Trace.of(table.table, run, days, stopped_below)
    )
    words = {**settings.to_dict(), "until": days, "stopped_below": stopped_below}
    if horizons is not None:
        words["horizons"] = list(counted)
    about = _provenance(
        world, "disruption.simulate", words, mrio, year, scenario.identity, settings
    )
    keeper = None
    target = Path(daily).absolute() if daily is not None else None
    if checkpoint is not None:
        keeper = Keeper(checkpoint, question(about, course, table.table.final))
        target = keeper.restore(course, target)
    with contextlib.ExitStack() as stack:
        sink = None
        if target is not None:
            check_target(target)
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
        result = _result(about, table, course, counted, settings)
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
            )
    return result


def simulate_many(
    world: TableWorld | MRIO,
    scenarios: Sequence[Scenario],
    *,
    until: int | None = None,
    year: int = 2022,
    batch: int = 128,
    horizons: Sequence[int] | None = None,
    base: str | None = None,
    settings: Settings | Sequence[Settings] = DEFAULTS,
    engine: Engine = "auto",
    threads: int = 1,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Result:
    """Return the losses of many scenarios at once, a batch of them per pass over the table.

    Parameters
    ----------
    scenarios : sequence of Scenario
        With different names. Their ``params`` may fix parameters of `simulate`; all may differ
        within a batch but `reading`, `negligible`, `inventory_noise`, `seed` and `precision`.
    batch : int
        Scenarios per pass; memory grows with it.
    horizons : sequence of int, optional
        As in `simulate`.
    base : str, optional
        Name of a scenario; adds the losses of the others less those of this one.
    settings : Settings or sequence of Settings
        The parameters of `simulate`, of all scenarios or of every one.
    engine, threads : optional
        As in `isthmus.disruption.prepare`.
    world, until, year, progress, cancel
        As in `simulate`; `until` is required when horizons differ.

    Returns
    -------
    Result
        Table ``losses`` with a ``scenario`` dimension, and with `base` ``losses_difference``.
        `isthmus.evidence.Collection.of` gives the scenarios one by one.

    Raises
    ------
    BadInput
        When names repeat, horizons differ without `until`, or parameters make no sense.
    NotFound
        When there is no scenario `base`.
    """
    mrio = _table(world, scenarios, year)
    days = _common_days(scenarios, until, batch)
    counted = horizons_of(days, horizons)
    if base is not None and base not in {s.name for s in scenarios}:
        known = [s.name for s in scenarios]
        raise NotFound(f"there is no scenario '{base}'", hint=did_you_mean(base, known))
    each = settings_of_all(settings, scenarios, mrio)
    daily = daily_table(mrio)
    frames, done = [], 0
    for lo in range(0, len(scenarios), batch):
        part = scenarios[lo : lo + batch]
        run = prepare(part, daily, each[lo : lo + batch], days, engine=engine, threads=threads)
        losses = Losses.of(daily.table, days, len(part))
        for t, day in enumerate(run.days()):
            losses.add(t, day, run.final)
            if cancel is not None:
                cancel.check()
        for b, scenario in enumerate(part):
            frame = losses_frame(losses, mrio.economies, b, counted)
            frames.append(frame.select(pl.lit(scenario.name).alias("scenario"), pl.all()))
        done += len(part)
        if progress is not None:
            progress(ProgressEvent("disruption", done, len(scenarios), "scenarios"))
    columns = (Column("scenario", "dimension", text="name of the scenario"), *LOSS_COLUMNS)
    kind = Kind.weakest([Kind.MODELLED, mrio.kind])
    text = "value added and final demand lost by scenario, economy and horizon"
    table = Table(
        "losses", pl.concat(frames), columns, kind, mrio.datasets, text, _notes(daily, each)
    )
    identities = canonical_hash([s.identity for s in scenarios])
    words = {**_told(settings), "until": days, "scenarios": len(scenarios)}
    if horizons is not None:
        words["horizons"] = list(counted)
    about = _provenance(world, "disruption.simulate_many", words, mrio, year, identities, each[0])
    result = Result({"losses": table}, about, CITATIONS)
    if base is None:
        return result
    told = Collection.of(result).difference("losses", base)
    return replace(result, tables={"losses": table, told.name: told})


def _table(world: TableWorld | MRIO, scenarios: Sequence[Scenario], year: int) -> MRIO:
    if isinstance(world, MRIO):
        return world
    if any(names_chips(scenario) for scenario in scenarios):
        return world.mrio(year, chips=True)
    return world.mrio(year)


def _told(settings: Settings | Sequence[Settings]) -> dict[str, Any]:
    """Return the parameters of a batch as plain values: the common ones, or a hash of all."""
    if isinstance(settings, Settings):
        return settings.to_dict()
    return {"settings": canonical_hash([one.to_dict() for one in settings])}


def _common_days(scenarios: Sequence[Scenario], until: int | None, batch: int) -> int:
    problems = []
    names = [s.name for s in scenarios]
    if batch < 1:
        problems.append(InputProblem(f"must be at least 1, got {batch}", where="batch"))
    if not names:
        problems.append(InputProblem("there is no scenario", where="scenarios"))
    if len(set(names)) < len(names):
        twice = sorted({n for n in names if names.count(n) > 1})
        problems.append(InputProblem(f"names repeat: {', '.join(twice)}", where="scenarios"))
    if until is None and len({s.horizon for s in scenarios}) > 1:
        problems.append(InputProblem("horizons differ: give until", where="until"))
    raise_all("batch of scenarios", problems)
    return min(days_of(s, until) for s in scenarios)


def _notes(daily: Daily, each: Sequence[Settings]) -> tuple[str, ...]:
    stressed = any(one.psi > STRESS and one.reading == "psi" for one in each)
    return (
        *(
            (f"a stress case: psi above {STRESS}, any fall of a stock throttles",)
            if stressed
            else ()
        ),
        "prices do not move and no one changes plans: the first months only",
        f"negative final demand of {daily.cut:.2%} of world final demand was set to zero",
        "stock-days, psi and the rule of ordering are assumptions that can decide the answer",
        *daily.source.notes,
    )


def _result(
    about: Provenance,
    daily: Daily,
    course: Course,
    horizons: Sequence[int],
    settings: Settings,
) -> Result:
    mrio, losses, trace = daily.source, course.losses, course.trace
    kind = Kind.weakest([Kind.MODELLED, mrio.kind])
    names = (mrio.economies, mrio.industries)
    rest = (kind, mrio.datasets)
    output = np.asarray(daily.table.output, dtype=np.float64)
    tables = [
        losses_table(losses, mrio.economies, *rest, horizons),
        industries_table(trace, output, *names, *rest),
        paths_table(losses, trace, output, mrio.economies, *rest),
        stops_table(trace, *names, *rest),
        stocks_table(trace, *names, *rest),
        _checks_table(course.worst, daily, *rest),
    ]
    notes = _notes(daily, [settings])
    return Result({t.name: replace(t, notes=notes) for t in tables}, about, CITATIONS)


def _checks_table(worst: float, daily: Daily, kind: Kind, datasets: tuple[str, ...]) -> Table:
    frame = pl.DataFrame({"balance": [worst], "cut": [daily.cut]})
    columns = (
        Column("balance", "value", "1", "largest daily gap of goods, share of world output"),
        Column("cut", "value", "1", "negative final demand set to zero, share of final demand"),
    )
    return Table("checks", frame, columns, kind, datasets, "what the run checked")


def _provenance(
    world: TableWorld | MRIO,
    lens: str,
    parameters: dict[str, Any],
    mrio: MRIO,
    year: int,
    scenario: str,
    settings: Settings,
) -> Provenance:
    if isinstance(world, MRIO):
        name, content, datasets = "table", "", dict.fromkeys(mrio.datasets, "")
    else:
        name, content = f"{world.name} {world.edition}", world.content_hash
        datasets = {key: world.record(key).content_sha256 for key in mrio.datasets}
    return Provenance(
        lens=lens,
        parameters={**parameters, "year": mrio.year or year},
        world=name,
        world_hash=content,
        datasets=datasets,
        scenario=scenario,
        seed=settings.seed if settings.inventory_noise > 0 else None,
    )
