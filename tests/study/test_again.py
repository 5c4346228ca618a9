"""A dossier makes itself again: from its folder, its study file, or its document alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from isthmus.errors import BadInput, IsthmusError, NotFound
from isthmus.report import render_json, write_dossier
from isthmus.study import Dossier, assess, load_study, open_study, shipped_studies
from isthmus.study.again import study_of_dossier
from isthmus.study.toml import study_toml
from isthmus.world import World


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return assess(open_study("germany-materials"), World.open("starter"))


@pytest.fixture(scope="module")
def folder(dossier: Dossier, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("made") / "dossier"
    write_dossier(dossier, place)
    return place


def test_a_folder_and_its_files_are_the_study_that_was_asked(folder: Path) -> None:
    asked = open_study("germany-materials")
    for name in (folder, folder / "study.toml", folder / "dossier.json"):
        assert open_study(str(name)) == asked


def test_it_is_made_again_to_the_byte(dossier: Dossier, folder: Path) -> None:
    again = assess(open_study(str(folder)), World.open("starter"))
    assert render_json(again) == render_json(dossier)


def test_the_document_alone_has_the_study(folder: Path, tmp_path: Path) -> None:
    alone = tmp_path / "handed-over.json"
    shutil.copy(folder / "dossier.json", alone)
    assert open_study(str(alone)) == open_study("germany-materials")


@pytest.mark.parametrize("name", shipped_studies())
def test_what_json_says_of_a_study_is_that_study(name: str, tmp_path: Path) -> None:
    study = open_study(name)
    place = tmp_path / "dossier.json"
    place.write_text(json.dumps({"asked": study.model_dump(mode="json")}), encoding="utf-8")
    assert study_of_dossier(place) == study
    assert load_study(study_toml(study)) == study


@pytest.mark.parametrize("text", ["[]", "{}", '{"asked": 1}', '{"asked": {"name": 3}}', "{"])
def test_what_is_no_dossier_is_refused_by_name(text: str, tmp_path: Path) -> None:
    place = tmp_path / "dossier.json"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"dossier|study"):
        open_study(str(place))
    with pytest.raises(BadInput, match=r"dossier|study"):
        open_study(str(tmp_path))


def test_an_empty_folder_holds_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="dossier"):
        open_study(str(tmp_path))
    with pytest.raises(IsthmusError):
        open_study(str(tmp_path / "nothing.json"))
