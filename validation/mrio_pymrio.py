"""Agreement with pymrio on the WIOD table of 2011: multipliers, footprints, tables there and back.

Run: ``python validation/mrio_pymrio.py [folder of shared data]``. Fails above 1e-9 relative.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np

from isthmus.chains.demand import absorbed
from isthmus.world.mrio import MRIO

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tools.starter.mrio_wiod import from_wiod

TOLERANCE = 1e-9


def largest(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Largest difference relative to the largest entry of its row."""
    scale = np.abs(theirs).max(axis=-1, keepdims=True)
    return float((np.abs(ours - theirs) / np.where(scale > 0, scale, 1.0)).max())


def main() -> int:
    here = Path(__file__).resolve().parents[1].parent / "shared" / "data"
    given = Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("ISTHMUS_SHARED_DATA", here))
    table = from_wiod(given / "mrio" / "wiod13" / "wiod13_2011.npz")
    system = table.to_pymrio()
    system.calc_all()
    n, S = table.labels.n, table.labels.S
    groups = np.repeat(np.eye(n), S, axis=0)
    L = system.L.to_numpy()
    theirs = system.factor_inputs.S.to_numpy()[0] @ L
    ours = table.solve(table.coefficients(table.v), transposed=True).X
    footprint = system.factor_inputs.D_cba.to_numpy()[0]
    demand = absorbed(table).reshape(n, S, n)
    back = MRIO.from_pymrio(system, year=2011)
    found = {
        "multipliers of value added": largest(ours, theirs),
        "requirements by origin": largest(table.solve(groups, transposed=True).X, L.T @ groups),
        "output for each final demand": largest(table.solve(table.final).X, L @ table.final),
        "value-added footprints of economies": largest(
            demand.sum(axis=(0, 1)), footprint.reshape(n, S).sum(axis=1)
        ),
        "table there and back": largest(back.Z, table.Z),
    }
    for name, value in found.items():
        print(f"{name:40s} {value:.1e}")
    return int(max(found.values()) > TOLERANCE)


if __name__ == "__main__":
    sys.exit(main())
