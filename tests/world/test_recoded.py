"""Tables carried to another classification: sums stay, what was divided is said, all is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from isthmus.cli.root import main
from isthmus.errors import BadInput
from isthmus.evidence import Kind
from isthmus.world.recoded import recoded

TABLE = """year;exporter;product;value;kg
2022;CHN;854231;7,5;10
2022;CHN;854232;1,5;1
2022;USA;854231;2,5;5
2022;CHN;280530;1;1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_text(TABLE)
    return path


def test_codes_that_meet_are_added_up_by_all_other_columns(file: Path) -> None:
    converted, links = recoded(file, "HS2022", "HS1992", values=("value", "kg"))
    assert converted.frame.rows() == [
        ("2022", "CHN", "854211", 9.0, 11.0),
        ("2022", "USA", "854211", 2.5, 5.0),
        ("2022", "CHN", "280530", 1.0, 1.0),
    ]
    assert converted.kind is Kind.MEASURED
    assert links.frame.select("product", "becomes", "relation", "part", "value").rows() == [
        ("854231", "854211", "n:1", 1.0, 10.0),
        ("854232", "854211", "n:1", 1.0, 1.5),
        ("280530", "280530", "1:1", 1.0, 1.0),
    ]


def test_codes_that_became_several_are_divided_only_when_asked(file: Path) -> None:
    file.write_text(TABLE.replace("854231", "854211").replace("854232", "10111"))
    with pytest.raises(BadInput) as caught:
        recoded(file, "HS1992", "HS2022")
    said = str(caught.value)
    assert "lines 2, 4, column product: 854211 became 854231, 854232" in said
    assert "line 3, column product: 010111 became 010121, 010130" in said
    converted, links = recoded(file, "HS1992", "HS2022", split=True)
    assert converted.frame["value"].sum() == pytest.approx(12.5)
    assert converted.kind is Kind.ASSUMED
    assert set(links.frame.filter(relation="1:n")["divided"]) == {"in equal parts: assumed"}


def test_weights_of_the_source_are_taken_where_it_gives_them(file: Path) -> None:
    file.write_text("product,value\n10511,9\n")
    converted, links = recoded(file, "HS2017", "ICIO2025", split=True)
    assert [code for code, _ in converted.frame.rows()] == ["A01", "A03"]
    assert converted.frame["value"].to_list() == pytest.approx([6.0, 3.0], rel=1e-5)
    assert converted.kind is Kind.ESTIMATED
    assert set(links.frame["divided"]) == {"by the weights of the source"}
    file.write_text("product,value\n220190,9\n")
    with pytest.raises(BadInput, match="220190 became none of ICIO2025"):
        recoded(file, "HS2017", "ICIO2025")
    converted, links = recoded(file, "HS2017", "ICIO2025", leave_out=True)
    assert converted.frame.is_empty()
    assert links.frame["relation"].to_list() == ["1:0"]


def test_every_cell_that_cannot_be_carried_is_named_at_once(file: Path) -> None:
    file.write_text(TABLE.replace("280530", "abc").replace("2,5", "two").replace("1,5", ""))
    with pytest.raises(BadInput) as caught:
        recoded(file, "HS2022", "HS1992")
    said = str(caught.value)
    for words in (
        "line 4, column value: 'two' is not a number",
        "line 3, column value: is empty",
        "line 5, column product: 'abc' is no code of HS2022",
    ):
        assert words in said
    with pytest.raises(BadInput, match="no column 'hs6'"):
        recoded(file, "HS2022", "HS1992", column="hs6")


def test_what_the_command_writes_is_read_again(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = file.with_name("new.csv")
    asked = ["codes", "convert", str(file), "HS2022", "HS1992", "--value", "value", "kg"]
    assert main([*asked, "--table", "converted", "--out", str(out)]) == 0
    back, _ = recoded(out, "HS1992", "HS1996", values=("value", "kg"), split=True)
    assert back.frame["kg"].sum() == pytest.approx(17.0)
