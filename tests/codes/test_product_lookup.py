"""Products that an edition or a data set does not hold: what the code can be."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import codes
from isthmus.errors import CodeUnknown

EDITIONS = {
    "HS1992": 5041,
    "HS1996": 5134,
    "HS2002": 5226,
    "HS2007": 5053,
    "HS2012": 5206,
    "HS2017": 5388,
    "HS2022": 5613,
}


@pytest.mark.parametrize(("edition", "count"), EDITIONS.items())
def test_every_edition_has_its_codes(edition: str, count: int) -> None:
    assert len(codes.products(edition)) == count


@pytest.mark.parametrize(
    ("stripped", "code"), [("10121", "010121"), ("1", "01"), ("101", "0101"), ("90111", "090111")]
)
def test_a_lost_zero_is_named(stripped: str, code: str) -> None:
    with pytest.raises(CodeUnknown) as caught:
        codes.product(stripped)
    hint = caught.value.hint or ""
    assert hint.startswith(f"did you mean '{code}' (")
    assert "zero in front" in hint
    assert codes.find_products(stripped)[0] == code


@given(st.sampled_from([c for c in codes.products("HS2017") if c.startswith("0")]))
def test_every_code_of_the_first_chapters_is_found_without_its_zero(code: str) -> None:
    assert codes.written_out(code[1:]) == code
    assert f"'{code}'" in codes.product_hint(code[1:])


@pytest.mark.parametrize(
    ("given_code", "said"),
    [
        ("8542.31", "'854231'"),
        ("8542 31", "'854231'"),
        ("85423190", "'854231' .* first six digits"),
        ("1012100", "'010121' .* first six digits"),
        ("850599", "'8505' .* holds 850511, 850519, 850520, 850590"),
        ("854", "'85' "),
        ("850710", "^$"),
    ],
)
def test_other_spellings_and_longer_codes(given_code: str, said: str) -> None:
    hint = "" if given_code in codes.product_texts() else codes.product_hint(given_code)
    assert re.search(said, hint)


def test_a_code_of_other_editions_names_them_and_what_it_became() -> None:
    hint = codes.product_hint("010110")
    assert "HS2002, HS2007" in hint
    assert "in HS2017 it is 010121" in hint
    assert "HS2017, HS2022" in codes.product_hint("854231", "HS1992")


def test_a_valid_code_is_never_answered_with_another_product() -> None:
    held = ["250490", "282200", "810320", "854231", "854232"]
    rare = codes.nearest_product("280530", held)
    assert rare.startswith("'280530' is Earth-metals, rare")
    assert not re.search("810320|282200|280480", rare)
    assert codes.nearest_product("8542", held).endswith("is held as 854231, 854232")
    assert codes.nearest_product("2504.90", held).startswith("did you mean '250490'")
    assert "'282200'" in codes.nearest_product("cobalt", held)


@given(st.sampled_from(codes.products("HS2017")), st.sampled_from(codes.products("HS2017")))
def test_no_suggestion_between_valid_codes(asked: str, held: str) -> None:
    said = codes.nearest_product(asked, [held])
    assert ("did you mean" in said) == (asked == held)


def test_pairs_without_a_key_of_their_own_go_over_2017_with_all_targets() -> None:
    over = codes.concordance("HS1996", "HS1992")
    first, second = codes.concordance("HS1996", "HS2017"), codes.concordance("HS2017", "HS1992")
    for code in list(over.links)[::97]:
        expected = {k.target for link in first.of(code) for k in second.of(link.target)}
        assert {link.target for link in over.of(code)} == expected
    assert over.one_to_many
    assert over.many_to_one
    assert "HS2017" in over.note


@pytest.mark.parametrize("later", ["HS2012", "HS2017", "HS2022"])
def test_raw_materials_of_1992_are_found_in_later_editions(later: str) -> None:
    links = codes.concordance("HS1992", later)
    assert {link.target for link in links.of("280530")} == {"280530"}


def test_joined_links_keep_weights_and_add_parts_that_meet() -> None:
    from isthmus.codes import Concordance, ConcordanceLine

    first = Concordance(
        "A",
        "B",
        {
            "a": (ConcordanceLine("x", 0.25), ConcordanceLine("y", 0.75)),
            "b": (ConcordanceLine("x", 1.0),),
        },
    )
    second = Concordance(
        "B",
        "C",
        {
            "x": (ConcordanceLine("p", 0.4), ConcordanceLine("q", 0.6)),
            "y": (ConcordanceLine("p", 1.0),),
        },
    )
    joined = first.then(second)
    assert {k.target: k.weight for k in joined.of("a")} == pytest.approx({"p": 0.85, "q": 0.15})
    loose = first.then(
        Concordance(
            "B", "C", {"x": (ConcordanceLine("p", None), ConcordanceLine("q", None)), "y": ()}
        )
    )
    assert [k.weight for k in loose.of("a")] == [None, None]
