"""``isthmus coercion``: past cases, what they did to trade, and who could hurt whom."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import App, Parameter

from isthmus.cli.coercion_response import register
from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import WorldName

app = App(name="coercion", help="Past cases of economic coercion, their effects, and leverage.")

register(app)


@app.command
def episodes(
    *,
    case: str | None = None,
    target: str | None = None,
    since: int | None = None,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """List coded cases with measures, published effects, outcomes and sources.

    Parameters
    ----------
    case
        Id of one case, such as LTU-2021.
    target
        Economy acted upon.
    since
        First year of the start of a measure.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.world import World

    result = recorded("coercion.episodes", World.open(world), case=case, target=target, since=since)
    emit_result(result, output)


@app.command
def events(
    case: str,
    *,
    product: Annotated[tuple[str, ...], Parameter(negative="")] = (),
    direction: Literal["exports", "imports"] = "exports",
    leads: int = 2,
    placebos: int = 200,
    full: int = 20,
    seed: int = 0,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """Estimate what a case did to goods trade between target and sender.

    Parameters
    ----------
    case
        Id of a coded case, such as LTU-2021.
    product
        HS6 code whose trade the world holds, instead of the industries of the measures; several
        are pooled. isthmus coercion coverage lists them by case.
    direction
        Exports of the target to the sender, or its imports from the sender.
    leads
        Years before the first measure with an effect of their own.
    placebos
        Pairs without an episode to compare with, estimated in one step.
    full
        How many of these are estimated in full as well.
    seed
        Seed of the choice of placebos.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.world import World

    result = recorded(
        "coercion.event_study", World.open(world), case=case, products=product,
        direction=direction, leads=leads, placebos=placebos, full=full, seed=seed,
    )  # fmt: skip
    emit_result(result, output)


@app.command
def coverage(*, world: WorldName = "starter", output: Output = SCREEN) -> None:
    """List which measures an event study can see, by industry and by product, and why not."""
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.world import World

    # every measure: what is not there matters as much as what is
    emit_result(recorded("coercion.coverage", World.open(world)), output)


@app.command
def leverage(
    sender: str,
    *,
    over: tuple[str, ...] = (),
    year: int | None = None,
    horizon: tuple[float, ...] = (1.0, 2.0, 5.0),
    domestic_share: float | None = None,
    diversion: float = 0.5,
    products: bool = True,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """Show what a sender and each target could do to each other, and what it would cost them.

    Parameters
    ----------
    sender
        Economy, or coalition that acts as one.
    over
        Targets (DEU, EU27_2020), once each; all economies when none is given.
    year
        The last year of the flows when not given.
    horizon
        Years after the stop, each 1 or more; set the elasticity of substitution.
    domestic_share
        Domestic value added per unit of exports, the same for all; by economy and industry from
        the inter-economy table when not given.
    diversion
        Assumed part of banned exports that is sold elsewhere within a year.
    products
        Add the products that the world holds.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.coercion import Assumptions
    from isthmus.world import World

    assumptions = Assumptions(domestic_share, diversion, horizon)
    result = recorded(
        "coercion.leverage_map", World.open(world), sender=sender, over=over or None, year=year,
        assumptions=assumptions, products=products,
    )  # fmt: skip
    emit_result(result, output)


@app.command
def backtest(
    *,
    first: int = 5,
    horizon: float = 1.0,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """Compare industries ranked by data from before each case with those that were hit.

    Parameters
    ----------
    first
        k of the hits among the first k ranks.
    horizon
        Years after the stop, 1 or more.
    """
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.coercion import Assumptions
    from isthmus.world import World

    assumptions = Assumptions(horizons=(horizon,))
    result = recorded("coercion.backtest", World.open(world), top=first, assumptions=assumptions)
    emit_result(result, output)
