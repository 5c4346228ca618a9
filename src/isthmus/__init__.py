"""Isthmus: a workbench for strategic interdependence between states."""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

from isthmus._version import __version__

if TYPE_CHECKING:
    from isthmus.evidence import DatasetRecord, Finding, Kind, Result

_LAZY = {
    "DatasetRecord": "isthmus.evidence",
    "Dossier": "isthmus.study",
    "Finding": "isthmus.evidence",
    "Kind": "isthmus.evidence",
    "Result": "isthmus.evidence",
    "Study": "isthmus.study",
    "World": "isthmus.world",
    "assess": "isthmus.study",
}

__all__ = [
    "DatasetRecord",
    "Dossier",
    "Finding",
    "Kind",
    "Result",
    "Study",
    "World",
    "__version__",
    "assess",
]

logging.getLogger("isthmus").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'isthmus' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
