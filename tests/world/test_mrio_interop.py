"""Tables go to pandas, xarray and pymrio and come back unchanged."""

import numpy as np
import pytest

from isthmus.errors import BadInput
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_sample import sample_table


def test_pandas_frames_carry_the_labels():
    t = sample_table(3, 2, seed=1)
    frames = t.to_pandas()
    assert frames["Z"].loc[("E000", "I01"), ("E002", "I00")] == t.Z[1, 4]
    np.testing.assert_array_equal(frames["v"]["v"], t.v)


def test_xarray_names_the_dimensions():
    t = sample_table(3, 2, seed=1)
    data = t.to_xarray()
    cell = data.Z.sel(exporter="E000", product="I01", importer="E002", industry="I00")
    assert float(cell) == t.Z[1, 4]
    assert data.attrs["unit"] == "million USD"


class System:
    """Holds frames as pymrio's IOSystem does."""

    def __init__(self, Z, Y):
        self.Z, self.Y = Z, Y


def test_frames_in_any_order_come_back_as_the_same_table():
    t = sample_table(3, 2, seed=1)
    frames = t.to_pandas()
    shuffled = frames["Z"].iloc[::-1, ::-1]
    back = MRIO.from_pymrio(System(shuffled, frames["Y"].iloc[::-1]), year=2000)
    i = [back.economies.index(e) * 2 + back.industries.index(k) for e, k in t.labels.nodes]
    np.testing.assert_allclose(back.Z[np.ix_(i, i)], t.Z)
    np.testing.assert_allclose(back.x[i], t.x)
    assert back.year == 2000


def test_missing_parts_and_labels_are_named():
    frames = sample_table(3, 2).to_pandas()
    with pytest.raises(BadInput, match="calc_all"):
        MRIO.from_pymrio(System(frames["Z"], None))
    with pytest.raises(BadInput, match="E002:I01"):
        MRIO.from_pymrio(System(frames["Z"].iloc[:, :-1], frames["Y"]))
