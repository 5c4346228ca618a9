"""Isthmus: a workbench for strategic interdependence between states."""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

from isthmus._version import __version__

if TYPE_CHECKING:
    from isthmus.charts import plot
    from isthmus.evidence import Collection, DatasetRecord, Finding, Kind, Result, Table
    from isthmus.study import Dossier, Study, assess
    from isthmus.world import World
    from isthmus.world.mrio import MRIO

_LAZY = {
    "MRIO": "isthmus.world.mrio",
    "Collection": "isthmus.evidence",
    "DatasetRecord": "isthmus.evidence",
    "Dossier": "isthmus.study",
    "Finding": "isthmus.evidence",
    "Kind": "isthmus.evidence",
    "Result": "isthmus.evidence",
    "Study": "isthmus.study",
    "Table": "isthmus.evidence",
    "World": "isthmus.world",
    "assess": "isthmus.study",
    "plot": "isthmus.charts",
}

__all__ = [
    "MRIO",
    "Collection",
    "DatasetRecord",
    "Dossier",
    "Finding",
    "Kind",
    "Result",
    "Study",
    "Table",
    "World",
    "__version__",
    "assess",
    "plot",
]

logging.getLogger("isthmus").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'isthmus' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
