"""Another lens that answers in place of a command's own when one of its options is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from isthmus.cli.grammar import flag
from isthmus.cli.parts import OptionGroup, parts_of
from isthmus.cli.special import Instead, Special
from isthmus.errors import InputProblem, raise_all


def parts_instead(special: Special) -> Iterator[OptionGroup]:
    """Yield the parts of the other lens that the command has options for."""
    if special.instead is None:
        return
    from isthmus.ensemble.rooms import plain_lenses

    room = special.instead.lens.partition(".")[0]
    (other,) = (one for one in plain_lenses(room) if one["name"] == special.instead.lens)
    kept = {special.instead.option, *special.instead.more}
    told = Special(values=special.instead.values)
    for part in parts_of({**other, "parameters": _named(other, special.instead)}, told):
        if kept & set(part.options):
            yield part


def _named(other: Mapping[str, Any], there: Instead) -> dict[str, Any]:
    """Return the parameters of the other lens, with the text that its option has here."""
    properties = dict(other["parameters"]["properties"])
    properties[there.option] = {**properties[there.option], "description": there.text}
    return {**other["parameters"], "properties": properties}


def asked_instead(special: Special, given: Mapping[str, Any]) -> Instead | None:
    """Return the other lens where its option was given; its further options need that one.

    Raises
    ------
    BadInput
        For a further option without the one that calls the other lens.
    """
    there = special.instead
    if there is None or given[there.option] is not None:
        return there
    problems = [
        InputProblem(f"goes with {flag(there.option)} only", where=flag(one.name))
        for part in parts_instead(special)
        for name, one in part.options.items()
        if name in there.more and given[one.name] != one.default
    ]
    raise_all("options", problems)
    return None


def values_instead(
    there: Instead, parts: Sequence[OptionGroup], special: Special, given: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the parameters of the other lens; what it does not take must not have been given.

    Raises
    ------
    BadInput
        With every option that does not go with that of the other lens.
    """
    own = {name: held for part in parts for name, held in part.values(given).items()}
    taken = {
        name: held for part in parts_instead(special) for name, held in part.values(given).items()
    }
    problems = []
    for part in parts:
        for name, one in part.options.items():
            if given[one.name] == one.default and not part.first:
                continue
            if name in there.shared:
                taken[name] = own[name]
            else:
                problems.append(InputProblem(there.refusal, where=flag(one.name)))
    problems += [
        InputProblem(there.refusal, where=flag(name))
        for name in (*special.charts, *special.folders)
        if given[name] is not None
    ]
    raise_all(f"options beside {flag(there.option)}", problems)
    return taken
