"""Votes that need a number of members and a share of the population: exact counts."""

from __future__ import annotations

from itertools import combinations
from math import factorial
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array, Ints, Mask


class VotingRule(NamedTuple):
    """A double majority.

    Attributes
    ----------
    members : (int, int)
        Least share of the members, as numerator and denominator.
    population : (int, int)
        Least share of the population, as numerator and denominator.
    blockers : int
        Fewest members that can block by population: with fewer against, the act passes.
    """

    members: tuple[int, int] = (55, 100)
    population: tuple[int, int] = (65, 100)
    blockers: int = 4

    def least(self, n: int) -> int:
        """Return the fewest members of n that carry an act."""
        return -(-self.members[0] * n // self.members[1])


QUALIFIED = VotingRule()
"""Qualified majority on a proposal: 55 % of members with 65 % of the population; Art. 16(4) TEU."""

REINFORCED = VotingRule(members=(72, 100))
"""Without a proposal of the Commission or High Representative: 72 %; Art. 238(2) TFEU."""


class Power(NamedTuple):
    """How often a member decides.

    Attributes
    ----------
    winning : int
        Coalitions that carry an act.
    swings : (n,) array of int
        Coalitions that win with a member and lose without it.
    banzhaf : (n,) array
        Its share of all swings.
    shapley : (n,) array
        Its share of the orders in which it turns the vote (Shapley, Shubik 1954); sums to 1.
    """

    winning: int
    swings: Ints
    banzhaf: Array
    shapley: Array


def carries(votes: ArrayLike, population: ArrayLike, rule: VotingRule = QUALIFIED) -> Mask:
    """Tell whether each vote carries an act; abstaining counts against.

    Parameters
    ----------
    votes : (..., n) array of bool
        Who is in favour.
    population : (n,) array of int
        Persons, or any whole unit.
    rule : VotingRule
        What is needed.
    """
    people = _people(population)
    favour = np.asarray(votes, bool)
    n = len(people)
    size = favour.sum(axis=-1)
    held = (favour * people).sum(axis=-1)
    enough = held * rule.population[1] >= people.sum() * rule.population[0]
    return np.asarray(((size >= rule.least(n)) & enough) | (size > n - rule.blockers))


def blocks(group: ArrayLike, population: ArrayLike, rule: VotingRule = QUALIFIED) -> Mask:
    """Tell whether members that do not vote in favour stop an act of all others."""
    return ~carries(~np.asarray(group, bool), population, rule)


def smallest_blocking(
    candidates: ArrayLike, population: ArrayLike, rule: VotingRule = QUALIFIED
) -> list[tuple[int, ...]]:
    """Return the groups of candidates that block and of whose members none is spare.

    Parameters
    ----------
    candidates : (m,) array of int
        Places of the members that may stand together, at most 20.
    population : (n,) array of int
        Of all members.

    Raises
    ------
    BadInput
        When there are more than 20 candidates.
    """
    places = sorted({int(c) for c in np.asarray(candidates).ravel()})
    if len(places) > 20:
        raise BadInput("blocking groups of more than 20 members are not listed", where="candidates")
    n = len(_people(population))
    found: list[tuple[int, ...]] = []
    for size in range(1, len(places) + 1):
        for group in combinations(places, size):
            if any(set(known) <= set(group) for known in found):
                continue
            votes = np.zeros(n, bool)
            votes[list(group)] = True
            if bool(blocks(votes, population, rule)):
                found.append(group)
    return found


def power(population: ArrayLike, rule: VotingRule = QUALIFIED) -> Power:
    """Count exactly, for every member, the coalitions in which it decides.

    The coalitions of the others are split in two halves, listed, and joined by sorted sums:
    2^(n/2) steps in place of 2^n, and whole numbers throughout.

    Parameters
    ----------
    population : (n,) array of int
        At most 40 members.

    Raises
    ------
    BadInput
        When there are more members, or a population is not a positive whole number.
    """
    people = _people(population)
    n = len(people)
    if n > 40:
        raise BadInput("more than 40 members are not counted", where="population")
    total = int(people.sum())
    swings = np.zeros(n, np.int64)
    orders = [0] * n
    winning = 0
    for i in range(n):
        others = np.delete(people, i)
        alone = _winning_by_size(others, n, total, rule, own=0, members=0)
        joined = _winning_by_size(others, n, total, rule, own=int(people[i]), members=1)
        winning = sum(alone) + sum(joined)
        turned = [b - a for a, b in zip(alone, joined, strict=True)]
        swings[i] = sum(turned)
        orders[i] = sum(factorial(s) * factorial(n - s - 1) * t for s, t in enumerate(turned))
    shares = np.array([o / factorial(n) for o in orders])
    return Power(winning, swings, swings / max(int(swings.sum()), 1), shares)


def _winning_by_size(
    others: Ints, n: int, total: int, rule: VotingRule, *, own: int, members: int
) -> list[int]:
    """Count coalitions of the others that win, by their size, with a member or without it."""
    need = -(-rule.population[0] * total // rule.population[1]) - own
    middle = len(others) // 2
    left, right = _sums(others[:middle]), _sums(others[middle:])
    out = [0] * (len(others) + 1)
    for a, one in enumerate(left):
        for b, two in enumerate(right):
            size = a + b + members
            if size > n - rule.blockers:
                out[a + b] += len(one) * len(two)
            elif size >= rule.least(n):
                out[a + b] += int((len(two) - np.searchsorted(two, need - one)).sum())
    return out


def _sums(people: Ints) -> list[Ints]:
    """Return the sorted sums of all subsets, by size."""
    sums = np.zeros(1, np.int64)
    sizes = np.zeros(1, np.int64)
    for person in people:
        sums = np.concatenate([sums, sums + person])
        sizes = np.concatenate([sizes, sizes + 1])
    return [np.sort(sums[sizes == k]) for k in range(len(people) + 1)]


def _people(population: ArrayLike) -> Ints:
    given = np.asarray(population)
    people = given.astype(np.int64)
    if given.ndim != 1 or not len(given) or (people != given).any() or (people <= 0).any():
        raise BadInput("populations are positive whole numbers", where="population")
    return people
