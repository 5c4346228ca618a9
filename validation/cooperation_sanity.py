"""What packages should do if the engine is sound: short checks over few draws, told one by one.

Usage: python -m validation.cooperation_sanity [draws]

1. Replacing part of the most concentrated chip node helps more than of the least concentrated.
2. A stock takes away a larger share of a short stop than of a long one.
3. A stock of chips of which few come from the stopped supplier helps little.
4. Support agreed beforehand lowers the loss of those who are hit, and is mostly a transfer.
5. Missing critical inputs cost less where buyers turn to others than where none does. With whole
   industries as inputs the loss falls below nought then: makers inside the Union take over.

Each is an expectation, not an assertion: where the model contradicts one, the line says so.
"""

from __future__ import annotations

import sys

import numpy as np

from isthmus.coercion.act import answer_to
from isthmus.coercion.assumptions import find_rung, preset_ladder
from isthmus.ensemble.losses import Level, Relief, Reserve, conditional, losses_of
from isthmus.scenario import preset
from isthmus.world import World

HOME = "EU27_2020"
MOST, LEAST, STOCKED = "C26_LEAD", "C26_DAO", 90.0


def saved(world: World, stop: str, levels: dict[str, Level], draws: int) -> dict[str, float]:
    """Return the median share of home's loss that each level takes away."""
    asked = (Level(), *levels.values())
    result = conditional(world, preset(stop), levels=asked, draws=draws, until=180)
    lost = losses_of(result).money(HOME).sum(axis=2)
    share = 1.0 - lost[:, 1:] / np.maximum(lost[:, :1], 1e-9)
    return dict(zip(levels, np.median(share, axis=0).tolist(), strict=True))


def main() -> None:
    """Print every expectation with what the model says."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 4
    world = World.open("starter")
    sourced = {
        node: Level(node, reliefs=(Relief((node,), (HOME,), 0.25),)) for node in (MOST, LEAST)
    }
    held = {
        node: Level(f"stock {node}", reserves=(Reserve((node,), STOCKED, economies=(HOME,)),))
        for node in (MOST, LEAST)
    }
    whole = {"all": Level("all", reserves=(Reserve(("CHIPS",), STOCKED, economies=(HOME,)),))}
    long = saved(world, "taiwan-chips-180-full", {**{f"s{k}": v for k, v in sourced.items()},
                 **held, **whole}, draws)  # fmt: skip
    short = saved(world, "taiwan-chips-30-full", whole, draws)
    told("a quarter of the most concentrated node against the least",
         long[f"s{MOST}"], long[f"s{LEAST}"])  # fmt: skip
    told("a stock in a stop of 30 days against one of 180", short["all"], long["all"])
    told("a stock of leading-edge chips against one of analogue ones", long[MOST], long[LEAST])
    rung = find_rung("arms-sales", preset_ladder())
    answer = answer_to(world, HOME, rung, sender="CHN", partner="TWN", draws=200)
    none, _, agreed = np.median(answer.loss, axis=0)
    told("loss of those hit without support against with it (million USD)", none, agreed)
    turning = preset("china-critical-inputs-eu")
    alone = turning.with_values({"shocks.0.redirect": False})
    lost = [
        float(
            np.median(
                losses_of(conditional(world, s, levels=(Level(),), draws=draws, until=365))
                .money(HOME)
                .sum(axis=2)
            )
        )
        for s in (alone, turning)
    ]
    told("loss by critical inputs if no buyer turns to others against all (million USD)", *lost)


def told(what: str, more: float, less: float) -> None:
    """Print an expectation: the first number is to be larger."""
    verdict = "as expected" if more > less else "CONTRADICTED"
    print(f"{what}: {more:.3g} against {less:.3g}: {verdict}")


if __name__ == "__main__":
    main()
