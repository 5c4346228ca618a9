"""``isthmus explore``: look, ask and compare in the browser, on this machine alone."""

from __future__ import annotations

import importlib.util
from typing import Annotated

from cyclopts import App, Parameter

from isthmus.errors import IsthmusError

app = App(name="explore", help="Look at the results in the browser, on this machine alone.")

NEEDED = ("starlette", "uvicorn")


@app.default
def explore(
    *,
    world: Annotated[str, Parameter(help="Name of a world, or the folder of one.")] = "starter",
    port: Annotated[
        int | None, Parameter(help="Port on this machine; 0 for any. Default: 8750 or a free one.")
    ] = None,
    no_browser: Annotated[
        bool, Parameter(negative="", help="Print the address and open no browser.")
    ] = False,
    language: Annotated[str, Parameter(help="Language of the pages: de or en.")] = "en",
) -> None:
    """Serve the explorer until Ctrl-C.

    The address that is printed opens the explorer in one browser, once. Nothing is sent to or
    fetched from anywhere else.
    """
    _check_installed()
    import webbrowser

    from isthmus.runtime.heap import give_back
    from isthmus.web.app import create_app
    from isthmus.web.guard import Gate
    from isthmus.web.serve import first_address, hosts, listening, say, serve
    from isthmus.web.state import Explorer
    from isthmus.world import World

    give_back()
    explorer = Explorer(World.open(world), reference=world, language=language)
    made = listening(port)
    number = made.getsockname()[1]
    gate = Gate()
    address = first_address(number, gate)
    say(f"explorer: {address}\nopens once in one browser; Ctrl-C ends it")
    if not no_browser:
        webbrowser.open(address)
    try:
        serve(create_app(explorer, gate, hosts(number)), made)
    finally:
        explorer.jobs.close()
    say("explorer ended")


def _check_installed() -> None:
    absent = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if absent:
        raise IsthmusError(
            f"the explorer needs {' and '.join(absent)}",
            where="isthmus explore",
            hint="pip install 'isthmus[explore]'",
        )
