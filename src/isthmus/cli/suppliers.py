"""``isthmus suppliers``: a firm's own list of suppliers, which stays on this machine."""

from __future__ import annotations

from cyclopts import App

from isthmus.cli.generate import add_lenses

app = App(
    name="suppliers",
    help="A firm's own suppliers: exposure, what stops when, second sources. The list is written "
    "with `isthmus data template suppliers`; `--suppliers example` takes made-up ones.",
)

add_lenses(app, "suppliers", {})
