"""From the days of a run to the numbers that observables are compared with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from isthmus.disruption.episodes.coarse import expanded
from isthmus.disruption.episodes.model import Observable
from isthmus.disruption.shocks import Places
from isthmus.kernels.disruption import Table
from isthmus.kernels.disruption_batch import Day
from isthmus.scenario import expand, industry_groups

Floats = NDArray[np.float64]


class Watch:
    """Daily totals of the nodes that observables name, for a batch of scenarios.

    Parameters
    ----------
    observables : sequence of Observable
        What is watched; m of them.
    places : Places
        Labels of the table.
    table : DenseTable or FactoredTable
        The daily table.
    days, batch : int
        Days simulated and scenarios of the batch.

    Raises
    ------
    CodeUnknown
        When an observable names what the table does not have.
    """

    def __init__(
        self,
        observables: Sequence[Observable],
        places: Places,
        table: Table,
        days: int,
        batch: int,
    ) -> None:
        self.observables = tuple(observables)
        self.pick = np.stack([_nodes(o, places) for o in observables])
        self.added = np.array([o.measure == "value_added" for o in observables])
        output = np.asarray(table.output, dtype=np.float64)
        used = np.asarray(table.inputs(), dtype=np.float64).sum(axis=0)
        self.base = self._total(output[:, None], used[:, None])[:, 0]
        self.total = np.zeros((days, len(observables), batch))

    def _total(self, output: Floats, used: Floats) -> Floats:
        made = self.pick @ output
        return np.asarray(np.where(self.added[:, None], made - self.pick @ used, made))

    def add(self, t: int, day: Day) -> None:
        """Add what happened on day t."""
        output, used = (np.asarray(a, dtype=np.float64) for a in (day.output, day.used))
        self.total[t] = self._total(output, used)

    def summaries(self) -> Floats:
        """Return the statistic of every observable, shape (B, m).

        A first day that does not come is the length of the window.
        """
        share = self.total / self.base[None, :, None]
        columns = [_statistic(o, share[:, k]) for k, o in enumerate(self.observables)]
        return np.stack(columns, axis=1)


def _nodes(observable: Observable, places: Places) -> Floats:
    """Return 1 for the nodes of an observable, shape (n,)."""
    groups = industry_groups(places.industries)
    members = expanded(observable.economies, places.economies)
    economies = expand(members, places.economies)
    wanted = set(places.industry(observable.industries).tolist())
    left_out = expand(observable.without, places.industries, groups=groups, what="industry")
    industries = np.array(sorted(wanted - set(left_out.tolist())), dtype=np.intp)
    out = np.zeros((len(places.economies), len(places.industries)))
    out[np.ix_(economies, industries)] = 1.0
    return out.reshape(-1)


def _statistic(observable: Observable, share: Floats) -> Floats:
    """Return the statistic of daily shares of the base level, (T, B) to (B,)."""
    first, stop = observable.window
    inside = share[first:stop]
    if observable.below is not None:
        low = inside < observable.below
        return np.where(low.any(axis=0), low.argmax(axis=0), stop - first).astype(np.float64)
    against = 1.0
    if observable.base_window is not None:
        against = share[slice(*observable.base_window)].mean(axis=0)
    change = inside.mean(axis=0) / against - 1.0
    return np.asarray(change if observable.statistic == "rise" else -change)
