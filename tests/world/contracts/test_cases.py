"""Tables as people bring them, through the command line: the right value, or a refusal by row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isthmus.cli.root import main
from isthmus.world import World

RECORD = """key = "{key}"
title = "Made-up table"
publisher = "Example"
edition = "1"
years = {years}
unit = "{unit}"
kind = "measured"
licence = "CC0-1.0"
attribution = "none needed"
redistribution = "allowed"
"""
HEADER = "year,exporter,importer,product,value,quantity,coverage\n"
TABLE = """exporter,product,importer,C26,C29,HFCE,INVNT
DEU,C26,DEU,10.0,20.0,40.0,5.0
DEU,C26,TWN,5.0,0.0,15.0,5.0
DEU,C29,DEU,15.0,30.0,30.0,5.0
DEU,C29,TWN,0.0,10.0,8.0,2.0
TWN,C26,DEU,5.0,0.0,10.0,5.0
TWN,C26,TWN,20.0,10.0,40.0,10.0
TWN,C29,DEU,0.0,10.0,10.0,0.0
TWN,C29,TWN,10.0,40.0,20.0,10.0
,VALUE_ADDED,DEU,70.0,40.0,0.0,0.0
,VALUE_ADDED,TWN,65.0,40.0,0.0,0.0
,OTHER_PRIMARY_INPUTS,DEU,0.0,0.0,0.0,0.0
,OTHER_PRIMARY_INPUTS,TWN,0.0,0.0,0.0,0.0
,OUTPUT,DEU,100.0,100.0,0.0,0.0
,OUTPUT,TWN,100.0,100.0,0.0,0.0
"""


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))


class Bench:
    """Writes a table and its record, adds it, and asks a lens of it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def add(
        self,
        table: str | bytes,
        *options: str,
        key: str = "baci_hs2017",
        years: str = "[2022]",
        unit: str = "million USD",
        more: str = "",
        code: int = 0,
    ) -> str:
        """Add a table and return what was said."""
        path = self.folder / "table.csv"
        path.write_bytes(table if isinstance(table, bytes) else table.encode())
        text = RECORD.format(key=key, years=years, unit=unit) + more
        path.with_suffix(".toml").write_text(text, encoding="utf-8")
        assert main(["data", "add", str(path), *options]) == code
        return " ".join(self.capsys.readouterr().err.split())

    def shares(self, product: str, *words: str) -> dict[str, float]:
        """Return the suppliers' shares of Germany's purchases of a product."""
        asked = ["dependence", "DEU", "--world", "starter+baci_hs2017", "--years", "2022"]
        assert main([*asked, "--product", product, "--json", *words]) == 0
        document = json.loads(self.capsys.readouterr().out)
        table = document["tables"]["suppliers"]
        names = [column["name"] for column in table["columns"]]
        seller, share = names.index("exporter"), names.index("share")
        return {row[seller]: row[share] for row in table["rows"] if row[share]}


