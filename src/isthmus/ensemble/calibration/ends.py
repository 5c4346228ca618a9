"""The middle of a posterior and the two ends of the family around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from isthmus.disruption.family import PARAMETERS
from isthmus.disruption.posterior import Posterior
from isthmus.disruption.settings import Settings

CRITICAL = "every input critical, no buffer"
SUBSTITUTED = "every input replaced with an elasticity of 0.2"
ELASTICITY = 0.2
"""Elasticity of the mild end: short-run estimates in use lie between 0.1 and 0.5."""
ENDS: Mapping[str, Mapping[str, Any]] = {
    CRITICAL: {"need": "all", "psi": 1.0, "elasticity": 0.0, "defer": 0.0},
    SUBSTITUTED: {"need": "all", "elasticity": ELASTICITY},
}
"""What each end sets, all else as in the middle."""
MIDDLE_DRAWS = 501
"""Draws of equal weight by which points of the posterior are read."""


def at_end(name: str, middle: Settings) -> Settings:
    """Return the settings of an end of the family; those of the middle for any other name."""
    return replace(middle, **ENDS.get(name, {}))


def middle_of(posterior: Posterior) -> dict[str, float]:
    """Return the median of every number of the family; of a choice the most frequent value."""
    rows = posterior.draws(MIDDLE_DRAWS)
    return {name: _middle(name, rows[:, posterior.names.index(name)]) for name in posterior.family}


def _middle(name: str, values: Any) -> float:
    if PARAMETERS[name].words:
        found, counts = np.unique(np.floor(values), return_counts=True)
        return float(found[np.argmax(counts)])
    return float(np.median(values))
