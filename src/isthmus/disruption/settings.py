"""Parameters of the disruption engine, checked together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from isthmus.disruption.criticality import default_criticality
from isthmus.errors import BadInput, InputProblem, did_you_mean, raise_all
from isthmus.kernels.disruption import (
    Behaviour,
    Coefficients,
    Rationing,
    Rule,
    Table,
    input_coefficients,
)
from isthmus.scenario import industry_groups

Floats = NDArray[np.float64]
Reading = Literal["psi", "leontief", "strong", "half", "weak", "linear"]
Precision = Literal["float64", "float32"]
Days = float | Mapping[str, float] | Floats
Criticality = Literal["all", "default"] | Floats


@dataclass(frozen=True, slots=True)
class Settings:
    """How industries hold stocks, order and react; see `isthmus.disruption.simulate`."""

    stock_days: Days = 60.0
    restore_days: float = 60.0
    psi: float = 0.8
    rule: Rule = "alt"
    reading: Reading = "psi"
    criticality: Criticality = "all"
    rationing: Rationing = "proportional"
    over_max: float = 1.25
    over_days: float = 365.0
    negligible: float = 1e-5
    inventory_noise: float = 0.0
    seed: int = 0
    capital_ratio: float = 4.0
    precision: Precision = "float64"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        out = asdict(self)
        for key in ("stock_days", "criticality"):
            value = out[key]
            if isinstance(value, np.ndarray):
                out[key] = value.tolist()
            elif isinstance(value, Mapping):
                out[key] = dict(sorted(value.items()))
        return out


def with_params(settings: Settings, params: Mapping[str, Any]) -> Settings:
    """Return `settings` with the parameters that a scenario fixes.

    Raises
    ------
    BadInput
        When a name is not a parameter of the lens.
    """
    known = Settings.__dataclass_fields__
    problems = [
        InputProblem(f"disruption has no parameter '{name}'", hint=did_you_mean(name, known))
        for name in params
        if name not in known
    ]
    raise_all("scenario parameters", problems)
    return replace(settings, **params)


def check(settings: Settings, industries: Sequence[str]) -> None:
    """Raise unless every parameter makes sense.

    Raises
    ------
    BadInput
        With every problem found.
    """
    raise_all(
        "disruption parameters",
        [
            *_number_problems(settings),
            *_word_problems(settings),
            *_stock_problems(settings, industries),
            *_criticality_problems(settings.criticality, len(industries)),
        ],
    )


_NUMBERS: tuple[tuple[str, Callable[[float], bool], str], ...] = (
    ("restore_days", lambda v: v >= 1, "at least 1"),
    ("psi", lambda v: 0 < v <= 1, "above 0 and at most 1"),
    ("over_max", lambda v: v >= 1, "at least 1"),
    ("over_days", lambda v: v >= 1, "at least 1"),
    ("negligible", lambda v: 0 <= v < 1, "a share below 1"),
    ("inventory_noise", lambda v: 0 <= v <= 1, "between 0 and 1"),
    ("capital_ratio", lambda v: v > 0, "above 0"),
    ("seed", lambda v: v >= 0 and v == int(v), "a whole number of 0 or more"),
)
_WORDS: tuple[tuple[str, Any], ...] = (
    ("rule", Rule),
    ("reading", Reading),
    ("rationing", Rationing),
    ("precision", Precision),
)


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


def _criticality_problems(given: Any, count: int) -> list[InputProblem]:
    if not isinstance(given, np.ndarray):
        known = ("all", "default")
        what = f"must be one of {known} or a matrix, got {given!r}"
        fine = isinstance(given, str) and given in known
        return [] if fine else [InputProblem(what, where="criticality")]
    if given.shape != (count, count):
        what = f"must have the shape {(count, count)}, got {given.shape}"
        return [InputProblem(what, where="criticality")]
    if not np.isin(given, (0.0, 0.5, 1.0)).all():
        return [InputProblem("holds values other than 0, 0.5 and 1", where="criticality")]
    return []


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


def _stock_problems(settings: Settings, industries: Sequence[str]) -> list[InputProblem]:
    given = settings.stock_days
    problems = _name_problems(given, industries) if isinstance(given, Mapping) else []
    try:
        raw = list(given.values()) if isinstance(given, Mapping) else given
        values = np.asarray(raw, dtype=np.float64)
    except (TypeError, ValueError):
        return [*problems, InputProblem(f"must be numbers, got {given!r}", where="stock_days")]
    count = len(industries)
    if isinstance(given, np.ndarray):
        shapes = ((), (1,), (count,), (count, count), (count, 1))
        full = values.ndim == 2 and values.shape[0] == count and values.shape[1] % count == 0
        if values.shape not in shapes and not full:
            what = f"must have the shape {(count,)} or {(count, count)}, got {values.shape}"
            return [*problems, InputProblem(what, where="stock_days")]
    return problems + _life_problems(values, settings)


def _name_problems(given: Mapping[str, Any], industries: Sequence[str]) -> list[InputProblem]:
    groups = industry_groups(industries)
    named = {code for key in given for code in groups.get(key, (key,))}
    problems = [
        InputProblem(f"no industry '{c}'", where="stock_days", hint=did_you_mean(c, industries))
        for c in given
        if c not in (*industries, *groups, "*")
    ]
    if "*" not in given and set(industries) - named:
        problems.append(InputProblem("give '*' for the inputs not named", where="stock_days"))
    return problems


def _life_problems(values: Floats, settings: Settings) -> list[InputProblem]:
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


def stock_matrix(settings: Settings, industries: Sequence[str], economies: int) -> Floats:
    """Return stock-days by input and using industry, shape (S, n), with noise where asked.

    Noise multiplies by a log-normal factor of mean one, drawn per input and holder from `seed`.
    """
    s = len(industries)
    given = settings.stock_days
    if isinstance(given, Mapping):
        groups = industry_groups(industries)
        by_group = {code: days for key, days in given.items() for code in groups.get(key, ())}
        rest = {code: given.get("*", 0.0) for code in industries}
        own = {code: given[code] for code in industries if code in given}
        merged = {**rest, **by_group, **own}
        days = np.array([merged[code] for code in industries])[:, None]
    else:
        days = np.asarray(given, dtype=np.float64)
        if days.shape == (s, s):
            days = np.tile(days, (1, economies))
        elif days.ndim == 1:
            days = days[:, None]
    days = np.broadcast_to(days, (s, s * economies)).astype(np.float64)
    if settings.inventory_noise > 0:
        sigma = settings.inventory_noise
        draws = np.random.default_rng(settings.seed).standard_normal(days.shape)
        days = days * np.exp(sigma * draws - sigma**2 / 2)
        days = np.maximum(days, 1.0 / settings.psi)
    return days


def behaviour_of(settings: Settings) -> Behaviour:
    """Return the rules of the kernel."""
    return Behaviour(
        rule=settings.rule,
        limit="sum" if settings.reading == "linear" else "min",
        rationing=settings.rationing,
        over_max=settings.over_max,
        over_tau=settings.over_days,
    )


def coefficients_of(
    settings: Settings, table: Table, industries: Sequence[str], economies: int
) -> Coefficients:
    """Return the coefficients of inputs for a table."""
    level: Floats | None = None
    if isinstance(settings.criticality, np.ndarray):
        level = np.tile(settings.criticality, (1, economies))
    elif settings.criticality == "default":
        level = np.tile(default_criticality(industries), (1, economies))
    return input_coefficients(
        table,
        stock_days=stock_matrix(settings, industries, economies),
        restore_days=np.array(settings.restore_days),
        psi=settings.psi,
        threshold=settings.negligible,
        criticality=level,
        reading=settings.reading,
    )
