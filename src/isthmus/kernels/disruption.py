"""Tables of the daily disruption model.

Industries are numbered economy first: f = economy * S + sector. Suppliers are viewed by sector,
so that one product of a step is one matrix product per input sector. All flows are per day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class DenseTable:
    """A daily table with every origin of every input.

    Parameters
    ----------
    flows : ndarray, shape (S, R, n)
        Z[p, o, f]: daily deliveries of sector p of economy o to industry f.
    final : ndarray, shape (S, R, R)
        Y[p, o, j]: daily deliveries of sector p of economy o to the final demand of economy j.
    output : ndarray, shape (n,)
        Daily gross output x0.
    """

    flows: Array
    final: Array
    output: Array

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of sectors and economies (S, R)."""
        return self.flows.shape[0], self.flows.shape[1]

    def inputs(self) -> Array:
        """Daily use of each input whatever its origin, Zc[p, f], shape (S, n)."""
        return np.asarray(self.flows.sum(axis=1))


@dataclass(frozen=True, slots=True)
class FactoredTable:
    """A daily table in which all users of an importer share its origins of a product.

    Z[(o, p), (j, l)] = origin[p, o, j] * imported[p, j, l] for o != j, domestic[p, j, l] for o = j.

    Parameters
    ----------
    origin : ndarray, shape (S, R, R)
        Shares a[p, o, j]; the diagonal o = j is zero.
    imported, domestic : ndarray, shape (S, R, S)
        Daily use of sector p by industry (j, l), imported and domestic.
    final : ndarray, shape (S, R, R)
        As in `DenseTable`.
    output : ndarray, shape (n,)
        Daily gross output x0.
    """

    origin: Array
    imported: Array
    domestic: Array
    final: Array
    output: Array

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of sectors and economies (S, R)."""
        return self.origin.shape[0], self.origin.shape[1]

    def inputs(self) -> Array:
        """Daily use of each input whatever its origin, Zc[p, f], shape (S, n)."""
        s, r = self.shape
        share = self.origin.sum(axis=1)
        return np.asarray((share[:, :, None] * self.imported + self.domestic).reshape(s, r * s))

    def dense(self) -> DenseTable:
        """Return the same table with every cell written out."""
        s, r = self.shape
        flows = np.einsum("poj,pjl->pojl", self.origin, self.imported)
        own = np.arange(r)
        flows[:, own, own, :] += self.domestic
        return DenseTable(flows.reshape(s, r, r * s), self.final, self.output)


Table = DenseTable | FactoredTable
