"""The study of a dossier that was made, so that it can be made again anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from isthmus.errors import BadInput
from isthmus.runtime.contents import DOSSIER
from isthmus.runtime.reading import is_file, is_folder, read_json
from isthmus.runtime.toml_text import toml_text
from isthmus.study.load import load_study, read_study
from isthmus.study.schema import Study

STUDY = "study.toml"
"""The study as asked, beside the dossier."""
HINT = f"{DOSSIER.mark} of a dossier"


def is_dossier(place: Path) -> bool:
    """Say whether a folder, or a file in JSON, is there to be read as a dossier."""
    return is_folder(place) or (place.suffix == ".json" and is_file(place))


def study_of_dossier(place: Path) -> Study:
    """Return the study that a dossier answers.

    Parameters
    ----------
    place : Path
        Folder of a dossier, or its document in JSON. The study file beside the document is read
        where there is one; otherwise the study as asked in the document.

    Raises
    ------
    NotFound
        When the folder holds no dossier.
    BadInput, SchemaVersionUnsupported
        When the document is none, or its study cannot be read by this release.
    """
    beside = _document(place).with_name(STUDY)
    if is_file(beside):
        return read_study(beside)
    document, held = document_of(place)
    asked = held.get("asked")
    if not isinstance(asked, dict):
        raise BadInput(
            "the document holds no study as it was asked", where=str(document), hint=HINT
        )
    return load_study(toml_text(_said(asked)), where=str(document))


def document_of(place: Path) -> tuple[Path, dict[str, Any]]:
    """Return the document of a dossier and what it holds.

    Raises
    ------
    NotFound, BadInput
        When there is none, or it is no document.
    """
    document = _document(place)
    held = read_json(document, what="dossier", hint=HINT)
    if not isinstance(held, dict):
        raise BadInput("the document holds no dossier", where=str(document), hint=HINT)
    return document, held


def _document(place: Path) -> Path:
    return place / DOSSIER.mark if is_folder(place) else place


def _said(value: Any) -> Any:
    """Leave out what is null: a study file has no word for it."""
    if isinstance(value, dict):
        return {key: _said(held) for key, held in value.items() if held is not None}
    return [_said(held) for held in value] if isinstance(value, list) else value
