"""Lenses and readers of another installed package, found by its entry points."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from isthmus.cli import main
from isthmus.ensemble import run_lens
from isthmus.ensemble.rooms import rooms
from isthmus.runtime.plugins import offered
from isthmus.world import World

PLUGIN = Path(__file__).resolve().parents[1] / "data" / "plugin"
Install = Callable[[Path], None]


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Install]:
    """Put the folder of an installed package, its module and its metadata, onto the path."""
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))

    def forget() -> None:
        offered.cache_clear()
        rooms.cache_clear()

    def onto_path(folder: Path) -> None:
        monkeypatch.syspath_prepend(folder)
        forget()

    yield onto_path
    monkeypatch.undo()
    forget()


def package(folder: Path, module: str, entry: str, code: str = "") -> Path:
    """Write an installed package that offers one room of lenses."""
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[isthmus.lenses]\n{entry} = {module}\n")
    (folder / f"{module}.py").write_text(code)
    return folder


def test_its_file_and_its_lens_are_found(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(PLUGIN)
    file = tmp_path / "rain.csv"
    file.write_text("economy,rain\nDEU,800.5\nTWN,2500\nLTU,670\n")
    assert main(["data", "add", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["read_as"] == ["rainfall, by year"]
    assert main(["lens", "list", "rainfall", "--json"]) == 0
    (held,) = json.loads(capsys.readouterr().out)["lenses"]
    assert held["title"] == "The economies with the most rain"
    assert held["parameters"]["properties"]["count"]["default"] == 5
    world = World.open("starter+rainfall")
    done = run_lens("rainfall.wettest", world, parameters={"count": 2})
    assert done.result["wettest"].frame.rows() == [("TWN", 2500.0), ("DEU", 800.5)]
    assert done.result.provenance.world_hash == world.content_hash
    assert done.run
    # and it has a command, made as all others
    words = ["rainfall", "wettest", "--count", "2", "--world", "starter+rainfall", "--json"]
    assert main(words) == 0
    rows = json.loads(capsys.readouterr().out)["tables"]["wettest"]["rows"]
    assert rows == [["TWN", 2500.0], ["DEU", 800.5]]


def test_a_package_that_cannot_be_loaded_is_named(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(package(tmp_path / "site", "isthmus_broken", "broken", "1 / 0\n"))
    assert main(["lens", "list"]) == 3
    said = capsys.readouterr().err
    assert "entry point isthmus_broken" in said
    assert "ZeroDivisionError" in said
    # what the package itself offers goes on
    assert main(["lens", "list", "chains"]) == 0


def test_a_room_of_the_package_cannot_be_taken(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(package(tmp_path / "site", "isthmus_thief", "chains"))
    assert main(["lens", "list"]) == 3
    assert "isthmus_thief offers the room 'chains'" in capsys.readouterr().err


def test_two_packages_cannot_offer_the_same(
    install: Install, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    install(package(tmp_path / "one", "isthmus_first", "weather"))
    install(package(tmp_path / "two", "isthmus_second", "weather"))
    assert main(["lens", "list"]) == 3
    said = capsys.readouterr().err
    assert "isthmus_first" in said
    assert "isthmus_second" in said
    assert main(["codes", "economies", "Taiwan"]) == 0
