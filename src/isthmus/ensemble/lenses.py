"""The lenses by dotted name: the only functions that a manifest or a file can call."""

from __future__ import annotations

import dataclasses
import inspect
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from isthmus.ensemble.inputs import check_files, is_input_file
from isthmus.ensemble.rooms import open_room, plain_lenses, rooms
from isthmus.errors import InputProblem, NotFound, did_you_mean, raise_all
from isthmus.evidence import Lens, Result, described
from isthmus.evidence.lens import (
    WHOLE,
    Function,
    Registered,
    call,
    check_lens,
    missing,
    registered,
    registered_in,
    unknown,
)
from isthmus.scenario import Scenario

_own: dict[str, Function] = {}


def register_lens(name: str, function: Function) -> None:
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
    if name.partition(".")[0] in rooms():
        raise ValueError(f"{name!r} cannot be the name of an own lens: the room is taken")
    check_lens(name, function)
    _own[name] = function


def own_lenses() -> dict[str, Function]:
    """Return the lenses added with `register_lens`, for worker processes."""
    return dict(_own)


def find_lens(name: str) -> Function:
    """Return the function of the lens called ``<room>.<function>``.

    Only what is registered as a lens, in a room of the package or of one that is installed beside
    it or by `register_lens`, can be found; a name never imports anything else. As names of runs are
    printed with hyphens, those are read as well.

    Raises
    ------
    NotFound
        When there is no such lens.
    """
    written = name.replace("-", "_")
    if name in _own or written in _own:
        return _own.get(name) or _own[written]
    room, _, short = written.partition(".")
    if room not in rooms():
        known = [*(f"{r}.{short}" for r in rooms()), *_own]
        raise NotFound(f"there is no lens '{name}'", hint=did_you_mean(name, known))
    open_room(room)
    found = registered(written)
    if found is None:
        names = registered_in(room)
        hint = did_you_mean(name, names) or f"known: {', '.join(names)}"
        raise NotFound(f"there is no lens '{name}'", hint=hint)
    return found.function


def lens_names(room: str) -> tuple[str, ...]:
    """Return the dotted names of all lenses of a room, sorted."""
    open_room(room)
    return registered_in(room)


def all_lenses(room: str = "") -> tuple[Lens, ...]:
    """Return what is known of all lenses, or of those of one room, without calling any."""
    return tuple(Lens.from_dict(held) for held in plain_lenses(room))


def lens_of(name: str) -> Lens:
    """Return what is known of a lens: parameters, tables, works, data sets, examples.

    Raises
    ------
    NotFound
        When there is no such lens.
    """
    function = find_lens(name)
    written = name.replace("-", "_")
    for found in all_lenses(written.partition(".")[0]):
        if found.name == written:
            return found
    return described(registered(written) or Registered(written, function))


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
    check_files(words)
    files = {key: _paths(value) for key, value in words.items()}
    return call(name, lens, world, files, controls)


def _paths(value: Any) -> Any:
    """Give files by their paths, single or listed."""
    if isinstance(value, tuple):
        return tuple(_paths(held) for held in value)
    return Path(value["path"]) if is_input_file(value) else value


def takes_scenarios(name: str) -> bool:
    """Return whether a lens takes many scenarios at once."""
    takes = inspect.signature(find_lens(name)).parameters
    return "scenarios" in takes and "scenario" not in takes


def takes_among(name: str) -> bool:
    """Return whether a lens wants to know of how many scenarios a batch is a part."""
    return "among" in inspect.signature(find_lens(name)).parameters


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
    whole = WHOLE & set(takes)
    ranged = {path.removeprefix("params.") for path in paths if path.startswith("params.")}
    there = {*parameters, *(whole or {*fixed, *ranged})}
    problems = [*unknown(takes, parameters, "parameters."), *missing(takes, there, "parameters.")]
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
            found = unknown(takes, (word,))
            problems += [InputProblem(f"'{word}' {p.what}", where, p.hint) for p in found]
    return problems


def table_problems(name: str, tables: Collection[str]) -> list[InputProblem]:
    """Return the tables that a lens cannot give, before it is called.

    Its examples declare tables, and its docstring names those that only some calls return.
    """
    declared = [table.name for table in lens_of(name).tables]
    said = inspect.getdoc(find_lens(name)) or ""
    return [
        InputProblem(
            f"the lens gives no table {table}",
            "tables",
            did_you_mean(table, declared) or f"the lens gives {', '.join(declared)}",
        )
        for table in tables
        if declared and table not in declared and f"``{table}``" not in said
    ]


def party_parameters(name: str) -> tuple[str, ...]:
    """Return the parameters of a lens that its signature says are parties."""
    takes = inspect.signature(find_lens(name)).parameters.values()
    return tuple(p.name for p in takes if "PartySpec" in str(p.annotation))


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
