"""A study for parties of one's own: from a template, from a file of version 1, and back."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from isthmus.cli.root import main
from isthmus.errors import BadInput, NotFound, SchemaVersionUnsupported, TargetExists
from isthmus.study import (
    create_study,
    load_study,
    migrate_study,
    open_study,
    read_study,
    shipped_studies,
)
from isthmus.study.new import draft_study, migrated, templates
from isthmus.study.shipped import study_text
from isthmus.study.subjects import PAGES
from isthmus.study.toml import study_toml
from isthmus.world import World

PAIR = {"home": "JPN", "partner": "KOR", "rival": "CHN", "ally": "USA"}


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


@pytest.mark.parametrize("name", shipped_studies())
def test_a_study_written_as_toml_is_read_as_the_same_study(name: str) -> None:
    study = open_study(name)
    assert load_study(study_toml(study)) == study


def test_quotes_newlines_and_odd_letters_survive_the_way_to_toml_and_back() -> None:
    title = 'A "quoted" title \\ with\ttab, \x7f and é'
    study = open_study("germany-materials").model_copy(update={"title": title})
    assert tomllib.loads(study_toml(study))["title"] == title


def test_a_study_for_other_parties_leaves_out_and_names_what_does_not_apply(tmp_path: Path) -> None:
    path, left_out = create_study("japan-korea", PAIR, folder=tmp_path)
    study = read_study(path)
    assert study.parties == PAIR
    others = ("exposure", "suppliers")
    assert [choice.page for choice in study.pages] == [p for p in PAGES if p not in others]
    kept = {claim.id for claim in study.claims}
    assert {"members-differ", "germany-tied", "one-china-policy"} <= set(left_out)
    assert not kept & set(left_out)
    assert kept | set(left_out) == {c.id for c in open_study("taiwan-europe").claims}
    assert "Japan is one economy" in left_out["members-differ"]


def test_without_rival_and_ally_no_page_and_no_claim_speaks_of_them(world: World) -> None:
    parties = {"home": "JPN", "partner": "KOR"}
    study = draft_study("japan-korea", world, parties).study
    assert all(set(PAGES[c.page]) <= {"partner"} for c in study.pages)
    assert not any("{rival}" in c.sentence or "{ally}" in c.sentence for c in study.claims)
    assert "{rival}" not in study.title + study.question


@pytest.mark.parametrize("template", templates())
def test_every_template_makes_a_study_without_mistakes(world: World, template: str) -> None:
    for parties in (PAIR, {"home": "EU27_2020", "partner": "TWN"}):
        drafted = draft_study("own", world, parties, template=template)
        assert load_study(study_toml(drafted.study)) == drafted.study


def test_wrong_parties_are_all_named_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        create_study("own", {"home": "DEUX", "partner": "KOR", "rival": "KOR"}, folder=tmp_path)
    told = [problem.where for problem in caught.value.problems]
    assert told == ["home", "rival"]
    with pytest.raises(BadInput, match="parties"):
        create_study("own", {"home": "DEU"}, folder=tmp_path)
    with pytest.raises(NotFound, match="template"):
        create_study("own", PAIR, template="pear", folder=tmp_path)
    assert list(tmp_path.iterdir()) == []
    create_study("own", PAIR, folder=tmp_path)
    with pytest.raises(TargetExists):
        create_study("own", PAIR, folder=tmp_path)


def first_version() -> str:
    text = study_text("taiwan-europe")
    return text.replace("schema_version = 2", "schema_version = 1").replace("[roles]", "[parties]")


def test_a_file_of_version_1_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    old = tmp_path / "old.toml"
    old.write_text(first_version(), encoding="utf-8")
    with pytest.raises(SchemaVersionUnsupported) as caught:
        read_study(old)
    assert caught.value.hint == f"isthmus study migrate {old}"


def test_a_migrated_file_is_the_same_study_with_its_comments(tmp_path: Path) -> None:
    old, new = tmp_path / "old.toml", tmp_path / "new.toml"
    old.write_text(first_version(), encoding="utf-8")
    assert migrate_study(old, new) == study_text("taiwan-europe")
    assert read_study(new) == open_study("taiwan-europe")
    with pytest.raises(TargetExists):
        migrate_study(old, new)
    assert old.read_text(encoding="utf-8") == first_version()


def test_what_is_no_file_of_version_1_is_not_migrated() -> None:
    with pytest.raises(BadInput, match="version 1"):
        migrated(study_text("taiwan-europe"))


def test_the_commands_write_and_migrate_studies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["study", "new", "own", "--home", "POL", "--partner", "AUS", "--template", "materials"]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["study"], "members-differ" in told["left_out"]) == ("own", True)
    assert read_study(tmp_path / "own.toml").parties == {"home": "POL", "partner": "AUS"}
    assert main(words) == 3
    assert main([*words, "--from", "taiwan-europe", "--force"]) == 3
    assert "a copy keeps its parties" in capsys.readouterr().err
    (tmp_path / "old.toml").write_text(first_version(), encoding="utf-8")
    assert main(["assess", "old.toml"]) == 3
    assert "isthmus study migrate old.toml" in capsys.readouterr().err
    assert main(["study", "migrate", "old.toml"]) == 0
    assert capsys.readouterr().out == study_text("taiwan-europe")
    assert main(["study", "migrate", "old.toml", "--out", "own.toml"]) == 3
    assert main(["study", "migrate", "none.toml"]) == 4
    assert main(["study", "check", "--pages", "--json"]) == 0
    pages = json.loads(capsys.readouterr().out)
    assert {"page": "cascade", "needs": "home, partner", "choices": "chips"} in pages


def test_a_study_of_materials_claims_nothing_of_chips_that_its_pages_leave_out(
    world: World,
) -> None:
    parties = {"home": "JPN", "partner": "KOR", "rival": "CHN"}
    plain, materials = (
        {c.measure for c in draft_study("own", world, parties, template=t).study.claims}
        for t in ("pair", "materials")
    )
    assert {"cascade.loss_on_stop", "cascade.second_sources"} <= plain
    assert "cascade.second_sources" in materials
    assert not {"cascade.loss_on_stop", "cascade.contribution"} & materials
