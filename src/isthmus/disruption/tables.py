"""Tables of a disruption run, with their schemas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.disruption.about import modelled
from isthmus.disruption.record import NONE, RECOVERED, DailyLosses, Trace
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Column, Table
from isthmus.evidence.frames import framed
from isthmus.kernels.arrays import over
from isthmus.world.mrio import MRIO

Floats = NDArray[np.float64]

_ECONOMY = Column("economy", "dimension", text="code of the economy")
_INDUSTRY = Column("industry", "dimension", text="code of the industry")
_HORIZON = Column("horizon", "dimension", "days", "days counted from the start")


def horizons_of(days: int, asked: Sequence[int] | None = None) -> tuple[int, ...]:
    """Return the horizons to report.

    Parameters
    ----------
    days : int
        Days simulated.
    asked : sequence of int, optional
        Any days up to that; by default a month, a quarter, half a year and a year as far as the
        run goes, and its end.

    Raises
    ------
    BadInput
        With every horizon that is not a whole number of days within the run.
    """
    if asked is None:
        return (*(h for h in (30, 90, 180, 365) if h < days), days)
    problems = [
        InputProblem(f"must be a number of days from 1 to {days}, got {h!r}", where="horizons")
        for h in asked
        if isinstance(h, bool) or not isinstance(h, int) or not 1 <= h <= days
    ]
    if not asked:
        problems.append(InputProblem("name at least one number of days", where="horizons"))
    raise_all("disruption run", problems)
    return tuple(sorted(set(asked)))


def losses_frame(
    losses: DailyLosses,
    economies: Sequence[str],
    horizons: Sequence[int] | None = None,
    *,
    names: Sequence[str] = (),
) -> pl.DataFrame:
    """Return losses by economy and horizon; of a batch by scenario too, named in its order."""
    counted = horizons_of(losses.value_added.shape[0], horizons)
    batch = losses.value_added.shape[2]

    def by_scenario(daily: Floats, base: Floats | None = None) -> Floats:
        """Sums up to each horizon, or what they lack of the base: (B, horizons, R)."""
        sums = np.stack([daily[:horizon].sum(axis=0).T for horizon in counted], axis=1)
        return sums if base is None else base - sums

    whole, wanted = (np.outer(counted, each) for each in (losses.base, losses.final))
    lost, unmet = by_scenario(losses.value_added, whole), by_scenario(losses.unmet)
    income = np.maximum(lost, unmet)
    shape = (batch, *whole.shape)
    columns = {
        "economy": list(economies) * (batch * len(counted)),
        "horizon": np.broadcast_to(np.array(counted)[:, None], shape).ravel(),
        "value_added_lost": lost.ravel(),
        "value_added_lost_share": _share(lost, whole).ravel(),
        "unmet_final": unmet.ravel(),
        "unmet_final_share": _share(unmet, wanted).ravel(),
        "real_income_lost": income.ravel(),
        "real_income_lost_share": _share(income, whole).ravel(),
    }
    named = [name for name in names for _ in range(whole.size)]
    return pl.DataFrame({"scenario": named, **columns} if names else columns)


LOSS_COLUMNS = (
    _ECONOMY,
    _HORIZON,
    Column("value_added_lost", "value", "million USD", "output less inputs used, below its base"),
    Column("value_added_lost_share", "value", "share", "of the base value added of the same days"),
    Column("unmet_final", "value", "million USD", "final demand of the economy not delivered"),
    Column("unmet_final_share", "value", "share", "of its base final demand of the same days"),
    Column(
        "real_income_lost",
        "value",
        "million USD",
        "what residents can no longer both earn and buy: the larger of value added lost and final "
        "demand not delivered, at base prices; not to be added over economies",
    ),
    Column("real_income_lost_share", "value", "share", "of the base value added of the same days"),
)


def losses_table(losses: DailyLosses, mrio: MRIO, horizons: Sequence[int] | None = None) -> Table:
    """Return the losses of one scenario by economy and horizon."""
    frame = losses_frame(losses, mrio.economies, horizons)
    text = "value added, final demand and real income lost by economy up to each horizon"
    return modelled(mrio, "losses", frame, LOSS_COLUMNS, text)


def industries_table(trace: Trace, base: Floats, mrio: MRIO) -> Table:
    """Return lost output, the lowest day, first stoppage and recovery by industry."""
    days = trace.days
    whole = base * days
    kept = over(trace.total, whole, empty=1.0)
    economies, industries = zip(*mrio.labels.nodes, strict=True)
    frame = pl.DataFrame(
        {
            "economy": economies,
            "industry": industries,
            "output_lost": whole - trace.total,
            "output_lost_share": 1.0 - kept,
            "lowest_output_share": trace.lowest,
            "lowest_day": trace.lowest_day,
            "first_stop": [None if d == NONE else d for d in trace.first.tolist()],
            "recovered_on": [None if d in (0, days) else d for d in trace.recovered.tolist()],
        },
        schema_overrides={"first_stop": pl.Int64, "recovered_on": pl.Int64},
    )
    columns = (
        _ECONOMY,
        _INDUSTRY,
        Column("output_lost", "value", "million USD", "gross output below its base over the run"),
        Column("output_lost_share", "value", "share", "of base output; not value added"),
        Column("lowest_output_share", "value", "share", "output on its worst day over base output"),
        Column("lowest_day", "value", "day", "the worst day"),
        Column(
            "first_stop",
            "value",
            "day",
            f"first day below {trace.threshold:.0%} of base output; empty for never",
        ),
        Column(
            "recovered_on",
            "value",
            "day",
            f"day from which output stays at {RECOVERED:.0%} of its base or more; empty where it "
            "never fell below or had not recovered at the end",
        ),
    )
    text = f"what happened to each industry in {days} days"
    return modelled(mrio, "industries", frame, columns, text)


def paths_table(losses: DailyLosses, trace: Trace, base: Floats, mrio: MRIO) -> Table:
    """Return daily output, value added and unmet demand by economy."""
    days, r = trace.days, len(mrio.economies)
    output = trace.by_economy
    whole = base.reshape(r, -1).sum(axis=1)
    added = losses.value_added[:, :, 0]
    frame = pl.DataFrame(
        {
            "day": np.repeat(np.arange(days), r),
            "economy": np.tile(mrio.economies, days),
            "output_share": _share(output, whole[None, :]).reshape(-1),
            "value_added_share": _share(added, losses.base[None, :]).reshape(-1),
            "unmet_final": losses.unmet[:, :, 0].reshape(-1),
        }
    )
    columns = (
        Column("day", "dimension", "day", "day of the run"),
        _ECONOMY,
        Column("output_share", "value", "share", "gross output over its base"),
        Column("value_added_share", "value", "share", "value added over its base"),
        Column("unmet_final", "value", "million USD a day", "final demand not delivered"),
    )
    return modelled(mrio, "paths", frame, columns, "paths by economy")


def stops_table(trace: Trace, mrio: MRIO) -> Table:
    """Return who stopped whom: first stops in order of day, with the input that was missing."""
    economies, industries, names = mrio.economies, mrio.industries, mrio.labels.nodes
    nodes = np.flatnonzero(trace.first != NONE)
    rows: list[tuple[Any, ...]] = []
    for node in nodes[np.lexsort((nodes, trace.first[nodes]))].tolist():
        sector, origin = int(trace.sector[node]), int(trace.supplier[node])
        missing = industries[sector] if sector != NONE else None
        supplier = economies[origin] if origin != NONE else None
        day, cause = int(trace.first[node]), _cause(trace, node)
        rows.append((*names[node], day, cause, missing, supplier))
    columns = (
        _ECONOMY,
        _INDUSTRY,
        Column("day", "value", "day", f"first day below {trace.threshold:.0%} of base output"),
        Column("cause", "attribute", text="input missing, capacity lost, or demand gone"),
        Column("missing_input", "attribute", text="the input that ran short first"),
        Column(
            "supplier",
            "attribute",
            text="the origin whose deliveries of that input had fallen short most until then",
        ),
    )
    text = "first stops and what caused them"
    return modelled(mrio, "stops", framed(rows, columns, whole=("day",)), columns, text)


def stocks_table(trace: Trace, mrio: MRIO) -> Table:
    """Return the lowest stock of each input in each economy, over its start."""
    start, economies, industries = trace.start, mrio.economies, mrio.industries
    lowest = np.where(start > 0, _share(trace.low_stock, start), 1.0)
    frame = pl.DataFrame(
        {
            "economy": np.tile(economies, len(industries)),
            "industry": np.repeat(industries, len(economies)),
            "lowest_stock_share": lowest.reshape(-1),
            "lowest_day": trace.low_day.reshape(-1),
            "stock_start": start.reshape(-1),
        }
    )
    columns = (
        Column("economy", "dimension", text="economy whose industries hold the stock"),
        Column("industry", "dimension", text="supplying industry of the input"),
        Column("lowest_stock_share", "value", "share", "lowest stock over the stock at the start"),
        Column("lowest_day", "value", "day", "day of the lowest stock"),
        Column("stock_start", "value", "million USD", "stock at the start, an assumption"),
    )
    return modelled(mrio, "stocks", frame, columns, "how far stocks ran down")


def _cause(trace: Trace, node: int) -> str:
    if trace.cause[node]:
        return "input missing"
    return "demand gone" if trace.demand_led[node] else "capacity lost"


def _share(part: Floats, whole: Floats) -> Floats:
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole != 0)
