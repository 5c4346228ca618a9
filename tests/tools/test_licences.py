"""What ships names its licences: the notice, the metadata and the bill of materials agree."""

from __future__ import annotations

import json
import re
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.licenses import canonicalize_license_expression
from tools.checks.licences import reachable
from tools.checks.wheel import problems
from tools.notice import BESIDE, expression, identifiers, notice, records
from tools.sbom import Lock, bill

from isthmus import World


@pytest.fixture(scope="module")
def metadata(project: Path) -> dict[str, object]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def made(project: Path) -> dict[str, object]:
    return bill(Lock((project / "uv.lock").read_text(encoding="utf-8")))


def test_the_notice_is_that_of_the_manifests(project: Path) -> None:
    assert (project / "NOTICE.md").read_text(encoding="utf-8") == notice(project)
    world = World.open("starter")
    listed = {record.key for record in records(project)}
    assert set(world.keys()) <= listed
    assert all(f"| `{key}` |" in notice(project) for key in listed)


def test_every_licence_has_its_text_and_every_text_its_use(project: Path) -> None:
    named = {name for record in records(project) for name in identifiers(record.licence)}
    texts = {path.stem for path in (project / "LICENSES").glob("*.txt")}
    assert texts == named | {"Apache-2.0"} | {identifier for _, identifier, *_ in BESIDE}
    for path in (project / "LICENSES").glob("*.txt"):
        assert len(path.read_text(encoding="utf-8")) > 500, path.name


def test_the_metadata_name_every_licence_and_carry_every_text(project, metadata) -> None:
    assert metadata["license"] == expression(project)
    assert canonicalize_license_expression(metadata["license"]) == metadata["license"]
    carried = {path for glob in metadata["license-files"] for path in project.glob(glob)}
    wanted = {*(project / "LICENSES").glob("*.txt"), project / "LICENSE", project / "NOTICE.md"}
    assert carried == wanted


def test_a_wheel_without_a_text_is_refused(project, metadata, tmp_path) -> None:
    wheel, place = tmp_path / "x.whl", "isthmus-1.dist-info"
    paths = [path for glob in metadata["license-files"] for path in project.glob(glob)]
    names = [path.relative_to(project).as_posix() for path in paths]
    head = "".join(f"License-File: {name}\n" for name in names)
    for left_out in ("", "NOTICE.md", "LICENSES/CC-BY-4.0.txt"):
        with zipfile.ZipFile(wheel, "w") as archive:
            said = f"License-Expression: {metadata['license']}\n{head}\n"
            archive.writestr(f"{place}/METADATA", said)
            for name, path in zip(names, paths, strict=True):
                if name != left_out:
                    archive.write(path, f"{place}/licenses/{name}")
        expected = [f"{left_out} is missing or differs"] if left_out else []
        assert problems(wheel, project) == expected


def test_an_unknown_licence_is_refused() -> None:
    assert identifiers("Public domain (United States federal government)") == ()
    with pytest.raises(ValueError, match="no licence is known"):
        identifiers("All rights reserved")


def test_the_bill_has_the_required_fields(made) -> None:
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", made["serialNumber"])
    root = made["metadata"]["component"]
    parts = [root, *made["components"]]
    for part in parts:
        assert part["type"] in {"library", "data"}
        assert part["name"]
        assert part["version"]
        if part["type"] == "library":
            assert part["purl"] == f"pkg:pypi/{part['name']}@{part['version']}" == part["bom-ref"]
        for file in part.get("externalReferences", []):
            assert file["type"] == "distribution"
            assert file["url"].startswith("https://")
            assert re.fullmatch("[0-9a-f]{64}", file["hashes"][0]["content"])
            assert file["hashes"][0]["alg"] == "SHA-256"
        for entry in part.get("licenses", []):
            assert entry.keys() <= {"license", "expression"}
            assert entry.get("expression") or entry["license"].keys() & {"id", "name"}
    names = [part["bom-ref"] for part in parts]
    assert len(set(names)) == len(names)
    edges = {entry["ref"]: entry["dependsOn"] for entry in made["dependencies"]}
    assert edges.keys() <= set(names)
    assert {to for depends in edges.values() for to in depends} == set(names) - {root["bom-ref"]}


def test_the_bill_holds_every_package_of_a_user_and_none_of_a_developer(project, made) -> None:
    lock = tomllib.loads((project / "uv.lock").read_text(encoding="utf-8"))
    libraries = [part for part in made["components"] if part["type"] == "library"]
    assert {part["name"] for part in libraries} == reachable(lock)
    assert all(part["externalReferences"] for part in libraries)
    scopes = {part["name"]: part["scope"] for part in libraries}
    assert scopes["polars"] == "required"
    assert scopes["numba"] == "optional"
    assert "pytest" not in scopes
    held = {part["name"] for part in made["components"] if part["type"] == "data"}
    assert held == {record.key for record in records(project)}


def test_two_bills_are_the_same(project, made) -> None:
    again = bill(Lock((project / "uv.lock").read_text(encoding="utf-8")))
    assert json.dumps(again) == json.dumps(made)
