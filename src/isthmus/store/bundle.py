"""Bundles: data sets with their manifests and licences in one zip file, checked on the way in."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from isthmus.errors import (
    BadInput,
    DataCorrupted,
    InputProblem,
    LicenceForbids,
    raise_all,
)
from isthmus.runtime import canonical_json, check_files, disk, publish_file
from isthmus.runtime.markdown import heading, inline
from isthmus.runtime.reading import Unreadable, json_values
from isthmus.runtime.reading.archives import archive_faults, open_archive
from isthmus.store import datasets, layout
from isthmus.store.datasets import DATA_FILE, DatasetEntry, DatasetManifest
from isthmus.store.layout import DATASETS, MANIFEST, write_new

if TYPE_CHECKING:
    from isthmus.store.store import Store

SCHEMA_VERSION = 1
_INDEX = "bundle.json"
_LICENCES = "LICENCES.md"
_MEMBER = re.compile(
    rf"datasets/[a-z][a-z0-9_]*/[0-9a-f]{{16}}/({re.escape(MANIFEST)}|{re.escape(DATA_FILE)})"
)
_FIXED_DATE = (1980, 1, 1, 0, 0, 0)
_BLOCK = 1 << 20
_LARGEST_MANIFEST = 16 << 20


def export_bundle(
    store: Store,
    references: Sequence[str],
    out: Path,
    *,
    replace: bool = False,
    private: bool = False,
) -> list[str]:
    """Write data sets with manifests and licences into one zip file and return what it holds.

    The same data sets give the same bytes.

    Parameters
    ----------
    store : Store
        Where the data sets are.
    references : sequence of str
        ``key`` (its newest version) or ``key@version``; empty for the newest version of all, those
        whose record says that they are private only when `private` is given.
    out : Path
        The file to write.
    replace : bool
        Whether an existing file may be replaced.
    private : bool
        Take private data sets as well.

    Raises
    ------
    LicenceForbids
        When the licence record of any of them does not allow passing it on; names each.
    TargetExists, TargetRefused
        When `out` exists and `replace` is False, or is no regular file.
    DataMissing, DataCorrupted, StorageFull, StorageReadOnly
        When a data set is missing or damaged, or the file cannot be written.
    """
    check_files([out], replace=replace)
    names = references or sorted({entry.key for entry in store.datasets()})
    chosen = {e.reference: e for e in (store.dataset(name) for name in names)}
    entries = [chosen[name] for name in sorted(chosen)]
    if not entries:
        raise BadInput("there is nothing to export", where=str(store.root))
    manifests = [_checked(entry) for entry in entries]
    if not references and not private:
        kept = [n for n, m in enumerate(manifests) if not m.record.private]
        entries, manifests = [entries[n] for n in kept], [manifests[n] for n in kept]
        chosen = {entry.reference: entry for entry in entries}
        if not entries:
            what = "every data set of the store is private"
            raise LicenceForbids(what, where=str(store.root), hint="--private takes them along")
    _refuse_forbidden(manifests, private=private)
    contents = {"schema_version": SCHEMA_VERSION, "what": "bundle", "datasets": sorted(chosen)}
    with publish_file(out, replace=replace) as handle, zipfile.ZipFile(handle, "w") as archive:
        _put(archive, _INDEX, canonical_json(contents, indent=2).encode())
        _put(archive, _LICENCES, _licences(manifests).encode())
        for entry, manifest in zip(entries, manifests, strict=True):
            base = f"{DATASETS}/{entry.key}/{entry.version}"
            _put(archive, f"{base}/{MANIFEST}", _portable(manifest).to_bytes())
            _copy(archive, f"{base}/{DATA_FILE}", entry.folder / DATA_FILE)
    return sorted(chosen)


def _checked(entry: DatasetEntry) -> DatasetManifest:
    manifest = datasets.read_manifest(entry.folder)
    for problem in datasets.file_problems(entry.folder, manifest.files):
        raise DataCorrupted(problem, where=manifest.reference)
    return manifest


def _portable(manifest: DatasetManifest) -> DatasetManifest:
    """Return the manifest without its place in this store."""
    return manifest.model_copy(update={"sequence": 1})


def _refuse_forbidden(manifests: Iterable[DatasetManifest], *, private: bool) -> None:
    refused = [
        m
        for m in manifests
        if m.record.redistribution != "allowed" and not (private and m.record.private)
    ]
    if refused:
        own = all(m.record.private for m in refused)
        mend = "leave them out; who needs them adds them from their publisher"
        lines = "; ".join(f"{m.reference} ({m.record.licence})" for m in refused)
        raise LicenceForbids(
            f"these data sets may not be passed on: {lines}",
            hint="they are private: --private takes them along" if own else mend,
        )


def _licences(manifests: Iterable[DatasetManifest]) -> str:
    parts = ["# Licences of the data sets in this bundle\n"]
    for m in manifests:
        r = m.record
        lines = {
            "Publisher": f"{r.publisher}, edition {r.edition}",
            "Licence": r.licence,
            "Attribution": r.attribution,
            "Address": r.address,
        }
        about = "  \n".join(f"{name}: {inline(text)}" for name, text in lines.items())
        parts.append(f"## {m.reference}: {heading(r.title)}\n\n{about}\n")
    return "\n".join(parts)


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_FIXED_DATE)
    info.external_attr = 0o644 << 16
    return info


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(_member(name), content)


def _copy(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    info = _member(name)
    info.file_size = path.stat().st_size
    with path.open("rb") as source, archive.open(info, "w") as target:
        while block := source.read(_BLOCK):
            target.write(block)


def import_bundle(store: Store, path: Path) -> list[str]:
    """Add the data sets of a bundle after checking names, sizes, hashes and records.

    Nothing of a bundle is unpacked by its own names, and nothing in it is ever executed or
    unpickled. Nothing is registered before all of it is checked, what the store already holds
    too; each data set is registered whole or not at all; a repeated import adds nothing.

    Returns
    -------
    list of str
        References of the data sets in the bundle.

    Raises
    ------
    BadInput
        When the file is not a bundle, or holds anything that does not belong; names everything.
    DataCorrupted
        When a hash or a version does not agree.
    SchemaVersionUnsupported
        When another release wrote it with a layout that this one does not read.
    StorageFull, StorageReadOnly, StorageBusy
        When the store cannot be written to.
    """
    try:
        with open_archive(path, what="bundle") as archive:
            _check_members(archive, path)
            with store.writing():
                names = _import_all(store, archive, path)
                store.refresh()
                return names
    except Unreadable as error:
        raise DataCorrupted("not a readable bundle", where=str(path), hint=str(error)) from error


def _check_members(archive: zipfile.ZipFile, path: Path) -> None:
    problems = []
    seen: set[str] = set()
    for info in archive.infolist():
        name = info.orig_filename
        if name in seen:
            problems.append(InputProblem("appears twice", name))
        seen.add(name)
        if name not in (_INDEX, _LICENCES) and not _MEMBER.fullmatch(name):
            problems.append(InputProblem("does not belong in a bundle", name))
        kind = (info.external_attr >> 16) & 0o170000
        if kind not in (0, 0o100000):
            problems.append(InputProblem("is not a plain file", name))
        if not name.endswith(DATA_FILE) and info.file_size > _LARGEST_MANIFEST:
            problems.append(InputProblem("is too large", name))
    if _INDEX not in seen:
        problems.append(InputProblem("is missing", _INDEX))
    raise_all("bundle", problems, where=str(path))


def _import_all(store: Store, archive: zipfile.ZipFile, path: Path) -> list[str]:
    contents = layout.migrate(
        _json(archive, _INDEX, path), current=SCHEMA_VERSION, steps={}, where=f"{path}: {_INDEX}"
    )
    members = set(archive.namelist())
    found = sorted({tuple(name.split("/")[1:3]) for name in members if name.startswith(DATASETS)})
    references = ["@".join(pair) for pair in found]
    if references != contents.get("datasets"):
        raise DataCorrupted("the bundle does not hold what its index names", where=str(path))
    with layout.staged(store.root) as staging:
        checked = [
            _checked_member(archive, f"{DATASETS}/{key}/{version}", path, staging / str(n))
            for n, (key, version) in enumerate(found)
        ]
        for n, manifest in enumerate(checked):
            _register(store, manifest, staging / str(n))
    return references


def _checked_member(archive: zipfile.ZipFile, base: str, path: Path, new: Path) -> DatasetManifest:
    """Unpack a data set into `new` and return its manifest once everything agrees with it."""
    where = f"{path}: {base}"
    if f"{base}/{DATA_FILE}" not in archive.namelist():
        raise DataCorrupted(f"{DATA_FILE} is missing", where=where)
    manifest = datasets.parse_manifest(_json(archive, f"{base}/{MANIFEST}", path), where=where)
    if base != f"{DATASETS}/{manifest.key}/{manifest.version}":
        raise DataCorrupted(f"the manifest is that of {manifest.reference}", where=where)
    if [file.name for file in manifest.files] != [DATA_FILE]:
        raise DataCorrupted("the manifest names other files", where=where)
    disk.make_folder(new)
    _unpack(archive, f"{base}/{DATA_FILE}", new / DATA_FILE, manifest.files[0].bytes)
    for problem in datasets.file_problems(new, manifest.files):
        raise DataCorrupted(problem, where=where)
    found = datasets.describe(manifest.record, datasets.stored_frame(new / DATA_FILE))
    if found.content_sha256 != manifest.record.content_sha256:
        raise DataCorrupted("the rows differ from the digest in the record", where=where)
    return manifest


def _register(store: Store, manifest: DatasetManifest, new: Path) -> None:
    """Give a checked data set its place, or check what already stands there."""
    target = store.root / DATASETS / manifest.key / manifest.version
    if target.exists():
        _checked(DatasetEntry(key=manifest.key, version=manifest.version, folder=target))
        return
    local = manifest.model_copy(update={"sequence": store.next_sequence(manifest.key)})
    write_new(new / MANIFEST, local.to_bytes())
    layout.commit(new, target)


def _unpack(archive: zipfile.ZipFile, name: str, target: Path, size: int) -> None:
    """Copy one member, never more than its manifest says."""
    left = size
    with _opened(archive, name) as source, disk.DiskFile(target) as raw:
        handle = io.BufferedWriter(raw, buffer_size=disk.CHUNK)
        while block := _block(source):
            left -= len(block)
            if left < 0:
                raise DataCorrupted("the file is larger than its manifest says", where=name)
            handle.write(block)
        handle.flush()
        raw.sync()


def _opened(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    with archive_faults():
        try:
            return archive.open(name)
        except (KeyError, OSError, ValueError) as error:
            raise Unreadable(InputProblem(f"damaged archive: {error}", name)) from error


def _block(source: IO[bytes], size: int = _BLOCK) -> bytes:
    with archive_faults():
        try:
            return source.read(size)
        except (OSError, ValueError) as error:
            raise Unreadable(InputProblem(f"damaged archive: {error}")) from error


def _json(archive: zipfile.ZipFile, name: str, path: Path) -> dict[str, Any]:
    with _opened(archive, name) as source:
        content = _block(source, _LARGEST_MANIFEST + 1)
    try:
        value = json_values(content, wide=False)
    except Unreadable as error:
        raise DataCorrupted(
            "cannot be read as JSON", where=f"{path}: {name}", hint=str(error)
        ) from error
    if not isinstance(value, dict):
        raise DataCorrupted("does not hold a JSON object", where=f"{path}: {name}")
    return value
