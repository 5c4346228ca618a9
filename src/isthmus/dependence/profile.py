"""Who supplies an economy or a coalition, item by item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.codes import PartySpec, resolve
from isthmus.dependence.citations import HIRSCHMAN
from isthmus.dependence.customs import with_records
from isthmus.dependence.items import Level
from isthmus.dependence.ledger import Ledger, read
from isthmus.dependence.parties import member_mask
from isthmus.dependence.trade import answer, asked, table_of
from isthmus.errors import BadInput
from isthmus.evidence import Result, Table
from isthmus.evidence.frames import MONEY, attribute, dimensions, grid, number
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.concentration import ratio
from isthmus.world import World

GOODS_ONLY = (
    "goods trade leaves out sales of foreign affiliates, finance and tourism; a share is an "
    "exposure, not a loss"
)


@lens(
    "dependence.profile",
    {"importer": "EU27_2020", "on": "CHN"},
    {"importer": "DEU", "level": "product", "items": ["850511"]},
)
def profile(
    world: World,
    importer: PartySpec,
    *,
    on: PartySpec | None = None,
    years: Sequence[int] | None = None,
    level: Level = "industry",
    items: Sequence[str] | None = None,
    top: int | None = 5,
) -> Result:
    """Return the suppliers of an importer by industry or product.

    Parameters
    ----------
    world : World
        The data.
    importer : str or Party
        Economy, or coalition as one buyer.
    on : str or Party, optional
        One supplier to look at (a coalition sells as one); all suppliers when None.
    years : sequence of int, optional
        The last year when None.
    level : {"industry", "product"}
        Kind of item.
    items : sequence of str, optional
        Industry or product codes; all when None.
    top : int, optional
        Number of largest suppliers per item and year, where `on` is None; all when None.

    Returns
    -------
    Result
        ``suppliers``: purchases and shares by item; ``totals``: the same over all ``goods`` and
        over ``all`` items, or over the items ``listed`` where they are not all that is traded;
        ``records``: where `on` is given and customs figures of the pair are at hand, the same
        goods trade as the balanced table, the exporter's and the importer's office record it.

    Raises
    ------
    CodeUnknown
        For unknown economies or items.
    DataMissing
        For years that the data do not hold.
    BadInput
        When importer and supplier overlap, or `top` is below 1.

    References
    ----------
    Hirschman (1945).
    """
    if top is not None and top < 1:
        raise BadInput("top must be 1 or more", where="top")
    ledger = read(world, importer, level=level, years=years, items=items)
    exporters, bought, rivals = _bought_from(ledger, on)
    limit = None if on is not None else top
    tables = {
        "suppliers": _suppliers(ledger, exporters, bought, rivals, limit),
        "totals": _totals(ledger, exporters, bought, rivals, limit),
    }
    if on is not None and items is None:
        seller = read(world, on, level=level, years=ledger.years)
        tables = with_records(world, tables, [(ledger, seller)])
    given = {"importer": ledger.party.spec, "on": spec_of(ledger, on), **asked(ledger, items)}
    return answer(world, "profile", tables, {**given, "top": top}, (HIRSCHMAN,))


def spec_of(ledger: Ledger, on: PartySpec | None) -> str | None:
    """Return a supplier as it was asked for."""
    return None if on is None else resolve(on, known=ledger.economies).spec


def supplier_rows(ledger: Ledger, on: PartySpec) -> tuple[str, Array]:
    """Return the code of a supplier and what it sells to the importer, shape (T, K).

    Raises
    ------
    BadInput
        When the supplier is part of the importer.
    """
    party = resolve(on, known=ledger.economies)
    mask = member_mask(party, ledger.economies)
    if (mask & ledger.inside).any():
        raise BadInput(
            f"{party.code} and {ledger.party.code} overlap: a party does not depend on itself",
            where="on",
        )
    return party.code, ledger.imports[:, mask].sum(axis=1)


def _bought_from(ledger: Ledger, on: PartySpec | None) -> tuple[list[str], Array, Array]:
    """Codes of the suppliers, what they sell, and what the origins they compete with sell."""
    outside = np.flatnonzero(~ledger.inside)
    if on is None:
        origins = ledger.imports[:, outside]
        return [ledger.economies[i] for i in outside], origins, origins
    code, bought = supplier_rows(ledger, on)
    party = resolve(on, known=ledger.economies)
    others = ~ledger.inside & ~member_mask(party, ledger.economies)
    return [code], bought[:, None], ledger.imports[:, others]


def _suppliers(
    ledger: Ledger, exporters: list[str], bought: Array, rivals: Array, top: int | None
) -> Table:
    frame = grid(
        {"year": ledger.years, "exporter": exporters, ledger.level: ledger.items},
        _columns(ledger.external_imports.sum(axis=1), ledger.use, bought, rivals),
    )
    return _finish("suppliers", ledger, frame, ledger.level, top, ledger.use is not None)


def _totals(
    ledger: Ledger, exporters: list[str], bought: Array, rivals: Array, top: int | None
) -> Table:
    use = None if ledger.use is None else ledger.totals(ledger.use)
    outer = ledger.totals(ledger.external_imports.sum(axis=1))
    frame = grid(
        {"year": ledger.years, "exporter": exporters, "scope": list(ledger.scopes)},
        _columns(outer, use, ledger.totals(bought), ledger.totals(rivals)),
    )
    return _finish("totals", ledger, frame, "scope", top, use is not None)


def _columns(
    external: Array, use: Array | None, bought: Array, rivals: Array
) -> dict[str, NDArray[Any]]:
    """Purchases, their shares and the rank of the supplier among all origins.

    `bought` has shape (T, m, K), `rivals` (T, r, K).
    """
    columns: dict[str, NDArray[Any]] = {
        "value": bought,
        "share": ratio(bought, np.broadcast_to(external[:, None], bought.shape)),
    }
    if use is not None:
        columns["share_of_use"] = ratio(bought, np.broadcast_to(use[:, None], bought.shape))
    columns["rank"] = 1 + (rivals[:, None] > bought[:, :, None]).sum(axis=2)
    return columns


def _edition(ledger: Ledger) -> tuple[str, ...]:
    return (f"product codes of {ledger.edition}, data set {ledger.dataset}",) * bool(ledger.edition)


def _finish(
    name: str, ledger: Ledger, frame: pl.DataFrame, item: str, top: int | None, has_use: bool
) -> Table:
    if top is not None:
        frame = frame.filter((pl.col("rank") <= top) & (pl.col("value") > 0))
    frame = frame.sort("year", item, "rank", "exporter")
    columns = [
        *dimensions("importer", "exporter", item, "year"),
        number("value", MONEY, "purchases of the importer from the exporter"),
        number("share", "share", "share in purchases from outside the importer"),
    ]
    if has_use:
        columns.append(
            number("share_of_use", "share", "share in all purchases, own production included")
        )
    columns += [
        attribute("rank", "1 is the largest origin of this item and year"),
        attribute("kind"),
    ]
    text = f"purchases of {ledger.party.code} by supplier"
    notes = (*ledger.notes, *_edition(ledger), GOODS_ONLY)
    return table_of(ledger, name, frame, columns, text, notes)
