"""Fail a build with a link inside the pages that leads nowhere, or a formula left as typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

TYPED = re.compile(r"\$\$|\\\(|\\\[|\\(?:frac|sum|le|ge|cdot|text|mathbf|quad)\b")
VERBATIM = frozenset({"code", "pre", "script", "style", "annotation"})
ALONE = frozenset({"br", "hr", "img", "input", "link", "meta", "source", "wbr"})


@dataclass
class Page(HTMLParser):
    """What a page offers to links, where its own lead, and what looks like TeX in its text."""

    ids: set[str] = field(default_factory=set)
    leads: list[str] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin as a parser."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what can be led to, and what leads on."""
        given = dict(attrs)
        self.ids.update(v for k in ("id", "name") if (v := given.get(k)))
        self.leads.extend(v for k in ("href", "src") if (v := given.get(k)))
        if tag not in ALONE:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave an element, and those in it that were not closed."""
        while tag in self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        """Note text that a formula would not leave."""
        if not VERBATIM.intersection(self.inside):
            self.typed.extend(TYPED.findall(data))


def faults(root: Path) -> list[str]:
    """Return links that lead nowhere and formulas left as they are typed, in a folder of pages."""
    root = root.resolve()
    paths = (path for path in sorted(root.rglob("*.html")) if path.parent.name != "_static")
    pages, found = {path: read(path) for path in paths}, []
    for path, page in pages.items():
        dead = [
            lead
            for lead in dict.fromkeys(page.leads)
            if not re.match(r"[a-z]+:", lead) and not _leads(path, lead, pages)
        ]
        typed = [f"formula at {text}" for text in dict.fromkeys(page.typed)]
        found += [f"{path.relative_to(root)}: {fault}" for fault in (*dead, *typed)]
    return found


def read(path: Path) -> Page:
    """Return a page."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _leads(path: Path, lead: str, pages: Mapping[Path, Page]) -> bool:
    place, anchor = urldefrag(lead)
    name = unquote(place.partition("?")[0])
    to = (path.parent / name).resolve() if name else path
    if anchor and to in pages:
        return unquote(anchor) in pages[to].ids
    return to.exists()


def check(app: Sphinx, error: Exception | None) -> None:
    """Look at what was built."""
    if error is None and app.builder.format == "html" and (found := faults(Path(app.outdir))):
        raise ExtensionError("the pages have faults\n" + "\n".join(found))


def setup(app: Sphinx) -> dict[str, Any]:
    """Check the pages once they are built."""
    app.connect("build-finished", check)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
