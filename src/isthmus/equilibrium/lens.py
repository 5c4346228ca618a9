"""The lens: a scenario on an inter-economy table, once prices and suppliers have adjusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from isthmus.codes.nodes import CHIPS, MATERIALS
from isthmus.equilibrium.about import (
    citations_of,
    elasticity_table,
    notes_of,
    provenance_of,
    solution_table,
)
from isthmus.equilibrium.base import Base, economies_named, prepare, with_theta
from isthmus.equilibrium.elasticities import COMPOSITE, Level
from isthmus.equilibrium.horizon import ElasticityPath, Reading, parse_horizon
from isthmus.equilibrium.ranges import Choice, alternatives
from isthmus.equilibrium.settings import (
    Deficits,
    Elasticities,
    EquilibriumSettings,
    chosen_theta,
    with_params,
)
from isthmus.equilibrium.shocks import require_possible, trade_shock
from isthmus.equilibrium.tables import (
    SolvedRun,
    alternative_table,
    coalition_table,
    economy_table,
    outcome,
    sector_table,
    trade_table,
)
from isthmus.errors import (
    BadInput,
    DidNotConverge,
    EconomyIsolated,
    InputProblem,
    NoSupplierLeft,
    raise_all,
)
from isthmus.evidence import Collection, Kind, Result
from isthmus.evidence.frames import of_years
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.equilibrium import DeficitRule, TradeModel, TradeShock
from isthmus.kernels.equilibrium_base import rebase
from isthmus.kernels.equilibrium_check import check_model
from isthmus.kernels.equilibrium_solve import TOLERANCE, Equilibrium
from isthmus.kernels.equilibrium_solve import solve as solve_model
from isthmus.kernels.equilibrium_welfare import real_income
from isthmus.scenario import Scenario, detail_of, economy_groups, industry_groups
from isthmus.scenario.groups import whole_coalitions
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_origin import TableWorld, mrio_of

COALITIONS = ("EU27_2020", "G7", "NATO", "ASEAN")


@lens("equilibrium.solve", {"scenario": "equilibrium-taiwan-chips-stop", "ranges": True})
def solve(
    world: TableWorld | MRIO | Base,
    scenario: Scenario,
    *,
    horizon: str | float = "10y",
    year: int | None = None,
    elasticities: Elasticities = COMPOSITE,
    path: ElasticityPath | None = None,
    level: Level = "path",
    reading: Reading = "share",
    deficits: Deficits = "fixed",
    tariff: Array | None = None,
    coalitions: Sequence[str] | Mapping[str, Sequence[str]] = COALITIONS,
    lasting: bool = False,
    ranges: bool = False,
    tolerance: float = TOLERANCE,
) -> Result:
    """Return what a lasting shock changes once prices and suppliers have adjusted.

    Parameters
    ----------
    world : World, MRIO or Base
        A world with an inter-economy table, such a table, or what `prepare` made of one, which
        saves its share of the time where many scenarios run on the same base. Of a world the table
        with the nodes that shocks name; nodes have the elasticity of their industry.
    scenario : Scenario
        Tariff, trade-cost and productivity changes, embargoes, export stops, purchase bans. Its
        ``params`` may fix any of `elasticities`, `level`, `reading`, `deficits`, `lasting`.
    horizon : str or float
        ``"1y"``, ``"3y"``, ``"10y"`` or years, at least 1; sets the trade elasticities.
    year : int, optional
        Year of the world's table; the last one when None.
    elasticities : str or mapping of str to float
        A source (`isthmus.equilibrium.sources`), or long-run theta by industry of the table.
    path : ElasticityPath, optional
        Path of the aggregate elasticity over the years.
    level : {"path", "source"}
        Whether the import-weighted mean follows the path, or the source's own values are the long
        run and shrink in proportion.
    reading : {"share", "tariff_exclusive"}
        How the path is read; see `ElasticityPath.theta`.
    deficits : {"fixed", "world_share", "removed"}
        Trade deficits after the shock: fixed shares of world value added, of world GDP with
        tariff revenue, or none, in the base too.
    tariff : ndarray (exporter, importer, industry), optional
        Base tariffs as fractions; zero and marked assumed when not given.
    coalitions : sequence of str, or mapping of str to sequence of str
        Coalitions to report, by code or with their members; those with members outside the
        table are left out with a note.
    lasting : bool
        Read shocks with an end as lasting.
    ranges : bool
        Solve again with the alternative elasticities and report lowest and highest.
    tolerance : float
        Largest residual accepted.

    Returns
    -------
    Result
        Tables ``economies``, ``coalitions``, ``sectors``, ``trade``, ``elasticities``,
        ``solution``; with `ranges` also ``alternatives``.

    Raises
    ------
    BadInput, CodeUnknown, NotFound
        For settings or codes that make no sense.
    ShockNotRepresentable
        For a shock that the lens cannot hold; `EconomyIsolated` and `NoSupplierLeft` among them.
    DidNotConverge
        When no equilibrium is found.

    References
    ----------
    Caliendo, L., Parro, F. (2015). Review of Economic Studies 82(1), 1-44.
    """
    given = {
        "elasticities": elasticities,
        "level": level,
        "reading": reading,
        "deficits": deficits,
        "lasting": lasting,
    }
    chosen = with_params(given, scenario)
    settings = EquilibriumSettings(
        horizon=parse_horizon(horizon),
        elasticities=chosen["elasticities"],
        path=path or ElasticityPath(),
        level=chosen["level"],
        reading=chosen["reading"],
        deficits=chosen["deficits"],
        tolerance=tolerance,
    )
    base = _base(world, year, tariff, [scenario])
    groups, absent = whole_coalitions(coalitions, base.economies)
    shock = trade_shock(
        scenario,
        base,
        horizon=settings.horizon,
        economies=economy_groups(scenario, base.economies),
        industries=industry_groups(base.industries),
        lasting=chosen["lasting"],
    )
    run, theta = run_base(base, shock, settings)
    others = _alternatives(base, shock, settings, run.found) if ranges else {}
    incomes = np.array([run.gains.real_income, *(o for o in others.values() if o is not None)])
    low, high = (incomes.min(axis=0), incomes.max(axis=0)) if ranges else (None, None)
    kind = Kind.weakest([Kind.MODELLED, base.kind])
    notes = notes_of(base, not base.model.tariff.any() and tariff is None, absent, others)
    tables = [
        replace(economy_table(run, base, kind, low=low, high=high), notes=notes),
        coalition_table(run, base, kind, groups, incomes=incomes if ranges else None),
        sector_table(run, base, kind),
        trade_table(run, base, kind),
        elasticity_table(base, theta, settings),
        solution_table(run.found, base),
    ]
    if ranges:
        tables.append(alternative_table(run, base, kind, groups, others))
    return Result(
        tables=of_years(tables, [base.year], unit=base.unit),
        provenance=provenance_of(scenario, settings, base),
        citations=citations_of(settings.elasticities),
    )


def _base(
    world: TableWorld | MRIO | Base,
    year: int | None,
    tariff: Array | None,
    scenarios: Sequence[Scenario],
) -> Base:
    if isinstance(world, Base):
        if tariff is not None:
            raise BadInput("a prepared base has its tariffs already", where="tariff")
        return world
    named = frozenset().union(*(detail_of(scenario) for scenario in scenarios))
    detail = {"chips": CHIPS in named, "materials": MATERIALS in named}
    return prepare(mrio_of(world, year, **detail), tariff=tariff)


def solve_many(
    world: TableWorld | MRIO | Base,
    scenarios: Sequence[Scenario],
    *,
    year: int | None = None,
    tariff: Array | None = None,
    **settings: Any,
) -> Collection:
    """Solve several scenarios on one prepared base.

    Parameters
    ----------
    world : World, MRIO or Base
        As in `solve`.
    scenarios : sequence of Scenario
        With different names.
    year, tariff
        As in `solve`.
    **settings
        Any other setting of `solve`, the same for all.

    Returns
    -------
    Collection
        Results by name of scenario; their order does not change them.

    Raises
    ------
    BadInput
        When two scenarios have the same name; otherwise as `solve`.
    """
    names = [scenario.name for scenario in scenarios]
    raise_all(
        "scenarios",
        [
            InputProblem("two scenarios have this name", name)
            for name in sorted({n for n in names if names.count(n) > 1})
        ],
    )
    base = _base(world, year, tariff, scenarios)
    return Collection({scenario.name: solve(base, scenario, **settings) for scenario in scenarios})


def run_base(
    base: Base, shock: TradeShock, settings: EquilibriumSettings
) -> tuple[SolvedRun, Array]:
    """Solve a prepared base for one shock; returns the run and the elasticities used.

    Raises
    ------
    EconomyIsolated, NoSupplierLeft, DidNotConverge, SurplusExceedsIncome
        By name of economy and industry.
    """
    choice = Choice("main", None, settings.path, settings.level, settings.reading)
    theta = chosen_theta(base, settings, choice)
    return outcome(*_solved(base, shock, settings, theta)), theta


def _solved(
    base: Base,
    shock: TradeShock,
    settings: EquilibriumSettings,
    theta: Array,
    start: Equilibrium | None = None,
) -> tuple[TradeModel, TradeShock, Equilibrium]:
    model = with_theta(base, theta)
    check_model(model)
    if settings.deficits == "removed":
        model = rebase(model, deficit=np.zeros(model.shape[0]))
    rule: DeficitRule = "world_share" if settings.deficits == "world_share" else "fixed"
    shock = replace(shock, deficit_rule=rule)
    try:
        with economies_named(base.economies):
            found = solve_model(model, shock, start=start, tolerance=settings.tolerance)
    except (EconomyIsolated, NoSupplierLeft):
        require_possible(model, shock, base)
        raise
    return model, shock, found


def _alternatives(
    base: Base, shock: TradeShock, settings: EquilibriumSettings, near: Equilibrium
) -> dict[str, Array | None]:
    """Real income by alternative; None where the model found no equilibrium."""
    named = settings.elasticities if isinstance(settings.elasticities, str) else None
    main = Choice("main", named, settings.path, settings.level, settings.reading)
    out: dict[str, Array | None] = {}
    for choice in alternatives(main, settings.horizon):
        try:
            theta = chosen_theta(base, settings, choice)
            model, _, found = _solved(base, shock, settings, theta, near)
            out[choice.name] = real_income(model, found)
        except (DidNotConverge, BadInput):
            out[choice.name] = None
    return out
