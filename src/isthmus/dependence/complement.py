"""What one party sells well and the other buys much of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from isthmus.codes import PartySpec
from isthmus.dependence.citations import BALASSA, DRYSDALE, MICHAELY
from isthmus.dependence.items import Level, check_years, known_years
from isthmus.dependence.ledger import SERVICES, Ledger, read
from isthmus.dependence.measures import descending_rank
from isthmus.dependence.profile import supplier_rows
from isthmus.dependence.trade import answer, asked, ends, table_of
from isthmus.evidence import Result, Table
from isthmus.evidence.frames import MONEY, attribute, dimension, dimensions, grid, number
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.complementarity import michaely, revealed, weighted_complementarity
from isthmus.world import World

COARSE = "at this number of industries too coarse for a verdict on single technologies"


@lens(
    "dependence.complementarity",
    {"a": "DEU", "b": "TWN"},
    {"a": "DEU", "b": "TWN", "level": "product"},
)
def complementarity(
    world: World,
    a: PartySpec,
    b: PartySpec,
    *,
    year: int | None = None,
    level: Level = "industry",
    items: Sequence[str] | None = None,
) -> Result:
    """Return where one party's export strength meets the other's import need, both ways.

    Parameters
    ----------
    world : World
        The data.
    a, b : str or Party
        Economies, or coalitions as one: their trade with outside counts.
    year : int, optional
        The last year when None.
    level : {"industry", "product"}
        Kind of item.
    items : sequence of str, optional
        Items over which structures are compared; all goods when None.

    Returns
    -------
    Result
        ``items``: revealed comparative advantage of the seller and revealed import need of the
        buyer by item; ``indices``: Michaely's overlap and the weighted index, per direction.

    Raises
    ------
    CodeUnknown, DataMissing, BadInput
        For unknown economies or items, missing years, overlapping parties, or no trade.

    References
    ----------
    Balassa (1965); Michaely (1996); Drysdale, Garnaut (1982).
    """
    chosen = check_years(None if year is None else [year], known_years(world, level, items))
    wanted = items
    if items is None and level == "industry":
        wanted = [k for k in world.flows().industries if k != SERVICES]
    first, second = (read(world, p, level=level, years=chosen, items=wanted) for p in (a, b))
    supplier_rows(first, second.party)
    pairs = [(first, second), (second, first)]
    notes = [*first.notes]
    if level == "industry":
        notes.append(f"{len(first.items)} industries: {COARSE}")
    tables = {
        "items": _items(pairs, notes),
        "indices": _indices(pairs, notes),
    }
    given = {"a": first.party.spec, "b": second.party.spec, "year": chosen[-1]}
    given |= {name: held for name, held in asked(first, items).items() if name != "years"}
    return answer(world, "complementarity", tables, given, (BALASSA, MICHAELY, DRYSDALE))


def _structures(seller: Ledger, buyer: Ledger) -> tuple[Array, Array, Array]:
    """Exports of the seller, imports of the buyer, world trade; each of shape (K,)."""
    return (
        seller.external_exports[-1].sum(axis=0),
        buyer.external_imports[-1].sum(axis=0),
        seller.world_exports[-1].sum(axis=0),
    )


def _items(pairs: list[tuple[Ledger, Ledger]], notes: Sequence[str]) -> Table:
    frames = []
    for seller, buyer in pairs:
        exports, imports, world = _structures(seller, buyer)
        _, bought = supplier_rows(buyer, seller.party)
        advantage, need = revealed(exports, world), revealed(imports, world)
        frame = grid(
            {seller.level: seller.items},
            {
                "value": bought[-1],
                "advantage": advantage,
                "need": need,
                "match": np.sqrt(advantage * need),
                "rank": descending_rank(np.sqrt(advantage * need)),
            },
        )
        frames.append(frame.with_columns(ends(seller.party, buyer.party, seller.years[-1])))
    ledger = pairs[0][0]
    columns = [
        *dimensions("exporter", "importer", ledger.level, "year"),
        number("value", MONEY, "present purchases of the importer from the exporter"),
        number("advantage", "1", "revealed comparative advantage of the exporter; above 1: strong"),
        number("need", "1", "revealed import need of the importer; above 1: buys much"),
        number("match", "1", "geometric mean of advantage and need"),
        attribute("rank", "1 is the best match of this direction"),
        attribute("kind"),
    ]
    text = "export strength of one side against import need of the other"
    return table_of(ledger, "items", pl.concat(frames), columns, text, notes)


def _indices(pairs: list[tuple[Ledger, Ledger]], notes: Sequence[str]) -> Table:
    frames = []
    for seller, buyer in pairs:
        exports, imports, world = _structures(seller, buyer)
        frame = pl.DataFrame(
            {
                "indicator": ["michaely", "weighted"],
                "value": [
                    float(michaely(exports, imports)),
                    float(weighted_complementarity(exports, imports, world)),
                ],
            }
        )
        frames.append(frame.with_columns(ends(seller.party, buyer.party, seller.years[-1])))
    ledger = pairs[0][0]
    columns = [
        *dimensions("exporter", "importer", "year"),
        dimension("indicator", "michaely: overlap, 0 to 1; weighted: 1 is neutral"),
        number("value", "1", "of the indicator, by its own scale"),
        attribute("kind"),
    ]
    text = "fit of the exports of one side to the imports of the other"
    return table_of(ledger, "indices", pl.concat(frames), columns, text, notes)
