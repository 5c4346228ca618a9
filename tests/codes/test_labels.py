"""Codes and names of other sources: what they mean, and that no suggestion leads elsewhere."""

from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import codes
from isthmus.codes import is_aggregate, labels
from isthmus.codes._files import data_path
from isthmus.errors import BadInput, CodeUnknown

MEANT = {
    "UK": "GBR",
    "GB": "GBR",
    "EL": "GRC",
    "XK": "XKX",
    "Czech Republic": "CZE",
    "Swaziland": "SWZ",
    "Turkey": "TUR",
    "Russian Federation": "RUS",
    "Ivory Coast": "CIV",
    "Cote d'Ivoire": "CIV",
    "Burma": "MMR",
    "Cape Verde": "CPV",
    "Cabo Verde": "CPV",
    "Viet Nam": "VNM",
    "Macedonia": "MKD",
    "Holland": "NLD",
    "Korea, Republic of": "KOR",
    "KOREA, REP.": "KOR",
    "Rep. of Korea": "KOR",
    "Korea (Dem. People's Rep. of)": "PRK",
    "Congo, Dem. Rep.": "COD",
    "Iran (Islamic Republic of)": "IRN",
    "Bosnia & Herzegovina": "BIH",
    "St. Lucia": "LCA",
    "Chinese Taipei": "TWN",
    "China, Hong Kong SAR": "HKG",
    "276": "DEU",
    "56": "BEL",
    "056": "BEL",
    "4": "AFG",
    "490": "TWN",
    "842": "USA",
    "251": "FRA",
    "757": "CHE",
    "579": "NOR",
    "699": "IND",
    "381": "ITA",
    "58": "BEL",
    "0": "WLD",
    "97": "EUU",
    "899": "ZZZ",
    "001": "WLD",
    "CN1": "CHN",
    "MX2": "MEX",
    "RoW": "ROW",
    "ROM": "ROU",
    "ZAR": "COD",
    "GER": "DEU",
    "FIGW1": "ROW",
}


@pytest.mark.parametrize(("label", "code"), MEANT.items())
def test_a_label_of_another_source_is_answered_with_its_economy(label: str, code: str) -> None:
    assert codes.economy_of(label) == code
    with pytest.raises(CodeUnknown) as caught:
        codes.economy(label)
    assert re.findall(r"'([A-Z]{3})' \(", caught.value.hint or "") == [code]


@pytest.mark.parametrize("label", ["YUG", "SUN", "Soviet Union", "Czechoslovakia", "711", "891"])
def test_a_label_that_no_single_economy_continues_says_so(label: str) -> None:
    assert codes.economy_of(label) is None
    with pytest.raises(CodeUnknown) as caught:
        codes.economy(label)
    assert "did you mean" not in (caught.value.hint or "")
    assert re.search("follow|part of|together", caught.value.hint or "")


@pytest.mark.parametrize(
    ("label", "words"), [("CHI", "'CHL'.*Channel Islands"), ("XI", "GB"), ("XU", "GB")]
)
def test_a_label_that_sources_use_for_different_areas_is_read_as_none(
    label: str, words: str
) -> None:
    assert codes.economy_of(label) is None
    assert not codes.is_aggregate(label)
    with pytest.raises(CodeUnknown, match="unknown") as caught:
        codes.economy(label)
    assert re.search(words, caught.value.hint or "")
    assert re.search(words, codes.nearest_economy(label, codes.economies()))


@pytest.mark.parametrize("name", ["Korea", "Congo", "Virgin Islands"])
def test_a_name_of_two_economies_names_both(name: str) -> None:
    assert codes.economy_of(name) is None
    assert len({m.economy for m in codes.meanings(name)}) == 2


def test_a_source_goes_before_iso_where_it_is_named() -> None:
    assert codes.economy_of("WF") == "WLF"
    assert codes.economy_of("WF", "exiobase") == "ROW"
    assert codes.economy_of("492") == "MCO"
    assert codes.economy_of("492", "comtrade") == "ZZZ"
    with pytest.raises(CodeUnknown) as caught:
        codes.economy("WF")
    assert "EXIOBASE" in (caught.value.hint or "")


