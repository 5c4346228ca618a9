"""Which code an answer of the disruption engine depends on, as one hash."""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
from importlib import resources

ENGINE_SOURCES = (
    ("isthmus.kernels", ("disruption",)),
    ("isthmus.disruption", ("criticality", "family", "settings", "shocks", "table.", "terms")),
    ("isthmus.disruption.episodes", ("answer", "observe")),
)
"""Packages and beginnings of the names of modules on which a summary depends."""


def engine_hash() -> str:
    """Return the SHA-256 over the sources on which a summary depends.

    Comments, docstrings, blank lines and space at the end of lines do not count.
    """
    whole = hashlib.sha256()
    for package, starts in ENGINE_SOURCES:
        files = (f for f in resources.files(package).iterdir() if f.name.endswith(".py"))
        for file in sorted(files, key=lambda f: f.name):
            if file.name.startswith(starts):
                whole.update(f"{package}/{file.name}\n".encode())
                whole.update(code_of(file.read_text(encoding="utf-8")).encode())
    return whole.hexdigest()


def code_of(source: str) -> str:
    """Return a source without what no result depends on: comments, docstrings, empty lines."""
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            row, column = token.start
            lines[row - 1] = lines[row - 1][:column]
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
            continue
        if isinstance(node.value.value, str):
            last = node.end_lineno or node.lineno
            lines[node.lineno - 1 : last] = [""] * (last - node.lineno + 1)
    return "\n".join(kept for line in lines if (kept := line.rstrip()))
