"""Pages are found from the first, formulas need no network, every chart is in the gallery."""

from __future__ import annotations

import importlib
import json
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"
TREE = re.compile(r"^```{toctree}\n(.*?)^```", re.M | re.S)
CODE = re.compile(r"^```.*?^```|`[^`]*`", re.M | re.S)
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.S)
CHART = re.compile(r"`--((?:[a-z]+-)?(?:chart|map)) PATH`")


def extension(name: str) -> ModuleType:
    """Return an extension that builds the pages, where what it needs is installed."""
    sys.path.insert(0, str(DOCS / "_ext"))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        pytest.skip(f"the group docs is not installed: {error.name}")
    finally:
        sys.path.pop(0)


@pytest.fixture(scope="module")
def gallery():
    return extension("gallery")


def below(page: str) -> set[str]:
    """Return every page that a page leads to by its tables of contents."""
    text = (DOCS / f"{page}.md").read_text(encoding="utf-8")
    named = {
        line.strip()
        for tree in TREE.findall(text)
        for line in tree.splitlines()
        if line.strip() and not line.startswith(":")
    }
    found = set(named)
    for name in named:
        if (DOCS / f"{name}.md").is_file():
            found |= below(name)
    return found


def test_every_page_is_found_from_the_first() -> None:
    pages = {p.stem for p in DOCS.glob("*.md")} - {"index"}
    assert pages - below("index") == set()


def test_every_formula_becomes_mathml() -> None:
    latex = pytest.importorskip("latex2mathml.converter")
    count = 0
    for page in sorted(DOCS.glob("*.md")):
        text = CODE.sub("", page.read_text(encoding="utf-8"))
        for block, line in FORMULA.findall(text):
            made = latex.convert(block or line)
            assert made.startswith("<math"), page
            assert not re.search(r"\\[a-zA-Z]+", made), (page, block or line)
            count += 1
    assert count > 100


def test_every_chart_of_a_command_is_in_the_gallery(gallery) -> None:
    shown = {line for _, lines in gallery.COMMANDS for line in lines}
    reference = (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")
    parts = re.split(r"^#+ isthmus (.+)$", reference, flags=re.M)[1:]
    offered = {
        (command, option)
        for command, text in zip(parts[::2], parts[1::2], strict=True)
        for option in CHART.findall(text)
    }
    assert len(offered) >= 9
    for command, option in sorted(offered):
        assert any(line.startswith(command) and f"--{option} " in line for line in shown), command


def test_terms_of_the_glossary_stand_in_order_once() -> None:
    lines = (DOCS / "glossary.md").read_text(encoding="utf-8").splitlines()
    terms = [lines[n - 1] for n, line in enumerate(lines) if line.startswith(": ")]
    assert len(terms) > 30
    assert terms == sorted(set(terms), key=str.lower)


def test_the_notebook_on_an_episode_draws_few_and_says_so() -> None:
    cells = json.loads((PROJECT / "examples" / "own-episode.ipynb").read_text())["cells"]
    text = "".join("".join(cell["source"]) for cell in cells)
    assert "particles=30, draws=150" in text
    assert "far too few to quote" in text


def test_a_dead_link_and_a_formula_as_typed_are_found(tmp_path: Path) -> None:
    links = extension("links")
    (tmp_path / "sub").mkdir()
    good = '<h2 id="über">a</h2><br><code>$$x$$</code><math><annotation>\\frac</annotation></math>'
    (tmp_path / "index.html").write_text(
        f'{good}<a href="sub/two.html#b">1</a><a href="#%C3%BCber">2</a><a href="https://x.y/#z">3</a>'
    )
    (tmp_path / "sub" / "two.html").write_text('<p id="b"><img src="../index.html?v=1"></p>')
    assert links.faults(tmp_path) == []
    (tmp_path / "bad.html").write_text(
        '<p><a href="none.html">1</a><a href="sub/two.html#c">2</a>so \\frac{1}{2}</p>'
    )
    found = ["none.html", "sub/two.html#c", r"formula at \frac"]
    assert links.faults(tmp_path) == [f"bad.html: {fault}" for fault in found]


def test_files_that_the_first_pages_name_are_there() -> None:
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        text = CODE.sub("", (PROJECT / name).read_text(encoding="utf-8"))
        for lead in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
            assert re.match(r"[a-z]+:", lead) or (PROJECT / lead).exists(), (name, lead)
