"""How much stock-days, psi and substitution move the flagship's answer on the table of 2022.

Run: ``python validation/disruption_sensitivity.py [chips|pooled]``. Value added lost in the EU,
share of the same days, for a stop of Taiwan's chips to everyone: on the table with chip nodes,
and on the pooled one, where all electronics stand for chips. The figures show what the
assumptions do, not what would happen.
"""

from __future__ import annotations

import itertools
import sys

import numpy as np
import polars as pl

from isthmus.codes import members
from isthmus.disruption import Settings, simulate_many
from isthmus.disruption.compat import first_rules
from isthmus.scenario import preset
from isthmus.world import World

STOCKS = (7.0, 10.0, 20.0, 60.0, 90.0)
PSI = (0.5, 0.8, 1.0)
HORIZONS = (30, 90)


def losses(world, rule, pooled, days=180):
    base = preset(f"taiwan-chips-{days}-full")
    cases = []
    for redirect, stock, psi in itertools.product((True, False), STOCKS, PSI):
        words = {"shocks.0.redirect": redirect, "params.stock_days": stock, "params.psi": psi}
        if pooled:
            words["shocks.0.industries"] = ["C26"]
        name = f"{'redirected' if redirect else 'lost'}-{stock:g}-{round(100 * psi)}"
        cases.append(base.with_values(words).model_copy(update={"name": name}))
    industries = world.mrio(2022, chips=not pooled).industries
    settings = Settings(rule=rule, **first_rules("all", industries))
    found = simulate_many(world, cases, settings=settings, batch=15, until=90)
    found = found["losses"].frame
    added = world.mrio(2022)
    value = pl.DataFrame(
        {
            "economy": list(added.economies),
            "base": added.primary.reshape(len(added.economies), -1).sum(axis=1) / 365,
        }
    )
    return (
        found.filter(pl.col("economy").is_in(list(members("EU27_2020"))))
        .join(value, on="economy")
        .group_by("scenario", "horizon")
        .agg(
            (pl.col("value_added_lost").sum() / (pl.col("base") * pl.col("horizon")).sum()).alias(
                "share"
            )
        )
    )


def main():
    world = World.open("starter")
    tables = sys.argv[1:] or ["chips", "pooled"]
    for table, rule in itertools.product(tables, ("alt", "noalt")):
        frame = losses(world, rule, table == "pooled")
        print(f"{table}, orders {rule}; EU value added lost, percent, 30 / 90 days")
        for redirect in ("redirected", "lost"):
            for stock in STOCKS:
                cells = []
                for psi in PSI:
                    name = f"{redirect}-{stock:g}-{round(100 * psi)}"
                    rows = {
                        r["horizon"]: r["share"] for r in frame.filter(scenario=name).to_dicts()
                    }
                    cells.append(" / ".join(f"{100 * rows[h]:.3f}" for h in HORIZONS))
                print(f"  {redirect:10s} {stock:4g} days  " + "   ".join(cells), flush=True)
        spread = frame.filter(pl.col("horizon") == 90)["share"].to_numpy()
        print(f"  at 90 days from {100 * spread.min():.4f} to {100 * spread.max():.2f} percent")
    assert np.isfinite(spread).all()


if __name__ == "__main__":
    main()
