"""What would be uploaded is held to what an index and a reader see."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tools.release import described

META = "Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n{more}\n"


def wheel(folder: Path, name: str, version: str, more: str) -> Path:
    path = folder / "isthmus-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        said = META.format(name=name, version=version, more=more)
        archive.writestr("isthmus-1.0.dist-info/METADATA", said)
    return path


def test_a_description_that_is_the_readme_passes(tmp_path: Path, project: Path) -> None:
    readme = (project / "README.md").read_text(encoding="utf-8")
    more = f"Description-Content-Type: text/markdown\n\n{readme}"[:-1]
    assert list(described(wheel(tmp_path, "isthmus", "1.0", more))) == []


def test_faults_of_the_metadata_are_named(tmp_path: Path) -> None:
    (fault, *_) = described(wheel(tmp_path, "isthmus", "1.1", "\nother\n"))
    assert "say isthmus 1.1" in fault
    assert list(described(wheel(tmp_path, "isthmus", "no version", "")))
