"""Two parties' trade with each other, seen from both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl
from numpy.typing import NDArray

from isthmus.codes import PartySpec
from isthmus.dependence.citations import HIRSCHMAN
from isthmus.dependence.customs import with_records
from isthmus.dependence.items import Level
from isthmus.dependence.ledger import Ledger, read
from isthmus.dependence.measures import descending_rank
from isthmus.dependence.parties import member_mask
from isthmus.dependence.profile import GOODS_ONLY, supplier_rows
from isthmus.dependence.trade import answer, asked, ends, table_of
from isthmus.evidence import Result, Table
from isthmus.evidence.frames import MONEY, attribute, dimensions, grid, number
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Mask
from isthmus.kernels.concentration import ratio
from isthmus.world import World


@lens("dependence.mutual", {"a": "DEU", "b": "CHN"})
def mutual(
    world: World,
    a: PartySpec,
    b: PartySpec,
    *,
    years: Sequence[int] | None = None,
    level: Level = "industry",
    items: Sequence[str] | None = None,
) -> Result:
    """Return what two parties buy from each other and what it means to buyer and seller.

    Parameters
    ----------
    world : World
        The data.
    a, b : str or Party
        Economies, or coalitions that act as one.
    years : sequence of int, optional
        The last year when None.
    level : {"industry", "product"}
        Kind of item.
    items : sequence of str, optional
        All when None.

    Returns
    -------
    Result
        ``flows``: by item both ways, with shares in the buyer's external purchases and in the
        seller's external sales; ``totals``: over all goods, and at industry level over everything;
        ``records``: where customs figures of the pair are at hand and no items are chosen, the
        same goods trade as the balanced table, the exporter's and the importer's office record it.

    Raises
    ------
    CodeUnknown, DataMissing
        For unknown economies or items, or missing years.
    BadInput
        When the parties overlap.

    References
    ----------
    Hirschman (1945).
    """
    books = [read(world, p, level=level, years=years, items=items) for p in (a, b)]
    first, second = books
    supplier_rows(first, second.party)  # refuses parties that overlap
    pairs = [(first, second), (second, first)]
    flows = pl.concat([_direction(buyer, seller, None) for buyer, seller in pairs])
    totals = pl.concat(
        [
            _direction(buyer, seller, (scope, mask))
            for buyer, seller in pairs
            for scope, mask in first.scopes.items()
        ]
    )
    tables = {
        "flows": _wrap("flows", first, flows, level),
        "totals": _wrap("totals", first, totals, "scope"),
    }
    if items is None:
        tables = with_records(world, tables, pairs)
    given = {"a": first.party.spec, "b": second.party.spec, **asked(first, items)}
    return answer(world, "mutual", tables, given, (HIRSCHMAN,))


def _direction(buyer: Ledger, seller: Ledger, scope: tuple[str, Mask] | None) -> pl.DataFrame:
    """Rows of what the buyer purchases from the seller."""
    mask = member_mask(seller.party, buyer.economies)
    parts = {
        "value": buyer.imports[:, mask].sum(axis=1),
        "imports": buyer.external_imports.sum(axis=1),
        "exports": seller.external_exports.sum(axis=1),
    }
    if buyer.use is not None:
        parts["use"] = buyer.use
    axes: dict[str, Sequence[Any]] = {"year": buyer.years, buyer.level: buyer.items}
    if scope is not None:
        parts = {k: v[:, scope[1]].sum(axis=1, keepdims=True) for k, v in parts.items()}
        axes = {"year": buyer.years, "scope": [scope[0]]}
    columns: dict[str, NDArray[Any]] = {
        "value": parts["value"],
        "share_of_imports": ratio(parts["value"], parts["imports"]),
        "share_of_exports": ratio(parts["value"], parts["exports"]),
    }
    if "use" in parts:
        columns["share_of_use"] = ratio(parts["value"], parts["use"])
    if scope is None:
        columns["rank"] = descending_rank(parts["value"])
    return grid(axes, columns).with_columns(ends(seller.party, buyer.party))


def _wrap(name: str, ledger: Ledger, frame: pl.DataFrame, item: str) -> Table:
    columns = [
        *dimensions("importer", "exporter", item, "year"),
        number("value", MONEY, "purchases of the importer from the exporter"),
        number("share_of_imports", "share", "in all purchases of the importer from outside"),
        number("share_of_exports", "share", "in all sales of the exporter to outside"),
    ]
    if "share_of_use" in frame.columns:
        columns.append(number("share_of_use", "share", "in all purchases, own production included"))
    if "rank" in frame.columns:
        columns.append(attribute("rank", "1 is the largest item of this direction and year"))
    columns.append(attribute("kind"))
    text = "purchases in both directions; shares are exposures, not losses"
    return table_of(ledger, name, frame, columns, text, (*ledger.notes, GOODS_ONLY))
