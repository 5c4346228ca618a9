"""The root command: loads a room only when it is called, and turns errors into exit codes."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from isthmus._version import __version__
from isthmus.errors import IsthmusError
from isthmus.errors.base import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_USAGE


class Room(NamedTuple):
    """One command: its name, where its app is found, and its help line."""

    name: str
    target: str
    help: str


ROOMS: tuple[Room, ...] = (
    Room("assess", "isthmus.cli.assess:app", "Answer a study and write its dossier."),
    Room("study", "isthmus.cli.study:app", "List, show, check and copy studies."),
    Room("data", "isthmus.cli.data:app", "List, describe, add, check and pass on data sets."),
    Room("codes", "isthmus.cli.codes:app", "Look up economies, industries and products."),
    Room("dependence", "isthmus.cli.dependence:app", "Who supplies whom, and how concentrated."),
    Room("chains", "isthmus.cli.chains:app", "Look through supply chains, behind direct trade."),
    Room(
        "disruption", "isthmus.cli.disruption:app", "What is lost day by day when something stops."
    ),
    Room("equilibrium", "isthmus.cli.equilibrium:app", "What lasting shocks change, by horizon."),
    Room("cascade", "isthmus.cli.cascade:app", "Who is systemically important among firms."),
    Room("ensemble", "isthmus.cli.ensemble:app", "Run a lens over ranges of its inputs."),
    Room("runs", "isthmus.cli.runs:app", "List, show, repeat and compare what was computed."),
    Room("coercion", "isthmus.cli.coercion:app", "Past coercion, its effects, and leverage."),
    Room("doctor", "isthmus.cli.doctor:app", "Check this installation and say what to mend."),
)

_EPILOGUE = (
    "Data goes to stdout, messages to stderr; every command takes --json. "
    "Exit codes: 0 done, 1 failed, 2 usage, 3 bad input, 4 not found, "
    "5 network or source refused, 6 did not converge, 130 interrupted."
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
    return app


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
        return _dispatch(words)
    except IsthmusError as error:
        _say(f"error: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        _say("interrupted; nothing half-written was left")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _drop_stdout()
        return EXIT_DONE
    except MemoryError:
        _say("error: out of memory\n  hint:  close other programs or ask for fewer years")
        return EXIT_FAILED


def entry() -> int:
    """Run the command line as a process; an interrupt ends it at once with its exit code.

    An interrupt that passes through a library's own call into the interpreter would otherwise be
    remembered, and end the process by signal instead of by the documented code.
    """
    code = main()
    if code == EXIT_INTERRUPTED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    return code


def _dispatch(words: list[str]) -> int:
    from cyclopts import CycloptsError

    app = build_app()
    try:
        code = app(words, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        _say(f"usage: {error}\n  hint:  see 'isthmus --help'")
        return EXIT_USAGE
    sys.stdout.flush()
    return code if isinstance(code, int) else EXIT_DONE


def _say(text: str) -> None:
    from isthmus.runtime.visible import visible

    with contextlib.suppress(BrokenPipeError):
        print(visible(text), file=sys.stderr)  # noqa: T201


def _use_utf8() -> None:
    """Write UTF-8 whatever the locale says, and never fail on a character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _drop_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not fail."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
