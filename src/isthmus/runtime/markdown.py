"""Text from data and studies as Markdown that shows exactly this text and nothing else.

Every piece that the product did not write itself goes through one of these functions, so that it
can open no element: no HTML, link, image, emphasis, code, table, list, quotation or heading, in
CommonMark, GitHub's tables and addresses, and MyST.

References
----------
CommonMark Spec 0.31.2. https://spec.commonmark.org/0.31.2/
"""

from __future__ import annotations

import re

from isthmus.runtime.visible import one_line

_INLINE = re.compile(
    r"[\\`*\[\]{}~$]"
    r"|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
    r"|<(?![\s\d])"
    r"|&(?=\#?\w*(?:;|$))"
    r"|:(?=//)|(?<=\bwww)\.",
    re.IGNORECASE,
)
_START = re.compile(r"#{1,6}(?=\s|$)|>|[-+=](?=[-+=\s]|$)|[:%|]|\((?=[^)]*\)=)")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_CLOSING = re.compile(r"#(?=#*$)")


def inline(text: str) -> str:
    """Return text for the middle of a line."""
    return _INLINE.sub(r"\\\g<0>", one_line(text))


def paragraph(text: str) -> str:
    """Return text for the start of a paragraph or of an item of a list."""
    return block(inline(text))


def block(line: str) -> str:
    """Return a line that is safe inside with its start, blanks apart, made safe too."""
    line = line.lstrip()
    numbered = _NUMBERED.match(line)
    if numbered:
        return f"{numbered[1]}\\{line[numbered.start(2) :]}"
    return f"\\{line}" if _START.match(line) else line


def heading(text: str) -> str:
    """Return text for a heading, after the signs that make it one."""
    return after_marks(inline(text))


def after_marks(line: str) -> str:
    """Return a line that is safe inside for a heading, after the signs that make it one."""
    return _CLOSING.sub(r"\\#", line)


def cell(text: str) -> str:
    """Return text for a cell of a table."""
    return inline(text).replace("|", "\\|")


def code(text: str) -> str:
    """Return text between backticks, as many as it needs."""
    shown = one_line(text)
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if shown[:1] == "`" or shown[-1:] == "`" or not shown else ""
    return f"{fence}{edge}{shown}{edge}{fence}"


def front_matter(text: str) -> str:
    """Return text as a value of the YAML head: plain where it is a plain word, else quoted."""
    import json

    shown = one_line(text)
    return (
        shown if re.fullmatch(r"[A-Za-z][\w.+@-]*|\d+\.\d+\.\d+\w*", shown) else json.dumps(shown)
    )
