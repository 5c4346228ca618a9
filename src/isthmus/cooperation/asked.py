"""What a catalogue asks of the engine: losses of hazards at levels of what packages deliver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from isthmus import codes
from isthmus.cooperation.chance import uniform
from isthmus.ensemble.losses import Easing, Level, Question, Relief, Reserve
from isthmus.ensemble.losses.question import DRAWS, UNTIL
from isthmus.kernels.arrays import Array
from isthmus.scenario.actions import (
    Action,
    Capacity,
    Effect,
    Notice,
    Qualify,
    SourceEffect,
    Stock,
)
from isthmus.scenario.base import ALL
from isthmus.scenario.groups import industry_groups
from isthmus.scenario.hazards import Hazard
from isthmus.scenario.model import Scenario
from isthmus.scenario.packages import Catalogue, Package
from isthmus.scenario.ranges import Range
from isthmus.scenario.select import expand
from isthmus.world.shipped import YEAR

LEVELS = (0.0, 0.5, 1.0)
"""Delivery at which losses are recorded; 1 is the upper end of each effect's range."""
WEEK = 7


def touching(actions: Iterable[Action], hazard: str) -> tuple[str, ...]:
    """Return the keys of the actions with an effect on the loss of a hazard, sorted."""
    return tuple(sorted(a.key for a in actions if a.touches(hazard)))


def sets_of(
    catalogue: Catalogue, packages: Iterable[Package], hazard: str
) -> list[tuple[str, ...]]:
    """Return every set of actions whose loss is needed: each package, alone, and both together."""
    alone = catalogue.alone()
    wanted: dict[tuple[str, ...], None] = {}
    for package in (*([alone] if alone else []), *packages):
        both = [catalogue.with_alone(package)] if catalogue.fits_alone(package) else []
        for whole in (package, *both):
            found = touching(catalogue.members(whole), hazard)
            if found:
                wanted[found] = None
    return list(wanted)


def question(
    world: Any,
    catalogue: Catalogue,
    hazard: Hazard,
    parties: Mapping[str, str],
    *,
    packages: Sequence[Package] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    until: int = UNTIL,
) -> Question:
    """Return the run that a hazard needs: as today, and each set at half and full delivery.

    Losses are kept of the members of home and of the partner: no other is read.

    Parameters
    ----------
    world : World
        Whose table says what a share of capacity is of what home buys.
    catalogue : Catalogue
        Actions and packages.
    hazard : Hazard
        One with an engine.
    parties : mapping of str to str
        Codes by role.
    packages : sequence of Package, optional
        All of the catalogue by default.
    draws, seed, until
        As in `isthmus.ensemble.losses.Question`.
    """
    sets = sets_of(catalogue, catalogue.packages if packages is None else packages, hazard.key)
    shares = _Shares(world, parties)
    levels = [Level()]
    for keys in sets:
        actions = [catalogue.action(key) for key in keys]
        levels += [level_of(actions, hazard.key, at, parties, shares) for at in LEVELS[1:]]
    kept = [code for role in ("home", "partner") for code in codes.members(parties[role])]
    return Question(
        scenario_of(hazard, parties),
        tuple(levels),
        parties=(parties["home"], parties["partner"]),
        keep=tuple(dict.fromkeys(kept)),
        draws=draws,
        seed=seed,
        vary=True,
        until=until,
    )


def scenario_of(hazard: Hazard, parties: Mapping[str, str]) -> Scenario:
    """Return the scenario of a hazard with its ranges of duration and severity, and no others."""
    base = hazard.written(parties)
    ranges = []
    for place, shock in enumerate(base.shocks):
        if hazard.duration_days is not None:
            ranges.append(_range(f"shocks.{place}.duration", hazard.duration_days))
        if hazard.severity is not None and "severity" in type(shock).model_fields:
            ranges.append(_range(f"shocks.{place}.severity", hazard.severity))
    held = [r for r in ranges if r is not None]
    return base.model_copy(update={"ranges": tuple(held), "correlations": (), "params": {}})


def name_of(keys: Sequence[str], level: float) -> str:
    """Return the name of a level: what is delivered, and how far."""
    return f"{' + '.join(keys)} at {level:g}" if level else Level().name


def level_of(
    actions: Sequence[Action],
    hazard: str,
    at: float,
    parties: Mapping[str, str],
    shares: Callable[[Capacity], float],
) -> Level:
    """Return what some actions do to a hazard at a level of delivery, as the engine takes it."""
    level = Level(name_of([a.key for a in actions], at))
    for action in actions:
        for effect in action.touches(hazard):
            level = level.plus(_as_level(effect, at, parties, shares), level.name)
    return level


