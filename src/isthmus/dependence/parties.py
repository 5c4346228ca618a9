"""Where the members of a party stand among the economies of the data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isthmus.codes import Party
from isthmus.kernels.arrays import Mask


def member_mask(party: Party, economies: Sequence[str]) -> Mask:
    """Return which economies belong to the party, shape (n,)."""
    return np.array([e in party.inside for e in economies], dtype=bool)
