"""What to cite: the program, the data, the methods, and no text that runs as TeX."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from isthmus.cli import main
from isthmus.dependence import profile
from isthmus.report.references import Reference, of_data, of_methods, of_result, software
from isthmus.study.wording import TextCatalogue
from isthmus.world import World
from isthmus.world.adding import add_file
from isthmus.world.templates import template_of, write_template

WORDS = TextCatalogue.load()


def balanced(entry: str) -> bool:
    depth = 0
    for sign in re.sub(r"\\.", "", entry):
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


@example("\\", "url")
@given(st.text(max_size=40), st.sampled_from(["author", "title", "note", "url"]))
def test_no_text_breaks_an_entry(text: str, name: str) -> None:
    for held in (text, f"{{{text}}}"):
        entry = Reference("k", "misc", text, {name: held}).bibtex
        assert balanced(entry)
        assert entry.count("\n") == (3 if held else 2)
        plain = entry.replace(r"\textbackslash{}", "")
        assert name == "url" or not re.search(r"(?<!\\)[%$#&]", plain)


def test_methods_of_one_author_and_year_have_keys_of_their_own() -> None:
    works = [
        "Smith, J. (2001). One.",
        "Smith, J. (2001). Two.",
        "Smith, J. (2001). One.",
        "No year",
    ]
    found = of_methods(works)
    assert [r.key for r in found] == ["smith-2001", "smith-2001-2", "no"]
    assert found[0].fields["author"] == "{Smith, J.}"


def test_a_run_names_its_lens_world_data_and_methods() -> None:
    world = World.open("starter")
    result = profile(world, "DEU", on="CHN")
    records = [world.record(key) for key in result.provenance.datasets]
    found = of_result(WORDS, "run-1", result, records)
    assert "Run run-1: dependence.profile on the world starter" in found[0].text
    assert world.content_hash[:12] in found[0].bibtex
    assert {r.key for r in found[1:]} >= {r.key for r in of_data(WORDS, records)}
    for record in records:
        assert any(record.licence in r.text for r in found)


def test_the_program_alone() -> None:
    assert software(WORDS).bibtex.startswith("@software{isthmus,\n")


def test_data_of_a_run_that_the_world_lacks_are_named(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    write_template(template_of("suppliers"), tmp_path / "suppliers.csv")
    add_file(tmp_path / "suppliers.csv")
    world = ["--world", "starter+suppliers"]
    assert main(["suppliers", "exposure", *world]) == 0
    run = re.search(r"suppliers\.exposure-\w+", capsys.readouterr().err)
    assert run
    assert main(["cite", run[0]]) == 0
    assert "not cited: suppliers (--world)" in capsys.readouterr().err
    assert main(["cite", run[0], *world]) == 0
    assert "not cited" not in capsys.readouterr().err


@pytest.mark.slow
def test_the_command(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    assert main(["cite"]) == 0
    assert "The Isthmus developers" in capsys.readouterr().out
    assert main(["dependence", "DEU", "--on", "CHN"]) == 0
    run = re.search(r"dependence\.profile-\w+", capsys.readouterr().err)
    assert run
    assert main(["cite", run[0], "--bibtex"]) == 0
    told = capsys.readouterr().out
    assert told.startswith("@software{isthmus")
    assert "@misc{data-icio-flows" in told
    assert main(["assess", "germany-materials", "--out", "made"]) == 0
    assert main(["assess", "made", "--out", "again"]) == 0
    one, two = (tmp_path / n / "dossier.json" for n in ("made", "again"))
    assert one.read_bytes() == two.read_bytes()
    capsys.readouterr()
    assert main(["cite", "made", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["references"]
    assert len(listed) == 1 + len(json.loads(one.read_text())["sources"])
    sections = json.loads(one.read_text())["sections"]
    key = next(finding["key"] for s in sections for finding in s["findings"])
    assert main(["cite", key, "--study", "made"]) == 0
    assert key in capsys.readouterr().out
    assert main(["cite", "no.such.figure", "--study", "made"]) == 4
    assert "no run, dossier or figure" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["[]", "{}", '{"sources": [1]}', '{"sources": [], "study": 1}'])
def test_what_is_no_dossier_is_refused(text, tmp_path, capsys) -> None:
    place = tmp_path / "dossier.json"
    place.write_text(text)
    assert main(["cite", str(place)]) == 3
    assert "dossier" in capsys.readouterr().err
