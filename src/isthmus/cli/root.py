"""The root command: loads a room only when it is called, and turns errors into exit codes."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from isthmus._version import __version__
from isthmus.cli.process import (
    check_memory_limit,
    clear_terminal_size,
    drop_stdout,
    flushed,
    open_streams,
)
from isthmus.errors import BadInput, IsthmusError, NotFound
from isthmus.errors.base import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE

FEW_CYCLES = 50_000
"""New objects after which Python looks for cycles among them; at its own 700 a twentieth of an
assessment's time goes there, for nothing that is worth the memory."""


class Room(NamedTuple):
    """One command: its name, its help line, and where its app is found, if not in its module."""

    name: str
    help: str
    place: str = ""

    @property
    def target(self) -> str:
        """Where its app is found."""
        return self.place or f"isthmus.cli.{self.name}:app"


ROOMS: tuple[Room, ...] = (
    Room("assess", "Answer a study and write its dossier."),
    Room("study", "List, show, check and copy studies."),
    Room("data", "List, describe, add, check and pass on data sets."),
    Room("codes", "Look up economies, industries and products."),
    Room("dependence", "Who supplies whom, and how concentrated."),
    Room("chains", "Look through supply chains, behind direct trade."),
    Room("disruption", "What is lost day by day when something stops."),
    Room("equilibrium", "What lasting shocks change, by horizon."),
    Room("cascade", "Who is systemically important among firms."),
    Room("production", "What stops a line, what a remedy buys by when."),
    Room("suppliers", "A firm's own suppliers: exposure, stops."),
    Room("lens", "List the lenses, and what each takes and returns."),
    Room("package", "Packages of cooperation: cost, threshold, answer."),
    Room("ensemble", "Run a lens over ranges of its inputs."),
    Room("sensitivity", "What moves the answer of a lens."),
    Room("runs", "List, show, repeat and compare what was computed."),
    Room("coercion", "Past coercion, its effects, and leverage."),
    Room("cite", "Say how to cite a figure, a run or a dossier."),
    Room("explore", "Look at the results in the browser.", "isthmus.web.command:app"),
    Room("doctor", "Check this installation and say what to mend."),
    Room("losses", "Lenses of the room losses.", "isthmus.cli.rooms:losses"),
)

_HELP = {"--help", "-h", "--version"}
_EPILOGUE = (
    "Data goes to stdout, messages to stderr; every command takes --json. "
    "Exit codes: 0 done, 1 failed, 2 usage, 3 bad input, 4 not found, "
    "5 network or source refused, 6 did not converge, 70 a fault of the program, 130 interrupted. "
    "A damaged file is bad input."
)


def build_app(rooms: Sequence[Room] = ROOMS):  # type: ignore[no-untyped-def]
    """Return the root cyclopts app; the rooms behind it are imported on use."""
    from cyclopts import App

    app = App(
        name="isthmus",
        help="A workbench for strategic interdependence between states.",
        help_epilogue=_EPILOGUE,
        version=__version__,
        help_format="plaintext",
        suppress_keyboard_interrupt=False,
    )
    for room in rooms:
        app.command(room.target, name=room.name, help=room.help)
    for name in _others({room.name for room in rooms}):
        app.command(f"isthmus.cli.rooms:{name}", name=name, help=f"Lenses of the room {name}.")
    return app


def _others(known: Collection[str]) -> list[str]:
    """Return the rooms without a module here; what is wrong with other packages is said on use."""
    from isthmus.ensemble.rooms import ROOMS as OWN
    from isthmus.ensemble.rooms import rooms

    elsewhere, named = {"calibration": "disruption"}, list(OWN)
    if _any_offered():
        with contextlib.suppress(IsthmusError):
            named = list(rooms())
    return [room for room in named if elsewhere.get(room, room) not in known]


def _any_offered() -> bool:
    """Say whether a package beside this one offers rooms, without what reads them in full."""
    for place in dict.fromkeys(sys.path):
        with contextlib.suppress(OSError):
            found = Path(place).glob("*-info/entry_points.txt")
            if any(b"isthmus.lenses" in path.read_bytes() for path in found):
                return True
    return False


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``isthmus``; those of the process by default.
    """
    _use_utf8()
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if not _HELP & set(words):
            check_memory_limit()
        _check_words(words)
        return _dispatch(words)
    except (SystemExit, GeneratorExit):
        raise
    except KeyboardInterrupt:
        from isthmus.cli.output import say

        say("interrupted; nothing half-written was left")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        drop_stdout()
        return EXIT_DONE
    except BaseException as error:  # noqa: BLE001 - panics of compiled code are no Exception
        return _told(error)


def entry() -> int:
    """Run the command line as a process, on whatever streams and limits it was given.

    An interrupt ends it at once with its exit code: one that passes through a library's own call
    into the interpreter would otherwise be remembered, and end the process by signal.
    """
    gc.set_threshold(FEW_CYCLES, *gc.get_threshold()[1:])
    open_streams()
    clear_terminal_size()
    code = main()
    if not flushed() and code == EXIT_DONE:
        code = EXIT_FAILED
    if code == EXIT_INTERRUPTED:
        os._exit(code)
    return code


def _dispatch(words: list[str]) -> int:
    from cyclopts import CycloptsError

    app = build_app()
    try:
        code = app(words, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        from isthmus.cli.advice import advice
        from isthmus.cli.output import say

        say(f"usage: {error}\n  hint:  {advice(words, app) or _help_of(words, app)}")
        return EXIT_USAGE
    except (BadInput, NotFound) as error:
        from isthmus.cli.advice import nearest_command

        meant = nearest_command(words, app)
        if meant and meant != error.hint:
            error.hint = "; ".join(filter(None, (error.hint, meant)))
        raise
    sys.stdout.flush()
    return code if isinstance(code, int) else EXIT_DONE


def _help_of(words: Sequence[str], app: Any) -> str:
    """Return where the options of a command are listed."""
    named = [word for word in words[:2] if word.isidentifier()]
    known = named[: 1 + (len(named) > 1 and named[0] in app and named[1] in app[named[0]])]
    return f"see 'isthmus {' '.join([*(known if known and known[0] in app else []), '--help'])}'"


def _told(error: BaseException) -> int:
    """Say what is wrong and return the exit code; what nobody foresaw goes to a file."""
    from isthmus.cli.output import say
    from isthmus.runtime.faults import as_named
    from isthmus.runtime.home import home_folder

    named = as_named(error, home_folder() / "store")
    say(f"error: {named}")
    return named.exit_code


def _check_words(words: Sequence[str]) -> None:
    """Refuse words that no file could keep: records hold them as text."""
    for word in words:
        if not word.isprintable() and any("\ud800" <= char <= "\udfff" for char in word):
            shown = word.encode("utf-8", "backslashreplace").decode()
            raise BadInput(f"{shown!r} is not UTF-8 text", where="command line")


def _use_utf8() -> None:
    """Write UTF-8 whatever the locale says, and never fail on a character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
