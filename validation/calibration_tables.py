"""What the table does to a calibration: adding up economies and industries, and its year.

Run: ``python validation/calibration_tables.py [draws] [folder of shared data]``. Takes draws of the
shipped posterior (20 by default).

1. Every episode that was used, on the coarse table of the calibration and on the full one: the
   difference of each observable, and how it compares with the width of the posterior's 80 % range.
2. Two stops of car making on the table of 2022 and on WIOD 2011, both brought to the same
   industries, with the same draws. Not run where the WIOD file is missing.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from isthmus.disruption.episodes import load_episodes
from isthmus.disruption.episodes.answer import Answer
from isthmus.disruption.episodes.model import Episode
from isthmus.disruption.posterior import load_posterior
from isthmus.ensemble.calibration.setup import Ground, engine_of, ground_of
from isthmus.world import World
from isthmus.world.mrio import MRIO

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools.starter.mrio_wiod import from_wiod

LARGEST = 0.1
"""Largest difference of the medians, as a share of the posterior's 80 % range."""

STARTER = {
    "A02": "A01", "A03": "A01", "B06": "B05", "B07": "B05", "B08": "B05", "B09": "B05",
    "C21": "C20", "C24B": "C24A", "C25": "C24A", "C27": "C26", "C301": "C29", "C302T309": "C29",
}  # fmt: skip
WIOD = {
    "AtB": "A01", "C": "B05", "15t16": "C10T12", "17t18": "C13T15", "19": "C13T15", "20": "C16",
    "21t22": "C17_18", "23": "C19", "24": "C20", "25": "C22", "26": "C23", "27t28": "C24A",
    "29": "C28", "30t33": "C26", "34t35": "C29", "36t37": "C31T33", "E": "D_E", "50": "G",
    "51": "G", "52": "G", "60": "H", "61": "H", "62": "H", "63": "H", "64": "J", "J": "K_L",
    "70": "K_L", "71t74": "M_N", "L": "O", "H": "I_P_T", "M": "I_P_T", "N": "I_P_T", "O": "I_P_T",
    "P": "I_P_T",
}  # fmt: skip
"""Industries of both tables brought to one list; names are those of the table of 2022."""
BOTH = {"wltp-2018": ("germany", "central-europe"), "gm-strike-2019": ("us-vehicles-october",)}
"""Episodes and observables that both tables can hold."""


def answers(
    ground: Ground, episode: Episode, names: tuple[str, ...], draws: np.ndarray
) -> np.ndarray:
    there = ground.of(episode)
    engine = engine_of("auto")
    answer = Answer(there, there.observables, names, ground.daily, "float32", engine)
    return np.concatenate([answer(draws[k : k + 10]) for k in range(0, len(draws), 10)])


def width(values: np.ndarray) -> float:
    low, high = np.quantile(values, [0.1, 0.9])
    return float(high - low)


def added_up(table: MRIO, count: int) -> bool:
    """Compare coarse and full; return whether every error is small enough."""
    posterior = load_posterior()
    episodes = [e for e in load_episodes() if e.name in posterior.about["episodes"]]
    coarse, full = (ground_of(table, episodes, full=whole) for whole in (False, True))
    shape = len(coarse.daily.source.economies), len(coarse.daily.source.industries)
    print(f"coarse: {shape[0]} economies, {shape[1]} industries; {count} draws")
    print("| episode | observable | coarse | full | difference | of the 80 % range |")
    print("| --- | --- | --- | --- | --- | --- |")
    draws, wide = posterior.draws(count), posterior.draws(100)
    worst = 0.0
    for episode in episodes:
        used = episode.model_copy(update={"observables": episode.used})
        one, two = (answers(g, used, posterior.names, draws) for g in (coarse, full))
        spread = answers(coarse, used, posterior.names, wide)
        for k, o in enumerate(used.observables):
            gap = float(np.median(two[:, k] - one[:, k]))
            share = abs(gap) / max(width(spread[:, k]), 1e-12)
            worst = max(worst, share)
            middle = np.median(one[:, k]), np.median(two[:, k])
            print(
                f"| {episode.name} | {o.key} | {middle[0]:.4f} | {middle[1]:.4f} | {gap:+.5f} "
                f"| {share:.0%} |"
            )
    print(f"largest: {worst:.0%} of the posterior's 80 % range, wanted {LARGEST:.0%}")
    return worst <= LARGEST


def years(table: MRIO, older: MRIO, count: int) -> None:
    """Print the same episodes on two tables."""
    posterior = load_posterior()
    draws = posterior.draws(count)
    tables = {
        str(table.year): table.aggregate(industries=STARTER),
        str(older.year): older.aggregate(industries=WIOD),
    }
    print(
        "\n| episode | observable | 2022 | 2011 | ratio | 80 % range of 2022, ratio of its ends |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for episode in load_episodes(list(BOTH)):
        kept = tuple(o for o in episode.observables if o.key in BOTH[episode.name])
        one = episode.model_copy(update={"observables": kept})
        found = [answers(ground_of(t, [one]), one, posterior.names, draws) for t in tables.values()]
        for k, o in enumerate(kept):
            new, old = (float(np.median(f[:, k])) for f in found)
            low, high = np.quantile(found[0][:, k], [0.1, 0.9])
            print(
                f"| {episode.name} | {o.key} | {new:.4f} | {old:.4f} | {old / new:.2f} "
                f"| {high / low:.2f} |"
            )


def main(arguments: list[str]) -> int:
    """Run both parts; return 1 when adding up costs too much."""
    count = int(arguments[0]) if arguments else 20
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    named = os.environ.get("ISTHMUS_SHARED_DATA")
    shared = Path(arguments[1]) if len(arguments) > 1 else Path(named) if named else beside
    world = World.open("starter")
    fine = added_up(world.mrio(2022, chips=True), count)
    place = shared / "mrio" / "wiod13" / "wiod13_2011.npz"
    if place.is_file():
        years(world.mrio(2022), from_wiod(place), count)
    else:
        print("year of the table: not run, the WIOD 2013 release is not there")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
