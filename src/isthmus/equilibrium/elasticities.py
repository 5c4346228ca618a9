"""Trade elasticities by industry from several published sources, brought to a horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

import numpy as np

from isthmus.codes import INDUSTRY_CLASSIFICATIONS, concordance, industries
from isthmus.codes.nodes import whole_of
from isthmus.equilibrium.horizon import ElasticityPath, Reading
from isthmus.errors import BadInput, InputProblem, NotFound, did_you_mean, raise_all
from isthmus.kernels.arrays import Array
from isthmus.runtime.reading import toml_values

Level = Literal["path", "source"]
"""``path``: the import-weighted mean follows the horizon path; ``source``: the source's own values
hold in the long run and shrink towards the first year in the proportion of the path."""

COMPOSITE = "median"
UNIFORM = "uniform"
LONG_RUN_YEARS = 10.0
SERVICES = "SERV"


@dataclass(frozen=True, slots=True)
class ElasticitySource:
    """One published set of elasticities.

    Parameters
    ----------
    key, citation, note : str
        Name, work, and what was done to its values.
    theta : mapping of str to float
        Values by ICIO 2025 industry.
    """

    key: str
    citation: str
    note: str
    theta: Mapping[str, float]


@cache
def sources() -> Mapping[str, ElasticitySource]:
    """Return the published sources by name, and their median as ``"median"``."""
    raw = _carried()
    names = raw["industries"]
    found = {
        key: ElasticitySource(
            key, s["citation"], s["note"], dict(zip(names, map(float, s["theta"]), strict=True))
        )
        for key, s in raw["sources"].items()
    }
    middle = {n: float(np.median([s.theta[n] for s in found.values()])) for n in names}
    note = f"median of {len(found)} published sources by industry"
    found[COMPOSITE] = ElasticitySource(
        COMPOSITE, "; ".join(s.citation for s in found.values()), note, middle
    )
    found[UNIFORM] = ElasticitySource(
        UNIFORM, "", "the same in every industry", dict.fromkeys(names, 4.0)
    )
    return found


def source_theta(name: str, table_industries: Sequence[str]) -> Array:
    """Return a source's values for the industries of a table.

    Industries of another known classification take the mean over the goods industries that they
    are linked to, or the value of services where they are linked to services only. Nodes of an
    industry take its value.

    Parameters
    ----------
    name : str
        Key of `sources`.
    table_industries : sequence of str
        Codes of the table's industries.

    Returns
    -------
    ndarray (J,)

    Raises
    ------
    NotFound
        When there is no such source.
    BadInput
        When industries have no elasticity; all are named.
    """
    known = sources()
    if name not in known:
        raise NotFound(
            f"no source of elasticities is called '{name}'",
            hint=did_you_mean(name, known) or f"known: {', '.join(known)}",
        )
    values = known[name].theta
    if name == UNIFORM:
        return np.full(len(table_industries), next(iter(values.values())))
    wholes = [whole_of(code) for code in table_industries]
    links = _links(tuple(dict.fromkeys(wholes)))
    missing = [c for c, whole in zip(table_industries, wholes, strict=True) if not links.get(whole)]
    raise_all(
        "trade elasticities",
        [
            InputProblem(f"no elasticity for industry '{code}'", name, "pass a mapping")
            for code in missing
        ],
    )
    return np.array([np.mean([values[t] for t in links[whole]]) for whole in wholes])


def at_horizon(
    theta: Array,
    weights: Array,
    horizon: float,
    *,
    path: ElasticityPath,
    level: Level = "path",
    reading: Reading = "share",
) -> Array:
    """Return elasticities by industry at a horizon.

    Parameters
    ----------
    theta : ndarray (J,)
        A source's long-run values.
    weights : ndarray (J,)
        Imports by industry, any unit.
    horizon : float
        Years, at least 1.
    path : ElasticityPath
        Path of the aggregate.
    level : {"path", "source"}
        See `Level`.
    reading : {"share", "tariff_exclusive"}
        See `ElasticityPath.theta`.

    Returns
    -------
    ndarray (J,)

    Raises
    ------
    BadInput
        When the horizon is below one year, a value is not positive, or there are no imports.
    """
    if level not in ("path", "source"):
        raise BadInput(f"unknown level {level!r}", where="level", hint="use 'path' or 'source'")
    if not (np.isfinite(theta) & (theta > 0)).all():
        raise BadInput("elasticities must be positive and finite", where="elasticities")
    now = path.theta(horizon, reading=reading)
    if level == "source":
        return np.asarray(theta * (now / path.theta(LONG_RUN_YEARS, reading=reading)))
    total = weights.sum()
    if not total > 0:
        raise BadInput("no imports to weigh the elasticities with", where="trade flows")
    return np.asarray(theta * (now / ((theta * weights).sum() / total)))


@cache
def _carried() -> Mapping[str, Any]:
    file = resources.files("isthmus.equilibrium") / "data" / "elasticities.toml"
    return toml_values(file.read_text(encoding="utf-8"))


@cache
def _links(table_industries: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    carried = _carried()
    known = {code: (code,) for code in carried["industries"]}
    known |= dict.fromkeys(carried["services"], (SERVICES,))
    if set(table_industries) <= set(known):
        return {code: known[code] for code in table_industries}
    for classification in INDUSTRY_CLASSIFICATIONS:
        if set(table_industries) <= set(industries(classification)):
            return _linked(classification, table_industries)
    return {code: known[code] for code in table_industries if code in known}


def _linked(
    classification: str, table_industries: tuple[str, ...]
) -> Mapping[str, tuple[str, ...]]:
    to = concordance(classification, "ICIO2025")
    out = {}
    for code in table_industries:
        targets = tuple(link.target for link in to.of(code))
        out[code] = tuple(t for t in targets if t != SERVICES) or targets
    return out
