"""Writing one data set to a file, with its licence record beside it."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING

import polars as pl

from isthmus.errors import BadInput, LicenceForbids
from isthmus.evidence import DatasetRecord
from isthmus.evidence.formulas import guarded
from isthmus.runtime import canonical_json, check_files, publish_file, publish_text

if TYPE_CHECKING:
    from isthmus.world.snapshot import World

FORMATS = ("csv", "parquet", "json")


def export_table(
    world: World,
    key: str,
    out: Path,
    *,
    form: str | None = None,
    replace: bool = False,
    keep_formulas: bool = False,
    private: bool = False,
) -> Path:
    """Write a data set and, beside it, its record as ``<out>.record.json``.

    Parameters
    ----------
    world : World
        World that holds the data set.
    key : str
        Key of the data set.
    out : Path
        File to write.
    form : {"csv", "parquet", "json"}, optional
        Format; by default the ending of `out`.
    replace : bool
        Put the new file in the place of an existing one.
    keep_formulas : bool
        Leave text cells of CSV as they are; by default those that a spreadsheet would run get an
        apostrophe in front, which ``isthmus data add`` takes off again.
    private : bool
        Write a data set whose record says that it is private.

    Returns
    -------
    Path
        The file with the record.

    Raises
    ------
    LicenceForbids
        When the record does not allow rows to be passed on.
    BadInput
        When the format is unknown.
    TargetExists, TargetRefused
        When `out` or its record exists and `replace` is False, or is no regular file.
    """
    record = world.record(key)
    if record.private and not private:
        what = f"the rows of {key!r} are private"
        raise LicenceForbids(what, where=record.licence, hint="--private writes them all the same")
    if record.redistribution != "allowed" and not record.private:
        raise LicenceForbids(
            f"the rows of {key!r} may not be passed on ({record.redistribution})",
            where=record.licence,
            hint="derived figures may be published; take the rows from the publisher: "
            + (record.address or record.publisher),
        )
    chosen = form or out.suffix.removeprefix(".")
    if chosen not in FORMATS:
        raise BadInput(
            f"unknown format {chosen!r}", where=str(out), hint=f"one of {', '.join(FORMATS)}"
        )
    beside = out.with_name(f"{out.name}.record.json")
    check_files([out, beside], replace=replace)
    frame = world.table(key)
    # The record first: rows without their licence are what must not lie about after a kill.
    with publish_text(beside, replace=replace) as text:
        text.write(canonical_json(_described(record, out, world), indent=2) + "\n")
    with publish_file(out, replace=replace) as handle:
        _write(frame if keep_formulas or chosen != "csv" else guarded(frame), handle, chosen)
    return beside


def _write(frame: pl.DataFrame, handle: IO[bytes], form: str) -> None:
    if form == "csv":
        frame.write_csv(handle)
    elif form == "parquet":
        frame.write_parquet(handle)
    else:
        text = canonical_json({"columns": frame.columns, "rows": frame.rows()})
        handle.write(text.encode("utf-8") + b"\n")


def _described(record: DatasetRecord, out: Path, world: World) -> dict[str, object]:
    return {"file": out.name, "world": world.name, **record.model_dump(mode="json")}
