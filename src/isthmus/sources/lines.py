"""Lines without quotation marks, cut into cells all at once: the way for millions of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from isthmus.sources.layout import BLANKS, Record


@dataclass(frozen=True, slots=True)
class SplitText:
    """The regular lines of a text and what stands between and below them.

    Parameters
    ----------
    cells : polars.DataFrame
        One column of text for each cell of the header, and ``line``.
    blank, again : list of int
        Lines that are blank, and that repeat the header.
    tail : list of Record
        Records below the last regular line.
    """

    cells: pl.DataFrame
    blank: list[int]
    again: list[int]
    tail: list[Record]


def split_lines(
    text: str, delimiter: str, line: int, header: Sequence[str], width: int
) -> SplitText | None:
    """Cut the lines below a header into cells; None where a record must be looked at by itself.

    Parameters
    ----------
    text : str
        The whole text.
    delimiter : str
        Separator of the cells.
    line : int
        Line of the header, from 1.
    header : sequence of str
        Its cells as they stand.
    width : int
        How many of them have a name; the others must be blank throughout.
    """
    if '"' in text or width < 2:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = pl.Series("text", [text.removesuffix("\n")]).str.split("\n").explode()[line:]
    numbers = pl.Series("line", range(line + 1, line + 1 + lines.len()), dtype=pl.Int64)
    core = lines.str.strip_chars(BLANKS + delimiter)
    blank = core == ""
    again = lines == delimiter.join(header)
    single = ~core.str.contains(delimiter, literal=True) if width > 2 else blank
    cut = lines.str.count_matches(delimiter, literal=True) + 1 == len(header)
    regular = cut & ~blank & ~again & ~single
    if not regular.any():
        return None
    last = int(regular.arg_true()[-1]) + 1
    if not (regular | blank | again)[:last].all():
        return None
    parts = lines.filter(regular).str.split_exact(delimiter, len(header) - 1).struct.unnest()
    beyond = parts.columns[width:]
    if any((parts[c].str.strip_chars(BLANKS) != "").any() for c in beyond):
        return None
    cells = parts.drop(beyond)
    cells.columns = [f"c{n}" for n in range(width)]
    below = zip(numbers[last:].to_list(), lines[last:].to_list(), strict=True)
    return SplitText(
        cells.with_columns(numbers.filter(regular)),
        numbers[:last].filter(blank[:last]).to_list(),
        numbers[:last].filter(again[:last]).to_list(),
        [(number, said.split(delimiter)) for number, said in below],
    )
