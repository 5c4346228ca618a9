"""From the shocks of scenarios to what the kernel is driven by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import BadInput, InputProblem
from isthmus.kernels.disruption import Table
from isthmus.kernels.disruption_drivers import CapacityShock, DemandShock, Drivers, Stop
from isthmus.kernels.disruption_rebuild import RebuildEvent, Rebuilding, rebuild_split
from isthmus.scenario import (
    CapacityLoss,
    DemandSurge,
    Embargo,
    ExportStop,
    PurchaseBan,
    Scenario,
    check_codes,
    economy_groups,
    expand,
    industry_groups,
    pairs,
)

Floats = NDArray[np.float64]
KINDS = ("capacity_loss", "demand_surge", "embargo", "export_stop", "purchase_ban")
_Stopping = ExportStop | PurchaseBan | Embargo
_Cell = tuple[int, bytes, bytes]
"""Sector, exporters and importers of a stop."""
_Piece = tuple[_Cell, tuple[int, ...]]
"""A block of cells and the positions of the shocks that act on it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Labels of a table and the groups that a scenario may name."""

    economies: tuple[str, ...]
    industries: tuple[str, ...]

    def economy(self, codes: Sequence[str], scenario: Scenario) -> NDArray[np.intp]:
        """Positions of economies."""
        return expand(codes, self.economies, groups=economy_groups(scenario, self.economies))

    def industry(self, codes: Sequence[str]) -> NDArray[np.intp]:
        """Positions of industries."""
        groups = industry_groups(self.industries)
        return expand(codes, self.industries, groups=groups, what="industry")

    def nodes(self, shock: CapacityLoss, scenario: Scenario) -> NDArray[np.intp]:
        """Positions of the economy x industry pairs that a capacity loss names."""
        economies = self.economy(shock.economies, scenario)
        industries = self.industry(shock.industries)
        return (economies[:, None] * len(self.industries) + industries[None, :]).reshape(-1)


def drivers_of(
    scenarios: Sequence[Scenario], places: Places, days: int, capital: Sequence[Floats]
) -> Drivers:
    """Return the drivers of a batch of scenarios; equal shocks of several scenarios are merged.

    Parameters
    ----------
    scenarios : sequence of Scenario
        One per column of the batch.
    places : Places
        Labels of the table.
    days : int
        Days simulated.
    capital : sequence of ndarray, each of shape (n,)
        Capital by industry as each scenario reckons it, in the money of the table.

    Raises
    ------
    ShockNotRepresentable
        For a shock of a kind that the engine does not know.
    CodeUnknown
        For a code that the table does not hold.
    """
    batch = len(scenarios)
    losses: dict[bytes, tuple[Floats, Floats]] = {}
    cells: dict[_Cell, tuple[Floats, Floats]] = {}
    cut: dict[bytes, list[_Piece]] = {}
    surges: dict[tuple[bytes, bytes], Floats] = {}
    for b, scenario in enumerate(scenarios):
        scenario.require(KINDS, lens="disruption")
        check_codes(scenario, places.economies, places.industries)
        for shock in scenario.shocks:
            if isinstance(shock, CapacityLoss) and not shock.rebuild_sectors:
                weight, size = _loss(shock, scenario, places, capital[b])
                _, path = losses.setdefault(weight.tobytes(), (weight, np.zeros((days, batch))))
                path[:, b] = 1.0 - (1.0 - path[:, b]) * (1.0 - size * shock.path(days))
            elif isinstance(shock, DemandSurge):
                key = (
                    places.industry(shock.industries).tobytes(),
                    places.economy(shock.economies, scenario).tobytes(),
                )
                path = surges.setdefault(key, np.zeros((days, batch)))
                path[:, b] = (1.0 + path[:, b]) * (1.0 + shock.severity * shock.path(days)) - 1.0
        for cell, (stopped, turned) in _stops(scenario, places, days, cut).items():
            both = cells.setdefault(cell, (np.zeros((days, batch)), np.zeros((days, batch))))
            both[0][:, b], both[1][:, b] = stopped, turned
    return Drivers(
        days,
        batch,
        tuple(CapacityShock(weight, path) for weight, path in losses.values()),
        tuple(Stop(p, _index(o), _index(j), *both) for (p, o, j), both in cells.items()),
        tuple(DemandShock(_index(p), _index(j), path) for (p, j), path in surges.items()),
    )


def rebuilding_of(
    scenarios: Sequence[Scenario], places: Places, table: Table, capital: Sequence[Floats]
) -> Rebuilding | None:
    """Return the rebuilding of a batch, or None when no scenario rebuilds."""
    events = [
        _rebuild(shock, scenario, places, table, capital[b], b, len(scenarios))
        for b, scenario in enumerate(scenarios)
        for shock in scenario.shocks
        if isinstance(shock, CapacityLoss) and shock.rebuild_sectors
    ]
    return Rebuilding(len(table.output), events) if events else None


def _index(raw: bytes) -> NDArray[np.intp]:
    return np.frombuffer(raw, dtype=np.intp)


def _loss(
    shock: CapacityLoss, scenario: Scenario, places: Places, capital: Floats
) -> tuple[Floats, float]:
    """Weight by industry with a maximum of one, and the share lost where it is one."""
    weight = np.zeros(len(capital))
    nodes = places.nodes(shock, scenario)
    weight[nodes] = 1.0
    if shock.severity is not None:
        return weight, shock.severity
    return weight, _share_destroyed(shock, capital[nodes])


def _share_destroyed(shock: CapacityLoss, capital: Floats) -> float:
    lost, held = float(shock.capital or 0.0), float(capital.sum())
    if lost > held:
        problem = InputProblem(
            f"{lost:g} million USD of capital cannot be destroyed: there are {held:g}",
            where="capital",
        )
        raise BadInput("capacity loss", [problem])
    return lost / held


def _rebuild(
    shock: CapacityLoss,
    scenario: Scenario,
    places: Places,
    table: Table,
    capital: Floats,
    column: int,
    batch: int,
) -> RebuildEvent:
    nodes = places.nodes(shock, scenario)
    nodes = nodes[capital[nodes] > 0]
    destroyed = np.zeros((len(nodes), batch))
    destroyed[:, column] = capital[nodes] * _share_destroyed(shock, capital[nodes])
    sectors = [int(places.industry([code])[0]) for code in shock.rebuild_sectors]
    suppliers, split = rebuild_split(table, nodes, sectors, list(shock.rebuild_sectors.values()))
    return RebuildEvent(
        nodes,
        destroyed,
        capital[nodes],
        suppliers,
        split,
        shock.start,
        shock.duration or 1,
        shock.rebuild_days,
    )


def _stops(
    scenario: Scenario, places: Places, days: int, known: dict[bytes, list[_Piece]]
) -> dict[_Cell, tuple[Floats, Floats]]:
    """Stopped cells as disjoint blocks [sector, exporters x importers] with their paths.

    The first path is the share stopped, the second the part of that for which buyers turn to
    others. Where shocks overlap, what passes all of them passes, and an order is turned away from
    an origin by any of them: with u = prod (1 - s r) and v = prod (1 - s) the share stopped is
    1 - v and the part turned (1 - u)/(1 - v). Shocks on the same pairs and sectors as those of a
    scenario before are not cut again: `known` keeps their blocks.
    """
    stopping = [s for s in scenario.shocks if isinstance(s, _Stopping)]
    groups = economy_groups(scenario, places.economies)
    masks = [pairs(s, places.economies, groups=groups) for s in stopping]
    hit = [places.industry(s.industries) for s in stopping]
    key = b"|".join(m.tobytes() + h.tobytes() for m, h in zip(masks, hit, strict=True))
    if key not in known:
        known[key] = _cut(masks, [set(h.tolist()) for h in hit])
    paths = [s.severity * s.path(days) for s in stopping]
    turned = [p * s.redirected(days) for s, p in zip(stopping, paths, strict=True)]
    found: dict[tuple[int, ...], tuple[Floats, Floats]] = {}
    out: dict[_Cell, tuple[Floats, Floats]] = {}
    for cell, acting in known[key]:
        if acting not in found:
            stopped, away = (
                1.0 - np.prod([1.0 - part[i] for i in acting], axis=0) for part in (paths, turned)
            )
            share = np.divide(away, stopped, out=np.zeros(days), where=stopped > 0)
            found[acting] = (stopped, share)
        out[cell] = found[acting]
    return out


def _cut(masks: Sequence[NDArray[np.bool_]], hit: Sequence[set[int]]) -> list[_Piece]:
    """Return disjoint blocks with the positions of the shocks that act on all of a block."""
    out: list[_Piece] = []
    for sector in sorted(set().union(*hit)) if hit else []:
        acting = [i for i in range(len(masks)) if sector in hit[i]]
        code = np.zeros(masks[0].shape, dtype=np.int64)
        for bit, i in enumerate(acting):
            code |= masks[i].astype(np.int64) << bit
        for value in np.unique(code[code > 0]).tolist():
            chosen = tuple(i for bit, i in enumerate(acting) if value >> bit & 1)
            for exporters, importers in _blocks(code == value):
                out.append(((sector, exporters.tobytes(), importers.tobytes()), chosen))
    return out


def _blocks(mask: NDArray[np.bool_]) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Decompose a set of pairs into blocks of importers with the same exporters."""
    groups: dict[bytes, list[int]] = {}
    for importer in np.flatnonzero(mask.any(axis=0)):
        groups.setdefault(mask[:, importer].tobytes(), []).append(int(importer))
    return [
        (np.flatnonzero(mask[:, importers[0]]), np.array(importers, dtype=np.intp))
        for importers in groups.values()
    ]
