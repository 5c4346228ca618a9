"""Ranges in a study file: mistakes with their lines, roles replaced, presets and shocks joined."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import BadInput, NotFound
from isthmus.scenario import preset, preset_names
from isthmus.study import (
    Study,
    load_study,
    new_study,
    open_plan,
    open_study,
    read_study,
    shipped_studies,
    study_plan,
)
from isthmus.study.check import semantic_problems
from isthmus.study.ensemble import declared

HEAD = """\
schema_version = 2
name = "ranges_of-mine"
title = "A study with ranges"
question = "How far does it move?"
[roles]
home = "EU27_2020"
partner = "JPN"
rival = "CHN"
ally = "USA"
"""

SOUND = f"""{HEAD}
[ensemble]
lens = "dependence.leverage"
samples = 32
seed = 4
tables = ["totals"]
[ensemble.parameters]
a = "home"
b = "partner"
items = ["C26"]
[[ranges]]
path = "params.elasticity"
distribution = "uniform"
low = 2.0
high = 4.0
reason = "a test"
"""

MISTAKES = f"""{HEAD}
[ensemble]
lens = "dependence.leverage"
samples = 100
design = "sobol"
sed = 3
batch = "ten"
[ensemble.parameters]
a = "hom"
elastcity = 2.0
year = 2022
[[ranges]]
path = "params.elasticity"
distribution = "unifrm"
low = 2.0
high = 4.0
reason = "a test"
[[ranges]]
path = "params.horizn"
distribution = "uniform"
low = 4.0
high = 2.0
reason = "a test"
[[ranges]]
path = "params.year"
distribution = "choice"
values = [2021, 2022]
reason = "has a fixed value as well"
[[ranges]]
path = "shocks.0.severity"
distribution = "normal"
mean = 0.5
[[ranges]]
path = "horizon"
distribution = "uniform"
low = 10.0
high = 20.0
reason = "the lens has none"
[[ranges]]
path = "params.elasticity"
distribution = "uniform"
low = 2.0
high = 4.0
reason = "twice"
[[correlations]]
paths = ["params.elasticity", "params.elastcity"]
value = 1.5
reason = "a test"
"""

EXPECTED = [
    (13, "ensemble.samples", "64 or 128"),
    (15, "ensemble.sed", "did you mean 'seed'?"),
    (16, "ensemble.batch", "whole number"),
    (17, "ensemble.parameters.b", "is missing"),
    (18, "ensemble.parameters.a", "did you mean 'home'?"),
    (19, "ensemble.parameters.elastcity", "did you mean 'elasticity'?"),
    (23, "ranges[1].distribution", "did you mean 'uniform'"),
    (27, "ranges[2]", "low must be below high"),
    (28, "ranges[2].path", "did you mean 'horizons'?"),
    (34, "ranges[3].path", "a range and a fixed value"),
    (38, "ranges[4].reason", "is missing"),
    (39, "ranges[4].path", "there is no shock 0"),
    (43, "ranges[5].path", "takes no horizon"),
    (49, "ranges[6].path", "has two ranges"),
    (55, "correlations[1].paths", "did you mean 'params.elasticity'?"),
    (56, "correlations[1].value", "less than or equal to 1"),
]


def problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(BadInput) as caught:
        load_study(text)
    found = []
    for problem in caught.value.problems:
        line, _, place = problem.where.partition(", ")
        match = re.match(r"line (\d+)", line)
        assert match, problem
        found.append((int(match.group(1)), place, f"{problem.what} {problem.hint}"))
    return found


def test_every_mistake_in_the_ranges_has_its_line_and_a_hint() -> None:
    found = problems(MISTAKES)
    for line, place, words in EXPECTED:
        assert any((n, p) == (line, place) and words in t for n, p, t in found), (
            (line, place, words),
            found,
        )
    assert len(found) == len(EXPECTED), found


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ('"dependence.leverage"', '"dependence.leverag"', "ensemble.lens", "dependence.leverage"),
        ("samples = 32", "samples = 0", "ensemble.samples", "greater than or equal to 1"),
        ("samples = 32", 'design = "sobl"', "ensemble.design", "did you mean 'sobol'?"),
        ("samples = 32", 'scenario = "taiwan-chip"', "ensemble.scenario", "taiwan-chips-7-full"),
        ("samples = 32", "shocks = 3", "ensemble.shocks", "a list"),
        ("low = 2.0", 'low = "two"', "ranges[1].low", "valid number"),
        ("[[ranges]]", "[[range]]", "range", "did you mean 'ranges'"),
        ('"params.elasticity"', '"elasticity"', "ranges[1].path", "leads nowhere"),
        ('items = ["C26"]', "items = [2026-01-01]", "ensemble.parameters.items[1]", "quotes"),
    ],
)
def test_a_single_mistake_is_named(old: str, new: str, place: str, words: str) -> None:
    found = problems(SOUND.replace(old, new))
    assert any(p == place and words in text for _, p, text in found), found


def test_tables_of_the_wrong_form_are_named() -> None:
    assert ("ranges", "must be a list of tables ") in [
        (p, t) for _, p, t in problems(f"ranges = 3\n{HEAD}")
    ]
    assert any(p == "ensemble" for _, p, _ in problems(f"ensemble = 3\n{HEAD}"))
    found = problems(f'ranges = ["a"]\n{HEAD}')
    assert any(p == "ranges[1]" and "must be a table" in t for _, p, t in found), found


def test_an_ensemble_without_ranges_is_named_once() -> None:
    text = SOUND[: SOUND.index("[[ranges]]")]
    assert [(p, t.strip()) for _, p, t in problems(text)] == [
        ("ensemble", "no parameter has a range declare [[ranges]]")
    ]


def test_contradicting_correlations_are_named() -> None:
    pairs = [("a", "b", 0.9), ("b", "year", 0.9), ("a", "year", -0.9)]
    ranges = "".join(
        f'[[ranges]]\npath = "params.{name}"\ndistribution = "choice"\nvalues = [1, 2]\n'
        'reason = "t"\n'
        for name in ("a", "b", "year")
    )
    correlations = "".join(
        f'[[correlations]]\npaths = ["params.{a}", "params.{b}"]\nvalue = {v}\nreason = "t"\n'
        for a, b, v in pairs
    )
    text = SOUND.replace('a = "home"\nb = "partner"\n', "") + ranges + correlations
    assert [p for _, p, _ in problems(text)] == ["correlations"]


def test_roles_are_replaced_by_the_parties() -> None:
    plan = study_plan(load_study(SOUND))
    assert plan.parameters == {"a": "EU27_2020", "b": "JPN", "items": ["C26"]}
    assert (plan.lens, plan.samples, plan.seed, plan.batch) == ("dependence.leverage", 32, 4, 64)
    assert plan.tables == ("totals",)
    assert plan.paths == ("params.elasticity",)
    assert plan.scenario.name == "ranges-of-mine"


def test_roles_among_the_values_of_a_choice() -> None:
    choice = """
