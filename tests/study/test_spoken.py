"""Sentences follow the parties of a study."""

from __future__ import annotations

from isthmus.study import open_study
from isthmus.study.check import wording_problems
from isthmus.study.spoken import spoken


def test_roles_become_names() -> None:
    study = spoken(open_study("taiwan-europe"))
    sentences = {claim.id: claim.sentence for claim in study.claims}
    assert sentences["seeks-cooperation"] == "Taiwan seeks broader defence cooperation with the EU."
    texts = [study.title, study.question, *sentences.values()]
    texts += [text for claim in study.claims for text in (claim.falsified_by, claim.note)]
    assert not [text for text in texts if "{" in text]
    assert all(text[:1] == text[:1].upper() for text in sentences.values())


def test_other_parties_other_sentences() -> None:
    study = spoken(open_study("taiwan-europe").with_parties(partner="JPN"))
    follow = [c for c in study.claims if "partner" in c.args.values()]
    assert follow
    assert all("Japan" in c.sentence and "Taiwan" not in c.sentence for c in follow)


def test_words_on_members_stand_only_where_there_are_members() -> None:
    study = open_study("taiwan-europe")
    single = study.with_parties(home="POL")
    for asked, phrase in (
        (study, "steps of the EU or its members"),
        (single, "steps of Poland with"),
    ):
        told = spoken(asked)
        assert any(phrase in claim.sentence for claim in told.claims)


def test_a_fact_must_name_the_roles_it_measures() -> None:
    claim = {"sentence": "Taiwan sells chips.", "args": {"exporter": "partner", "year": 2022}}
    ((path, what, hint),) = wording_problems({"claims": [claim]})
    assert path == ("claims", 0, "sentence")
    assert "'partner'" in what
    assert "{partner}" in hint


def test_unknown_placeholders_are_named() -> None:
    data = {
        "title": "{partnr}",
        "claims": [{"sentence": "{ally} and {x}", "falsified_by": "{home}"}],
    }
    found = [(path, what, hint) for path, what, hint in wording_problems(data)]
    assert [what for _, what, _ in found] == ["{partnr} names no role", "{x} names no role"]
    assert found[0][2] == "did you mean 'partner'?"
