"""Products with a factored inter-economy table, at n^2 S + n S^2 per column.

With n economies and S industries, the intermediate flow of product k of economy i to industry l of
economy j is ``Z[(i,k),(j,l)] = flow[i,j,k] * use[j,k,l]``, where ``use`` is the domestic pattern
for i = j and the pattern for imports, common to all origins, for i != j.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_dense import reciprocal

AnyArray = NDArray[Any]


class FactoredSystem(NamedTuple):
    """Arrays for products with A.

    Attributes
    ----------
    foreign : (S, n, n) array
        Share of origin i in the intermediate imports of product k by j, zero for i = j.
    domestic : (n, S, S) array
        Domestic blocks of A.
    imported : (n, S, S) array
        Imports of product k per unit of output of industry l.
    """

    foreign: Array
    domestic: Array
    imported: Array


def system(flow: Array, use_dom: Array, use_imp: Array, x: Array) -> FactoredSystem:
    """Return the arrays for products.

    Parameters
    ----------
    flow : (n, n, S) array
        Intermediate sales [exporter, importer, product], million USD.
    use_dom, use_imp : (n, S, S) array
        Shares [importer, product, using industry] of the domestic and of the imported product.
    x : (n * S,) array
        Gross output, million USD.
    """
    n, _, S = flow.shape
    per_unit = reciprocal(x).reshape(n, 1, S)
    own = flow[np.arange(n), np.arange(n)]
    domestic = own[:, :, None] * use_dom
    domestic *= per_unit
    foreign = np.array(flow.transpose(2, 0, 1), order="C")
    foreign[:, np.arange(n), np.arange(n)] = 0.0
    total = foreign.sum(axis=1)
    foreign *= reciprocal(total)[:, None, :]
    imported = use_imp * per_unit
    imported *= total.T[:, :, None]
    return FactoredSystem(foreign, domestic, imported)


def to_origins(foreign: AnyArray, q: AnyArray, out: AnyArray | None = None) -> AnyArray:
    """Return what origins sell for imports q of products by economies, both (n, S, m)."""
    out = np.empty_like(q) if out is None else out
    np.matmul(foreign, q.transpose(1, 0, 2), out=out.transpose(1, 0, 2))
    return out


def to_importers(foreign: AnyArray, X: AnyArray, out: AnyArray | None = None) -> AnyArray:
    """Return the mean of X over the origins of each imported product, both (n, S, m)."""
    out = np.empty_like(X) if out is None else out
    np.matmul(foreign.transpose(0, 2, 1), X.transpose(1, 0, 2), out=out.transpose(1, 0, 2))
    return out


def swap(blocks: AnyArray) -> AnyArray:
    """Return every block transposed, as a view."""
    return blocks.transpose(0, 2, 1)


def input_product(
    s: FactoredSystem, X: Array, out: Array | None = None, spare: Array | None = None
) -> Array:
    """Return A X for X of shape (n * S, m), in `out` where given; `spare` is overwritten."""
    n, S, _ = s.domestic.shape
    X3 = X.reshape(n, S, -1)
    out3, spare3 = (np.empty(X3.shape) if a is None else a.reshape(X3.shape) for a in (out, spare))
    to_origins(s.foreign, np.matmul(s.imported, X3, out=spare3), out3)
    out3 += np.matmul(s.domestic, X3, out=spare3)
    return out3.reshape(X.shape)


def input_product_t(
    s: FactoredSystem, X: Array, out: Array | None = None, spare: Array | None = None
) -> Array:
    """Return A' X for X of shape (n * S, m), in `out` where given; `spare` is overwritten."""
    n, S, _ = s.domestic.shape
    X3 = X.reshape(n, S, -1)
    out3, spare3 = (np.empty(X3.shape) if a is None else a.reshape(X3.shape) for a in (out, spare))
    np.matmul(swap(s.imported), to_importers(s.foreign, X3, spare3), out=out3)
    out3 += np.matmul(swap(s.domestic), X3, out=spare3)
    return out3.reshape(X.shape)


def foreign_product(s: FactoredSystem, X: Array) -> Array:
    """Return (A - domestic blocks) X for X of shape (n * S, m)."""
    n, S, _ = s.domestic.shape
    return to_origins(s.foreign, s.imported @ X.reshape(n, S, -1)).reshape(X.shape)


def foreign_product_t(s: FactoredSystem, X: Array) -> Array:
    """Return (A - domestic blocks)' X for X of shape (n * S, m)."""
    n, S, _ = s.domestic.shape
    return np.asarray(swap(s.imported) @ to_importers(s.foreign, X.reshape(n, S, -1))).reshape(
        X.shape
    )


def largest(B: Array) -> Array:
    """Return the largest absolute entry of each column of B, (N, m)."""
    return np.asarray(np.maximum(B.max(axis=0, initial=0.0), -B.min(axis=0, initial=0.0)))
