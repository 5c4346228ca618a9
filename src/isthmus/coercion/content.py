"""Domestic value added in exports, and what bounds a loss, from the inter-economy table of 2022."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import DataMissing, DidNotConverge
from isthmus.kernels.arrays import Array
from isthmus.kernels.chains import domestic_content
from isthmus.world import World
from isthmus.world.mrio import SOLVE_TOLERANCE
from isthmus.world.shipped import TABLE, YEAR

USED = 1e-3
"""Least share of an input in output at which an industry counts as using it."""


@dataclass(frozen=True, slots=True)
class Content:
    """Value added by economy and industry, in the order that was asked for.

    Parameters
    ----------
    economies, industries : tuple of str
        n economies, K industries.
    share : (n, K) array
        Domestic value added, direct and indirect, per unit of exports of one economy.
    cap : (n, K) array
        Value added of the industries that use the item (million USD); bounds a loss of supplies.
    gdp : (n,) array
        Value added of the economy (million USD).
    """

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    share: Array
    cap: Array
    gdp: Array


def value_added_shares(world: World) -> tuple[Array, Array]:
    """Return domestic value added per unit of exports, (n, S), and value added, (n,).

    ``v_s (I - A_ss)^-1``: direct and indirect domestic value added, counted once. In the order of
    the table.
    """
    table = world.mrio(YEAR)
    shape = (table.labels.n, table.labels.S)
    direct = table.coefficients(table.primary).reshape(shape)
    share = np.einsum("nk,nkl->nl", direct, table.form.resolvent)
    return np.clip(share, 0.0, 1.0), table.primary.reshape(shape).sum(axis=1)


def read_content(world: World, economies: Sequence[str], industries: Sequence[str]) -> Content:
    """Return domestic value added, caps and GDP for some economies and industries.

    Raises
    ------
    DataMissing
        When the table does not list one of them.
    """
    table = world.mrio(YEAR)
    at = _places(table.economies, economies, "economies")
    k = _places(table.industries, industries, "industries")
    share, gdp = value_added_shares(world)
    shape = (table.labels.n, table.labels.S)
    added, output = table.primary.reshape(shape), table.x.reshape(shape)
    used = table.use()[np.ix_(at, k)] > USED * output[at][:, None]
    cap = np.einsum("jkl,jl->jk", used.astype(np.float64), added[at])
    return Content(tuple(economies), tuple(industries), share[np.ix_(at, k)], cap, gdp[at])


def content_of_bloc(world: World, members: Sequence[str], industries: Sequence[str]) -> Array:
    """Return value added of a whole bloc per unit of exports of each member, (m, K).

    ``v_C (I - A_CC)^-1``: inputs that members buy from each other count as domestic.

    Raises
    ------
    DataMissing
        When the table does not list a member or an industry.
    DidNotConverge
        When the solve leaves a residual above tolerance.
    """
    table = world.mrio(YEAR)
    at = _places(table.economies, members, "economies")
    k = _places(table.industries, industries, "industries")
    group = np.zeros((table.labels.n, table.labels.S), dtype=bool)
    group[at] = True
    form = table.form
    found, residual = domestic_content(
        form.product_t,
        form.resolvent,
        form.domestic,
        group.ravel(),
        table.coefficients(table.primary),
    )
    if residual > SOLVE_TOLERANCE:
        raise DidNotConverge(f"residual {residual:.1e} in the value added of a bloc", where=TABLE)
    whole = found.reshape(group.shape)
    return np.asarray(np.clip(whole[np.ix_(at, k)], 0.0, 1.0))


def _places(known: Sequence[str], asked: Sequence[str], noun: str) -> NDArray[np.intp]:
    place = {code: n for n, code in enumerate(known)}
    absent = [code for code in asked if code not in place]
    if absent:
        raise DataMissing(f"the table does not list the {noun} {', '.join(absent)}", where=TABLE)
    return np.array([place[code] for code in asked], dtype=np.intp)
