"""Parameters of the disruption engine, checked together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    problems = [
        InputProblem(f"must be {rule}, got {value!r}", where=name)
        for name, value, fine, rule in (
            ("restore_days", settings.restore_days, settings.restore_days >= 1, "at least 1"),
            ("psi", settings.psi, 0 < settings.psi <= 1, "above 0 and at most 1"),
            ("over_max", settings.over_max, settings.over_max >= 1, "at least 1"),
            ("over_days", settings.over_days, settings.over_days >= 1, "at least 1"),
            ("negligible", settings.negligible, 0 <= settings.negligible < 1, "a share below 1"),
            ("inventory_noise", settings.inventory_noise, 0 <= settings.inventory_noise <= 1,
             "between 0 and 1"),
            ("capital_ratio", settings.capital_ratio, settings.capital_ratio > 0, "above 0"),
            ("rule", settings.rule, settings.rule in get_args(Rule), f"one of {get_args(Rule)}"),
            ("reading", settings.reading, settings.reading in get_args(Reading),
             f"one of {get_args(Reading)}"),
            ("rationing", settings.rationing, settings.rationing in get_args(Rationing),
             f"one of {get_args(Rationing)}"),
            ("precision", settings.precision, settings.precision in get_args(Precision),
             f"one of {get_args(Precision)}"),
        )
        if not fine
    ]  # fmt: skip
    problems += _stock_problems(settings, industries)
    raise_all("disruption parameters", problems)


def check_threshold(stopped_below: float) -> None:
    """Raise unless the share below which an industry counts as stopped makes sense.

    Raises
    ------
    BadInput
        When it is not above 0 and at most 1.
    """
    if not 0 < stopped_below <= 1:
        what = f"must be above 0 and at most 1, got {stopped_below!r}"
        raise BadInput("disruption parameters", [InputProblem(what, where="stopped_below")])


def _stock_problems(settings: Settings, industries: Sequence[str]) -> list[InputProblem]:
    given = settings.stock_days
    if isinstance(given, Mapping):
        groups = industry_groups(industries)
        unknown = [code for code in given if code not in (*industries, *groups, "*")]
        named = {code for key in given for code in groups.get(key, (key,))}
        values = np.array(list(given.values()), dtype=np.float64)
        problems = [
            InputProblem(f"no industry '{c}'", where="stock_days", hint=did_you_mean(c, industries))
            for c in unknown
        ]
        if "*" not in given and set(industries) - named:
            problems.append(InputProblem("give '*' for the inputs not named", where="stock_days"))
    else:
        values, problems = np.asarray(given, dtype=np.float64), []
    counts = settings.reading == "psi" and settings.psi > 0
    least = 1.0 / settings.psi if counts else 1.0
    if np.isnan(values).any() or (values < least).any():
        problems.append(
            InputProblem(
                f"the smallest is {values.min():g} days, but the time step is one day: "
                f"stocks must last {least:g} days or more",
                where="stock_days",
            )
        )
    return problems


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
