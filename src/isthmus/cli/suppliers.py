"""``isthmus suppliers``: a firm's own list of suppliers, which stays on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from isthmus.cli.generate import add_lenses
from isthmus.cli.options import Force, WorldName

app = App(
    name="suppliers",
    help="A firm's own suppliers: exposure, what stops when, second sources. The list is written "
    "with `isthmus data template suppliers`; `--suppliers example` takes made-up ones.",
)


@app.command
def sheet(
    *scenarios: Annotated[str, Parameter(help="Presets or scenario files.")],
    out: Path,
    suppliers: str = "suppliers",
    lines: str = "firm_lines",
    home: str | None = None,
    draws: int = 100,
    world: WorldName = "starter",
    force: Force = False,
) -> None:
    """Write one page to print: exposure, what stops in each scenario, second sources.

    Parameters
    ----------
    out
        The page, .html.
    suppliers
        Key of the list; "example" for made-up ones.
    lines
        Key of the product lines.
    home
        Economy in which lines are made that the table of lines does not place.
    draws
        Draws of the posterior.
    """
    from isthmus.cli.destination import check_ending
    from isthmus.cli.output import say
    from isthmus.report.sheet import render_board
    from isthmus.runtime import check_files, publish_text
    from isthmus.scenario import load
    from isthmus.study.board import board
    from isthmus.world import World

    check_ending(out, (".html",), what="a sheet")
    check_files([out], replace=force)
    asked = [load(name) for name in scenarios]
    made = board(World.open(world), asked, suppliers=suppliers, lines=lines, home=home, draws=draws)
    with publish_text(out, replace=force) as handle:
        handle.write(render_board(made))
    say(f"wrote {out}")


add_lenses(app, "suppliers", {})
