"""What a closed sea, airspace or strait does to fuel, power and chips, in days.

Fuels and shares are those of the world (`fuel_stocks`, `power_generation`, `fuel_imports`); what
no source gives stands in ``closure.toml`` with its reason. A closed sea and a closed airspace are
different shocks: chips fly, fuel does not. Two readings bound what is not known: power that is
short is shared alike and what goes by sea into chips is missed once its stock is used
(``shared``), or chip plants are served before others and aircraft carry their inputs (``served
first``).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

import numpy as np
import polars as pl

from isthmus.errors import DataMissing
from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.power import Fuels, PowerCourse, run_power
from isthmus.production.amounts import Amount
from isthmus.production.sampling import Sampler
from isthmus.runtime.reading import load_toml

STOCKS, POWER, IMPORTS = "fuel_stocks", "power_generation", "fuel_imports"
FUELS = {"LNG": "gas", "coal": "coal"}
"""Fuels that power rests on, with the name of the power made of them."""

_FORM = {STOCKS: ("as_of", "days"), POWER: ("period", "share"), IMPORTS: ("period", "share")}
"""Where a table dates its numbers, and their unit."""

Closed = Literal["sea", "air", "hormuz"]
READINGS = ("shared", "served first")

Frames = dict[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class EconomyFacts:
    """What an economy holds, burns and imports, and what is assumed beside it.

    Attributes
    ----------
    stock, share, reserve : dict of str to Amount
        By fuel: days held, share of power, idle plants over mean load.
    for_power : dict of str to Amount
        Share of a fuel's use that goes to power.
    strait : dict of str to Amount
        Share of a fuel's imports that comes through the Strait of Hormuz.
    sailing : Amount
        Days during which cargoes that passed before still arrive.
    given : dict of str to Amount
        What is assumed.
    """

    stock: dict[str, Amount]
    share: dict[str, Amount]
    reserve: dict[str, Amount]
    for_power: dict[str, Amount]
    strait: dict[str, Amount]
    sailing: Amount
    given: dict[str, Amount]

    def rows(self) -> list[tuple[str, Amount]]:
        """Return every number under a name."""
        named = [
            (f"{what} {fuel}", amount)
            for what, of in (
                ("days held:", self.stock),
                ("share of power:", self.share),
                ("idle plants:", self.reserve),
                ("share of use for power:", self.for_power),
                ("share through Hormuz:", self.strait),
            )
            for fuel, amount in of.items()
        ]
        return [*named, ("days of sailing from the Gulf", self.sailing), *self.given.items()]


def facts_of(world: Any, economy: str) -> EconomyFacts:
    """Return what a world holds on the fuel and power of an economy.

    Raises
    ------
    DataMissing
        When it holds no stocks or no shares of power of it.
    """
    frames = {key: _rows(world, key, economy) for key in _FORM}
    return EconomyFacts(
        stock={f: _latest(frames, STOCKS, fuel=f, basis="in hand") for f in FUELS},
        share={f: _latest(frames, POWER, power=name) for f, name in FUELS.items()},
        reserve=_some(frames, POWER, {"coal": {"power": "coal on call"}}),
        for_power=_some(frames, IMPORTS, {"LNG": {"fuel": "LNG", "measure": "used for power"}}),
        strait=_some(frames, IMPORTS, {"LNG": {"fuel": "LNG", "measure": "through Hormuz"}}),
        sailing=_latest(frames, STOCKS, basis="way from the Gulf"),
        given=given(),
    )


def given() -> dict[str, Amount]:
    """Return the numbers that no world holds, by name."""
    text = (resources.files("isthmus.production") / "closure.toml").read_text(encoding="utf-8")
    raw = load_toml(text, what="numbers of a closure")
    return {name: Amount.model_validate(one) for name, one in raw.items()}


def _rows(world: Any, key: str, economy: str) -> pl.DataFrame:
    frame = world.table(key).filter(economy=economy) if key in world else pl.DataFrame()
    if frame.is_empty():
        hint = "add a table of this form with `isthmus data add`"
        raise DataMissing(f"nothing is held on {economy}", where=key, hint=hint)
    return frame


def _latest(frames: Frames, key: str, **which: str) -> Amount:
    """Return the latest dated number that is no bound, with the range over all rows."""
    by, unit = _FORM[key]
    rows = frames[key].filter(**which)
    dated = pl.col(by).str.contains(r"^\d{4}")
    told = rows.filter(dated & pl.col("low").is_not_null() & pl.col("high").is_not_null())
    if told.is_empty():
        what = f"no dated number of {', '.join(which.values())} is held"
        hint = f"a row with value, low, high, and its year or month under {by}"
        raise DataMissing(what, where=key, hint=hint)
    last = told.sort(by, "value").tail(1).to_dicts()[0]
    ends = [v for c in ("low", "high", "value") for v in rows[c].drop_nulls().to_list()]
    words = f"latest of {rows.height} ({last[by]})" if rows.height > 1 else str(last[by])
    return Amount(
        value=last["value"],
        low=min(ends),
        high=max(ends),
        unit=unit,
        source=str(last["source"]),
        reason=f"{words}; the range is that of the rows held",
        read="page",
    )


def _some(frames: Frames, key: str, which: dict[str, dict[str, str]]) -> dict[str, Amount]:
    """Return numbers by fuel where there are rows."""
    return {
        fuel: _latest(frames, key, **one)
        for fuel, one in which.items()
        if not frames[key].filter(**one).is_empty()
    }


@dataclass(frozen=True, slots=True)
class PlantClosure:
    """What is closed, from when and for how long.

    Attributes
    ----------
    closed : collection of {"sea", "air", "hormuz"}
        What is closed from day 0 on.
    days : int
        Days until it opens.
    horizon : int
        Days looked at.
    """

    closed: Collection[Closed]
    days: int
    horizon: int


@dataclass(frozen=True, slots=True)
class Closure:
    """A closure and what followed.

    Attributes
    ----------
    course : PowerCourse
        Power and stocks.
    chips, delivered : dict of str to (T, D) array
        Chip output over normal output, and what reaches users, by reading.
    """

    course: PowerCourse
    chips: dict[str, Array]
    delivered: dict[str, Array]


def run_closure(
    facts: EconomyFacts, shock: PlantClosure, sampler: Sampler, *, at_once: bool = False
) -> Closure:
    """Run a closure over draws of all numbers.

    Parameters
    ----------
    facts : EconomyFacts
        Numbers with their ranges.
    shock : PlantClosure
        What is closed.
    sampler : Sampler
        Draws.
    at_once : bool
        Take lost imports off power at once, without stocks, ships under way and purchases: what a
        model without them would say.
    """
    shut = (np.arange(shock.horizon) < shock.days)[:, None]
    draws = {name: sampler.of(name, one, one.unit) for name, one in facts.rows()}
    fuels = _fuels(draws, sampler.draws, at_once=at_once)
    arriving = np.stack([_arriving(draws, shock, shut, f, at_once) for f in FUELS], axis=1)
    course = run_power(fuels, arriving)
    power = np.clip(course.power, 0.0, 1.0)
    rest = (power - draws["essential"]) / draws["chip_power"]
    reach = {"shared": power, "served first": np.clip(rest, 0.0, 1.0)}
    day = np.arange(shock.horizon)[:, None]
    used_up = shut & (day >= draws["input_days"])
    no_inputs = {"shared": "sea" in shock.closed, "served first": {"sea", "air"} <= {*shock.closed}}
    chips = {r: np.where(used_up & no_inputs[r], 0.0, reach[r]) for r in READINGS}
    sent = {r: _sent(chips[r], draws["sea_days"], shock, shut) for r in READINGS}
    return Closure(course, chips, sent)


def _fuels(draws: dict[str, Array], count: int, *, at_once: bool) -> Fuels:
    none, whole = np.zeros(count), np.ones(count)

    def by(what: str, default: Array) -> Array:
        return np.array([draws.get(f"{what} {f}", default) for f in FUELS])

    for_power = by("share of use for power:", whole)
    stock = by("days held:", none)
    return Fuels(
        stock=stock * (not at_once),
        share=by("share of power:", none),
        for_power=for_power,
        spared=np.broadcast_to(draws["spared"] * (not at_once), stock.shape),
        reserve=by("idle plants:", none) * (not at_once),
    )


def _arriving(
    draws: dict[str, Array], shock: PlantClosure, shut: Mask, fuel: str, at_once: bool
) -> Array:
    """Return days of normal use of a fuel that arrive each day, (T, D)."""
    none = np.zeros_like(draws["spared"])
    if "sea" in shock.closed:
        return np.where(shut, none, 1.0)
    if "hormuz" not in shock.closed:
        return np.ones((shock.horizon, len(none)))
    lost = draws.get(f"share through Hormuz: {fuel}", none)
    day = np.arange(shock.horizon)[:, None]
    if at_once:
        return np.where(shut, 1.0 - lost, 1.0)
    bought = np.floor(draws["bought"] + draws["under_way"] + 0.5)
    gone = (day >= np.floor(draws["days of sailing from the Gulf"] + 0.5)) & shut & (day < bought)
    return np.where(gone, 1.0 - lost, 1.0)


def _sent(chips: Array, sea_days: Array, shock: PlantClosure, shut: Mask) -> Array:
    """Return what reaches users: by air, by sea where aircraft cannot fly, or not at all."""
    if "air" not in shock.closed:
        return chips
    if "sea" in shock.closed:
        return np.where(shut, 0.0, chips)
    day = np.arange(shock.horizon)[:, None]
    sailed = day - np.floor(sea_days + 0.5)
    late = np.take_along_axis(chips, np.maximum(sailed, 0).astype(np.int64), axis=0)
    return np.where(shut, np.where(sailed >= 0, late, 0.0), chips)
