"""The recipes of CONTRIBUTING, as they stand there, applied to a copy of the house."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "src" / "isthmus"
TEMPLATE = re.compile(r"^<!-- (\S+?)(?:: (\w+))? -->\n```\w+\n(.*?)^```", re.MULTILINE | re.DOTALL)
CHANGED = ("ensemble", "sources", "study")


def templates() -> list[tuple[str, str, str]]:
    """Return path, list in it (or nothing) and text of every template."""
    return TEMPLATE.findall((PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8"))


def linked(source: Path, target: Path, *, below: tuple[str, ...] = ()) -> None:
    """Make a folder that holds what another one does; folders named are made anew as well."""
    target.mkdir(parents=True)
    for entry in source.iterdir():
        if entry.name == "__pycache__":
            continue
        if entry.is_dir() and (not below or entry.name in below):
            linked(entry, target / entry.name)
        elif entry.suffix in {".py", ".json", ".toml"}:
            shutil.copy2(entry, target / entry.name)
        else:
            (target / entry.name).symlink_to(entry)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the house with every recipe applied."""
    root = tmp_path_factory.mktemp("house")
    linked(PACKAGE, root / "src" / "isthmus", below=CHANGED)
    for path, list_, text in templates():
        file = root / path
        file.parent.mkdir(exist_ok=True)
        if not list_:
            file.write_text(text, encoding="utf-8")
            continue
        before = file.read_text(encoding="utf-8")
        first = re.search(rf"^{list_}\b[^\n]*[({{]\n", before, re.MULTILINE)
        assert first is not None, f"{path} has no {list_}"
        file.write_text(before[: first.end()] + text + before[first.end() :], encoding="utf-8")
    registry = root / "src" / "isthmus" / "sources" / "registry.py"
    imports = registry.read_text(encoding="utf-8")
    registry.write_text(imports.replace("    baci,\n", "    baci,\n    land_office,\n", 1), "utf-8")
    return root


def run(house: Path, *words: str) -> str:
    """Run Python in the copy; return what it wrote."""
    home = str(house / "home")
    env = {**os.environ, "PYTHONPATH": str(house / "src"), "ISTHMUS_HOME": home}
    done = subprocess.run(
        [sys.executable, *words], cwd=house, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def isthmus(house: Path, *words: str) -> str:
    return run(house, "-m", "isthmus", *words)


def test_a_lens_touches_its_folder_and_one_line(house: Path) -> None:
    touched = {path for path, _, _ in templates() if "/land/" in path and "study" not in path}
    assert touched == {"src/isthmus/land/lens.py", "src/isthmus/land/__init__.py"}
    run(house, str(PROJECT / "tools" / "lenses.py"), "land.area")
    (shown,) = json.loads(isthmus(house, "lens", "list", "land", "--json"))["lenses"]
    assert [column["unit"] for column in shown["tables"][0]["columns"]] == ["", "km2"]
    found = json.loads(isthmus(house, "land", "area", "DEU", "--json"))
    ((economy, area),) = found["tables"]["area"]["rows"]
    assert economy == "DEU"
    # CIA World Factbook: 357,022; the shipped data name their own source
    assert 340_000 < area < 370_000


def test_a_source_is_recognised_by_its_layout(house: Path) -> None:
    (house / "land.csv").write_text("economy,hectares\nDEU,1.5\n", encoding="utf-8")
    added = json.loads(isthmus(house, "data", "add", "land.csv", "--json"))
    assert added["read_as"] == ["land"]
    assert added["added"].startswith("land_use@")


def test_a_page_and_its_measure_answer_in_a_study(house: Path) -> None:
    sections = [len(text.splitlines()) for path, _, text in templates() if "subjects/land" in path]
    assert sum(sections) <= 150
    isthmus(house, "study", "new", "toy", "--home", "LTU", "--partner", "TWN", "--out", ".")
    file = house / "toy.toml"
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"\[\[pages\]\]\n.*?(?=\n\[(?!\[pages))", "", text, flags=re.DOTALL)
    text = re.sub(r"\[\[claims\]\]\n.*\Z", "", text, flags=re.DOTALL)
    text += '\n[[pages]]\npage = "land"\n'
    file.write_text(text, encoding="utf-8")
    isthmus(house, "study", "check", "toy.toml")
    code = (
        "from isthmus.study import assess, open_study; from isthmus.world import World;"
        "d = assess(open_study('toy.toml'), World.open('starter'));"
        "print([s.answer[0].text for s in d.sections if s.key == 'land'][0])"
    )
    said = run(house, "-c", code)
    assert re.search(r"Lithuania has 6[0-9],[0-9]{3} km2, Taiwan has 3[0-9],[0-9]{3} km2\.", said)
    assert "land.area" in isthmus(house, "study", "check", "--measures")


def test_a_language_is_a_file_beside_each(house: Path) -> None:
    study = house / "src" / "isthmus" / "study"
    for file in [*study.joinpath("catalogue").glob("en.toml"), *study.rglob("subjects/*/en.toml")]:
        text = file.read_text(encoding="utf-8")
        text = text.replace(" km2", " km²") if file.parent.name == "land" else text
        (file.parent / "xx.toml").write_text(text, encoding="utf-8")
    code = (
        "from isthmus.study.wording import TextCatalogue, languages;"
        "assert 'xx' in languages(); print(TextCatalogue.load('xx').text('land.answer.both',"
        " home='A', partner='B', ours='1', theirs='2'))"
    )
    assert run(house, "-c", code).strip() == "A has 1 km², B has 2 km²."
