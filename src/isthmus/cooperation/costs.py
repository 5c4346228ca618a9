"""What an action costs a year, and with which of its numbers the cost of a package goes most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isthmus.cooperation.chance import drawn
from isthmus.kernels.arrays import Array
from isthmus.kernels.decision import equivalent_annual_cost
from isthmus.kernels.sensitivity import drivers
from isthmus.scenario.actions import Action
from isthmus.scenario.packages import Package

if TYPE_CHECKING:
    from isthmus.cooperation.stage import Stage


def priced(action: Action, draws: int, seed: int) -> dict[str, Array]:
    """Return draws of the numbers that the cost of an action is made of, (W,) each."""
    return {
        name: drawn(getattr(action.cost, name), f"{action.key}.cost.{name}", draws, seed)
        for name in ("one_off", "yearly", "life_years")
    }


def annual_cost(action: Action, draws: int, seed: int, rate: float) -> Array:
    """Return the equivalent annual net cost of an action, (W,), million EUR."""
    c = priced(action, draws, seed)
    return equivalent_annual_cost(c["one_off"], c["yearly"], c["life_years"], rate)


def cost_drivers(stage: Stage, package: Package, compared: str) -> list[tuple[Action, str, float]]:
    """Return actions and the number of each with which the cost that a package adds goes most.

    As `isthmus.kernels.sensitivity.drivers`: the strongest first, with its rank correlation.
    """
    numbers = {
        f"{action.key} {name}": (action, name, values)
        for action in stage.added(package, compared)
        for name, values in priced(action, stage.draws, stage.seed).items()
    }
    found = drivers({k: n[2] for k, n in numbers.items()}, stage.cost(package, compared))
    return [(*numbers[key][:2], correlation) for key, correlation in found]
