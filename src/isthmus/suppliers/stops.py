"""The lens: which lines stop when a scenario comes, with the firm's own stocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.codes.nodes import CHIPS, MATERIALS
from isthmus.disruption.about import CITATIONS as ENGINE
from isthmus.disruption.family import PARAMETERS, Classes
from isthmus.disruption.posterior import load_posterior
from isthmus.disruption.prepare import days_of
from isthmus.ensemble.inputs import input_file
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Kind, Result, provenance
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.run_down import SupplySchedule, run_down
from isthmus.scenario import Scenario, detail_of
from isthmus.suppliers.firm import EXAMPLE, LINES, SUPPLIERS, firm_of, home_of
from isthmus.suppliers.hits import Hits, hits_of
from isthmus.suppliers.places import NODES, PlacedDeliveries, placed
from isthmus.suppliers.stop_tables import (
    Ran,
    deliveries_table,
    drivers_table,
    items_table,
    lines_table,
)
from isthmus.world.mrio import MRIO

Ints = NDArray[np.intp]

DRAWS = 100
LEAST = 1.0
"""Least stock, days: what arrives on a day is used on the next."""

_ASSUMED = (
    "assumed: suppliers deliver what they do now, and what is spare; a shortfall that a second "
    "supplier could meet after its lead days is met; no line is replanned and nothing is bought at "
    "a higher price",
    "ranges hold 80 % of draws of the posterior of the disruption engine: stock-days where the "
    "list has none, the share of a stock below which lines slow down, days to refill; the "
    "scenario's own ranges are not drawn",
)


@lens("suppliers.stops", {"scenario": "taiwan-strait-closure", "suppliers": EXAMPLE, "draws": 4})
def stops(
    world: Any,
    scenario: Scenario,
    *,
    suppliers: str = SUPPLIERS,
    lines: str = LINES,
    home: str | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    stopped_below: float = 0.5,
    psi: float | None = None,
    restore_days: float | None = None,
    posterior: Path | None = None,
    until: int | None = None,
    year: int | None = None,
) -> Result:
    """Return which lines stop when, on what, and what that costs.

    A delivery is hit as its industry in its economy is in the disruption engine. Stocks run down
    and output follows by the engine's own rule; for one buyer of suppliers that sell to nobody else
    both give the same days.

    Parameters
    ----------
    world : World
        Opened with the list of suppliers (``starter+suppliers+firm_lines``).
    scenario : Scenario
        As in `isthmus.disruption.simulate`.
    suppliers, lines : str
        Keys of the list and of the product lines; ``example`` for made-up ones.
    home : str, optional
        Economy in which lines are made that the table of lines does not place.
    draws : int
        Draws of the posterior.
    seed : int
        Seed of the choice of draws.
    stopped_below : float
        A line counts as stopped below this share of its output.
    psi, restore_days : float, optional
        Take these in place of what is drawn: the share of a stock below which output is held down,
        and the days in which a gap in stock is closed.
    posterior : path, optional
        Folder of a posterior; that of the package by default.
    until, year : int, optional
        Last day, the scenario's horizon by default; year of the inter-economy table.

    Returns
    -------
    Result
        Tables ``lines``, ``items``, ``deliveries``, ``drivers``.

    Raises
    ------
    DataMissing, BadInput
        When there is no list, its rows contradict each other, or numbers make no sense.
    CodeUnknown, ShockNotRepresentable
        For codes that the table does not hold and shocks that the engine does not know.

    References
    ----------
    Hallegatte 2013; Pichler and others 2022.
    """
    _check(draws, stopped_below, psi, restore_days)
    firm = firm_of(world, suppliers, lines)
    named = detail_of(scenario)
    table = world.mrio(year, chips=CHIPS in named, materials=MATERIALS in named)
    days = days_of(scenario, until)
    drawn = _drawn(posterior, draws, seed, psi, restore_days)
    ran, notes = [], list(firm.notes)
    for line in firm.names():
        rows = firm.of_line(line)
        at = placed(rows, table, world.table(NODES))
        hits = hits_of(scenario, table, rows, at, home_of(firm, line, home), days)
        notes += at.notes
        ran.append(_run(line, rows, hits, table, at, drawn, stopped_below))
    used = tuple(dict.fromkeys((*firm.datasets, *table.datasets, NODES)))
    kind = Kind.weakest([firm.kind, Kind.MODELLED, Kind.ASSUMED])
    about = (*dict.fromkeys(notes), *_ASSUMED)
    years = tuple(sorted({*firm.years, table.year}))
    made = [
        replace(t, kind=kind, datasets=tuple(sorted(used)), notes=about, years=years)
        for t in (
            lines_table(firm, ran),
            items_table(ran),
            deliveries_table(ran),
            drivers_table(ran, drawn),
        )
    ]
    words = {
        "suppliers": suppliers,
        "lines": lines,
        "home": home,
        "draws": draws,
        "seed": seed,
        "stopped_below": stopped_below,
        "psi": psi,
        "restore_days": restore_days,
        "posterior": None if posterior is None else input_file(posterior),
        "until": days,
        "year": table.year,
    }
    origin = provenance(
        world, "suppliers.stops", used, words, scenario=scenario.identity, seed=seed
    )
    return Result({t.name: t for t in made}, origin, ENGINE)


def _check(draws: int, below: float, psi: float | None, restore: float | None) -> None:
    problems = []
    if draws < 1:
        problems.append(InputProblem(f"must be 1 or more, got {draws}", "draws"))
    if not 0.0 < below <= 1.0:
        problems.append(
            InputProblem(f"must be above 0 and at most 1, got {below:g}", "stopped_below")
        )
    if psi is not None and not 0.0 < psi <= 1.0:
        problems.append(InputProblem(f"must be above 0 and at most 1, got {psi:g}", "psi"))
    if restore is not None and not restore >= 1.0:
        problems.append(InputProblem(f"must be 1 or more, got {restore:g}", "restore_days"))
    raise_all("stops of a firm", problems)


def _drawn(
    posterior: Path | None, draws: int, seed: int, psi: float | None, restore: float | None
) -> list[dict[str, float]]:
    """Return numbers of the family by draw."""
    held = load_posterior(posterior)
    base = {name: p.default for name, p in PARAMETERS.items()}
    fixed = {"psi": psi, "restore_days": restore}
    over = {name: value for name, value in fixed.items() if value is not None}
    return [
        {**base, **{n: v for n, v in zip(held.names, row, strict=True) if n in base}, **over}
        for row in held.draws(draws, seed=seed).tolist()
    ]


def _run(
    line: str,
    rows: pl.DataFrame,
    hits: Hits,
    table: MRIO,
    at: PlacedDeliveries,
    drawn: Sequence[Mapping[str, float]],
    below: float,
) -> Ran:
    items = tuple(rows["item"].unique(maintain_order=True))
    item = np.array([items.index(name) for name in rows["item"]], dtype=np.intp)
    cover = _cover(rows, items, item, table, at, drawn)
    touched = np.zeros(len(items), dtype=bool)
    touched[item[(hits.lost > 0).any(axis=0)]] = True
    course = None
    if touched.any():
        chosen = touched[item]
        supply = _supply(
            rows.filter(pl.Series(chosen)), _renumbered(item[chosen]), _cut(hits, chosen)
        )
        need = rows.group_by("item", maintain_order=True).agg(pl.col("need").first())["need"]
        wanted = need.fill_null(1.0).to_numpy()[touched]
        course = run_down(
            supply,
            cover[touched],
            np.broadcast_to(wanted[:, None], cover[touched].shape),
            psi=np.array([one["psi"] for one in drawn]),
            restore=np.array([one["restore_days"] for one in drawn]),
        )
        back = np.flatnonzero(touched)
        course = replace(course, binding=np.where(course.binding < 0, -1, back[course.binding]))
    return Ran(line, items, rows, hits, cover, course, below)


def _cover(
    rows: pl.DataFrame,
    items: Sequence[str],
    item: Ints,
    table: MRIO,
    at: PlacedDeliveries,
    drawn: Sequence[Mapping[str, float]],
) -> Array:
    """Return stocks by item and draw: the list's own, else the posterior's for its industry."""
    given = rows.group_by("item", maintain_order=True).agg(pl.col("stock_days").first())
    own = given["stock_days"].to_list()
    classes = Classes.of(table.industries)
    by_industry = np.array([list(classes.stock_days(one).values()) for one in drawn])
    cover = np.empty((len(items), len(drawn)))
    for n, days in enumerate(own):
        weight = at.weight[item == n].sum(axis=0)
        if days is not None:
            cover[n] = max(float(days), LEAST)
        elif weight.sum() > 0:
            cover[n] = np.maximum(by_industry @ weight / weight.sum(), LEAST)
        else:
            cover[n] = [max(one["days_goods"], LEAST) for one in drawn]
    return cover


def _supply(rows: pl.DataFrame, item: Ints, hits: Hits) -> SupplySchedule:
    """Return deliveries as the kernel takes them; spare comes after the lead days."""
    spend = np.maximum(rows["spend"].to_numpy(), 0.0)
    whole = np.bincount(item, spend)[item]
    count = np.bincount(item)[item]
    share = np.where(whole > 0, spend / np.maximum(whole, 1e-300), 1.0 / count)
    lost = hits.lost > 0
    days = len(lost)
    onset = np.array([lost[:, item == n].any(axis=1).argmax() for n in range(item.max() + 1)])
    lead = rows["lead_days"].fill_null(0.0).to_numpy()
    ready = np.arange(days)[:, None] >= onset[item][None, :] + lead[None, :]
    spare = rows["spare"].fill_null(0.0).to_numpy()
    capacity = hits.left * (1.0 + np.where(ready, spare[None, :], 0.0))
    return SupplySchedule(item, share, capacity, hits.stopped, hits.turned)


def _renumbered(item: Ints) -> Ints:
    return np.unique(item, return_inverse=True)[1].astype(np.intp)


def _cut(hits: Hits, chosen: Mask) -> Hits:
    return Hits(hits.stopped[:, chosen], hits.turned[:, chosen], hits.left[:, chosen])
