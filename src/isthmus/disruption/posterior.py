"""Accepted draws of the family's numbers, with the hashes of what they were held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.disruption.family import PARAMETERS, value_problems
from isthmus.errors import DataCorrupted, InputProblem, SchemaVersionUnsupported, raise_all
from isthmus.evidence.content import content_hash
from isthmus.runtime import canonical_json, publish_folder, write_bytes
from isthmus.runtime.brief import Brief
from isthmus.runtime.reading import Unreadable, json_values, read_bytes
from isthmus.runtime.reading.tables import parquet_frame
from isthmus.store.datasets import parquet_bytes

Floats = NDArray[np.float64]

SCHEMA_VERSION = 1
SHIPPED = "default"
RECORD = "posterior.json"
"""The file of a posterior that names its draws by their hash: with it all of it is known."""
_DRAWS = "draws.parquet"
_WEIGHT = "weight"
HINT = "a folder that `isthmus disruption calibrate --save` has written"


@dataclass(frozen=True, repr=False)
class Posterior(Brief):
    """Draws that came close to what was observed.

    Parameters
    ----------
    names : tuple of str
        Numbers of the family, and nuisances of episodes (``chips_2021.shocks.0.severity``).
    values : float64[n, d]
        Draws.
    weight : float64[n]
        Their weights, which sum to 1.
    about : mapping
        How it was made: hashes of engine, table and episodes, tolerance, draws, seed, misfit.
    answers : mapping of str to float64[n]
        What the engine answered, by ``<episode>/<observable>``, to see whether it still does.
    """

    names: tuple[str, ...]
    values: Floats
    weight: Floats
    about: Mapping[str, Any]
    answers: Mapping[str, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shape = (len(self.weight), len(self.names))
        problems = []
        if self.values.shape != shape:
            problems.append(InputProblem(f"has shape {self.values.shape}, not {shape}", "values"))
        elif not np.isfinite(self.values).all():
            problems.append(InputProblem("holds numbers that are not finite", "values"))
        else:
            ends = {n: v for n, v in zip(self.names, self.values.T, strict=True) if n in PARAMETERS}
            problems += [p for end in (np.min, np.max) for p in _bounds(ends, end)]
        if not (self.weight >= 0).all() or not np.isclose(self.weight.sum(), 1.0):
            problems.append(InputProblem("must be 0 or more and sum to 1", _WEIGHT))
        raise_all("posterior", problems)

    @cached_property
    def identity(self) -> str:
        """SHA-256 of the draws, their weights and answers."""
        return content_hash(self.frame, keep_order=True)

    @property
    def family(self) -> tuple[str, ...]:
        """Names that are numbers of the family."""
        return tuple(name for name in self.names if name in PARAMETERS)

    def draws(self, count: int, *, seed: int = 0) -> Floats:
        """Return draws of equal weight, float64[count, d], by systematic resampling."""
        edges = np.cumsum(self.weight)
        start = np.random.default_rng(seed).random()
        at = (start + np.arange(count)) / count
        rows = np.minimum(np.searchsorted(edges, at * edges[-1], side="right"), len(edges) - 1)
        return np.asarray(self.values[rows])

    @property
    def frame(self) -> pl.DataFrame:
        """One row per draw: weight, numbers, answers."""
        columns = dict(zip(self.names, self.values.T, strict=True))
        return pl.DataFrame({_WEIGHT: self.weight, **columns, **self.answers})


def _bounds(ends: Mapping[str, Floats], end: Any) -> list[InputProblem]:
    return value_problems({name: float(end(v)) for name, v in ends.items()})


def save_posterior(posterior: Posterior, folder: Path) -> None:
    """Write a posterior to a new folder, whole or not at all.

    Raises
    ------
    TargetExists
        When the folder is there already and not empty.
    """
    record = {
        "schema_version": SCHEMA_VERSION,
        "what": "posterior",
        "content_sha256": posterior.identity,
        "about": dict(posterior.about),
    }
    with publish_folder(folder) as staging:
        write_bytes(staging / _DRAWS, parquet_bytes(posterior.frame))
        write_bytes(staging / RECORD, (canonical_json(record, indent=2) + "\n").encode())


def load_posterior(source: str | Path | None = None) -> Posterior:
    """Return the posterior of the package, or the one in a folder, named by itself or its record.

    Raises
    ------
    NotFound
        When there is none.
    DataCorrupted, SchemaVersionUnsupported
        When it cannot be read, or is not what its record says.
    BadInput
        When its numbers make no sense, or its files are no regular ones.
    """
    if source is None or str(source) == SHIPPED:
        place = Path(str(resources.files(__package__))) / "posteriors" / SHIPPED
    else:
        place = Path(source)
    if place.name == RECORD:
        place = place.parent
    raw = [read_bytes(place / name, what="posterior", hint=HINT) for name in (RECORD, _DRAWS)]
    try:
        return _made(raw[0], raw[1], str(place))
    except Unreadable as error:
        raise DataCorrupted(f"not a posterior: {error}", where=str(place)) from None


@lru_cache(maxsize=4)
def _made(said: bytes, raw: bytes, where: str) -> Posterior:
    """Return what two files hold; read once, so its arrays cannot be written to."""
    record = json_values(said)
    about = record.get("about", {}) if isinstance(record, dict) else None
    if not isinstance(about, dict) or record.get("what") != "posterior":
        raise DataCorrupted("not a record of a posterior", where=where)
    if record.get("schema_version") != SCHEMA_VERSION:
        found = record.get("schema_version")
        what = f"posterior has schema version {found!r}, this release reads {SCHEMA_VERSION}"
        raise SchemaVersionUnsupported(what, where=where, hint="calibrate again")
    frame = parquet_frame(raw)
    if _WEIGHT not in frame.columns or any(t != pl.Float64 for t in frame.dtypes):
        raise DataCorrupted("the draws are no numbers with a weight", where=where)
    if any(column.is_nan().any() for column in frame.iter_columns()):
        raise DataCorrupted("the draws hold what is no number", where=where)
    if content_hash(frame, keep_order=True) != record.get("content_sha256"):
        raise DataCorrupted("the draws are not those of the record", where=where)
    names = tuple(c for c in frame.columns if c != _WEIGHT and "/" not in c)
    values = frame.select(names).to_numpy().astype(np.float64)
    weight = frame[_WEIGHT].to_numpy()
    answers = {c: frame[c].to_numpy() for c in frame.columns if "/" in c}
    for array in (values, weight, *answers.values()):
        array.flags.writeable = False
    return Posterior(names, values, weight, about, answers)
