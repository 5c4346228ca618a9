"""Tables go to pandas, xarray and pymrio and come back unchanged."""

import numpy as np
import pytest

from isthmus.errors import BadInput, IsthmusError
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_sample import sample_table
from isthmus.world.mrio_stored import rows_of


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


NODES = [("A", "s"), ("B", "s")]


def small(columns, values, *, Z=None, x=None, unit=None):
    """Return a system of two regions with one industry each."""
    import pandas as pd

    nodes = pd.MultiIndex.from_tuples(NODES, names=["region", "sector"])
    flows = pd.DataFrame([[10.0, 20.0], [30.0, 40.0]], nodes, nodes) if Z is None else Z
    system = System(flows, pd.DataFrame(values, nodes, pd.MultiIndex.from_tuples(columns)))
    system.x = None if x is None else pd.DataFrame({"indout": x}, nodes)
    system.unit = None if unit is None else pd.DataFrame({"unit": unit}, nodes)
    return system


def test_demand_of_a_region_without_industries_is_kept_as_an_economy():
    columns = [("A", "f"), ("B", "f"), ("ROW", "f")]
    table = MRIO.from_pymrio(small(columns, [[50.0, 10.0, 8.0], [5.0, 60.0, 3.0]]), year=2019)
    assert table.economies == ("A", "B", "ROW")
    assert table.x.tolist() == [98.0, 138.0, 0.0]
    assert table.final[:, 2].tolist() == [8.0, 3.0, 0.0]
    assert "ROW" in table.notes[0]


def test_a_discrepancy_of_no_region_is_kept_with_its_seller():
    columns = [("A", "f"), ("B", "f"), ("ALL", "DISC")]
    table = MRIO.from_pymrio(small(columns, [[50.0, 10.0, 8.0], [5.0, 60.0, 3.0]]), year=2019)
    assert table.categories == ("f", "DISC")
    assert table.x.tolist() == [98.0, 138.0]
    assert table.Y.tolist() == [[50.0, 8.0, 10.0, 0.0], [5.0, 0.0, 60.0, 3.0]]
    assert "ALL:DISC" in table.notes[0]


def test_a_category_that_one_region_lacks_is_zero_and_said():
    columns = [("A", "f"), ("A", "g"), ("B", "f")]
    table = MRIO.from_pymrio(small(columns, [[50.0, 1.0, 10.0], [5.0, 2.0, 60.0]]))
    assert table.Y.tolist() == [[50.0, 1.0, 10.0, 0.0], [5.0, 2.0, 60.0, 0.0]]
    assert any("B:g" in note for note in table.notes)


def test_unit_and_kind_are_kept_and_what_is_not_named_is_said():
    columns, values = [("A", "f"), ("B", "f")], [[50.0, 10.0], [5.0, 60.0]]
    table = MRIO.from_pymrio(small(columns, values, unit=["M.EUR", "M.EUR"]), year=2019)
    assert (table.unit, table.year, table.kind.value) == ("million EUR", 2019, "estimated")
    assert table.notes == ()
    bare = MRIO.from_pymrio(small(columns, values))
    assert bare.notes == (
        "the system names no unit: taken as million USD",
        "the year is not given",
    )
    with pytest.raises(BadInput, match="2 units"):
        MRIO.from_pymrio(small(columns, values, unit=["M.EUR", "t"]))


def test_an_output_that_contradicts_the_sales_is_refused():
    columns, values = [("A", "f"), ("B", "f")], [[50.0, 10.0], [5.0, 60.0]]
    assert MRIO.from_pymrio(small(columns, values, x=[90.0, 135.0])).x.tolist() == [90.0, 135.0]
    with pytest.raises(IsthmusError, match="A:s"):
        MRIO.from_pymrio(small(columns, values, x=[100.0, 135.0]))


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("columns of Z", "hold 1 labels that the rows of Z lack: C:s"),
        ("rows of Y", "hold 1 labels that the rows of Z lack: C:s"),
        ("columns of Y", "lack 1 regions: B"),
        ("text", "holds text"),
        ("twice", "stand twice: A:s"),
        ("levels", "have 1 levels"),
    ],
)
def test_labels_beyond_the_rows_are_refused_by_name(part, words):
    import pandas as pd

    system = small([("A", "f"), ("B", "f")], [[50.0, 10.0], [5.0, 60.0]])
    if part == "columns of Z":
        system.Z = pd.concat([system.Z, system.Z.iloc[:, :1]], axis=1)
        system.Z.columns = pd.MultiIndex.from_tuples([*NODES, ("C", "s")])
    elif part == "rows of Y":
        more = pd.DataFrame([[1.0, 1.0]], pd.MultiIndex.from_tuples([("C", "s")]), system.Y.columns)
        system.Y = pd.concat([system.Y, more])
    elif part == "columns of Y":
        system.Y = system.Y[[("A", "f")]]
    elif part == "text":
        system.Z = system.Z.astype(object)
        system.Z.iloc[0, 0] = "1,0"
    elif part == "twice":
        system.Z = pd.concat([system.Z, system.Z.iloc[:1]])
    else:
        system.Z = pd.DataFrame(system.Z.to_numpy(), ["A", "B"], ["A", "B"])
    with pytest.raises(BadInput) as caught:
        MRIO.from_pymrio(system)
    assert words in str(caught.value)


