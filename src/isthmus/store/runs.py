"""Runs in a store: what was asked, what came out, and, apart from both, how long it took."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from isthmus._version import __version__
from isthmus.errors import DataCorrupted, NotFound, did_you_mean
from isthmus.evidence import Provenance, Result
from isthmus.runtime import canonical_hash, disk, write_bytes
from isthmus.runtime.brief import Brief
from isthmus.store.datasets import file_problems
from isthmus.store.layout import MANIFEST, Migration, manifest_bytes, migrate, read_json, write_new
from isthmus.store.tables import TABLES, TableEntry, load_table, plain, stage_table

SCHEMA_VERSION: Literal[1] = 1
OUTPUTS = "outputs.json"
TIMING = "timing.json"
STATE = "state"
"""Folder in which a run keeps its state on the way; of no use once the run is done."""
MIGRATIONS: dict[int, Migration] = {}
_ID_LENGTH = 12
_LIBRARIES = ("numpy", "scipy", "polars", "numba")


class _Model(Brief, BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WorldUsed(_Model):
    """The world of a run.

    `datasets` holds the content hash of every data set by key; `added` the references
    (``key@version``) of those that came from the store.
    """

    name: str
    edition: str = ""
    content_hash: str
    datasets: dict[str, str] = Field(default_factory=dict)
    added: tuple[str, ...] = ()


class RunManifest(_Model):
    """What was asked: enough to do it again, without clock or place.

    `id` is made of the lens and the start of the hash of everything else, so that asking the same
    twice is one run. `plan` holds what an ensemble adds: design, samples and batch size.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    what: Literal["run"] = "run"
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    kind: Literal["lens", "ensemble"]
    lens: str = Field(pattern=r"^[a-z_]+\.[a-z_][a-z0-9_]*$")
    parameters: dict[str, Any]
    world: WorldUsed
    scenario: dict[str, Any] | None = None
    scenario_hash: str = ""
    seed: int | None = None
    plan: dict[str, Any] = Field(default_factory=dict)
    versions: dict[str, str]


