"""Errors say what, where and how to mend it, all at once."""

from __future__ import annotations

import pickle

import pytest

from isthmus.errors import BadInput, CodeUnknown, InputProblem, did_you_mean, raise_all


def test_all_problems_are_in_the_message() -> None:
    problems = [InputProblem(f"bad {n}", f"line {n}", "mend it") for n in range(10)]
    with pytest.raises(BadInput) as caught:
        raise_all("study file", problems, where="s.toml")
    text = str(caught.value)
    assert all(f"line {n}: bad {n} (mend it)" in text for n in range(10))
    assert "10 problems" in text
    assert "s.toml" in text


def test_no_problem_no_error() -> None:
    raise_all("study file", [])


def test_suggestions() -> None:
    assert did_you_mean("Germny", ["Germany", "France"]) == "did you mean 'Germany'?"
    assert did_you_mean("zzz", ["Germany"]) == ""


def test_errors_travel_between_processes() -> None:
    error = BadInput("x", [InputProblem("a")], where="w", hint="h")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error)
    assert CodeUnknown("x").exit_code == 4
