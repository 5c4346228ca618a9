"""The lenses by dotted name: the only functions that a manifest or a file can call."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import math
import re
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from isthmus.ensemble.inputs import check_files, is_input_file
from isthmus.errors import InputProblem, NotFound, did_you_mean, raise_all
from isthmus.evidence import Result
from isthmus.scenario import Scenario

ROOMS = ("dependence", "chains", "disruption", "cascade", "equilibrium", "coercion", "production")
"""Packages whose public functions from a world to a `Result` are lenses."""

ABOVE = {"calibration": "isthmus.ensemble.calibration"}
"""Lenses that rest on others, by the room of their names: where they lie."""

Lens = Callable[..., Result]

_WHOLE = {"scenario", "scenarios"}

_own: dict[str, Lens] = {}


def register_lens(name: str, function: Lens) -> None:
    """Make a lens of your own callable by name, in this process and its workers.

    Parameters
    ----------
    name : str
        ``<room>.<function>``; the room must not be one of the package's.
    function : callable
        Defined at module level, with `world` as its first parameter.

    Raises
    ------
    ValueError
        When the name or the function does not fit.
    """
    room, _, short = name.partition(".")
    if room in (*ROOMS, *ABOVE) or not room.isidentifier() or not short.isidentifier():
        raise ValueError(f"{name!r} cannot be the name of an own lens")
    if not _is_lens(function):
        raise ValueError(f"{function!r} is not a function of a world")
    _own[name] = function


def own_lenses() -> dict[str, Lens]:
    """Return the lenses added with `register_lens`, for worker processes."""
    return dict(_own)


def find_lens(name: str) -> Lens:
    """Return the lens called ``<room>.<function>``.

    Only public functions of the lens packages whose first parameter is the world, and those given
    to `register_lens`, can be found; a name never imports anything else.

    Raises
    ------
    NotFound
        When there is no such lens.
    """
    if name in _own:
        return _own[name]
    room, _, short = name.partition(".")
    if room not in (*ROOMS, *ABOVE):
        known = [*(f"{r}.{short}" for r in (*ROOMS, *ABOVE)), *_own]
        raise NotFound(f"there is no lens '{name}'", hint=did_you_mean(name, known))
    names = lens_names(room)
    if name not in names:
        hint = did_you_mean(name, names) or f"known: {', '.join(names)}"
        raise NotFound(f"there is no lens '{name}'", hint=hint)
    found: Lens = getattr(_module(room), short)
    return found


def _module(room: str) -> Any:
    return importlib.import_module(ABOVE.get(room, f"isthmus.{room}"))


def lens_names(room: str) -> tuple[str, ...]:
    """Return the dotted names of all lenses of a room, sorted."""
    module = _module(room)
    public = (n for n in getattr(module, "__all__", ()) if _gives_result(getattr(module, n)))
    return tuple(sorted(f"{room}.{n}" for n in public))


def _gives_result(found: Any) -> bool:
    return _is_lens(found) and inspect.signature(found).return_annotation in ("Result", Result)


def _is_lens(found: Any) -> bool:
    if not inspect.isfunction(found) or "<" in found.__qualname__:
        return False
    return next(iter(inspect.signature(found).parameters), "") == "world"


def call_lens(
    name: str,
    world: Any,
    scenario: Scenario | None,
    parameters: Mapping[str, Any],
    *,
    controls: Mapping[str, Any] | None = None,
) -> Result:
    """Call a lens with plain values.

    A lens with a parameter `scenario` gets it; to one without, the scenario's own ``params`` are
    passed as parameters, and a scenario with shocks is refused. `controls` are passed on as they
    are (progress, cancel, threads).

    Raises
    ------
    NotFound
        When there is no such lens.
    BadInput
        When it does not take the parameters, or their files have changed; names each.
    ShockNotRepresentable
        When the scenario holds shocks and the lens takes none.
    """
    lens = find_lens(name)
    takes = inspect.signature(lens).parameters
    words = {key: _sequence(value) for key, value in parameters.items()}
    if "scenario" in takes:
        words["scenario"] = scenario
    elif scenario is not None:
        scenario.require((), lens=name)
        words = {**scenario.params, **words}
    words = {key: value for key, value in words.items() if key != "scenario" or value is not None}
    _check_parameters(name, takes, {**words, **(controls or {})})
    check_files(words)
    built = {key: _built(lens, takes[key], value) for key, value in words.items()}
    return lens(world, **built, **(controls or {}))


def _built(lens: Lens, parameter: inspect.Parameter, value: Any) -> Any:
    """Build the file, scenario or data class that a mapping stands for, or each of many."""
    if is_input_file(value):
        return Path(value["path"])
    if isinstance(value, tuple) and value and all(isinstance(v, Mapping) for v in value):
        return tuple(_built(lens, parameter, v) for v in value)
    if isinstance(value, Mapping):
        for word in re.findall(r"\w+", str(parameter.annotation)):
            named = lens.__globals__.get(word)
            if named is Scenario:
                return Scenario.from_dict(value)
            if isinstance(named, type) and dataclasses.is_dataclass(named):
                return named(**value)
    return value


def takes_scenarios(name: str) -> bool:
    """Return whether a lens takes many scenarios at once."""
    takes = inspect.signature(find_lens(name)).parameters
    return "scenarios" in takes and "scenario" not in takes


def takes_seed(name: str) -> bool:
    """Return whether a lens has a parameter `seed`."""
    return "seed" in inspect.signature(find_lens(name)).parameters


def parameter_problems(
    name: str,
    parameters: Mapping[str, Any],
    *,
    paths: Sequence[str] = (),
    fixed: Collection[str] = (),
) -> list[InputProblem]:
    """Return what a lens does not take, before it is called.

    Parameters
    ----------
    name : str
        Dotted name of the lens.
    parameters : mapping
        Parameters of the call.
    paths : sequence of str
        Paths of the ranges, in their order.
    fixed : collection of str
        Names among the scenario's own ``params``.

    Returns
    -------
    list of InputProblem
        Places are ``parameters.<name>`` and ``ranges.<index>.path``.

    Raises
    ------
    NotFound
        When there is no such lens.
    """
    takes = inspect.signature(find_lens(name)).parameters
    whole = _WHOLE & set(takes)
    ranged = {path.removeprefix("params.") for path in paths if path.startswith("params.")}
    there = {*parameters, *(whole or {*fixed, *ranged})}
    problems = [*_unknown(takes, parameters, "parameters."), *_missing(takes, there, "parameters.")]
    what = "is made from the ranges and cannot be given"
    problems += [InputProblem(what, f"parameters.{word}") for word in whole & set(parameters)]
    for index, path in enumerate(paths):
        where, (head, _, word) = f"ranges.{index}.path", path.partition(".")
        if head != "params":
            if not whole:
                what = f"{name} takes no {head}: '{path}' would change nothing"
                problems.append(InputProblem(what, where, "ranges of this lens: params.<name>"))
        elif word in parameters:
            what = f"'{word}' has a range and a fixed value"
            problems.append(InputProblem(what, where, "take one of them out"))
        elif not whole or (name not in _own and "scenario" in whole):
            found = _unknown(takes, (word,))
            problems += [InputProblem(f"'{word}' {p.what}", where, p.hint) for p in found]
    return problems


def party_parameters(name: str) -> tuple[str, ...]:
    """Return the parameters of a lens that its signature says are parties."""
    takes = inspect.signature(find_lens(name)).parameters.values()
    return tuple(p.name for p in takes if "PartySpec" in str(p.annotation))


def _check_parameters(
    name: str, takes: Mapping[str, inspect.Parameter], words: Mapping[str, Any]
) -> None:
    raise_all(f"parameters of {name}", [*_unknown(takes, words), *_missing(takes, words)])


def _unknown(
    takes: Mapping[str, inspect.Parameter], words: Iterable[str], prefix: str = ""
) -> list[InputProblem]:
    known = [p for p in takes if p != "world" and p not in _WHOLE]
    what = "is not a parameter of the lens"
    return [
        InputProblem(what, f"{prefix}{key}", did_you_mean(key, known))
        for key in words
        if key not in takes or key == "world"
    ]


def _missing(
    takes: Mapping[str, inspect.Parameter], words: Container[str], prefix: str = ""
) -> list[InputProblem]:
    return [
        InputProblem("is missing", f"{prefix}{key}")
        for key, parameter in list(takes.items())[1:]
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        and key not in words
    ]


def plain_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters as plain JSON values, so that a run can be done again from its manifest.

    Raises
    ------
    BadInput
        With every parameter that is not made of text, finite numbers, truth values, lists,
        mappings and data classes of these.
    """
    problems = [
        InputProblem(f"holds {type(value).__name__}, which a run cannot keep", key)
        for key, value in parameters.items()
        if not _is_plain(value)
    ]
    raise_all("parameters", problems)
    return {key: _json(value) for key, value in parameters.items()}


def _is_plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(k, str) and _is_plain(v) for k, v in value.items())
    if isinstance(value, list | tuple):
        return all(_is_plain(v) for v in value)
    if isinstance(value, float):
        return math.isfinite(value)
    if _is_data(value):
        return _is_plain(dataclasses.asdict(value))
    if isinstance(value, Scenario):
        return True
    return value is None or isinstance(value, str | bool | int)


def _is_data(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _json(value: Any) -> Any:
    if _is_data(value):
        return _json(dataclasses.asdict(value))
    if isinstance(value, Scenario):
        return _json(value.to_dict())
    if isinstance(value, Mapping):
        return {str(k): _json(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_json(v) for v in value]
    return str(value) if isinstance(value, str) else value


def _sequence(value: Any) -> Any:
    """Give lists as tuples, the same for a first call and for one from a manifest."""
    if isinstance(value, list):
        return tuple(_sequence(v) for v in value)
    if isinstance(value, Mapping):
        return {k: _sequence(v) for k, v in value.items()}
    return value
