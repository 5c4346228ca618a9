"""Indices and effects against SALib on the same samples, and against closed forms.

Run: ``python validation/sensitivity_salib.py``. SALib 1.6 and this package read the same answers
of the Ishigami function and of the G function of Sobol in eight dimensions; the estimators are the
same, so they agree to rounding. Its intervals are normal ones (z times the bootstrap's standard
deviation), ours are percentiles: their widths are compared to a fifth.
"""

from __future__ import annotations

import numpy as np
from SALib.analyze import morris, sobol

from isthmus.ensemble.blocks import blocked_rows, path_points
from isthmus.kernels.sensitivity import elementary_effects, morris_measures, sobol_indices

EXACT = 1e-10
"""Same formula on the same numbers: rounding only."""

WIDTH = 0.2
"""Share by which bootstrap intervals of two kinds may differ."""

G = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0])


def ishigami(u):
    x = np.pi * (2.0 * u - 1.0)
    return np.sin(x[:, 0]) * (1.0 + 0.1 * x[:, 2] ** 4) + 7.0 * np.sin(x[:, 1]) ** 2


def g_function(u):
    return np.prod((np.abs(4.0 * u - 2.0) + G) / (1.0 + G), axis=1)


def g_indices():
    """First and total indices of the G function (Saltelli et al. 2010)."""
    part = 1.0 / (3.0 * (1.0 + G) ** 2)
    whole = np.prod(1.0 + part) - 1.0
    rest = np.array([np.prod(1.0 + np.delete(part, i)) for i in range(len(G))])
    return part / whole, part * rest / whole


CASES = {
    "ishigami": (
        ishigami,
        3,
        (np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])),
    ),
    "G function": (g_function, 8, g_indices()),
}


def compare(name, count, seed=0):
    function, d, exact = CASES[name]
    y = function(np.concatenate(list(blocked_rows("saltelli", (count * (d + 2), d), seed, 0))))
    problem = {"num_vars": d, "names": [f"x{i}" for i in range(d)], "bounds": [[0, 1]] * d}
    theirs = sobol.analyze(problem, y, calc_second_order=False, num_resamples=2000, seed=1)
    blocks = y.reshape(count, d + 2)
    rng = np.random.default_rng(1)
    ours = sobol_indices(
        blocks[:, 0], blocks[:, -1], blocks[:, 1:-1], confidence=0.95, resamples=2000, rng=rng
    )
    worst, width = 0.0, 0.0
    for found, key, true in zip(ours, ("S1", "ST"), exact, strict=True):
        worst = max(worst, float(np.abs(found.value - theirs[key]).max()))
        half = (found.high - found.low) / 2.0
        large = theirs[f"{key}_conf"] > 1e-3
        width = max(width, float(np.abs(half / theirs[f"{key}_conf"] - 1.0)[large].max()))
        inside = (found.low <= true) & (true <= found.high)
        print(
            f"{name}, {key}, {count} blocks: largest error {np.abs(found.value - true).max():.4f}, "
            f"{inside.sum()} of {d} inside their intervals"
        )
    print(
        f"{name}: largest difference to SALib {worst:.1e}; widths of intervals differ by "
        f"{width:.0%} at most"
    )
    assert worst < EXACT
    assert width < WIDTH


def compare_morris(count=200, d=8):
    points = path_points(count, d, 3, 0)
    y = g_function(points.reshape(-1, d))
    problem = {"num_vars": d, "names": [f"x{i}" for i in range(d)], "bounds": [[0, 1]] * d}
    theirs = morris.analyze(problem, points.reshape(-1, d), y, num_levels=4, seed=1)
    effects = elementary_effects(y.reshape(count, d + 1), points)
    ours = morris_measures(effects, confidence=0.95, resamples=1000, rng=np.random.default_rng(1))
    pairs = ((ours.mu, "mu"), (ours.mu_star.value, "mu_star"), (ours.sigma, "sigma"))
    worst = max(float(np.abs(mine - np.asarray(theirs[key])).max()) for mine, key in pairs)
    print(f"morris, G function, {count} paths: largest difference to SALib {worst:.1e}")
    assert worst < EXACT


def main():
    for name in CASES:
        compare(name, 1024)
        compare(name, 4096)
    compare_morris()


if __name__ == "__main__":
    main()
