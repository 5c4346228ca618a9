"""Templates of tables of one's own: documented columns, made-up rows, the record beside them."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import polars as pl

from isthmus.errors import BadInput, NotFound, did_you_mean
from isthmus.runtime import check_files, publish_file, publish_text
from isthmus.runtime.reading import toml_values

ENDINGS = (".csv", ".xlsx")
EXPLAINED = "columns"
"""Sheet of a workbook that says what the columns hold."""


@dataclass(frozen=True, slots=True)
class Template:
    """What a table of one's own must look like.

    Parameters
    ----------
    name, title, about : str
        By which it is asked for, what it is, how a row is meant.
    columns : mapping of str to str
        What each column holds, in the order of the table.
    rows : sequence of sequence of str
        Made-up rows.
    key, unit : str
        Key under which it is added, and unit of its numbers; empty where a command reads the file.
    command : str
        What reads the file, where nothing adds it.
    kind : str
        Kind of its numbers that the record proposes.
    """

    name: str
    title: str
    about: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[str]]
    key: str = ""
    unit: str = ""
    command: str = ""
    kind: str = "measured"

    @property
    def frame(self) -> pl.DataFrame:
        """The made-up rows, as text."""
        schema = dict.fromkeys(self.columns, pl.String)
        return pl.DataFrame(list(self.rows), schema=schema, orient="row")


@cache
def templates() -> Mapping[str, Template]:
    """Return the templates by name."""
    text = files("isthmus.world").joinpath("templates.toml").read_text(encoding="utf-8")
    made = {}
    for name, said in toml_values(text).items():
        columns = MappingProxyType(said["columns"])
        words = {
            k: said[k] for k in ("title", "about", "key", "unit", "command", "kind") if k in said
        }
        made[name] = Template(name, columns=columns, rows=said["rows"]["values"], **words)
    return MappingProxyType(made)


def template_of(name: str) -> Template:
    """Return a template by its name; hyphens and underscores are one.

    Raises
    ------
    NotFound
        When there is none.
    """
    known = templates()
    plain = name.replace("-", "_")
    if plain not in known:
        hint = did_you_mean(plain, known) or f"known: {', '.join(known)}"
        raise NotFound(f"there is no template '{name}'", hint=hint)
    return known[plain]


def csv_text(template: Template, delimiter: str = ",") -> str:
    """Return a template as delimited text; with semicolons decimal marks are commas."""
    frame = template.frame.with_columns(pl.col(pl.String).replace("", None))  # not two marks
    if delimiter == ";":
        decimals = pl.col(pl.String).str.replace(r"^(\d+)\.(\d+)$", "$1,$2")
        frame = frame.with_columns(decimals)
    return frame.write_csv(separator=delimiter, null_value="")


def record_text(template: Template, *, sheet: str = "") -> str:
    """Return the record that stands beside a table, ready to be filled in.

    Parameters
    ----------
    template : Template
        Its key and unit are taken.
    sheet : str
        Sheet of a workbook that holds the rows.
    """
    reading = f'\n[reading]\nsheet = "{sheet}"\n' if sheet else "\n# [reading]\n"
    return (
        f"# {template.title}: what the table beside this file is. Lines with # are not read.\n"
        f'key = "{template.key}"\n'
        f'title = "{template.title}"\n'
        'publisher = "own data"\n'
        'edition = "1"\n'
        "years = []  # the year of the amounts, as [2024]\n"
        f'unit = "{template.unit}"  # of money also "EUR" or "thousand EUR", with a rate below\n'
        f'kind = "{template.kind}"  # one of measured, estimated, modelled, assumed\n'
        'licence = "private"  # stays out of exports unless asked for\n'
        'attribution = "none"\n'
        'redistribution = "forbidden"\n'
        f"{reading}"
        '# rate = ["2024=1.08"]  # USD for one unit of the currency, mean of the year\n'
    )


def write_template(
    template: Template, out: Path, *, delimiter: str = ",", replace: bool = False
) -> tuple[Path, ...]:
    """Write a template, and beside it the record that `isthmus data add` asks for.

    Parameters
    ----------
    template : Template
        What to write.
    out : Path
        A .csv file, or .xlsx with a second sheet that explains the columns (extra ``excel``).
    delimiter : str
        Separator of the cells of a .csv file.
    replace : bool
        Put new files in the place of existing ones.

    Returns
    -------
    tuple of Path
        The files written.

    Raises
    ------
    BadInput
        When the ending is neither.
    TargetExists, TargetRefused
        When a file exists and `replace` is False, or is no regular file.
    """
    if out.suffix.lower() not in ENDINGS:
        hint = f"use {' or '.join(ENDINGS)}"
        raise BadInput(f"unknown file ending '{out.suffix}'", where=str(out), hint=hint)
    book = out.suffix.lower() == ".xlsx"
    beside = [out.with_suffix(".toml")] if template.key else []
    check_files([out, *beside], replace=replace)
    # The mark tells spreadsheets that the text is UTF-8.
    text = "\ufeff" + csv_text(template, delimiter)
    content = _workbook(template) if book else text.encode()
    for path in beside:
        with publish_text(path, replace=replace) as record:
            record.write(record_text(template, sheet=template.name if book else ""))
    with publish_file(out, replace=replace) as handle:
        handle.write(content)
    return (out, *beside)


def _workbook(template: Template) -> bytes:
    from isthmus.evidence.out.workbook import check_library

    check_library()
    import xlsxwriter

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        head, plain = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet = book.add_worksheet(template.name)
        sheet.set_column(0, len(template.columns) - 1, 16)
        sheet.freeze_panes(1, 0)
        for at, (name, said) in enumerate(template.columns.items()):
            sheet.write_string(0, at, name, head)
            sheet.write_comment(0, at, said)
        for line, row in enumerate(template.rows, 1):
            for at, cell in enumerate(row):
                if cell:
                    _write(sheet, line, at, cell, plain, list(template.columns)[at])
        told = book.add_worksheet(EXPLAINED)
        told.set_column(0, 0, 16)
        told.set_column(1, 1, 100)
        lines = [("column", "what it holds"), *template.columns.items(), ("", template.about)]
        for line, pair in enumerate(lines):
            for at, cell in enumerate(pair):
                told.write_string(line, at, cell, head if line == 0 else None)
    return content.getvalue()


def _write(sheet: object, line: int, at: int, cell: str, plain: object, name: str) -> None:
    """Write a cell as a number where it is one; codes stay text, so that they keep their zeros."""
    number = cell.replace(".", "", 1).isdigit() and name not in ("product", "hs", "industry")
    write = getattr(sheet, "write_number" if number else "write_string")
    write(line, at, float(cell) if number else cell, *(() if number else (plain,)))
