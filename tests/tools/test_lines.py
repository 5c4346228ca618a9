"""What is counted as done before: one successor for each function of then, however it is called."""

from __future__ import annotations

from tools.lines import page, table

ADDED = '''"""Sums."""


def added(first, second):
    """Return the sum."""
    whole = first + second
    return whole
'''
MOVED = '''"""Sums and more."""


def summed(first, second):
    """Return the sum."""
    whole = first + second
    print(whole)
    return whole


def new(text):
    """Return a text twice."""
    return text * 2
'''


def test_a_renamed_function_in_another_room_is_the_same_one() -> None:
    rows = table({"old/sums.py": ADDED}, {"room/sums.py": MOVED})
    # five of the 13 lines stand outside of functions: they go by the five and the three within
    assert rows == [("old", 7, 0, 0, 0), ("room", 0, 8, 1, 5)]


def test_a_function_has_one_successor_at_most() -> None:
    twice = {"old/a.py": ADDED, "old/b.py": ADDED}
    ((_, then, same, grown, new),) = table({"old/a.py": ADDED}, twice)
    assert (then, same, grown, new) == (7, 7, 0, 7)


def test_the_page_adds_up() -> None:
    said = page("then", [("a", 1000, 2, 3, 4), ("b", 1, 1, 1, 1)])
    assert said.endswith("| all | 1,001 | 3 | 4 | 5 |\n")
