"""The PPML estimator against pyfixest, and the coverage of its intervals on simulated data.

Run with ``python validation/ppml_estimator.py``; about three minutes on one core.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels.ppml import ppml

REPLICATIONS = 500
# with few economies the sandwich errors of three-way PPML are known to be too small (Weidner,
# Zylkin 2021); the bilateral flows of the package have 81
SIZES = (30, 60, 81)
EFFECT = 0.5
ERROR_SD = 0.5
AGREEMENT = 1e-6


def panel(
    seed: int, n: int, years: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[NDArray[np.int64]], NDArray[np.int64]]:
    """Bilateral trade with a policy that starts in some year for a third of the pairs."""
    rng = np.random.default_rng(seed)
    i, j, t = (a.ravel() for a in np.meshgrid(range(n), range(n), range(years), indexing="ij"))
    keep = i != j
    i, j, t = i[keep], j[keep], t[keep]
    pair = i * n + j
    start = np.where(rng.random(n * n) < 1 / 3, rng.integers(1, years, n * n), years)
    policy = (t >= start[pair]).astype(np.float64)
    log_mean = (
        EFFECT * policy
        + rng.normal(0, 1.0, n * n)[pair]
        + rng.normal(0, 0.3, n * years)[i * years + t]
        + rng.normal(0, 0.3, n * years)[j * years + t]
    )
    # errors of one pair follow each other, so that clustering by pair matters
    errors = rng.normal(0, ERROR_SD, (n * n, years))
    for year in range(1, years):
        errors[:, year] = 0.5 * errors[:, year - 1] + np.sqrt(0.75) * errors[:, year]
    shock = errors[pair, t]
    y = np.exp(log_mean + shock - ERROR_SD**2 / 2) * (rng.random(len(t)) > 0.1) / 0.9
    return y, policy[:, None], [pair, i * years + t, j * years + t], pair


def against_pyfixest() -> float:
    """Largest difference of coefficients over three panels with zeros."""
    import pandas as pd
    import pyfixest as pf

    worst = 0.0
    for seed in range(3):
        y, X, effects, pair = panel(seed, 15, 6)
        ours = ppml(y, X, effects, clusters=pair, tolerance=1e-12)
        frame = pd.DataFrame({"y": y, "x": X[:, 0], "pair": pair, "a": effects[1], "b": effects[2]})
        theirs = pf.fepois(
            "y ~ x | pair + a + b", data=frame, vcov={"CRV1": "pair"}, fixef_tol=1e-12,
            iwls_tol=1e-12, ssc=pf.ssc(k_adj=False, G_adj=True),
        )  # fmt: skip
        gap = abs(ours.coef[0] - theirs.coef().iloc[0])
        ratio = ours.standard_errors[0] / theirs.se().iloc[0]
        print(
            f"panel {seed}: b {ours.coef[0]:.9f}, difference {gap:.1e}, ratio of errors {ratio:.6f}"
        )
        worst = max(worst, gap)
    return worst


def coverage(n: int, *, jackknife: bool, years: int = 5) -> tuple[float, float]:
    """Share of 95 % intervals that hold the true effect, and the mean estimate."""
    hits, estimates = 0, []
    for seed in range(REPLICATIONS):
        y, X, effects, pair = panel(10_000 + seed, n, years)
        fit = ppml(y, X, effects, clusters=pair, jackknife=jackknife)
        b, error = fit.coef[0], fit.standard_errors[0]
        hits += abs(b - EFFECT) <= 1.959964 * error
        estimates.append(b)
    return hits / REPLICATIONS, float(np.mean(estimates))


def main() -> None:
    """Print both comparisons and fail when one is outside its tolerance."""
    worst = against_pyfixest()
    print(f"largest difference from pyfixest: {worst:.1e} (tolerance {AGREEMENT:.0e})")
    share = 0.0
    for n in SIZES:
        for jackknife in (False, True):
            share, mean = coverage(n, jackknife=jackknife)
            print(
                f"{n} economies, {'jackknife' if jackknife else 'sandwich'}: coverage of 95 % "
                f"intervals over {REPLICATIONS} replications {share:.3f}, mean estimate "
                f"{mean:.4f} (true effect {EFFECT})"
            )
    if worst > AGREEMENT or not 0.92 <= share <= 0.97:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
