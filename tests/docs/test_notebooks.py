"""Every notebook under ``examples`` runs from top to bottom, and what a cell ends in is shown."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from isthmus.charts import Picture
from isthmus.evidence import Result, Table

NOTEBOOKS = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*.ipynb"))
LONGEST = 2000
SLOW = ("many-scenarios", "own-episode")


def cells(path: Path, kind: str) -> list[str]:
    document = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(c["source"]) for c in document["cells"] if c["cell_type"] == kind]


def shown(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; return the value of its last expression, as a notebook shows it."""
    body = ast.parse(source).body
    last = body.pop() if isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    return (
        None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    )


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 5


@pytest.mark.parametrize(
    "path",
    [pytest.param(p, marks=pytest.mark.slow if p.stem in SLOW else ()) for p in NOTEBOOKS],
    ids=lambda path: path.stem,
)
def test_a_notebook_runs(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    names: dict[str, Any] = {}
    kinds = set()
    for source in cells(path, "code"):
        value = shown(source, names)
        kinds.add(type(value))
        assert len(repr(value)) < LONGEST or type(value).__module__.startswith("pandas")
        for face in ("_repr_html_", "_repr_mimebundle_"):
            if hasattr(value, face):
                assert getattr(value, face)()
    assert kinds & {Result, Table, Picture}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_kept_without_outputs(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert cells(path, "markdown")[0].startswith("# ")
    for cell in document["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
