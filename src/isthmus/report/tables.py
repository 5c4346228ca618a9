"""Every table of a dossier with the file in which its rows lie beside the page."""

from __future__ import annotations

from collections.abc import Iterator

from isthmus.evidence import Table
from isthmus.report.parts import anchor
from isthmus.study.dossier import Dossier


def table_files(dossier: Dossier) -> Iterator[tuple[str, Table]]:
    """Yield name and table in order of appearance, also of those behind charts.

    A table that is drawn twice has one file; another of its name gets a number.
    """
    known: dict[str, Table] = {}
    for section in dossier.sections:
        for table in (*(chart.table for chart in section.charts), *section.tables):
            name, number = anchor(table.name), 1
            while not known.setdefault(name, table).frame.equals(table.frame):
                number += 1
                name = f"{anchor(table.name)}-{number}"
            yield f"tables/{name}.csv", table
