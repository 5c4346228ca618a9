"""The kinds of tables that people bring, in other spellings: the right value, or a place named."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from isthmus import codes
from isthmus.codes import is_aggregate
from isthmus.errors import BadInput, CodeUnknown
from isthmus.evidence import DatasetRecord
from isthmus.sources.text import read_bytes
from isthmus.world.contracts import ConformChoices, Conformed, conform, conform_frame, from_text

HEAD = "year,exporter,importer,product,value,quantity,coverage\n"
LAST = "2022,USA,DEU,010121,40,5,full\n"


def about(key: str = "baci_hs2017") -> DatasetRecord:
    return DatasetRecord(
        key=key,
        title="t",
        publisher="p",
        edition="1",
        years=(2022,),
        unit="million USD",
        kind="measured",
        licence="CC0-1.0",
        attribution="a",
        redistribution="allowed",
    )


def added(
    text: str | bytes, choices: ConformChoices | None = None, key: str = "baci_hs2017"
) -> Conformed:
    raw = text if isinstance(text, bytes) else text.encode()
    choices = choices or ConformChoices()
    read = read_bytes(raw, "t.csv", choices.reading)
    found = conform(about(key), from_text(read), choices)
    return Conformed(found.record, found.frame, (*read.notes, *found.notes))


def refused(text: str | bytes, choices: ConformChoices | None = None) -> str:
    with pytest.raises(BadInput) as caught:
        added(text, choices)
    return str(caught.value)


@pytest.mark.parametrize(
    "code",
    [
        '"=""010121"""',
        "10121.0",
        "01.01.21",
        "0101.21",
        "0101 21",
        " 010121\u00a0",
        "10121",
        "010121.0",
    ],
)
def test_codes_that_lost_or_won_something(code: str) -> None:
    found = added(f"{HEAD}2022,CHN,DEU,{code},60,10,full\n{LAST}")
    assert found.frame["product"].to_list() == ["010121", "010121"]
    assert any("010121" in note or "taken off" in note or "written" in note for note in found.notes)


@pytest.mark.parametrize(
    "code", ["'010121", "0101.21.00", "HS010121", "1.0121E4", "010121x", "0101"]
)
def test_codes_that_say_something_else_are_named(code: str) -> None:
    said = refused(f"{HEAD}2022,CHN,DEU,{code},60,10,full\n{LAST}")
    assert f"line 2, column product: {code!r} is no product of six digits" in said


@pytest.mark.parametrize(
    "seller", ["156.0", "156", "China", "chn", "CN", "CHINA", "China, People's Rep."]
)
def test_economies_in_other_spellings(seller: str) -> None:
    found = added(f'{HEAD}2022.0,"{seller}",276.0,10121.0,60,10,full\n{LAST}')
    assert found.frame["exporter"].to_list() == ["CHN", "USA"]
    assert found.frame["importer"].to_list() == ["DEU", "DEU"]


@pytest.mark.parametrize(
    "name",
    [
        "World",
        "WORLD",
        "W00",
        "0",
        "97",
        "EU27_2020",
        "EU-27",
        "European Union (27)",
        "ASEAN",
        "G7",
        "NATO",
        "All countries",
        "Rest of the world",
        "Areas, nes",
        "Unspecified",
        "Bunkers",
        "_X",
    ],
)
def test_aggregates_in_other_spellings_are_refused_and_dropped_on_request(name: str) -> None:
    table = f'{HEAD}2022,"{name}",DEU,010121,60,10,full\n{LAST}'
    said = refused(table)
    assert "line 2, column exporter" in said
    assert "--drop-aggregates" in said
    found = added(table, ConformChoices(drop_aggregates=True))
    assert found.frame["exporter"].to_list() == ["USA"]
    assert any("1 row" in note and name in note for note in found.notes)


@pytest.mark.parametrize("name", ["CHN", "276", "UK", "Georgia", "Congo", "YUG", "Czechoslovakia"])
def test_single_and_former_economies_are_no_aggregates(name: str) -> None:
    assert not is_aggregate(name)


@pytest.mark.parametrize(
    "again",
    [
        "2022,chn,DEU,010121",
        "2022,CHN,DE,010121",
        "2022,China,276,10121.0",
        "2022.0,CHN,DEU,0101.21",
    ],
)
def test_one_flow_in_two_spellings_is_a_repeated_row(again: str) -> None:
    said = refused(f"{HEAD}2022,CHN,DEU,010121,60,10,full\n{again},60,10,full\n")
    assert "lines 2, 3: 2022, CHN, DEU, 010121 stands 2 times" in said


@pytest.mark.parametrize(
    ("cell", "value"),
    [("12.3 p", 12.3), ("45 e", 45.0), ("+5", 5.0), (".5", 0.5), ("1.2e3", 1200.0)],
)
def test_numbers_with_flags_and_signs(cell: str, value: float) -> None:
    found = added(f"{HEAD}2022,CHN,DEU,010121,{cell},10,full\n{LAST}")
    assert found.frame["value"].to_list() == [value, 40.0]


@pytest.mark.parametrize(
    "cell",
    [
        "…",
        "(z)",
        "*",
        "10b",
        ": c",
        "#VALUE!",
        "confidential",
        "k.A.",
        "n.d.",
        "5 %",
        "$5",
        "5 Mio",
        "(5)",
        "5-",
        "5.",
        "1_000",
        "١٢",
        "1..5",
        "−5",
        "-9999",
        "--",
        "–",
        "inf",
        "5/2",
        "0x10",
    ],
)
def test_cells_that_are_no_amount_are_named(cell: str) -> None:
    said = refused(f"{HEAD}2022,CHN,DEU,010121,{cell},10,full\n{LAST}")
    assert "line 2, column value" in said


