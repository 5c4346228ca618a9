"""Commands of ``isthmus coercion`` on the ladder of engagement: its rungs and their prices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import DrawSeed, WorldName


def ladder(*, file: Path | None = None, output: Output = SCREEN) -> None:
    """List the rungs of the ladder of engagement: degrees, who decides, on what legal base.

    Parameters
    ----------
    file
        TOML file with a ladder of your own.
    """
    from isthmus.cli.output import emit_listing
    from isthmus.coercion.assumptions import preset_ladder, read_ladder
    from isthmus.coercion.response_basis import rungs

    source = "ladder that ships" if file is None else str(file)
    table = rungs(preset_ladder() if file is None else read_ladder(file))
    emit_listing("coercion.ladder", [table], source, output)


def retaliation(
    sender: str,
    target: Annotated[tuple[str, ...], Parameter(negative="")],
    /,
    *,
    visible: float = 0.5,
    official: float = 0.5,
    military: float = 0.5,
    bloc: str = "EU27_2020",
    assumptions: Path | None = None,
    draws: int = 200,
    seed: DrawSeed = 0,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """Price one step of given degrees: the model of `respond` without a ladder.

    Parameters
    ----------
    sender
        Economy that may answer.
    target
        Who takes the step, each on its own (DEU LTU).
    visible
        How visible the step is, 0 to 1.
    official
        How official it is, 0 to 1.
    military
        How military it is, 0 to 1.
    bloc
        Coalition whose members can answer together; "" for none.
    assumptions
        TOML file whose tables replace shipped assumptions.
    draws
        Draws over the ranges, 20 or more.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.coercion import Step
    from isthmus.ensemble.inputs import input_file
    from isthmus.world import World

    result = recorded(
        "coercion.price_ladder",
        World.open(world),
        target=target,
        rung=Step(visible, official, military),
        sender=sender,
        bloc=bloc,
        assumptions=None if assumptions is None else input_file(assumptions),
        draws=draws,
        seed=seed,
    )
    emit_result(result, output)


def register(app: App) -> None:
    """Add the commands to the app of the room."""
    app.command(ladder)
    app.command(retaliation)
