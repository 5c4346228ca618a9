"""The coercion lens: episodes, leverage, retaliation."""

from isthmus.coercion.assumptions import Step
from isthmus.coercion.coverage import coverage
from isthmus.coercion.episodes import episodes
from isthmus.coercion.events import event_study
from isthmus.coercion.fit import fit
from isthmus.coercion.heldout import held_out
from isthmus.coercion.ladder import price_ladder
from isthmus.coercion.leverage import Assumptions, leverage_map
from isthmus.coercion.panel import visible_cases
from isthmus.coercion.ranking import backtest
from isthmus.coercion.record import rates

__all__ = [
    "Assumptions",
    "Step",
    "backtest",
    "coverage",
    "episodes",
    "event_study",
    "fit",
    "held_out",
    "leverage_map",
    "price_ladder",
    "rates",
    "visible_cases",
]
