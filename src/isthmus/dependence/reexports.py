"""Imports by the origin behind the hubs: an estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from isthmus.codes import PartySpec, nearest_economy, resolve
from isthmus.dependence.citations import COMMISSION_2023
from isthmus.dependence.items import Level, check_years
from isthmus.dependence.parties import member_mask
from isthmus.dependence.trade import answer, asked, table_of, trade_of
from isthmus.errors import CodeUnknown
from isthmus.evidence import Kind, Result
from isthmus.evidence.frames import MONEY, attribute, dimension, dimensions, grid, number
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.concentration import hhi, ratio, reexport_corrected
from isthmus.kernels.screening import networks
from isthmus.runtime.threads import one_blas_thread
from isthmus.world import World


@lens(
    "dependence.behind_hubs",
    {"importer": "DEU", "reexport_share": {"HKG": 0.9}, "items": ["850511"]},
)
def behind_hubs(
    world: World,
    importer: PartySpec,
    *,
    reexport_share: Mapping[str, float],
    year: int | None = None,
    level: Level = "product",
    items: Sequence[str] | None = None,
) -> Result:
    """Return imports by origin after hubs' re-exports are attributed to the hubs' suppliers.

    Parameters
    ----------
    world : World
        The data.
    importer : str or Party
        Economy, or coalition as one buyer.
    reexport_share : mapping of str to float
        Part of each hub's exports that is re-exported, in [0, 1); 0 for all others. From the
        hub's statistics, or ``max(0, exports - production)/exports``.
    year : int, optional
        The last year when None.
    level : {"industry", "product"}
        Kind of item.
    items : sequence of str, optional
        All when None.

    Returns
    -------
    Result
        ``origins``: recorded and attributed imports by origin and item; ``concentration``: HHI of
        external origins before and after.

    Raises
    ------
    CodeUnknown
        For unknown economies (hubs included) or items.
    BadInput
        For shares outside [0, 1).
    IdentityViolated
        When the correction does not keep an importer's total.

    References
    ----------
    Arjona, Connell, Herghelegiu (2023).
    """
    trade = trade_of(world, level, items)
    chosen = check_years(None if year is None else [year], trade.years)[-1]
    economies, labels = trade.economies, trade.items
    rho = hubs(reexport_share, economies)
    party = resolve(importer, known=economies)
    inside = member_mask(party, economies)
    with one_blas_thread():
        bought = [
            [part[:, :, inside].sum(axis=-1) for part in (W, reexport_corrected(W, rho))]
            for _, W in networks(trade.flows(chosen))
        ]
    before, after = (np.concatenate(parts) for parts in zip(*bought, strict=True))
    out_before, out_after = (np.where(inside, 0.0, part) for part in (before, after))
    common = {"importer": pl.lit(party.code), "year": pl.lit(chosen, dtype=pl.Int64)}
    origins = (
        grid(
            {level: labels, "exporter": economies},
            {
                "recorded": before,
                "attributed": after,
                "share_recorded": _in_sum(before),
                "share_attributed": _in_sum(after),
            },
        )
        .with_columns(**common)
        .filter((pl.col("recorded") > 0) | (pl.col("attributed") > 0))
    )
    concentration = grid(
        {level: labels},
        {"hhi_recorded": hhi(out_before, axis=1), "hhi_attributed": hhi(out_after, axis=1)},
    ).with_columns(**common)
    tables = {
        "origins": table_of(
            trade,
            "origins",
            origins,
            [
                dimension("importer"),
                dimension("exporter", "origin"),
                *dimensions(level, "year"),
                number("recorded", MONEY, "as recorded"),
                number("attributed", MONEY, "after the correction; own goods may come back"),
                number("share_recorded", "share", "of all origins, as recorded"),
                number("share_attributed", "share", "of all origins, after the correction"),
                attribute("kind"),
            ],
            "imports by recorded and by attributed origin; both add up to the same total",
            kind=Kind.ESTIMATED,
        ),
        "concentration": table_of(
            trade,
            "concentration",
            concentration,
            [
                *dimensions("importer", level, "year"),
                number("hhi_recorded", "1", "external origins as recorded"),
                number("hhi_attributed", "1", "external origins after the correction"),
                attribute("kind"),
            ],
            "concentration of external origins before and after the correction",
            kind=Kind.ESTIMATED,
        ),
    }
    given = {"importer": party.spec, "reexport_share": dict(reexport_share), "year": chosen}
    given |= {name: held for name, held in asked(trade, items).items() if name != "years"}
    return answer(world, "behind_hubs", tables, given, (COMMISSION_2023,))


def _in_sum(bought: Array) -> Array:
    return ratio(bought, np.broadcast_to(bought.sum(axis=1, keepdims=True), bought.shape))


def hubs(reexport_share: Mapping[str, float], economies: Sequence[str]) -> Array:
    """Return the part of its exports that each economy re-exports, shape (n,).

    Raises
    ------
    CodeUnknown
        For a hub that is not among the economies.
    """
    for hub in reexport_share:
        if hub not in economies:
            raise CodeUnknown(
                f"hub {hub!r} is not in the data",
                where="reexport_share",
                hint=nearest_economy(hub, economies) or None,
            )
    return np.array([float(reexport_share.get(e, 0.0)) for e in economies])
