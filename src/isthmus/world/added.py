"""Data sets of a store as entries of a world."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from isthmus.errors import BadInput, InputProblem
from isthmus.world.manifest import Entry

if TYPE_CHECKING:
    import polars as pl

    from isthmus.evidence import DatasetRecord
    from isthmus.store import Store
    from isthmus.store.datasets import DatasetEntry


MANY = 2_000_000
"""Rows from which a data set stays on disk: a world that kept them whole would need gigabytes."""


def stored_entries(references: Sequence[str], store: Store | None = None) -> dict[str, Entry]:
    """Return the entries that `references` name, by full reference (``key@version``), sorted.

    Parameters
    ----------
    references : sequence of str
        ``key`` (the newest version) or ``key@version``.
    store : Store, optional
        Where they are; the user's store by default.

    Raises
    ------
    DataMissing, DataCorrupted
        When the store does not hold one, or its manifest is damaged.
    BadInput
        When two versions of one data set are named.
    """
    from isthmus.store import Store

    place = store or Store()
    found = {}
    for name in references:
        stored = place.dataset(name)
        if stored.manifest is not None:
            about = place, stored.reference, stored.manifest.record
            found[stored.reference] = Entry(
                stored.manifest.record, partial(_checked, *about), partial(_left, *about)
            )
    keys = [entry.record.key for entry in found.values()]
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        problems = [InputProblem("two versions are named", key) for key in twice]
        raise BadInput("a world holds one version of each data set", problems)
    return dict(sorted(found.items()))


def _checked(place: Store, reference: str, record: DatasetRecord) -> pl.DataFrame:
    """Return stored rows once they follow the contract of their key, however they came there."""
    from isthmus.world.contracts import checked

    return checked(record, place.table(reference))


def _left(place: Store, reference: str, record: DatasetRecord) -> pl.LazyFrame | None:
    """Return stored rows left on disk, checked as `_checked` does; None where they are few.

    The file is hashed anew. Rows that were held against the same rules when that very file was
    added are not held against them again.
    """
    from isthmus.store.passed import has_passed
    from isthmus.world.contracts import checked_by_year, rules_of

    if (record.rows or 0) < MANY:
        return None
    rows = place.rows(reference)
    if has_passed(place, reference, rules_of(record)):
        return rows
    return rows if checked_by_year(record, rows) else None


def check_stored(place: Store, entry: DatasetEntry) -> None:
    """Hold what was stored against its contract once and note it, where it stays on disk."""
    from isthmus.store.passed import has_passed, note_passed
    from isthmus.world.contracts import checked_by_year, rules_of

    record = entry.manifest.record if entry.manifest is not None else None
    if record is None or (record.rows or 0) < MANY:
        return
    rules = rules_of(record)
    if has_passed(place, entry.reference, rules):
        return
    # What breaks its contract all the same is named at the first question.
    with contextlib.suppress(BadInput):
        if checked_by_year(record, place.rows(entry.reference)):
            note_passed(place, entry.reference, rules)
