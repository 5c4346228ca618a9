"""Checking a store: every manifest, every file, nothing that does not belong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.errors import IsthmusError
from isthmus.evidence.content import content_hash
from isthmus.store import datasets, runs
from isthmus.store.layout import MANIFEST

if TYPE_CHECKING:
    from isthmus.store.store import Store


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong in a store: the data set version or run, and what."""

    where: str
    what: str


def verify(store: Store, reference: str = "") -> tuple[int, list[Fault]]:
    """Check data sets and runs against their manifests and return their number and the faults.

    Parameters
    ----------
    store : Store
        The store.
    reference : str
        A data set, a version (``key@version``) or a run to check alone; all by default.

    Raises
    ------
    DataMissing
        When `reference` names nothing.
    """
    checked, faults = 0, []
    for entry in store.datasets():
        if reference in ("", entry.key, entry.reference):
            checked += 1
            faults += [Fault(entry.reference, what) for what in _dataset(entry.folder)]
    for run in store.runs():
        if reference in ("", run.id):
            checked += 1
            faults += [Fault(run.id, what) for what in _run(run.folder)]
    if reference and not checked:
        store.dataset(reference)
    return checked, faults


def _dataset(folder: Path) -> list[str]:
    try:
        manifest = datasets.read_manifest(folder)
    except IsthmusError as error:
        return [error.what]
    named = {MANIFEST, *(file.name for file in manifest.files)}
    problems = datasets.file_problems(folder, manifest.files) + _strangers(folder, named)
    if not problems:
        problems += _content(folder, manifest)
    return problems


def _content(folder: Path, manifest: datasets.DatasetManifest) -> list[str]:
    found = content_hash(datasets.read_table(folder, manifest))
    if found != manifest.record.content_sha256:
        return ["the rows do not have the digest that the record names"]
    return []


def _run(folder: Path) -> list[str]:
    try:
        runs.read_run(folder)
        outputs = runs.read_outputs(folder)
    except IsthmusError as error:
        return [error.what]
    return runs.output_problems(folder, outputs) if outputs is not None else []


def _strangers(folder: Path, named: set[str]) -> list[str]:
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*")}
    return [f"{name} is in no manifest" for name in sorted(found - named)]
