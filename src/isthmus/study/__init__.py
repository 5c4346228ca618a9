"""A question as data, and its assessment into a dossier."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.study.assessment import assess
    from isthmus.study.dossier import Dossier, Section
    from isthmus.study.ensemble import open_plan, study_plan
    from isthmus.study.load import load_study, read_study
    from isthmus.study.record import assess_and_record
    from isthmus.study.schema import Study
    from isthmus.study.shipped import (
        create_study,
        migrate_study,
        new_study,
        open_study,
        shipped_studies,
    )

_LAZY = {
    "Dossier": "dossier",
    "Section": "dossier",
    "Study": "schema",
    "assess": "assessment",
    "assess_and_record": "record",
    "load_study": "load",
    "create_study": "shipped",
    "migrate_study": "shipped",
    "new_study": "shipped",
    "open_plan": "ensemble",
    "open_study": "shipped",
    "read_study": "load",
    "shipped_studies": "shipped",
    "study_plan": "ensemble",
}

__all__ = [
    "Dossier",
    "Section",
    "Study",
    "assess",
    "assess_and_record",
    "create_study",
    "load_study",
    "migrate_study",
    "new_study",
    "open_plan",
    "open_study",
    "read_study",
    "shipped_studies",
    "study_plan",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(f"isthmus.study.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'isthmus.study' has no attribute {name!r}")
