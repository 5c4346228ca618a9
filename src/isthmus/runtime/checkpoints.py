"""What was finished, kept beside the work, so that a killed run goes on where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from isthmus.errors import SchemaVersionUnsupported
from isthmus.runtime import disk
from isthmus.runtime.atomic import storage_errors, write_bytes
from isthmus.runtime.canonical import canonical_hash, canonical_json
from isthmus.runtime.reading.json_values import json_values
from isthmus.runtime.reading.values import Unreadable

SCHEMA_VERSION = 1


def check_version(entry: Mapping[str, Any], current: int, path: Path) -> None:
    """Raise unless a checkpoint was written with this release's layout.

    Raises
    ------
    SchemaVersionUnsupported
        When it was not.
    """
    found = entry.get("schema_version")
    if found != current:
        raise SchemaVersionUnsupported(
            f"checkpoint has schema version {found!r}, this release reads {current}",
            where=str(path),
            hint="start the run again",
        )


class Checkpoints:
    """One small JSON file per finished piece of work, each with its own hash.

    Parameters
    ----------
    folder : Path
        Where the files lie; created with the first `save`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.json"

    def save(self, number: int, payload: dict[str, Any]) -> None:
        """Keep the plain values `payload` as the outcome of piece `number`.

        Raises
        ------
        StorageFull, StorageReadOnly
            When the file cannot be written.
        """
        with storage_errors(self.folder):
            disk.make_folder(self.folder)
        entry = {
            "schema_version": SCHEMA_VERSION,
            "sha256": canonical_hash(payload),
            "payload": payload,
        }
        write_bytes(self._path(number), canonical_json(entry).encode())

    def load(self, number: int) -> dict[str, Any] | None:
        """Return the outcome of piece `number`; None when it is missing or damaged.

        Raises
        ------
        SchemaVersionUnsupported
            When it was written by a release with another layout.
        """
        try:
            entry = json_values(self._path(number).read_bytes())
        except (OSError, Unreadable):
            return None
        if not isinstance(entry, dict):
            return None
        check_version(entry, SCHEMA_VERSION, self._path(number))
        payload = entry.get("payload")
        whole = isinstance(payload, dict) and canonical_hash(payload) == entry.get("sha256")
        return payload if whole else None

    def count(self) -> int:
        """Return the number of pieces that have a file."""
        return len(list(self.folder.glob("[0-9]*.json"))) if self.folder.is_dir() else 0
