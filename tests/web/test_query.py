"""Words of an address: types, bounds, and every mistake named at once."""

from __future__ import annotations

import pytest

from isthmus.errors import BadInput
from isthmus.web.query import LONGEST, Query, address, place, real


def test_every_mistake_is_named_at_once() -> None:
    query = Query([("rows", "x"), ("sotr", "a"), ("max", "inf"), ("kind", "b"), ("kind", "c")])
    query.whole("rows", 10, least=1, most=100)
    query.text("sort")
    query.number("max")
    query.choice("kind", ("a",), "")
    with pytest.raises(BadInput) as caught:
        query.check()
    assert {p.where for p in caught.value.problems} == {"rows", "sotr", "max", "kind"}
    hints = {p.where: p.hint for p in caught.value.problems}
    assert "'sort'" in hints["sotr"]


@pytest.mark.parametrize(
    "text", ["0", "101", "-1", "1.5", "\u0661", "1" * 40, "0" * 18 + "9" * 30, "nan"]
)
def test_whole_numbers_have_bounds(text: str) -> None:
    query = Query([("rows", text)])
    assert query.whole("rows", 7, least=1, most=100) == 7
    with pytest.raises(BadInput):
        query.check()


def test_what_is_too_long_is_no_value() -> None:
    query = Query([("q", "x" * (LONGEST + 1))])
    assert query.text("q") == ""
    with pytest.raises(BadInput):
        query.check()


@pytest.mark.parametrize(
    ("text", "number"), [("1.5", 1.5), ("nan", None), ("inf", None), ("x", None)]
)
def test_a_number_is_finite(text: str, number: float | None) -> None:
    assert real(text) == number


@pytest.mark.parametrize("path", ["//evil.example/x", "/\\evil.example", "///evil.example"])
def test_a_path_leads_to_no_host(path: str) -> None:
    assert place(path).startswith("/evil.example")
    assert place("/figure/below 50 %.a b") == "/figure/below%2050%20%25.a%20b"


def test_an_address_leaves_out_what_is_empty() -> None:
    assert address("/a", {"b": "", "c": "d e,f"}) == "/a?c=d+e,f"
    assert address("/a", {"b": ""}) == "/a"