@pytest.mark.parametrize("cell", ["60 m", "60 bn", "€ 60", "60 kg", "USD 60"])
def test_a_power_of_ten_or_a_unit_behind_a_number_is_no_flag(cell: str) -> None:
    said = refused(f"{HEAD}2022,CHN,DEU,010121,{cell},10,full\n{LAST}")
    assert "line 2, column value" in said
    assert "the unit belongs into the record" in said


def test_names_of_columns_of_statistical_offices_are_read() -> None:
    head = "TIME_PERIOD,ISO_O,ISO_D,hs6,OBS_VALUE\n"
    found = added(f"{head}2022,CHN,DEU,010121,60\n")
    assert {"year", "exporter", "importer", "product", "value"} <= set(found.frame.columns)


@pytest.mark.parametrize(
    "year", ["2022-Q1", "2022M05", "FY2022", "Jan-2022", "2022/23", "31.12.22"]
)
def test_what_is_no_year_is_told_how_one_is_written(year: str) -> None:
    said = refused(f"{HEAD}{LAST}{year},CHN,DEU,010121,60,10,full\n")
    assert "line 3, column year" in said
    assert "a year as 2022" in said


def test_typed_tables_are_held_to_the_same_rules_as_text() -> None:
    held: dict[str, list[object]] = {
        "year": [2022, 2022],
        "exporter": ["CHN", "USA"],
        "importer": ["DEU", "DEU"],
        "product": [10121, 10121],
        "value": [60.0, 40.0],
        "quantity": [None, None],
    }
    found = conform_frame(about(), pl.DataFrame(held)).frame
    assert found["quantity"].null_count() == 2
    with pytest.raises(BadInput, match="no rows"):
        conform_frame(about(), pl.DataFrame(held).head(0))
    days = {**held, "year": [dt.date(2022, 1, 1), dt.date(2022, 7, 1)]}
    with pytest.raises(BadInput, match="row 2, column year"):
        conform_frame(about(), pl.DataFrame(days))


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("12,345.6", "1.234,5", "'1.234,5' on line 3"),
        ("1.234,5", "1,234.5", "different decimal marks"),
        ("1,5", "2.5", "different decimal marks"),
        ("1.234", "2.500", "can be 1234 or 1.234"),
        ("1,234", "2,500", "can be 1234 or 1.234"),
        ("12,34,567.8", "1", "is not a number"),
    ],
)
def test_marks_that_contradict_or_settle_nothing(one: str, other: str, words: str) -> None:
    head = HEAD.replace(",", ";")
    said = refused(f"{head}2022;CHN;DEU;010121;{one};1;full\n2022;USA;DEU;010121;{other};1;full\n")
    assert words in said
    assert "line 2" in said


@pytest.mark.parametrize(
    ("one", "values"),
    [
        ("1 234,5", [1234.5, 2000.0]),
        ("1\u202f234,5", [1234.5, 2000.0]),
        ("1.234,5", [1234.5, 2000.0]),
    ],
)
def test_thousands_that_another_cell_settles(one: str, values: list[float]) -> None:
    head = HEAD.replace(",", ";")
    other = one.replace("1", "2").replace("234,5", "000")
    found = added(f"{head}2022;CHN;DEU;010121;{one};1;full\n2022;USA;DEU;010121;{other};1;full\n")
    assert found.frame["value"].to_list() == values


@pytest.mark.parametrize(
    "note",
    [
        "Quelle: Amt",
        "Fuente: oficina",
        "* provisional",
        "Note: rounded",
        "(c) an office",
        "Last update: 1.1.2024",
        "Source: A, B",
    ],
)
def test_notes_in_several_languages_below_the_rows(note: str) -> None:
    found = added(f"{HEAD}{LAST}{note}\n")
    assert found.frame.height == 1


@pytest.mark.parametrize(
    "line", ["Total,,,,40,,", "2022,JPN,DEU,010121", "end", "2022,JPN,DEU,010121,1,1,full,x"]
)
def test_lines_that_are_neither_rows_nor_notes_are_named(line: str) -> None:
    assert "line 3" in refused(f"{HEAD}{LAST}{line}\n")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("UK", "GBR"),
        ("EL", "GRC"),
        ("Zaire", "COD"),
        ("Burma", "MMR"),
        ("Upper Volta", "BFA"),
        ("Chinese Taipei", "TWN"),
        ("TPE", "TWN"),
        ("Korea, Rep.", "KOR"),
        ("Slovak Republic", "SVK"),
        ("GER", "DEU"),
        ("757", "CHE"),
        ("699", "IND"),
        ("058", "BEL"),
        ("842.0", "USA"),
        ("KSV", "XKX"),
        ("St. Lucia", "LCA"),
        ("São Tomé & Príncipe", "STP"),
        ("Hong Kong SAR, China", "HKG"),
    ],
)
def test_look_up_answers_with_the_one_meant_and_no_other(text: str, code: str) -> None:
    with pytest.raises(CodeUnknown) as caught:
        codes.economy(text)
    hint = caught.value.hint or ""
    assert hint.startswith(f"did you mean '{code}'")
    assert " or '" not in hint
