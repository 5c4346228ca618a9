"""Simulate the draws of the shipped posterior again, and write into its record what was found.

Run: ``python tools/again.py`` after a change of the engine's code. Draws, weights and answers stay
as they are: the record says under which code the draws were found, and under which all of them were
simulated again, how far the answers are apart, and how many would no longer be accepted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np

from isthmus.disruption.episodes import load_episodes
from isthmus.disruption.posterior import RECORD, Posterior, load_posterior
from isthmus.ensemble.calibration import load_priors
from isthmus.ensemble.calibration.engine import engine_hash
from isthmus.ensemble.calibration.setup import ground_of, problem_of
from isthmus.ensemble.targets import target_arrays
from isthmus.kernels.population import distances, largest
from isthmus.runtime import canonical_json, write_bytes
from isthmus.runtime.reading import json_values
from isthmus.world import World

ROOT = Path(__file__).resolve().parents[1]
SHIPPED = ROOT / "src" / "isthmus" / "disruption" / "posteriors" / "default"
BATCH = 32


def again(posterior: Posterior) -> dict[str, Any]:
    """Return what the record says of the draws under the engine as it is."""
    episodes = load_episodes(list(posterior.about["episodes"]))
    table = World.open("starter").mrio(2022, chips=True)
    problem = problem_of(ground_of(table, episodes), episodes, load_priors())
    found = []
    for stage in problem.stages:
        parts = [
            stage.simulate(posterior.values[lo : lo + BATCH], ())
            for lo in range(0, len(posterior.weight), BATCH)
        ]
        found.append(np.concatenate(parts))
        print(f"{stage.name}: {len(found[-1])} draws", file=sys.stderr)
    model = np.concatenate(found, axis=1)
    before = np.stack([posterior.answers[t.name] for t in problem.targets], axis=1)
    far = largest(distances(model, *target_arrays(problem.targets)))
    return {
        "again_engine": engine_hash(),
        "again_draws": len(model),
        "again_apart": float(np.abs(model - before).max()),
        "again_outside": int((far > posterior.about["tolerance"]).sum()),
    }


def main() -> int:
    """Write the record; fail when a draw would no longer be accepted."""
    told = again(load_posterior(SHIPPED))
    record = json_values((SHIPPED / RECORD).read_bytes())
    record["about"] |= told
    write_bytes(SHIPPED / RECORD, (canonical_json(record, indent=2) + "\n").encode())
    print(told)
    return 1 if told["again_outside"] else 0


if __name__ == "__main__":
    sys.exit(main())
