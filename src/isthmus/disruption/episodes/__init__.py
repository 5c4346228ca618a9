"""Past disruptions as data: what happened is imposed, what was observed is compared."""

from isthmus.disruption.episodes.files import (
    episode_names,
    load_episode,
    load_episodes,
    loads_episode,
)
from isthmus.disruption.episodes.model import Episode, Observable

__all__ = [
    "Episode",
    "Observable",
    "episode_names",
    "load_episode",
    "load_episodes",
    "loads_episode",
]
