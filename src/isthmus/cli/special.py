"""What is special about the command of a lens: all else follows from the lens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.cli.destination import Output

if TYPE_CHECKING:
    from isthmus.evidence import Result
    from isthmus.world import World


@dataclass(frozen=True, slots=True)
class CommandRequest:
    """What a command was asked, for what is drawn or written beside the answer."""

    world: World
    output: Output
    given: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Instead:
    """Another lens that answers in place of a command's own when one option is given.

    Parameters
    ----------
    lens : str
        Its name.
    option : str
        The parameter of it whose option calls it.
    text : str
        What its help says here.
    more : frozenset of str
        Further parameters of it that have options.
    shared : frozenset of str
        Parameters of both: those given go to the other lens.
    refusal : str
        Why all others do not go with it.
    values : mapping of str to callable
        As in `Special`.
    """

    lens: str
    option: str
    text: str
    more: frozenset[str]
    shared: frozenset[str]
    refusal: str
    values: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Special:
    """How the command of a lens differs from what follows from the lens.

    Parameters
    ----------
    name : str
        Name of the command; that of the lens by default, with hyphens.
    default : bool
        It is the room's own command: `isthmus <room> ...`.
    help : str
        First line of its help; the title of the lens by default.
    first : frozenset of str
        Parameters that are given by place.
    leaves : frozenset of str
        Parameters without an option.
    renamed : mapping of str to str
        Options by parameter where the grammar says another.
    defaults : mapping
        Defaults of options where those of the lens are for programs.
    values : mapping of str to callable
        How the value of an option becomes that of its parameter, where the grammar says another.
    charts : mapping of str to (str, callable)
        Options that name a file to draw to: what it shows, and how.
    folders : mapping of str to str
        Options that name a folder to write: what they are for.
    controls : callable
        What follows from options beside the parameters, checked before the call.
    finish : callable
        What is to be done with the result beside printing it.
    keeps : str
        A dimension of which an option keeps some values.
    shown : callable
        What a person reads of the result, where it is not the result as it is.
    instead : Instead
        Another lens that answers when one of its options is given.
    """

    name: str = ""
    default: bool = False
    help: str = ""
    first: frozenset[str] = frozenset()
    leaves: frozenset[str] = frozenset()
    renamed: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    charts: Mapping[str, tuple[str, Callable[[Result, Path, CommandRequest], None]]] = field(
        default_factory=dict
    )
    folders: Mapping[str, str] = field(default_factory=dict)
    controls: Callable[[CommandRequest], Mapping[str, Any]] = lambda asked: {}
    finish: Callable[[Result, CommandRequest], None] = lambda result, asked: None
    keeps: str = ""
    shown: Callable[[Result], Result] | None = None
    instead: Instead | None = None


PLAIN = Special()
