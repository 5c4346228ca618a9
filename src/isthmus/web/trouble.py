"""Pages for what went wrong: what, where, how to mend it, and what was meant perhaps."""

from __future__ import annotations

from collections.abc import Iterable

from isthmus.errors import BadInput, IsthmusError, NotFound, did_you_mean
from isthmus.runtime import canonical_json
from isthmus.web.state import Explorer
from isthmus.web.view import Facts, Link, LinkList, Text, View


def trouble(explorer: Explorer, error: IsthmusError, path: str, known: Iterable[str]) -> View:
    """Return the page of an error.

    Parameters
    ----------
    explorer : Explorer
        Texts.
    error : IsthmusError
        What went wrong.
    path : str
        Address that was asked for.
    known : iterable of str
        Addresses that exist.
    """
    meant = did_you_mean(path, known) if isinstance(error, NotFound) else ""
    hint = error.hint or meant
    rows = [(explorer.t("error.where"), error.where or ""), (explorer.t("error.hint"), hint)]
    problems = error.problems if isinstance(error, BadInput) else ()
    rows += [(p.where or explorer.t("error.where"), _told(p.what, p.hint)) for p in problems]
    start = Link(explorer.t("error.start"), "/")
    search = Link(explorer.t("nav.search"), "/search")
    return View(
        explorer.t("error.title"),
        (
            Text((error.what,), lead=True),
            Facts("", tuple(row for row in rows if row[1])),
            LinkList("", (start, search)),
        ),
    )


def trouble_json(error: IsthmusError) -> bytes:
    """Return an error as JSON."""
    problems = error.problems if isinstance(error, BadInput) else ()
    about = {
        "error": type(error).__name__,
        "what": error.what,
        "where": error.where,
        "hint": error.hint,
        "problems": [{"what": p.what, "where": p.where, "hint": p.hint} for p in problems],
    }
    return (canonical_json(about, indent=1) + "\n").encode()


def _told(what: str, hint: str) -> str:
    return f"{what} ({hint})" if hint else what