@pytest.fixture
def bench(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Bench:
    return Bench(tmp_path, capsys)


def rows(*lines: str) -> str:
    return HEADER + "".join(f"{line}\n" for line in lines)


def test_codes_keep_their_zeros(bench: Bench) -> None:
    bench.add(rows("2022,CHN,DEU,010121,60,10,full", "2022,USA,DEU,010121,40,5,full"))
    assert bench.shares("010121") == {"CHN": 0.6, "USA": 0.4}


def test_a_code_without_its_zero_gets_it_back_and_is_said(bench: Bench) -> None:
    said = bench.add(rows("2022,CHN,DEU,10121,60,10,full", "2022,USA,DEU,0101.21,40,5,full"))
    assert "read '10121' as 010121, '0101.21' as 010121" in said
    assert bench.shares("010121") == {"CHN": 0.6, "USA": 0.4}


def test_coverage_of_codes_that_are_all_digits(bench: Bench) -> None:
    lines = [
        f"{year},{seller},{buyer},{product},{value},1,full"
        for year in range(2016, 2022)
        for seller in ("NOR", "GBR")
        for buyer in ("CHN", "USA")
        for product, value in (("030214", 900), ("220421", 300))
    ]
    assert "years are those of the rows now: 2016 to 2021" in bench.add(rows(*lines))
    assert main(["coercion", "coverage", "--world", "starter+baci_hs2017"]) == 0


def test_repeated_rows_are_refused_and_added_up_on_request(bench: Bench) -> None:
    table = rows(
        "2022,CHN,DEU,850511,90,1,full",
        "2022,CHN,DEU,850511,90,1,full",
        "2022,USA,DEU,850511,20,1,full",
    )
    said = bench.add(table, code=3)
    assert "lines 2, 3" in said
    assert "stands 2 times" in said
    assert "1 repeated rows added" in bench.add(table, "--sum-duplicates")
    assert bench.shares("850511") == {"CHN": 0.9, "USA": 0.1}


def test_rows_that_stand_twice_are_named_beside_other_faults(bench: Bench) -> None:
    table = rows(
        "2022,CHN,DEU,850511,90,1,full",
        "2022,CHN,DEU,850511,91,1,full",
        "2022,XQX,DEU,850511,20,1,full",
        "2022,USA,DEU,850511,many,1,full",
        "2022,JPN,DEU,850511,,1,full",
        "2022,JPN,DEU,850511,5,1,full",
        "2022,DEU,DEU,850511,5,1,full",
        "2022,DEU,DEU,850511,5,1,full",
    )
    said = bench.add(table, code=3)
    for part in ("2022, CHN, DEU, 850511 stands 2 times", "'XQX'", "'many'", "3 problems"):
        assert part in said


@pytest.mark.parametrize("label", ["Total", "All", "Sum", "Insgesamt", "Africa"])
def test_a_total_under_any_name_is_refused_as_one(bench: Bench, label: str) -> None:
    table = rows("2022,CHN,DEU,850511,90,1,full", f"2022,{label},DEU,850511,100,1,full")
    said = bench.add(table, code=3)
    assert f"'{label}' is no economy (an aggregate: leave its rows out" in said
    assert "did you mean" not in said
    said = bench.add(table, "--drop-aggregates")
    assert f"1 row of {label} left out" in said
    assert ("100 against 90" in said) == (label != "Africa")


def test_the_world_among_the_partners_is_refused_and_dropped_on_request(bench: Bench) -> None:
    table = rows(
        "2022,CHN,DEU,850511,90,1,full",
        "2022,USA,DEU,850511,10,1,full",
        "2022,WLD,DEU,850511,100,1,full",
    )
    assert "line 4, column exporter: 'WLD' is no economy" in bench.add(table, code=3)
    said = bench.add(table, "--drop-aggregates")
    assert "1 row of WLD left out" in said
    assert "differ" not in said
    assert bench.shares("850511") == {"CHN": 0.9, "USA": 0.1}
    said = bench.add(table.replace(",100,", ",150,"), "--drop-aggregates")
    assert "1 totals of the world differ" in said
    assert "150 against 100" in said


@pytest.mark.parametrize("cell", ["", ":", "..", "n/a", "c", "NaN"])
def test_a_missing_value_is_not_zero_and_is_said_with_the_shares(bench: Bench, cell: str) -> None:
    said = bench.add(
        rows(
            "2022,CHN,DEU,850511,90,1,full",
            f"2022,USA,DEU,850511,{cell},1,full",
            "2022,JPN,DEU,850511,10,:,full",
        )
    )
    assert "1 row without a number in value left out (table.csv, line 3)" in said
    assert bench.shares("850511") == {"CHN": 0.9, "JPN": 0.1}
    assert main(["dependence", "DEU", "--world", "starter+baci_hs2017", "--product", "850511"]) == 0
    printed = bench.capsys.readouterr()
    assert "missing is not zero" in " ".join((printed.out + printed.err).split())


def test_a_dash_is_refused_by_row_until_it_is_told(bench: Bench) -> None:
    table = rows("2022,CHN,DEU,850511,90,1,full", "2022,USA,DEU,850511,-,1,full")
    said = bench.add(table, code=3)
    assert "line 3, column value: '-' is not a number" in said
    assert "--dash" in said
    assert "read as zero" in bench.add(table, more='[reading]\ndash = "zero"\n')
    assert "read as missing" in bench.add(table, "--dash", "missing")


def test_an_inter_economy_table_with_thousands_separators(bench: Bench) -> None:
    table = TABLE.replace("40.0,5.0\nDEU,C26,TWN", '"1,040.0",5.0\nDEU,C26,TWN')
    table = table.replace("VALUE_ADDED,DEU,70.0", 'VALUE_ADDED,DEU,"1,070.0"')
    table = table.replace("OUTPUT,DEU,100.0", 'OUTPUT,DEU,"1,100.0"')
    bench.add(table, key="mrio_mine_2019", years="[2019]")
    world = World.open("starter+mrio_mine_2019").mrio(2019)
    assert world.x.tolist() == [1100.0, 100.0, 100.0, 100.0]
    assert world.Y[0, 0] == 1040.0


def test_notes_below_the_rows_are_left_out(bench: Bench) -> None:
    table = rows("2022,CHN,DEU,850511,90,1,full", "2022,USA,DEU,850511,10,1,full")
    assert "line 5 'Source: CEPII'" in bench.add(table + "\nSource: CEPII\n")
    assert bench.shares("850511") == {"CHN": 0.9, "USA": 0.1}


def test_every_problem_is_named_at_once(bench: Bench) -> None:
    said = bench.add(
        rows(
            "2022,CHN,DEU,850511,-10,1,full",
            "2022,Chinaland,DEU,850511,abc,1,full",
            "202X,CHN,DEU,852411,5,1,some",
            "2022,CHN,,8505,5,1,full",
            "2022.5,CHN,DEU,850511,5,1,full",
        ),
        code=3,
    )
    for words in (
        "line 2, column value: -10.0 is negative",
        "line 3, column exporter: 'Chinaland' is no economy",
        "line 3, column value: 'abc' is not a number",
        "line 4, column year: '202X' is not a number",
        "line 4, column product: '852411' is no product of six digits in HS2017",
        "line 4, column coverage: 'some' is not known",
        "line 5, column importer: is empty",
        "line 5, column product: '8505' is no product of six digits",
        "line 6, column year: 2022.5 is no whole number",
    ):
        assert words in said


@pytest.mark.parametrize("year", ["2022.0", "2022-01-01", "2022-12-31", "01/01/2022", "31.12.2022"])
def test_years_as_decimals_or_dates(bench: Bench, year: str) -> None:
    said = bench.add(rows(f"{year},CHN,DEU,850511,90,1,full"))
    assert "read as years" in said
    assert World.open("starter+baci_hs2017").table("baci_hs2017")["year"].to_list() == [2022]


@pytest.mark.parametrize("year", ["2022-05-01", "05/2022", "2022Q1"])
def test_a_part_of_a_year_is_refused(bench: Bench, year: str) -> None:
    assert "line 2, column year" in bench.add(rows(f"{year},CHN,DEU,850511,90,1,full"), code=3)


def test_case_blanks_and_codes_of_two_letters_are_read_and_said(bench: Bench) -> None:
    said = bench.add(rows("2022, chn,DE,850511,90,1,Full", "2022,US,DEU,850511,10,1,full"))
    assert "read 'chn' as CHN, 'US' as USA" in said
    assert "1 cell blanks at the ends taken off" in said
    assert bench.shares("850511") == {"CHN": 0.9, "USA": 0.1}


@pytest.mark.parametrize(
    ("unit", "value"), [("USD", 90e6), ("thousand USD", 90e3), ("billion USD", 0.09)]
)
def test_amounts_are_converted_to_the_unit_of_the_lenses(
    bench: Bench, unit: str, value: float
) -> None:
    said = bench.add(rows(f"2022,CHN,DEU,850511,{value},1,full"), unit=unit)
    assert f"{unit} converted to million USD" in said
    world = World.open("starter+baci_hs2017")
    assert world.trade()["value"].to_list() == pytest.approx([90.0], rel=1e-12)
    assert world.record("baci_hs2017").unit == "million USD"


def test_another_currency_is_refused(bench: Bench) -> None:
    said = bench.add(rows("2022,CHN,DEU,850511,90,1,full"), unit="million EUR", code=3)
    assert "the record says 'million EUR'" in said


def test_columns_under_other_names_and_absent_ones(bench: Bench) -> None:
    said = bench.add("Time;Origin;Destination;HS6;Value\n2022;CHN;DEU;850511;1,5\n")
    assert "'Time' as year" in said
    assert "no column coverage: taken as 'full'" in said
    assert bench.shares("850511") == {"CHN": 1.0}


def test_wrong_columns_are_refused_with_those_that_are_needed(bench: Bench) -> None:
    said = bench.add("a,b\n1,2\n", code=3)
    assert "no column year, exporter, importer, product, value" in said


def test_a_negative_value_added_is_refused_and_repaired_on_request(bench: Bench) -> None:
    table = TABLE.replace("VALUE_ADDED,DEU,70.0", "VALUE_ADDED,DEU,-5.0")
    table = table.replace("INPUTS,DEU,0.0", "INPUTS,DEU,75.0")
    options = {"key": "mrio_mine_2019", "years": "[2019]"}
    said = bench.add(table, code=3, **options)
    assert "negative value added: DEU:C26" in said
    assert "--repair" in said
    assert "became other primary input" in bench.add(table, "--repair", **options)
    world = World.open("starter+mrio_mine_2019").mrio(2019)
    assert world.v[0] == 0.0
    assert world.other[0] == 70.0
    assert any("negative value added" in note for note in world.notes)


def test_what_is_wrong_with_a_whole_table_is_named_with_its_lines(bench: Bench) -> None:
    broken = TABLE.replace("TWN,C29,TWN,10.0", "TWN,C29,TWN,11.0")
    said = bench.add(broken, key="mrio_mine_2019", years="[2019]", code=3)
    assert "table.csv, lines 8, 9: sales do not add up to gross output: TWN:C29" in said
    assert "table.csv, line 15, column C26: inputs and value added do not add up" in said
    assert "--repair" in said
    more = "TWN,C29,TWN,1,1,1,1\nJPN,C26,DEU,1,1,1,\n,VAD,DEU,1,1,1,1\n"
    said = bench.add(TABLE + more, key="mrio_mine_2019", years="[2019]", code=3)
    assert "table.csv, lines 9, 16: TWN, C29, TWN stands twice" in said
    assert "table.csv, line 17, column exporter: 'JPN' is not known" in said
    assert "table.csv, line 17, column INVNT: is empty" in said
    assert "table.csv, line 18, column product: row 'VAD' without an exporter" in said


def test_a_publishers_layout_that_is_not_the_houses_is_refused_at_the_add(bench: Bench) -> None:
    said = bench.add(",DEU_C26,DEU_HFCE\nDEU_C26,1,2\n", key="mrio_x_2019", code=3)
    assert "no column exporter, product, importer" in said


def test_a_table_with_codes_of_two_letters_answers_to_three(bench: Bench) -> None:
    table = TABLE.replace("DEU", "DE").replace("TWN", "TW")
    said = bench.add(table, key="mrio_mine_2019", years="[2019]")
    assert "read 'DE' as DEU, 'TW' as TWN" in said
    assert World.open("starter+mrio_mine_2019").mrio(2019).economies == ("DEU", "TWN")


def test_a_table_belongs_to_one_year(bench: Bench) -> None:
    said = bench.add(TABLE, key="mrio_mine_2019", years="[2018, 2019]", code=3)
    assert "the record names 2 years" in said


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (("CN1", "CN2"), "'CN1', 'CN2' stand for one economy, CHN"),
        (("UK", "GB"), "'GB', 'UK' stand for one economy, GBR"),
        (("DEU", "WLD"), "'WLD' is the world: it counts twice"),
        (("DEU", "EU27_2020"), "'EU27_2020' stands beside its members DEU"),
        (("EUU", "DE"), "'EUU' stands beside its members DEU"),
    ],
)
def test_labels_that_count_an_economy_twice_are_refused_by_row(
    bench: Bench, labels: tuple[str, str], said: str
) -> None:
    table = TABLE.replace("DEU", "~").replace("TWN", labels[1]).replace("~", labels[0])
    found = bench.add(table, key="mrio_mine_2019", years="[2019]", code=3)
    assert said in found
    assert "table.csv, lines 2, 3, 4 and" in found or "table.csv, lines 3, 5, 6 and" in found


