"""`isthmus disruption`: what is lost day by day when something stops."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cyclopts import App

from isthmus.cli import calibration
from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import Json, TableYear, WorldName
from isthmus.errors import BadInput, InputProblem
from isthmus.runtime.reading.values import natural

if TYPE_CHECKING:
    from isthmus.evidence import Result
    from isthmus.world import World

app = App(name="disruption", help="What is lost day by day when something stops.")
calibration.register(app)


@app.default
def run(
    scenario: str,
    /,
    *,
    until: int | None = None,
    stock_days: float = 60.0,
    spot_days: float = 0.0,
    psi: float = 0.8,
    restore_days: float = 60.0,
    orders: Literal["plan", "output", "demand"] = "plan",
    order_share: float = 1.0,
    rule: Literal["alt", "noalt"] = "alt",
    reading: Literal["psi", "leontief", "strong", "half", "weak", "linear"] = "psi",
    need: str = "default",
    flow: str = "default",
    elasticity: float = 0.0,
    defer: float = 0.0,
    defer_days: float = 30.0,
    catch_up: float = 0.0,
    rationing: Literal["proportional", "final_first", "orders_first"] = "proportional",
    precision: Literal["float64", "float32"] = "float64",
    stopped_below: float = 0.5,
    horizons: str | None = None,
    daily: Path | None = None,
    threads: int = 1,
    year: TableYear = None,
    world: WorldName = "starter",
    output: Output = SCREEN,
    chart: Path | None = None,
    loss_map: Path | None = None,
) -> None:
    """Run a scenario and print losses, first stops and who caused them.

    Ctrl-C leaves a run that goes on with the same command, or with `isthmus runs resume`.

    Parameters
    ----------
    scenario
        A TOML file, or the name of a preset (see `isthmus disruption presets`).
    until
        Last day simulated; the scenario's horizon when not given.
    horizons
        Days after which losses are counted, such as 7,30,90; a month, a quarter, half a year and a
        year when not given.
    daily
        Write every day of every industry to this new folder, as Parquet files.
    threads
        Threads that share a day of a large table; the result does not depend on it.
    stock_days
        Days of use that industries want to hold of each input.
    spot_days
        Days of use of each input held at the start above that, or to be bought at once.
    psi
        Share of the wanted stock below which production is held down.
    restore_days
        Days in which a gap in stock is closed.
    orders
        plan: for the output that demand and capacity allow; output: for realised output, as BoARIO
        does; demand: for demand, with wanted stocks fixed.
    order_share
        With plan, its weight against realised output, 0 to 1.
    rule
        alt: orders go where capacity is left; noalt: they stay with the usual origins.
    reading
        Which inputs limit output; see the documentation.
    need
        Share of output that cannot be made without an input: all, default (the project's own, by
        groups of industries), or a CSV file with inputs in rows and using industries in columns.
    flow
        Inputs that cannot be stored: default (all that are not goods), none, or codes such as
        D,H49.
    elasticity
        Elasticity of substitution of any input for all others; 0 for the linear response.
    defer
        Share of what a missing input takes that is made later.
    defer_days
        Days in which that is made, once inputs and capacity allow.
    catch_up
        Share of what a loss of capacity takes that is made later.
    rationing
        Who is served first when output falls short.
    precision
        float64, or float32 for half the memory.
    stopped_below
        An industry counts as stopped below this share of its base output.
    chart
        Draw the paths of the economies hit hardest to this file: .svg, or .json for Vega-Lite.
    loss_map
        Draw a map of losses in Europe to this file: .svg, or .json for Vega-Lite.
    """
    from isthmus.cli.output import emit_result, say
    from isthmus.cli.recording import recorded
    from isthmus.ensemble.inputs import input_file
    from isthmus.runtime import check_folder
    from isthmus.runtime.contents import DAILY
    from isthmus.scenario import load
    from isthmus.world import World

    output.check_charts(chart, loss_map)
    if daily is not None:
        check_folder(daily, contents=DAILY, replace=output.force)
    opened = World.open(world)
    result = recorded(
        "disruption.simulate",
        opened,
        load(scenario),
        controls={
            "daily": daily,
            "replace_daily": output.force,
            "threads": threads,
        },
        until=until,
        year=year,
        stopped_below=stopped_below,
        stock_days=stock_days,
        spot_days=spot_days,
        restore_days=restore_days,
        flow=flow if flow in ("default", "none") else [w.strip() for w in flow.split(",")],
        psi=psi,
        orders=orders,
        order_share=order_share,
        rule=rule,
        reading=reading,
        need=need if need in ("default", "all") else input_file(need),
        elasticity=elasticity,
        defer=defer,
        defer_days=defer_days,
        catch_up=catch_up,
        rationing=rationing,
        precision=precision,
        horizons=counted(horizons),
    )
    if daily is not None:
        say(f"wrote {daily}: read it with polars.scan_parquet")
    emit_result(result, output)
    _draw(result, opened, chart, loss_map, replace=output.force)


def _draw(
    result: Result, world: World, chart: Path | None, loss_map: Path | None, *, replace: bool
) -> None:
    """Write the charts that were asked for."""
    if chart is None and loss_map is None:
        return
    import polars as pl

    from isthmus.charts import Outlines, to_vegalite
    from isthmus.cli.output import say, write_chart
    from isthmus.disruption.charts import BOUNDARIES, losses_chart, paths_chart

    if chart is not None:
        write_chart(to_vegalite(*paths_chart(result)), chart, replace=replace)
    if loss_map is not None:
        small = world.points().filter(pl.col("small")).sort("economy")
        points = small.select("economy", "longitude", "latitude").rows()
        outlines = Outlines.of(world.shapes("europe"), points)
        spec, table = losses_chart(result, {*outlines.features, *outlines.points})
        write_chart(to_vegalite(spec, table, outlines=outlines), loss_map, replace=replace)
        say(BOUNDARIES)


def counted(horizons: str | None) -> list[int] | None:
    """Return the days of a list such as ``7,30,90``."""
    if horizons is None:
        return None
    words = [word.strip() for word in horizons.split(",")]
    days = [natural(word) for word in words]
    bad = [word for word, day in zip(words, days, strict=True) if day is None]
    if bad:
        problems = [InputProblem(f"'{word}' is not a number of days", "--horizons") for word in bad]
        raise BadInput("disruption run", problems)
    return [day for day in days if day is not None]


@app.command
def compare(
    *scenarios: str,
    base: str | None = None,
    until: int | None = None,
    horizons: str | None = None,
    stock_days: float = 60.0,
    psi: float = 0.8,
    year: TableYear = None,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """Run several scenarios and print their losses side by side, and against one of them.

    Parameters
    ----------
    scenarios
        TOML files or names of presets.
    base
        Name of the scenario, among them, from which the others are to be told apart.
    until
        Last day simulated; needed when the horizons differ.
    horizons
        Days after which losses are counted, such as 7,30,90.
    stock_days
        Days of use that industries want to hold of each input.
    psi
        Share of the wanted stock below which production is held down.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.disruption import Settings
    from isthmus.scenario import load
    from isthmus.world import World

    result = recorded(
        "disruption.simulate_many",
        World.open(world),
        scenarios=[load(name) for name in scenarios],
        base=base,
        until=until,
        year=year,
        settings=Settings(stock_days=stock_days, psi=psi),
        horizons=counted(horizons),
    )
    emit_result(result, output)


@app.command
def presets(*, json: Json = False) -> None:
    """List the scenarios that ship with the package and that this engine can hold."""
    from isthmus.cli.output import emit_json, emit_rows
    from isthmus.disruption.shocks import KINDS
    from isthmus.scenario import preset, preset_names

    held = [s for s in map(preset, preset_names()) if set(s.kinds) <= set(KINDS)]
    if json:
        emit_json([{"name": s.name, "title": s.title, "reason": s.reason} for s in held])
    else:
        emit_rows("presets", ("name", "title"), ((s.name, s.title) for s in held))


@app.command
def show(name: str, /) -> None:
    """Print a preset as TOML, to copy and change.

    Parameters
    ----------
    name
        Name of a preset, or a TOML file.
    """
    from isthmus.cli.output import emit_text
    from isthmus.scenario import dumps, load

    emit_text(dumps(load(name)))
