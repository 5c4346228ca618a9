"""Run every linter and check of the project; name those that failed."""

from __future__ import annotations

import subprocess
import sys
import time

CHECKS: dict[str, list[str]] = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "types": ["mypy"],
    "layers": ["lint-imports"],
    "dependencies": ["deptry", "src"],
    "lock": ["uv", "lock", "--check"],
    "platforms": ["python", "tools/checks/platforms.py"],
    "module size": ["python", "tools/checks/module_size.py"],
    "names": ["python", "tools/checks/names.py"],
    "tests collected": ["python", "tools/checks/tests_collected.py"],
    "import cost": ["python", "tools/checks/import_cost.py"],
    "licences": ["python", "tools/checks/licences.py"],
    "notice": ["python", "-m", "tools.notice", "--check"],
    "readers": ["python", "tools/checks/readers.py"],
    "house rules": ["python", "tools/checks/house_rules.py"],
    "documentation": ["python", "tools/checks/documentation.py"],
    "outside hosts": ["python", "tools/checks/outside_hosts.py"],
}


def main() -> int:
    """Run all checks, the later ones also after a failure; return the exit code."""
    failed = []
    for name, command in CHECKS.items():
        print(f"== {name}", flush=True)
        start = time.perf_counter()
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
        print(f"   {time.perf_counter() - start:.1f} s", flush=True)
    print("failed: " + ", ".join(failed) if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