[[ranges]]
path = "params.b"
distribution = "choice"
values = ["partner", "rival", "KOR"]
reason = "a test"
"""
    plan = study_plan(load_study(SOUND.replace('b = "partner"\n', "") + choice))
    assert plan.scenario.ranges[1].values == ("JPN", "CHN", "KOR")


def test_what_is_given_goes_before_the_file() -> None:
    study = load_study(SOUND)
    plan = study_plan(study, samples=64, seed=None, parameters={"b": "rival"})
    assert (plan.samples, plan.seed) == (64, 4)
    assert plan.parameters == {"a": "EU27_2020", "b": "CHN", "items": ["C26"]}
    bare = load_study(HEAD + SOUND[SOUND.index("[[ranges]]") :])
    with pytest.raises(BadInput, match=r"ensemble\.lens"):
        study_plan(bare)
    given = {"a": "home", "b": "ally", "items": ["C26"]}
    assert study_plan(bare, lens="dependence.leverage", parameters=given).samples == 1024


SHOCKS = f"""{HEAD}
[ensemble]
lens = "disruption.simulate"
horizon = 90
[[ensemble.shocks]]
kind = "export_stop"
exporters = ["partner"]
importers = ["home", "KOR"]
industries = ["C26"]
severity = 0.5
duration = 30
[[ranges]]
path = "shocks.0.severity"
distribution = "uniform"
low = 0.2
high = 1.0
reason = "a test"
[[ranges]]
path = "params.psi"
distribution = "uniform"
low = 0.5
high = 1.0
reason = "a test"
"""


def test_shocks_of_a_study_follow_its_parties() -> None:
    plan = study_plan(load_study(SHOCKS))
    (shock,) = plan.scenario.shocks
    assert shock.exporters == ("JPN",)
    assert shock.importers == ("EU27_2020", "KOR")
    assert plan.scenario.horizon == 90
    dated = SHOCKS.replace('partner = "JPN"', 'partner = "NATO@2022-12-31"')
    assert study_plan(load_study(dated)).scenario.shocks[0].exporters == ("NATO@2022-12-31",)
    text = SHOCKS.replace("severity = 0.5", "severty = 0.5").replace("params.psi", "params.psy")
    found = {(n, p): t for n, p, t in problems(text)}
    assert "did you mean 'severity'" in found[19, "ensemble.shocks[1].severty"]
    assert "did you mean 'psi'" in found[28, "ranges[2].path"]


def test_a_preset_lends_its_shocks_and_ranges() -> None:
    lent = preset("taiwan-chips-30-full")
    text = f"""{HEAD}
