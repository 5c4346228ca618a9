"""The commands of ``isthmus data`` that keep data sets of your own: add, verify, gc, import."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Names, Output
from isthmus.cli.options import Flag, Force, Json
from isthmus.cli.output import (
    columned,
    emit_found,
    emit_rows,
    emit_text,
    emit_versioned,
    say,
    versioned,
)
from isthmus.errors import BadInput
from isthmus.errors.base import EXIT_DONE, EXIT_FAILED

if TYPE_CHECKING:
    from isthmus.store import DatasetEntry
    from isthmus.world.adding import Added


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How a file is read; what is not said is recognised.

    Parameters
    ----------
    delimiter
        Separator of the cells; recognised by default.
    decimal
        Decimal mark, "." or ","; recognised by default.
    thousands
        Separator of thousands, "none" for none; recognised by default.
    encoding
        Encoding of the text; UTF-8, UTF-16 and Windows-1252 are recognised.
    skip_rows
        Lines above the header; recognised by default.
    missing
        A further text that stands for a missing number; can be given several times.
    dash
        What a dash stands for among numbers, "zero" or "missing"; refused by default.
    blank
        What an empty cell stands for among numbers, "missing" by default.
    sheet
        Sheet of a workbook; needed where several hold something.
    text
        A column that stays text though it looks like numbers; can be given several times.
    drop_aggregates
        Leave out rows of the world, of unions and of areas not specified.
    sum_duplicates
        Add up rows of one and the same flow.
    repair
        Mend imbalances and negative value added of an inter-economy table, and note them.
    keep_formulas
        Take text of a text file as it is. By default an apostrophe before text that a spreadsheet
        would run as a formula is taken off, as exports put it there.
    rate
        USD per unit of the currency of a publisher's file, or of a record's unit, mean of the
        year: 1.053, or 2022=1.053 given once for each year.
    """

    delimiter: str = ""
    decimal: Literal["", ".", ","] = ""
    thousands: str = ""
    encoding: str = ""
    skip_rows: int | None = None
    missing: Names = ()
    dash: Literal["", "zero", "missing"] = ""
    blank: Literal["", "zero", "missing"] = ""
    sheet: str = ""
    text: Names = ()
    drop_aggregates: Flag = False
    sum_duplicates: Flag = False
    repair: Flag = False
    keep_formulas: Flag = False
    rate: Names = ()


AS_FOUND = ReadingOptions()


def register(app: App) -> None:
    """Add the commands to the app of ``isthmus data``."""
    app.command(add)
    app.command(verify)
    app.command(gc)
    app.command(remove)
    app.command(import_, name="import")
    app.command(template)


def add(
    file: Path,
    *,
    record: Path | None = None,
    reading: ReadingOptions = AS_FOUND,
    json: Json = False,
) -> None:
    """Add a publisher's file as it is, or a table of your own with its record.

    Files of BACI (also a folder of yearly files), OECD ICIO, FIGARO, EXIOBASE 3 (a folder), ADB
    MRIO, Comext, UN Comtrade (also a folder of the API's pages), the World Bank, USGS, SIPRI, CEPII
    Gravity, ideal points of the UN and converted tables of WIOD are recognised by their layout and
    need no record. Other text is read as it stands: separator, encoding, decimal mark, titles and
    notes are recognised and reported, and a table that a command of isthmus reads is held against
    what that command needs. The options below can also stand under [reading] in the record.

    Parameters
    ----------
    file
        Publisher's file; or text (.csv, .tsv, .txt), a workbook (.xlsx, .xls, .ods; extra excel)
        or Parquet file with a header.
    record
        TOML or JSON file with the record: key, title, publisher, edition, unit, kind, licence,
        attribution, redistribution, columns. By default the file of the same name with .toml.
    """
    from isthmus.world.adding import add_file

    _added(add_file(file, record, **asdict(reading)), json)


def _added(done: Added, json: bool) -> None:
    entry = done.entry
    if json:
        emit_versioned(added=entry.reference, read_as=done.read_as, notes=done.notes)
    if done.read_as:
        say(f"read as: {', '.join(done.read_as)}")
    for note in done.notes:
        say(f"note: {note}")
    say(f"added {entry.reference}; open it with the world starter+{entry.key}")


def verify(reference: str = "", *, rebuild: bool = False, output: Output = SCREEN) -> int:
    """Check every file of the store against its manifest; exit code 1 when something is wrong.

    Parameters
    ----------
    reference
        A data set, a version (KEY@VERSION) or a run; everything by default.
    rebuild
        Make the index anew from the manifests.
    """
    from isthmus.store import Store
    from isthmus.store.verify import verify as check

    store = Store()
    if rebuild:
        with store.writing():
            store.refresh(rebuild=True)
    checked, faults = check(store, reference)
    found = [{"where": f.where, "what": f.what} for f in faults]
    document = versioned(checked=checked, faults=found)
    lists: dict[str, Any] = {"faults": columned(found)}
    if output.plain:
        lists = lists if faults else {}
    else:
        lists["check"] = {"checked": checked, "faults": len(faults)}
    emit_found("data.verify", lists, output, document)
    if not output.json:
        say(f"{checked} checked, {len(faults)} faults")
    return EXIT_FAILED if faults else EXIT_DONE


