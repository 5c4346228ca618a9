"""Nothing in text from data hides, moves or reorders what a reader sees."""

from __future__ import annotations

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.runtime.visible import one_line, visible, visible_json

# Shown before the digits that they belong to, though they count as format characters.
DRAWN = {0x0600, 0x0601, 0x0602, 0x0603, 0x0604, 0x0605, 0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2}
DRAWN |= {0x110BD, 0x110CD}


def test_every_control_and_format_character_is_taken_out() -> None:
    for point in range(sys.maxunicode + 1):
        sign = chr(point)
        kind = unicodedata.category(sign)
        if kind in {"Cc", "Cf", "Zl", "Zp", "Cs"} and point not in DRAWN:
            assert visible(f"a{sign}b") in {"ab", "a b", "a\nb", "a\ufffdb"}, hex(point)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2Jx", "[2Jx"),
        ("\x1b]0;title\x07", "]0;title"),
        ("\x9b31mred", "31mred"),
        ("pay\u202eedoc", "payedoc"),
        ("a\u2066b\u2069", "ab"),
        ("pay\u200bpal", "paypal"),
        ("over\rwritten", "over\nwritten"),
        ("a\r\nb\x0bc\u2028d", "a\nb\nc\nd"),
        ("a\ud800", "a\ufffd"),
        ("Īśa 臺灣 ٣ ไทย é", "Īśa 臺灣 ٣ ไทย é"),
    ],
)
def test_text_by_hand(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_it_is_enough_to_do_it_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert len(one_line(text).splitlines()) <= 1
    assert one_line(one_line(text)) == one_line(text)


@given(st.recursive(st.text(st.characters()) | st.integers() | st.none(), st.lists))
def test_json_keeps_its_meaning(value: object) -> None:
    document = json.dumps(value, ensure_ascii=False, indent=2)
    safe = visible_json(document)
    assert json.loads(safe) == value
    assert visible(safe) == safe
