"""Fail when a function named test_* is written but not collected by pytest."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

FOLDERS = ("tests", "validation")


def written(path: Path) -> set[str]:
    """Return ``file::name`` for every test function in a file, methods included."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        f"{path.as_posix()}::{node.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


def collected(folders: list[str]) -> set[str]:
    """Return ``file::name`` for every test that pytest collects."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run([*command, *folders], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 5):
        sys.exit(f"collection failed:\n{done.stdout[-3000:]}{done.stderr[-2000:]}")
    names = set()
    for line in done.stdout.splitlines():
        parts = line.split("[")[0].split("::")
        if len(parts) > 1:
            names.add(f"{parts[0]}::{parts[-1]}")
    return names


def main() -> int:
    """Compare both sets; return the exit code."""
    folders = [name for name in FOLDERS if Path(name).is_dir()]
    files = [path for name in folders for path in sorted(Path(name).rglob("*.py"))]
    missing = set().union(*(written(path) for path in files)) - collected(folders)
    for name in sorted(missing):
        print(f"{name}: written but never collected (file name, class or nesting hides it)")
    print(f"tests collected: {len(files)} files, {len(missing)} tests hidden")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
