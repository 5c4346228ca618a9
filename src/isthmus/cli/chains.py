"""``isthmus chains``: what stands behind direct trade."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cyclopts import App

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.generate import add_lenses
from isthmus.cli.options import Chips, Flag, TableYear, Words, WorldName
from isthmus.cli.special import CommandRequest, Special

if TYPE_CHECKING:
    from isthmus.chains.charts import CaptionedChart
    from isthmus.evidence import Result
    from isthmus.world.mrio import MRIO

TITLE_LETTERS = 66
"""Letters of a line of a chart's title."""

app = App(
    name="chains",
    help="Look through supply chains: hidden exposure, value added in trade, stakes, positions.",
)


@app.command
def extract(
    scenario: str | None = None,
    *,
    exporter: Words = (),
    importer: Words = (),
    industry: Words = (),
    user: Words = (),
    both_ways: Flag = False,
    severity: float = 1.0,
    world: WorldName = "starter",
    year: TableYear = None,
    chips: Chips = False,
    output: Output = SCREEN,
    chart: Path | None = None,
    chart_of: Literal["value", "share"] = "value",
) -> None:
    """Show the value added at stake in trade links: an accounting stake, not a loss forecast.

    Parameters
    ----------
    scenario
        A scenario that stops trade (file or preset), instead of naming links.
    exporter
        Who sells; all when none is given.
    importer
        Who buys; all when none is given.
    industry
        Supplying industries; all when none is given.
    user
        Using industries; all and final demand when none is given.
    both_ways
        Take out the reverse direction as well.
    severity
        Share taken out, above 0 to 1.
    chart
        Draw the stakes to this file: .svg, or .json for its Vega-Lite specification. With named
        links only the economies of both sides are drawn.
    chart_of
        Draw million USD, or shares of the value added of each economy.
    """
    from isthmus import chains
    from isthmus.chains.charts import stakes_chart
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.errors import BadInput
    from isthmus.scenario import load
    from isthmus.world import World

    output.check_charts(chart)
    opened = World.open(world)
    if scenario is not None:
        result = recorded("chains.run", opened, load(scenario), year=year, chips=chips)
    elif not exporter and not importer:
        raise BadInput("no links were named", hint="give a scenario, --exporter or --importer")
    else:
        one = chains.Links(
            exporter or "*", importer or "*", industry or "*", user or "*", severity=severity
        )
        links = [one]
        if both_ways:
            links.append(
                chains.Links(one.importers, one.exporters, one.industries, one.users, severity)
            )
        result = recorded("chains.extract", opened, links=links, year=year, chips=chips)
    emit_result(result, output)
    if chart is not None:
        table = opened.mrio(year, chips=chips)
        sides = {} if scenario else _sides(table, exporter, importer)
        _draw(stakes_chart(result, sides, of=chart_of), chart, output)


def _sides(table: MRIO, *groups: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the economies of each named side of the links."""
    from isthmus.chains.source import parties

    found = [parties(table, names) for names in groups if names and "*" not in names]
    return {
        " ".join(p.label for p in side): [table.economies[i] for p in side for i in p.positions]
        for side in found
    }


def _lookthrough(result: Result, path: Path, asked: CommandRequest) -> None:
    from isthmus.chains.charts import lookthrough_chart

    _draw(lookthrough_chart(result), path, asked.output)


def _position(result: Result, path: Path, asked: CommandRequest) -> None:
    from isthmus.chains.charts import position_chart

    _draw(position_chart(result), path, asked.output)


def _draw(drawn: CaptionedChart, out: Path, output: Output) -> None:
    import textwrap

    from isthmus.charts import theme, to_vegalite
    from isthmus.cli.output import write_chart

    title = {
        "text": textwrap.wrap(drawn.title, TITLE_LETTERS),
        "subtitle": textwrap.wrap(drawn.source, TITLE_LETTERS),
        "anchor": "start",
        "frame": "bounds",
        "color": theme.INK,
        "subtitleColor": theme.QUIET,
    }
    chart = {**to_vegalite(drawn.spec, drawn.table), "title": title}
    write_chart(chart, out, replace=output.force)


add_lenses(
    app,
    "chains",
    {
        "lookthrough": Special(charts={"chart": ("Face value and look-through.", _lookthrough)}),
        "foreign_demand": Special("demand"),
        "position": Special(
            "upstreamness", charts={"chart": ("Distances by industry.", _position)}
        ),
        "extract": None,
        "run": None,
    },
)