def test_regions_of_one_source_keep_their_labels_and_its_meaning(bench: Bench) -> None:
    lines = [line.split(",") for line in TABLE.strip().splitlines()[1:]]
    head = TABLE.splitlines()[0]
    twice = [
        ",".join({"DEU": "WF", "TWN": "WA"}.get(cell, cell) for cell in line) for line in lines
    ]
    own = [",".join({"DEU": "DE", "TWN": "TW"}.get(cell, cell) for cell in line) for line in lines]
    said = bench.add("\n".join([head, *own, *twice]) + "\n", key="mrio_mine_2019", years="[2019]")
    assert "read 'DE' as DEU, 'TW' as TWN" in said
    found = World.open("starter+mrio_mine_2019").mrio(2019).economies
    assert set(found) == {"DEU", "TWN", "WF", "WA"}, "WF is a region beside WA, not Wallis"


def test_a_key_that_names_another_year_is_refused(bench: Bench) -> None:
    said = bench.add(TABLE, key="mrio_mine_2019", years="[2018]", code=3)
    assert "the key 'mrio_mine_2019' names another year than the record" in said


def test_purchases_below_zero_are_refused_by_row_and_column(bench: Bench) -> None:
    table = TABLE.replace("DEU,C26,TWN,5.0", "DEU,C26,TWN,-5.0")
    said = bench.add(table, key="mrio_mine_2019", years="[2019]", code=3)
    assert "table.csv, line 3, column C26: is negative" in said


