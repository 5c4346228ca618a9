"""`isthmus equilibrium`: what a lasting shock changes once prices and suppliers adjust."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from cyclopts import App

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import Json, TableYear, WorldName

if TYPE_CHECKING:
    from isthmus.evidence import Result

app = App(
    name="equilibrium",
    help="What a lasting shock changes once prices and suppliers adjust, by horizon.",
)


@app.default
def run(
    scenario: str,
    /,
    *,
    horizon: str = "10y",
    world: WorldName = "starter",
    year: TableYear = None,
    elasticities: str = "median",
    level: Literal["path", "source"] = "path",
    reading: Literal["share", "tariff_exclusive"] = "share",
    deficits: Literal["fixed", "world_share", "removed"] = "fixed",
    lasting: bool = False,
    ranges: bool = True,
    output: Output = SCREEN,
) -> None:
    """Solve a scenario and print changes by coalition, economy, industry and pair.

    Parameters
    ----------
    scenario
        A TOML file, or the name of a preset (see `isthmus equilibrium presets`).
    horizon
        1y, 3y, 10y or a number of years, at least 1. Shorter horizons: isthmus disruption.
    elasticities
        Source of trade elasticities by industry (see `isthmus equilibrium sources`).
    level
        path: the average follows the horizon path; source: the source's own values in the long run.
    reading
        How the path of tariff elasticities is read; see the documentation.
    deficits
        Trade deficits after the shock.
    lasting
        Read shocks with an end as lasting.
    ranges
        Solve again with the other published elasticities and print lowest and highest.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.scenario import load
    from isthmus.world import World

    result = recorded(
        "equilibrium.solve",
        World.open(world),
        load(scenario),
        horizon=horizon,
        year=year,
        elasticities=elasticities,
        level=level,
        reading=reading,
        deficits=deficits,
        lasting=lasting,
        ranges=ranges,
    )
    shown = result if output.json or output.out is not None else _largest_loss_first(result)
    emit_result(shown, output)


def _largest_loss_first(result: Result) -> Result:
    """Sort what a person reads; documents keep the order of the table."""
    tables = dict(result.tables)
    for name in ("economies", "coalitions"):
        table = tables[name]
        tables[name] = replace(table, frame=table.frame.sort("real_income", maintain_order=True))
    return replace(result, tables=tables)


@app.command
def presets(*, json: Json = False) -> None:
    """List the scenarios that ship with the package and that this lens can hold."""
    from isthmus.cli.output import emit_json, emit_rows
    from isthmus.equilibrium.shocks import KINDS
    from isthmus.scenario import preset, preset_names

    held = [s for s in map(preset, preset_names()) if set(s.kinds) <= set(KINDS)]
    if json:
        emit_json([{"name": s.name, "title": s.title, "reason": s.reason} for s in held])
    else:
        emit_rows("presets", ("name", "title"), ((s.name, s.title) for s in held))


@app.command
def sources(*, json: Json = False) -> None:
    """List the published sources of trade elasticities."""
    from isthmus.cli.output import emit_json, emit_rows
    from isthmus.equilibrium import sources as known

    rows = [
        {"name": s.key, "citation": s.citation, "note": s.note, "theta": dict(s.theta)}
        for s in known().values()
    ]
    if json:
        emit_json(rows)
    else:
        emit_rows(
            "sources",
            ("name", "note", "citation"),
            ((r["name"], r["note"], r["citation"]) for r in rows),
        )
