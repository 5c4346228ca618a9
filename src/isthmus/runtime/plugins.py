"""What other installed packages offer, by entry points."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from isthmus.errors import BadInput


@cache
def offered(group: str) -> Mapping[str, str]:
    """Return what installed packages offer in a group: name and ``module`` or ``module:object``.

    Raises
    ------
    BadInput
        When two of them take the same name.
    """
    import importlib.metadata

    found: dict[str, str] = {}
    for point in importlib.metadata.entry_points(group=group):
        if found.setdefault(point.name, point.value) != point.value:
            what = f"{found[point.name]} and {point.value} both offer '{point.name}'"
            raise BadInput(what, where=f"entry points {group}", hint="uninstall one of them")
    return found


def load(target: str) -> Any:
    """Return the module ``module`` or the object ``module:object`` of another package.

    Raises
    ------
    BadInput
        When it cannot be imported, whatever its code raises.
    """
    module, _, name = target.partition(":")
    try:
        found = importlib.import_module(module)
        return getattr(found, name) if name else found
    except Exception as error:
        what = f"it cannot be loaded: {type(error).__name__}: {error}"
        hint = "update the package that offers it, or uninstall it"
        raise BadInput(what, where=f"entry point {target}", hint=hint) from error