def test_a_rate_turns_a_table_and_is_refused_where_it_turns_nothing(bench: Bench) -> None:
    options = {"key": "mrio_mine_2019", "years": "[2019]"}
    said = bench.add(TABLE, "--rate", "1.12", unit="thousand EUR", **options)
    assert "EUR turned into USD with 1.12 (2019) USD per EUR, as given: assumed" in said
    table = World.open("starter+mrio_mine_2019").mrio(2019)
    assert table.unit == "million USD"
    assert table.x.tolist() == pytest.approx([0.112] * 4)
    nothing = "rate: no amounts of another currency to turn"
    assert nothing in bench.add(TABLE, "--rate", "1.12", code=3, **options)
    flows = rows("2022,CHN,DEU,850511,90,1,full")
    assert nothing in bench.add(flows, "--rate", "1.12", code=3)
    assert nothing in bench.add("a,b\n1,2\n", "--rate", "1.12", key="own", code=3)


@pytest.mark.parametrize(
    ("first", "said"), [(3, "the other columns"), (5, "the other columns of categories")]
)
def test_a_total_of_other_columns_is_no_category_of_demand(
    bench: Bench, first: int, said: str
) -> None:
    head, *lines = TABLE.splitlines()
    sums = [f"{line},{sum(map(float, line.split(',')[first:]))}" for line in lines]
    table = "\n".join([f"{head},ALL", *sums]) + "\n"
    options = {"key": "mrio_mine_2019", "years": "[2019]"}
    found = bench.add(table, "--repair", code=3, **options)
    assert f"column ALL: is the sum of {said} (leave totals out" in found


