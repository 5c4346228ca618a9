"""Votes of a double majority: hand-computed coalitions with real populations, exact counts."""

from __future__ import annotations

import csv
from itertools import combinations, product
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import BadInput
from isthmus.kernels.voting import (
    QUALIFIED,
    REINFORCED,
    VotingRule,
    blocks,
    carries,
    power,
    smallest_blocking,
)


@pytest.fixture(scope="module")
def council(shared_data):
    path = shared_data / "cooperation_measures" / "council_population.csv"
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [r["iso3"] for r in rows], np.array([int(r["population_2025_01_01"]) for r in rows])


def group(council, *names):
    return np.array([code in names for code in council[0]])


def brute(people, rule):
    """Every coalition, one by one."""
    n = len(people)
    won = {
        s
        for size in range(n + 1)
        for s in combinations(range(n), size)
        if bool(carries(np.isin(np.arange(n), s), people, rule))
    }
    swings, orders = np.zeros(n, int), np.zeros(n)
    for s in won:
        for i in s:
            if tuple(j for j in s if j != i) not in won:
                swings[i] += 1
                orders[i] += factorial(len(s) - 1) * factorial(n - len(s)) / factorial(n)
    return len(won), swings, orders


def test_the_present_council_has_27_members_and_needs_15(council):
    assert len(council[0]) == 27
    assert QUALIFIED.least(27) == 15
    assert REINFORCED.least(27) == 20


def test_blocking_groups_by_hand(council):
    people = council[1]
    share = {
        names: people[group(council, *names)].sum() / people.sum()
        for names in (("DEU", "FRA", "HUN", "SVK"), ("FRA", "ITA", "HUN", "SVK"))
    }
    assert share["DEU", "FRA", "HUN", "SVK"] == pytest.approx(0.371, abs=5e-4)
    assert share["FRA", "ITA", "HUN", "SVK"] == pytest.approx(0.316, abs=5e-4)
    assert blocks(group(council, "DEU", "FRA", "HUN", "SVK"), people)
    assert not blocks(group(council, "FRA", "ITA", "HUN", "SVK"), people)


def test_three_members_never_block_however_large(council):
    people = council[1]
    large = [
        names
        for names in combinations(range(27), 3)
        if people[list(names)].sum() * 100 > 35 * people.sum()
    ]
    assert len(large) > 10
    votes = np.zeros((len(large), 27), bool)
    for row, names in enumerate(large):
        votes[row, list(names)] = True
    assert not blocks(votes, people).any()


def test_thirteen_members_block_however_small(council):
    people = council[1]
    small = np.argsort(people)[:13]
    votes = np.zeros(27, bool)
    votes[small] = True
    assert people[small].sum() / people.sum() < 0.35
    assert blocks(votes, people)
    votes[small[0]] = False
    assert not blocks(votes, people)


def test_abstention_counts_against(council):
    people = council[1]
    favour = ~group(council, "DEU", "FRA", "ITA", "ESP")
    assert not carries(favour, people)


def test_exactly_the_threshold_is_enough():
    people = np.array([35, 30, 20, 15])
    rule = VotingRule(members=(50, 100), population=(65, 100), blockers=1)
    assert carries([True, True, False, False], people, rule)
    assert not carries([False, True, True, False], people, rule)


def test_smallest_blocking_groups_hold_no_spare_member(council):
    codes, people = council
    some = [codes.index(c) for c in ("DEU", "FRA", "HUN", "SVK", "ITA")]
    found = {tuple(sorted(codes[i] for i in g)) for g in smallest_blocking(some, people)}
    assert ("DEU", "FRA", "HUN", "SVK") in found
    assert ("DEU", "FRA", "HUN", "ITA", "SVK") not in found
    for names in found:
        assert len(names) >= 4


def test_power_in_a_small_council_by_hand():
    """Populations 6, 3, 1; half of members and 65 %: winning are 12, 13, 123 (9, 7 and 10 of 10).

    Member 1 decides in all three, 2 in {1, 2}, 3 in {1, 3}.
    """
    found = power([6, 3, 1], VotingRule((50, 100), (65, 100), 1))
    assert found.winning == 3
    assert found.swings.tolist() == [3, 1, 1]
    assert found.banzhaf == pytest.approx([0.6, 0.2, 0.2])
    assert found.shapley == pytest.approx([2 / 3, 1 / 6, 1 / 6])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, 60), min_size=2, max_size=8),
    st.integers(40, 80),
    st.integers(50, 80),
    st.integers(1, 4),
)
def test_counts_equal_those_of_a_list_of_every_coalition(people, members, share, blockers):
    rule = VotingRule((members, 100), (share, 100), blockers)
    found = power(people, rule)
    won, swings, orders = brute(np.array(people), rule)
    assert found.winning == won
    assert found.swings.tolist() == swings.tolist()
    assert found.shapley == pytest.approx(orders)


def test_power_in_the_present_council(council):
    codes, people = council
    found = power(people)
    assert found.shapley.sum() == pytest.approx(1.0)
    by_size = np.argsort(-people, kind="stable")
    assert (np.diff(found.swings[by_size]) <= 0).all()
    assert codes[int(np.argmax(found.shapley))] == "DEU"


def test_a_seat_more_in_a_smaller_council_by_a_list_of_every_coalition(council):
    people = council[1]
    some = np.sort(people)[-12:]
    rule = QUALIFIED
    found = power(some, rule)
    votes = np.array(list(product((False, True), repeat=12)))
    won = carries(votes, some, rule)
    index = votes @ (1 << np.arange(11, -1, -1))
    table = np.zeros(1 << 12, bool)
    table[index] = won
    for i in range(12):
        bit = 1 << (11 - i)
        without = np.flatnonzero((np.arange(1 << 12) & bit) == 0)
        assert int((table[without | bit] & ~table[without]).sum()) == found.swings[i]
    assert found.winning == int(won.sum())


def test_bad_populations_are_refused():
    for bad in ([], [1.5, 2.0], [0, 3], [[1, 2]]):
        with pytest.raises(BadInput, match="whole numbers"):
            power(bad)
    with pytest.raises(BadInput, match="40 members"):
        power(np.ones(41, int))
    with pytest.raises(BadInput, match="20 members"):
        smallest_blocking(range(21), np.ones(27, int))
