"""Pages are found from the first, formulas need no network, every chart is in the gallery."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"
TREE = re.compile(r"^```{toctree}\n(.*?)^```", re.M | re.S)
CODE = re.compile(r"^```.*?^```|`[^`]*`", re.M | re.S)
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", re.S)
CHART = re.compile(r"`--((?:[a-z]+-)?(?:chart|map)) PATH`")


@pytest.fixture(scope="module")
def gallery():
    sys.path.insert(0, str(DOCS / "_ext"))
    try:
        import gallery as made
    except ModuleNotFoundError as error:
        pytest.skip(f"the group docs is not installed: {error.name}")
    finally:
        sys.path.pop(0)
    return made


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