@pytest.mark.parametrize("name", ["Year", "TIME_PERIOD"])
def test_a_column_with_the_year_is_no_category_of_demand(bench: Bench, name: str) -> None:
    options = {"key": "mrio_mine_2019", "years": "[2019]"}
    head, *lines = TABLE.strip().split("\n")
    dated = "\n".join([f"{name},{head}", *(f"2019,{line}" for line in lines)])
    assert f"column {name} taken as the year" in bench.add(dated, **options)
    assert World.open("starter+mrio_mine_2019").mrio(2019).x.tolist() == [100.0] * 4
    mixed = dated.replace("2019,DEU,C29,TWN", "2018,DEU,C29,TWN")
    said = bench.add(mixed, code=3, **options)
    assert f"line 5, column {name}: is not 2019, the year of the record" in said


def test_empty_cells_of_a_table_are_refused_by_row(bench: Bench) -> None:
    options = {"key": "mrio_mine_2019", "years": "[2019]"}
    table = TABLE.replace("DEU,C29,TWN,0.0", "DEU,C29,TWN,")
    assert "line 5, column C26: is empty" in bench.add(table, code=3, **options)
    bench.add(table, "--blank", "zero", **options)
    below = TABLE.replace("40.0,0.0,0.0\n", "40.0,,\n")
    bench.add(below, **options)


def test_semicolons_decimal_commas_and_a_mark_in_front_of_the_record(bench: Bench) -> None:
    table = "economy;industry;value\nDEU;C26;21,5\nFRA;C29;7,25\n"
    said = bench.add(table, key="stock_days", unit="days")
    assert "separator semicolon" in said
    assert "decimal mark ','" in said
    assert World.open("starter+stock_days").table("stock_days")["value"].to_list() == [21.5, 7.25]
    path = bench.folder / "table.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert main(["data", "add", str(bench.folder / "table.csv")]) == 0


def test_a_supplier_table_keeps_its_codes(bench: Bench) -> None:
    table = "supplier,country,hs_code,spend_eur\nA,TW,853400,5\nB,DE,8542.31,7\n"
    bench.add(table, key="my_suppliers", unit="EUR")
    frame = World.open("starter+my_suppliers").table("my_suppliers")
    assert frame["hs_code"].to_list() == ["853400", "8542.31"]
    assert frame["spend_eur"].to_list() == [5, 7]


