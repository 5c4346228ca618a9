"""Small balanced tables and shocks for the tests of the disruption kernels."""

import numpy as np

from isthmus.kernels.disruption import DenseTable, FactoredTable
from isthmus.kernels.disruption_drivers import CapacityShock, Drivers, Stop
from isthmus.kernels.disruption_run import BatchRun
from isthmus.kernels.disruption_terms import Behaviour, choices, coefficients


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


def capacity(n, industry, share, start, length, days):
    path = np.zeros((days, 1))
    path[start : start + length] = share
    return CapacityShock(np.eye(n)[industry], path)


def engine(table, drivers, *, behaviour=None, kind=BatchRun, inputs=None, more=None, **words):
    """A run with 10 stock-days closed in 30, orders by output, every input needed, unless said."""
    given = {"days": 10.0, "rise": 1 / 30, "orders": "output", **words}
    chosen = choices(table.shape[0], drivers.batch, **given)
    reading = given.get("reading", "psi")
    inputs = inputs or coefficients(table, reading=reading)
    return kind(table, inputs, behaviour or Behaviour(), drivers, chosen=chosen, **(more or {}))


def run(table, drivers, *, precision="float64", rebuilding=None, xp=None, **words):
    """Outputs (days, n, B), days, the run of one batch."""
    more = {"precision": precision, "rebuilding": rebuilding, "xp": xp or np}
    made = engine(table, drivers, more=more, **words)
    return finished(made)


def finished(made):
    """Outputs (days, n, B), days, the run itself."""
    days = list(made.days())
    return np.stack([np.asarray(d.output) for d in days]), days, made


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
