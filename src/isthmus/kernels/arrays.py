"""The kinds of arrays that numbers are passed on in, named once for every room."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Ints = NDArray[np.int64]


def over(part: NDArray[Any], whole: NDArray[Any], *, empty: float = 0.0) -> Array:
    """Return part over whole, shapes broadcast; `empty` where the whole is not above zero."""
    out = np.zeros(np.broadcast_shapes(np.shape(part), np.shape(whole)))
    if empty:
        out.fill(empty)
    np.divide(part, whole, out=out, where=np.asarray(whole) > 0)
    return out
