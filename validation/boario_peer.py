"""Runs of BoARIO 0.7.2 in plain arrays, for comparison (validation group only)."""

from __future__ import annotations

import logging
import tempfile
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass
class PeerRun:
    production: np.ndarray
    capacity: np.ndarray
    orders: np.ndarray
    rebuild_demand: np.ndarray
    unmet: np.ndarray
    stocks: np.ndarray
    model: Any


def random_table(economies: int, sectors: int, seed: int = 1, sparsity: float = 0.3) -> Any:
    """A synthetic balanced table as a pymrio system; yearly flows, million."""
    import pymrio

    rng = np.random.default_rng(seed)
    n = economies * sectors
    regions = [f"r{i:03d}" for i in range(economies)]
    names = [f"s{i:03d}" for i in range(sectors)]
    Z = rng.lognormal(0.0, 1.5, (n, n)) * (rng.random((n, n)) > sparsity)
    home = np.kron(np.eye(economies), np.ones((sectors, sectors)))
    Z *= 1.0 + 20.0 * home
    Y = rng.lognormal(2.0, 1.0, (n, economies)) * (
        1.0 + 20.0 * np.kron(np.eye(economies), np.ones((sectors, 1)))
    )
    x = Z.sum(1) + Y.sum(1)
    Z *= 0.6 * x[None, :] / np.maximum(Z.sum(0), 1e-300)[None, :]
    x = Z.sum(1) + Y.sum(1)
    for _ in range(200):
        Z *= 0.6 * x[None, :] / Z.sum(0)[None, :]
        x = Z.sum(1) + Y.sum(1)
    rows = pd.MultiIndex.from_product([regions, names], names=["region", "sector"])
    cols = pd.MultiIndex.from_product([regions, ["final"]], names=["region", "category"])
    system = pymrio.IOSystem(
        Z=pd.DataFrame(Z, index=rows, columns=rows), Y=pd.DataFrame(Y, index=rows, columns=cols)
    )
    return system.calc_all()


def plain(system: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str], list[str]]:
    """Yearly Z [n, n], Y by economy [n, R] and x, labels sorted, economy first."""
    Z = system.Z.sort_index(axis=0).sort_index(axis=1)
    Y = system.Y.T.groupby(level=0).sum().T.sort_index(axis=0).sort_index(axis=1)
    x = system.x.sort_index(axis=0).to_numpy()[:, 0]
    regions = sorted(set(system.get_regions()))
    sectors = sorted(set(system.get_sectors()))
    return Z.to_numpy(), Y.to_numpy(), x, regions, sectors


def run_peer(
    system: Any, events: list[dict[str, Any]], *, steps: int, stocks: bool = True, **model_args: Any
) -> PeerRun:
    """Run BoARIO; an event is the keyword arguments of its `from_series`, impact by label."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    from boario.event import from_series
    from boario.extended_models import ARIOPsiModel
    from boario.simulation import Simulation

    model = ARIOPsiModel(system, **model_args)
    with tempfile.TemporaryDirectory() as folder:
        sim = Simulation(
            model,
            n_temporal_units_to_sim=steps,
            register_stocks=stocks,
            boario_output_dir=folder,
        )
        for event in events:
            spec = dict(event)
            impact = pd.Series(spec.pop("impact"))
            sim.add_event(from_series(impact, **spec))
        sim.loop()
        held = (
            sim.inputs_stocks.to_numpy().reshape(steps, model.n_sectors, -1)
            if stocks
            else np.empty(0)
        )
        return PeerRun(
            sim.production_realised.to_numpy(),
            sim.production_capacity.to_numpy(),
            sim.intermediate_demand.to_numpy(),
            sim.rebuild_demand.to_numpy(),
            sim.final_demand_unmet.to_numpy(),
            held.copy(),
            model,
        )
