"""Time the equilibrium: NAFTA, the world of 2022, a 77 x 45 world, many scenarios, growth.

Run: ``python benchmarks/equilibrium.py [folder of the public data] [--many 1000]``. NAFTA stands
beside a plain numpy reference of the method as it is usually written: prices by fixed point, one
dense (N J) x (N J) solve for expenditure per wage step, fixed damping. The R package KITE is a
peer too, but it is not on PyPI; it was not run.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "kernels"))

from nafta_data import nafta_model, nafta_tariffs  # noqa: E402

from isthmus.equilibrium import prepare, with_theta  # noqa: E402
from isthmus.equilibrium import solve as lens  # noqa: E402
from isthmus.kernels.equilibrium import TradeModel, TradeShock  # noqa: E402
from isthmus.kernels.equilibrium_base import model_from_flows, rebase, settle  # noqa: E402
from isthmus.kernels.equilibrium_solve import solve  # noqa: E402
from isthmus.scenario import preset  # noqa: E402
from isthmus.world import World  # noqa: E402

RUNS = 5
DAMPING = 0.5
REFERENCE_STEPS = 60


def reference(model: TradeModel, tariff: np.ndarray, tolerance: float) -> tuple[float, int]:
    """Plain dense version; returns the labour-market residual and the wage steps taken."""
    n, s = model.shape
    kappa = (1 + tariff) / (1 + model.tariff)
    wage, price = np.ones(n), np.ones((n, s))
    gap = np.inf
    for step in range(1, REFERENCE_STEPS + 1):
        for _ in range(500):
            log_cost = model.beta * np.log(wage)[:, None] + np.einsum(
                "nk,nkj->nj", np.log(price), model.gamma
            )
            cost = np.exp(log_cost)
            terms = model.pi * (kappa * cost.T[:, None, :]) ** -model.theta[:, None, None]
            total = terms.sum(axis=2)
            new = np.where(total > 0, total, 1.0).T ** (-1 / model.theta)
            moved = np.abs(new - price).max()
            price = new
            if moved < tolerance / 10:
                break
        share = np.divide(
            terms, total[:, :, None], out=np.zeros_like(terms), where=total[:, :, None] > 0
        )
        net = share / (1 + tariff)
        matrix = np.zeros((n, s, n, s))
        for i in range(n):
            for j in range(s):
                matrix[i, :, :, j] += np.outer(model.gamma[i, :, j], net[j, :, i])
        lost = 1 - net.sum(axis=2).T
        here = np.arange(n)
        matrix[here, :, here, :] += model.alpha[:, :, None] * lost[:, None, :]
        fixed = model.alpha * (wage * model.value_added + model.deficit)[:, None]
        spent = np.linalg.solve(
            np.eye(n * s) - matrix.reshape(n * s, n * s), fixed.ravel()
        ).reshape(n, s)
        output = np.einsum("jni,nj->ij", net, spent)
        ratio = (model.beta * output).sum(axis=1) / (wage * model.value_added)
        gap = float(np.abs(ratio - 1).max())
        if gap < tolerance:
            return gap, step
        wage = wage * ratio**DAMPING
        wage *= model.value_added.sum() / (wage * model.value_added).sum()
    return gap, REFERENCE_STEPS


def made_up(economies: int, sectors: int, seed: int = 0) -> tuple[TradeModel, TradeShock]:
    """Return a random settled world and a shock of tariffs and costs."""
    rng = np.random.default_rng(seed)
    flows = rng.lognormal(0.0, 2.0, (economies, economies, sectors))
    here = np.arange(economies)
    flows[here, here] += flows.sum(axis=1) * 2
    inputs = rng.uniform(0.1, 1.0, (economies, sectors, sectors))
    inputs *= rng.uniform(0.3, 0.65, (economies, 1, sectors)) / inputs.sum(axis=1, keepdims=True)
    model = model_from_flows(flows, inputs, theta=rng.uniform(1.5, 10.0, sectors))
    tariff = rng.uniform(0.0, 0.3, (sectors, economies, economies))
    tariff[:, here, here] = 0.0
    return settle(model), TradeShock(tariff=tariff)


def median(call: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median of several runs in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def show(name: str, seconds: float, more: str = "") -> None:
    """Print one line."""
    print(f"{name:44s} {seconds * 1e3:10.1f} ms  {more}", flush=True)


def nafta(folder: Path) -> None:
    """NAFTA and all tariffs, interleaved with the reference."""
    reported, new = nafta_model(folder / "caliendo_parro")
    model = rebase(reported, deficit=np.zeros(31))
    cases = {"NAFTA 31 x 40": nafta_tariffs(model.tariff, new), "all tariffs 31 x 40": new}
    for name, tariff in cases.items():
        ours, theirs = [], []
        for _ in range(RUNS):
            ours.append(median(partial(solve, model, TradeShock(tariff=tariff)), 1))
            start = time.perf_counter()
            gap, steps = reference(model, tariff, 1e-6)
            theirs.append(time.perf_counter() - start)
        found = solve(model, TradeShock(tariff=tariff))
        show(name, statistics.median(ours), f"residual {found.residual:.1e}")
        show(
            f"  dense reference to 1e-6, {steps} steps",
            statistics.median(theirs),
            f"residual {gap:.1e}",
        )


def world(many: int) -> None:
    """The shipped table of 2022."""
    opened = World.open("starter")
    table = opened.mrio(2022)
    hard = preset("equilibrium-eu-china-hard")
    for horizon in ("1y", "10y"):
        show(
            f"2022 world, EU-China, {horizon}, whole lens",
            median(partial(lens, table, hard, horizon=horizon)),
        )
    show("2022 world with ranges", median(partial(lens, table, hard, ranges=True), 3))
    base = prepare(table)
    model = with_theta(base, np.full(base.model.shape[1], 2.0))
    rng = np.random.default_rng(0)
    start = time.perf_counter()
    worst = 0.0
    for _ in range(many):
        cost = np.ones_like(model.pi)
        pair = rng.integers(0, len(base.economies), 2)
        cost[:, pair[0], pair[1]] = cost[:, pair[1], pair[0]] = np.exp(rng.uniform(-0.2, 1.5))
        worst = max(worst, solve(model, TradeShock(cost=cost)).residual)
    show(
        f"{many} scenarios of the 2022 world",
        time.perf_counter() - start,
        f"largest residual {worst:.1e}",
    )


def growth() -> None:
    """Random worlds of growing size."""
    for economies, sectors in ((20, 20), (40, 20), (80, 20), (40, 40), (77, 45), (120, 60)):
        model, shock = made_up(economies, sectors)
        found = solve(model, shock)
        show(
            f"made-up world {economies} x {sectors}",
            median(partial(solve, model, shock), 3),
            f"{found.evaluations} evaluations, residual {found.residual:.1e}",
        )
        near = replace(shock, tariff=shock.tariff * 1.02)
        show(
            "  2 percent further, started from it",
            median(partial(solve, model, near, start=found), 3),
        )


def main() -> None:
    """Run everything."""
    words = sys.argv[1:]
    many = int(words[words.index("--many") + 1]) if "--many" in words else 100
    folder = next((Path(w) for w in words if Path(w).is_dir()), ROOT.parent / "shared" / "data")
    if (folder / "caliendo_parro").is_dir():
        nafta(folder)
    else:
        print("NAFTA not run: no public data beside the checkout")
    world(many)
    growth()


if __name__ == "__main__":
    main()
