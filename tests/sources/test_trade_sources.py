"""BACI, UN Comtrade and Comext in their publishers' layouts, with their oddities, and damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import codes
from isthmus.errors import BadInput
from isthmus.evidence import DatasetRecord, Kind
from isthmus.sources.published import Published, Wishes
from isthmus.sources.registry import SOURCES, layouts, source_of

FILES = Path(__file__).parents[1] / "data" / "sources"
FOLDER = FILES / "BACI_HS17_V202601"
BACI_2022 = FOLDER / "BACI_HS17_Y2022_V202601.csv"
RATES = Wishes(rates={0: 1.25})


def read(path: Path, wishes: Wishes | None = None) -> Published:
    source = source_of(path)
    assert source is not None
    return source.dataset(path, wishes or Wishes())


def problems(path: Path, wishes: Wishes | None = None) -> str:
    with pytest.raises(BadInput) as caught:
        read(path, wishes)
    return str(caught.value)


def values(found: Published) -> dict[tuple[str, ...], float]:
    rows = found.frame.select("exporter", "importer", "product", "value").rows()
    return {tuple(row[:3]): row[3] for row in rows}


def own(key: str, **more: object) -> DatasetRecord:
    terms = {"edition": "1", "years": (2022,), "unit": "thousand USD", "kind": Kind.MEASURED}
    terms |= {"licence": "CC0-1.0", "attribution": "none", "redistribution": "allowed"}
    return DatasetRecord(key=key, title="Mine", publisher="Me", **(terms | more))


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("BACI_HS17_V202601", "BACI"),
        ("BACI_HS17_V202601/BACI_HS17_Y2022_V202601.csv", "BACI"),
        ("comtrade_new.csv", "UN Comtrade"),
        ("comtrade_old.csv", "UN Comtrade"),
        ("comtrade_api.json", "UN Comtrade"),
        ("comext_old.dat", "Comext"),
        ("comext_v2.dat", "Comext"),
        ("comext_sdmx.csv", "Comext"),
        ("comext_jsonstat.json", "Comext"),
    ],
)
def test_a_layout_is_recognised_by_one_reader_alone(name: str, title: str) -> None:
    source = source_of(FILES / name)
    assert source is not None
    assert source.title.startswith(title)
    assert source.layout
    assert source.files in layouts()


def test_every_source_says_where_its_layout_is_taken_from() -> None:
    assert len({source.title for source in SOURCES}) == len(SOURCES)
    assert all(len(source.layout) > 60 for source in SOURCES)


def test_a_plain_table_is_nobodys_layout(tmp_path: Path) -> None:
    plain = tmp_path / "flows.csv"
    plain.write_text("year,exporter,importer,product,value\n2022,CHN,DEU,010121,5\n")
    assert source_of(plain) is None
    (tmp_path / "picture.csv").write_bytes(b"PK\x03\x04zip")
    assert source_of(tmp_path / "picture.csv") is None


def test_a_year_of_baci_is_read_with_codes_and_units() -> None:
    found = read(BACI_2022)
    assert values(found) == {
        ("CHN", "DEU", "010121"): 90.0,
        ("USA", "DEU", "010121"): 10.0,
        ("TWN", "DEU", "854231"): 40.0,
        ("FRA", "DEU", "854231"): 1.0,
        ("CHE", "NOR", "854231"): 2.0,
        ("IND", "NAM", "854231"): 3.0,
    }
    quantity = dict(found.frame.select("exporter", "quantity").rows())
    assert quantity["CHN"] == 12.5
    assert quantity["USA"] is None
    assert found.record.key == "baci_hs2017"
    assert found.record.years == (2022,)
    assert any("Not specified (i 697) left out" in note for note in found.notes)


def test_a_year_that_contradicts_the_name_of_its_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "BACI_HS17_Y2021_V202601.csv"
    file.write_bytes(BACI_2022.read_bytes())
    said = problems(file)
    assert "column t: is not 2021, the year in the file's name" in said
    assert "lines 2, 3, 4" in said


def test_a_folder_of_years_is_one_data_set() -> None:
    found = read(FOLDER)
    assert found.record.years == (2021, 2022)
    assert found.frame["year"].value_counts().sort("year").rows() == [(2021, 2), (2022, 6)]


@pytest.mark.parametrize("short", ["92", "96", "02", "07", "12", "17", "22"])
def test_every_edition_of_the_hs_has_its_key(tmp_path: Path, short: str) -> None:
    edition = f"HS{'19' if short.startswith('9') else '20'}{short}"
    code = codes.products(edition)[0]
    path = tmp_path / f"BACI_HS{short}_Y2022_V202601.csv"
    path.write_text(f"t,i,j,k,v,q\n2022,156,276,{code},5,1\n")
    found = read(path)
    assert found.record.key == f"baci_{edition.lower()}"
    assert codes.products(edition)[0] in found.frame["product"].to_list()


def test_a_file_without_the_publishers_name_takes_its_edition_from_the_record(
    tmp_path: Path,
) -> None:
    path = tmp_path / "baci_hs2017.csv"
    shutil.copy(BACI_2022, path)
    assert "which edition of the HS" in problems(path)
    found = read(path, Wishes(record=own("baci_hs2017")))
    assert (found.record.title, found.record.unit) == ("Mine", "million USD, FOB; tonnes")
    assert values(found)["CHN", "DEU", "010121"] == 90.0
    assert "take the key baci_hs2017" in problems(BACI_2022, Wishes(record=own("baci_hs2022")))


def test_numbers_that_one_economy_had_in_turn_are_added_up(tmp_path: Path) -> None:
    path = tmp_path / "BACI_HS92_Y1998_V202601.csv"
    path.write_text("t,i,j,k,v,q\n1998,58,276,010111,3000,1\n1998,56,276,010111,1000,NA\n")
    found = read(path)
    assert found.frame.select("exporter", "value", "quantity").rows() == [("BEL", 4.0, None)]
    assert any("added up" in note for note in found.notes)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2022,999,276,854231,5,1", "line 3, column i: '999' is no economy"),
        ("2022,156,276,910121x,5,1", "line 3, column k"),
        ("2022,156,276,010110,5,1", "is a code of HS2002, HS2007"),
        ("2022,156,276,854231,-5,1", "line 3, column v: is negative"),
        ("2022,156,276,854231,5,-1", "line 3, column q: is negative"),
        ("2022,156,276,854231,five,1", "line 3, column v"),
        ("2022.5,156,276,854231,5,1", "line 3, column year: is no year"),
        ("2022,156,276,854231,5", "line 3: has 5 cells where the header has 6"),
        ("2022,,276,854231,5,1", "line 3, column i: is empty"),
        ("2022,156,276,,5,1", "line 3, column k: is empty"),
    ],
)
def test_a_damaged_row_of_baci_is_named(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / BACI_2022.name
    path.write_text(f"t,i,j,k,v,q\n2022,156,276,854231,5,1\n{row}")
    assert said in problems(path)


def test_every_problem_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / BACI_2022.name
    path.write_text("t,i,j,k,v,q\n2022,999,276,854231,5,1\n20x2,156,276,99,-5,1\n")
    said = problems(path)
    for word in ("'999'", "no year", "'99'", "negative"):
        assert word in said


def test_a_lost_zero_and_a_spreadsheets_separators_are_put_right(tmp_path: Path) -> None:
    path = tmp_path / BACI_2022.name
    path.write_text("\ufefft;i;j;k;v;q\n2022;156;276;10121;90000,5;1\n", encoding="utf-8")
    found = read(path)
    assert values(found) == {("CHN", "DEU", "010121"): pytest.approx(90.0005)}
    assert any("zero in front" in note for note in found.notes)


def test_files_of_two_editions_in_one_folder_are_refused(tmp_path: Path) -> None:
    for name in ("BACI_HS17_Y2022_V202601.csv", "BACI_HS22_Y2022_V202601.csv"):
        shutil.copy(BACI_2022, tmp_path / name)
    assert "HS17, HS22" in problems(tmp_path)


economy = st.sampled_from(
    [e for e in codes.economies().values() if e.numeric and e.code not in {"TWN", "MCO"}]
)


@given(
    st.lists(
        st.tuples(
            economy,
            economy,
            st.sampled_from(codes.products("HS2017")),
            st.floats(0.001, 1e9).map(lambda v: round(v, 3)),
        ),
        min_size=1,
        max_size=30,
        unique_by=lambda row: (row[0].code, row[1].code, row[2]),
    )
)
def test_any_table_written_as_published_comes_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[object, ...]]
) -> None:
    path = tmp_path_factory.mktemp("baci") / BACI_2022.name
    lines = [f"2022,{int(a.numeric)},{int(b.numeric)},{k},{v:.3f},1" for a, b, k, v in rows]
    path.write_text("t,i,j,k,v,q\n" + "\n".join(lines) + "\n")
    found = values(read(path))
    assert found == {(a.code, b.code, k): pytest.approx(v / 1000) for a, b, k, v in rows}


def test_comtrade_keeps_each_flow_once_and_says_what_it_leaves_out() -> None:
    found = read(FILES / "comtrade_new.csv")
    assert found.record.key == "comtrade_hs2022"
    assert found.frame.select(
        "exporter", "importer", "product", "value", "quantity", "record"
    ).rows() == [
        ("TWN", "DEU", "854231", 120.0, 60.0, "importer"),
        ("USA", "DEU", "854231", 50.0, None, "importer"),
        ("USA", "NAM", "854231", 3.0, pytest.approx(0.7), "exporter"),
    ]
    said = "; ".join(found.notes)
    for word in ("mode of transport", "re-exports", "(partnerCode 0)", "importer reports"):
        assert word in said
    assert found.record.redistribution == "derived_only"


def test_the_old_site_and_the_api_of_comtrade_are_read() -> None:
    assert values(read(FILES / "comtrade_old.csv")) == {("CHN", "AUS", "010121"): 91.128858}
    assert values(read(FILES / "comtrade_api.json")) == {
        ("TWN", "DEU", "854231"): 120.0,
        ("USA", "DEU", "854231"): 50.0,
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",H6,854231,", ",S4,854231,", "is no edition of the HS"),
        ("H6,8542,", "H5,8542,", "mixes HS2017, HS2022"),
        (",854231,", ",8542,", "no codes of six digits"),
        (",2022,52,2022,", ",2022,1,202201,", "1 months of 2022"),
    ],
)
def test_a_comtrade_download_that_cannot_be_used_says_why(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = tmp_path / "TradeData.csv"
    path.write_text((FILES / "comtrade_new.csv").read_text().replace(old, new))
    assert said in problems(path)


def test_a_download_of_totals_alone_is_refused(tmp_path: Path) -> None:
    head, *rows = (FILES / "comtrade_old.csv").read_text().splitlines()
    path = tmp_path / "TradeData.csv"
    path.write_text("\n".join([head, *(row for row in rows if ",World," in row)]))
    assert "no flows are left" in problems(path)


def test_old_bulk_files_of_comext_take_totals_and_skip_secret_codes() -> None:
    found = read(FILES / "comext_old.dat", RATES)
    assert found.record.key == "comext_hs2017"
    assert found.frame.select("exporter", "importer", "value", "record").rows() == [
        ("DEU", "NAM", pytest.approx(0.375), "exporter"),
        ("FRA", "DEU", pytest.approx(0.875), "importer"),
        ("GBR", "FRA", pytest.approx(0.0125), "importer"),
        ("TWN", "DEU", pytest.approx(2.5), "importer"),
    ]
    said = "; ".join(found.notes)
    for word in ("kept secret", "statistical procedures", "headings", "importer reports", "1.25"):
        assert word in said


def test_new_bulk_files_add_up_procedures_and_know_greece_and_kosovo() -> None:
    found = read(FILES / "comext_v2.dat", RATES)
    assert values(found) == {
        ("TWN", "DEU", "854231"): pytest.approx(2.5),
        ("GRC", "XKX", "010121"): pytest.approx(0.00125),
    }
    assert any("PARTNER QV" in note for note in found.notes)
    quantity = dict(found.frame.select("exporter", "quantity").rows())
    assert quantity == pytest.approx({"TWN": 0.5, "GRC": 0.9005})


@pytest.mark.parametrize("name", ["comext_sdmx.csv", "comext_jsonstat.json"])
def test_the_api_of_comext_gives_values_and_quantities(name: str) -> None:
    found = read(FILES / name, Wishes(rates={2024: 1.25}))
    assert values(found)["TWN", "DEU", "854231"] == pytest.approx(2.5)
    quantity = dict(found.frame.filter(exporter="TWN").select("importer", "quantity").rows())
    assert quantity["DEU"] == pytest.approx(0.5)
    assert any("World" in note for note in found.notes)


def test_euros_need_a_rate_for_every_year() -> None:
    assert "--rate 2024=RATE" in problems(FILES / "comext_v2.dat")
    assert "--rate 2024=RATE" in problems(FILES / "comext_v2.dat", Wishes(rates={2023: 1.1}))


def test_years_of_two_editions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "comext.dat"
    text = (FILES / "comext_v2.dat").read_text()
    path.write_text(text.replace(",202452,1000.00", ",202152,1000.00"))
    assert "several editions of the HS: HS2017, HS2022" in problems(path, RATES)


def test_twelve_months_are_a_year_and_eleven_are_not(tmp_path: Path) -> None:
    header = "REPORTER,PARTNER,PRODUCT_NC,FLOW,STAT_PROCEDURE,PERIOD,VALUE_EUR,QUANTITY_KG\n"
    months = [f"DE,TW,85423190,1,1,2024{m:02d},1000000,10\n" for m in range(1, 13)]
    path = tmp_path / "full_v2_2024.dat"
    path.write_text(header + "".join(months))
    assert values(read(path, RATES)) == {("TWN", "DEU", "854231"): pytest.approx(15.0)}
    path.write_text(header + "".join(months[:11]))
    assert "11 months of 2024" in problems(path, RATES)


def _index(document: dict) -> dict:
    """Return the places of the categories of the longest dimension."""
    indices = [d["category"]["index"] for d in document["dimension"].values()]
    return max(indices, key=len)


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("id"),
        lambda d: d["size"].__setitem__(1, 3),
        lambda d: d["value"].__setitem__("99", 5),
        lambda d: d["value"].__setitem__("-1", 5),
        lambda d: d.__setitem__("value", "none"),
        lambda d: d["id"].append(d["id"][0]) or d["size"].append(d["size"][0]),
        lambda d: (
            d["dimension"].__setitem__("OBS_VALUE", d["dimension"][d["id"][0]])
            or d["id"].__setitem__(0, "OBS_VALUE")
        ),
        lambda d: _index(d).update(dict.fromkeys(_index(d), 0)),
    ],
)
def test_a_damaged_answer_in_json_stat_is_refused(tmp_path: Path, damage: object) -> None:
    document = json.loads((FILES / "comext_jsonstat.json").read_text())
    damage(document)
    path = tmp_path / "answer.json"
    path.write_text(json.dumps(document))
    assert "no data set in JSON-stat" in problems(path, RATES)
