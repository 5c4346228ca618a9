"""Inter-economy tables in publishers' square layouts, turned into rows as they are stored.

Rows and columns are labelled ``ECONOMY_INDUSTRY``, final demand ``ECONOMY_CATEGORY``; below the
industries stand rows of value added and taxes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from isthmus import codes
from isthmus.errors import InputProblem, raise_all
from isthmus.kernels.arrays import Array
from isthmus.sources.numbers import parse_numbers
from isthmus.sources.text import TextOptions, TextTable, capped

BELOW = ("VALUE_ADDED", "OTHER_PRIMARY_INPUTS", "OUTPUT")
TOLERANCE = 0.01
"""Share of output that a publisher's rounding may explain; what is left is mended and noted."""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the labels of a publisher's table mean.

    Parameters
    ----------
    scheme : str
        Whose codes of economies they are, see `isthmus.codes.SCHEMES`.
    categories : mapping of str to str
        Categories of final demand and their texts.
    below : mapping of str to str
        Kind of each row below the industries, one of `BELOW`; a row of one economy
        (``AUS_TAXSUB``) goes by what stands behind its economy.
    totals : tuple of str
        Columns that hold totals and are left out.
    """

    scheme: str
    categories: Mapping[str, str]
    below: Mapping[str, str]
    totals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LabelMeaning:
    """What a label of a row or column stands for.

    `kind` is industry, final (demand), home (final demand without a buyer, kept with the seller),
    below (the industries) or total; `name` the industry, category or one of `BELOW`.
    """

    kind: str
    economy: str
    name: str


@dataclass(slots=True)
class _Labels:
    economies: dict[str, int] = field(default_factory=dict)
    industries: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Square:
    """A table in numbers.

    Parameters
    ----------
    flows : array, shape (n, S, n, S + F)
        Sales of each economy's industries to industries and final demand.
    below : array, shape (3, n, S)
        Value added, other primary inputs and output, as in `BELOW`.
    economies, industries, categories : tuple of str
        Labels.
    notes : tuple of str
        What was joined or left out.
    """

    flows: Array
    below: Array
    economies: tuple[str, ...]
    industries: tuple[str, ...]
    categories: tuple[str, ...]
    notes: tuple[str, ...]


def read_square(
    table: TextTable, layout: Layout, options: TextOptions | None = None, *, repair: bool = False
) -> Square:
    """Return the numbers of a table whose first column holds the labels of the rows.

    Parts of an economy (``CN1``, ``CN2``) are added up to it.

    Raises
    ------
    BadInput
        With every label and cell that is wrong, by line and column.
    """
    down = [_row(label, layout) for label in table.frame[:, 0].fill_null("")]
    across = [_column(label, layout) for label in table.frame.columns[1:]]
    labels, problems = _Labels(), _unpaired(table, down, across, layout)
    _register(labels, [*down, *across])
    if not labels.industries or not labels.categories:
        problems.append(InputProblem("no industries or no final demand found", table.name))
    meant, more = _economies(labels, layout.scheme, table.name)
    raise_all(f"the table {table.name}", capped([*problems, *more]))
    cells, said = _numbers(table, down, across, options)
    square = _filled(cells, down, across, labels, meant, said)
    if not repair:
        wrong = _unbalanced(square, table.name)
        raise_all(f"the table {table.name} does not balance", capped(wrong))
    return square


def _unbalanced(square: Square, name: str) -> list[InputProblem]:
    """Return the industries whose sales or costs are further from output than rounding explains."""
    S = len(square.industries)
    v, other, x = square.below
    sales = square.flows.sum(axis=(2, 3))
    costs = square.flows[..., :S].sum(axis=(0, 1)) + v + other
    allowed = np.maximum(TOLERANCE * np.abs(x), 1.0)
    problems: list[InputProblem] = []
    for what, found in (("sales", sales), ("inputs and value added", costs)):
        for i, k in np.argwhere(np.abs(found - x) > allowed):
            told = f"{what} of {square.economies[i]} {square.industries[k]} are {found[i, k]:,.6g}"
            hint = "" if problems else "--repair books the difference and notes it"
            problems.append(InputProblem(f"{told}, output is {x[i, k]:,.6g}", name, hint))
    return problems


def _row(label: str, layout: Layout) -> LabelMeaning:
    if label in layout.below:
        return LabelMeaning("below", "", layout.below[label])
    economy, _, name = label.partition("_")
    if name in layout.below:
        return LabelMeaning("below", economy, layout.below[name])
    return LabelMeaning("industry", economy, name)


def _column(label: str, layout: Layout) -> LabelMeaning:
    if label in layout.totals:
        return LabelMeaning("total", "", label)
    if label in layout.categories:
        return LabelMeaning("home", "", label)
    economy, _, name = label.partition("_")
    if name in layout.categories:
        return LabelMeaning("final", economy, name)
    if economy in layout.categories:
        return LabelMeaning("final", name, economy)
    return LabelMeaning("industry", economy, name)


def _register(labels: _Labels, found: Iterable[LabelMeaning]) -> None:
    for place in found:
        if place.kind in {"industry", "final", "home"}:
            if place.kind != "home":
                labels.economies.setdefault(place.economy, len(labels.economies))
            by = labels.industries if place.kind == "industry" else labels.categories
            by.setdefault(place.name, len(by))


def _unpaired(
    table: TextTable, down: Sequence[LabelMeaning], across: Sequence[LabelMeaning], layout: Layout
) -> list[InputProblem]:
    """Return the industries that stand as a row without a column, or the other way round."""
    sold = {(p.economy, p.name) for p in down if p.kind == "industry"}
    bought = {(p.economy, p.name) for p in across if p.kind == "industry"}
    hint = f"below the industries stand {', '.join(layout.below)}"
    problems = [
        InputProblem(f"{p.economy}_{p.name} has no column", f"{table.name}, line {line}", hint)
        for line, p in zip(table.lines, down, strict=True)
        if p.kind == "industry" and (p.economy, p.name) not in bought
    ]
    problems += [
        InputProblem(f"{p.economy}_{p.name} has no row", f"{table.name}, header")
        for p in across
        if p.kind == "industry" and (p.economy, p.name) not in sold
    ]
    twice = [
        p for p, count in Counter(p for p in down if p.kind == "industry").items() if count > 1
    ]
    problems += [InputProblem(f"{p.economy}_{p.name} stands twice", table.name) for p in twice]
    return problems


def _economies(
    labels: _Labels, scheme: str, name: str
) -> tuple[dict[str, str], list[InputProblem]]:
    meant, problems = {}, []
    for label in labels.economies:
        code = codes.economy_of(label, scheme)
        if code is None:
            hint = codes.nearest_economy(label, codes.economies())
            problems.append(InputProblem(f"{label!r} is no economy", name, hint))
        else:
            meant[label] = code
    return meant, problems


def _numbers(
    table: TextTable,
    down: Sequence[LabelMeaning],
    across: Sequence[LabelMeaning],
    options: TextOptions | None,
) -> tuple[Array, tuple[str, ...]]:
    """Return the cells as numbers, and how they were read.

    Cells below final demand and totals may be empty.
    """
    text = table.frame[:, 1:]
    read = text.with_columns(pl.all().cast(pl.Float64, strict=False))
    said: tuple[str, ...] = ()
    plain = table.delimiter == "," and (options or TextOptions()) == TextOptions()
    if not plain or not read.null_count().equals(text.null_count()):
        found = parse_numbers(table, text.columns, options)
        raise_all(f"the table {table.name}", capped(list(found.problems)))
        read = found.frame
        said = (*found.notes, *((f"numbers read with {found.marks}",) * bool(str(found.marks))))
    cells = read.to_numpy().astype(np.float64)
    blank = text.select(pl.all().is_null()).to_numpy()
    used = np.array([place.kind != "total" for place in across])
    inside = np.array([place.kind == "industry" for place in across])
    sold = np.array([place.kind == "industry" for place in down])
    needed = (sold[:, None] & used) | inside
    wrong = ~np.isfinite(cells) & (needed | ~blank)
    problems = [
        InputProblem(
            "is empty" if blank[r, c] else f"{text[int(r), int(c)]!r} is not a number",
            f"{table.name}, line {table.lines[int(r)]}, column {text.columns[int(c)]}",
        )
        for r, c in np.argwhere(wrong)
    ]
    raise_all(f"the table {table.name}", capped(problems))
    return np.nan_to_num(cells), said


def _filled(
    cells: Array,
    down: Sequence[LabelMeaning],
    across: Sequence[LabelMeaning],
    labels: _Labels,
    meant: Mapping[str, str],
    said: tuple[str, ...],
) -> Square:
    economies = tuple(dict.fromkeys(meant[label] for label in labels.economies))
    at = {label: economies.index(code) for label, code in meant.items()}
    n, S, F = len(economies), len(labels.industries), len(labels.categories)
    use = {name: p for p, name in enumerate((*labels.industries, *labels.categories))}
    rows = [r for r, place in enumerate(down) if place.kind == "industry"]
    columns = [c for c, place in enumerate(across) if place.kind in {"industry", "final"}]
    buys = [c for c, place in enumerate(across) if place.kind == "industry"]
    row_at = [at[down[r].economy] * S + use[down[r].name] for r in rows]
    column_at = [at[across[c].economy] * (S + F) + use[across[c].name] for c in columns]
    joined = np.zeros((n * (S + F), len(rows)))
    np.add.at(joined, column_at, cells[np.ix_(rows, columns)].T)
    flows = np.zeros((n * S, n * (S + F)))
    np.add.at(flows, row_at, joined.T)
    for c, place in enumerate(across):
        if place.kind == "home":
            own = [at[down[r].economy] * (S + F) + use[place.name] for r in rows]
            np.add.at(flows, (row_at, own), cells[rows, c])
    below = np.zeros((len(BELOW), n * S))
    used_at = [at[across[c].economy] * S + use[across[c].name] for c in buys]
    lost = 0.0
    for r, place in enumerate(down):
        if place.kind == "below":
            np.add.at(below[BELOW.index(place.name)], used_at, cells[r, buys])
            final = [c for c, p in enumerate(across) if p.kind == "final"]
            lost += 0.0 if place.name == "OUTPUT" else float(cells[r, final].sum())
    if not below[2].any():
        below[2] = flows.sum(axis=1)
    return Square(
        flows.reshape(n, S, n, S + F),
        below.reshape(len(BELOW), n, S),
        economies,
        tuple(labels.industries),
        tuple(labels.categories),
        (*said, *_notes(meant, lost)),
    )


def _notes(meant: Mapping[str, str], lost: float) -> list[str]:
    notes = []
    parts: dict[str, list[str]] = {}
    for label, code in meant.items():
        parts.setdefault(code, []).append(label)
    for code, labels in parts.items():
        if len(labels) > 1:
            notes.append(f"{', '.join(labels)} added up to {code}")
    if lost:
        notes.append(
            f"taxes on final demand, {lost:,.0f} in the unit of the table, are not part of it"
        )
    return notes


def printed(square: Square) -> pl.DataFrame:
    """Return a table as rows: exporter, product, importer, and a column for every use."""
    n, S = len(square.economies), len(square.industries)
    home = np.eye(n, dtype=bool)[:, None, :]
    i, k, j = np.argwhere(square.flows.any(axis=3) | home).T
    economies, industries = np.array(square.economies), np.array(square.industries)
    extra = np.zeros((3 * n, len(square.categories)))
    values = np.concatenate(
        [square.flows[i, k, j], np.hstack([square.below.reshape(3 * n, S), extra])]
    )
    places = {
        "exporter": [*economies[i].tolist(), *[None] * (3 * n)],
        "product": [*industries[k].tolist(), *np.repeat(BELOW, n).tolist()],
        "importer": [*economies[j].tolist(), *economies.tolist() * 3],
    }
    columns = dict(zip((*square.industries, *square.categories), values.T, strict=True))
    return pl.DataFrame({**places, **columns}, schema_overrides=dict.fromkeys(places, pl.String))


def columns_of(
    square: Square, categories: Mapping[str, str], industries: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return what each column of `printed` holds."""
    texts = industries or {}
    return {
        "exporter": "selling economy; empty in the rows of value added, other inputs and output",
        "product": f"selling industry, or {', '.join(BELOW)}",
        "importer": "using economy",
        **{name: f"used by {texts.get(name, name)}" for name in square.industries},
        **{c: f"final demand: {categories.get(c, c)}" for c in square.categories},
    }
