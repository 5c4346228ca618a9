"""Hold the shipped runs against the engine, and the table with chips against the pooled one.

Run: ``python validation/disruption_runs.py``. Value added lost in the EU in the first quarter at
corners of the assumptions: all inputs critical, 30 days of the inputs that are not stopped. On the
pooled table all electronics stand for chips, and a full stop is an artefact of the table; both
stand side by side to show it. The shipped runs are done again on the table with chips.
"""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl

from isthmus.codes import members
from isthmus.disruption import Settings, simulate_many
from isthmus.disruption.compat import first_rules
from isthmus.scenario import preset
from isthmus.world import World

EVENTS = (
    ("chips_180", "TWN", "taiwan-chips-180-full", ("CHIPS",), ("C26",)),
    ("trade_closure", "TWN", "taiwan-strait-closure", ("GOODS",), ("GOODS",)),
    ("inputs_stop", "CHN", "china-critical-inputs-eu", None, None),
)
STOCKS, OTHER, PSI = (7.0, 30.0, 90.0), 30.0, (0.5, 1.0)
DAYS = 90


def lost(table, name, stock, stopped, replace):
    """Losses by scenario and economy for one stock of the stopped inputs."""
    base = preset(name)
    cases = []
    for redirect, psi in itertools.product((False, True), PSI):
        words = {"shocks.0.redirect": redirect, "params.psi": psi} | replace
        key = f"{'redirected' if redirect else 'lost'}-{round(10 * psi)}"
        cases.append(base.with_values(words).model_copy(update={"name": key}))
    settings = Settings(
        stock_days={**dict.fromkeys(stopped, stock), "*": OTHER},
        psi=1.0,
        **first_rules("all", table.industries),
    )
    found = simulate_many(table, cases, settings=settings, until=DAYS)["losses"].frame
    return found.filter(pl.col("horizon") == DAYS)


def of_eu(frame, base):
    """Share lost by the EU, by scenario."""
    inside = frame.filter(pl.col("economy").is_in(list(members("EU27_2020")))).join(
        base, on="economy"
    )
    summed = inside.group_by("scenario").agg(
        pl.col("value_added_lost").sum() / pl.col("base").sum()
    )
    return dict(summed.iter_rows())


def shipped_of(runs, event, actor, stock, scenario):
    """Rows of the shipped runs at one corner."""
    redirect, psi = scenario.split("-")
    return runs.filter(
        pl.col("event") == event,
        pl.col("actor") == actor,
        pl.col("days") == DAYS,
        pl.col("stock_stopped") == stock,
        pl.col("stock_other") == OTHER,
        pl.col("psi") == int(psi) / 10,
        pl.col("redirect") == (redirect == "redirected"),
        pl.col("criticality") == "all",
    )


def main():
    world = World.open("starter")
    runs = world.table("disruption_runs")
    chips, pooled = world.mrio(2022, chips=True), world.mrio(2022)
    base = runs.filter(pl.col("days") == DAYS).select("economy", "base").unique()
    worst = 0.0
    for event, actor, name, stopped, instead in EVENTS:
        stopped = stopped or tuple(preset(name).shocks[0].industries)
        instead = instead or stopped
        moved = {"shocks.0.industries": list(instead)} if instead != stopped else {}
        print(f"{event}: EU value added lost in {DAYS} days, percent, with chips / pooled")
        for stock in STOCKS:
            fine = lost(chips, name, stock, stopped, {})
            coarse = of_eu(lost(pooled, name, stock, instead, moved), base)
            for scenario, share in sorted(of_eu(fine, base).items()):
                kept = shipped_of(runs, event, actor, stock, scenario)
                both = kept.join(fine.filter(pl.col("scenario") == scenario), on="economy")
                assert both.height == len(chips.economies), (event, stock, scenario)
                gap = (both["lost"] - both["value_added_lost"]).abs() - 0.06
                worst = max(worst, float((gap / both["base"]).to_numpy().max()))
                words = f"{scenario:14s} {stock:4g} days"
                print(f"  {words}  {100 * share:9.4f} / {100 * coarse[scenario]:9.4f}", flush=True)
    print(f"shipped runs done again: largest deviation {max(worst, 0.0):.1e} of the value added")
    assert np.isfinite(worst)
    assert worst < 2e-6


if __name__ == "__main__":
    main()
