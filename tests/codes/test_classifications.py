"""Industries, products and the concordances between them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import codes
from isthmus.errors import BadInput, CodeUnknown


@pytest.mark.parametrize(
    ("classification", "count"),
    [("ICIO2025", 28), ("WIOD2013", 35), ("WIOD2016", 56), ("WIOD2016_50", 50), ("COMMON14", 14)],
)
def test_industries_are_complete(classification: str, count: int) -> None:
    listed = codes.industries(classification)
    assert len(listed) == count
    assert {i.group for i in listed.values()} == set(codes.industries("COMMON14"))


def test_unknown_industries_and_classifications() -> None:
    with pytest.raises(CodeUnknown) as caught:
        codes.industry("c26")
    assert "'C26' (Computer" in (caught.value.hint or "")
    with pytest.raises(CodeUnknown, match="industry classification"):
        codes.industries("ICIO2023")


def test_products_have_texts_and_levels() -> None:
    chip = codes.product("854231")
    assert chip.text.startswith("Electronic integrated circuits; processors")
    assert (chip.level, chip.chapter) == (6, "85")
    assert codes.product("010121").code == "010121"
    assert len(codes.products("HS2017")) == 5388
    assert len(codes.products("HS2022")) == 5613


def test_dotted_codes_and_codes_of_another_edition_are_answered_not_accepted() -> None:
    with pytest.raises(CodeUnknown) as caught:
        codes.product("8542.31")
    assert "'854231'" in (caught.value.hint or "")
    only_later = sorted(set(codes.products("HS2022")) - set(codes.products("HS2017")))[0]
    with pytest.raises(CodeUnknown) as caught:
        codes.product(only_later)
    assert "HS2022" in (caught.value.hint or "")


def test_spot_checks_of_products_to_industries() -> None:
    to_icio = codes.concordance("HS2017", "ICIO2025")
    expected = {
        "854231": "C26",
        "848620": "C28",
        "850760": "C27",
        "870380": "C29",
        "300490": "C21",
        "283691": "C20",
        "260500": "B07",
    }
    assert {code: to_icio.only(code) for code in expected} == expected


def test_many_targets_stay_in_sight() -> None:
    to_icio = codes.concordance("HS2017", "ICIO2025")
    code = to_icio.one_to_many[0]
    with pytest.raises(BadInput, match="targets"):
        to_icio.only(code)
    with pytest.raises(BadInput):
        to_icio.convert({code: 1.0})
    split = to_icio.convert({code: 1.0}, split=True)
    assert split.split == (code,)
    assert math.isclose(math.fsum(split.values.values()), 1.0, abs_tol=1e-9)


def test_links_without_weights_are_never_split() -> None:
    older = codes.concordance("WIOD2016_50", "ICIO2025")
    assert [link.target for link in older.of("C24")] == ["C24A", "C24B"]
    assert not older.weighted
    with pytest.raises(BadInput, match="1 problem"):
        older.convert({"C24": 5.0, "C26": 7.0}, split=True)
    assert older.convert({"C26": 7.0}).values == {"C26": 7.0}


def test_unmapped_codes_are_refused_or_listed() -> None:
    to_icio = codes.concordance("HS2017", "ICIO2025")
    assert len(to_icio.unmapped) == 46
    code = to_icio.unmapped[0]
    with pytest.raises(BadInput, match="problem"):
        to_icio.convert({code: 3.0})
    assert to_icio.convert({code: 3.0}, leave_out=True).left_out == {code: 3.0}


def test_weights_of_every_product_sum_to_one() -> None:
    for target in ("ICIO2025", "WIOD2016", "WIOD2013"):
        links = codes.concordance("HS2017", target).links
        sums = [math.fsum(k.weight or 0 for k in row) for row in links.values() if row]
        assert max(abs(total - 1) for total in sums) < 1e-9


def test_editions_show_splits_backwards_and_what_is_lost() -> None:
    forward = codes.concordance("HS2017", "HS2022")
    report = forward.report()
    assert report["source_codes"] == 5388
    assert report["one_to_many"] == 122
    assert report["unmapped"] == 26
    backward = codes.concordance("HS2022", "HS2017")
    assert len(backward.many_to_one) == 122
    assert backward.one_to_many == ()


@pytest.mark.parametrize("pair", codes.available())
def test_every_concordance_joins_codes_of_its_classifications(pair: tuple[str, str]) -> None:
    found = codes.concordance(*pair)
    sides = (found.links, {link.target for links in found.links.values() for link in links})
    for name, used in zip(pair, sides, strict=True):
        if name in codes.INDUSTRY_CLASSIFICATIONS:
            assert set(used) <= set(codes.industries(name))
        elif name in codes.PRODUCT_CLASSIFICATIONS:
            assert set(used) <= set(codes.products(name))


@given(
    st.dictionaries(
        st.sampled_from(codes.products("HS2017")), st.floats(0, 1e9), min_size=1, max_size=40
    )
)
def test_conversion_keeps_the_sum(values: dict[str, float]) -> None:
    known = {c: v for c, v in values.items() if c != "999999"}
    done = codes.concordance("HS2017", "ICIO2025").convert(known, split=True, leave_out=True)
    total = math.fsum([*done.values.values(), *done.left_out.values()])
    assert math.isclose(total, math.fsum(known.values()), rel_tol=1e-9, abs_tol=1e-6)


def test_unknown_concordances_are_named() -> None:
    with pytest.raises(CodeUnknown, match="HS2017->NACE"):
        codes.concordance("HS2017", "NACE")
