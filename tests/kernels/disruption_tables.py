"""Small balanced tables and shocks for the tests of the disruption kernels."""

import numpy as np

from isthmus.kernels.disruption import (
    Behaviour,
    DenseTable,
    FactoredTable,
    input_coefficients,
)
from isthmus.kernels.disruption_drivers import CapacityShock, Drivers, Stop
from isthmus.kernels.disruption_run import BatchRun


def factored_table(economies, sectors, seed, unit=1.0):
    rng = np.random.default_rng(seed)
    r, s = economies, sectors
    origin = rng.lognormal(0, 1, (s, r, r))
    origin[:, np.arange(r), np.arange(r)] = 0.0
    origin /= origin.sum(axis=1, keepdims=True)
    imported = rng.lognormal(0, 1, (s, r, s))
    domestic = 4.0 * rng.lognormal(0, 1, (s, r, s))
    final = rng.lognormal(1, 1, (s, r, r))
    table = FactoredTable(origin, imported, domestic, final, np.ones(r * s))
    for _ in range(60):
        flows = table.dense().flows
        output = (flows.sum(axis=2) + final.sum(axis=2)).T.reshape(-1)
        scale = (0.6 * output / table.inputs().sum(axis=0)).reshape(r, s)
        imported, domestic = imported * scale, domestic * scale
        table = FactoredTable(origin, imported, domestic, final, output)
    flows = table.dense().flows
    output = (flows.sum(axis=2) + final.sum(axis=2)).T.reshape(-1)
    return FactoredTable(origin, imported * unit, domestic * unit, final * unit, output * unit)


def flat(table: DenseTable):
    """Z [n, n], Y [n, R] with industries in rows, economy first."""
    s, r = table.shape
    Z = table.flows.transpose(1, 0, 2).reshape(r * s, r * s)
    return Z, table.final.transpose(1, 0, 2).reshape(r * s, r)


def coefficients(table, *, days=10.0, psi=0.8, restore=30.0, **more):
    return input_coefficients(
        table,
        stock_days=np.array(days),
        restore_days=np.array(restore),
        psi=psi,
        threshold=0.0,
        **more,
    )


def capacity(n, industry, share, start, length, days):
    path = np.zeros((days, 1))
    path[start : start + length] = share
    return CapacityShock(np.eye(n)[industry], path)


def run(table, drivers, *, inputs=None, behaviour=None, **more):
    """Outputs (days, n, B), days, last state of one batch run."""
    engine = BatchRun(
        table, inputs or coefficients(table), behaviour or Behaviour(), drivers, **more
    )
    days = list(engine.days())
    return np.stack([np.asarray(d.output) for d in days]), days, engine


def stop(sector, exporters, importers, share, start, length, days, *, redirect=True):
    path = np.zeros((days, 1))
    path[start : start + length] = share
    return Stop(
        sector,
        np.array(exporters, dtype=np.intp),
        np.array(importers, dtype=np.intp),
        path,
        redirect,
    )


def drivers(days, **shocks):
    return Drivers(days, 1, **shocks)
