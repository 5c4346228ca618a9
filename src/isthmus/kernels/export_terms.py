"""Terms of six decompositions of gross exports, by exporting industry and direct importer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.exports import (
    Accounts,
    Exporter,
    Routes,
    by_origin,
    by_origin_industry,
    extracted,
    routes,
)
from isthmus.kernels.mrio_split import block_product

Terms = dict[str, Array]


class Around(NamedTuple):
    """What the decomposition of Wang, Wei and Zhu needs of the whole inverse.

    Attributes
    ----------
    blocks : (n, S, S) array
        Domestic blocks B_rr.
    absorbed : (N, n) array
        B_rt y_tt in rows r and column t.
    abroad : (N, n) array
        B_rt sum_{u != t} y_tu in rows r and column t.
    """

    blocks: Array
    absorbed: Array
    abroad: Array


def perimeter(e: Exporter, partners: Mask | None = None, industries: Mask | None = None) -> Mask:
    """Return the sales, (m, N), across the border at which double counting is counted.

    Parameters
    ----------
    e : Exporter
        Exporter.
    partners : (n,) array of bool, optional
        Border with these economies alone; with all others when None.
    industries : (S,) array of bool, optional
        Border of these industries alone.
    """
    S = e.outside.size // e.inside.size
    columns = e.outside if partners is None else np.repeat(partners & ~e.inside, S)
    members = int(e.inside.sum())
    rows = np.ones(members * S, bool) if industries is None else np.tile(industries, members)
    return np.asarray(rows[:, None] & columns)


def within(e: Exporter, q: Array, cut: Mask) -> Array:
    """Return the part of flows, (m, n), that crosses the border `cut`, (m, N)."""
    crossed = cut.reshape(cut.shape[0], e.inside.size, -1).any(axis=2)
    return np.where(crossed, q, 0.0)


def source_based(
    t: Accounts, e: Exporter, passed: Array, *, cut: Mask | None = None, origin: bool = False
) -> Terms:
    """Return the source-based terms of Borin and Mancini.

    Parameters
    ----------
    t, e :
        Table and exporter.
    passed : (N, n) array
        Inputs sold abroad for the final demand of each economy, as for `routes`.
    cut : (m, N) array of bool, optional
        Border of the perspective, from `perimeter`; the exporter's border when None.
    origin : bool
        Rows are industries in which the value was added, not those that export.

    Returns
    -------
    dict of (S, n) array
        EXGR and its twelve terms.

    References
    ----------
    Borin, A., Mancini, M. (2023). Measuring What Matters in Value-Added Trade. Economic Systems
    Research 35(4), 586-613.
    """
    border = perimeter(e) if cut is None else cut
    once = extracted(e, border)
    found = Routes(*(within(e, q, border) for q in routes(t, e, passed)))
    exported = within(e, e.exports(t), border)
    kept = [_weights(t, e, once, own=own, origin=origin) for own in (True, False)]
    again = [_weights(t, e, e.columns - once, own=own, origin=origin) for own in (True, False)]
    return _borin_mancini(e, found, kept, again, exported, exported)


def sink_based(t: Accounts, e: Exporter) -> Terms:
    """Return the sink-based terms of Borin and Mancini: EXGR and twelve terms, (S, n) each.

    VAXIM, the part of VAX that the direct importer absorbs, comes besides.

    References
    ----------
    Borin, A., Mancini, M. (2019). Measuring What Matters in Global Value Chains and Value-Added
    Trade. World Bank Policy Research Working Paper 8804.
    """
    once = extracted(e)
    # final demand without the exporter's exports, and the output that it needs when no input is
    # sold abroad by the exporter
    sold = e.final(t.Y)
    needed = t.BY - e.columns @ sold
    needed -= once @ (np.where(e.outside, e.sold, 0.0) @ needed)
    exported = e.exports(t)
    passed = t.foreign(np.column_stack([needed, once @ exported.sum(axis=1)]))
    found = routes(t, e, passed[:, :-1])
    back_out = e.across(t.local(passed[:, -1]))
    weights = [_weights(t, e, e.columns, own=own, origin=False) for own in (True, False)]
    terms = _borin_mancini(e, found, weights, weights, exported, back_out)
    n = t.n
    importer = passed[:, :-1].reshape(n, -1, n)[np.arange(n), :, np.arange(n)].ravel()
    later = e.fold(weights[0][:, None] * e.across(t.local(importer)))
    return {**terms, "VAXIM": terms["VAX1"] + terms["VAX2"] + later}


def miroudot_ye(
    t: Accounts, e: Exporter, entering: Array | None = None, *, cut: Mask | None = None
) -> Terms:
    """Return DVA, DDC, FVA and FDC of Miroudot and Ye, (S, n) each.

    Parameters
    ----------
    t, e :
        Table and exporter.
    entering : (m,) array, optional
        For the world's perspective: foreign value added per unit that enters the exporter's
        nodes after leaving its origin once, ``sum_t v_t L_tt A_tC``. FDC is then split into FDC1
        and FDC2 and FVA is zero, since no foreign value crosses its first border with the exports.
    cut : (m, N) array of bool, optional
        Border of the perspective; the exporter's border when None.

    References
    ----------
    Miroudot, S., Ye, M. (2021). Decomposing Value Added in Gross Exports. Economic Systems
    Research 33(1), 67-87.
    """
    border = perimeter(e) if cut is None else cut
    exported = within(e, e.exports(t), border)
    whole = by_origin(t, e.columns)
    if entering is not None:
        alone = e.content
        own = t.added[e.nodes] @ alone
        first = entering @ alone
        parts = {
            "DVA": own,
            "DDC": whole[e.inside].sum(axis=0) - own,
            "FVA": np.zeros_like(own),
            "FDC1": first,
            "FDC2": whole[~e.inside].sum(axis=0) - first,
        }
    else:
        once = by_origin(t, extracted(e, border))
        again = whole - once
        parts = {
            "DVA": once[e.inside].sum(axis=0),
            "DDC": again[e.inside].sum(axis=0),
            "FVA": once[~e.inside].sum(axis=0),
            "FDC": again[~e.inside].sum(axis=0),
        }
    made = {name: e.fold(weight[:, None] * exported) for name, weight in parts.items()}
    return {"EXGR": e.fold(exported), **made}


def oecd(t: Accounts, e: Exporter, embodied: Array) -> Terms:
    """Return the domestic and foreign content that the OECD publishes, (S, n) each.

    Besides come VAX by industry of origin and absorbing economy, GVCB by exporting industry and
    economy of origin, GVCF by industry of origin and exporting economy.

    Parameters
    ----------
    t, e :
        Table and exporter.
    embodied : (N, n) array
        Output that the exports of each economy need.

    References
    ----------
    OECD (2019). Guide to OECD's Trade in Value Added Indicators, 2018 edition.
    """
    exported = e.exports(t)
    own = t.added[e.nodes]
    alone, whole = e.content, by_origin(t, e.columns)
    direct = own * np.diagonal(alone)
    parts = {
        "EXGR_DDC": direct,
        "EXGR_IDC": own @ alone - direct,
        "EXGR_RIM": whole[e.inside].sum(axis=0) - own @ alone,
        "EXGR_FVA": whole[~e.inside].sum(axis=0),
    }
    made = {name: e.fold(weight[:, None] * exported) for name, weight in parts.items()}
    absorbed = np.where(e.inside, 0.0, t.BY[e.nodes]) * own[:, None]
    behind = np.where(e.inside, 0.0, whole.T) * exported.sum(axis=1)[:, None]
    return {
        "EXGR": e.fold(exported),
        **made,
        "VAX": e.fold(absorbed),
        "GVCB": e.fold(behind),
        "GVCF": e.fold(np.where(e.inside, 0.0, embodied[e.nodes]) * own[:, None]),
    }


def wang_wei_zhu(t: Accounts, e: Exporter, around: Around) -> Terms:
    """Return EXGR and the sixteen terms of Wang, Wei and Zhu, (S, n) each.

    References
    ----------
    Wang, Z., Wei, S.-J., Zhu, K. (2013). Quantifying International Production Sharing at the
    Bilateral and Sector Levels. NBER Working Paper 19677.
    """
    n = t.n
    origins = by_origin(t, e.columns)
    whole = origins[e.inside].sum(axis=0)[:, None]
    alone = (t.added[e.nodes] @ e.content)[:, None]
    importer = np.where(e.inside, 0.0, origins.T)
    others = origins[~e.inside].sum(axis=0)[:, None] - importer

    sold, home = e.final(t.Y), e.home(t.Y)
    bought = np.where(e.nodes, 0.0, home)
    mine = home[e.nodes]
    back = block_product(around.blocks, bought[:, None])[:, 0]
    every_back = e.home(t.BY) - e.columns @ mine

    def split(parts: Array) -> tuple[Array, Array]:
        """Return the importer's own part, and that of all others but the exporter."""
        by = parts.reshape(n, -1, n)
        own = by[np.arange(n), :, np.arange(n)].ravel()
        return own, parts[:, ~e.inside].sum(axis=1) - own

    absorbed, absorbed_third = split(around.absorbed)
    abroad, abroad_third = split(around.abroad)
    foreign = t.local(t.own()), t.local(t.exports)
    weighted = {
        "DVA_FIN": whole * sold,
        "DVA_INT": alone * e.across(absorbed),
        "DVA_INTrex1": alone * e.across(absorbed_third),
        "DVA_INTrex2": alone * e.across(abroad - back),
        "DVA_INTrex3": alone * e.across(abroad_third - (every_back - back)),
        "RDV_FIN1": alone * e.across(back),
        "RDV_FIN2": alone * e.across(every_back - back),
        "RDV_INT": alone * e.across(e.columns @ mine),
        "DDC_FIN": alone * e.across(e.columns @ sold.sum(axis=1)),
        "DDC_INT": (whole - alone) * e.across(t.x),
        "FVA_FIN1": importer * sold,
        "FVA_FIN2": others * sold,
        "FVA_INT1": importer * e.across(foreign[0]),
        "FVA_INT2": others * e.across(foreign[0]),
        "MDC": importer * e.across(foreign[1]),
        "ODC": others * e.across(foreign[1]),
    }
    made = {name: e.fold(part) for name, part in weighted.items()}
    return {"EXGR": e.fold(e.exports(t)), **made}


