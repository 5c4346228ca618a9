"""The contract of a lens: registered once by name, described by its signature and docstring.

What a face, a batch or the reference knows of a lens is read off it (`isthmus.evidence.described`):
nothing is written a second time. A lens is registered where it is defined::

    @lens("dependence.profile", {"importer": "EU27_2020", "on": "CHN"})
    def profile(world, importer, *, on=None, level="industry"): ...

The examples are calls with plain values; what they return declares the tables of the lens.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.evidence.plain import built
from isthmus.evidence.result import Result

Function = Callable[..., Result]
F = TypeVar("F", bound=Function)


@dataclass(frozen=True, slots=True)
class Registered:
    """A lens as it was registered."""

    name: str
    function: Function
    examples: tuple[Mapping[str, Any], ...] = ()


_registered: dict[str, Registered] = {}


def lens(name: str, *examples: Mapping[str, Any]) -> Callable[[F], F]:
    """Register a function of a world as the lens `name`.

    Parameters
    ----------
    name : str
        ``<room>.<function>``; the room is where it is found.
    *examples : mapping
        Calls with plain values, the first to be shown; each takes little time.

    Raises
    ------
    ValueError
        When the name is taken or is none, or the function is no module's function of a world.
    """

    def register(function: F) -> F:
        check_lens(name, function)
        taken = _registered.get(name)
        if taken is not None and _place(taken.function) != _place(function):
            raise ValueError(f"{name!r} is the lens {_place(taken.function)} already")
        _registered[name] = Registered(name, function, examples)
        return function

    return register


def registered(name: str) -> Registered | None:
    """Return a lens that was registered in a module that was imported, by name."""
    return _registered.get(name)


def registered_in(room: str) -> tuple[str, ...]:
    """Return the names of the lenses of a room whose module was imported, sorted."""
    return tuple(sorted(name for name in _registered if name.partition(".")[0] == room))


def check_lens(name: str, function: Any) -> None:
    """Raise unless a function can be a lens of that name.

    Raises
    ------
    ValueError
        When it cannot.
    """
    room, _, short = name.partition(".")
    if not room.isidentifier() or not short.isidentifier():
        raise ValueError(f"{name!r} cannot be the name of a lens: write room.function")
    inner = not inspect.isfunction(function) or "<" in function.__qualname__
    if inner or next(iter(inspect.signature(function).parameters), "") != "world":
        raise ValueError(f"{function!r} is not a function of a world")


def _place(function: Function) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def annotation_of(function: Function, given: inspect.Parameter) -> Any:
    """Return the type of a parameter; None where its name is not known at run time."""
    if not isinstance(given.annotation, str):
        return given.annotation
    try:
        return eval(given.annotation, function.__globals__)  # noqa: S307 - the lens's own source
    except (NameError, TypeError):
        return None


def call(
    name: str,
    function: Function,
    world: Any,
    parameters: Mapping[str, Any],
    controls: Mapping[str, Any] | None = None,
) -> Result:
    """Call a lens with plain values.

    Parameters
    ----------
    name : str
        Name of the lens, for messages.
    function : callable
        The lens.
    world : World
        The data.
    parameters : mapping
        Plain values, or what they stand for, by name.
    controls : mapping, optional
        Passed on as they are (progress, cancel, threads).

    Raises
    ------
    BadInput
        With every parameter that it does not take, and every one that is missing.
    """
    takes, given = inspect.signature(function).parameters, dict(controls or {})
    words = {**parameters, **given}
    raise_all(f"parameters of {name}", [*unknown(takes, words), *missing(takes, words)])
    made = {
        key: built(annotation_of(function, takes[key]), value) if key in takes else value
        for key, value in parameters.items()
    }
    return function(world, **made, **given)


WHOLE = frozenset({"scenario", "scenarios"})
"""Parameters that a caller gives as a whole; no word of a file names them."""


def unknown(
    takes: Mapping[str, inspect.Parameter], words: Iterable[str], prefix: str = ""
) -> list[InputProblem]:
    """Return a problem for every word that a lens does not take."""
    known = [name for name in takes if name != "world" and name not in WHOLE]
    return [
        InputProblem("is not a parameter of the lens", f"{prefix}{word}", did_you_mean(word, known))
        for word in words
        if word not in takes or word == "world"
    ]


def missing(
    takes: Mapping[str, inspect.Parameter], words: Iterable[str], prefix: str = ""
) -> list[InputProblem]:
    """Return a problem for every parameter without a default that is not given."""
    given = set(words)
    return [
        InputProblem("is missing", f"{prefix}{key}")
        for key, parameter in list(takes.items())[1:]
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        and key not in given
    ]
