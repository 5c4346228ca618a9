"""EXIOBASE 3: the monetary tables of one year, a folder of text files with tabs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from isthmus import codes
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import DatasetRecord, Kind
from isthmus.kernels.arrays import Array
from isthmus.runtime.reading import open_regular
from isthmus.sources.matrix import Square, columns_of, printed
from isthmus.sources.published import Peek, Published, Source, Wishes, finished, year_of
from isthmus.sources.text import capped

LAYOUT = (
    "EXIOBASE 3 (Zenodo doi:10.5281/zenodo.3583070), folders IOT_<year>_<ixi|pxp> of A.txt, Y.txt, "
    "x.txt, Z.txt and unit.txt, cells between tabs, two lines and two columns of labels (region, "
    "sector or category), as github.com/IndEcol/pymrio reads them (parse_exiobase3)"
)
NAME = re.compile(r"IOT_(\d{4})_(ixi|pxp)", re.IGNORECASE)
UNIT = re.compile(r"M\.? ?(?:EUR)|mill(?:ion)? ?EUR", re.IGNORECASE)
RESIDUAL = 1e-8
"""Largest error of a solved output, against the largest output."""

Pair = tuple[str, str]


def reads(found: Peek) -> bool:
    """Tell whether a folder holds a table of EXIOBASE 3."""
    held = {"Y.txt", "unit.txt"}
    if not found.path.is_dir() or not all((found.path / name).is_file() for name in held):
        return False
    return any((found.path / name).is_file() for name in ("A.txt", "Z.txt"))


def dataset(path: Path, wishes: Wishes) -> Published:
    """Read the flows of a year in million EUR; the five rests of the world are added up.

    Raises
    ------
    BadInput
        With every label and cell that is wrong, units other than million EUR, or when nothing says
        which year it is of.
    """
    named = NAME.search(path.resolve().name)
    hint = "keep the publisher's name of the folder (IOT_2019_ixi)"
    year = year_of(path, wishes, named and named[1], hint)
    _units(path)
    inner = "Z.txt" if (path / "Z.txt").is_file() else "A.txt"
    nodes, users, Z = _matrix(path / inner)
    sellers, buyers, Y = _matrix(path / "Y.txt")
    problems = [
        InputProblem(f"its {what} are not those of {inner}, in order", name)
        for what, name, one, other in (
            ("rows", "Y.txt", sellers, nodes),
            ("columns", inner, users, nodes),
        )
        if one != other
    ]
    raise_all(f"EXIOBASE {path.name}", problems)
    x, said = _output(path, nodes, Z, Y, coefficients=inner == "A.txt")
    if inner == "A.txt":
        Z *= x[None, :]
    square = _square(nodes, buyers, Z, Y, x, path.name)
    kind = named[2].lower() if named else ""
    record = finished(_record(path, square, year, kind, said), wishes)
    notes = (said, *square.notes)
    return Published(record, printed(square), (f"EXIOBASE 3 {kind}".strip(),), notes, repair=True)


def _units(folder: Path) -> None:
    """Refuse tables in other units than million euros, such as hybrid ones."""
    with open_regular(folder / "unit.txt", what="table") as handle:
        lines = handle.read().decode("utf-8-sig", "replace").splitlines()[1:]
    found = sorted({line.split("\t")[-1].strip() for line in lines if line.strip()})
    if other := [unit for unit in found if not UNIT.fullmatch(unit)]:
        what = f"holds the units {', '.join(other[:8])}, not million EUR"
        hint = "take the monetary tables (IOT_<year>_ixi or _pxp)"
        raise_all(f"EXIOBASE {folder.name}", [InputProblem(what, "unit.txt", hint)])
    if not found:
        raise_all(f"EXIOBASE {folder.name}", [InputProblem("holds no units", "unit.txt")])


def _matrix(path: Path) -> tuple[list[Pair], list[Pair], Array]:
    """Return labels of rows and columns, and the numbers, of a file; line by line."""
    problems: list[InputProblem] = []
    rows: list[Pair] = []
    values: list[Array] = []
    with open_regular(path, what="table") as handle:
        first = handle.readline().decode("utf-8-sig", "replace").rstrip("\r\n").split("\t")[2:]
        second = handle.readline().decode("utf-8", "replace").rstrip("\r\n").split("\t")[2:]
        columns = [(a.strip(), b.strip()) for a, b in zip(first, second, strict=False)]
        if len(first) != len(second) or not columns:
            raise_all(path.name, [InputProblem("its two lines of labels differ", path.name)])
        for number, raw in enumerate(handle, 3):
            cells = raw.decode("utf-8", "replace").rstrip("\r\n").split("\t")
            if not any(cell.strip() for cell in cells[2:]):
                continue
            if len(cells) != len(columns) + 2:
                what = f"has {len(cells)} cells where the header has {len(columns) + 2}"
                problems.append(InputProblem(what, f"{path.name}, line {number}"))
                continue
            rows.append((cells[0].strip(), cells[1].strip()))
            values.append(_numbers(cells[2:], columns, path.name, number, problems))
    raise_all(f"the table {path.name}", capped(problems))
    twice = sorted({pair for pair in rows if rows.count(pair) > 1}) if len(rows) < 500 else []
    if twice or len(set(rows)) < len(rows):
        shown = ", ".join(":".join(pair) for pair in twice[:8]) or "some rows"
        raise_all(f"the table {path.name}", [InputProblem(f"{shown} stands twice", path.name)])
    if not rows:
        raise_all(f"the table {path.name}", [InputProblem("holds no rows", path.name)])
    return rows, columns, np.array(values)


def _numbers(
    cells: Sequence[str],
    columns: Sequence[Pair],
    name: str,
    line: int,
    problems: list[InputProblem],
) -> Array:
    try:
        found = np.array(cells, dtype=np.float64)
    except ValueError:
        found = np.zeros(len(cells))
        for place, cell in enumerate(cells):
            try:
                found[place] = float(cell)
            except ValueError:
                where = f"{name}, line {line}, column {':'.join(columns[place])}"
                problems.append(InputProblem(f"{cell!r} is not a number", where))
                break
    if not np.isfinite(found).all():
        place = int(np.argmin(np.isfinite(found)))
        where = f"{name}, line {line}, column {':'.join(columns[place])}"
        problems.append(InputProblem("is not finite", where))
    return found


def _output(
    folder: Path, nodes: list[Pair], Z: Array, Y: Array, *, coefficients: bool
) -> tuple[Array, str]:
    """Return output by node, and where it is from."""
    if (folder / "x.txt").is_file():
        with open_regular(folder / "x.txt", what="table") as handle:
            lines = handle.read().decode("utf-8-sig", "replace").splitlines()[1:]
        cells = [line.split("\t") for line in lines if line.strip()]
        if [(c[0].strip(), c[1].strip()) for c in cells if len(c) > 2] != nodes:
            raise_all(f"EXIOBASE {folder.name}", [InputProblem("its rows are others", "x.txt")])
        problems: list[InputProblem] = []
        read = _numbers([c[2] for c in cells], nodes, "x.txt", 2, problems)
        raise_all(f"EXIOBASE {folder.name}", problems)
        return read, "output as in x.txt"
    demand = Y.sum(axis=1)
    if not coefficients:
        return Z.sum(axis=1) + demand, "output is the sum of sales: the folder holds none"
    try:
        solved = np.linalg.solve(np.eye(len(Z)) - Z, demand)
    except np.linalg.LinAlgError:
        solved = np.full(len(Z), np.nan)
    left = np.abs(solved - Z @ solved - demand).max()
    if not left <= RESIDUAL * np.abs(demand).max():
        what = "no output meets the final demand with these coefficients"
        raise_all(f"EXIOBASE {folder.name}", [InputProblem(what, "A.txt, Y.txt")])
    return solved, "output solved from the coefficients and final demand: the folder holds none"


def _square(
    nodes: list[Pair], buyers: list[Pair], Z: Array, Y: Array, x: Array, name: str
) -> Square:
    """Return the table by economy; regions of one economy are added up."""
    regions = list(dict.fromkeys(region for region, _ in nodes))
    sectors = list(dict.fromkeys(sector for _, sector in nodes))
    categories = list(dict.fromkeys(category for _, category in buyers))
    problems = []
    if nodes != [(r, s) for r in regions for s in sectors]:
        problems.append(InputProblem("not every region has the same sectors in one order", name))
    if buyers != [(r, c) for r in regions for c in categories]:
        what = "not every region has the same categories in one order"
        problems.append(InputProblem(what, "Y.txt"))
    if both := sorted(set(sectors) & set(categories)):
        what = f"{', '.join(both)} is a sector and a category of final demand"
        problems.append(InputProblem(what, name))
    meant = {r: codes.economy_of(r, "exiobase") or "" for r in regions}
    problems += [
        InputProblem(f"{r!r} is no economy", name, codes.nearest_economy(r, codes.economies()))
        for r, code in meant.items()
        if not code
    ]
    raise_all(f"EXIOBASE {name}", capped(problems))
    economies = list(dict.fromkeys(meant.values()))
    n, S, F = len(economies), len(sectors), len(categories)
    place = {r: economies.index(code) for r, code in meant.items()}
    flows, below = np.zeros((n, S, n, S + F)), np.zeros((3, n, S))
    added = x - Z.sum(axis=0)
    for a, seller in enumerate(regions):
        i, rows = place[seller], slice(a * S, (a + 1) * S)
        below[0, i] += added[rows]
        below[2, i] += x[rows]
        for b, buyer in enumerate(regions):
            j = place[buyer]
            flows[i, :, j, :S] += Z[rows, b * S : (b + 1) * S]
            flows[i, :, j, S:] += Y[rows, b * F : (b + 1) * F]
    joined = {code: [r for r in regions if meant[r] == code] for code in economies}
    notes = tuple(
        f"{', '.join(held)} added up to {code}" for code, held in joined.items() if len(held) > 1
    )
    return Square(flows, below, tuple(economies), tuple(sectors), tuple(categories), notes)


def _record(path: Path, square: Square, year: int, kind: str, said: str) -> DatasetRecord:
    return DatasetRecord(
        key=f"mrio_exiobase3{kind}_{year}",
        title=f"EXIOBASE 3, {year}{f', {kind}' if kind else ''}",
        publisher="EXIOBASE consortium",
        edition=f"EXIOBASE 3, {path.resolve().name}",
        years=(year,),
        unit="million EUR",
        kind=Kind.ESTIMATED,
        licence="as the release on Zenodo says: CC BY-SA 4.0, or its non-commercial terms before",
        attribution="EXIOBASE consortium",
        redistribution="derived_only",
        address="https://doi.org/10.5281/zenodo.3583070",
        citation="Stadler et al. (2018), EXIOBASE 3, Journal of Industrial Ecology 22(3), 502-515",
        coverage=f"{len(square.economies)} economies x {len(square.industries)} sectors",
        columns=columns_of(square, {}),
        steps=(f"read from {path.resolve().name}", said, *square.notes),
        faults=(
            "value added is what inputs leave of output: taxes less subsidies are in it",
            "years after the last official tables are nowcast by the publisher",
            "balanced: bilateral cells are estimates of the publisher, not customs records",
        ),
    )


SOURCE = Source("EXIOBASE 3", "the folder IOT_2019_ixi", LAYOUT, "mrio_", reads, dataset)
