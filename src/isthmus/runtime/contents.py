"""What a folder that the product writes may hold, so that nothing else in it is ever removed."""

from __future__ import annotations

import fnmatch
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from isthmus.runtime.reading.json_values import json_values
from isthmus.runtime.reading.values import Unreadable

_LARGEST_MARK = 256 << 20


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of one kind of folder.

    Parameters
    ----------
    name : str
        What the folder is called in messages.
    mark : str
        A JSON file by which the folder is known as one of ours.
    keys : tuple of str
        Keys that the mark holds.
    pages : tuple of str
        Files that are always the product's own where the mark stands.
    companions : tuple of str
        Patterns of files that are the product's own when the mark names them as well, in its list
        ``files`` (names, or tables with a ``name``): a file of the same name that was put there by
        hand is not.
    edited : tuple of str
        Those of them that people edit: the product's own only as the list's ``sha256`` has them.
    """

    name: str
    mark: str
    keys: tuple[str, ...]
    pages: tuple[str, ...]
    companions: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()

    def foreign(self, folder: Path) -> list[str]:
        """Return what in `folder` is not the product's own, as paths below it, sorted.

        Without its mark nothing in a folder is the product's own.
        """
        own = set(self.own(folder))
        return sorted(name for name in _below(folder) if name not in own)

    def own(self, folder: Path) -> list[str]:
        """Return the files and subfolders that are the product's own, deepest first.

        Only what stands in `folder` itself: a name that climbs out of it, or that a link leads out
        of it, is none of them, whatever the mark says.
        """
        listed = self._listed(folder / self.mark)
        if listed is None:
            return []
        known = {
            name
            for name, digest in listed.items()
            if any(fnmatch.fnmatchcase(name, p) for p in self.companions)
            and (name not in self.edited or digest == _digest(folder / name))
        }
        known |= set(self.pages)
        files = [name for name in known & set(_below(folder)) if _is_plain(folder / name)]
        parents = {parent.as_posix() for n in files for parent in Path(n).parents} - {"."}
        return [*sorted(files), *sorted(parents, key=lambda name: (-name.count("/"), name))]

    def _listed(self, mark: Path) -> dict[str, str] | None:
        """Return the companions that the mark names, with their hashes; None for another's mark."""
        try:
            if not _is_plain(mark) or mark.stat().st_size > _LARGEST_MARK:
                return None
            return _named(mark.read_bytes(), self.keys)
        except (OSError, Unreadable):
            return None


DOSSIER = Contents(
    name="dossier",
    mark="dossier.json",
    keys=("schema_version", "isthmus", "study", "claims", "provenance"),
    pages=("dossier.html", "dossier.json", "dossier.md"),
    companions=(
        "brief.html",
        "brief.md",
        "brief.pdf",
        "dossier.pdf",
        "study.toml",
        "tables/*.csv",
        *(f"sheets/*.{ending}" for ending in ("html", "json", "md", "pdf")),
    ),
    edited=("study.toml",),
)
"""A dossier folder. What stands beside its three files is named here, and in the list ``files`` of
``dossier.json`` by the run that writes it."""

DAILY = Contents(
    name="folder of daily rows",
    mark="daily.json",
    keys=("schema_version", "what", "run", "provenance", "columns", "files"),
    pages=("daily.json",),
    companions=("part-*.parquet",),
)
"""Every day of every industry of a disruption run."""

RESULT = Contents(
    name="folder of tables",
    mark="tables.json",
    keys=("schema_version", "what", "provenance", "tables", "files"),
    pages=("tables.json",),
    companions=("*.csv", "*.parquet"),
)
"""The tables of a result, a file for each."""

REPLACEABLE = (DOSSIER, DAILY, RESULT)
"""Kinds of folders that may be replaced."""


@lru_cache(maxsize=1)
def _named(content: bytes, keys: tuple[str, ...]) -> dict[str, str] | None:
    """Return what a mark names: it is asked for before, during and after a publication."""
    raw = json_values(content)
    if not isinstance(raw, dict) or not set(keys) <= set(raw):
        return None
    listed = raw.get("files", [])
    tables = [n if isinstance(n, dict) else {"name": n} for n in _list(listed)]
    named = [(n.get("name"), n.get("sha256", "")) for n in tables]
    return {name: str(digest) for name, digest in named if isinstance(name, str)}


def _digest(path: Path) -> str | None:
    """Return the hash of a file; None where it cannot be read, which is no hash in a list."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if _is_plain(path) else None
    except OSError:
        return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _below(folder: Path) -> Iterator[str]:
    """Yield every file, link and folder below `folder`; links are not followed."""
    for root, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield Path(root, name).relative_to(folder).as_posix()
