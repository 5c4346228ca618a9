"""What the check of names refuses, and what it lets pass."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.checks.names import declared_twice, named_twice, set_by_hand

A, B = Path("a.py"), Path("b.py")
COLUMNS = 'COLUMNS = (dimension("year"), number("value", "1"), attribute("kind"))\n'


def test_two_classes_of_one_name_are_named_with_their_places() -> None:
    (said,) = named_twice({A: "class Place:\n    pass\n", B: "\nclass Place:\n    pass\n"})
    assert said == "class Place stands for 2 things: a.py:1, b.py:2"
    assert not [*named_twice({A: "class Place:\n    pass\n", B: "class Spot:\n    pass\n"})]


def test_columns_in_two_places_are_a_table_declared_twice() -> None:
    (said,) = declared_twice({A: COLUMNS, B: COLUMNS})
    assert said.endswith("a.py:1, b.py:1")
    assert not [*declared_twice({A: COLUMNS, B: COLUMNS.replace("year", "day")})]
    assert not [*declared_twice({A: 'X = (dimension("year"),)\n', B: 'X = (dimension("year"),)\n'})]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("X = [1, 2,\n     3, -4]  # fmt: skip\n", 0),
        ("X = call(one, two,\n         three)  # fmt: skip\n", 1),
        ("# fmt: off\nX = [1, 2]\n", 1),
        ("X = '# fmt: skip'\n", 0),
    ],
)
def test_only_tables_of_numbers_are_set_by_hand(text: str, wrong: int) -> None:
    assert len([*set_by_hand(A, text)]) == wrong
