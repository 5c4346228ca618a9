"""A plan from the name of a lens and ranges in words, where there is no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from isthmus.ensemble.plan import EnsemblePlan
from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.runtime.reading import Unreadable, toml_values
from isthmus.scenario import Range, Scenario

REASON = "given with the call"
_HINT = "write name=low..high, name=low..mode..high, name=log:low..high or name=one|other"


def range_of(text: str) -> Range | InputProblem:
    """Return the range that a text declares, or what is wrong with it.

    Parameters
    ----------
    text : str
        ``name=low..high`` uniform; ``name=low..mode..high`` triangular; ``name=log:low..high``
        uniform in the logarithm; ``name=one|other`` equally likely alternatives. A name without
        dots is a parameter of the lens.
    """
    name, equals, said = (part.strip() for part in text.partition("="))
    if not (name and equals and said):
        return InputProblem(f"cannot read {text!r}", "range", _HINT)
    numbers = _numbers(said)
    if isinstance(numbers, str):
        return InputProblem(f"cannot read {text!r}: {numbers}", "range", _HINT)
    path = name if "." in name else f"params.{name}"
    try:
        return Range(path=path, reason=REASON, **numbers)
    except BadInput as error:
        what = "; ".join(problem.what for problem in error.problems)
        return InputProblem(f"{text!r}: {what}", "range", _HINT)


def _numbers(said: str) -> dict[str, Any] | str:
    """Return distribution and numbers of a range, or what cannot be read."""
    if "|" in said:
        values = tuple(_value(part.strip()) for part in said.split("|"))
        return {"distribution": "choice", "values": values}
    log = said.startswith("log:")
    parts = said.removeprefix("log:").split("..")
    try:
        ends = [float(part) for part in parts]
    except ValueError:
        return "an end is no number"
    if len(ends) == 3 and not log:
        low, mode, high = ends
        return {"distribution": "triangular", "low": low, "mode": mode, "high": high}
    if len(ends) != 2:
        return f"{len(ends)} numbers"
    kind = "loguniform" if log else "uniform"
    return {"distribution": kind, "low": ends[0], "high": ends[1]}


def _value(text: str) -> Any:
    """Return what a text says as TOML, else the text."""
    try:
        return toml_values(f"x = {text}")["x"]
    except Unreadable:
        return text


def plan_of_lens(
    lens: str,
    ranges: Sequence[str],
    parameters: Mapping[str, Any] | None = None,
    *,
    seed: int = 0,
    tables: Sequence[str] = (),
) -> EnsemblePlan:
    """Return the plan of a lens that takes no scenario.

    Parameters
    ----------
    lens : str
        Dotted name.
    ranges : sequence of str
        As in `range_of`.
    parameters : mapping, optional
        Fixed parameters.
    seed : int
        Seed of the design.
    tables : sequence of str
        Tables to keep; all when not given.

    Raises
    ------
    BadInput
        With every range that cannot be read; or every problem of the plan.
    """
    found = [range_of(text) for text in ranges]
    raise_all("ranges", [item for item in found if isinstance(item, InputProblem)])
    held = tuple(item for item in found if isinstance(item, Range))
    scenario = Scenario(name="sensitivity", ranges=held)
    return EnsemblePlan(lens, scenario, parameters or {}, seed=seed, tables=tuple(tables))