[ensemble]
lens = "disruption.simulate"
scenario = "taiwan-chips-30-full"
samples = 8
[[ranges]]
path = "params.psi"
distribution = "choice"
values = [0.5, 0.8]
reason = "a test"
"""
    scenario = study_plan(load_study(text)).scenario
    assert (scenario.shocks, scenario.horizon) == (lent.shocks, lent.horizon)
    assert scenario.ranges[0].values == (0.5, 0.8)
    kept = tuple(r for r in lent.ranges if r.path != "params.psi")
    assert scenario.ranges[1:] == kept
    own = '[[ensemble.shocks]]\nkind = "export_stop"\nexporters = ["partner"]\n[[ranges]]'
    assert ("ensemble.shocks", "shocks of its own and those of a preset") in [
        (p, t[:39]) for _, p, t in problems(text.replace("[[ranges]]", own, 1))
    ]
    bare = text[: text.index("[[ranges]]")]
    assert study_plan(load_study(bare)).scenario.ranges == lent.ranges
    found = problems(text.replace("30-full", "31-full").replace("params.psi", "shocks.0.severity"))
    assert [p for _, p, _ in found] == ["ensemble.scenario"]


def test_a_study_keeps_what_was_written() -> None:
    study = load_study(SOUND)
    assert study.ensemble is not None
    assert study.ensemble.parameters["a"] == "home"
    assert study.ranges[0].low == 2.0
    assert Study.model_validate(study.model_dump()) == study


def test_sources_are_told_apart(tmp_path, monkeypatch) -> None:
    assert not set(preset_names()) & set(shipped_studies())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(SOUND)
    (tmp_path / "scene.toml").write_text('name = "scene"\n' + SOUND[SOUND.index("[[ranges]]") :])
    assert open_plan("mine.toml").parameters["b"] == "JPN"
    assert open_plan("mine") == open_plan("mine.toml")
    chosen = {"a": "FRA", "b": "JPN"}
    plan = open_plan("scene.toml", lens="dependence.leverage", parameters=chosen)
    assert plan.scenario.name == "scene"
    assert open_plan("taiwan-chips-30-full", lens="disruption.simulate").scenario.shocks
    with pytest.raises(NotFound, match="taiwan-europe"):
        open_plan("taiwan-europ")
    (tmp_path / "broken.toml").write_text("not toml [")
    with pytest.raises(BadInput, match="not valid TOML"):
        open_plan("broken")


def test_the_flagship_and_its_copies_can_be_run(tmp_path) -> None:
    plan = study_plan(open_study("taiwan-europe"))
    assert plan.lens == "dependence.leverage"
    assert (plan.parameters["a"], plan.parameters["b"]) == ("EU27_2020", "TWN")
    assert all(len(r.reason) > 40 for r in plan.scenario.ranges)
    path = new_study("japan-europe", folder=tmp_path)
    path.write_text(path.read_text().replace('partner = "TWN"', 'partner = "JPN"'))
    assert study_plan(read_study(path)).parameters["b"] == "JPN"


ODD = st.recursive(
    st.one_of(
        st.booleans(),
        st.integers(-3, 70),
        st.floats(allow_nan=True, allow_infinity=True),
        st.sampled_from(["home", "params.psi", "shocks.0.severity", "shocks.x", "uniform", ""]),
        st.dates(),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "path",
                    "paths",
                    "distribution",
                    "low",
                    "high",
                    "value",
                    "values",
                    "reason",
                    "kind",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(
    ensemble=st.one_of(
        ODD,
        st.dictionaries(
            st.sampled_from(
                [
                    "lens",
                    "parameters",
                    "scenario",
                    "shocks",
                    "samples",
                    "design",
                    "horizon",
                    "batch",
                ]
            ),
            st.one_of(
                ODD,
                st.just("disruption.simulate"),
                st.just("taiwan-chips-7-full"),
                st.lists(st.fixed_dictionaries({"kind": ODD}), max_size=2),
            ),
            max_size=5,
        ),
    ),
    ranges=ODD,
    correlations=ODD,
    parties=ODD,
)
def test_odd_values_are_problems_and_never_a_crash(ensemble, ranges, correlations, parties) -> None:
    data = {
        "ensemble": ensemble,
        "ranges": ranges,
        "correlations": correlations,
        "parties": parties,
    }
    for path, what, hint in semantic_problems(data):
        assert path
        assert what
        assert isinstance(hint, str)
    assert set(declared(data)) == {"ranges", "correlations"}
