"""Lenses with closed-form answers, for tests of batches and recording."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import polars as pl

from isthmus.errors import BadInput, DidNotConverge
from isthmus.evidence import Column, Kind, Provenance, Result, Table

COLUMNS = (
    Column("economy", "dimension"),
    Column("value", "value", "1", "a number"),
    Column("kind", "attribute"),
)
CITATION = "A paper (2000)."


def line(
    world: Any, *, slope: float = 1.0, offset: float = 0.0, seed: int = 0, economies: int = 2
) -> Result:
    """Return slope * k + offset for economy k, and a draw of its own."""
    draw = float(np.random.default_rng(seed).random())
    frame = pl.DataFrame(
        {
            "economy": [f"E{k}" for k in range(economies)],
            "value": [slope * k + offset for k in range(economies)],
            "kind": ["modelled"] * economies,
        }
    )
    noise = pl.DataFrame({"economy": ["E0"], "value": [draw], "kind": ["modelled"]})
    return _result({"line": frame, "noise": noise}, slope=slope, offset=offset, seed=seed)


def shocked(world: Any, scenario: Any, *, psi: float = 0.5) -> Result:
    """Return the sum of the severities times psi."""
    psi = scenario.params.get("psi", psi)
    total = sum(shock.severity for shock in scenario.shocks) * psi
    frame = pl.DataFrame({"economy": ["E0"], "value": [total], "kind": ["modelled"]})
    return _result({"loss": frame}, psi=psi)


calls: list[int] = []
told: list[int | None] = []


def shocked_many(
    world: Any, scenarios: Any, *, strict: bool = False, among: int | None = None
) -> Result:
    """Return what `shocked` does, for many; where strict, none has a solution above 0.9."""
    calls.append(len(scenarios))
    told.append(among)
    worst = max(scenario.shocks[0].severity for scenario in scenarios)
    if strict and worst > 0.9:
        raise DidNotConverge(f"severity {worst:.3f}")
    frames = [
        shocked(world, s)["loss"].frame.select(pl.lit(s.name).alias("scenario"), pl.all())
        for s in scenarios
    ]
    columns = (Column("scenario", "dimension"), *COLUMNS)
    table = Table("loss", pl.concat(frames), columns, Kind.MODELLED, ("economies",), "table loss")
    return Result({"loss": table}, Provenance("toy", {}, "starter", ""), (CITATION,))


def solve(world: Any, *, tilt: float = 0.0) -> Result:
    """Return a sum over the solution of a linear system: its last bits depend on threads."""
    a = np.random.default_rng(1).standard_normal((200, 200)) + tilt
    x = np.linalg.solve(a @ a.T + np.eye(200), a.sum(axis=1))
    frame = pl.DataFrame({"economy": ["E0"], "value": [float(x @ x)], "kind": ["modelled"]})
    return _result({"norm": frame}, tilt=tilt)


def brittle(world: Any, *, slope: float = 1.0) -> Result:
    """Have no solution above a slope of 8."""
    if slope > 8.0:
        raise DidNotConverge(f"slope {slope:.0f}")
    return line(world, slope=slope)


def slow(world: Any, *, slope: float = 1.0) -> Result:
    """Take a while."""
    time.sleep(0.05)
    return line(world, slope=slope)


def _result(frames: dict[str, pl.DataFrame], **parameters: Any) -> Result:
    tables = {
        name: Table(name, frame, COLUMNS, Kind.MODELLED, ("economies",), f"table {name}")
        for name, frame in frames.items()
    }
    return Result(tables, Provenance("toy", parameters, "starter", ""), (CITATION,))


def ishigami(
    world: Any, *, x: float = 0.0, y: float = 0.0, z: float = 0.0, noise: float = 0.0, seed: int = 0
) -> Result:
    """Return the Ishigami function of x, y and z with a = 7 and b = 0.1, and a draw of its own."""
    value = float(np.sin(x) * (1.0 + 0.1 * z**4) + 7.0 * np.sin(y) ** 2)
    value += noise * float(np.random.default_rng(seed).standard_normal())
    frame = pl.DataFrame({"economy": ["E0"], "value": [value], "kind": ["modelled"]})
    return _result({"answer": frame}, x=x, y=y, z=z)


def of_party(world: Any, *, party: str = "A", size: float = 1.0) -> Result:
    """Return a row about the party, larger for B, and none at all above a size of 8."""
    if size > 8.0:
        raise DidNotConverge(f"size {size:.0f}")
    value = size * (2.0 if party == "B" else 1.0)
    frame = pl.DataFrame({"economy": [party], "value": [value], "kind": ["modelled"]})
    return _result({"size": frame}, party=party)


def refusing(world: Any, *, slope: float = 1.0) -> Result:
    """Refuse a slope between 6 and 7 as bad input."""
    if 6.0 <= slope < 7.0:
        raise BadInput(f"slope {slope:.0f} is refused", where="slope")
    return line(world, slope=slope)
