"""Claims apply to the parties that they speak of, and say what is lacking otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tools.golden import SETTINGS, study_of

from isthmus import codes
from isthmus.errors import BadInput
from isthmus.evidence import Finding
from isthmus.study import Dossier, Study, assess, load_study, open_study
from isthmus.study.context import Context
from isthmus.study.needs import malformed, unmet
from isthmus.study.subjects import measures
from isthmus.study.toml import study_toml
from isthmus.study.verdict import Status
from isthmus.world import World

ROLES = ("home", "partner", "rival", "ally")


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def lacking(world: World, *needs: str, **parties: str | None) -> list[str]:
    study = open_study("taiwan-europe").with_parties(**parties)
    claim = study.claims[0].model_copy(update={"needs": needs, "sentence": "A sentence."})
    claim = claim.model_copy(update={"falsified_by": "nothing", "note": ""})
    return unmet(Context(study, world), claim, None)


@pytest.mark.parametrize(
    ("need", "parties", "applies"),
    [
        ("rival", {}, True),
        ("rival", {"rival": None}, False),
        ("coalition:home", {}, True),
        ("coalition:home", {"home": "DEU"}, False),
        ("coalition:rival", {"rival": None}, False),
        ("member:DEU:home", {}, True),
        ("member:DEU:home", {"home": "DEU"}, True),
        ("member:DEU:home", {"home": "JPN"}, False),
        ("party:TWN:partner", {}, True),
        ("party:TWN:partner", {"partner": "KOR"}, False),
        ("bloc:home", {"home": "LTU"}, True),
        ("bloc:home", {"home": "JPN"}, False),
        ("data:icio_flows", {}, True),
        ("data:no_such_set", {}, False),
    ],
)
def test_each_form_of_need(world: World, need: str, parties: dict, applies: bool) -> None:
    assert (lacking(world, need, **parties) == []) == applies


@pytest.mark.parametrize(
    "entry", ["", "rivals", "coalition", "member:DEU", "party:TWN:partnr", "data", "union:home"]
)
def test_a_malformed_need_is_named(entry: str) -> None:
    assert malformed(entry, ROLES)
    study = open_study("germany-materials")
    claim = study.claims[0].model_copy(update={"needs": (entry or "x:y:z:w",)})
    with pytest.raises(BadInput, match="needs"):
        load_study(study_toml(study.model_copy(update={"claims": (claim,)})))


def test_measures_of_coalitions_and_members_need_no_entry(world: World) -> None:
    study = open_study("taiwan-europe").with_parties(home="JPN")
    claims = {claim.id: claim for claim in study.claims}
    for name in ("members-differ", "germany-tied"):
        claim = claims[name]
        assert not claim.needs
        assert unmet(Context(study, world), claim, measures()[claim.measure])


def test_a_claim_on_a_role_that_is_not_there_does_not_apply(world: World) -> None:
    pages = open_study("germany-materials").pages
    study = open_study("taiwan-europe").with_parties(rival=None, ally=None)
    study = study.model_copy(update={"pages": pages, "title": "x", "question": "y"})
    dossier = assess(study, world)
    status = {a.claim.id: a.verdict.status for a in dossier.claims}
    assert status["arms-one-supplier"] is Status.NOT_APPLICABLE
    assert status["direct-electronics-supplier"] is not Status.NOT_APPLICABLE
    assert {a.claim.id for a in dossier.apart} == {
        name for name, found in status.items() if found is Status.NOT_APPLICABLE
    }


@pytest.mark.slow
@pytest.mark.parametrize("setting", SETTINGS)
def test_no_sentence_without_a_figure_names_a_state_outside_the_study(
    assessed: Callable[[Study], Dossier], world: World, setting: str
) -> None:
    study = study_of(setting)
    context = Context(study, world)
    inside = {m for code in study.parties.values() for m in context.members(code)}
    outside = {
        name: code
        for code, name in {**codes.economy_names(), "TWN": "Taiwan"}.items()
        if code not in inside and len(name) > 3
    }
    dossier = assessed(study)
    sections = (dossier.summary, *dossier.sections)
    notes = [n.sentence for s in sections for n in (*s.headlines, *s.counters)]
    said = [x for s in sections for x in (s.question, *s.answer, *s.notes, *s.gaps)]
    said += [*notes, *(x for s in sections for c in s.charts for x in (c.title, c.alt))]
    said += [a.reason for a in dossier.claims]
    plain = [s.text for s in said if not any(isinstance(p, Finding) for p in s.parts)]
    shown = [a.claim for a in dossier.claims if a not in dossier.apart]
    plain += [text for c in shown for text in (c.sentence, c.falsified_by, c.note)]
    found = {(text, name) for text in plain for name in outside if name in text}
    assert not found
