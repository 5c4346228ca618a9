"""The builders of shipped data: what they write is what is shipped."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

SHAPES = {"country_shapes", "country_points"}


def manifest(folder: Path) -> dict[str, dict[str, object]]:
    plain = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return {record["key"]: record for record in plain["datasets"]}


@pytest.mark.slow
@pytest.mark.source
def test_a_rebuild_has_the_shipped_content(
    project: Path, shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-m", "tools.starter", "--shared", str(shared_data)]
    command += ["--out", str(tmp_path / "starter"), "--codes", str(tmp_path / "codes")]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    with capsys.disabled():
        print(next(line for line in done.stdout.splitlines() if "--atlas" in line))
    package = project / "src" / "isthmus"
    for built, shipped in (
        (tmp_path / "starter", package / "world" / "starter"),
        (tmp_path / "codes", package / "codes" / "data"),
    ):
        new, old = manifest(built), manifest(shipped)
        assert set(new) == set(old)
        for key in set(new) - SHAPES:
            # file bytes depend on the writer's version; content and record do not
            assert {**new[key], "sha256": ""} == {**old[key], "sha256": ""}, key
        for path in built.glob("*.csv"):
            assert path.read_bytes() == (shipped / path.name).read_bytes(), path.name


def test_the_shipped_data_keep_to_their_budget(project: Path) -> None:
    package = project / "src" / "isthmus"
    folders = (package / "world" / "starter", package / "codes" / "data")
    total = sum(p.stat().st_size for folder in folders for p in folder.iterdir())
    assert total < 15e6


def test_the_small_world_is_what_its_script_writes(project: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tools.fixtures import small_world as s; "
        "from tools.starter.__main__ import write; "
        "write(Path(sys.argv[1]), 'small', [s.build], Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    new, old = manifest(tmp_path), manifest(project / "tests" / "data" / "small_world")
    assert {k: r["content_sha256"] for k, r in new.items()} == {
        k: r["content_sha256"] for k, r in old.items()
    }


def test_simplified_borders_stay_joined_and_near(project: Path) -> None:
    code = """
import json, sys
from tools.starter.topology import area, rings, simplify
import numpy as np
line = np.array([[0, 0], [1, 0.01], [2, 0], [3, 1], [4, 0]], dtype=float)
assert simplify(line, 0.05).tolist() == [[0, 0], [2, 0], [3, 1], [4, 0]]
assert simplify(line, 0.0).tolist() == line.tolist()
assert area(np.array([[0, 0], [2, 0], [2, 3], [0, 3], [0, 0]], dtype=float)) == 6.0
square = {
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [[[1, 0], [0, 1], [0, 1]], [[1, 2], [-1, 0], [0, -2], [1, 0]],
             [[1, 0], [1, 0], [0, 2], [-1, 0]]],
    "objects": {"countries": {"geometries": [
        {"type": "Polygon", "id": "001", "properties": {"name": "west"}, "arcs": [[0, 1]]},
        {"type": "MultiPolygon", "id": None, "properties": {"name": "east"}, "arcs": [[[2, -1]]]},
    ]}},
}
west, east = rings(square, "countries", 0.1)
assert area(west.points) == 2.0 and area(east.points) == 2.0
assert (west.points[0] == west.points[-1]).all() and (east.points[0] == east.points[-1]).all()
assert east.identity is None
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=project, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.source
def test_treaties_agree_with_published_alliance_data(shared_data: Path) -> None:
    from isthmus.world import World

    treaties = World.open("starter").table("alliances")
    held = treaties.filter(
        (pl.col("since") <= "2018-12-31")
        & (pl.col("until").is_null() | (pl.col("until") > "2018-12-31"))
    )
    path = shared_data / "strategic" / "atop51_alliances_1990_2018.parquet"
    year = pl.read_parquet(path).filter(pl.col("year") == 2018)
    atop = year.filter(pl.col("atop_defense") == 1)
    known = set(atop.select("iso3_1", "iso3_2").iter_rows())
    for pact in ("NATO", "CSTO"):
        members = held.filter(pl.col("pact") == pact)["economy"].to_list()
        absent = {(a, b) for a in members for b in members if a != b and (a, b) not in known}
        assert not absent, (pact, sorted(absent))
    pairs = held.filter(pl.col("partner").is_not_null())
    for pair in pairs.select("economy", "partner").iter_rows():
        assert pair in known, pair


def test_outlines_are_closed_and_cover_the_members() -> None:
    from isthmus import codes
    from isthmus.world import World

    world = World.open("starter")
    europe = world.shapes("europe")
    drawn = {feature["id"] for feature in europe["features"]}
    assert set(codes.members("EU27_2020")) <= drawn
    assert {"GBR", "NOR", "CHE", "UKR", "TUR"} <= drawn
    for feature in europe["features"]:
        for polygon in feature["geometry"]["coordinates"]:
            for ring in polygon:
                assert ring[0] == ring[-1]
                assert len(ring) >= 4
    assert {"TWN", "CHN", "JPN", "USA"} <= {f["id"] for f in world.shapes("world")["features"]}
    small = world.points().filter(pl.col("small"))["economy"].to_list()
    assert {"LUX", "MLT", "CYP", "SGP"} <= set(small)
    germany = world.points().filter(pl.col("economy") == "DEU").row(0)
    assert np.allclose(germany[1:3], (10.4, 51.1), atol=0.5)
