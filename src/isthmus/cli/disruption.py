"""`isthmus disruption`: what is lost day by day when something stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from isthmus.cli import calibration
from isthmus.cli.generate import add_lenses
from isthmus.cli.presets import add_presets
from isthmus.cli.special import CommandRequest, Instead, Special

if TYPE_CHECKING:
    from isthmus.evidence import Result

app = App(name="disruption", help="What is lost day by day when something stops.")
calibration.register(app)


def _holds() -> Callable[..., bool]:
    from isthmus.disruption.settings import holds

    return holds


add_presets(app, _holds)


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


def _daily(asked: CommandRequest) -> Mapping[str, Any]:
    """Return where daily rows go, once it is known that they can."""
    from isthmus.runtime import check_folder
    from isthmus.runtime.contents import DAILY

    folder, force = asked.given["daily"], asked.output.force
    if folder is not None:
        check_folder(folder, contents=DAILY, replace=force)
    return {"daily": folder, "replace_daily": force}


def _say_daily(result: Result, asked: CommandRequest) -> None:
    from isthmus.cli.output import say

    if asked.given["daily"] is not None:
        say(f"wrote {asked.given['daily']}: read it with polars.scan_parquet")


def _paths(result: Result, out: Path, asked: CommandRequest) -> None:
    from isthmus.charts import to_vegalite
    from isthmus.cli.output import write_chart
    from isthmus.disruption.charts import paths_chart

    write_chart(to_vegalite(*paths_chart(result)), out, replace=asked.output.force)


def _losses(result: Result, out: Path, asked: CommandRequest) -> None:
    import polars as pl

    from isthmus.charts import Outlines, to_vegalite
    from isthmus.cli.output import say, write_chart
    from isthmus.disruption.charts import BOUNDARIES, losses_chart

    small = asked.world.points().filter(pl.col("small")).sort("economy")
    points = small.select("economy", "longitude", "latitude").rows()
    outlines = Outlines.of(asked.world.shapes("europe"), points)
    spec, table = losses_chart(result, {*outlines.features, *outlines.points})
    chart = to_vegalite(spec, table, outlines=outlines)
    write_chart(chart, out, replace=asked.output.force)
    say(BOUNDARIES)


def _over_draws(lens: str, text: str, shared: set[str]) -> Instead:
    """Return the lens that answers over the draws of a posterior in place of one run."""
    return Instead(
        lens,
        "posterior",
        text,
        more=frozenset({"draws", "coalitions"}),
        shared=frozenset({"until", "year", "horizons", "engine", *shared}),
        refusal="the draws of a posterior stand in place of it, or their answer has none",
        values={"posterior": calibration.kept_posterior},
    )


add_lenses(
    app,
    "disruption",
    {
        "simulate": Special(
            default=True,
            leaves=frozenset({"daily"}),
            folders={"daily": "Write every day of every industry to this new folder (Parquet)."},
            instead=_over_draws(
                "calibration.predict",
                'Ranges over the draws of a posterior in place of one run: "default" or the folder '
                "of one. Adds the misfit, both extremes, and what lies beyond every episode.",
                {"scenario", "precision"},
            ),
            controls=_daily,
            finish=_say_daily,
            charts={
                "chart": ("Paths of the economies hit hardest.", _paths),
                "loss_map": ("Losses in Europe on a map.", _losses),
            },
        ),
        "simulate_many": Special(
            "compare",
            instead=_over_draws(
                "calibration.predict_many",
                'Ranges over the draws of a posterior in place of one run each: "default" or the '
                "folder of one. With --base, differences draw by draw.",
                {"scenarios", "base"},
            ),
        ),
    },
)
