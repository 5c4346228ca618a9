"""The server: one socket on this machine, an address to open it once, a clean end."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys

from isthmus.errors import SystemRefused
from isthmus.web.guard import PARAMETER, Gate

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
PORT = 8750
"""Port where none is asked for; the next free one when it is taken."""


def listening(port: int | None) -> socket.socket:
    """Return a socket that listens on this machine alone.

    Parameters
    ----------
    port : int, optional
        The port; 0 for any, None for `PORT` or any when that is taken.

    Raises
    ------
    SystemRefused
        When the port asked for cannot be had.
    """
    for wanted in (PORT, 0) if port is None else (port,):
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # Elsewhere this option takes a port that another program listens on.
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((HOST, wanted))
            made.listen()
        except (OSError, OverflowError) as error:
            made.close()
            if port is None and wanted:
                continue
            taken = getattr(error, "errno", None) == errno.EADDRINUSE
            what = "is taken" if taken else "cannot be used"
            hint = "another --port, or 0 for any that is free"
            raise SystemRefused(f"port {port} {what}", where="--port", hint=hint) from None
        return made
    raise AssertionError


def hosts(port: int) -> tuple[str, ...]:
    """Return what a browser may name as the host."""
    return tuple(f"{name}:{port}" for name in NAMES)


def first_address(port: int, gate: Gate) -> str:
    """Return the address that opens the explorer once."""
    return f"http://{HOST}:{port}/?{PARAMETER}={gate.token}"


def serve(app: object, made: socket.socket) -> None:
    """Answer requests until an interrupt."""
    import uvicorn

    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=64 * 1024,
    )
    with contextlib.suppress(KeyboardInterrupt), made:
        uvicorn.Server(config).run(sockets=[made])


def say(text: str) -> None:
    """Talk to the person at the terminal, on stderr."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201
