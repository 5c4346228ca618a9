"""The lens: how the real income of a party answers to every trade cost, at one more solve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from isthmus.codes import PartySpec, resolve
from isthmus.equilibrium.about import citations_of
from isthmus.equilibrium.base import Base, prepare
from isthmus.equilibrium.elasticities import COMPOSITE
from isthmus.equilibrium.horizon import parse_horizon
from isthmus.equilibrium.lens import run_base
from isthmus.equilibrium.settings import Deficits, Elasticities, EquilibriumSettings
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Kind, Result, Table, provenance
from isthmus.evidence.frames import MONEY, dimension, number, of_years
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.equilibrium import TradeShock
from isthmus.kernels.equilibrium_adjoint import Gradient, real_income_gradient
from isthmus.kernels.equilibrium_welfare import base_flows, base_income
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_origin import TableWorld, mrio_of

ADJOINT = "Griewank, A., Walther, A. (2008). Evaluating Derivatives. SIAM"
_COST = "percent of real income for one percent of trade cost"
_TARIFF = "percent of real income for one percentage point of tariff"
_LINK = (
    dimension("exporter"),
    dimension("importer"),
    dimension("industry"),
    number("cost", "1", _COST),
    number("tariff", "1", _TARIFF),
    number("value", MONEY, "trade in the base, tariffs left out"),
)
_PARTNER = (
    dimension("economy"),
    number("imports", "1", f"{_COST} on what the party buys there"),
    number("exports", "1", f"{_COST} on what the party sells there"),
    number("others", "1", f"{_COST} on what others than the party trade with it, both ways"),
)
_SOLVED = (
    dimension("of", "party"),
    number("products", "count", "products with the transposed system"),
    number("residual", "1", "residual of the linear system, relative to its right side"),
)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the tables are made of: the gradient, flows (J, N, N), and who is in the party."""

    base: Base
    gradient: Gradient
    flows: Array
    inside: Array
    kind: Kind


@lens("equilibrium.derivatives", {"of": "EU27_2020", "top": 20})
def derivatives(
    world: TableWorld | MRIO,
    of: PartySpec,
    *,
    horizon: str | float = "10y",
    year: int | None = None,
    elasticities: Elasticities = COMPOSITE,
    deficits: Deficits = "fixed",
    top: int = 100,
) -> Result:
    """Return how much each trade cost and tariff of the world moves the real income of a party.

    All derivatives come from one linear system, the adjoint of the equilibrium (implicit function
    theorem), in place of one equilibrium for each of the costs. They hold for small changes, with
    prices, suppliers and wages adjusted, from the base as it is.

    Parameters
    ----------
    world : World or MRIO
        A world with an inter-economy table, or such a table.
    of : str or Party
        Economy, or coalition, whose members count by their income.
    horizon, year, elasticities, deficits
        As in `isthmus.equilibrium.solve`.
    top : int
        Links that are listed, those that move most first.

    Returns
    -------
    Result
        ``links``: exporter, importer, industry, with the change of real income in percent for one
        percent of trade cost and for one percentage point of tariff; ``partners``: the same for
        all costs with an economy together; ``solution``.

    Raises
    ------
    BadInput, CodeUnknown
        For settings or codes that make no sense.
    DidNotConverge
        When no base, or no solution of the linear system, is found.

    References
    ----------
    Caliendo, L., Parro, F. (2015). Review of Economic Studies 82(1), 1-44. Griewank, A., Walther,
    A. (2008). Evaluating Derivatives. SIAM.
    """
    raise_all("derivatives", [InputProblem(f"{top} links", "top", "1 or more")] if top < 1 else [])
    base = prepare(mrio_of(world, year))
    party = resolve(of, known=base.economies)
    places = [base.economies.index(code) for code in party.listed(base.economies)]
    settings = EquilibriumSettings(parse_horizon(horizon), elasticities, deficits=deficits)
    run, _ = run_base(base, TradeShock(), settings)
    inside = np.zeros(len(base.economies))
    inside[places] = 1.0
    weights = inside * base_income(run.model)
    gradient = real_income_gradient(run.model, run.shock, run.found, weights / weights.sum())
    kind = Kind.weakest([Kind.MODELLED, base.kind])
    answer = _Answer(base, gradient, base_flows(run.model), inside, kind)
    about = {
        "of": party.spec,
        "horizon": settings.horizon,
        "year": base.year,
        "elasticities": elasticities if isinstance(elasticities, str) else dict(elasticities),
        "deficits": deficits,
        "top": top,
    }
    tables = [_links(answer, top), _partners(answer), _solution(answer, party.code)]
    made = provenance(base.origin, "equilibrium.derivatives", base.datasets, about)
    citations = (*citations_of(elasticities), ADJOINT)
    return Result(of_years(tables, [base.year], unit=base.unit), made, citations)


def _links(answer: _Answer, top: int) -> Table:
    cost = answer.gradient.cost
    here = np.arange(cost.shape[1])
    size = np.abs(cost)
    size[:, here, here] = -1.0
    order = np.argsort(-size, axis=None, kind="stable")[:top]
    order = order[size.ravel()[order] >= 0.0]
    sector, importer, exporter = np.unravel_index(order, cost.shape)
    names, industries = np.array(answer.base.economies), np.array(answer.base.industries)
    frame = pl.DataFrame(
        {
            "exporter": names[exporter].tolist(),
            "importer": names[importer].tolist(),
            "industry": industries[sector].tolist(),
            "cost": cost.ravel()[order],
            "tariff": answer.gradient.tariff.ravel()[order],
            "value": answer.flows.ravel()[order],
        }
    )
    text = "what small changes of single trade costs do to the real income of the party"
    notes = ("derivatives at the base: they hold for small changes, and do not add up for large",)
    base = answer.base
    return Table("links", frame, _LINK, answer.kind, base.datasets, text, notes)


def _partners(answer: _Answer) -> Table:
    """Add up all costs with an economy, over industries."""
    cost, inside = answer.gradient.cost.sum(axis=0), answer.inside
    here = np.arange(len(cost))
    cost[here, here] = 0.0
    outside = 1.0 - inside
    imports = inside @ cost * outside
    exports = cost @ inside * outside
    others = (outside @ cost + cost @ outside) * outside
    frame = pl.DataFrame(
        {
            "economy": list(answer.base.economies),
            "imports": imports,
            "exports": exports,
            "others": others,
        }
    ).filter(pl.Series(outside > 0.0))
    frame = frame.sort(pl.col("imports"), "economy")
    text = (
        "what small changes of all trade costs with an economy do to the real income of the party"
    )
    base = answer.base
    return Table("partners", frame, _PARTNER, answer.kind, base.datasets, text)


def _solution(answer: _Answer, code: str) -> Table:
    found = answer.gradient
    frame = pl.DataFrame({"of": [code], "products": [found.products], "residual": [found.residual]})
    text = "how the derivatives were solved for"
    return Table("solution", frame, _SOLVED, Kind.MODELLED, answer.base.datasets, text)
