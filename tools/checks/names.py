"""Fail when a class has the name of another, a table is declared twice, or lines are set by hand.

A name is given once, private ones included, and the columns of a table stand in one place. A table
of numbers alone may be kept from the formatter: a statement that ends with the mark and holds more
numbers than anything else.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path("src/isthmus")
COLUMNS = {"Column", "dimension", "number", "attribute"}
"""What makes a column of a table."""
FEWEST = 3
"""Columns from which a list of them declares a table."""
MARKS = ("# fmt: skip", "# fmt: off")


def named_twice(sources: dict[Path, str]) -> Iterator[str]:
    """Yield what is wrong with the names of classes."""
    places: dict[str, list[str]] = defaultdict(list)
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(f"{path}:{node.lineno}")
    for name, found in sorted(places.items()):
        if len(found) > 1:
            yield f"class {name} stands for {len(found)} things: {', '.join(found)}"


def declared_twice(sources: dict[Path, str]) -> Iterator[str]:
    """Yield tables whose columns stand in more than one place, word for word."""
    places: dict[str, list[str]] = defaultdict(list)
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.List | ast.Tuple):
                made = [part for part in node.elts if isinstance(part, ast.Call)]
                named = [call.func.id for call in made if isinstance(call.func, ast.Name)]
                if sum(name in COLUMNS for name in named) >= FEWEST:
                    places[ast.dump(node)].append(f"{path}:{node.lineno}")
    for found in places.values():
        if len(found) > 1:
            yield f"the columns of a table stand in {len(found)} places: {', '.join(found)}"


def set_by_hand(path: Path, text: str) -> Iterator[str]:
    """Yield the lines that are kept from the formatter and end no table of numbers."""
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT or not token.string.startswith(MARKS):
            continue
        line = token.start[0]
        if not any(node.end_lineno == line and is_numbers(node) for node in statements):
            yield f"{path}:{line}: {token.string} ends no table of numbers: let it be set"


def is_numbers(statement: ast.stmt) -> bool:
    """Return whether most of what a statement holds are numbers."""
    leaves = [node for node in ast.walk(statement) if isinstance(node, ast.Constant | ast.Name)]
    numbers = sum(
        isinstance(node, ast.Constant) and type(node.value) in (int, float) for node in leaves
    )
    return 2 * numbers > len(leaves)


def main() -> int:
    """Read every module of the package; return the exit code."""
    sources = {path: path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    wrong = [*named_twice(sources), *declared_twice(sources)]
    for path, text in sources.items():
        wrong += set_by_hand(path, text)
    print(*wrong, f"names: {len(sources)} modules, {len(wrong)} places to mend", sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
