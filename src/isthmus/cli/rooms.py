"""Rooms of lenses that have no module here: those of other packages, and new ones."""

from __future__ import annotations

from cyclopts import App

from isthmus.cli.generate import add_lenses


def __getattr__(name: str) -> App:
    from isthmus.ensemble.rooms import rooms

    if name not in rooms():
        raise AttributeError(f"there is no room {name!r}")
    return add_lenses(App(name=name, help=f"Lenses of the room {name}."), name, {})
