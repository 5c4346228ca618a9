"""Inter-economy tables as data sets: what is stored is the table, and a wrong file is refused."""

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.starter.mrio_wiod import from_wiod

from isthmus import chains
from isthmus.errors import BadInput, DataMissing, LicenceForbids
from isthmus.evidence import DatasetRecord, Kind
from isthmus.store import Store, export_bundle
from isthmus.world import World
from isthmus.world.adding import add_file
from isthmus.world.mrio_sample import sample_table
from isthmus.world.mrio_stored import columns_of, rows_of, table_of


def record(table, year=2019, key="mrio_mine_2019", **changes):
    given = {
        "key": key,
        "title": "A table",
        "publisher": "tests",
        "edition": "1",
        "years": (year,),
        "unit": "million USD",
        "kind": Kind.ASSUMED,
        "licence": "none stated",
        "attribution": "tests",
        "redistribution": "forbidden",
        "columns": columns_of(table),
    }
    return DatasetRecord(**(given | changes))


@given(n=st.integers(1, 5), S=st.integers(1, 4), seed=st.integers(0, 1000), shuffle=st.booleans())
@settings(max_examples=25, deadline=None)
def test_rows_give_the_table_back(n, S, seed, shuffle):
    table = sample_table(n, S, seed=seed)
    rows = rows_of(table)
    if shuffle:
        sales = rows.filter(pl.col("exporter").is_not_null()).sample(fraction=1, shuffle=True)
        rows = pl.concat([sales, rows.filter(pl.col("exporter").is_null())])
    back = table_of(rows, record(table))
    assert (back.economies, back.industries) == (table.economies, table.industries)
    for name in ("Z", "Y", "x", "v", "other"):
        np.testing.assert_array_equal(getattr(back, name), getattr(table, name), err_msg=name)
    assert (back.year, back.kind, back.datasets) == (2019, Kind.ASSUMED, ("mrio_mine_2019",))


def test_an_industry_without_sales_stays_an_industry():
    table = sample_table(2, 3)
    rows = rows_of(table.to_dense())
    assert set(rows.filter(pl.col("exporter") == "E000")["product"]) == set(table.industries)


def test_every_problem_of_the_rows_is_named():
    table = sample_table(2, 2)
    rows = rows_of(table)
    with pytest.raises(BadInput, match="column importer"):
        table_of(rows.drop("importer"), record(table))
    wrong = pl.concat([
        rows.filter(pl.col("product") != "VALUE_ADDED"),
        rows.head(1),
        rows.head(1).with_columns(exporter=pl.lit("XXX")),
    ])  # fmt: skip
    with pytest.raises(BadInput) as caught:
        table_of(wrong, record(table))
    said = "; ".join(p.what for p in caught.value.problems)
    assert "no row VALUE_ADDED for E000" in said
    assert "'XXX' is not known" in said
    assert "E000, I00, E000 stands twice" in said


def test_a_world_answers_from_an_added_table_and_names_its_version(tmp_path):
    store = Store(tmp_path)
    table = sample_table(3, 2)
    entry = store.add(record(table), rows_of(table))
    world = World.open("starter", with_=["mrio_mine_2019"], store=store)
    found = chains.lookthrough(world, "E000", on="E001", year=2019)
    expected = chains.lookthrough(table, "E000", on="E001")
    np.testing.assert_allclose(
        found["lookthrough"].frame["look_through"], expected["lookthrough"].frame["look_through"]
    )
    assert found.provenance.world.endswith(f" + {entry.reference}")
    assert set(found.provenance.datasets) == {"mrio_mine_2019"}
    assert world.mrio(2022).industries[0] == "A01"
    with pytest.raises(DataMissing, match="no inter-economy table of 2018"):
        world.mrio(2018)
    with pytest.raises(DataMissing, match="chip and material detail"):
        world.mrio(2019, chips=True)


def test_two_tables_of_a_year_are_not_chosen_between(tmp_path):
    store = Store(tmp_path)
    table = sample_table(2, 2)
    for key in ("mrio_mine_2019", "mrio_yours_2019"):
        store.add(record(table, key=key), rows_of(table))
    world = World.open("starter", with_=["mrio_mine_2019", "mrio_yours_2019"], store=store)
    with pytest.raises(BadInput, match="2 inter-economy tables of 2019"):
        world.mrio(2019)


def test_a_file_of_no_known_release_needs_a_record(tmp_path):
    path, store = tmp_path / "t.npz", Store(tmp_path / "store")
    arrays = {
        "Z": np.array([[5, 2], [3, 8]]), "Y": np.array([[8, 0], [2, 9]]), "x": [15, 22],
        "va": [7, 12], "countries": ["AUS", "ROW"], "industries": ["A"], "fd_categories": ["HFCE"],
    }  # fmt: skip
    np.savez(path, **arrays)
    with pytest.raises(BadInput, match="which year"):
        add_file(path, store=store)
    np.savez(path, **arrays, meta=json.dumps({"year": 2011}))
    with pytest.raises(BadInput, match="2 economies x 1 industries is no known release"):
        add_file(path, store=store)
    about = path.with_suffix(".json")
    about.write_text(record(sample_table(1, 1)).model_dump_json())
    entry = add_file(path, about, store=store).entry
    made = store.dataset(entry.reference).manifest.record
    assert made.columns["A"] == "used by A"
    assert table_of(store.table(entry.reference), made).x.tolist() == [15, 22]
    np.savez(path, **(arrays | {"x": [15]}))
    with pytest.raises(BadInput, match="has shape"):
        add_file(path, about, store=store)


@pytest.mark.source
def test_the_published_table_of_2011_is_a_world(shared_data, tmp_path):
    path = shared_data / "mrio" / "wiod13" / "wiod13_2011.npz"
    store = Store(tmp_path)
    entry = add_file(path, store=store).entry
    assert entry.key == "mrio_wiod13_2011"
    world = World.open(f"starter+{entry.reference}", store=store)
    stored, read = world.mrio(2011), from_wiod(path)
    np.testing.assert_array_equal(stored.Z, read.Z)
    np.testing.assert_array_equal(stored.final, read.final)
    found = chains.foreign_demand(world, "TWN", on="EU27_2020", year=2011)
    # 22.6 billion USD according to the description of the file
    value = found["foreign_demand"].frame["value"][0]
    assert value == pytest.approx(22.6e3, rel=5e-3)


@pytest.mark.source
def test_a_table_whose_terms_are_not_stated_is_not_passed_on(shared_data, tmp_path):
    store = Store(tmp_path / "store")
    for name in ("wiod_longrun_2000.npz", "wiod13/wiod13_1995.npz"):
        add_file(shared_data / "mrio" / name, store=store)
    with pytest.raises(LicenceForbids, match="mrio_wiodlr_2000"):
        export_bundle(store, [], tmp_path / "all.zip")
    written = export_bundle(store, ["mrio_wiod13_1995"], tmp_path / "one.zip")
    assert [name.split("@")[0] for name in written] == ["mrio_wiod13_1995"]
