"""Sampling, batches of scenarios over any lens, and summaries of what came out."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from isthmus.ensemble.lenses import (
        all_lenses,
        call_lens,
        find_lens,
        lens_names,
        lens_of,
        register_lens,
    )
    from isthmus.ensemble.plan import EnsemblePlan, read_plan
    from isthmus.ensemble.recording import (
        Recorded,
        Repeated,
        Repetition,
        repeat_lens_run,
        run_lens,
    )
    from isthmus.ensemble.repeat import repeat_ensemble
    from isthmus.ensemble.resumable import resume_lens_run
    from isthmus.ensemble.run import EnsembleStatus, resume_ensemble, run_ensemble, status
    from isthmus.ensemble.summary import summarise

_LAZY = {
    "EnsemblePlan": "plan",
    "EnsembleStatus": "run",
    "Recorded": "recording",
    "Repeated": "recording",
    "Repetition": "recording",
    "all_lenses": "lenses",
    "call_lens": "lenses",
    "find_lens": "lenses",
    "lens_names": "lenses",
    "lens_of": "lenses",
    "read_plan": "plan",
    "register_lens": "lenses",
    "repeat_ensemble": "repeat",
    "repeat_lens_run": "recording",
    "resume_ensemble": "run",
    "resume_lens_run": "resumable",
    "run_ensemble": "run",
    "run_lens": "recording",
    "status": "run",
    "summarise": "summary",
}

__all__ = [
    "EnsemblePlan",
    "EnsembleStatus",
    "Recorded",
    "Repeated",
    "Repetition",
    "all_lenses",
    "call_lens",
    "find_lens",
    "lens_names",
    "lens_of",
    "read_plan",
    "register_lens",
    "repeat_ensemble",
    "repeat_lens_run",
    "resume_ensemble",
    "resume_lens_run",
    "run_ensemble",
    "run_lens",
    "status",
    "summarise",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(importlib.import_module(f"isthmus.ensemble.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'isthmus.ensemble' has no attribute {name!r}")
