"""What is wrong with the parameters of the disruption engine, all of it at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

import numpy as np

from isthmus.disruption.measures import measure_problems
from isthmus.disruption.settings import Precision, Settings
from isthmus.errors import BadInput, InputProblem, did_you_mean, raise_all
from isthmus.kernels.disruption_terms import Orders, Rationing, Reading, Rule
from isthmus.scenario import industry_groups

_NUMBERS: tuple[tuple[str, Callable[[float], bool], str], ...] = (
    ("restore_days", lambda v: v >= 1, "at least 1"),
    ("psi", lambda v: 0 < v <= 1, "above 0 and at most 1"),
    ("order_share", lambda v: 0 <= v <= 1, "between 0 and 1"),
    ("defer_days", lambda v: v >= 1, "at least 1"),
    ("catch_up", lambda v: 0 <= v <= 1, "between 0 and 1"),
    ("over_max", lambda v: v >= 1, "at least 1"),
    ("over_days", lambda v: v >= 1, "at least 1"),
    ("negligible", lambda v: 0 <= v < 1, "a share below 1"),
    ("inventory_noise", lambda v: 0 <= v <= 1, "between 0 and 1"),
    ("capital_ratio", lambda v: v > 0, "above 0"),
    ("seed", lambda v: v >= 0 and v == int(v), "a whole number of 0 or more"),
)
_WORDS: tuple[tuple[str, Any], ...] = (
    ("orders", Orders),
    ("rule", Rule),
    ("reading", Reading),
    ("rationing", Rationing),
    ("precision", Precision),
)


def check(settings: Settings, industries: Sequence[str]) -> None:
    """Raise unless every parameter makes sense.

    Raises
    ------
    BadInput
        With every problem found.
    """
    raise_all("disruption parameters", problems_of(settings, industries))


def problems_of(settings: Settings, industries: Sequence[str]) -> list[InputProblem]:
    """Return everything that is wrong with the parameters for a table with these industries."""
    return [
        *_number_problems(settings),
        *_word_problems(settings),
        *_stock_problems(settings, industries),
        *_share_problems("need", settings.need, industries, ("all", "default")),
        *_defer_problems(settings.defer, industries),
        *_input_problems("spot_days", settings.spot_days, industries),
        *measure_problems("reserves", settings.reserves, industries),
        *measure_problems("reliefs", settings.reliefs, industries),
        *_input_problems("elasticity", settings.elasticity, industries),
        *_flow_problems(settings, industries),
        *_order_problems(settings),
    ]


def check_threshold(stopped_below: float) -> None:
    """Raise unless the share below which an industry counts as stopped makes sense.

    Raises
    ------
    BadInput
        When it is not above 0 and at most 1.
    """
    if not (_is_number(stopped_below) and 0 < stopped_below <= 1):
        what = f"must be above 0 and at most 1, got {stopped_below!r}"
        raise BadInput("disruption parameters", [InputProblem(what, where="stopped_below")])


def _is_number(value: Any) -> bool:
    real = isinstance(value, int | float | np.integer | np.floating)
    return real and not isinstance(value, bool) and math.isfinite(value)


def _number_problems(settings: Settings) -> list[InputProblem]:
    return [
        InputProblem(f"must be {rule}, got {value!r}", where=name)
        for name, fine, rule in _NUMBERS
        if not (_is_number(value := getattr(settings, name)) and fine(value))
    ]


def _word_problems(settings: Settings) -> list[InputProblem]:
    return [
        InputProblem(f"must be one of {get_args(kind)}, got {value!r}", where=name)
        for name, kind in _WORDS
        if (value := getattr(settings, name)) not in get_args(kind)
    ]


def _order_problems(settings: Settings) -> list[InputProblem]:
    if settings.orders == "plan" or settings.order_share == 1.0:
        return []
    what = f"goes with orders 'plan' only, not with {settings.orders!r}"
    return [InputProblem(what, where="order_share", hint="order_share = 0 orders by output")]


def _share_problems(
    name: str, given: Any, industries: Sequence[str], words: tuple[str, ...]
) -> list[InputProblem]:
    """Return what is wrong with a matrix of shares by input and using industry, or a word."""
    count = len(industries)
    if isinstance(given, str) or not isinstance(given, np.ndarray | Sequence):
        what = f"must be one of {words} or a matrix, got {given!r}"
        return [] if given in words else [InputProblem(what, where=name)]
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        return [InputProblem("holds values that are not numbers", where=name)]
    if values.shape != (count, count):
        what = f"must have the shape {(count, count)}, got {values.shape}"
        return [InputProblem(what, where=name)]
    bad = ~((values >= 0) & (values <= 1))
    if bad.any():
        p, user = (int(axis[0]) for axis in np.nonzero(bad))
        what = f"{int(bad.sum())} shares are not between 0 and 1; the first is {values[p, user]:g}"
        return [InputProblem(what, where=f"{name}, {industries[p]} in {industries[user]}")]
    return []


def _defer_problems(given: Any, industries: Sequence[str]) -> list[InputProblem]:
    if isinstance(given, Mapping):
        return _mapping_problems("defer", given, industries, most=1.0)
    if _is_number(given) and 0 <= given <= 1:
        return []
    if _is_number(given):
        return [InputProblem(f"must be between 0 and 1, got {given!r}", where="defer")]
    return _share_problems("defer", given, industries, ())


def _input_problems(name: str, given: Any, industries: Sequence[str]) -> list[InputProblem]:
    if isinstance(given, Mapping):
        return _mapping_problems(name, given, industries, most=math.inf)
    if _is_number(given) and given >= 0:
        return []
    return [InputProblem(f"must be 0 or more, got {given!r}", where=name)]


def _mapping_problems(
    name: str, given: Mapping[str, Any], industries: Sequence[str], *, most: float
) -> list[InputProblem]:
    rule = "0 or more" if math.isinf(most) else f"between 0 and {most:g}"
    bad = [
        InputProblem(f"must be {rule}, got {value!r}", where=f"{name}, {code}")
        for code, value in given.items()
        if not (_is_number(value) and 0 <= value <= most)
    ]
    return [*unknown(name, given, industries), *bad]


def unknown(
    name: str, given: Sequence[str] | Mapping[str, Any], industries: Sequence[str]
) -> list[InputProblem]:
    """Return the codes of a mapping or list that are neither industries nor groups."""
    groups = industry_groups(industries)
    return [
        InputProblem(f"no industry '{c}'", where=name, hint=did_you_mean(str(c), industries))
        for c in given
        if c not in (*industries, *groups, "*")
    ]


def _flow_problems(settings: Settings, industries: Sequence[str]) -> list[InputProblem]:
    given = settings.flow
    if isinstance(given, str):
        what = f"must be one of ('default', 'none') or a list of industries, got {given!r}"
        return [] if given in ("default", "none") else [InputProblem(what, where="flow")]
    problems = unknown("flow", given, industries)
    if settings.reading != "psi" and len(given):
        what = f"inputs without stock go with the reading 'psi' only, not {settings.reading!r}"
        problems.append(InputProblem(what, where="flow"))
    return problems


def _stock_problems(settings: Settings, industries: Sequence[str]) -> list[InputProblem]:
    given = settings.stock_days
    problems = []
    if isinstance(given, Mapping):
        problems = unknown("stock_days", given, industries)
        groups = industry_groups(industries)
        named = {code for key in given for code in groups.get(key, (key,))}
        if "*" not in given and set(industries) - named:
            problems.append(InputProblem("give '*' for the inputs not named", where="stock_days"))
    try:
        raw = list(given.values()) if isinstance(given, Mapping) else given
        values = np.asarray(raw, dtype=np.float64)
    except (TypeError, ValueError):
        return [*problems, InputProblem(f"must be numbers, got {given!r}", where="stock_days")]
    count = len(industries)
    if not isinstance(given, Mapping) and values.ndim > 0:
        shapes = ((1,), (count,), (count, count), (count, 1))
        full = values.ndim == 2 and values.shape[0] == count and values.shape[1] % count == 0
        if values.shape not in shapes and not full:
            what = f"must have the shape {(count,)} or {(count, count)}, got {values.shape}"
            return [*problems, InputProblem(what, where="stock_days")]
    return problems + _life_problems(values, settings)


def _life_problems(values: np.ndarray[Any, Any], settings: Settings) -> list[InputProblem]:
    """Refuse stocks that are negative, no numbers, or shorter-lived than the time step."""
    if values.size == 0 or np.isnan(values).any():
        return [InputProblem("holds a value that is not a number", where="stock_days")]
    least = 1.0
    if settings.reading == "psi" and _is_number(settings.psi) and 0 < settings.psi <= 1:
        least = 1.0 / settings.psi
    smallest = f"the smallest is {values.min():g} days"
    if (values < 0).any():
        return [InputProblem(f"stocks cannot be negative: {smallest}", where="stock_days")]
    if (values < least).any():
        what = f"{smallest}, but the time step is one day: stocks must last {least:g} days or more"
        return [InputProblem(what, where="stock_days")]
    return []
