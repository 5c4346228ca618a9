"""Tables in the layout of the Integrated Assessment Modeling Consortium, and for pyam."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from isthmus.errors import InputProblem, IsthmusError, raise_all
from isthmus.evidence.collection import Collection
from isthmus.evidence.result import Result
from isthmus.evidence.table import IN_UNIT, SHARE, Table

if TYPE_CHECKING:
    import pandas as pd

INDEX = ("model", "scenario", "region", "variable", "unit", "year", "value")
REGIONS = ("economy", "importer", "exporter", "party", "partner")
"""Columns that name a region, the first that a table has."""
MODEL = "isthmus"


def to_iamc(
    source: Table | Result | Collection,
    *,
    scenario: str = "base",
    model: str = MODEL,
    year: int | None = None,
    region: str = "",
) -> pd.DataFrame:
    """Return numbers as rows of model, scenario, region, variable, unit, year, value.

    A variable is the name of the table, what its other dimensions say, and the column:
    ``lookthrough|industry:C26|partner:CHN|look_through``. Shares have the unit ``1``; missing
    numbers are left out; attributes and kinds have no place in the layout.

    Parameters
    ----------
    source : Table, Result or Collection
        What is written; a collection's scenarios, and a column ``scenario``, keep their names.
    scenario : str
        Name of the scenario where the source has none.
    model : str
        Name of the model.
    year : int, optional
        Year of the numbers of tables that have neither a column ``year`` nor one year.
    region : str, optional
        Column of regions; by default the first of economy, importer, exporter, party, partner.

    Raises
    ------
    BadInput
        When a table has no region or no year, or its rows are days; all of them at once.
    IsthmusError
        When pandas is not installed.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise IsthmusError("pandas is not installed", hint="install isthmus[interop]") from error
    tables = list(_tables(source, scenario))
    _check([table for _, table in tables], year, region)
    rows = [row for name, table in tables for row in _rows(table, name, model, year, region)]
    return pd.DataFrame(rows, columns=list(INDEX))


def to_pyam(source: Table | Result | Collection, **asked: Any) -> Any:
    """Return a ``pyam.IamDataFrame``; pyam must be installed. Arguments are those of `to_iamc`.

    Raises
    ------
    IsthmusError
        When pyam is not installed.
    """
    try:
        import pyam  # type: ignore[import-not-found, unused-ignore]
    except ImportError as error:
        raise IsthmusError("pyam is not installed", hint="pip install pyam-iamc") from error
    return pyam.IamDataFrame(to_iamc(source, **asked))


def _tables(source: Table | Result | Collection, scenario: str) -> Iterator[tuple[str, Table]]:
    if isinstance(source, Table):
        yield scenario, source
    elif isinstance(source, Result):
        held: Iterable[Table] = source.tables.values()
        yield from ((scenario, t) for t in held if any(c.role == "value" for c in t.columns))
    else:
        for name, result in source.results.items():
            yield from _tables(result, name)


def _check(tables: Iterable[Table], year: int | None, region: str) -> None:
    found = []
    for table in tables:
        if _region(table, region) is None:
            found.append(InputProblem("no column of regions", table.name))
        if "day" in table.dimensions:
            found.append(InputProblem("rows are days, the layout has years", table.name))
        elif "year" not in table.frame.columns and len(table.years) != 1 and year is None:
            found.append(InputProblem("no year: say year=", table.name))
    raise_all("IAMC layout", list({(p.what, p.where): p for p in found}.values()))


def _region(table: Table, region: str) -> str | None:
    names = (region,) if region else REGIONS
    return next((name for name in names if name in table.frame.columns), None)


def _rows(
    table: Table, scenario: str, model: str, year: int | None, region: str
) -> Iterator[tuple[Any, ...]]:
    place = _region(table, region) or ""
    apart = [d for d in table.dimensions if d not in {place, "year", "scenario"}]
    frame = table.frame
    values = [c for c in table.columns if c.role == "value" and frame[c.name].dtype.is_numeric()]
    for row in frame.iter_rows(named=True):
        when = row.get("year") or (table.years[0] if len(table.years) == 1 else year)
        for column in values:
            if row[column.name] is None:
                continue
            variable = "|".join([table.name, *(f"{d}:{row[d]}" for d in apart), column.name])
            unit = _unit(column.unit, row)
            name = row.get("scenario") or scenario
            yield model, name, row[place], variable, unit, when, float(row[column.name])


def _unit(unit: str, row: Mapping[str, Any]) -> str:
    if unit == IN_UNIT:
        unit = str(row.get("unit") or "")
    return {SHARE: "1", "ratio": "1", "": "1"}.get(unit, unit)
