"""World Bank, ideal points, USGS and Gravity in their publishers' layouts, and damaged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from isthmus.errors import BadInput
from isthmus.sources.published import Published, Wishes
from isthmus.sources.registry import source_of
from isthmus.store import Store
from isthmus.world import World
from isthmus.world.adding import add_file

FILES = Path(__file__).parents[1] / "data" / "sources"
TITLES = {
    "worldbank.json": "World Bank",
    "worldbank.csv": "World Bank",
    "ideal_points.csv": "Ideal points",
    "usgs.csv": "USGS",
    "gravity.csv": "CEPII Gravity",
    "sipri.csv": "SIPRI",
}


def read(path: Path) -> Published:
    source = source_of(path)
    assert source is not None
    return source.dataset(path, Wishes())


def changed(folder: Path, name: str, old: str, new: str) -> Path:
    path = folder / name
    encoding = "cp1252" if name == "sipri.csv" else "utf-8"
    text = (FILES / name).read_text(encoding=encoding)
    assert old in text
    path.write_text(text.replace(old, new), encoding=encoding)
    return path


@pytest.mark.parametrize("name", TITLES)
def test_a_layout_is_recognised_by_one_reader_alone(name: str) -> None:
    source = source_of(FILES / name)
    assert source is not None
    assert source.title.startswith(TITLES[name])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("worldbank.json", "gdp_population"),
        ("worldbank.csv", "political_stability"),
        ("ideal_points.csv", "unga_ideal_points"),
        ("usgs.csv", "raw_material_production"),
        ("gravity.csv", "distances"),
        ("sipri.csv", "sipri_register"),
    ],
)
def test_what_is_added_follows_the_contract_of_its_key(name: str, key: str, tmp_path: Path) -> None:
    path = Path(shutil.copy(FILES / name, tmp_path))
    store = Store(tmp_path / "store")
    added = add_file(path, store=store)
    assert added.entry.key == key
    world = World.open(with_=[key], store=store)
    assert world.table(key).height == read(path).frame.height
    assert world.record(key).publisher in read(path).record.publisher


def test_the_world_bank_gives_product_and_population_without_groups() -> None:
    found = read(FILES / "worldbank.json")
    assert found.frame.rows() == [
        (2022, "DEU", pytest.approx(4_000_000.0000005), 84_000_000),
        (2022, "XKX", None, 1_700_000),
    ]
    said = "; ".join(found.notes)
    assert "groups of economies (ARB, WLD) left out" in said
    assert "1 cells without a value left out" in said


def test_a_refusal_of_the_world_bank_is_told(tmp_path: Path) -> None:
    path = tmp_path / "worldbank.json"
    path.write_text('[{"message":[{"id":"120","value":"The parameter is not valid"}]}]')
    with pytest.raises(BadInput, match="refused: The parameter is not valid"):
        read(path)


def test_the_channel_islands_are_not_chile(tmp_path: Path) -> None:
    path = changed(tmp_path, "worldbank.csv", '"Aruba","ABW"', '"Channel Islands","CHI"')
    found = read(path)
    assert "CHL" not in found.frame["economy"].to_list()
    assert "no economy left out: CHI" in "; ".join(found.notes)
    for code, economy in (("ROM", "ROU"), ("ZAR", "COD"), ("KSV", "XKX"), ("YUG", None)):
        path = changed(tmp_path, "worldbank.csv", '"ABW"', f'"{code}"')
        assert (economy or "DEU") in read(path).frame["economy"].to_list()
        assert read(path).frame["economy"].null_count() == 0


def test_files_of_the_world_banks_pages_have_a_column_a_year() -> None:
    found = read(FILES / "worldbank.csv")
    assert found.frame.rows() == [(2010, "ABW", 1.25), (2010, "DEU", 0.75), (2011, "DEU", 0.85)]
    assert found.record.kind == "estimated"


def test_another_indicator_keeps_a_key_of_its_own(tmp_path: Path) -> None:
    found = read(changed(tmp_path, "worldbank.csv", "PV.EST", "NE.TRD.GNFS.ZS"))
    assert found.record.key == "worldbank_ne_trd_gnfs_zs"
    assert found.record.unit == "Political Stability: Estimate"


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("worldbank.json", '"pages":1', '"pages":3', "page 1 of 3"),
        ("worldbank.json", '"value":84000000', '"value":"many"', "'many' is not a number"),
        ("worldbank.json", '"date":"2022"', '"date":"2022Q1"', "is no year"),
        ("worldbank.json", '"id":"SP.POP.TOTL",', "", "no answer of the World Bank"),
        ("worldbank.csv", '"0.85"', '"0,8,5"', "is not a number"),
        ("worldbank.csv", '"2010","2011"', '"a","b"', "no column of a year"),
        ("ideal_points.csv", '"Q5%FP",', '"Q6%FP",', "no column q5fp"),
        ("ideal_points.csv", "710,77,", "710,77.5,", "is no session or year"),
        ("ideal_points.csv", "-0.9,-1.25", "-3,-1.25", "lies outside its range"),
        ("ideal_points.csv", '"CHN"', '"USA"', "stands more than once"),
        ("ideal_points.csv", "1.75,2.25,80", "1.75,2.25,80000", "is no number of votes"),
        ("usgs.csv", "16000,20000", "16000,a lot", "'a lot' is no figure"),
        ("usgs.csv", "Canada ", "Cannada", "'Cannada' is no economy"),
        ("gravity.csv", "878.6,1", "878.6,2", "is neither 0 nor 1"),
        ("gravity.csv", "754.4,878.6", "-754.4,878.6", "is negative"),
        ("sipri.csv", "2019,,66", "20x9,,66", "line 9, column Year of order: '20x9'"),
        ("sipri.csv", "2023; 2024", "2023 or 2024", "is no list of years"),
        ("sipri.csv", ",Weapon designation", ",Weapon", "no column weapon designation"),
        ("sipri.csv", "40,2640,80", "40,2640,-80", "is negative"),
    ],
)
def test_damage_is_named(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(changed(tmp_path, name, old, new))
    assert said in str(caught.value)


def test_ideal_points_are_of_final_votes_where_there_are_any(tmp_path: Path) -> None:
    found = read(FILES / "ideal_points.csv")
    assert found.frame.rows() == [
        (2022, "CHN", -0.9, -1.25, -0.5, 81),
        (2022, "USA", 2.0, 1.75, 2.25, 80),
    ]
    assert any("YUG" in note for note in found.notes)
    assert any("without a point" in note for note in found.notes)
    every = read(changed(tmp_path, "ideal_points.csv", "IdealPointFP", "Other"))
    assert every.frame["value"].to_list() == [-0.5, 2.5]
    assert "all votes" in every.record.edition


def test_production_keeps_marks_and_shares_of_the_printed_world() -> None:
    found = read(FILES / "usgs.csv")
    rows = found.frame.select("economy", "year", "value", "share", "flag", "kind").rows()
    cobalt = {row[:2]: row[2:] for row in rows}
    assert cobalt["COD", 2024] == (75000.0, 0.75, "", "estimated")
    assert cobalt["CAN", 2024] == (5000.0, 0.05, "", "estimated")
    assert cobalt["COD", 2023] == (60000.0, 0.75, "", "measured")
    assert cobalt["USA", 2023] == (None, None, "withheld", "measured")
    assert cobalt["USA", 2024] == (500.0, 0.005, "gt", "estimated")
    assert cobalt["OTH", 2024][1] == 0.2
    assert cobalt["WLD", 2024] == (100000.0, None, "", "estimated")
    assert ("KOR", 2023) not in cobalt
    assert set(found.frame["material"]) == {"cobalt"}
    assert any("2 rows of cells without a figure left out" in note for note in found.notes)
    assert not found.record.on_adding


def test_a_world_total_that_its_parts_contradict_is_told(tmp_path: Path) -> None:
    found = read(changed(tmp_path, "usgs.csv", "80000,100000", "80000,200000"))
    said = "; ".join(found.record.on_adding)
    assert "1 of 2 world totals differ by more than 1% from the sum" in said
    assert "shares are of the world total as printed" in said


@pytest.mark.parametrize(
    ("label", "economy"),
    [
        ("Canadae", "CAN"),
        ("United States (includes Puerto Rico)", "USA"),
        ("UnitedStates (crude)", "USA"),
        ("United\u00caStates", "USA"),
        ('"Chile, ulexite"', "CHL"),
        ('"Korea, Republic ofe"', "KOR"),
        ("Other", "OTH"),
        ("Other countries (includes crude)", "OTH"),
    ],
)
def test_labels_of_all_editions_are_read(tmp_path: Path, label: str, economy: str) -> None:
    path = changed(tmp_path, "usgs.csv", "Canada ", label)
    rows = read(path).frame.filter(economy=economy, year=2024).rows(named=True)
    assert next(row["value"] for row in rows) in (5000.0, 5500.0, 25000.0)


def test_parts_of_an_economy_are_added_up_and_totals_without_one_are_none(tmp_path: Path) -> None:
    found = read(changed(tmp_path, "usgs.csv", "Canada ", '"Congo (Kinshasa), crude"'))
    whole = found.frame.filter(economy="COD", year=2024).rows(named=True)
    assert [(row["value"], row["share"]) for row in whole] == [(80000.0, 0.8)]
    assert "4 rows added up to 2" in "; ".join(found.notes)
    label = '"World total , excluding United States"'
    found = read(changed(tmp_path, "usgs.csv", "World total (rounded)", label))
    assert "WLD" not in found.frame["economy"].to_list()
    assert found.frame["share"].null_count() == found.frame.height
    assert "excluding United States) left out" in "; ".join(found.record.on_adding)
    found = read(changed(tmp_path, "usgs.csv", "Canada ", "United States and Canada"))
    assert "CAN" not in found.frame["economy"].to_list()


def test_a_table_without_a_world_total_has_no_shares_and_says_so(tmp_path: Path) -> None:
    found = read(changed(tmp_path, "usgs.csv", "World total (rounded),Mine", "World total,World"))
    assert found.frame["share"].null_count() == found.frame.height
    assert "2 of 2 tables have no world total: no shares" in "; ".join(found.record.on_adding)


def test_a_pair_that_stands_in_one_direction_alone_is_kept(tmp_path: Path) -> None:
    found = read(changed(tmp_path, "gravity.csv", "2021,DEU,TWN,DEU,TWN", "2021,TWN,DEU,TWN,DEU"))
    assert ("DEU", "TWN", None, 8955, False) in found.frame.rows()
    other = read(changed(tmp_path, "gravity.csv", "FRA,DEU,1,1,754.4", "FRA,DEU,1,1,760.4"))
    assert ("DEU", "FRA", 754, 879, True) in other.frame.rows()
    assert "1 pairs differ by direction" in "; ".join(other.notes)


def test_distances_are_of_the_newest_year_and_each_pair_once() -> None:
    found = read(FILES / "gravity.csv")
    assert found.frame.rows() == [
        ("DEU", "FRA", 754, 879, True),
        ("DEU", "TWN", None, 8955, False),
    ]
    said = "; ".join(found.notes)
    for word in ("do not exist in 2021", "no economy", "within an economy", "without a distance"):
        assert word in said


def test_a_register_keeps_every_deal_with_its_marks() -> None:
    found = read(FILES / "sipri.csv")
    rows = found.frame.select("recipient", "supplier", "year", "ordered", "uncertain").rows()
    assert rows == [
        ("TWN", "USA", 2019, 66.0, "delivered"),
        ("TUR", "KOR", 2018, 10.0, "ordered, year"),
        (None, "IRN", 2010, 5.0, ""),
        (None, None, 1980, 5.0, ""),
    ]
    assert found.frame["comments"][0] == 'deal "x", 8 b'
    assert found.frame["delivered"].to_list() == [2.0, None, 5.0, 5.0]
    told = "; ".join(found.record.on_adding)
    assert "Hezbollah (Lebanon)*, unknown recipient(s)" in told
    assert "Soviet Union" in told
    assert found.record.redistribution == "derived_only"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_distances_saved_again_by_a_spreadsheet_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "gravity.csv"
    text = (FILES / "gravity.csv").read_text(encoding="utf-8")
    path.write_text(text.replace(",", ";").replace(".", ","), encoding=encoding)
    assert read(path).frame.rows() == read(FILES / "gravity.csv").frame.rows()
