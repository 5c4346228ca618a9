"""Suggestions for unknown codes: a name is never taken for a code, only suggested."""

from __future__ import annotations

from collections.abc import Mapping

from isthmus.errors import CodeUnknown, did_you_mean


def unknown(given: object, names: Mapping[str, str], *, noun: str, where: str = "") -> CodeUnknown:
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

    Returns
    -------
    CodeUnknown
        With the codes meant most likely, each with its name.
    """
    text = str(given)
    hint = _suggestion(text, names) or f"list them with `isthmus codes {_plural(noun)}`"
    return CodeUnknown(f"unknown {noun} code {text!r}", where=where or None, hint=hint)


def matches(query: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the codes whose code or name holds `query`, ignoring case, in the order given."""
    needle = query.strip().casefold()
    return tuple(c for c, n in names.items() if needle in c.casefold() or needle in n.casefold())


def _suggestion(text: str, names: Mapping[str, str]) -> str:
    folded = text.strip().casefold()
    if not folded:
        return ""
    exact = [c for c, n in names.items() if folded in {c.casefold(), n.casefold()}]
    starting = [c for c, n in names.items() if len(folded) > 3 and n.casefold().startswith(folded)]
    if found := (exact or starting)[:3]:
        return _spell(found, names)
    by_label = {c: c for c in names} | {n: c for c, n in names.items()}
    near = did_you_mean(text, by_label)
    quoted = near.split("'")[1::2]
    return _spell(
        list(dict.fromkeys(by_label[label] for label in quoted if label in by_label)), names
    )


def _spell(codes: list[str], names: Mapping[str, str]) -> str:
    if not codes:
        return ""
    spelt = [f"'{code}' ({names[code]})" if names[code] != code else f"'{code}'" for code in codes]
    return "did you mean " + " or ".join(spelt) + "?"


def _plural(noun: str) -> str:
    return {"economy": "economies", "industry": "industries"}.get(noun, f"{noun}s")
