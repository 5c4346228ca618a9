"""Exposure of each member of a coalition to one other party."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from isthmus.codes import Party, PartySpec, resolve
from isthmus.dependence.citations import HIRSCHMAN
from isthmus.dependence.items import Level
from isthmus.dependence.ledger import Ledger, read
from isthmus.dependence.parties import member_mask
from isthmus.dependence.profile import GOODS_ONLY, supplier_rows
from isthmus.dependence.trade import answer, asked, table_of
from isthmus.evidence import Result, Table
from isthmus.evidence.frames import MONEY, attribute, dimension, grid, number
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.concentration import ratio
from isthmus.world import World

_TEXTS = {
    "imports": (MONEY, "purchases of the member from the other party"),
    "share_of_imports": ("share", "in all imports of the member"),
    "share_of_external_imports": ("share", "in imports of the member from outside the coalition"),
    "share_of_use": ("share", "in all purchases of the member, own production included"),
    "exports": (MONEY, "sales of the member to the other party"),
    "share_of_exports": ("share", "in all exports of the member"),
    "share_of_external_exports": ("share", "in exports of the member to outside the coalition"),
    "share_of_output": ("share", "in all sales of the member, domestic ones included"),
}


@lens("dependence.members", {"coalition": "EU27_2020", "on": "CHN", "items": ["C26"]})
def members(
    world: World,
    coalition: PartySpec,
    *,
    on: PartySpec,
    years: Sequence[int] | None = None,
    level: Level = "industry",
    items: Sequence[str] | None = None,
) -> Result:
    """Return how much each member trades with one other party, both ways.

    Parameters
    ----------
    world : World
        The data.
    coalition : str or Party
        Whose members are looked at, each as a buyer and seller of its own.
    on : str or Party
        The other party.
    years : sequence of int, optional
        The last year when None.
    level : {"industry", "product"}
        Kind of item.
    items : sequence of str, optional
        All when None.

    Returns
    -------
    Result
        ``members``: totals over the items by member and year; ``items``: the same by item.

    Raises
    ------
    CodeUnknown, DataMissing
        For unknown economies or items, or missing years.
    BadInput
        When the coalition and the other party overlap.

    References
    ----------
    Hirschman (1945).
    """
    bloc = read(world, coalition, level=level, years=years, items=items)
    partner = resolve(on, known=bloc.economies)
    other, _ = supplier_rows(bloc, partner)
    gone = bloc.party.absent(bloc.economies)
    present = [m for m in bloc.party.members if m not in gone]
    books = [
        read(world, Party(m, (m,)), level=level, years=bloc.years, items=items) for m in present
    ]
    mask = member_mask(partner, bloc.economies)
    parts = _stack([_parts(book, bloc.inside, mask) for book in books])
    summed = {key: bloc.totals(value) for key, value in parts.items()}
    tables = {
        "members": _table("members", bloc, other, present, summed, "scope", list(bloc.scopes)),
        "items": _table("items", bloc, other, present, parts, level, list(bloc.items)),
    }
    given = {"coalition": bloc.party.spec, "on": partner.spec, **asked(bloc, items)}
    return answer(world, "members", tables, given, (HIRSCHMAN,))


def _parts(book: Ledger, inside: Mask, other: Mask) -> dict[str, Array]:
    """Amounts of one member, each of shape (T, K)."""
    parts = {
        "imports": book.imports[:, other].sum(axis=1),
        "all_imports": book.imports.sum(axis=1),
        "external_imports": book.imports[:, ~inside].sum(axis=1),
        "exports": book.exports[:, other].sum(axis=1),
        "all_exports": book.exports.sum(axis=1),
        "external_exports": book.exports[:, ~inside].sum(axis=1),
    }
    if book.use is not None and book.domestic is not None:
        parts["use"] = book.use
        parts["output"] = book.domestic + parts["all_exports"]
    return parts


def _stack(members_parts: list[dict[str, Array]]) -> dict[str, Array]:
    return {
        key: np.stack([parts[key] for parts in members_parts], axis=1) for key in members_parts[0]
    }


def _table(
    name: str,
    bloc: Ledger,
    other: str,
    present: list[str],
    parts: dict[str, Array],
    item: str,
    labels: list[str],
) -> Table:
    values = {}
    for way, own in (("imports", "use"), ("exports", "output")):
        wholes = {way: f"all_{way}", f"external_{way}": f"external_{way}", own: own}
        shares = {f"share_of_{of}": whole for of, whole in wholes.items() if whole in parts}
        values[way] = parts[way]
        values |= {name: ratio(parts[way], parts[whole]) for name, whole in shares.items()}
    frame = grid({"year": bloc.years, "economy": present, item: labels}, values).with_columns(
        pl.lit(bloc.party.code).alias("coalition"),
        pl.lit(other).alias("partner"),
    )
    columns = [
        dimension("coalition", "whose member the economy is"),
        dimension("economy"),
        dimension("partner", "the other party"),
        dimension(item),
        dimension("year"),
        *(number(key, *_TEXTS[key]) for key in _TEXTS if key in values),
        attribute("kind"),
    ]
    text = f"trade of each member of {bloc.party.code} with {other}; exposure, not loss"
    return table_of(bloc, name, frame, columns, text, (*bloc.notes, GOODS_ONLY))
