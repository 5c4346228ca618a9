"""The studies that ship with the package, and copies of them to work on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from isthmus.errors import BadInput, NotFound, did_you_mean
from isthmus.runtime import check_files, publish_text
from isthmus.runtime.reading import is_file, read_text
from isthmus.study.again import is_dossier, study_of_dossier
from isthmus.study.load import load_study, read_study
from isthmus.study.schema import Study
from isthmus.world import World

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_NAME_LINE = re.compile(r'^name = "[^"]*"$', re.MULTILINE)


def shipped_studies() -> tuple[str, ...]:
    """Return the names of the studies in the package, sorted."""
    folder = resources.files("isthmus.study") / "studies"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


def study_text(name: str) -> str:
    """Return the text of a shipped study.

    Raises
    ------
    NotFound
        When there is none of this name.
    """
    known = shipped_studies()
    if name not in known:
        raise NotFound(
            f"no study {name!r}",
            where="study",
            hint=did_you_mean(name, known) or f"shipped: {', '.join(known)}; or name a .toml file",
        )
    path = resources.files("isthmus.study") / "studies" / f"{name}.toml"
    return path.read_text(encoding="utf-8")


def open_study(name: str) -> Study:
    """Return a study by file (a name with ``.toml`` or a folder in it) or by shipped name.

    A dossier that was made, its folder or ``dossier.json``, stands for the study it answers.

    Raises
    ------
    NotFound, BadInput
        When it is not there, or has mistakes.
    """
    if name not in shipped_studies() and is_dossier(Path(name)):
        return study_of_dossier(Path(name))
    if name.endswith(".toml") or "/" in name or "\\" in name:
        return read_study(Path(name))
    local = Path(f"{name}.toml")
    if name not in shipped_studies() and is_file(local):
        return read_study(local)
    return load_study(study_text(name), where=f"{name} (shipped)")


def _source_text(source: str) -> str:
    """Return the text of a study to start from, which must be one."""
    if not source.endswith(".toml"):
        return study_text(source)
    text = read_text(source, what="study file", hint="`isthmus study list` shows the shipped ones")
    load_study(text, where=source)
    return text


def new_study(
    name: str, *, source: str = "taiwan-europe", folder: Path | None = None, replace: bool = False
) -> Path:
    """Copy a study to a file of one's own and return its path.

    Parameters
    ----------
    name : str
        Name of the new study: lower-case letters, digits, hyphens.
    source : str
        Shipped study, or file, to start from.
    folder : Path, optional
        Where to write ``<name>.toml``; the working folder when None.
    replace : bool
        Put the new file in the place of an existing one.

    Raises
    ------
    BadInput
        When the name cannot be one.
    TargetExists, TargetRefused, NotFound
        When there is such a file already, or the folder cannot hold one.
    """
    target = _target(name, folder, replace=replace)
    text = _source_text(source)
    return _written(_NAME_LINE.sub(f'name = "{name}"', text, count=1), target, replace=replace)


def create_study(
    name: str,
    parties: Mapping[str, str],
    *,
    template: str = "pair",
    folder: Path | None = None,
    replace: bool = False,
    world: World | None = None,
) -> tuple[Path, dict[str, str]]:
    """Write a study for parties of one's own to a file.

    Parameters
    ----------
    name, folder, replace
        As in `new_study`.
    parties : mapping of str to str
        Code of the party by role: home, partner and, where there are any, rival and ally.
    template : str
        Name of a template.
    world : World, optional
        The data, for claims that need a data set; the starter world by default.

    Returns
    -------
    tuple of Path and dict
        The file, and why each claim was left out that does not apply, by id.

    Raises
    ------
    BadInput, NotFound, TargetExists
        When name, parties or template cannot be used, or there is such a file already.
    """
    from isthmus.study.new import draft_study
    from isthmus.study.toml import study_toml

    target = _target(name, folder, replace=replace)
    drafted = draft_study(name, world or World.open("starter"), parties, template=template)
    return _written(study_toml(drafted.study), target, replace=replace), drafted.left_out


def migrate_study(source: Path, target: Path | None = None, *, replace: bool = False) -> str:
    """Return a study file of version 1 as one of this version, and write it where asked.

    Raises
    ------
    NotFound
        When the file cannot be read.
    BadInput
        When it is no study of version 1, or has mistakes beside its version.
    TargetExists, TargetRefused
        When there is such a file already, or the folder cannot hold one.
    """
    from isthmus.study.new import migrated

    text = migrated(read_text(source, what="study file"))
    load_study(text, where=str(source))
    if target is not None:
        check_files([target], replace=replace)
        _written(text, target, replace=replace)
    return text


def _target(name: str, folder: Path | None, *, replace: bool) -> Path:
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"{name!r} cannot be the name of a study",
            where="name",
            hint="at most 60 lower-case letters, digits and hyphens, as in japan-europe",
        )
    target = (folder or Path()) / f"{name}.toml"
    check_files([target], replace=replace)
    return target


def _written(text: str, target: Path, *, replace: bool) -> Path:
    with publish_text(target, replace=replace) as handle:
        handle.write(text)
    return target
