"""Files of customs records: whose record is kept, what is refused, what is said."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput
from isthmus.evidence.record import ON_ADDING
from isthmus.sources import customs
from isthmus.sources.flows import Rows
from isthmus.sources.published import Published, Wishes
from isthmus.sources.registry import source_of

COMEXT = "REPORTER,PARTNER,PRODUCT_NC,FLOW,STAT_PROCEDURE,PERIOD,VALUE_EUR,QUANTITY_KG\n"
COMTRADE = "period,reporterCode,flowCode,partnerCode,classificationCode,cmdCode,primaryValue\n"
RATES = {2024: 1.25}


def read(path: Path, wishes: Wishes | None = None) -> Published:
    """Return what the file's own source makes of it."""
    source = source_of(path)
    assert source is not None
    return source.dataset(path, wishes or Wishes(rates=RATES))


def problems(path: Path) -> str:
    """Return the words with which a file is refused."""
    with pytest.raises(BadInput) as caught:
        read(path)
    return str(caught.value)


def month(at: int, partner: str = "TW", flow: int = 1, quantity: int = 10) -> str:
    return f"DE,{partner},85423190,{flow},1,2024{at:02d},1000000,{quantity}\n"


@given(st.lists(st.sampled_from(["importer", "exporter"]), min_size=1, max_size=2, unique=True))
def test_one_record_never_doubles_a_flow(records: list[str]) -> None:
    flow = {"importer": "import", "exporter": "export"}
    sides = {"importer": ("DEU", "TWN"), "exporter": ("TWN", "DEU")}
    lines = [
        {"year": 2022, "reporter": sides[r][0], "partner": sides[r][1], "flow": flow[r], "line": n}
        for n, r in enumerate(records)
    ]
    rows = Rows(pl.DataFrame(lines).with_columns(value=1.0), "t")
    customs.one_record(rows)
    assert rows.frame.select("exporter", "importer").rows() == [("TWN", "DEU")]
    best = "importer" if "importer" in records else "exporter"
    assert rows.frame["record"].to_list() == [best]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("full_v2_202452.dat", COMEXT + "DE,TW,85423190,1,1,202452,1000000,10\n" * 2),
        ("TradeData.csv", COMTRADE + "2024,276,M,490,H6,854231,5\n2024,276,M,490,H6,854231,7\n"),
    ],
)
def test_a_row_that_stands_twice_is_refused_with_its_lines(
    tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    said = problems(path)
    assert "lines 2, 3" in said
    assert "stands more than once" in said


def test_a_partner_without_trade_in_a_month_is_taken_and_a_short_side_is_said(
    tmp_path: Path,
) -> None:
    path = tmp_path / "full_v2_2024.dat"
    imports = "".join(month(m) for m in range(1, 13))
    path.write_text(COMEXT + imports + month(3, partner="KR"))
    found = read(path)
    assert dict(found.frame.select("exporter", "value").rows()) == {"TWN": 15.0, "KOR": 1.25}
    assert not any("fewer than twelve" in note for note in found.notes)
    path.write_text(COMEXT + imports + month(3, flow=2))
    found = read(path)
    said = "exports of DE in 2024 (1)"
    assert any(said in note for note in found.notes)
    assert any(f.startswith(ON_ADDING) and said in f for f in found.record.faults)


def test_months_beside_the_total_of_their_year_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "full_v2_2024.dat"
    path.write_text(COMEXT + month(1) + month(52))
    found = read(path)
    assert found.frame["value"].to_list() == [1.25]
    assert any("months of a year whose total is there" in note for note in found.notes)


@pytest.mark.parametrize(("unit", "tonnes"), [("100KG", 0.5), ("KG", 0.005)])
def test_quantities_are_tonnes_in_whatever_unit_the_column_counts(
    tmp_path: Path, unit: str, tonnes: float
) -> None:
    path = tmp_path / "full202452.dat"
    path.write_text(
        f"DECLARANT_ISO,PARTNER_ISO,PRODUCT_NC,FLOW,STAT_REGIME,PERIOD,VALUE_IN_EUROS,QUANTITY_IN_{unit}\n"
        "DE,TW,85423190,1,4,202452,1000000,5\n"
    )
    assert read(path).frame["quantity"].to_list() == [pytest.approx(tonnes)]


def test_a_cell_of_the_api_without_an_observation_is_counted_and_a_lone_quantity_named(
    tmp_path: Path,
) -> None:
    head = "DATAFLOW,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE\n"
    value = "X,DE,TW,854231,1,VALUE_IN_EUROS,2024,8\n"
    path = tmp_path / "comext.csv"
    path.write_text(f"{head}{value}X,FR,TW,854231,1,VALUE_IN_EUROS,2024,\n")
    found = read(path)
    assert found.frame.height == 1
    assert any("1 cells without a value left out" in note for note in found.notes)
    path.write_text(f"{head}{value}X,FR,TW,854231,1,QUANTITY_IN_100KG,2024,5\n")
    assert "1 row without a value left out (comext.csv, line 3, column VALUE_IN_EUROS)" in "".join(
        read(path).record.on_adding
    )