KWW = {
    "VAX1": ("DVA_FIN",),
    "VAX2": ("DVA_INT", "DVA_INTrex1"),
    "VAX3": ("DVA_INTrex2", "DVA_INTrex3"),
    "REF1": ("RDV_FIN1", "RDV_FIN2"),
    "REF2": ("RDV_INT",),
    "DDC": ("DDC_FIN", "DDC_INT"),
    "FVA1": ("FVA_FIN1", "FVA_FIN2"),
    "FVA2": ("FVA_INT1", "FVA_INT2"),
    "FDC": ("MDC", "ODC"),
}
"""The nine terms of Koopman, Wang and Wei as sums of the sixteen of Wang, Wei and Zhu."""


def koopman_wang_wei(t: Accounts, e: Exporter, around: Around) -> Terms:
    """Return EXGR and the nine terms of Koopman, Wang and Wei, over all importers, (S, 1) each.

    The paper has no industries: by exporting industry they are the sums of the terms of Wang, Wei
    and Zhu, over all industries those of the paper.

    References
    ----------
    Koopman, R., Wang, Z., Wei, S.-J. (2014). Tracing Value-Added and Double Counting in Gross
    Exports. American Economic Review 104(2), 459-494, equation 36.
    """
    fine = wang_wei_zhu(t, e, around)
    parts = {"EXGR": ("EXGR",), **KWW}
    return {name: added_up(fine, of).sum(axis=1, keepdims=True) for name, of in parts.items()}


