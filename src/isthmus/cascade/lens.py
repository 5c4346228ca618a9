"""The cascade lens: who is systemically important, and what a scenario takes from whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from isthmus.cascade.engine import DEFAULT_EPS, Engine, Outcome, Rule, levels_of, run_shocks
from isthmus.cascade.network import SupplyNetwork, places
from isthmus.cascade.shocks import Shocks, every_firm, from_scenario
from isthmus.evidence import Column, Kind, Result, Table, provenance
from isthmus.evidence.frames import of_years
from isthmus.kernels.arrays import over
from isthmus.kernels.cascade import Levels
from isthmus.runtime import CancelToken, Checkpoints, Progress, silent
from isthmus.scenario import Scenario

CITATION = (
    "Diem, Borsos, Reisch, Kertesz, Thurner (2022), Quantifying firm-level economic systemic "
    "risk from nation-wide supply networks, Scientific Reports 12, 7719"
)
CORE_SHARE = 0.5
_LOSS = "share of the network's output lost"
_PLURAL = {"economy": "economies", "sector": "sectors"}


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
        group=places(network.economy, economies),
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
    made = Run(network, replaceability, outcome.rule)
    text = f"systemic core: firms with at least {core_share:g} of the largest index"
    tables = (
        made.table("firms", ranked, _FIRM_COLUMNS, f"{_LOSS} by firm"),
        made.table("core", core, _FIRM_COLUMNS, text),
        _members(made, ranked, "economy"),
        _members(made, ranked, "sector"),
        _reach(made, core, outcome, economies),
    )
    return made.result("systemic_importance", tables, {"size": size, "core_share": core_share})


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
    made = Run(network, replaceability, outcome.rule)
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
        made.table("total", total, _TOTAL_COLUMNS, _LOSS),
        _losers(made, shocks, lost, "economy"),
        _losers(made, shocks, lost, "sector"),
        _levels(made, shocks, levels),
    )
    identity = "" if isinstance(scenario, Shocks) else scenario.identity
    return made.result("run", tables, {"shocks": list(shocks.names)}, identity)


@dataclass(frozen=True, slots=True)
class Run:
    """A network and how shocks ran through it, which every table and result says.

    Parameters
    ----------
    network : SupplyNetwork
        The network.
    replaceability, rule : str
        Market of the firms, and the stopping rule in words.
    """

    network: SupplyNetwork
    replaceability: str
    rule: str

    def table(
        self, name: str, frame: pl.DataFrame, columns: tuple[Column, ...], text: str
    ) -> Table:
        """Return a table of what was modelled on the network."""
        kind = Kind.weakest((self.network.kind, Kind.MODELLED))
        notes = (self.rule, f"replaceability: {self.replaceability}", *self.network.notes)
        return Table(name, frame, columns, kind, self.network.datasets, text, notes)

    def result(
        self, lens: str, tables: Iterable[Table], parameters: dict[str, Any], scenario: str = ""
    ) -> Result:
        """Return tables with their origin; the network is a parameter by its content."""
        network = self.network
        about = {
            "replaceability": self.replaceability,
            "rule": self.rule,
            **parameters,
            "network": network.size_text,
            "network_hash": network.content_hash,
        }
        name = f"cascade.{lens}"
        origin = provenance(network.origin, name, network.datasets, about, scenario=scenario)
        return Result(of_years(tables, network.years), origin, (CITATION,))


def _members(made: Run, ranked: pl.DataFrame, by: str) -> Table:
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
    return made.table(_PLURAL[by], frame, columns, f"{_LOSS}, by {by}")


def _reach(made: Run, core: pl.DataFrame, outcome: Outcome, economies: tuple[str, ...]) -> Table:
    rows = np.array([made.network.row_of[f] for f in core["firm"].to_list()], np.int64)
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
    return made.table("reach", frame, columns, text)


def _losers(made: Run, shocks: Shocks, lost: np.ndarray, by: str) -> Table:
    network = made.network
    values = network.economy if by == "economy" else network.sector_name
    names = tuple(sorted(set(values)))
    place = places(values, names)
    output = np.bincount(place, network.output, len(names))
    gone = np.stack(
        [np.bincount(place, network.output * lost[:, s], len(names)) for s in range(len(shocks))]
    )
    own = over(gone, output)
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
    return made.table(_PLURAL[by], frame, columns, f"output lost, by {by}")


def _levels(made: Run, shocks: Shocks, levels: Levels) -> Table:
    down, up = levels.down, levels.up
    both = np.maximum(down, up)
    lane, firm = np.nonzero(both.T)
    ids = made.network.firms.select("firm", "economy", "sector")[firm]
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
    return made.table("firms", frame, columns, "output lost, by firm")


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