def test_an_industry_and_a_category_of_one_label_are_refused():
    t = sample_table(2, 2, seed=1)
    with pytest.raises(BadInput, match="an industry and a category"):
        MRIO.from_dense(
            t.Z, t.Y, economies=t.economies, industries=("a", "b"),
            categories=("a", *t.categories[1:]),
        )  # fmt: skip


def test_labels_that_name_columns_of_the_printed_layout_are_refused_there():
    t = sample_table(2, 2, seed=1)
    table = MRIO.from_dense(
        t.Z, t.Y, economies=t.economies, industries=("exporter", "OUTPUT"), categories=t.categories
    )
    with pytest.raises(BadInput, match="'exporter', 'OUTPUT'"):
        rows_of(table)


@pytest.mark.parametrize(
    ("unit", "read", "factor"),
    [("'000 US$", "million USD", 1e-3), ("bn EUR", "million EUR", 1e3), ("t", "t", 1.0)],
)
def test_amounts_of_a_system_become_millions_of_its_currency(unit, read, factor):
    columns, values = [("A", "f"), ("B", "f")], [[50.0, 10.0], [5.0, 60.0]]
    whole = MRIO.from_pymrio(small(columns, values), year=2019)
    table = MRIO.from_pymrio(small(columns, values, unit=[unit] * 2, x=whole.x), year=2019)
    assert table.unit == read
    assert unit in repr(table) if factor == 1.0 else read in repr(table)
    np.testing.assert_allclose(table.Z, whole.Z * factor)
    np.testing.assert_allclose(table.x, whole.x * factor)
    assert any(unit in note for note in table.notes)


def test_labels_that_are_one_as_text_are_refused():
    import pandas as pd

    system = small([("A", "f"), ("B", "f")], [[50.0, 10.0], [5.0, 60.0]])
    both = pd.MultiIndex.from_tuples([("A", 1), ("A", "1 ")])
    system.Z.index = system.Z.columns = system.Y.index = both
    with pytest.raises(BadInput, match="rows of Z: stand twice: A:1"):
        MRIO.from_pymrio(system)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"Z": [["a", "b"], ["c", "d"]]}, "Z: is no array of numbers"),
        ({"Z": [[1.0, 2.0], [3.0]]}, "Z: is no array of numbers"),
        ({"Y": np.array([[1j], [2.0]])}, "Y: is no array of numbers: complex"),
        ({"x": ["one", 2.0]}, "x: is no array of numbers"),
        ({"economies": "DEU"}, "economies: is the text 'DEU', not a list"),
        ({"industries": [1, 2]}, "industries: label 1 is no text"),
        ({"industries": ["a", " a"]}, "industries: label ' a' begins or ends with a blank"),
        ({"year": 2010.5}, "2010.5 is no year"),
        ({"year": 99999}, "99999 is no year"),
        ({"year": "last"}, "'last' is no year"),
    ],
)
def test_what_is_no_table_is_refused_by_name(changed, words):
    given = {"Z": [[1.0, 2.0], [3.0, 4.0]], "Y": [[5.0], [6.0]], "economies": ["DEU"]}
    given |= {"industries": ["a", "b"], "categories": ["f"], "year": "2010"}
    assert MRIO.from_dense(**given).year == 2010
    with pytest.raises(BadInput) as caught:
        MRIO.from_dense(**(given | changed))
    assert words in str(caught.value)
