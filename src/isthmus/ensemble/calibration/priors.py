"""Priors as a file: a distribution and its source for every number that is not known."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

from isthmus.disruption.family import PARAMETERS
from isthmus.errors import BadInput, InputProblem, did_you_mean, raise_all
from isthmus.runtime.reading import load_toml, read_text
from isthmus.scenario import Range

SCHEMA_VERSION = 1


def load_priors(path: str | Path | None = None) -> tuple[Range, ...]:
    """Return the priors of the package, or those of a file.

    Numbers of the family that a file leaves out keep their default.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        With every problem found.
    """
    if path is None:
        file = resources.files(__package__) / "priors.toml"
        return loads_priors(file.read_text(encoding="utf-8"), where="priors of the package")
    return loads_priors(read_text(path, what="file of priors"), where=str(path))


def loads_priors(text: str, *, where: str = "text") -> tuple[Range, ...]:
    """Read priors from TOML text.

    Raises
    ------
    BadInput
        With every problem found.
    """
    raw = load_toml(text.removeprefix("\ufeff"), what="file of priors", where=where)
    problems: list[InputProblem] = []
    if raw.get("schema_version") != SCHEMA_VERSION:
        what = f"must be {SCHEMA_VERSION}, got {raw.get('schema_version')!r}"
        problems.append(InputProblem(what, where="schema_version"))
    problems += [
        InputProblem(f"unknown field '{key}'", where=key)
        for key in raw
        if key not in ("schema_version", "priors")
    ]
    entries = raw.get("priors")
    if not isinstance(entries, list) or not entries:
        problems.append(InputProblem("name at least one", where="priors"))
        entries = []
    found = [_prior(i, entry, problems) for i, entry in enumerate(entries)]
    names = [prior.path for prior in found if prior is not None]
    twice = sorted({n for n in names if names.count(n) > 1})
    problems += [InputProblem(f"'{name}' is there twice", where="priors") for name in twice]
    raise_all("priors", problems, where=where)
    return tuple(prior for prior in found if prior is not None)


def _prior(i: int, entry: Any, problems: list[InputProblem]) -> Range | None:
    place = f"priors.{i}"
    try:
        prior = Range(**entry)
    except BadInput as error:
        problems += [
            InputProblem(p.what, where=f"{place}.{p.where}".rstrip("."), hint=p.hint)
            for p in error.problems
        ]
        return None
    except TypeError:
        problems.append(InputProblem("must be a table", where=place))
        return None
    known = PARAMETERS.get(prior.path)
    if known is None:
        hint = did_you_mean(prior.path, PARAMETERS)
        what = f"'{prior.path}' is not a number of the family"
        problems.append(InputProblem(what, where=f"{place}.path", hint=hint))
        return prior
    if known.words:
        if prior.distribution != "choice" or not set(prior.values) <= set(known.words):
            what = f"'{prior.path}' is a choice among {', '.join(known.words)}"
            problems.append(InputProblem(what, where=place))
        return prior
    ends = [v for v in (prior.low, prior.high) if v is not None]
    if any(not known.low <= v <= known.high for v in ends):
        what = f"must lie between {known.low:g} and {known.high:g}"
        problems.append(InputProblem(what, where=place))
    return prior
