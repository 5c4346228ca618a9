"""Rows of trade between economies from customs and balanced records: codes, products, totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from isthmus import codes
from isthmus.errors import InputProblem
from isthmus.evidence.places import PLACE, duplicated, keys_at, places_of
from isthmus.sources.numbers import parse_numbers
from isthmus.sources.text import TextOptions, TextTable

COLUMNS = ("year", "exporter", "importer", "product", "value", "quantity", "coverage")
COLUMN_TEXTS: Mapping[str, str] = {
    "year": "calendar year",
    "exporter": "exporting economy",
    "importer": "importing economy",
    "product": "code of six digits",
    "value": "million USD",
    "quantity": "tonnes; empty where not reported",
    "coverage": "full: all flows of the year in the file",
    "record": "whose record the row is: importer or exporter",
}
APART = 0.01
"""Share of a sum by which the rows under it may differ before it is said."""
OUTSIDE = "codes outside the Harmonized System, in chapters for special use"


@dataclass(slots=True)
class Rows:
    """Rows of a publisher's file on their way to a plain table.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns as far as they have been read, with ``line``, the line of the file.
    name : str
        Name of the file.
    notes, faults, problems : list
        What was changed or left out, what every result must name, and what is wrong.
    """

    frame: pl.DataFrame
    name: str
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    problems: list[InputProblem] = field(default_factory=list)

    def wrong(self, what: str, at: pl.Expr | pl.Series, column: str = "", hint: str = "") -> None:
        """Add a problem of the rows of a mask, if there are any."""
        if where := self.places(at, column):
            self.problems.append(InputProblem(what, where, hint))

    def places(self, at: pl.Expr | pl.Series, column: str = "") -> str:
        """Return where the rows of a mask stand in the file; nothing when there are none."""
        lines = self.frame.filter(at)["line"].unique(maintain_order=True)
        if not lines.len():
            return ""
        more = f" and {lines.len() - 3:,} more" if lines.len() > 3 else ""
        noun = "line" if lines.len() == 1 else "lines"
        shown = ", ".join(map(str, lines.head(3).to_list()))
        return f"{self.name}, {noun} {shown}{more}" + (f", column {column}" if column else "")

    def say(self, fault: str) -> None:
        """Note what every result made of the rows must name."""
        self.notes.append(fault)
        self.faults.append(fault)

    def once(self, *names: str) -> None:
        """Refuse rows that stand twice by all columns named: their flow would count double."""
        twice = duplicated(self.frame.select(names))
        if twice.any():
            found = self.frame.select(names).filter(twice).head(1)
            shown = ", ".join(str(value) for value in found.row(0) if value is not None)
            self.wrong(f"{shown} stands more than once", twice, hint="keep one row of each flow")

    def leave_out(self, at: pl.Expr, what: str, *, trade: bool = False) -> None:
        """Leave out the rows of a mask and say how many there are and what they are worth.

        Results name them too where they are trade of their own, not part of other rows.
        """
        at = at.fill_null(False)
        gone = self.frame.filter(at)
        if not gone.height:
            return
        total = float(self.frame["value"].sum() or 0.0) if "value" in self.frame.columns else 0.0
        part = float(gone["value"].sum() or 0.0) / total if total else 0.0
        share = f", {part:.2%} of the value in the file" if total else ""
        noun = "row" if gone.height == 1 else "rows"
        said = f"{gone.height:,} {noun} of {what} left out{share}"
        self.notes.append(said)
        self.faults += [said] * trade
        self.frame = self.frame.filter(~at)

    def contradicted(
        self,
        sums: pl.DataFrame,
        parts: pl.DataFrame,
        by: Sequence[str],
        what: str,
        shares: str = "what is in the file",
    ) -> None:
        """Say where sums of the file differ from the rows under them; every result names it.

        Parameters
        ----------
        sums, parts : polars.DataFrame
            Rows that are sums, and the rows that they are the sums of, with ``value``.
        by : sequence of str
            Columns in which a sum and its parts agree.
        what : str
            What the sums are, in the plural.
        shares : str
            Of what shares are taken.
        """
        sums = sums.filter(pl.col("value").is_not_null())
        whole = sums.group_by(by).agg(pl.col("value").sum().alias("whole"))
        under = parts.group_by(by).agg(pl.col("value").sum().alias("under"))
        both = whole.join(under, on=by, how="left").with_columns(pl.col("under").fill_null(0.0))
        gap = (pl.col("whole") - pl.col("under")).abs()
        off = both.filter(gap > APART * pl.col("whole").abs()).sort(gap, *by, descending=True)
        if off.is_empty():
            return
        first = off.row(0, named=True)
        where = ", ".join(str(first[name]) for name in by)
        self.say(
            f"{off.height:,} of {both.height:,} {what} differ by more than {APART:.0%} from the "
            f"sum of the rows under them in the file, the most {where}: {first['whole']:,.10g} "
            f"against {first['under']:,.10g}; shares are of {shares}"
        )


def text_rows(table: TextTable, columns: Mapping[str, str]) -> Rows:
    """Return the columns of a text table under the names of the house.

    Parameters
    ----------
    table : TextTable
        The file.
    columns : mapping of str to str
        Column of the file by name of the house.
    """
    picked = {name: table.frame[column] for name, column in columns.items()}
    frame = pl.DataFrame(picked).with_columns(table.lines.alias("line"))
    return Rows(frame, table.name, list(table.notes))


def numbers(rows: Rows, table: TextTable, columns: Mapping[str, str], options: TextOptions) -> None:
    """Read columns of a file as numbers; every cell that is none becomes a problem."""
    if options == TextOptions() and (plain := _plain_numbers(table, columns)) is not None:
        rows.frame = rows.frame.with_columns(plain)
        return
    read = parse_numbers(table, list(columns.values()), options)
    rows.problems += read.problems
    rows.notes += read.notes
    if str(read.marks) and read.marks.decimal == ",":
        rows.notes.append(f"numbers read with {read.marks}")
    rows.frame = rows.frame.with_columns(
        read.frame[column].alias(name) for name, column in columns.items()
    )


def _plain_numbers(table: TextTable, columns: Mapping[str, str]) -> list[pl.Series] | None:
    """Return columns whose filled cells all are digits with a decimal point; None for others."""
    if table.delimiter != ",":
        return None
    read = []
    for name, column in columns.items():
        cells = table.frame[column].replace("NA", None)
        found = cells.cast(pl.Float64, strict=False)
        if found.null_count() != cells.null_count() or not found.drop_nulls().is_finite().all():
            return None
        read.append(found.alias(name))
    return read


def years(rows: Rows) -> None:
    """Read the column ``year``."""
    number = pl.col("year").str.replace(r"\.0+$", "").cast(pl.Int16, strict=False)
    rows.wrong("is no year", number.is_null() | ~number.is_between(1900, 2100), "year")
    rows.frame = rows.frame.with_columns(number.alias("year"))


def economies(
    rows: Rows, columns: Mapping[str, str], scheme: str, listed: Mapping[str, str] | None = None
) -> None:
    """Read codes of a source as economies; leave out aggregates and areas without one of their own.

    Parameters
    ----------
    rows : Rows
        The rows; columns ``exporter`` and ``importer``, or ``reporter`` and ``partner``.
    columns : mapping of str to str
        Name of the column in the file by name of the house.
    scheme : str
        Whose codes they are, see `isthmus.codes.SCHEMES`.
    listed : mapping of str to str, optional
        Codes that the publisher's own list beside the file explains, and the economy.
    """
    known = codes.economies()
    for name, column in columns.items():
        texts = rows.frame[name].unique(maintain_order=True)
        rows.wrong("is empty", pl.col(name).is_null(), column)
        meant: dict[str, str] = {}
        none: list[str] = []
        for text in texts.drop_nulls():
            code = (listed or {}).get(text) or codes.economy_of(text, scheme)
            if code is not None and code in known:
                meant[text] = code
            elif codes.meanings(text):
                none.append(text)
            else:
                hint = codes.nearest_economy(text, known)
                rows.wrong(f"{text!r} is no economy", pl.col(name) == text, column, hint)
        rows.frame = rows.frame.with_columns(
            pl.col(name).replace_strict(meant, default=None, return_dtype=pl.String),
            pl.col(name).alias(f"{name}_given"),
        )
        said = {
            text: f"{text} as {code} ({note})"
            for text, code in sorted(meant.items())
            for note in dict.fromkeys(m.note for m in codes.meanings(text) if m.economy == code)
            if note and known[code].kind != "aggregate"
        }
        if said:
            rows.notes.append(f"{column}: read {'; '.join(said.values())}")
        _held_to_their_parts(rows, name, column)
        aggregate = [c for c in dict.fromkeys(meant.values()) if known[c].kind == "aggregate"]
        for code in aggregate:
            shown = sorted(t for t, c in meant.items() if c == code)
            rows.leave_out(
                pl.col(name) == code,
                f"{known[code].name} ({column} {', '.join(shown)})",
                trade=code in codes.AREAS,
            )
        for text in none:
            note = codes.meanings(text)[0].note
            alone = not codes.holds_others(text)
            what = f"{column} {text}, {note}"
            rows.leave_out(pl.col(f"{name}_given") == text, what, trade=alone)
        rows.frame = rows.frame.drop(f"{name}_given")


def _held_to_their_parts(rows: Rows, name: str, column: str) -> None:
    """Hold the rows of the world, and of all beyond a union, against the economies beside them."""
    text = pl.col(f"{name}_given")
    given = sorted(rows.frame[f"{name}_given"].drop_nulls().unique())
    single = ~text.is_in([t for t in given if codes.holds_others(t)])
    keys = ("year", "reporter", "partner", "flow", "exporter", "importer", "product")
    by = [c for c in keys if c != name and c in rows.frame.columns]
    for total in given if "value" in rows.frame.columns else ():
        parts = single
        if side := codes.side_of(total):
            members, inside = side
            within = pl.col(name).is_in(members).fill_null(False)
            parts = single & (within if inside else ~within)
        elif not codes.is_total(total):
            continue
        sums = rows.frame.filter(text == total)
        what = f"{'row' if sums.height == 1 else 'rows'} of {column} {total}"
        rows.contradicted(sums, rows.frame.filter(parts), by, what)


def written_out(rows: Rows) -> None:
    """Write the codes of products out: a lost zero in front is put back with a notice."""
    texts = rows.frame["product"].unique()
    full = {t: codes.written_out(t) for t in texts.drop_nulls()}
    padded = sorted(t for t in full if full[t].startswith("0") and not t.strip().startswith("0"))
    if padded:
        count = rows.frame.filter(pl.col("product").is_in(padded)).height
        rows.notes.append(
            f"{count:,} {'code' if count == 1 else 'codes'} read with the zero in front, such as "
            f"{padded[0]} as {full[padded[0]]}"
        )
    numbers = sorted(t for t in full if t.endswith(".0"))
    if numbers:
        first = numbers[0]
        rows.notes.append(f"codes written as numbers, such as {first}, read as {full[first]}")
    if any(text != code for text, code in full.items()):
        rows.frame = rows.frame.with_columns(
            pl.col("product").replace_strict(full, default=None, return_dtype=pl.String)
        )


def products(rows: Rows, column: str, edition: str, listed: frozenset[str] = frozenset()) -> None:
    """Hold codes of six digits against an edition; those of no edition are left out.

    Chapters 98 and 99 are free for national use (WCO, Harmonized System, general rules), and 77 is
    kept for later: complete plant, stores, adjustments and secret trade stand there.
    """
    valid = set(codes.products(edition)) | listed
    free = pl.col("product").str.contains(r"^(77|98|99)\d{4}$") & ~pl.col("product").is_in(valid)
    rows.leave_out(free, f"{OUTSIDE} ({column})", trade=True)
    rows.wrong("is empty", pl.col("product").is_null(), column)
    unknown = [t for t in rows.frame["product"].drop_nulls().unique().sort() if t not in valid]
    for text in unknown[:10]:
        hint = codes.product_hint(text, edition)
        what = f"{text!r} is no code of six digits in {edition}"
        rows.wrong(what, pl.col("product") == text, column, hint)
    if len(unknown) > 10:
        rows.problems.append(InputProblem(f"and {len(unknown) - 10:,} more codes", rows.name))


def amounts(rows: Rows, columns: Mapping[str, str]) -> None:
    """Leave out rows without a value, refuse negative ones; a missing quantity stays missing."""
    value = columns["value"]
    if where := rows.places(pl.col("value").is_null(), value):
        count = rows.frame["value"].null_count()
        noun = "row" if count == 1 else "rows"
        rows.say(f"{count:,} {noun} without a value left out ({where}): missing is not zero")
        rows.frame = rows.frame.filter(pl.col("value").is_not_null())
    rows.wrong("is negative", pl.col("value") < 0, value)
    if "quantity" in columns:
        rows.wrong("is negative", pl.col("quantity") < 0, columns["quantity"])


def summed(rows: Rows, extra: Sequence[str] = ()) -> pl.DataFrame:
    """Return one row for each year, pair and product, sorted; parts of one flow are added up.

    The rows are taken out of `rows`, so that a large file is not held twice.
    """
    keys = ["year", "exporter", "importer", "product", *extra]
    if "quantity" not in rows.frame.columns:
        rows.frame = rows.frame.with_columns(pl.lit(None, pl.Float64).alias("quantity"))
    place, known = places_of(rows.frame.select(keys))
    frame = rows.frame.select(place, "value", "quantity")
    rows.frame = rows.frame.clear()
    frame, count = frame.sort(PLACE), frame.height
    if (frame[PLACE].diff() == 0).any():
        frame = frame.group_by(PLACE, maintain_order=True).agg(
            pl.col("value").sum(), _quantity().alias("quantity")
        )
    if frame.height < count:
        rows.notes.append(f"{count:,} rows added up to {frame.height:,} flows of economies")
    whole = frame.with_columns(keys_at(frame[PLACE], known)).with_columns(coverage=pl.lit("full"))
    return whole.select(*COLUMNS, *extra)


def _quantity() -> pl.Expr:
    """Return the sum of quantities, missing where one part is missing."""
    total = pl.col("quantity").sum()
    return pl.when(pl.col("quantity").null_count() == 0).then(total).otherwise(None)
