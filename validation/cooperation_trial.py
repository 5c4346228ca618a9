"""Orders of magnitude beside those of an earlier trial: one stop of chips, single actions.

Usage: python -m validation.cooperation_trial [draws]

The trial held a full stop of 180 days over the days 1 to 180, with an engine that was not
calibrated; its break-even probabilities are costs as a present value over a saving of ten years.
Here the same stop runs on the calibrated engine, costs are equivalent annual ones, effects are
drawn over their ranges. Every row is printed with both figures and their ratio; a ratio over two
has its reason in ``docs/cooperation.md``.
"""

from __future__ import annotations

import sys

import numpy as np

from isthmus.cooperation.asked import question
from isthmus.cooperation.evaluate import roles_of, stage_of
from isthmus.cooperation.stage import TODAY
from isthmus.ensemble.losses import conditional, losses_of
from isthmus.kernels.decision import break_even_probability
from isthmus.scenario.amounts import RangedAmount
from isthmus.scenario.catalogues import shipped_catalogue
from isthmus.scenario.packages import Package
from isthmus.world import World

HAZARD = "taiwan-chips-stop"
DAYS = 180
TRIAL = {
    "leading-edge-chip-stock": (38.0, 0.026),
    "mature-chip-stock": (11.0, 0.033),
    "chip-early-warning": (6.0, 0.0002),
    "packaging-plant": (6.0, 0.030),
    "leading-edge-plant": (107.0, 0.08),
    "mature-plant": (3.0, 0.74),
}
"""Medians of the trial: saved, billion EUR, and break-even probability a year; of the stock of
leading-edge chips the row in which a tenth to a half fits."""
LOSS = 250.0
"""Loss of the trial, billion EUR: median; 96 to 949 between the 10 and 90 % quantiles."""


def main() -> None:
    """Print the loss, and for each action what is saved and from which probability it pays."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    world, parties = World.open("starter"), roles_of("EU27_2020", "TWN")
    base = shipped_catalogue("taiwan-europe")
    fixed = {
        name: RangedAmount(low=value, high=value, reason="as in the trial")
        for name, value in (("duration_days", float(DAYS)), ("severity", 1.0))
    }
    single = tuple(Package(key=f"only-{key}", title=key, actions=(key,)) for key in TRIAL)
    held = base.model_copy(
        update={
            "packages": single,
            "hazards": tuple(
                h.model_copy(update=fixed) if h.key == HAZARD else h for h in base.hazards
            ),
        }
    )
    asked = question(world, held, held.hazard(HAZARD), parties, draws=draws, until=DAYS)
    run = conditional(
        world, asked.scenario, levels=asked.levels, keep=asked.keep, draws=draws, until=DAYS
    )
    stage = stage_of(world, held, parties, losses={HAZARD: losses_of(run)})
    loss = stage.loss(HAZARD, stage.home) / 1e3
    low, middle, high = np.quantile(loss, (0.1, 0.5, 0.9))
    print(f"loss, bn EUR: {low:.0f} / {middle:.0f} / {high:.0f}; trial 96 / {LOSS:.0f} / 949")
    print("| action | saved, bn EUR | trial | ratio | pays from, % a year | trial | ratio |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for package in single:
        saving = stage.saved(HAZARD, package, stage.home, TODAY)
        even = np.median(break_even_probability(stage.cost(package, TODAY), saving))
        money, trial = np.median(saving) / 1e3, TRIAL[package.title]
        cells = (
            package.title,
            f"{money:.2g}",
            f"{trial[0]:g}",
            f"{money / trial[0]:.2g}",
            f"{100 * even:.2g}",
            f"{100 * trial[1]:g}",
            f"{even / trial[1]:.2g}",
        )
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
