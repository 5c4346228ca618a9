"""Closures beside what was published: the closed strait of 2026, and endurance in games."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from isthmus.kernels.arrays import Array
from isthmus.kernels.power import first_day
from isthmus.production.closure import (
    FUELS,
    STOCKS,
    EconomyFacts,
    PlantClosure,
    facts_of,
    run_closure,
)
from isthmus.production.closure_lens import EMPTY
from isthmus.production.sampling import Sampler

ECONOMY = "TWN"
STRAIT = PlantClosure({"hormuz"}, 120, 120)
ISLAND = PlantClosure({"sea"}, 180, 180)
NO_RATIONING = "pages of March 2026: no rationing seen"

Row = tuple[str, str, float, str, Array, str]


def closure_rows(world: Any, draws: int, seed: int) -> list[Row]:
    """Return checks of closures: name, status, what was published, unit, draws and source.

    Empty where the world holds no stocks of fuel.
    """
    if world is None or STOCKS not in world:
        return []
    facts, sampler = facts_of(world, ECONOMY), Sampler(draws, seed)
    bare = run_closure(facts, STRAIT, sampler, at_once=True).course
    full = run_closure(facts, STRAIT, sampler).course
    stock = full.stock[:, list(FUELS).index("LNG")]
    source = facts.given["bought"].source
    rows: list[Row] = [
        (f"strait closed 2026, {words}", NO_RATIONING, 0.0, "share of power", lost, source)
        for words, lost in (
            ("imports off power at once", 1.0 - bare.power.min(axis=0)),
            ("stocks, ships under way, purchases", 1.0 - full.power.min(axis=0)),
        )
    ]
    # Stocks of other years and seasons are in the range of the start: a level would judge that.
    held = world.table(STOCKS).filter(economy=ECONOMY, fuel="LNG", basis="in hand")
    before, last = held.filter(status="official").sort("as_of").tail(2).to_dicts()
    name, status = "strait closed 2026, fall of the stock of LNG", "officials: planned"
    fallen = before["value"] - last["value"]
    rows.append((name, status, fallen, "days", stock[0] - stock.min(axis=0), last["source"]))
    return [*rows, *_endurance(world, facts, sampler)]


def _endurance(world: Any, facts: EconomyFacts, sampler: Sampler) -> list[Row]:
    """Return days that fuels last beside those of games; coal with plants on call idle as well.

    Plants on call burn coal in place of gas, which takes days off its stock.
    """
    games = world.table(STOCKS).filter(economy=ECONOMY, basis="endurance in games")
    idle = replace(facts, reserve={})
    rows: list[Row] = []
    for row in games.sort("fuel", "value").to_dicts():
        fuel = row["fuel"]
        cases = {"": facts} | ({", plants on call idle": idle} if fuel in facts.reserve else {})
        if fuel not in FUELS:
            continue
        for words, numbers in cases.items():
            held = run_closure(numbers, ISLAND, sampler).course.stock
            days = first_day(held[:, list(FUELS).index(fuel)], EMPTY) + 1.0
            name = f"sea closed, {fuel} lasts{words}"
            rows.append((name, row["status"], row["value"], "days", days, row["source"]))
    return rows
