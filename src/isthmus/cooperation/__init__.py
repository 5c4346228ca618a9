"""Packages of cooperation: evaluation by threshold, comparison, agreement."""

from isthmus.cooperation.agree import power
from isthmus.cooperation.evaluate import agree, compare, evaluate, questions, stage_of
from isthmus.cooperation.stage import Stage

__all__ = [
    "Stage",
    "agree",
    "compare",
    "evaluate",
    "power",
    "questions",
    "stage_of",
]