def test_many_labels_are_read_at_once_and_all_unknown_ones_named() -> None:
    assert codes.economies_of(["490", "DE", "DEU"]) == {"490": "TWN", "DE": "DEU", "DEU": "DEU"}
    with pytest.raises(BadInput) as caught:
        codes.economies_of(["DE", "QXQ", "YUG", ""])
    assert [p.what for p in caught.value.problems] == [
        "'QXQ' is no economy",
        "'YUG' is no economy",
        "'' is no economy",
    ]


@given(st.sampled_from(sorted({m.label for m in labels._listed()})))
def test_no_suggestion_leads_from_a_label_to_an_economy_it_does_not_mean(label: str) -> None:
    meant = {m.economy for m in codes.meanings(label)} - {""}
    if label in codes.economies():
        return
    for known in (None, ["UKR", "BEL", "UZB", "USA", "COD", "URY", "THA", "ISL", "VGB"]):
        with pytest.raises(BadInput) as caught:
            codes.check_economies([label], known=known)
        hint = caught.value.problems[0].hint
        offered = re.findall(r"'([A-Z]{3})' \(", hint.split("not among")[0].split(" is ")[0])
        assert set(offered) <= meant


@given(st.text(max_size=12))
def test_any_text_has_meanings_or_none(text: str) -> None:
    for label in codes.meanings(text):
        assert label.scheme in codes.SCHEMES
        assert not label.economy or label.economy in codes.economies()


def test_every_label_is_read_as_its_own_row_says() -> None:
    frame = pl.read_parquet(data_path("economy_labels.parquet"))
    assert set(frame["scheme"]) <= set(codes.SCHEMES)
    assert not frame.select("scheme", "label", "economy").is_duplicated().any()
    for scheme, label, economy in frame.select("scheme", "label", "economy").iter_rows():
        found = {m.economy for m in codes.meanings(label)}
        assert (economy or "") in found, (scheme, label)


def test_iso_codes_of_every_economy_lead_to_it() -> None:
    for economy in codes.economies().values():
        for code in (economy.iso2, economy.numeric):
            if code:
                assert codes.economy_of(code) == economy.code
        assert codes.economy_of(economy.name) == economy.code


def test_a_table_with_other_codes_is_answered_with_its_own_label() -> None:
    assert codes.nearest_economy("DEU", ["DE", "TW"]) == "did you mean 'DE' (Germany)?"
    assert codes.nearest_economy("UK", ["UKR", "DEU"]) == "'GBR' (United Kingdom) is not among them"
    assert codes.nearest_economy("Taiwan", ["DE", "TW"]) == "did you mean 'TW' (Taiwan)?"
    assert codes.nearest_economy("XQ", ["DE", "TW"]) == ""
    assert codes.nearest_economy("Deutschlnd", ["DE", "TW"]) == "did you mean 'DE' (Germany)?"
    assert codes.nearest_economy("Frankrech", ["DE", "TW"]) == ""
    assert "'DE' (Germany)" in codes.held_otherwise(["DEU", "FRA"], ["DE", "TW"])
    assert codes.held_otherwise(["FRA"], ["DE", "TW"]) == ""


def test_search_finds_codes_of_other_sources_and_no_part_of_another_code() -> None:
    def found(query: str) -> list[str]:
        return [e.code for e, _ in codes.find_economies(query)]

    assert found("UK") == ["GBR"]
    assert found("490") == ["TWN"]
    assert found("german") == ["DEU"]
    assert found("Congo") == ["COD", "COG"]
    assert len(found("")) == len(codes.economies())
    (_, used), *_ = codes.find_economies("490")
    assert "Other Asia" in used[0]
    with pytest.raises(CodeUnknown, match="YUG"):
        codes.find_economies("YUG")


@pytest.mark.parametrize(
    "label",
    [
        *("Total", "ALL", "Sum", "Insgesamt", "Alle Länder", "Tous pays", "Mundo", "Average"),
        *("Others", "Sonstige", "Africa", "Latin America", "Eurozone", "OECD", "Extra-EU"),
        *("_T", "SSF", "002"),
    ],
)
def test_a_label_of_several_economies_is_answered_with_none_of_them(label: str) -> None:
    assert codes.economy_of(label) is None
    said = codes.nearest_economy(label, codes.economies())
    assert said.startswith(f"{label!r}: ")
    assert "did you mean" not in said
    assert is_aggregate(label)


def test_what_is_no_economy_at_all_is_no_aggregate() -> None:
    assert "names no economy" in codes.nearest_economy("_Z", codes.economies())
    assert not is_aggregate("_Z")
