"""The index of lenses says what the code says."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from isthmus.ensemble.lenses import all_lenses, find_lens, lens_names, lens_of
from isthmus.ensemble.rooms import ROOMS, plain_lenses
from isthmus.errors import NotFound
from isthmus.evidence import described
from isthmus.evidence.lens import registered

NAMES = [name for room in ROOMS for name in lens_names(room)]
OF_TABLES = ("tables", "citations", "datasets")


def test_the_index_lists_every_lens() -> None:
    assert [held["name"] for held in plain_lenses()] == NAMES
    assert [known.name for known in all_lenses("chains")] == list(lens_names("chains"))


@pytest.mark.parametrize("name", NAMES)
def test_the_index_says_what_signature_and_docstring_say(name: str) -> None:
    find_lens(name)
    found = registered(name)
    assert found is not None
    now = json.loads(json.dumps(described(found).to_dict()))
    kept = dict(lens_of(name).to_dict())
    for key in OF_TABLES:
        now.pop(key)
        kept.pop(key)
    assert json.loads(json.dumps(kept)) == now, "run python tools/lenses.py"


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_and_column_is_explained(name: str) -> None:
    known = lens_of(name)
    assert known.examples, "a lens is shown by a call"
    assert known.tables
    assert [a.name for a in known.arguments if not a.text] == []
    for table in known.tables:
        # a number of the engine, or what an episode observed, has the unit of its row
        by_row = {"parameter", "observable"} & {c.name for c in table.columns}
        numbers = [c for c in table.columns if c.role == "value"]
        assert [c.name for c in numbers if not c.text] == [], table.name
        assert [c.name for c in numbers if not (c.unit or by_row)] == [], table.name


def test_names_are_found_as_runs_print_them() -> None:
    assert find_lens("disruption.simulate-many") is find_lens("disruption.simulate_many")
    assert lens_of("chains.foreign-demand").name == "chains.foreign_demand"
    with pytest.raises(NotFound, match=r"did you mean 'chains\.decompose'"):
        lens_of("chains.decompos")


def test_listing_imports_no_lens() -> None:
    code = (
        "import sys; from isthmus.ensemble.rooms import plain_lenses; list(plain_lenses());"
        "print([m for m in sys.modules if m in ('polars', 'scipy', 'isthmus.chains')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
