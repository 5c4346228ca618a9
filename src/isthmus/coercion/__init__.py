"""The coercion lens: episodes, leverage, retaliation."""

from isthmus.coercion.episodes import episodes
from isthmus.coercion.events import event_study
from isthmus.coercion.panel import visible_cases

__all__ = ["episodes", "event_study", "visible_cases"]
