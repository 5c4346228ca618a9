"""From what was written to an economy: exact codes pass, others are answered with the one meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from isthmus.codes import labels, lookup
from isthmus.codes.economies import Economy, economies, economy_names
from isthmus.errors import InputProblem, raise_all


def economy(code: str, *, where: str = "") -> Economy:
    """Return the economy with exactly this code.

    Raises
    ------
    CodeUnknown
        When the code is unknown. A name or a code of another source (``UK``, ``842``) is not
        accepted but answered with the code of the economy that it stands for.
    """
    try:
        return economies()[code]
    except (KeyError, TypeError):
        said = labels.hint(code)
        raise lookup.unknown(
            code, economy_names(), noun="economy", where=where, hint=said
        ) from None


def find_economies(query: str) -> tuple[tuple[Economy, tuple[str, ...]], ...]:
    """Return the economies that a query may mean, each with whose label it is.

    A code or name that a source uses goes first; a part of a name finds all names that hold it. A
    short code or a number is never taken for a part of another code.

    Raises
    ------
    CodeUnknown
        When nothing is found, with the nearest.
    """
    names = economy_names()
    found: dict[str, list[str]] = {}
    for label in labels.meanings(query):
        if label.economy:
            found.setdefault(label.economy, []).append(str(label))
    text = query.strip()
    if not found or not (len(text) <= lookup.SHORT or text.isdigit()):
        for code in lookup.matches(text, names):
            found.setdefault(code, [])
    if not found:
        raise lookup.unknown(query, names, noun="economy", hint=labels.hint(query))
    return tuple((economies()[code], tuple(used)) for code, used in found.items())


def check_economies(
    codes: Iterable[str], *, known: Iterable[str] | None = None, what: str = "economies"
) -> tuple[str, ...]:
    """Return `codes` as a tuple once all are known; report every unknown one at once.

    Parameters
    ----------
    codes : iterable of str
        Codes to check.
    known : iterable of str, optional
        Codes that a data set holds; all economies by default.
    what : str
        What was being read, for the message.

    Raises
    ------
    BadInput
        With one problem per unknown code.
    """
    listed = tuple(codes)
    allowed = dict.fromkeys(economies() if known is None else known)
    problems = [
        InputProblem(f"unknown economy code {code!r}", hint=nearest_economy(code, allowed))
        for code in listed
        if code not in allowed
    ]
    raise_all(what, problems)
    return listed


def nearest_economy(text: str, known: Iterable[str]) -> str:
    """Return which of the labels of a data set stands for what was written.

    A text with a meaning is only ever answered with a label of the same meaning, or with the
    statement that there is none; likeness of letters is left to texts without any meaning.

    Parameters
    ----------
    text : str
        What was written.
    known : iterable of str
        Labels of the data set, in whichever codes it uses.
    """
    held = list(known)
    if found := labels.same(text, held):
        return " ".join([lookup.spell(found, _named(found)), *labels.of_none(text)])
    meant = [m for m in labels.meanings(text) if m.economy]
    if meant:
        code = meant[0].economy
        return f"'{code}' ({economies()[code].name}) is not among them"
    if said := labels.hint(text):
        return said
    names = _named(held)
    by_label = {k: k for k in held} | {name: k for k, name in names.items()}
    alike = lookup.near(text, by_label)
    if not alike:  # names in other languages, which would crowd out those of the labels
        by_label = labels.names_of(held)
        alike = lookup.near(text, by_label)
    return lookup.spell(dict.fromkeys(by_label[a] for a in alike), names)


def held_otherwise(members: Iterable[str], known: Iterable[str]) -> str:
    """Return which labels of a data set stand for members it lists in codes of another source.

    Empty when there are none.
    """
    held = list(known)
    found = [label for member in members for label in labels.same(member, held)]
    if not found:
        return ""
    return f"{lookup.spell(found[:6], _named(found))} The data have codes of another source"


def nearest(text: str, known: Iterable[str], what: str = "") -> str:
    """Return what to write instead of a label that a table does not have; empty when unknown.

    Parameters
    ----------
    text : str
        What was written.
    known : iterable of str
        Labels of the table.
    what : str
        What they name: ``economy`` goes by meaning, everything else by its first letters, and by
        likeness where labels are long enough for that.
    """
    if what == "economy":
        return nearest_economy(text, known)
    held = list(known)
    folded = str(text).strip().casefold()
    begun = [k for k in held if len(folded) > 1 and k.casefold().startswith(folded)]
    return lookup.spell(begun[:3] or lookup.near(text, held), {})


def _named(codes: Iterable[str]) -> Mapping[str, str]:
    """Return the name of the economy that each label stands for, or the label itself."""
    found = {}
    for label in codes:
        code = labels.economy_of(label)
        found[label] = economies()[code].name if code else label
    return found
