"""The cascade lens: who is systemically important, and what a scenario takes from whom."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from isthmus.cascade.engine import DEFAULT_EPS, Engine, Outcome, Rule, levels_of, run_shocks
from isthmus.cascade.network import SupplyNetwork
from isthmus.cascade.shocks import Shocks, every_firm, from_scenario
from isthmus.evidence import Column, Kind, Provenance, Result, Table, provenance
from isthmus.evidence.frames import of_years
from isthmus.runtime import CancelToken, Checkpoints, Progress, silent
from isthmus.scenario import Scenario

CITATION = (
    "Diem, Borsos, Reisch, Kertesz, Thurner (2022), Quantifying firm-level economic systemic "
    "risk from nation-wide supply networks, Scientific Reports 12, 7719"
)
CORE_SHARE = 0.5
_LOSS = "share of the network's output lost"


def systemic_importance(
    network: SupplyNetwork,
    *,
    replaceability: str = "none",
    rule: Rule = "published",
    eps: float = DEFAULT_EPS,
    size: float = 1.0,
    core_share: float = CORE_SHARE,
    engine: Engine = "auto",
    threads: int = 0,
    checkpoints: Checkpoints | None = None,
    cancel: CancelToken | None = None,
    progress: Progress = silent,
) -> Result:
    """Stop every firm in turn and report the share of all output that is lost.

    Parameters
    ----------
    network : SupplyNetwork
        The network.
    replaceability : str
        ``"none"``, or the column of the firms that names their market (``"sector"``).
    rule : {"published", "exact"}
        Stop when no level changes by more than `eps`, or solve for the fixed point.
    eps : float
        Tolerance of the published rule.
    size : float
        Share of its production that the stopped firm loses.
    core_share : float
        The systemic core holds the firms with at least this share of the largest index.
    engine, threads, checkpoints, cancel, progress
        See `isthmus.cascade.engine.run_shocks`.

    Returns
    -------
    Result
        Tables ``firms`` (index by firm), ``core``, ``economies``, ``sectors`` (of the firms
        that stop) and ``reach`` (which economy loses when a firm of the core stops).

    Raises
    ------
    BadInput, DidNotConverge, Cancelled
        See `isthmus.cascade.engine.run_shocks`.
    """
    economies = tuple(sorted(set(network.economy)))
    outcome = run_shocks(
        network.supply(replaceability),
        every_firm(network, size),
        weight=network.output,
        group=_places(network.economy, economies),
        rule=rule,
        eps=eps,
        engine=engine,
        threads=threads,
        checkpoints=checkpoints,
        cancel=cancel,
        progress=progress,
    )
    share = network.output / network.output.sum()
    frame = network.firms.select("firm", "economy", "sector").with_columns(
        pl.Series("index", outcome.index[:, 0]),
        pl.Series("index_down", outcome.index[:, 1]),
        pl.Series("index_up", outcome.index[:, 2]),
        pl.Series("own_share", share),
        pl.Series("steps", outcome.steps),
    )
    ranked = frame.sort(["index", "firm"], descending=[True, False])
    core = ranked.filter(pl.col("index") >= core_share * outcome.index[:, 0].max())
    kind = Kind.weakest((network.kind, Kind.MODELLED))
    notes = (outcome.rule, f"replaceability: {replaceability}", *network.notes)
    tables = (
        Table("firms", ranked, _FIRM_COLUMNS, kind, network.datasets, f"{_LOSS} by firm", notes),
        Table(
            "core",
            core,
            _FIRM_COLUMNS,
            kind,
            network.datasets,
            f"systemic core: firms with at least {core_share:g} of the largest index",
            notes,
        ),
        _members(ranked, "economy", kind, network, notes),
        _members(ranked, "sector", kind, network, notes),
        _reach(network, core, outcome, economies, kind, notes),
    )
    parameters = {
        "replaceability": replaceability,
        "rule": outcome.rule,
        "size": size,
        "core_share": core_share,
    }
    return Result(
        of_years(tables, network.years),
        made_with(network, "cascade.systemic_importance", parameters),
        (CITATION,),
    )


def run(
    network: SupplyNetwork,
    scenario: Scenario | Shocks,
    *,
    replaceability: str = "none",
    rule: Rule = "published",
    eps: float = DEFAULT_EPS,
) -> Result:
    """Follow the cascade of a scenario and report who loses.

    Parameters
    ----------
    network : SupplyNetwork
        The network.
    scenario : Scenario or Shocks
        Capacity losses of economies and sectors, or shocks of named firms
        (`isthmus.cascade.firms_stop`, `isthmus.cascade.group_stops`).
    replaceability, rule, eps
        As in `systemic_importance`.

    Returns
    -------
    Result
        Tables ``total``, ``economies``, ``sectors`` (losses of the groups that lose) and
        ``firms`` (lost share of every firm that loses).

    Raises
    ------
    ShockNotRepresentable
        When the scenario holds a shock other than a capacity loss.
    BadInput, DidNotConverge
        See `isthmus.cascade.engine.run_shocks`.
    """
    shocks = scenario if isinstance(scenario, Shocks) else from_scenario(network, scenario)
    supply = network.supply(replaceability)
    outcome = run_shocks(supply, shocks, weight=network.output, rule=rule, eps=eps, engine="numpy")
    levels = levels_of(supply, shocks, rule=rule, eps=eps)
    lost = np.maximum(levels.down, levels.up)
    kind = Kind.weakest((network.kind, Kind.MODELLED))
    notes = (outcome.rule, f"replaceability: {replaceability}", *network.notes)
    total = pl.DataFrame(
        {
            "scenario": list(shocks.names),
            "value": outcome.index[:, 0],
            "value_down": outcome.index[:, 1],
            "value_up": outcome.index[:, 2],
            "steps": outcome.steps,
        }
    )
    tables = (
        Table("total", total, _TOTAL_COLUMNS, kind, network.datasets, _LOSS, notes),
        _losers(network, shocks, lost, "economy", kind, notes),
        _losers(network, shocks, lost, "sector", kind, notes),
        _levels(network, shocks, levels.down, levels.up, kind, notes),
    )
    parameters: dict[str, Any] = {
        "replaceability": replaceability,
        "rule": outcome.rule,
        "shocks": list(shocks.names),
    }
    identity = "" if isinstance(scenario, Shocks) else scenario.identity
    return Result(
        of_years(tables, network.years),
        made_with(network, "cascade.run", parameters, identity),
        (CITATION,),
    )


def made_with(
    network: SupplyNetwork, lens: str, parameters: dict[str, Any], scenario: str = ""
) -> Provenance:
    """Return how a result was made; the network stands among its parameters by its content."""
    about = {**parameters, "network": network.size_text, "network_hash": network.content_hash}
    return provenance(network.origin, lens, network.datasets, about, scenario=scenario)


def _places(values: tuple[str, ...], names: tuple[str, ...]) -> np.ndarray:
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[value] for value in values], np.int64)


def _members(
    ranked: pl.DataFrame, by: str, kind: Kind, network: SupplyNetwork, notes: tuple[str, ...]
) -> Table:
    frame = (
        ranked.group_by(by, maintain_order=True)
        .agg(
            pl.col("index").first().alias("largest"),
            pl.col("firm").first(),
            pl.col("index").mean().alias("mean"),
            pl.len().cast(pl.Int64).alias("firms"),
        )
        .sort(["largest", by], descending=[True, False])
    )
    columns = (
        Column(by, "dimension", text=f"{by} of the firms that stop"),
        Column("largest", "value", "share", "largest index of its firms"),
        Column("firm", "attribute", text="the firm with the largest index"),
        Column("mean", "value", "share", "mean index of its firms"),
        Column("firms", "value", "firms", "number of firms"),
    )
    name = "economies" if by == "economy" else "sectors"
    return Table(name, frame, columns, kind, network.datasets, f"{_LOSS}, by {by}", notes)


def _reach(
    network: SupplyNetwork,
    core: pl.DataFrame,
    outcome: Outcome,
    economies: tuple[str, ...],
    kind: Kind,
    notes: tuple[str, ...],
) -> Table:
    rows = np.array([network.row_of[f] for f in core["firm"].to_list()], np.int64)
    losses = outcome.by_group[rows]
    frame = pl.DataFrame(
        {
            "firm": [f for f in core["firm"].to_list() for _ in economies],
            "economy": list(economies) * len(rows),
            "value": losses.ravel(),
        },
        schema={"firm": pl.String, "economy": pl.String, "value": pl.Float64},
    ).filter(pl.col("value") > 0)
    columns = (
        Column("firm", "dimension", text="firm that stops"),
        Column("economy", "dimension", text="economy that loses"),
        Column("value", "value", "share", _LOSS),
    )
    text = "where output is lost when a firm of the core stops"
    return Table("reach", frame, columns, kind, network.datasets, text, notes)


def _losers(
    network: SupplyNetwork,
    shocks: Shocks,
    lost: np.ndarray,
    by: str,
    kind: Kind,
    notes: tuple[str, ...],
) -> Table:
    values = network.economy if by == "economy" else network.sector_name
    names = tuple(sorted(set(values)))
    place = _places(values, names)
    output = np.bincount(place, network.output, len(names))
    gone = np.stack(
        [np.bincount(place, network.output * lost[:, s], len(names)) for s in range(len(shocks))]
    )
    own = np.divide(gone, output, out=np.zeros_like(gone), where=output > 0)
    frame = pl.DataFrame(
        {
            "scenario": [name for name in shocks.names for _ in names],
            by: list(names) * len(shocks),
            "value": own.ravel(),
            "of_total": (gone / output.sum()).ravel(),
        }
    )
    columns = (
        Column("scenario", "dimension", text="shock"),
        Column(by, "dimension", text=f"{by} that loses"),
        Column("value", "value", "share", f"share of its own output lost by the {by}"),
        Column("of_total", "value", "share", f"the same as {_LOSS}"),
    )
    name = "economies" if by == "economy" else "sectors"
    return Table(name, frame, columns, kind, network.datasets, f"output lost, by {by}", notes)


def _levels(
    network: SupplyNetwork,
    shocks: Shocks,
    down: np.ndarray,
    up: np.ndarray,
    kind: Kind,
    notes: tuple[str, ...],
) -> Table:
    both = np.maximum(down, up)
    lane, firm = np.nonzero(both.T)
    ids = network.firms.select("firm", "economy", "sector")[firm]
    frame = ids.select(
        pl.Series("scenario", [shocks.names[s] for s in lane], dtype=pl.String),
        pl.all(),
        pl.Series("value", both[firm, lane]),
        pl.Series("value_down", down[firm, lane]),
        pl.Series("value_up", up[firm, lane]),
    )
    columns = (
        Column("scenario", "dimension", text="shock"),
        *_FIRM_COLUMNS[:3],
        Column("value", "value", "share", "share of the firm's output lost"),
        Column("value_down", "value", "share", "part that comes from missing inputs"),
        Column("value_up", "value", "share", "part that comes from missing orders"),
    )
    return Table("firms", frame, columns, kind, network.datasets, "output lost, by firm", notes)


_FIRM_COLUMNS = (
    Column("firm", "dimension", text="firm"),
    Column("economy", "attribute", text="its economy"),
    Column("sector", "attribute", text="its sector"),
    Column("index", "value", "share", f"{_LOSS} when the firm stops"),
    Column("index_down", "value", "share", "the same through missing inputs alone"),
    Column("index_up", "value", "share", "the same through missing orders alone"),
    Column("own_share", "value", "share", "the firm's own share of output"),
    Column("steps", "value", "steps", "steps until the stopping rule was met"),
)
_TOTAL_COLUMNS = (
    Column("scenario", "dimension", text="shock"),
    Column("value", "value", "share", _LOSS),
    Column("value_down", "value", "share", "through missing inputs alone"),
    Column("value_up", "value", "share", "through missing orders alone"),
    Column("steps", "value", "steps", "steps until the stopping rule was met"),
)
