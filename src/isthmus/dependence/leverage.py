"""What a stop of supplies between two parties costs, both ways, by item and horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from isthmus.codes import PartySpec
from isthmus.dependence.citations import BOEHM, CLAYTON, FEENSTRA
from isthmus.dependence.items import check_years, known_years
from isthmus.dependence.ledger import Ledger, read
from isthmus.dependence.measures import all_use
from isthmus.dependence.profile import supplier_rows
from isthmus.dependence.trade import answer, ends, table_of
from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.evidence import Kind, Result
from isthmus.evidence.frames import MONEY, attribute, dimension, grid, number
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.concentration import ratio
from isthmus.kernels.leverage import price_rise, supply_stop_loss, trade_elasticity
from isthmus.world import World

HORIZONS = (1.0, 3.0, 10.0)

ASSUMPTION = (
    "elasticity of substitution 1 + trade elasticity, one path for all items: 0.76 after one year, "
    "2.0 in the long run, three years to adjust; an assumption for any single item"
)
SUPPLY_ONLY = (
    "prices a stop of supplies; a ban on purchases is another channel and is not counted here"
)


@lens("dependence.leverage", {"a": "DEU", "b": "CHN"})
def leverage(
    world: World,
    a: PartySpec,
    b: PartySpec,
    *,
    year: int | None = None,
    items: Sequence[str] | None = None,
    horizons: Sequence[float] = HORIZONS,
    elasticity: float | Mapping[str, float] | None = None,
    cap: Mapping[str, float] | None = None,
) -> Result:
    """Return the loss of each party if the other stopped its supplies.

    Parameters
    ----------
    world : World
        The data; leverage needs domestic sales and therefore industries.
    a, b : str or Party
        Economies, or coalitions as one buyer; own production counts all members'.
    year : int, optional
        The last year when None.
    items : sequence of str, optional
        Industries; all when None.
    horizons : sequence of float
        Years after the stop, 1 or more.
    elasticity : float or mapping of str to float, optional
        Elasticity of substitution between suppliers, above 1; one for all items or by item.
        Replaces the path over horizons, which then collapses to one row per item.
    cap : mapping of str to float, optional
        Value added of the using industries by importer (million USD). Gross output of the
        importer when None, which is a weaker bound.

    Returns
    -------
    Result
        ``leverage``: by direction, item and horizon the share, the rise of the price index and
        the loss; ``totals``: losses added over items (items are stopped at the same time and
        priced one by one).

    Raises
    ------
    CodeUnknown, DataMissing
        For unknown economies or items, or missing years.
    BadInput
        When the parties overlap, a horizon is under one year, or an elasticity 1 or less.

    References
    ----------
    Feenstra (1994); Clayton, Maggiori, Schreger (2024); Boehm, Levchenko, Pandalai-Nayar (2023).
    """
    chosen = check_years(None if year is None else [year], known_years(world, "industry"))
    first, second = (read(world, p, years=chosen, items=items) for p in (a, b))
    labels, s = _elasticities(first.items, horizons, elasticity)
    whole = {} if cap is not None else _gross_output(world, (first, second), chosen)
    frame = pl.concat(
        _direction(buyer, seller, labels, s, _cap_of(buyer, cap, whole))
        for buyer, seller in ((first, second), (second, first))
    )
    notes = (*first.notes, SUPPLY_ONLY, *([ASSUMPTION] if elasticity is None else []))
    text = "loss of the importer if the exporter stopped supplying an item"
    by_item = table_of(first, "leverage", frame, _COLUMNS, text, notes, kind=Kind.MODELLED)
    tables = {"leverage": by_item, "totals": _totals(frame, first, notes)}
    parameters = {
        "a": first.party.spec,
        "b": second.party.spec,
        "year": chosen[-1],
        "items": None if items is None else list(first.items),
        "horizons": None if elasticity is not None else [float(h) for h in horizons],
        "elasticity": dict(elasticity) if isinstance(elasticity, Mapping) else elasticity,
        "cap": None if cap is None else dict(cap),
    }
    cited = (FEENSTRA, CLAYTON, *(() if elasticity is not None else (BOEHM,)))
    return answer(world, "leverage", tables, parameters, cited)


_ENDS = (
    dimension("importer", "who would lose"),
    dimension("exporter", "who would stop supplies"),
)
_WHEN = (
    dimension("year"),
    dimension("horizon", "years after the stop; null where an elasticity was given"),
)
_COLUMNS = (
    *_ENDS,
    dimension("industry"),
    *_WHEN,
    number("value", MONEY, "present purchases of the importer from the exporter"),
    number("share", "share", "w: share in all purchases, own production included"),
    attribute("elasticity", "elasticity of substitution between suppliers"),
    number("price_rise", "share", "rise of the price index; null where it is unbounded"),
    number("loss", MONEY, "per year, at most the cap"),
    attribute("capped", "whether the cap binds"),
    attribute("kind"),
)


def _elasticities(
    items: Sequence[str], horizons: Sequence[float], given: float | Mapping[str, float] | None
) -> tuple[list[float | None], Array]:
    """Labels of the horizons, and s of shape (H, K)."""
    if given is None:
        if not horizons:
            raise BadInput("name at least one horizon", where="horizons")
        eps = trade_elasticity(np.asarray(horizons, dtype=float))
        return [float(h) for h in horizons], np.repeat(1.0 + eps[:, None], len(items), axis=1)
    if not isinstance(given, Mapping):
        return [None], np.full((1, len(items)), float(given))
    raise_all(
        "elasticities",
        [InputProblem("no elasticity given", where=k) for k in items if k not in given],
    )
    return [None], np.array([[float(given[k]) for k in items]])


def _gross_output(world: World, books: Sequence[Ledger], years: Sequence[int]) -> dict[str, float]:
    """Gross output of each importer over all industries, by party code (million USD)."""
    out = {}
    for book in books:
        whole = read(world, book.party, years=years)
        home = 0.0 if whole.domestic is None else float(whole.domestic[-1].sum())
        out[book.party.code] = home + float(whole.exports[-1].sum())
    return out


def _cap_of(buyer: Ledger, cap: Mapping[str, float] | None, whole: Mapping[str, float]) -> float:
    source = whole if cap is None else cap
    if buyer.party.code not in source:
        raise BadInput(f"no cap given for {buyer.party.code}", where="cap")
    return float(source[buyer.party.code])


def _direction(
    buyer: Ledger, seller: Ledger, labels: list[float | None], s: Array, cap: float
) -> pl.DataFrame:
    _, bought = supplier_rows(buyer, seller.party)
    outlay, purchase = all_use(buyer)[-1], bought[-1]
    w = np.minimum(ratio(purchase, outlay), 1.0)
    loss = supply_stop_loss(w, s, outlay, cap)
    return grid(
        {"horizon": labels, "industry": buyer.items},
        {
            "value": purchase,
            "share": w,
            "elasticity": s,
            "price_rise": price_rise(w, s),
            "loss": loss,
            "capped": loss >= cap,
        },
    ).with_columns(
        pl.col("horizon").cast(pl.Float64), *ends(seller.party, buyer.party, buyer.years[-1])
    )


def _totals(frame: pl.DataFrame, ledger: Ledger, notes: Sequence[str]) -> Any:
    keys = ["importer", "exporter", "year", "horizon"]
    summed = pl.concat(
        part.select(*keys)
        .head(1)
        .with_columns(pl.lit(float(part[c].to_numpy().sum())).alias(c) for c in ("value", "loss"))
        for part in frame.partition_by(keys, maintain_order=True)
    )
    columns = [
        *_ENDS,
        *_WHEN,
        number("value", MONEY, "present purchases"),
        number("loss", MONEY, "per year, added over items"),
        attribute("kind"),
    ]
    text = "losses added over items"
    return table_of(ledger, "totals", summed, columns, text, notes, kind=Kind.MODELLED)
