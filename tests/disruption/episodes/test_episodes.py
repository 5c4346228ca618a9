"""Episodes as data: what ships holds together, and what is wrong in a file is said at once."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from isthmus.disruption.episodes import (
    episode_names,
    load_episode,
    load_episodes,
    loads_episode,
)
from isthmus.errors import BadInput, NotFound

SMALL = """
schema_version = 1
name = "small"
title = "A stop"
reason = "a test"
started = "2020-01-01"
horizon = 60
role = "used"
table_year = 2022
table_reason = "a test"

[[shocks]]
kind = "capacity_loss"
duration = 10
economies = ["E000"]
industries = ["I01"]
severity = 0.5
reason = "half of it"

[[nuisance]]
path = "shocks.0.severity"
distribution = "uniform"
low = 0.4
high = 0.6
reason = "not measured"

[[observables]]
key = "own"
quantity = "its output"
economies = ["E000"]
industries = ["I01"]
window = [0, 30]
value = 0.2
tolerance = 1.5
tolerance_reason = "a test"
role = "used"
main = true
basis = "observed"
source = "nobody"
read = "made up"
"""


def test_every_shipped_file_loads_under_its_own_name():
    names = episode_names()
    assert len(names) >= 8
    assert tuple(e.name for e in load_episodes()) == names
    for episode in load_episodes():
        assert sum(o.main for o in episode.observables) == 1, episode.name
        assert len({o.key for o in episode.observables}) == len(episode.observables)


def test_nothing_shipped_is_fitted_to_a_model_or_to_hearsay():
    for episode in load_episodes():
        for o in episode.used:
            assert o.basis in ("observed", "derived", "estimated", "judgement")
            assert o.address.startswith("http"), (episode.name, o.key)
        if episode.role == "held_out":
            assert not episode.used, episode.name


def test_judgements_only_bound():
    for episode in load_episodes():
        assert all(o.side == "at_most" for o in episode.observables if o.basis == "judgement")


def test_adding_an_episode_is_adding_a_file(tmp_path):
    place = tmp_path / "small.toml"
    place.write_text(SMALL, encoding="utf-8")
    episode = load_episode(place)
    assert episode.scenario.horizon == 60
    assert episode.nuisance[0].path == "shocks.0.severity"
    assert episode.used[0].unit == "share"
    assert {e.name for e in load_episodes([place, "wltp-2018"])} == {"small", "wltp-2018"}


def test_identity_is_of_numbers_and_not_of_words():
    one = loads_episode(SMALL)
    prose = SMALL.replace("nobody", "somebody").replace("half of it", "50 %")
    assert loads_episode(prose).identity == one.identity
    assert loads_episode(SMALL.replace("0.2\n", "0.21\n")).identity != one.identity
    assert loads_episode(SMALL.replace("[0, 30]", "[0, 31]")).identity != one.identity


def test_all_that_is_wrong_is_said_at_once():
    bad = (
        SMALL.replace('reason = "half of it"\n', "")
        .replace("severity = 0.5", "severity = 1.5")
        .replace('path = "shocks.0.severity"', 'path = "shocks.3.severity"')
        .replace("tolerance = 1.5", "tolerance = 0.5")
        .replace('basis = "observed"', 'basis = "unverified"')
        .replace('role = "used"\ntable_year', 'role = "perhaps"\ntable_year')
        .replace('title = "A stop"', "")
    )
    with pytest.raises(BadInput) as caught:
        loads_episode(bad, where="bad.toml")
    places = {p.where for p in caught.value.problems}
    assert caught.value.where == "bad.toml"
    assert {"shocks.0.severity", "nuisance.0.path", "observables.0.tolerance"} <= places
    assert {"role", "title"} <= places


@pytest.mark.parametrize(
    ("old", "new", "piece"),
    [
        ('reason = "half of it"', 'reason = " "', "needs a reason"),
        ("window = [0, 30]", "window = [0, 90]", "after the horizon"),
        ("window = [0, 30]", "window = [30, 10]", "first day"),
        ('basis = "observed"', 'basis = "unverified"', "hold it out"),
        ("main = true", "below = 0.9", "first_day"),
        ("value = 0.2", 'value = 3.0\nstatistic = "first_day"', "needs it"),
        ("horizon = 60", "", "horizon"),
        ("[[observables]]", "[[observable]]", "at least one"),
        ("schema_version = 1", "schema_version = 2", "schema_version"),
        ("schema_version = 1", "= =", "not valid TOML"),
        ('title = "A stop"', 'titel = "A stop"', "title"),
    ],
)
def test_each_rule_names_what_breaks_it(old, new, piece):
    with pytest.raises(BadInput) as caught:
        loads_episode(SMALL.replace(old, new))
    shown = str(caught.value) + " ".join(f"{p.where} {p.what}" for p in caught.value.problems)
    assert piece in shown


def test_two_main_observables_are_refused():
    block = SMALL[SMALL.index("[[observables]]") :]
    with pytest.raises(BadInput) as caught:
        loads_episode(SMALL + block)
    assert {p.what for p in caught.value.problems} == {
        "'own' is there twice",
        "only one of them can be main",
    }


def test_what_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFound, match="no episode is called"):
        load_episode("wltp")
    with pytest.raises(NotFound, match="no such episode file"):
        load_episode(tmp_path / "none.toml")
    (tmp_path / "a.toml").write_text(SMALL.replace("0.5", "5"), encoding="utf-8")
    (tmp_path / "b.toml").write_text(SMALL.replace("[0, 30]", "[9, 3]"), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load_episodes([tmp_path / "a.toml", tmp_path / "b.toml"])
    assert {p.where.rpartition(": ")[0][-6:] for p in caught.value.problems} == {"a.toml", "b.toml"}


def test_shipped_files_are_toml_without_unknown_words():
    folder = resources.files("isthmus.disruption.episodes") / "data"
    for file in folder.iterdir():
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        assert file.name == f"{raw['name']}.toml"
