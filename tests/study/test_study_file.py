"""A study file: mistakes are reported all at once, each with its line and a hint."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput, NotFound, SchemaVersionUnsupported, TargetExists
from isthmus.runtime.reading import LineIndex
from isthmus.study import load_study, new_study, open_study, read_study, shipped_studies
from isthmus.study.load import formed_study
from isthmus.study.shipped import study_text
from isthmus.study.subjects import measures

TEN_MISTAKES = """\
schema_version = 2
name = "Bad Name"
title = "A study with ten mistakes"
question = "Are they all found?"
industries = ["C26", "C26X"]
colour = "red"

[roles]
home = "EU27"
partner = "Taiwan"
rival = "CHN"
ally = "CHN"

[baskets.chips]
title = "Chips"
codes = ["8542", "999998"]

[[claims]]
id = "one"
sentence = "A fact without a known measure."
kind = "fact"
measure = "trade.import_shares"
rule = { comparison = ">=", threshold = "a lot", reason = "none" }
falsified_by = "nothing"

[[claims]]
id = "one"
sentence = "An unmeasured claim that names nothing."
kind = "unmeasured"
falsified_by = "nothing"
"""

EXPECTED = [
    (2, "Bad Name"),
    (5, "C26X"),
    (6, "unknown key 'colour'"),
    (9, "EU27"),
    (10, "Taiwan"),
    (12, "already the rival"),
    (16, "999998"),
    (22, "trade.import_shares"),
    (23, "a lot"),
    (27, "used twice"),
]


def problems(text: str) -> list[tuple[int, str]]:
    with pytest.raises(BadInput) as caught:
        load_study(text)
    found = []
    for problem in caught.value.problems:
        match = re.match(r"line (\d+)", problem.where)
        assert match, problem
        found.append((int(match.group(1)), f"{problem.what} {problem.hint}"))
    return found


def test_ten_mistakes_are_ten_problems_and_more_each_with_its_line() -> None:
    found = problems(TEN_MISTAKES)
    for line, words in EXPECTED:
        assert any(n == line and words in text for n, text in found), (line, words, found)
    # the eleventh: the unmeasured claim names nothing that is missing
    assert len(found) == 11
    assert any("must name what is missing" in text for _, text in found)


@pytest.mark.parametrize(
    ("words", "hint"),
    [("EU27", "EU27_2020"), ("Taiwan", "TWN"), ("trade.import_shares", "trade.import_share")],
)
def test_hints_name_the_code_that_was_meant(words: str, hint: str) -> None:
    assert any(words in text and hint in text for _, text in problems(TEN_MISTAKES))


def test_a_syntax_error_has_its_line() -> None:
    assert problems('schema_version = 1\nname = "x\n')[0][0] == 2


def test_a_newer_schema_is_refused_by_name() -> None:
    with pytest.raises(SchemaVersionUnsupported, match="schema version 3"):
        load_study("schema_version = 3\n")


def test_bytes_that_are_no_text_are_a_named_problem(tmp_path) -> None:
    path = tmp_path / "s.toml"
    path.write_bytes(b'schema_version = 1\ntitle = "\xff"\n')
    with pytest.raises(BadInput) as caught:
        read_study(path)
    assert caught.value.problems[0].where == "line 2"


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(NotFound):
        read_study(tmp_path / "none.toml")
    with pytest.raises(NotFound, match="no study") as caught:
        open_study("taiwan-europa")
    assert "taiwan-europe" in str(caught.value)


def test_an_argument_of_a_measure_is_checked() -> None:
    text = study_text("taiwan-europe")
    bad = text.replace('args = { economy = "partner", supplier = "ally" }', "args = { econmy = 3 }")
    found = problems(bad)
    assert any("needs the argument 'economy'" in t for _, t in found)
    assert any("did you mean 'economy'" in t for _, t in found)


def test_the_shipped_studies_are_whole() -> None:
    assert "taiwan-europe" in shipped_studies()
    for name in shipped_studies():
        study = open_study(name)
        assert study.name == name
    flagship = open_study("taiwan-europe")
    assert {c.row for c in flagship.claims} == {f"S{n}" for n in range(1, 18)}
    assert all(c.falsified_by for c in flagship.claims)
    for claim in flagship.claims:
        assert (claim.kind == "fact") == bool(claim.measure and claim.rule)
        assert claim.kind != "unmeasured" or claim.missing


def test_claims_on_complementarity_rest_on_product_data_and_say_what_had_been_seen() -> None:
    claims = {claim.id: claim for claim in open_study("taiwan-europe").claims}
    for name, measure in {
        "complementary-industries": "munitions.complementary",
        "dual-use-offer": "munitions.high_tech_lead",
    }.items():
        assert claims[name].measure == measure
        assert "had been seen when the rule was written" in claims[name].note
    assert "six digits" in claims["dual-use-offer"].note


def test_a_copy_can_be_read_and_is_not_overwritten(tmp_path) -> None:
    path = new_study("my-study", folder=tmp_path)
    assert read_study(path).name == "my-study"
    with pytest.raises(TargetExists):
        new_study("my-study", folder=tmp_path)
    with pytest.raises(BadInput):
        new_study("My Study", folder=tmp_path)


def test_every_measure_has_a_text_and_known_arguments() -> None:
    for name, measure in measures().items():
        assert measure.text, name
        assert measure.required <= set(measure.args), name


def test_lines_in_nested_and_multiline_values() -> None:
    text = (
        'a = 1\nb = [\n  1,\n  { c = 2, "d e" = [3,\n 4] },\n]\n'
        '[t.u]\nx = """\nline\n"""\ny = 2 # [no]\n[[k]]\nz = 1\n[[k]]\nz = 2\n[k.w]\nq = 1\n'
    )
    index = LineIndex(text)
    assert index.line(("b", 0)) == 3
    assert index.line(("b", 1, "c")) == 4
    assert index.line(("b", 1, "d e", 1)) == 5
    assert index.line(("t", "u", "x")) == 8
    assert index.line(("t", "u", "y")) == 11
    assert index.line(("k", 0, "z")) == 13
    assert index.line(("k", 1, "z")) == 15
    assert index.line(("k", 1, "w", "q")) == 17
    assert index.line(("k", 1, "unknown")) == 14
    assert index.line(("nowhere",)) == 1


@given(st.text(max_size=200))
def test_the_locator_never_fails(text: str) -> None:
    assert LineIndex(text).line(("a",)) >= 1


@given(st.lists(st.from_regex(r"[a-z]{1,5}", fullmatch=True), unique=True, min_size=1, max_size=9))
def test_plain_keys_stand_on_their_lines(keys: list[str]) -> None:
    index = LineIndex("".join(f'{k} = "v"\n' for k in keys))
    assert [index.line((k,)) for k in keys] == list(range(1, len(keys) + 1))


@pytest.mark.parametrize(("bloc", "words"), [("EU28X", "unknown"), ("DEU", "is one economy")])
def test_the_bloc_is_a_coalition(bloc: str, words: str) -> None:
    text = study_text("taiwan-europe") + f'\n[options]\nbloc = "{bloc}"\n'
    ((_, said),) = problems(text)
    assert words in said


def test_choices_of_pages_and_events_are_checked() -> None:
    text = study_text("germany-materials")
    wrong = text.replace("{ chips = false }", '{ chips = "no", chps = true }')
    wrong += '\n[[pages]]\npage = "arms"\n\n[[pages]]\npage = "materials"\n'
    wrong += '\n[[pages]]\npage = "material"\n\n[[events]]\nevent = "strike"\nactor = "rival"\n'
    said = [text for _, text in problems(wrong)]
    for words in (
        "must be of the kind of True, got 'no'",
        "cascade has no choice 'chps' did you mean 'chips'?",
        "the page 'arms' needs the role 'ally'",
        "the page 'materials' is chosen twice",
        "unknown page 'material' did you mean 'materials'?",
        "'rival' names no role",
    ):
        assert any(words in text for text in said), (words, said)


@pytest.mark.parametrize("name", shipped_studies())
def test_a_checked_text_is_read_by_its_form(name: str) -> None:
    assert formed_study(study_text(name)) == load_study(study_text(name))
