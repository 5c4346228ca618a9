"""The firm's own tables, checked against each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from isthmus.codes import economies
from isthmus.errors import BadInput, DataMissing, InputProblem, raise_all
from isthmus.evidence import Kind
from isthmus.world.templates import template_of

SUPPLIERS, LINES = "suppliers", "firm_lines"
EXAMPLE = "example"
"""Name of the made-up tables of the templates, to try the lenses on."""

ALL = "all"
OF_ITEM = ("stock_days", "need")
"""What belongs to an item, whoever delivers it."""

MADE_UP = "suppliers and lines are made up: the rows of the template"
_NUMBERS = ("spend", "stock_days", "lead_days", "spare", "need", "sales", "value_added")


@dataclass(frozen=True, slots=True)
class Firm:
    """A list of suppliers and, where there is one, of product lines.

    Parameters
    ----------
    rows : polars.DataFrame
        Deliveries: line (``all`` for every line), item, supplier, economy, spend and the rest.
    lines : polars.DataFrame
        Lines with economy, sales, value_added; empty where the firm has given none.
    datasets : tuple of str
        Keys that were read.
    kind : Kind
        Weakest kind of them.
    notes : tuple of str
        What must be read beside every figure.
    years : tuple of int
        Years of the amounts, as the records say.
    """

    rows: pl.DataFrame
    lines: pl.DataFrame
    datasets: tuple[str, ...]
    kind: Kind
    notes: tuple[str, ...]
    years: tuple[int, ...] = ()

    def names(self) -> tuple[str, ...]:
        """Return the lines, in the order of the list."""
        named = self.rows.filter(pl.col("line") != ALL)["line"].unique(maintain_order=True)
        given = self.lines["line"].to_list() or named.to_list()
        return tuple(given) or (ALL,)

    def of_line(self, line: str) -> pl.DataFrame:
        """Return the deliveries that a line uses, sorted by item.

        What every line uses is shared out by the spend that is of one line alone.
        """
        share = self._share(line)
        own = pl.when(pl.col("line") == ALL).then(pl.col("spend") * share)
        used = self.rows.filter(pl.col("line").is_in([line, ALL]))
        return used.with_columns(own.otherwise(pl.col("spend")).alias("spend")).sort(
            "item", maintain_order=True
        )

    def _share(self, line: str) -> float:
        alone = self.rows.filter(pl.col("line") != ALL)
        whole = float(alone["spend"].sum())
        own = float(alone.filter(pl.col("line") == line)["spend"].sum())
        return own / whole if whole > 0 else 1.0 / len(self.names())


def firm_of(world: Any, suppliers: str, lines: str) -> Firm:
    """Return the firm's tables of a world, or the made-up ones.

    Parameters
    ----------
    world : World
        Opened with the firm's data sets.
    suppliers, lines : str
        Keys of the tables, or ``example``; no table of lines is needed.

    Raises
    ------
    DataMissing
        When the world does not hold the list of suppliers.
    BadInput
        With everything in which rows contradict each other.
    """
    if suppliers == EXAMPLE:
        frames = _example(SUPPLIERS), _example(LINES)
        return _checked(*frames, (), Kind.ASSUMED, (MADE_UP,))
    if suppliers not in world:
        raise DataMissing(
            f"the world holds no list of suppliers '{suppliers}'",
            where="suppliers",
            hint="isthmus data template suppliers --out suppliers.xlsx writes one to fill in; "
            "isthmus data add takes it, and --world starter+suppliers opens it",
        )
    used = [key for key in (suppliers, lines) if key in world]
    kind = Kind.weakest([world.record(key).kind for key in used])
    notes = [note for key in used for note in world.record(key).on_adding]
    listed = world.table(lines) if lines in world else _example(LINES).clear()
    years = sorted({year for key in used for year in world.record(key).years})
    firm = _checked(world.table(suppliers), listed, tuple(used), kind, tuple(notes))
    return replace(firm, years=tuple(years))


def _example(name: str) -> pl.DataFrame:
    """Return the rows of a template, in types."""
    frame = template_of(name).frame.with_columns(pl.col(pl.String).replace("", None))
    numbers = [c for c in frame.columns if c in _NUMBERS]
    return frame.with_columns(pl.col(numbers).cast(pl.Float64))


def _checked(
    rows: pl.DataFrame,
    lines: pl.DataFrame,
    datasets: tuple[str, ...],
    kind: Kind,
    notes: tuple[str, ...],
) -> Firm:
    rows = rows.with_columns(pl.col("line").fill_null(ALL))
    problems = []
    if not (rows["spend"] > 0).any():
        problems.append(InputProblem("nothing is spent", "column spend"))
    known = set(lines["line"])
    named = rows.filter(pl.col("line") != ALL)["line"].unique(maintain_order=True)
    if known:
        problems += [
            InputProblem(f"line '{line}' has no row there", LINES, f"known: {', '.join(known)}")
            for line in named
            if line not in known
        ]
    for name in OF_ITEM:
        several = rows.group_by("line", "item", maintain_order=True).agg(
            pl.col(name).drop_nulls().unique().sort().alias("given")
        )
        for line, item, given in several.filter(pl.col("given").list.len() > 1).iter_rows():
            what = f"'{item}' of line '{line}' has the {name} {', '.join(f'{v:g}' for v in given)}"
            problems.append(InputProblem(what, f"column {name}", "give an item one, or leave it"))
        filled = pl.col(name).max().over("line", "item")
        rows = rows.with_columns(filled.alias(name))
    if any(code not in economies() for code in rows["economy"].unique()):
        problems.append(InputProblem("codes that are no economy", "column economy"))
    raise_all("list of suppliers", problems)
    return Firm(rows, lines, datasets, kind, notes)


def home_of(firm: Firm, line: str, home: str | None) -> str:
    """Return the economy in which a line is made.

    Raises
    ------
    BadInput
        When neither the firm's lines nor `home` say.
    """
    found = firm.lines.filter(pl.col("line") == line)["economy"].to_list()
    if not found and home is None:
        hint = "name the economy of the firm, or add its lines (isthmus data template firm-lines)"
        raise BadInput(f"nothing says where line '{line}' is made", where="home", hint=hint)
    return str(found[0] if found else home)
