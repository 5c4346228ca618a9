"""Sums among the rows of customs files: told apart, compared with their parts, never double."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import codes
from isthmus.errors import BadInput
from isthmus.sources.published import Published, Wishes
from isthmus.sources.registry import source_of

BULK = "REPORTER,PARTNER,PRODUCT_NC,FLOW,STAT_PROCEDURE,PERIOD,VALUE_EUR,QUANTITY_KG\n"
API = "DATAFLOW,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE\n"
COMTRADE = (
    "period,reporterCode,flowCode,partnerCode,motCode,classificationCode,cmdCode,primaryValue\n"
)


def read(folder: Path, name: str, text: str) -> Published:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    source = source_of(path)
    assert source is not None
    return source.dataset(path, Wishes(rates={0: 1.0}))


def api(*rows: str, folder: Path) -> Published:
    lines = [f"X,A,DE,{p},{k},1,VALUE_IN_EUROS,2024,{v}\n" for p, k, v in map(str.split, rows)]
    return read(folder, "comext.csv", API + "".join(lines))


def bulk(*rows: str, folder: Path) -> Published:
    lines = [f"DE,{p},{k},1,{s},202452,{v},1\n" for p, k, s, v in map(str.split, rows)]
    return read(folder, "full_v2_202452.dat", BULK + "".join(lines))


def comtrade(*rows: str, folder: Path) -> Published:
    lines = [f"2022,276,{f},{p},{m},H6,{k},{v}\n" for f, p, m, k, v in map(str.split, rows)]
    return read(folder, "TradeData_1.csv", COMTRADE + "".join(lines))


def flows(found: Published) -> dict[tuple[str, str], float]:
    rows = found.frame.select("exporter", "product", "value").rows()
    return {(seller, product): pytest.approx(value * 1e6) for seller, product, value in rows}


def told(found: Published) -> str:
    return "; ".join(found.record.on_adding)


def test_no_row_vanishes_beside_an_aggregate(tmp_path: Path) -> None:
    partners = ("0", "97", "156", "810", "278", "899")
    found = comtrade(*(f"M {p} 0 854231 60" for p in partners), folder=tmp_path)
    assert flows(found) == {("CHN", "854231"): 60}
    for word in ("(partnerCode 0)", "(partnerCode 97)", "Soviet Union", "278", "(partnerCode 899)"):
        assert any(word in note and "left out" in note for note in found.notes)
    for trade in ("Soviet Union", "German Democratic Republic", "Not specified"):
        assert trade in told(found)
    assert "European Union" not in told(found)


@pytest.mark.slow
@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=5), st.booleans())
def test_a_row_of_the_world_is_held_against_its_partners(
    tmp_path_factory: pytest.TempPathFactory, values: list[int], wrong: bool
) -> None:
    partners = ("156", "842", "490", "392", "899")[: len(values)]
    rows = [f"M {p} 0 854231 {v}" for p, v in zip(partners, values, strict=True)]
    total = sum(values) * (2 if wrong else 1)
    found = comtrade(*rows, f"M 0 0 854231 {total}", folder=tmp_path_factory.mktemp("world"))
    assert len(found.frame) == len([p for p in partners if p != "899"])
    said = "1 of 1 row of partnerCode 0 differ by more than 1% from the sum of the rows under them "
    assert (said in told(found)) == wrong
    assert (f"{total:,} against {sum(values):,}" in told(found)) == wrong


@pytest.mark.parametrize(
    ("label", "parts"),
    [
        ("WORLD", 175),
        ("EU27_2020_EXTRA", 150),
        ("EXT_EU27_2020", 150),
        ("EU27_2020_INTRA", 25),
        ("INT_EU27_2020", 25),
    ],
)
def test_totals_of_the_union_are_held_against_those_they_add_up(
    tmp_path: Path, label: str, parts: int
) -> None:
    rows = ("CN 854231 100", "US 854231 50", "FR 854231 25")
    right = api(*rows, f"{label} 854231 {parts}", folder=tmp_path)
    wrong = api(*rows, f"{label} 854231 999", folder=tmp_path)
    assert flows(right) == flows(wrong)
    assert {k[0] for k in flows(right)} == {"CHN", "USA", "FRA"}
    assert "differ" not in told(right)
    assert f"2024, DEU, import, 854231: 999 against {parts}" in told(wrong)
    assert any(label in note and "left out" in note for note in right.notes)


@pytest.mark.parametrize("label", ["EU27_2020_EXTRA", "EA19_INTRA", "EU28_EXTRA", "EXTRA_EU"])
def test_codes_of_partners_beyond_a_union_are_aggregates_everywhere(label: str) -> None:
    assert codes.is_aggregate(label)
    assert codes.holds_others(label)
    assert codes.economy_of(label) is None


def test_a_product_known_by_six_digits_alone_is_kept_beside_eight(tmp_path: Path) -> None:
    found = api(
        *("CN 85423190 100", "CN 854231 100", "CN 8542 100", "CN 010121 7", "CN TOTAL 107"),
        folder=tmp_path,
    )
    assert flows(found) == {("CHN", "854231"): 100, ("CHN", "010121"): 7}
    assert "differ" not in told(found)
    assert any("3 rows of totals, chapters and headings left out" in n for n in found.notes)


def test_headings_that_their_products_contradict_are_named(tmp_path: Path) -> None:
    found = api("CN 85423190 100", "CN 854231 400", "CN 85 900", folder=tmp_path)
    assert flows(found) == {("CHN", "854231"): 100}
    assert "2 of 2 totals, chapters and headings differ" in told(found)
    assert "2024, DE, CN, import, 85: 900 against 100" in told(found)
    both = comtrade("M 156 0 854231 5", "M 156 0 01 9", folder=tmp_path)
    assert "2022, 276, 156, import, 01: 9 against 0" in told(both)


def test_secret_codes_count_for_the_headings_above_them(tmp_path: Path) -> None:
    found = bulk("CN 85423190 1 60", "CN 8542SSSS 1 40", "CN 8542 1 100", folder=tmp_path)
    assert "differ" not in told(found)
    assert "codes kept secret or adjusted (with letters) left out" in told(found)


def test_codes_of_eight_digits_that_lost_a_zero_are_read(tmp_path: Path) -> None:
    found = bulk("CN 1012100 1 5", "CN 02011000 1 6", folder=tmp_path)
    assert flows(found) == {("CHN", "010121"): 5, ("CHN", "020110"): 6}
    assert any("such as 1012100 as 01012100" in note for note in found.notes)
    with pytest.raises(BadInput, match="stands more than once"):
        bulk("CN 1012100 1 5", "CN 01012100 1 5", folder=tmp_path)


def test_chapters_outside_the_harmonized_system_are_left_out_and_told(tmp_path: Path) -> None:
    rows = ("CN 85423190 1 4", "CN 99500000 1 3", "CN 98802900 1 2", "CN 99302400 1 1")
    found = bulk(*rows, folder=tmp_path)
    assert flows(found) == {("CHN", "854231"): 4}
    assert "3 rows of codes outside the Harmonized System" in told(found)
    assert "60.00% of the value" in told(found)


def test_a_total_stands_for_the_parts_of_its_own_flow_alone(tmp_path: Path) -> None:
    procedures = bulk(
        *("CN 85423190 4 9", "CN 85423190 1 8", "CN 85423190 2 1", "US 85423190 1 5"),
        folder=tmp_path,
    )
    assert flows(procedures) == {("CHN", "854231"): 9, ("USA", "854231"): 5}
    months = "".join(f"DE,US,85423190,1,1,2024{m:02d},10,1\n" for m in range(1, 13))
    year = "DE,CN,85423190,1,1,202452,70,1\n"
    found = read(tmp_path, "full_v2_2024.dat", f"{BULK}{year}{months}")
    assert flows(found) == {("CHN", "854231"): 70, ("USA", "854231"): 120}


def test_a_flow_by_parts_alone_is_named(tmp_path: Path) -> None:
    modes = (
        "M 156 0 854231 10",
        "M 156 1000 854231 10",
        "M 842 1000 854231 4",
        "M 842 2100 854231 4",
    )
    found = comtrade(*modes, folder=tmp_path)
    assert flows(found) == {("CHN", "854231"): 10}
    assert "1 flow stands in the file by parts alone and is left out" in told(found)
    assert "lines 4, 5" in told(found)


def test_the_united_kingdom_and_its_parts_count_once(tmp_path: Path) -> None:
    whole = bulk("GB 85423190 1 9", "XU 85423190 1 8", "XI 85423190 1 1", folder=tmp_path)
    parts = bulk("XU 85423190 1 8", "XI 85423190 1 1", folder=tmp_path)
    assert flows(whole) == flows(parts) == {("GBR", "854231"): 9}


def test_labels_behind_the_codes_of_the_api_are_taken_off(tmp_path: Path) -> None:
    row = "X,A,DE:Germany,CN:China,854231:Processors,1:IMPORT,VALUE_IN_EUROS:Value,2024,7\n"
    found = read(tmp_path, "comext.csv", API + row)
    assert flows(found) == {("CHN", "854231"): 7}
    assert any("labels behind codes left out" in note for note in found.notes)


def test_a_value_that_is_missing_is_left_out_and_told(tmp_path: Path) -> None:
    text = COMTRADE + "2022,276,M,156,0,H6,854231,\n2022,276,M,842,0,H6,854231,5\n"
    found = read(tmp_path, "TradeData_2.csv", text)
    assert flows(found) == {("USA", "854231"): 5}
    assert "1 row without a value left out (TradeData_2.csv, line 2" in told(found)


def test_a_rate_is_an_assumption_that_results_name(tmp_path: Path) -> None:
    assert "EUR turned into USD with 1 (2024) USD per EUR, as given: assumed" in told(
        api("CN 854231 1", folder=tmp_path)
    )


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("RX 156 0 854231 5", "no imports or exports are left: 1 row of re-exports"),
        ("M 156 1000 854231 5", "the file holds parts of flows alone"),
        ("M 0 0 854231 5", "no flows are left"),
        ("M 156 0 8542 5", "no codes of six digits"),
    ],
)
def test_a_download_of_which_nothing_is_left_says_why(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        comtrade(row, folder=tmp_path)
    assert len(caught.value.problems) == 1


def test_an_answer_with_an_error_or_without_rows_says_so(tmp_path: Path) -> None:
    text = '{"count": 0, "data": [], "error": "no key", "x": ["reporterCode", "cmdCode"]}'
    text = text.replace('["reporterCode", "cmdCode"]', '{"reporterCode": 1, "cmdCode": 1}')
    with pytest.raises(BadInput, match="the answer is an error: no key"):
        read(tmp_path, "comtrade.json", text)
    with pytest.raises(BadInput, match="hold no rows"):
        read(tmp_path, "comtrade.json", text.replace("no key", ""))
