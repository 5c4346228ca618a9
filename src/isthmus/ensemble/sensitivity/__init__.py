"""What moves an answer: indices, effects, swings, and what knowing a number would narrow."""

from isthmus.ensemble.sensitivity.analyse import METHODS, Method, analyse
from isthmus.ensemble.sensitivity.answers import Wanted
from isthmus.ensemble.sensitivity.effort import Effort
from isthmus.ensemble.sensitivity.given import information
from isthmus.ensemble.sensitivity.ranges import plan_of_lens, range_of

__all__ = [
    "METHODS",
    "Effort",
    "Method",
    "Wanted",
    "analyse",
    "information",
    "plan_of_lens",
    "range_of",
]
