"""Parameters of the disruption engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from isthmus.disruption.measures import Relief, Reserve, plain
from isthmus.disruption.shocks import KINDS
from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.kernels.disruption_terms import Orders, Rationing, Reading, Rule
from isthmus.scenario import Scenario

Floats = NDArray[np.float64]
Precision = Literal["float64", "float32"]
Matrix = Floats | Sequence[Sequence[float]]
Days = float | Mapping[str, float] | Floats | Sequence[Sequence[float]]
ByInput = float | Mapping[str, float]
Need = Literal["all", "default"] | Path | Matrix
Flow = Literal["default", "none"] | Sequence[str]

SHARED = ("reading", "negligible", "inventory_noise", "seed", "precision")
"""Parameters that all scenarios of a batch have in common; all others may differ."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How industries hold stocks, order and react; see `isthmus.disruption.simulate`."""

    AS_IN: ClassVar[str] = "isthmus.disruption.lens:simulate"

    stock_days: Days = 60.0
    spot_days: ByInput = 0.0
    reserves: Sequence[Reserve] = ()
    reliefs: Sequence[Relief] = ()
    restore_days: float = 60.0
    flow: Flow = "default"
    psi: float = 0.8
    orders: Orders = "plan"
    order_share: float = 1.0
    rule: Rule = "alt"
    reading: Reading = "psi"
    need: Need = "default"
    elasticity: ByInput = 0.0
    defer: float | Mapping[str, float] | Matrix = 0.0
    defer_days: float = 30.0
    catch_up: float = 0.0
    rationing: Rationing = "proportional"
    over_max: float = 1.25
    over_days: float = 365.0
    negligible: float = 0.0
    inventory_noise: float = 0.0
    seed: int = 0
    capital_ratio: float = 4.0
    precision: Precision = "float64"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return dict(sorted(value.items()))
    if isinstance(value, tuple):
        return [plain(v) if isinstance(v, Reserve | Relief) else v for v in value]
    if isinstance(value, Path):
        return str(value)
    return value


def with_params(settings: Settings, params: Mapping[str, Any]) -> Settings:
    """Return `settings` with the parameters that a scenario fixes.

    Raises
    ------
    BadInput
        When a name is not a parameter of the lens.
    """
    known = [field.name for field in fields(Settings)]
    problems = [
        InputProblem(f"disruption has no parameter '{name}'", hint=did_you_mean(name, known))
        for name in params
        if name not in known
    ]
    raise_all("scenario parameters", problems)
    return replace(settings, **params)


def holds(scenario: Scenario) -> bool:
    """Return whether the engine takes a scenario as it is: its kinds of shocks, its parameters."""
    known = {field.name for field in fields(Settings)}
    return set(scenario.kinds) <= set(KINDS) and set(scenario.params) <= known
