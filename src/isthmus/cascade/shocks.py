"""Who stops, and by how much: a firm, a set, all firms of an economy in a sector, a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from isthmus.codes import nearest, resolve
from isthmus.codes.parties import is_coalition_code
from isthmus.errors import (
    CodeUnknown,
    InputProblem,
    ShockNotRepresentable,
    did_you_mean,
    raise_all,
)
from isthmus.kernels.arrays import Array, Ints

if TYPE_CHECKING:
    from isthmus.cascade.network import SupplyNetwork
    from isthmus.scenario import Scenario

ALL = "*"


@dataclass(frozen=True, slots=True)
class Shocks:
    """Initial losses of several shocks, each of any number of firms.

    Parameters
    ----------
    names : tuple of str
        Name of each shock.
    start : ndarray of int64, shape (b + 1,)
        First entry of each shock in `firm` and `size`.
    firm : ndarray of int64
        Row of the firm in the network.
    size : ndarray of float64
        Share of its production that the firm loses at first, in (0, 1].
    """

    names: tuple[str, ...]
    start: Ints
    firm: Ints
    size: Array

    def __len__(self) -> int:
        return len(self.names)

    def dense(self, n: int, first: int = 0, last: int | None = None) -> Array:
        """Return the losses of shocks `first` to `last` as an array, shape (n, last - first)."""
        last = len(self) if last is None else last
        psi = np.zeros((n, last - first))
        entries = slice(self.start[first], self.start[last])
        lane = np.repeat(np.arange(last - first), np.diff(self.start[first : last + 1]))
        psi[self.firm[entries], lane] = self.size[entries]
        return psi


def every_firm(network: SupplyNetwork, size: float = 1.0) -> Shocks:
    """Return one shock per firm, in the order of the network."""
    n = network.n
    return Shocks(network.ids, np.arange(n + 1), np.arange(n), np.full(n, size))


def firms_stop(network: SupplyNetwork, losses: Mapping[str, Mapping[str, float]]) -> Shocks:
    """Return shocks given as firm and lost share.

    Parameters
    ----------
    network : SupplyNetwork
        The network.
    losses : mapping of str to mapping of str to float
        For each shock its firms and the share of production each loses at first.

    Raises
    ------
    BadInput
        With every unknown firm and every share outside (0, 1].
    """
    row = network.row_of
    problems = []
    for name, parts in losses.items():
        if not parts:
            problems.append(InputProblem("the shock stops nobody", name))
        for firm, size in parts.items():
            if firm not in row:
                hint = did_you_mean(firm, network.ids) if network.n <= 20_000 else ""
                problems.append(InputProblem(f"no firm '{firm}' in the network", name, hint))
            if not 0.0 < size <= 1.0:
                hint = "give a share above 0 and up to 1"
                problems.append(InputProblem(f"firm '{firm}' loses {size:g}", name, hint))
    raise_all("the shocks cannot be read", problems)
    sizes = [len(parts) for parts in losses.values()]
    return Shocks(
        tuple(losses),
        np.concatenate(([0], np.cumsum(sizes))).astype(np.int64),
        np.array([row[f] for parts in losses.values() for f in parts], np.int64),
        np.array([s for parts in losses.values() for s in parts.values()], np.float64),
    )


def group_stops(
    network: SupplyNetwork,
    *,
    economies: Sequence[str] = (ALL,),
    sectors: Sequence[str] = (ALL,),
    size: float = 1.0,
    name: str = "",
) -> Shocks:
    """Return the shock in which all firms of some economies in some sectors lose `size`.

    A coalition stands for its members that have firms in the network.

    Raises
    ------
    CodeUnknown
        When an economy or sector has no firm in the network.
    BadInput
        When no firm is in both, or `size` is outside (0, 1].
    """
    chosen = _member(network.economy, _economies(network, economies), "economy")
    chosen &= _member(network.sector_name, sectors, "sector")
    label = name or f"{','.join(economies)} {','.join(sectors)}"
    ids = [network.ids[i] for i in np.flatnonzero(chosen)]
    return firms_stop(network, {label: dict.fromkeys(ids, size)})


def from_scenario(network: SupplyNetwork, scenario: Scenario) -> Shocks:
    """Return the shock of a scenario: its capacity losses at full severity.

    A cascade has no days: start, duration and recovery do not enter. Losses of the same firm
    from several shocks of the scenario are joined as ``1 - prod(1 - severity)``.

    Raises
    ------
    ShockNotRepresentable
        When the scenario holds anything but capacity losses given as a share.
    """
    from isthmus.scenario import CapacityLoss

    left = np.ones(network.n)
    for number, shock in enumerate(scenario.shocks, 1):
        if not isinstance(shock, CapacityLoss) or shock.severity is None:
            raise ShockNotRepresentable(
                f"a cascade cannot represent the shock '{shock.kind}'",
                where=f"shock {number} of scenario '{scenario.name}'",
                hint="use capacity_loss with a severity: a share of production that stops",
            )
        chosen = _member(network.economy, _economies(network, shock.economies), "economy")
        chosen &= _member(network.sector_name, shock.industries, "sector")
        left[chosen] *= 1.0 - shock.severity
    hit = np.flatnonzero(left < 1.0)
    losses = {network.ids[i]: float(1.0 - left[i]) for i in hit}
    return firms_stop(network, {scenario.name: losses})


def _economies(network: SupplyNetwork, codes: Sequence[str]) -> tuple[str, ...]:
    """Return the codes with the members that have firms in place of each coalition."""
    there = set(network.economy)
    out: dict[str, None] = {}
    for code in codes:
        if code in there or not is_coalition_code(code):
            out[code] = None
        else:
            party = resolve(code, known=there)
            out.update(dict.fromkeys(m for m in party.members if m in there))
    return tuple(out)


def _member(values: Sequence[str], wanted: Sequence[str], what: str) -> np.ndarray:
    if tuple(wanted) == (ALL,):
        return np.ones(len(values), bool)
    known = set(values)
    for code in wanted:
        if code not in known:
            raise CodeUnknown(
                f"no firm has {what} '{code}'", hint=nearest(code, sorted(known), what)
            )
    return np.isin(np.asarray(values, dtype=object), list(wanted))