def strength(actions: Sequence[Action], hazard: str, draws: int, seed: int) -> Array:
    """Return how far the effects of some actions reach, (W,), 1 for the upper end of their ranges.

    The effects of one set move together: the mean over them of what is drawn over its upper end.
    """
    found = [
        _reach(effect, partial(_point, f"{action.key}.{n}", draws, seed))
        for action in sorted(actions, key=lambda a: a.key)
        for n, effect in enumerate(action.touches(hazard))
    ]
    return np.asarray(np.mean(found, axis=0)) if found else np.zeros(draws)


def _point(key: str, draws: int, seed: int, name: str) -> Array:
    return uniform(f"{key}.{name}", draws, seed)


def _reach(effect: Effect, u: Callable[[str], Array]) -> Array:
    if isinstance(effect, Stock):
        most = effect.days.high * effect.fit.high
        return _share(effect.days.at(u("days")) * effect.fit.at(u("fit")), most)
    if isinstance(effect, Qualify) and effect.weeks is not None:
        return _share(np.full_like(u("weeks"), effect.weeks.low), effect.weeks.at(u("weeks")))
    amount = _amount(effect)
    return _share(amount.at(u("amount")), amount.high)


def _amount(effect: Effect) -> Any:
    if isinstance(effect, Qualify):
        return effect.need_less
    return effect.days if isinstance(effect, Notice) else effect.share  # type: ignore[attr-defined]


def _share(part: Array, whole: Array | float) -> Array:
    whole = np.broadcast_to(np.asarray(whole, float), part.shape)
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0.0)


def _as_level(
    effect: Effect, at: float, parties: Mapping[str, str], shares: Callable[[Capacity], float]
) -> Level:
    """Return one effect at a level of delivery."""
    if isinstance(effect, Stock):
        held = Reserve(
            effect.inputs,
            at * effect.days.high,
            users=effect.users,
            economies=_named(effect.economies, parties),
            fits=effect.fit.high,
        )
        return Level(reserves=(held,))
    if isinstance(effect, Notice):
        # bought ahead: buyers who know d days before can hold d days of use more
        where = _named(effect.economies, parties)
        ahead = Reserve(effect.inputs, at * effect.days.high, economies=where)
        return Level(reserves=(ahead,))
    if isinstance(effect, Qualify) and effect.need_less is not None:
        return Level(easings=(Easing(effect.inputs, at * effect.need_less.high, effect.users),))
    if isinstance(effect, Qualify) and effect.weeks is not None:
        day = round(WEEK * effect.weeks.low / at)
        where = _named(effect.economies, parties)
        return Level(reliefs=(Relief(effect.inputs, where, turns=day),))
    if isinstance(effect, SourceEffect):
        where = _named(effect.economies, parties)
        return Level(reliefs=(Relief(effect.inputs, where, at * effect.share.high),))
    if isinstance(effect, Capacity):
        where = _named(effect.place, parties)
        return Level(reliefs=(Relief(effect.inputs, where, at * shares(effect)),))
    raise TypeError(f"{effect.channel} is no input of this engine")


class _Shares:
    """What a share of the world's capacity is of what a place buys from the partner; at most 1."""

    def __init__(self, world: Any, parties: Mapping[str, str]) -> None:
        self.world, self.parties = world, parties

    def __call__(self, effect: Capacity) -> float:
        table = self.world.mrio(YEAR, chips=True)
        count = len(table.industries)
        groups = industry_groups(table.industries)
        sold = (table.sales + table.final).reshape(-1, count, len(table.economies))
        at = {code: n for n, code in enumerate(table.economies)}
        rows = list(expand(effect.inputs, table.industries, groups=groups, what="industry"))
        made = float(sold[:, rows].sum())
        buyers = [at[code] for code in _members(_named(effect.place, self.parties), at)]
        sellers = [at[code] for code in _members((self.parties["partner"],), at)]
        asked = float(sold[np.ix_(sellers, rows, buyers)].sum())
        return min(effect.share.high * made / asked, 1.0) if asked > 0.0 else 0.0


def _members(listed: Iterable[str], known: Mapping[str, int]) -> list[str]:
    names = [m for code in listed for m in ((code,) if code in known else codes.members(code))]
    return [name for name in names if name in known]


def _named(listed: Sequence[str], parties: Mapping[str, str]) -> tuple[str, ...]:
    return (ALL,) if ALL in listed else tuple(parties.get(code, code) for code in listed)


def _range(path: str, amount: Any) -> Range | None:
    if amount.high <= amount.low:
        return None
    log = amount.low > 0.0 and amount.high >= 3.0 * amount.low
    return Range(
        path=path,
        distribution="loguniform" if log else "uniform",
        low=amount.low,
        high=amount.high,
        reason=amount.reason or amount.source,
    )