def added_up(terms: Terms, names: Iterable[str]) -> Array:
    """Return the sum of terms."""
    return np.asarray(np.add.reduce([terms[name] for name in names]))


def _weights(t: Accounts, e: Exporter, columns: Array, *, own: bool, origin: bool) -> Array:
    rows = e.nodes if own else e.outside
    if origin:
        return by_origin_industry(t, columns, rows)
    return np.asarray(np.where(rows, t.added, 0.0) @ columns)


def _borin_mancini(
    e: Exporter,
    found: Routes,
    kept: list[Array],
    again: list[Array],
    exported: Array,
    repeated: Array,
) -> Terms:
    """Return the twelve terms from weights of value added, domestic and foreign.

    `kept` weighs what is counted once, `again` what is counted again, along `repeated`.
    """

    def weigh(weight: Array, q: Array) -> Array:
        return e.fold(weight[:, None] * q) if weight.ndim == 1 else np.asarray(weight @ q)

    (own, foreign), (own_again, foreign_again) = kept, again
    return {
        "EXGR": e.fold(exported),
        "VAX1": weigh(own, found.final),
        "VAX2": weigh(own, found.absorbed),
        "VAX3": weigh(own, found.third),
        "VAX4": weigh(own, found.third_later),
        "REF1": weigh(own, found.back),
        "REF2": weigh(own, found.back_later),
        "DDC": weigh(own_again, repeated),
        "FVA1": weigh(foreign, found.final),
        "FVA2": weigh(foreign, found.absorbed),
        "FVA3": weigh(foreign, found.third + found.back),
        "FVA4": weigh(foreign, found.third_later + found.back_later),
        "FDC": weigh(foreign_again, repeated),
    }
