"""The table of suites: what is counted, what is marked, and what fails."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.suites import Suite, failures, main, suite_of, table

from tools import suites

REPORT = """<testsuites><testsuite name="pytest">
<testcase classname="tests.kernels.test_ppml" name="test_a" time="1.5" />
<testcase classname="tests.kernels.test_ppml.TestX" name="test_b" time="2.5"><failure/></testcase>
<testcase classname="tests.report.test_browser" name="test_c" time="30.0" />
<testcase classname="tests.test_profiles" name="test_d" time="0.25" />
<testcase classname="tests.kernels.test_ppml" name="test_e" time="9.0">
<properties><property name="slow" value="" /></properties></testcase>
</testsuite></testsuites>
"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "tests.xml"
    path.write_text(REPORT, encoding="utf-8")
    return path


def test_durations_are_summed_by_folder(report: Path) -> None:
    expected = [
        Suite("browser", 1, 30.0),
        Suite("slow", 1, 9.0),
        Suite("kernels", 2, 4.0),
        Suite("tests", 1, 0.25),
    ]
    assert suites.suites(report) == expected
    assert suite_of("tests.study.test_verdict") == "study"


def test_what_is_over_is_shown_and_what_is_far_over_fails(report, monkeypatch, capsys) -> None:
    budgets = {"browser": 40.0, "slow": 9.0, "kernels": 2.0, "tests": 1.0}
    monkeypatch.setattr(suites, "BUDGETS", budgets)
    assert main([str(report)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines if line.endswith("over")] == ["kernels"]
    assert lines[-1].split()[-3:] == ["3", "4.2", "480"]
    monkeypatch.setattr(suites, "BUDGETS", {**budgets, "kernels": 0.9})
    assert main([str(report)]) == 1
    assert "kernels: 4 s, more than 4 times" in capsys.readouterr().out


def test_a_suite_without_a_budget_fails() -> None:
    (line,) = failures([Suite("new", 1, 0.1)])
    assert line.startswith("new: no budget")
    assert "new" in table([Suite("new", 1, 0.1)])


def test_every_folder_of_tests_has_a_budget_and_their_sum_keeps_the_promise(project: Path) -> None:
    folders = {path.parent.name for path in project.glob("tests/*/test_*.py")}
    folders |= {"tests", *suites.APART}
    assert folders <= suites.BUDGETS.keys()
    own = sum(seconds for name, seconds in suites.BUDGETS.items() if name not in suites.APART)
    assert own <= suites.WHOLE
