"""Write what is known of the lenses of the package, after calling each as its examples say.

Usage: python tools/lenses.py [--check] [lens ...]

Where lenses are named, only these are called; the others keep what stands of them.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from isthmus import World
from isthmus.ensemble.lenses import find_lens, lens_names
from isthmus.ensemble.rooms import INDEX, ROOMS
from isthmus.evidence import Result, described
from isthmus.evidence.lens import Registered, call, registered

PATH = Path("src/isthmus/ensemble") / INDEX


@contextlib.contextmanager
def example_files() -> Iterator[None]:
    """Stand in a folder that holds the files which examples name."""
    from isthmus.cascade import synthetic_network

    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        network = synthetic_network(40, seed=1)
        network.firms.write_csv(Path(folder) / "firms.csv")
        network.links().write_csv(Path(folder) / "links.csv")
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def results(found: Registered, world: World) -> Iterator[Result]:
    """Yield the results of the examples of a lens."""
    for example in found.examples:
        yield call(found.name, found.function, world, example)


def entry(name: str, world: World) -> Mapping[str, Any]:
    """Return what is known of a lens."""
    find_lens(name)
    found = registered(name)
    assert found is not None
    with example_files():
        plain = described(found, results(found, world)).to_dict()
    # as it is read again: tuples are lists
    loaded: Mapping[str, Any] = json.loads(json.dumps(plain))
    return loaded


def written(entries: list[Mapping[str, Any]]) -> str:
    """Return the text of the file: one lens a line."""
    lines = ",\n".join(json.dumps(held, ensure_ascii=False) for held in entries)
    return f"[\n{lines}\n]\n"


def main(arguments: list[str]) -> int:
    """Write the file, or with --check compare it; return the exit code."""
    world = World.open("starter")
    wanted = [word for word in arguments if not word.startswith("--")]
    kept = {held["name"]: held for held in json.loads(PATH.read_text())} if PATH.exists() else {}
    names = [name for room in ROOMS for name in lens_names(room)]
    made = [kept[n] if wanted and n not in wanted else entry(n, world) for n in names]
    text = written(made)
    if "--check" not in arguments:
        PATH.write_text(text, encoding="utf-8", newline="\n")
        return 0
    stale = not PATH.exists() or PATH.read_text(encoding="utf-8") != text
    if stale:
        print(f"{PATH} is out of date: run python tools/lenses.py")
    return int(stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
