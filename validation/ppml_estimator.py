"""The PPML estimator against pyfixest, and the coverage of its intervals on simulated data.

Run with ``python validation/ppml_estimator.py``; about five minutes on one core. Every replication
is estimated once; the usual intervals and the corrected ones see the same data.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels.placebo import placebo_interval
from isthmus.kernels.ppml import ppml
from isthmus.kernels.threeway import fit
from isthmus.kernels.threeway_events import estimate_events, one_step
from isthmus.kernels.threeway_inference import estimate_regressors

REPLICATIONS = 500
NORMAL = 1.959964
WANTED = (0.92, 0.97)
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


def cube(values: NDArray[np.float64], n: int, years: int) -> NDArray[np.float64]:
    """Off-diagonal observations in the shape (n, n, T)."""
    out = np.zeros((n, n, years))
    out[~np.eye(n, dtype=bool)] = values.reshape(-1, years)
    return out


def coverage(n: int, years: int = 5) -> float:
    """Share of corrected 95 % intervals that hold the true effect; prints the rest."""
    rows = []
    for seed in range(REPLICATIONS):
        y, X, _, _ = panel(10_000 + seed, n, years)
        got = estimate_regressors(cube(y, n, years), cube(X[:, 0], n, years)[..., None])
        low, high = got.interval()
        off, half = got.coef[0] - EFFECT, (high[0] - low[0]) / 2
        usual, apart = np.sqrt(got.sandwich[0, 0]), np.sqrt(got.jackknife[0, 0])
        rows.append(
            (
                off,
                usual,
                got.standard_errors[0],
                got.bias[0],
                got.degrees[0],
                abs(off) <= NORMAL * usual,
                abs(off) <= NORMAL * apart,
                abs(off) <= half,
                abs(off - got.bias[0]) <= half,
                got.settled,
            )
        )
    table = np.array(rows, dtype=np.float64)
    mean, sd = table.mean(axis=0), float(table[:, 0].std(ddof=1))
    print(
        f"{n} economies: mean error / sd {mean[0] / sd:+.3f}; mean standard error / sd: usual "
        f"{mean[1] / sd:.3f}, corrected {mean[2] / sd:.3f}; effective pairs {mean[4]:.0f}; "
        f"correction settled in {mean[9]:.0%}"
    )
    print(
        f"   coverage of 95 % intervals over {REPLICATIONS} replications: sandwich {mean[5]:.3f}, "
        f"jackknife {mean[6]:.3f}, corrected {mean[7]:.3f}, corrected around the bias-corrected "
        f"estimate {mean[8]:.3f}",
        flush=True,
    )
    return float(mean[7])


def placebo_coverage(n: int = 24, years: int = 8, placebos: int = 199) -> float:
    """Share of placebo intervals that hold the true effect on one pair, a fall by two thirds."""
    hits, true, when = 0, np.log(1 / 3), (5, 6, 7)
    for seed in range(REPLICATIONS):
        y, X, _, _ = panel(50_000 + seed, n, years)
        flow = cube(y * np.exp(-EFFECT * X[:, 0]), n, years)
        rng = np.random.default_rng(seed)
        alive = np.argwhere((flow > 0).all(axis=2))
        pairs = alive[rng.permutation(len(alive))[: placebos + 1]]
        flow[pairs[0, 0], pairs[0, 1], list(when)] *= np.exp(true)
        t = np.array(when)
        shape = (len(pairs), len(t))
        i, j = (np.broadcast_to(pairs[:, c][:, None], shape) for c in (0, 1))
        base = fit(flow)
        own = estimate_events([base], [flow], (i[0], j[0], t)).coef
        others = one_step([base], [flow], (i[1:], j[1:], np.broadcast_to(t, (len(pairs) - 1, 3))))
        low, high = placebo_interval(own, others)
        hits += bool(low[-1] <= true <= high[-1])
    print(
        f"one pair of {n} economies, interval from {placebos} placebos: coverage over "
        f"{REPLICATIONS} replications {hits / REPLICATIONS:.3f}",
        flush=True,
    )
    return hits / REPLICATIONS


def bias() -> None:
    """Print measured and estimated bias where errors grow as flows shrink."""
    for n in (10, 20, 40):
        found, estimated = [], []
        for seed in range(REPLICATIONS):
            rng = np.random.default_rng(seed)
            x = rng.normal(0, 0.7, (n, n, 2))
            mean = np.exp(0.5 * x + rng.normal(0, 0.3, (n, n, 1)))
            sd = np.sqrt(np.log1p(0.3 / mean**2))
            got = estimate_regressors(
                mean * np.exp(sd * rng.normal(size=mean.shape) - sd**2 / 2), x[..., None]
            )
            found.append(got.coef[0] - 0.5)
            estimated.append(got.bias[0])
        error = np.std(found) / np.sqrt(REPLICATIONS)
        print(
            f"bias with {n} economies and two years: measured {np.mean(found):.4f} "
            f"(+- {error:.4f}), estimated {np.mean(estimated):.4f}",
            flush=True,
        )


def main() -> None:
    """Print all comparisons and fail when one is outside its tolerance."""
    worst = against_pyfixest()
    print(f"largest difference from pyfixest: {worst:.1e} (tolerance {AGREEMENT:.0e})")
    bias()
    shares = [placebo_coverage(), *(coverage(n) for n in SIZES)]
    if worst > AGREEMENT or not all(WANTED[0] <= share <= WANTED[1] for share in shares):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
