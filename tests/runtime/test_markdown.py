"""Any text, put into Markdown, is read back as this text and opens no element."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from isthmus.runtime.markdown import block, cell, code, front_matter, heading, inline, paragraph
from isthmus.runtime.visible import one_line

SIGNS = "\\`*_{}[]()<>#+-=.!|~&$^:;\"'/%@1a \n\t\r\x1b\u202e\u00a0"
WORDS = """
<b> </b> <!-- --> <script> <img/src=x/onerror=y> <http://a.b> <a@b.c> ]( [a] ![x](y)
[a](javascript:b) [a]:http://b https://a.b www.a.b &lt; &#60; &amp; ``` ~~~ *** --- === ## > 12)
|---| a|b $$ {note}`x` {{x}} ::: % (a)= [^1] \\
"""
STARTS = ("# ", "## a ##", "- ", "1. ", "    ", "\n\n", "\\\n", "[a]: http://b 'c'", "> ")
PIECES = st.sampled_from([*SIGNS, *WORDS.split(), *STARTS])
TEXTS = st.lists(PIECES, max_size=12).map("".join) | st.text()


def read(source: str) -> list[Token]:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)


def shape(tokens: list[Token]) -> list[str]:
    return [token.type for token in tokens]


def shown(token: Token) -> str:
    """Return the words of an inline token that holds nothing but words."""
    assert {child.type for child in token.children or ()} <= {"text"}
    return "".join(child.content for child in token.children or ())


@given(TEXTS)
@example("# title")
@example("1. item")
@example("<script>alert(1)</script>")
def test_a_paragraph_holds_its_text_alone(text: str) -> None:
    tokens = read(paragraph(text))
    if one_line(text):
        assert shape(tokens) == ["paragraph_open", "inline", "paragraph_close"]
        assert shown(tokens[1]) == one_line(text)
    else:
        assert tokens == []


@given(st.sampled_from([" ", "   ", "    ", "\t", "\u00a0"]), TEXTS.filter(one_line))
@example(" ", "> quoted")
@example("    ", "code")
def test_blanks_before_a_block_do_not_hide_its_start(blanks: str, text: str) -> None:
    tokens = read(block(f"{blanks}{inline(text)}"))
    assert shape(tokens) == ["paragraph_open", "inline", "paragraph_close"]
    assert shown(tokens[1]) == one_line(text)


@given(TEXTS, TEXTS)
def test_text_inside_a_line_opens_nothing_with_what_stands_around_it(one: str, two: str) -> None:
    source = f"**bold** {inline(one)} between {inline(two)} end"
    tokens = read(source)
    assert shape(tokens) == ["paragraph_open", "inline", "paragraph_close"]
    kinds = shape(tokens[1].children or [])
    assert [k for k in kinds if k != "text"] == ["strong_open", "strong_close"]
    words = "".join(child.content for child in tokens[1].children or ())
    assert words.split() == f"bold {one_line(one)} between {one_line(two)} end".split()


@given(TEXTS)
@example("a ##")
def test_a_heading_is_one_heading_with_its_text(text: str) -> None:
    tokens = read(f"## {heading(text)}")
    assert shape(tokens) == ["heading_open", "inline", "heading_close"]
    assert tokens[0].tag == "h2"
    assert shown(tokens[1]) == one_line(text)


@given(TEXTS, TEXTS)
def test_cells_stay_in_their_columns(one: str, two: str) -> None:
    tokens = read(f"| a | b |\n| --- | --- |\n| {cell(one)} | {cell(two)} |\n")
    cells = [shown(tokens[n + 1]) for n, t in enumerate(tokens) if t.type == "td_open"]
    assert cells == [one_line(one), one_line(two)]
    assert shape(tokens).count("tr_open") == 2


@given(st.lists(TEXTS.filter(one_line), min_size=1, max_size=3))
def test_items_of_a_list_hold_their_text_alone(texts: list[str]) -> None:
    tokens = read("".join(f"- {paragraph(text)}\n" for text in texts))
    assert [shown(t) for t in tokens if t.type == "inline"] == [one_line(t) for t in texts]
    assert {t.type.split("_")[0] for t in tokens} == {"bullet", "list", "paragraph", "inline"}
    assert shape(tokens).count("bullet_list_open") == 1


@given(TEXTS.filter(one_line))
def test_code_shows_its_text(text: str) -> None:
    (_, line, _) = read(f"- {code(text)}: x")[2:5]
    found = [child for child in line.children or () if child.type == "code_inline"]
    assert [child.content for child in found] == [one_line(text)]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("EU27_2020", "EU27_2020"),
        ("-5.2 % (<10 nm)", "-5.2 % (<10 nm)"),
        ("R&D; AT&T Inc", "R\\&D; AT&T Inc"),
        ("see https://a.b and www.a.b", "see https\\://a.b and www\\.a.b"),
        ("US$ 5 ~ 6", "US\\$ 5 \\~ 6"),
    ],
)
def test_ordinary_text_stays_readable(text: str, written: str) -> None:
    assert inline(text) == written


def test_the_head_of_a_page_cannot_be_extended() -> None:
    assert front_matter("taiwan-europe") == "taiwan-europe"
    assert front_matter("0.1.0") == "0.1.0"
    assert front_matter("a\n---\n# forged") == '"a --- # forged"'
    assert front_matter("a: b") == '"a: b"'
    assert block("> quoted") == "\\> quoted"
