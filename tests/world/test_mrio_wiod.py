"""Converted WIOD files become checked tables, and damaged ones are refused."""

import json

import numpy as np
import pytest
from tools.starter.mrio_wiod import from_wiod

from isthmus.errors import BadInput
from isthmus.sources.wiod import read_wiod


def parts():
    Z = np.array([[5, 2], [3, 8]])
    Y = np.array([[6, 1], [2, 9]])
    x = np.array([15, 22])
    return {
        "Z": Z,
        "Y": Y,
        "x": x,
        "va": x - Z.sum(axis=0),
        "rounding": x - Z.sum(axis=1) - Y.sum(axis=1),
        "countries": np.array(["AUS", "ROW"]),
        "industries": np.array(["A"]),
        "fd_categories": np.array(["HFCE"]),
        "meta": np.array(json.dumps({"year": 2011, "source": "test"})),
    }


def test_rounding_becomes_a_named_category(tmp_path):
    np.savez(tmp_path / "t.npz", **parts())
    table = from_wiod(tmp_path / "t.npz")
    assert table.year == 2011
    assert table.categories == ("HFCE", "DISCREPANCY")
    assert any("DISCREPANCY" in note for note in table.notes)
    np.testing.assert_allclose(table.x, [15, 22])
    assert table.Y[0, 1] == 1
    assert table.identities().row_max == 0
    np.testing.assert_array_equal(read_wiod(tmp_path / "t.npz").rounding, [1, 0])


def test_missing_arrays_are_named(tmp_path):
    given = parts()
    del given["va"], given["x"]
    np.savez(tmp_path / "t.npz", **given)
    with pytest.raises(BadInput) as caught:
        read_wiod(tmp_path / "t.npz")
    assert {p.where for p in caught.value.problems} == {"va", "x"}


def test_what_is_no_archive_is_refused(tmp_path):
    path = tmp_path / "t.npz"
    path.write_bytes(b"not a table")
    with pytest.raises(BadInput, match="damaged archive"):
        read_wiod(path)


@pytest.mark.source
def test_the_table_of_2011_holds_its_published_totals(shared_data):
    table = from_wiod(shared_data / "mrio" / "wiod13" / "wiod13_2011.npz")
    assert table.x.sum() == pytest.approx(141.8e6, rel=1e-3)
    taiwan = table.node_positions("TWN")
    assert table.x[taiwan].sum() == pytest.approx(1_053_000, rel=1e-3)
    low, high = table.spectral_radius()
    assert low < 0.610 < high + 0.01
    assert table.identities().column_total == 0


@pytest.mark.source
def test_the_shipped_table_is_what_the_builder_makes(shared_data):
    """Shares are stored in 32 bits, so that equal to 1e-6 means the same table."""
    from tools.starter import mrio_2022

    from isthmus.world import World

    built = {record.key: frame for record, frame in mrio_2022.build(shared_data)}
    world = World.open("starter")
    for key in ("mrio_2022", "mrio_2022_services"):
        shipped = world.table(key)
        assert shipped.columns == built[key].columns
        np.testing.assert_allclose(shipped["share"], built[key]["share"], atol=1e-6)
