"""What a numpydoc docstring says: its sections, and the text of each parameter."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping

_HEADING = re.compile(r"^([A-Z][A-Za-z ]*)\n-{3,}\n", re.MULTILINE)
_NAMES = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*)(?: : .*)?$")


def sections(docstring: str) -> Mapping[str, str]:
    """Return the text under each heading; what stands before the first is under ``""``."""
    first, *rest = _HEADING.split(inspect.cleandoc(docstring))
    return {"": first.strip(), **dict(zip(rest[::2], map(str.strip, rest[1::2]), strict=True))}


def parameters(section: str) -> Mapping[str, str]:
    """Return the text of each parameter of a section, in one line."""
    found: dict[str, list[str]] = {}
    names: tuple[str, ...] = ()
    for line in section.splitlines():
        if line[:1].strip() and (head := _NAMES.match(line)):
            names = tuple(name.lstrip("*") for name in head[1].split(", "))
            found.update({name: [] for name in names})
        else:
            for name in names:
                found[name].append(line.strip())
    return {name: " ".join(filter(None, lines)) for name, lines in found.items()}


def summary(docstring: str) -> tuple[str, str]:
    """Return the title that the first line makes, and the paragraphs below it."""
    title, _, rest = sections(docstring)[""].partition("\n\n")
    said = " ".join(title.split()).removeprefix("Return ").rstrip(".")
    return said[:1].upper() + said[1:], "\n\n".join(
        " ".join(part.split()) for part in rest.split("\n\n") if part.strip()
    )


def returned(section: str) -> Mapping[str, str]:
    """Return the text of each table that a section Returns names as ```name``: text``."""
    found = re.split(r"``(\w+)``: ", " ".join(section.split()))
    texts = (re.sub(r"[;,.]?( table)?$", "", text.strip()) for text in found[2::2])
    return dict(zip(found[1::2], texts, strict=True))
