"""How a text file is laid out: its encoding, its separator, and where its header stands."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from isthmus.errors import BadInput

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
SPACES = " \f\v\u00a0\u2007\u2009\u202f\u200b\u2060\ufeff"
BLANKS = SPACES + "\t\r\n"
_END = "\x1a"
"""Mark with which old programs end a file."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_BINARY = (
    (b"PK\x03\x04", "a spreadsheet or zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet (.xls)"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF document"),
)
_SAMPLE = 200
_HEADER_SHARE = 0.6
_NUMBER = re.compile(r"^[-+]?[\d.,]*\d$")
_FIELD_LIMIT = 1 << 20

Record = tuple[int, list[str]]
"""Line of the file on which a record starts, and its cells as they stand."""


def decoded(raw: bytes, encoding: str, where: str) -> tuple[str, str]:
    """Return the text of a file and how it was read.

    A byte order mark decides; without one, UTF-16 is known by its zero bytes, then strict UTF-8 is
    tried, then the code page 1252 of European Windows machines.

    Raises
    ------
    BadInput
        When the file is no text, or not in `encoding`.
    """
    for mark, what in _BINARY:
        if raw.startswith(mark):
            raise BadInput(f"the file is {what}, not text", where=where, hint="save it as CSV")
    choices = [(encoding, encoding)] if encoding else _encodings(raw)
    for name, label in choices:
        try:
            text = raw.decode(name)
        except LookupError:
            hint = "for example utf-8, utf-16, cp1252 or cp1250"
            raise BadInput(f"unknown encoding '{name}'", where=where, hint=hint) from None
        except UnicodeDecodeError as error:
            fault = error
            continue
        if "\x00" in text:
            raise BadInput("the file holds zero bytes: it is not text", where=where)
        return text.removeprefix("\ufeff").rstrip(_END), label
    line = raw.count(b"\n", 0, fault.start) + 1
    raise BadInput(
        f"the file is not in {' or '.join(label for _, label in choices)}: "
        f"byte 0x{raw[fault.start]:02x} on line {line}",
        where=where,
        hint="name its encoding with --encoding, or save it as UTF-8",
    )


def _encodings(raw: bytes) -> list[tuple[str, str]]:
    for mark, name, label in _MARKS:
        if raw.startswith(mark):
            return [(name, label)]
    head = raw[:4096]
    if b"\x00" in head:
        odd = head[1::2].count(0) >= head[::2].count(0)
        return [("utf-16-le" if odd else "utf-16-be", "UTF-16 without a byte order mark")]
    return [("utf-8", "UTF-8"), ("cp1252", "Windows-1252")]


def records(text: str, delimiter: str, where: str) -> Iterator[Record]:
    """Yield the records of a text, quoted line breaks inside cells kept.

    Raises
    ------
    BadInput
        When quotation marks do not close.
    """
    old = csv.field_size_limit(_FIELD_LIMIT)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(
            f"quotation marks that do not fit: {error}",
            where=f"{where}, line {line}",
            hint="a quoted cell ends with a quotation mark before the separator",
        ) from None
    finally:
        csv.field_size_limit(old)


def filled(cells: Sequence[str]) -> int:
    """Return how many cells are not blank."""
    return sum(1 for cell in cells if cell.strip(BLANKS))


def clean_name(cell: str) -> str:
    """Return a header's cell without blanks at its ends and with single blanks inside."""
    return " ".join(cell.strip(BLANKS).split())


def find_delimiter(text: str, wanted: Collection[str], where: str) -> tuple[str, bool]:
    """Return the separator of a text, and whether its first line declares it (``sep=;``).

    The one whose header names most of `wanted`, then one that leaves no quotation mark open, then
    the one that cuts most records from the header on into equally many cells (notes at the end
    apart), then the one that leaves fewest lines above the header, then the one that cuts
    into most cells.
    """
    first = text[:12].splitlines()[0].strip(BLANKS + '"') if text[:12].strip() else ""
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4], True
    lowered = {name.casefold() for name in wanted}
    best, best_score = ",", (0, False, 0.0, 0, 0)
    for delimiter in DELIMITERS:
        sample, whole = _sample(text, delimiter, where)
        widths = [len(cells) for _, cells in sample if filled(cells)]
        counts = Counter(width for width in widths if width > 1)
        width, count = max(counts.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        often = count / max(len(widths), 1)
        if not count or (often < 0.5 and widths[0] != width):
            continue
        named = max(
            (len(lowered & {clean_name(c).casefold() for c in cells}) for _, cells in sample),
            default=0,
        )
        even, above = _evenness(sample, find_header(sample, wanted), width)
        score = (named if named > 1 else 0, whole, even, -above, width)
        if score > best_score:
            best, best_score = delimiter, score
    return best, False


def _evenness(sample: Sequence[Record], start: int, width: int) -> tuple[float, int]:
    """Return the share of records of that width from the header on, and how many stand above it.

    Records of one cell at the end read as notes, up to half of all.
    """
    below = [cells for _, cells in sample[start:] if filled(cells)]
    least = len(below) / 2
    while len(below) > least and filled(below[-1]) == 1:
        below.pop()
    even = sum(len(cells) == width for cells in below) / max(len(below), 1)
    return even, sum(1 for _, cells in sample[:start] if filled(cells))


def _sample(text: str, delimiter: str, where: str) -> tuple[list[Record], bool]:
    """Return the first records up to one that cannot be cut, and whether all could be."""
    found: list[Record] = []
    try:
        found.extend(islice(records(text, delimiter, where), _SAMPLE))
    except BadInput:
        return found, False
    return found, True


def find_header(sample: Sequence[Record], wanted: Collection[str]) -> int:
    """Return the position of the header among the first records; those above are title lines.

    The first record that names two of `wanted` (or its only one), or else the first one with at
    least six in ten of the cells that most records have. Where that one holds numbers, a record
    above it with cells in all places is the header after all.
    """
    lowered = {name.casefold() for name in wanted}
    for place, (_, cells) in enumerate(sample):
        if len(lowered & {clean_name(c).casefold() for c in cells}) >= min(2, len(lowered) or 9):
            return place
    counts = Counter(len(cells) for _, cells in sample if filled(cells))
    width = max(counts.items(), key=lambda item: (item[1], item[0]), default=(1, 0))[0]
    wide = [
        place
        for place, (_, cells) in enumerate(sample)
        if filled(cells) >= max(1, _HEADER_SHARE * width) and len(cells) >= min(width, 2)
    ]
    found = wide[0] if wide else 0
    if any(_NUMBER.match(cell.strip(BLANKS)) for cell in sample[found][1]):
        above = (n for n in range(found) if len(sample[n][1]) >= width > 1 < filled(sample[n][1]))
        found = next(above, found)
    return found


def first_records(text: str, delimiter: str, where: str) -> list[Record]:
    """Return the first records of a text, from which its header is found."""
    return list(islice(records(text, delimiter, where), _SAMPLE))
