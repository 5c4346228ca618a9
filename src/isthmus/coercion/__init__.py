"""The coercion lens: episodes, leverage, retaliation."""

from isthmus.coercion.assumptions import Step
from isthmus.coercion.coverage import coverage
from isthmus.coercion.episodes import episodes
from isthmus.coercion.events import event_study
from isthmus.coercion.heldout import held_out
from isthmus.coercion.ladder import price_ladder
from isthmus.coercion.leverage import Assumptions, leverage_map
from isthmus.coercion.panel import visible_cases
from isthmus.coercion.ranking import backtest

__all__ = [
    "Assumptions",
    "Step",
    "backtest",
    "coverage",
    "episodes",
    "event_study",
    "held_out",
    "leverage_map",
    "price_ladder",
    "visible_cases",
]
