"""What is lost if an event happens, by draw of a posterior and by what is done beforehand."""

from isthmus.disruption.measures import Easing, Relief, Reserve
from isthmus.ensemble.losses.lens import conditional
from isthmus.ensemble.losses.levels import Level, delivered_levels, held_levels
from isthmus.ensemble.losses.outlook import halving, outlook
from isthmus.ensemble.losses.question import Question
from isthmus.ensemble.losses.read import (
    Losses,
    find,
    find_all,
    joined,
    load,
    load_all,
    losses_of,
    missing,
    prepare,
)

__all__ = [
    "Easing",
    "Level",
    "Losses",
    "Question",
    "Relief",
    "Reserve",
    "conditional",
    "delivered_levels",
    "find",
    "find_all",
    "halving",
    "held_levels",
    "joined",
    "load",
    "load_all",
    "losses_of",
    "missing",
    "outlook",
    "prepare",
]
