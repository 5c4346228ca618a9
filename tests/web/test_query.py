"""Words of an address: types, bounds, and every mistake named at once."""

from __future__ import annotations

import pytest

from isthmus.errors import BadInput
from isthmus.web.query import LONGEST, Query, address


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


@pytest.mark.parametrize("text", ["0", "101", "-1", "1.5", "\u0661", "1" * 40, "nan"])
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


def test_an_address_leaves_out_what_is_empty() -> None:
    assert address("/a", {"b": "", "c": "d e,f"}) == "/a?c=d+e,f"
    assert address("/a", {"b": ""}) == "/a"