def gc(
    folder: Path | None = None, *, unused: bool = False, dry_run: bool = False, json: Json = False
) -> None:
    """Remove what killed writers left in the store, or beside your own files in a folder.

    In a folder only hidden temporary files of this program whose writer is gone are removed.

    Parameters
    ----------
    folder
        A folder that output was written to; the store when not given.
    unused
        Also remove versions of data sets that are neither the newest nor used by any run.
    dry_run
        Only say what would be removed.
    """
    from isthmus.store import Store
    from isthmus.store.gc import collect, collect_beside

    if folder is None:
        waste = collect(Store(), unused=unused, dry_run=dry_run)
    elif unused:
        raise BadInput("--unused is about the store, not about a folder", where="--unused")
    else:
        waste = collect_beside(folder, dry_run=dry_run)
    found = [{"path": w.path, "bytes": w.bytes, "why": w.why} for w in waste]
    if json:
        emit_versioned(dry_run=dry_run, waste=found)
        return
    if waste:
        emit_rows("waste", *columned(found))
    word = "would be removed" if dry_run else "removed"
    say(f"{len(waste)} {word}, {sum(w.bytes for w in waste):,} bytes")


def remove(reference: str, /, *, json: Json = False) -> None:
    """Take a data set that you added out of the store; what ships with the package stays.

    Runs that used it keep their results, but cannot be done again.

    Parameters
    ----------
    reference
        KEY@VERSION, or KEY where the store holds one version of it.
    """
    from isthmus.store import Store

    store = Store()
    entry = store.only(reference)
    used = sorted(
        run.id
        for run in store.runs()
        if run.manifest is not None and entry.reference in run.manifest.world.added
    )
    store.remove(entry.reference)
    if json:
        emit_versioned(removed=entry.reference, used_by=used)
    say(f"removed {entry.reference}" + (f"; used by {', '.join(used)}" if used else ""))


def template(
    name: str = "",
    /,
    *,
    out: Path | None = None,
    delimiter: Literal[",", ";", "\t"] = ",",
    force: Force = False,
    json: Json = False,
) -> None:
    """Write a table of your own to fill in, with documented columns and made-up rows.

    Without a name the templates are listed. The record that `isthmus data add` asks for goes
    beside the file: it marks the data as private.

    Parameters
    ----------
    name
        Name of a template: suppliers, firm-lines, bom, firms, links, needs, stock-days,
        probabilities.
    out
        A .csv file, or .xlsx with a sheet that explains the columns; printed when not given.
    delimiter
        Separator of the cells of a .csv file; with ";" decimal marks are commas.
    """
    from isthmus.world.templates import csv_text, template_of, templates, write_template

    if not name:
        listed = [
            {"name": t.name.replace("_", "-"), "title": t.title, "about": t.about}
            for t in templates().values()
        ]
        if json:
            emit_versioned(templates=listed)
        else:
            emit_rows("templates", *columned(listed))
        return
    asked = template_of(name)
    files = () if out is None else write_template(asked, out, delimiter=delimiter, replace=force)
    if json:
        written = [str(file) for file in files]
        emit_versioned(name=asked.name, columns=dict(asked.columns), files=written)
    elif out is None:
        emit_text(csv_text(asked, delimiter))
    for column, said in asked.columns.items():
        say(f"{column}: {said}")
    for file in files:
        say(f"wrote {file}")
    say(f"then: {'isthmus data add ' + str(out or 'FILE.csv') if asked.key else asked.command}")


def import_(bundle: Path, *, json: Json = False) -> None:
    """Add the data sets of a bundle, after checking every name, size and hash.

    Parameters
    ----------
    bundle
        File written by ``isthmus data export``.
    """
    from isthmus.store import Store, import_bundle

    names = import_bundle(Store(), bundle)
    if json:
        emit_versioned(datasets=names)
    say(f"imported {', '.join(names)}")


def export_stored(
    references: tuple[str, ...], out: Path, *, force: bool, private: bool, json: bool
) -> None:
    """Write data sets of the store into a bundle."""
    from isthmus.store import Store, export_bundle

    names = export_bundle(Store(), references, out, replace=force, private=private)
    left = [e.key for e in stored() if e.manifest and e.manifest.record.private]
    if left and not references and not private:
        say(f"note: private and left out: {', '.join(sorted(set(left)))}")
    if json:
        emit_versioned(datasets=names, files=[str(out)])
    say(f"wrote {out} with {', '.join(names)}")


def stored() -> list[DatasetEntry]:
    """Return the data sets of the store."""
    from isthmus.store import Store

    return Store().datasets()


def stored_lines(entries: list[DatasetEntry]) -> list[dict[str, Any]]:
    """Return what a list shows of each stored version."""
    unknown = {"title": "", "edition": "", "rows": 0, "licence": "", "redistribution": ""}
    lines = []
    for entry in entries:
        record = entry.manifest and entry.manifest.record
        about = {name: getattr(record, name, nothing) for name, nothing in unknown.items()}
        lines.append({"reference": entry.reference, **about, "fault": entry.fault})
    return lines
