"""The base of the lens: an inter-economy table as shares that stay put without a shock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from isthmus.errors import BadInput, InputProblem, SurplusExceedsIncome, raise_all
from isthmus.evidence import Origin
from isthmus.kernels.arrays import Array, over
from isthmus.kernels.equilibrium import TradeModel
from isthmus.kernels.equilibrium_base import model_from_flows, settle
from isthmus.world.mrio import MRIO

SMALLEST_VALUE_ADDED = 0.01
"""Least share of value added in gross output; industries below it have their inputs scaled."""


@dataclass(frozen=True, slots=True)
class Base:
    """A model with its labels and what was changed to make it consistent.

    Parameters
    ----------
    model : TradeModel
        Shares and incomes; elasticities are set per run.
    economies, industries : tuple of str
        Labels of the arrays.
    year : int
        Year of the table.
    kind, datasets, origin
        Of the table.
    moved : float
        Largest relative change of an economy's value added by settling.
    cut : float
        Negative flows and negative final demand set to zero, as a share of world output.
    scaled : int
        Industries whose inputs were scaled because they left no value added.
    origin : Origin
        Where the table was read.
    unit : str
        Unit of the amounts.
    """

    model: TradeModel
    economies: tuple[str, ...]
    industries: tuple[str, ...]
    year: int
    kind: str
    datasets: tuple[str, ...]
    moved: float
    cut: float
    scaled: int
    origin: Origin
    unit: str = "million USD"

    @property
    def imports(self) -> Array:
        """Imports of the world by industry, (J,), million USD."""
        value = self.model.pi * self.model.expenditure.T[:, :, None] / (1.0 + self.model.tariff)
        inside = np.diagonal(value, axis1=1, axis2=2).sum(axis=1)
        return np.asarray(value.sum(axis=(1, 2)) - inside)


def prepare(table: MRIO, *, tariff: Array | None = None) -> Base:
    """Return the base of a table.

    One set of origin shares per product and importer serves all its users, intermediate and
    final; value added is all that gross output leaves over inputs, taxes on products included.

    Parameters
    ----------
    table : MRIO
        Dense or factored.
    tariff : ndarray (exporter, importer, industry), optional
        Base tariffs as fractions; zero when not given.

    Returns
    -------
    Base

    Raises
    ------
    BadInput
        When the tariffs have another shape or values out of range, or an economy neither
        produces nor trades; all problems at once.
    SurplusExceedsIncome
        When an economy's surplus leaves it nothing to spend.
    """
    labels = table.labels
    n, s = labels.n, labels.S
    flows = (table.sales + table.final).reshape(n, s, n).transpose(0, 2, 1)
    cut = float(np.maximum(-flows, 0.0).sum())
    flows = np.maximum(flows, 0.0)
    raise_all("trade flows", _flow_problems(flows, table.economies))
    rates = _tariffs(tariff, flows.shape)
    inputs, scaled = _inputs(table.use(), flows.sum(axis=1))
    model = model_from_flows(flows, inputs, theta=np.full(s, 4.0), tariff=rates)
    final = model.expenditure - np.matmul(model.gamma, flows.sum(axis=1)[:, :, None])[:, :, 0]
    cut += float(np.maximum(-final, 0.0).sum())
    with economies_named(table.economies):
        settled = settle(model)
    moved = float(np.abs(settled.value_added / model.value_added - 1.0).max())
    return Base(
        model=settled,
        economies=table.economies,
        industries=table.industries,
        year=table.year,
        kind=str(table.kind),
        datasets=table.datasets,
        origin=table.origin,
        moved=moved,
        cut=cut / float(flows.sum()),
        scaled=scaled,
        unit=table.unit,
    )


@contextmanager
def economies_named(economies: tuple[str, ...]) -> Iterator[None]:
    """Name the economies where the kernel knows positions only.

    Raises
    ------
    SurplusExceedsIncome
        With the codes of the economies.
    """
    try:
        yield
    except SurplusExceedsIncome as error:
        error.where = ", ".join(economies[k] for k in error.positions)
        raise


def with_theta(base: Base, theta: Array) -> TradeModel:
    """Return the model with elasticities by industry."""
    return replace(base.model, theta=np.asarray(theta, dtype=np.float64))


def _inputs(use: Array, output: Array) -> tuple[Array, int]:
    total = use.sum(axis=1)
    most = (1.0 - SMALLEST_VALUE_ADDED) * output
    above = (total > most) & (output > 0)
    factor = np.where(above, over(most, total), 1.0)
    return over(use * factor[:, None, :], output[:, None, :]), int(above.sum())


def _tariffs(tariff: Array | None, shape: tuple[int, ...]) -> Array | None:
    if tariff is None:
        return None
    rates = np.asarray(tariff, dtype=np.float64)
    if rates.shape != shape:
        raise BadInput(
            f"tariffs have shape {rates.shape}, the table needs {shape}",
            where="tariff",
            hint="axes are exporter, importer, industry",
        )
    if not (np.isfinite(rates) & (rates > -1)).all():
        raise BadInput("tariffs must be finite fractions above -1", where="tariff")
    rates = rates.transpose(2, 1, 0).copy()
    here = np.arange(shape[0])
    rates[:, here, here] = 0.0
    return rates


def _flow_problems(flows: Array, economies: tuple[str, ...]) -> list[InputProblem]:
    abroad = flows.sum(axis=2)
    np.fill_diagonal(abroad, 0.0)
    problems = []
    for position, code in enumerate(economies):
        if not flows[position].sum() > 0:
            problems.append(InputProblem("has no output", code))
        elif not abroad[position].sum() > 0:
            problems.append(InputProblem("sells nothing abroad", code, "leave it out or merge it"))
        elif not abroad[:, position].sum() > 0:
            problems.append(InputProblem("buys nothing abroad", code, "leave it out or merge it"))
    return problems
