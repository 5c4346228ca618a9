"""Print what each suite of tests takes against its budget.

Usage: python tools/suites.py JUNIT_FILE

The budgets are seconds of test time on an idle machine, summed over workers: half of their sum is
what two cores take. A suite over its budget is marked; one over `GENEROUS` times its budget fails,
so that a busy machine does not. A folder of tests without a budget fails too.
"""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

GENEROUS = 4.0
WHOLE = 480.0
"""Seconds of test time that two cores do in four minutes, without the suites of `APART`."""

BROWSER, SLOW = "browser", "slow"
APART = (BROWSER, SLOW)
"""Suites of their own whatever their folder: in a browser, and what `make test` leaves out."""

BUDGETS: Mapping[str, float] = {
    "browser": 120,
    "cascade": 15,
    "chains": 6,
    "charts": 6,
    "cli": 64,
    "codes": 5,
    "coercion": 18,
    "cooperation": 6,
    "dependence": 5,
    "disruption": 15,
    "docs": 8,
    "ensemble": 27,
    "equilibrium": 6,
    "errors": 2,
    "evidence": 8,
    "fuzz": 15,
    "kernels": 30,
    "kill": 5,
    "lenses": 12,
    "production": 3,
    "report": 35,
    "runtime": 20,
    "scenario": 2,
    "slow": 520,
    "sources": 10,
    "store": 25,
    "suppliers": 8,
    "study": 37,
    "tests": 8,
    "tools": 15,
    "web": 12,
    "world": 22,
}


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests of one folder.

    Parameters
    ----------
    name : str
        Name of the folder under ``tests``; ``tests`` for files outside a folder.
    tests : int
        Number of tests.
    seconds : float
        Sum of their durations, fixtures included.
    """

    name: str
    tests: int
    seconds: float

    @property
    def budget(self) -> float:
        """Seconds that the suite may take; nothing where none was given."""
        return BUDGETS.get(self.name, 0.0)


def suites(report: Path) -> list[Suite]:
    """Return the suites of a JUnit report, the longest first."""
    counts: dict[str, int] = defaultdict(int)
    seconds: dict[str, float] = defaultdict(float)
    for case in ET.parse(report).getroot().iter("testcase"):
        marked = any(p.get("name") == SLOW for p in case.iter("property"))
        name = SLOW if marked else suite_of(case.get("classname", ""))
        counts[name] += 1
        seconds[name] += float(case.get("time", "0"))
    found = [Suite(name, counts[name], seconds[name]) for name in counts]
    return sorted(found, key=lambda s: (-s.seconds, s.name))


def suite_of(module: str) -> str:
    """Return the suite of a dotted test module."""
    parts = module.split(".")
    if "test_browser" in parts:
        return BROWSER
    return parts[1] if len(parts) > 2 else "tests"


def table(found: list[Suite]) -> str:
    """Return the suites as a table, with their sum."""
    rows = [(s.name, s.tests, s.seconds, s.budget) for s in found]
    own = [s for s in found if s.name not in APART]
    rows.append(("others", sum(s.tests for s in own), sum(s.seconds for s in own), WHOLE))
    lines = [f"{'suite':<16} {'tests':>6} {'seconds':>9} {'budget':>8}"]
    for name, tests, seconds, budget in rows:
        mark = "  over" if seconds > budget else ""
        lines.append(f"{name:<16} {tests:>6} {seconds:>9.1f} {budget:>8.0f}{mark}")
    return "\n".join(lines)


def failures(found: list[Suite]) -> list[str]:
    """Return why the suites fail: no budget, or far over it."""
    return [
        f"{s.name}: no budget; give it one in tools/suites.py"
        if s.name not in BUDGETS
        else f"{s.name}: {s.seconds:.0f} s, more than {GENEROUS:g} times its budget"
        for s in found
        if s.seconds > GENEROUS * s.budget
    ]


def main(arguments: list[str]) -> int:
    """Print the table of a report; return the exit code."""
    found = suites(Path(arguments[0]))
    print(table(found))
    wrong = failures(found)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
