"""A made-up table with the labels of the real one."""

from __future__ import annotations

import numpy as np

from isthmus.world.mrio import MRIO
from isthmus.world.mrio_sample import sample_table

ECONOMIES = ("CHN", "DEU", "FRA", "TWN", "ROW")
INDUSTRIES = ("A01", "C19", "C26", "C29", "SERV")


def small_table(seed: int = 0, *, factored: bool = True) -> MRIO:
    """Return random flows among five economies and five industries."""
    sample = sample_table(len(ECONOMIES), len(INDUSTRIES), seed=seed)
    form = sample.form
    table = MRIO.from_factors(
        np.asarray(form.flow),
        np.asarray(form.use_dom),
        np.asarray(form.use_imp),
        np.asarray(sample.Y),
        economies=ECONOMIES,
        industries=INDUSTRIES,
        year=2022,
    )
    return table if factored else table.to_dense()
