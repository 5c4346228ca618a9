"""The rule of sharing beside the best that could be done with everything known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from isthmus.evidence import IN_UNIT, Column, Result
from isthmus.evidence.lens import lens
from isthmus.kernels.production_optimal import best_deliveries
from isthmus.production.files import load_bills
from isthmus.production.lens import (
    check_numbers,
    provenance,
    remedies_of,
    setting_of,
    told_of,
    words_of,
)
from isthmus.production.plan import CALM


@lens("production.allocation", {"days": 28})
def allocation(
    world: Any,
    *,
    boms: Sequence[str] = ("shell-155",),
    files: Sequence[Path] = (),
    stops: Sequence[str] = (),
    surge: float = CALM.factor,
    surge_day: float = CALM.start,
    remedies: Sequence[str] = (),
    days: int = 364,
) -> Result:
    """Say what each buyer gets by the rule of sharing, and at best.

    The best maximises, over all buyers, the share of its own wish that each gets, the sooner the
    better, by a linear programme that knows every stop beforehand; the numbers are the values of
    the bills, without draws. What the rule leaves is the price of not knowing and not arranging.

    Parameters
    ----------
    world : World
        Not read: the numbers stand in the bills of materials.
    boms, files, stops, surge, surge_day, remedies, days
        As in `run`.

    Returns
    -------
    Result
        Table ``allocation``.

    Raises
    ------
    NotFound, BadInput
        As `run`.
    """
    check_numbers(surge, surge_day, days, 1, 1.0)
    bill = load_bills([*boms, *files])
    setting = setting_of(bill, stops, surge, surge_day, days, 1, 0)
    told = told_of(bill, setting, remedies_of(bill, remedies))
    wanted = told.chain.wish[..., 0].sum(axis=0)
    weights = np.divide(1.0, wanted, out=np.zeros_like(wanted), where=wanted > 0)
    best = best_deliveries(told.chain, weights * wanted.max(initial=1.0)).sum(axis=0)
    rule = told.course.delivered[..., 0].sum(axis=0)
    rows = [
        (d.item, d.buyer, bill[d.item].unit, float(w), float(r * k), float(b * k))
        for d, w, r, b, k in zip(bill.demands, wanted, rule, best, weights, strict=True)
    ]
    columns = (
        Column("item", "dimension", text="what is wanted"),
        Column("buyer", "dimension", text="by whom"),
        Column("unit", "attribute", text="unit of the item"),
        Column("wanted", "value", IN_UNIT, "wanted in all"),
        Column("rule", "value", "share", "delivered by the rule of sharing"),
        Column("best", "value", "share", "delivered at best, everything known"),
    )
    words = {
        **words_of(bill, boms, files, stops, surge, surge_day, days, 1),
        "remedies": sorted(remedies),
    }
    table = told.table("allocation", rows, columns, "what the rule gives and what could be given")
    return Result({"allocation": table}, provenance("production.allocation", bill, words, 0), ())
