"""Suggestions for unknown codes: a name is never taken for a code, only suggested.

Likeness of letters is used for names and long codes alone: between short codes and between numbers
it would lead from one valid code to another.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from isthmus.errors import CodeUnknown

SHORT = 3
"""Codes up to this length are too much alike to be guessed at in a whole classification."""


def unknown(
    given: object, names: Mapping[str, str], *, noun: str, where: str = "", hint: str = ""
) -> CodeUnknown:
    """Return the error for a code that is not in a classification.

    Parameters
    ----------
    given : object
        What was asked for.
    names : mapping of str to str
        Name by code, of the whole classification.
    noun : str
        What the codes stand for (``"economy"``).
    where : str
        Parameter, file or row in which the code stands.
    hint : str
        What is known of the code from elsewhere; goes before any suggestion.

    Returns
    -------
    CodeUnknown
        With the codes meant most likely, each with its name.
    """
    text = str(given)
    said = hint or _suggestion(text, names) or f"list them with `isthmus codes {_plural(noun)}`"
    return CodeUnknown(f"unknown {noun} code {text!r}", where=where or None, hint=said)


def unfloated(text: str) -> str:
    """Return a code without the ``.0`` that it gets as a number with a decimal point."""
    code = text.strip()
    number = code.removesuffix(".0")
    return number if number.isascii() and number.isdigit() else code


def matches(query: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes that begin with `query`, or whose code or name holds it, ignoring case.

    Whole words go before parts of words, and a number is only ever the beginning of a code.
    """
    needle = query.strip().casefold()
    if needle.isdigit():
        return tuple(c for c in names if c.startswith(needle))
    whole, part = [], []
    for code, name in names.items():
        folded = name.casefold()
        if needle == code.casefold() or needle in folded.replace(";", " ").split():
            whole.append(code)
        elif needle in code.casefold() or needle in folded:
            part.append(code)
    return (*whole, *part)


def near(text: str, known: Iterable[str]) -> list[str]:
    """Return the labels of a table that `text`, which means nothing itself, may be a slip for.

    Those that differ in case alone, else up to three by likeness; codes of two letters are too
    much alike.
    """
    listed = [str(k) for k in known]
    folded = str(text).strip().casefold()
    return [k for k in listed if k.casefold() == folded] or _alike(folded, listed, above=2)


def spell(codes: Iterable[str], names: Mapping[str, str]) -> str:
    """Return ``did you mean 'DEU' (Germany)?`` for the given codes; empty for none."""
    spelt = [
        f"'{code}' ({names[code]})" if names.get(code, code) != code else f"'{code}'"
        for code in codes
    ]
    return "did you mean " + " or ".join(spelt) + "?" if spelt else ""


def _suggestion(text: str, names: Mapping[str, str]) -> str:
    folded = text.strip().casefold()
    if not folded:
        return ""
    exact = [c for c, n in names.items() if folded in {c.casefold(), n.casefold()}]
    begun = [
        c
        for c, n in names.items()
        if (len(folded) > SHORT and n.casefold().startswith(folded))
        or (len(folded) > 1 and c.casefold().startswith(folded))
    ]
    if found := (exact or begun)[:3]:
        return spell(found, names)
    by_label = {c: c for c in names} | {n: c for c, n in names.items()}
    return spell(dict.fromkeys(by_label[label] for label in _alike(folded, by_label)), names)


def _alike(folded: str, labels: Iterable[str], *, above: int = SHORT) -> list[str]:
    """Return up to three labels by likeness of letters: none for short codes and numbers."""
    if len(folded) <= above or folded.replace(".", "").isdigit():
        return []
    known = {k.casefold(): k for k in labels if len(k) > above and not k.isdigit()}
    return [known[k] for k in difflib.get_close_matches(folded, list(known), n=3, cutoff=0.6)]


def _plural(noun: str) -> str:
    return {"economy": "economies", "industry": "industries"}.get(noun, f"{noun}s")