class RunOutputs(_Model):
    """What came out: tables with the digests of their rows; its file is there once a run is done.

    `manifest_sha256` ties it to what was asked.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    what: Literal["outputs"] = "outputs"
    manifest_sha256: str
    tables: tuple[TableEntry, ...]
    provenance: dict[str, Any] = Field(default_factory=dict)
    citations: tuple[str, ...] = ()

    @property
    def digests(self) -> dict[str, str]:
        """Digest of the rows of each table."""
        return {table.name: table.content_sha256 for table in self.tables}


class RunEntry(Brief, BaseModel):
    """A run as the store lists it; `fault` says what keeps it from being read."""

    model_config = ConfigDict(frozen=True)

    id: str
    folder: Path
    manifest: RunManifest | None = None
    done: bool = False
    fault: str = ""

    @property
    def status(self) -> str:
        """``done``, ``resumable`` or ``damaged``."""
        if self.fault:
            return "damaged"
        return "done" if self.done else "resumable"


@lru_cache(maxsize=1)
def _found_versions() -> dict[str, str]:
    found = {}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def library_versions() -> dict[str, str]:
    """Return the versions and the processor type on which the last bits of a result depend."""
    import numpy as np

    shown: Any = np.show_config(mode="dicts")
    simd = shown.get("SIMD Extensions", {}).get("found", [])
    return {
        "isthmus": __version__,
        "python": platform.python_version(),
        "processor": " ".join([platform.machine(), *simd]),
        **_found_versions(),
    }


def plan_run(
    lens: str,
    world: WorldUsed,
    *,
    kind: Literal["lens", "ensemble"] = "lens",
    parameters: Mapping[str, Any] | None = None,
    scenario: Mapping[str, Any] | None = None,
    scenario_hash: str = "",
    seed: int | None = None,
    plan: Mapping[str, Any] | None = None,
) -> RunManifest:
    """Return the manifest of a run, with its id.

    Parameters
    ----------
    lens : str
        Dotted name of the lens function.
    world : WorldUsed
        The world.
    kind : {"lens", "ensemble"}
        One call, or many.
    parameters, scenario, plan : mapping, optional
        Plain JSON values.
    scenario_hash : str
        Identity of the scenario.
    seed : int, optional
        Seed, where random numbers are used.
    """
    content: dict[str, Any] = {
        "kind": kind,
        "lens": lens,
        "parameters": dict(parameters or {}),
        "world": plain(world),
        "scenario": dict(scenario) if scenario is not None else None,
        "scenario_hash": scenario_hash,
        "seed": seed,
        "plan": dict(plan or {}),
        "versions": library_versions(),
    }
    return RunManifest.model_validate({**content, "id": _identifier(lens, content)})


def _identifier(lens: str, content: Mapping[str, Any]) -> str:
    name = lens.replace("_", "-")
    return f"{name}-{canonical_hash({**content, 'id': None})[:_ID_LENGTH]}"


def manifest_hash(manifest: RunManifest) -> str:
    """Return the hash that ties outputs to what was asked."""
    return canonical_hash(plain(manifest))


def stage_run(
    folder: Path, manifest: RunManifest, result: Result, *, timing: Mapping[str, Any]
) -> RunOutputs:
    """Write a finished run into a staged folder."""
    write_new(folder / MANIFEST, manifest_bytes(plain(manifest)))
    outputs = stage_outputs(folder, manifest, result)
    write_new(folder / OUTPUTS, manifest_bytes(plain(outputs)))
    write_new(folder / TIMING, manifest_bytes(dict(timing)))
    return outputs


def stage_outputs(folder: Path, manifest: RunManifest, result: Result) -> RunOutputs:
    """Write the tables of a result and return what their record will hold."""
    return RunOutputs(
        manifest_sha256=manifest_hash(manifest),
        tables=tuple(stage_table(folder, table) for table in result.tables.values()),
        provenance=result.provenance.to_dict(),
        citations=result.citations,
    )


def finish_run(
    folder: Path, manifest: RunManifest, result: Result, *, timing: Mapping[str, Any]
) -> None:
    """Write the outcome of a run whose folder was registered when it began; the record comes last.

    The caller holds the lock of the run. What an earlier, killed attempt wrote is replaced.
    """
    disk.remove_tree(folder / TABLES)
    outputs = stage_outputs(folder, manifest, result)
    disk.sync_folder(folder / TABLES)
    write_bytes(folder / TIMING, manifest_bytes(dict(timing)))
    write_bytes(folder / OUTPUTS, manifest_bytes(plain(outputs)))


def read_run(folder: Path) -> RunManifest:
    """Read what was asked of the run in `folder`.

    Raises
    ------
    DataCorrupted, SchemaVersionUnsupported
        When the manifest breaks its schema, its id, or stands in the wrong folder.
    """
    path = folder / MANIFEST
    raw = migrate(read_json(path), current=SCHEMA_VERSION, steps=MIGRATIONS, where=str(path))
    try:
        manifest = RunManifest.model_validate(raw)
    except ValidationError as error:
        raise DataCorrupted(f"not a manifest of a run: {error}", where=str(path)) from None
    content = {k: v for k, v in plain(manifest).items() if k not in {"schema_version", "what"}}
    base = _identifier(manifest.lens, content)
    if manifest.id != base or folder.name.partition("~")[0] != base:
        raise DataCorrupted("the manifest names another run than its content", where=str(path))
    return manifest


def read_outputs(folder: Path) -> RunOutputs | None:
    """Read what came out of the run in `folder`; None while it is not done.

    Raises
    ------
    DataCorrupted, SchemaVersionUnsupported
        When the file breaks its schema or belongs to another manifest.
    """
    path = folder / OUTPUTS
    if not path.exists():
        return None
    raw = migrate(read_json(path), current=SCHEMA_VERSION, steps=MIGRATIONS, where=str(path))
    try:
        outputs = RunOutputs.model_validate(raw)
    except ValidationError as error:
        raise DataCorrupted(f"not the outputs of a run: {error}", where=str(path)) from None
    if outputs.manifest_sha256 != manifest_hash(read_run(folder)):
        raise DataCorrupted("the outputs belong to another manifest", where=str(path))
    return outputs


def the_run(name: str, ids: Iterable[str], *, where: Path) -> str:
    """Return the id that is `name` or alone starts or ends with it, whatever its hyphens.

    Raises
    ------
    NotFound
        When no id, or more than one, is so.
    """
    said = {one: one.replace("_", "-") for one in ids}
    asked = name.replace("_", "-")
    near = [one for one, as_said in said.items() if as_said == asked] or [
        one for one, as_said in said.items() if as_said.startswith(asked) or as_said.endswith(asked)
    ]
    if len(near) != 1 or not name:
        problem = f"'{name}' fits {len(near)} runs" if near else f"there is no run '{name}'"
        hint = did_you_mean(name, list(said)) or "isthmus runs list shows all"
        raise NotFound(problem, where=str(where), hint=hint)
    return near[0]


def free_name(place: Path, name: str, outputs: RunOutputs) -> str:
    """Return `name`, or the first ``name~n`` that is free or holds the same answer."""
    tried = name
    for number in range(2, 1000):
        folder = place / tried
        with suppress(DataCorrupted):
            kept = read_outputs(folder) if folder.exists() else None
            if not folder.exists() or (kept and kept.digests == outputs.digests):
                break
        tried = f"{name}~{number}"
    return tried


def output_problems(folder: Path, outputs: RunOutputs) -> list[str]:
    """Return what is wrong with the files of a finished run, in words."""
    return [p for table in outputs.tables for p in file_problems(folder, table.files)]


def load_result(folder: Path, outputs: RunOutputs) -> Result:
    """Read the tables of a finished run into a result.

    Raises
    ------
    DataCorrupted
        When a file differs from what the run wrote.
    """
    tables = {entry.name: load_table(folder, entry) for entry in outputs.tables}
    return Result(tables, provenance_of(outputs, where=str(folder)), outputs.citations)


def provenance_of(outputs: RunOutputs, *, where: str) -> Provenance:
    """Return how the result of a finished run was made.

    Raises
    ------
    DataCorrupted
        When what was written down does not say.
    """
    try:
        return _adapter().validate_python(outputs.provenance)
    except ValidationError as error:
        raise DataCorrupted(f"not the provenance of a run: {error}", where=where) from None


@cache
def _adapter() -> TypeAdapter[Provenance]:
    return TypeAdapter(Provenance)
