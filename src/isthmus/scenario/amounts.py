"""Numbers of actions and hazards: a range, how it came about, and where it stands."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from isthmus.kernels.arrays import Array
from isthmus.scenario.base import Strict


class RangedAmount(Strict):
    """A number that is known as a range.

    Parameters
    ----------
    low, high : float
        Ends of the range, in the unit of the field that holds it.
    kind : {"measured", "estimated", "modelled", "assumed"}
        How the number came about.
    source : str
        Where it stands; required unless it is assumed.
    reason : str
        Why it is taken; required where it is assumed.
    """

    low: float = Field(strict=True, ge=0.0, description="lower end of the range")
    high: float = Field(strict=True, ge=0.0, description="upper end of the range")
    kind: Literal["measured", "estimated", "modelled", "assumed"] = Field(
        default="assumed", description="measured, estimated, modelled or assumed (default)"
    )
    source: str = Field(default="", description="where it stands; required unless assumed")
    reason: str = Field(default="", description="why it is taken; required where assumed")

    @model_validator(mode="after")
    def _explained(self) -> Self:
        if self.high < self.low:
            raise ValueError("low must not be above high")
        if self.kind == "assumed" and not self.reason.strip():
            raise ValueError("an assumed number needs a reason")
        if self.kind != "assumed" and not self.source.strip():
            raise ValueError(f"a number that is {self.kind} needs a source")
        return self

    def at(self, u: Array) -> Array:
        """Return the quantiles of the range at `u` in [0, 1], same shape.

        Log-uniform where the range spans a factor of three or more and does not reach zero,
        uniform otherwise: a range of orders of magnitude has no preference for its upper end.
        """
        low, high = self.low, self.high
        if low > 0.0 and high >= 3.0 * low:
            return np.asarray(np.clip(low * (high / low) ** u, low, high))
        return np.asarray(np.clip(low + (high - low) * u, low, high))

    @property
    def middle(self) -> float:
        """Median of the range."""
        return float(self.at(np.array(0.5)))


NOTHING = RangedAmount(low=0.0, high=0.0, reason="none")


class Share(RangedAmount):
    """A `RangedAmount` between 0 and 1."""

    low: float = Field(strict=True, ge=0.0, le=1.0, description="lower end, a fraction")
    high: float = Field(strict=True, ge=0.0, le=1.0, description="upper end, a fraction")
