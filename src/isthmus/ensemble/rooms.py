"""The rooms of lenses, of the package and of others installed beside it, and what is in them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from isthmus.errors import BadInput, NotFound, did_you_mean
from isthmus.runtime.plugins import load, offered

ROOMS: Mapping[str, str] = {
    "dependence": "isthmus.dependence",
    "chains": "isthmus.chains",
    "disruption": "isthmus.disruption",
    "cascade": "isthmus.cascade",
    "equilibrium": "isthmus.equilibrium",
    "coercion": "isthmus.coercion",
    "production": "isthmus.production",
    "calibration": "isthmus.ensemble.calibration",
    "losses": "isthmus.ensemble.losses",
    "cooperation": "isthmus.cooperation",
    "suppliers": "isthmus.suppliers",
}
"""Module whose import registers the lenses of a room."""

GROUP = "isthmus.lenses"
"""Entry points of other packages: the name of a room, and the module that registers its lenses."""

INDEX = "lenses.json"
"""What `isthmus.evidence.described` says of the lenses of the package, so that nothing is imported
to list them; written by ``tools/lenses.py``."""


@cache
def rooms() -> Mapping[str, str]:
    """Return the module of every room, those of other installed packages included.

    Raises
    ------
    BadInput
        When two packages, or one and this, have a room of the same name.
    """
    others = offered(GROUP)
    if taken := sorted(set(others) & set(ROOMS)):
        what = f"{others[taken[0]]} offers the room '{taken[0]}', which this package has"
        raise BadInput(what, where=f"entry points {GROUP}", hint="uninstall the other package")
    return {**ROOMS, **others}


def check_room(room: str) -> None:
    """Raise unless there is a room of that name, or none is named.

    Raises
    ------
    NotFound
        When there is none.
    """
    if room and room not in rooms():
        hint = did_you_mean(room, rooms()) or f"known: {', '.join(rooms())}"
        raise NotFound(f"there is no room '{room}'", hint=hint)


def open_room(room: str) -> None:
    """Import the module of a room, which registers its lenses.

    Raises
    ------
    BadInput
        When that of another package cannot be imported.
    """
    if room in ROOMS:
        importlib.import_module(ROOMS[room])
    else:
        load(rooms()[room])


def plain_lenses(room: str = "") -> Iterator[Mapping[str, Any]]:
    """Yield the lenses of a room, or of all, as `isthmus.evidence.Lens.to_dict` gives them.

    Those of the package stand in a file of it; modules of other packages are imported.
    """
    yield from (held for held in _index() if room in ("", held["name"].partition(".")[0]))
    for other in rooms():
        if other not in ROOMS and room in ("", other):
            yield from _described(other)


@cache
def _index() -> tuple[Mapping[str, Any], ...]:
    from isthmus.runtime.reading import json_values

    text = files("isthmus.ensemble").joinpath(INDEX).read_text(encoding="utf-8")
    return tuple(json_values(text))


def _described(room: str) -> Iterator[Mapping[str, Any]]:
    from isthmus.evidence import described
    from isthmus.evidence.lens import registered, registered_in

    open_room(room)
    for name in registered_in(room):
        found = registered(name)
        if found is not None:
            yield described(found).to_dict()