def test_a_key_that_is_computed_with_the_world_is_closed(bench: Bench) -> None:
    said = bench.add("a,b\n1,2\n", key="material_split", code=3)
    assert "cannot be replaced" in said


def test_reading_in_the_record_is_checked(bench: Bench) -> None:
    said = bench.add(TABLE, more='[reading]\ndash = "maybe"\n', code=3)
    assert "reading.dash: Input should be '', 'zero' or 'missing'" in said
    said = bench.add(TABLE, more='[reading]\ndecimals = ","\n', code=3)
    assert "unknown field 'decimals' (did you mean 'decimal'?)" in said


def test_trade_of_an_economy_with_itself_is_left_out_and_said(bench: Bench) -> None:
    said = bench.add(rows("2022,CHN,DEU,850511,90,1,full", "2022,DEU,DEU,850511,10,1,full"))
    assert "1 row of an economy's trade with itself left out (table.csv, line 3)" in said
    assert bench.shares("850511") == {"CHN": 1.0}


def test_a_numeric_code_of_the_customs_sources_is_read_with_what_it_covers(bench: Bench) -> None:
    said = bench.add(rows("2022,156,276,850511,90,1,full", "2022,490,276,850511,10,1,full"))
    assert "'490' as TWN (Other Asia" in said
    assert bench.shares("850511") == {"CHN": 0.9, "TWN": 0.1}


def test_title_lines_of_a_publisher_are_no_header(bench: Bench) -> None:
    titles = "Trade register, all years\nUnit: million USD\nAs of 1 May 2024; see notes\n\n"
    said = bench.add(titles + rows("2022,CHN,DEU,850511,90,1,full"))
    assert "3 lines above the header left out" in said


def test_what_is_no_text_table_is_refused_before_the_record_is_asked_for(bench: Bench) -> None:
    path = bench.folder / "book.docx"
    path.write_bytes(b"PK")
    assert main(["data", "add", str(path)]) == 3
    assert "read are text (.csv, .tsv, .txt)" in bench.capsys.readouterr().err


def test_a_table_keeps_its_currency_and_comes_in_millions(bench: Bench) -> None:
    options = {"key": "mrio_mine_2019", "years": "[2019]"}
    said = bench.add(TABLE, unit="thousand EUR", **options)
    assert "thousand EUR converted to million EUR" in said
    world = World.open("starter+mrio_mine_2019").mrio(2019)
    assert world.unit == "million EUR"
    assert world.x.tolist() == pytest.approx([0.1, 0.1, 0.1, 0.1])
    assert any("amounts are in million EUR" in note for note in world.notes)
    asked = ["--world", "starter+mrio_mine_2019", "--year", "2019", "--json"]
    for words, tables in (
        (["chains", "lookthrough", "DEU", "--on", "TWN"], ("lookthrough",)),
        (["chains", "upstreamness", "DEU"], ("position",)),
        (["chains", "demand", "DEU"], ("foreign_demand",)),
    ):
        assert main([*words, *asked]) == 0
        document = json.loads(bench.capsys.readouterr().out)
        for name in tables:
            units = {c["unit"] for c in document["tables"][name]["columns"]}
            assert "million EUR" in units
            assert "million USD" not in units
    assert "is no unit of money" in bench.add(TABLE, unit="tonnes", code=3, **options)


def test_flows_that_are_no_whole_cube_are_refused_where_rows_are_missing(bench: Bench) -> None:
    parties = ("DEU", "TWN")
    cells = [(a, b, i) for a in parties for b in parties for i in ("C26", "SERV")]
    lines = [f"2022,{a},{b},{i},5" for a, b, i in cells]
    head = "year,exporter,importer,industry,value\n"
    bench.add(head + "\n".join(lines), key="icio_flows")
    said = bench.add(head + "\n".join(lines[:-1]), key="icio_flows", code=3)
    assert "7 rows where 8 combinations need one each" in said
    stray = bench.add(head + "\n".join([*lines, "2022,DEU,TWN,C99,5"]), key="icio_flows", code=3)
    assert "line 10, column industry: 'C99' has 1 of 4 rows" in stray
    blank = [*lines[:-1], "2022,TWN,TWN,SERV,"]
    assert "missing is not zero" in bench.add(head + "\n".join(blank), key="icio_flows", code=3)
