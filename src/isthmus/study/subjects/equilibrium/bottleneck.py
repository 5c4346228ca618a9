"""How far the bottleneck's answer to a stop of the partner's goods ranges over what is assumed."""

from __future__ import annotations

from isthmus import disruption
from isthmus.disruption.compat import first_rules
from isthmus.errors import DataMissing
from isthmus.scenario import ExportStop, Scenario, industry_groups
from isthmus.study.context import Context
from isthmus.study.subjects.equilibrium.answers import inside
from isthmus.world.mrio import MRIO
from isthmus.world.shipped import YEAR

CHIP_SPLIT = "chip_split"
QUARTER = 90
HOME, PARTNER, REST = "HOME", "PARTNER", "REST"
DIGITS = 4
"""Of a share: a gain of a millionth from redirected orders is not a result."""


def bottleneck(context: Context) -> tuple[float | None, float | None]:
    """Return the lowest and highest share of a quarter's value added that home loses.

    The goods of the partner no longer reach home, on the table with chip nodes; home, partner and
    all others are one economy each. The ends are the corners of stock-days 7 to 90, psi 0.5 to 1,
    and orders that are redirected or lost. None where the parties overlap or data are missing.
    """
    ours, theirs = (set(inside(context, p)) for p in (context.home, context.partner))
    if ours & theirs or context.missing(CHIP_SPLIT):
        return None, None

    def run() -> tuple[float, float]:
        table = context.world.mrio(YEAR, chips=True)
        side = {c: HOME if c in ours else PARTNER if c in theirs else REST for c in table.economies}
        blocs = table.aggregate(economies=side)
        mildest = _lost(blocs, stock_days=90.0, psi=0.5, redirect=True)
        harshest = _lost(blocs, stock_days=7.0, psi=1.0, redirect=False)
        return mildest, harshest

    try:
        return context.memo(("bottleneck", context.partner, context.home), run)
    except DataMissing:
        return None, None


def _lost(blocs: MRIO, *, stock_days: float, psi: float, redirect: bool) -> float:
    goods = industry_groups(blocs.industries)["GOODS"]
    stop = ExportStop(exporters=(PARTNER,), importers=(HOME,), industries=goods, redirect=redirect)
    losses = disruption.simulate(
        blocs,
        Scenario(name="stop", shocks=[stop]),
        until=QUARTER,
        stock_days=stock_days,
        psi=psi,
        engine="numpy",
        **first_rules("all", blocs.industries),
    )["losses"].frame
    row = losses.filter((losses["economy"] == HOME) & (losses["horizon"] == QUARTER))
    return round(float(row["value_added_lost_share"][0]), DIGITS) + 0.0
