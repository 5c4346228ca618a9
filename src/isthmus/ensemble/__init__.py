"""Sampling, batches of scenarios over any lens, and summaries of what came out."""

from isthmus.ensemble.lenses import call_lens, find_lens, lens_names, register_lens
from isthmus.ensemble.plan import EnsemblePlan, read_plan
from isthmus.ensemble.recording import Recorded, Repeated, Repetition, repeat_lens_run, run_lens
from isthmus.ensemble.repeat import repeat_ensemble
from isthmus.ensemble.run import EnsembleStatus, resume_ensemble, run_ensemble, status
from isthmus.ensemble.summary import summarise

__all__ = [
    "EnsemblePlan",
    "EnsembleStatus",
    "Recorded",
    "Repeated",
    "Repetition",
    "call_lens",
    "find_lens",
    "lens_names",
    "read_plan",
    "register_lens",
    "repeat_ensemble",
    "repeat_lens_run",
    "resume_ensemble",
    "run_ensemble",
    "run_lens",
    "status",
    "summarise",
]
