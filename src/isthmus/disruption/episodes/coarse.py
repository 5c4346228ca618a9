"""The coarsest table that still tells apart what episodes name, and episodes in its terms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from isthmus.codes import members
from isthmus.disruption.episodes.model import Episode, Observable
from isthmus.disruption.family import kind_of
from isthmus.errors import CodeUnknown
from isthmus.scenario import ALL, Scenario, industry_groups
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_aggregate import aggregate, pooled

KEPT = ("CHN", "DEU", "JPN", "KOR", "TWN", "USA")
"""Economies that stay alone beside those that episodes name: large makers of chips and of cars."""


@dataclass(frozen=True)
class Grouping:
    """Labels of a table and the group of each.

    Parameters
    ----------
    of : mapping of str to str
        Group by label, named after its first member.
    what : str
        What the labels are, for errors.
    """

    of: Mapping[str, str]
    what: str

    def codes(self, wanted: Iterable[str]) -> tuple[str, ...]:
        """Return the groups that labels make up, sorted.

        Raises
        ------
        CodeUnknown
            When a label is unknown, or they are only a part of a group.
        """
        labels = set(wanted)
        if unknown := sorted(labels - set(self.of)):
            raise CodeUnknown(f"the table has no {self.what} {', '.join(unknown)}")
        groups = {self.of[label] for label in labels}
        whole = {label for label, group in self.of.items() if group in groups}
        if rest := sorted(whole - labels):
            raise CodeUnknown(
                f"the coarse table does not tell them from {', '.join(rest)}",
                where=", ".join(sorted(labels)),
                hint="make the coarse table of all episodes that are to be held on it",
            )
        return tuple(sorted(groups))


@dataclass(frozen=True)
class Coarse:
    """A grouping of economies and industries."""

    economies: Grouping
    industries: Grouping

    def table(self, mrio: MRIO) -> MRIO:
        """Return the table added up, in factored form; totals are kept exactly."""
        return pooled(aggregate(mrio, economies=self.economies.of, industries=self.industries.of))

    def scenario(self, scenario: Scenario) -> Scenario:
        """Return a scenario with codes named as in the coarse table."""
        shocks = [
            shock.model_copy(
                update={f: self._codes(f, getattr(shock, f)) for f in shock.code_fields}
            )
            for shock in scenario.shocks
        ]
        return scenario.model_copy(update={"shocks": tuple(shocks)})

    def episode(self, episode: Episode) -> Episode:
        """Return an episode with codes named as in the coarse table."""
        watched = [
            o.model_copy(
                update={f: self._codes(f, getattr(o, f)) for f in ("economies", *_INDUSTRIES)}
            )
            for o in episode.observables
        ]
        return episode.model_copy(
            update={"scenario": self.scenario(episode.scenario), "observables": tuple(watched)}
        )

    def _codes(self, field: str, codes: tuple[str, ...]) -> tuple[str, ...]:
        if codes in ((ALL,), ()):
            return codes
        if field in _INDUSTRIES:
            return self.industries.codes(industry_codes(codes, tuple(self.industries.of)))
        return self.economies.codes(expanded(codes, tuple(self.economies.of)))


_INDUSTRIES = ("industries", "without")


def coarse_of(
    episodes: Sequence[Episode],
    economies: Sequence[str],
    industries: Sequence[str],
    *,
    keep: Collection[str] = KEPT,
) -> Coarse:
    """Return the grouping with the fewest economies and industries that can hold all episodes.

    Labels stay together as long as every shock and every observable names both or neither, and,
    of industries, the family of models treats them alike.

    Parameters
    ----------
    episodes : sequence of Episode
        What has to be held.
    economies, industries : sequence of str
        Labels of the full table.
    keep : collection of str
        Economies that stay alone whatever the episodes name.

    Raises
    ------
    CodeUnknown
        When an episode names what the table does not have.
    """
    named = [_named(holder) for holder in _holders(episodes)]
    by_economy = [expanded(c, economies) for one in named for c in one["economies"]]
    by_industry = [industry_codes(c, industries) for one in named for c in one["industries"]]
    return Coarse(
        _grouping(economies, by_economy, lambda e: e if e in keep else "", "economy"),
        _grouping(industries, by_industry, kind_of, "industry"),
    )


def _grouping(
    labels: Sequence[str],
    sets: Iterable[tuple[str, ...]],
    kind: Callable[[str], Any],
    what: str,
) -> Grouping:
    distinct = sorted(set(sets))
    groups: dict[Any, list[str]] = {}
    for label in labels:
        mark = (kind(label), *(label in members for members in distinct))
        groups.setdefault(mark, []).append(label)
    return Grouping(
        {label: _name(members) for members in groups.values() for label in members}, what
    )


def _name(members: Sequence[str]) -> str:
    return members[0] if len(members) == 1 else f"{members[0]}-and-{len(members) - 1}"


def _holders(episodes: Sequence[Episode]) -> Iterable[Any]:
    for episode in episodes:
        yield from episode.scenario.shocks
        yield from episode.observables


def _named(holder: Any) -> dict[str, list[tuple[str, ...]]]:
    """Return the sets of codes that a shock or an observable names."""
    if isinstance(holder, Observable):
        fields: tuple[str, ...] = ("economies", *_INDUSTRIES)
    else:
        fields = holder.code_fields
    out: dict[str, list[tuple[str, ...]]] = {"economies": [], "industries": []}
    for field in fields:
        if codes := getattr(holder, field):
            out["industries" if field in _INDUSTRIES else "economies"].append(codes)
    return out


def expanded(codes: Iterable[str], economies: Sequence[str]) -> tuple[str, ...]:
    """Return the economies that codes and coalitions stand for.

    Raises
    ------
    CodeUnknown
        For a code that is neither, or a coalition with members outside the table.
    """
    known = set(economies)
    out: set[str] = set()
    for code in codes:
        if code == ALL:
            out |= known
        elif code in known:
            out.add(code)
        else:
            out |= set(members(code))
    if unknown := sorted(out - known):
        raise CodeUnknown(f"the table has no economy {', '.join(unknown)}")
    return tuple(sorted(out))


def industry_codes(codes: Iterable[str], industries: Sequence[str]) -> tuple[str, ...]:
    """Return the industries that codes and groups stand for.

    Raises
    ------
    CodeUnknown
        For a code that is neither.
    """
    groups = {ALL: tuple(industries), **industry_groups(industries)}
    out = {member for code in codes for member in groups.get(code, (code,))}
    if unknown := sorted(out - set(industries)):
        raise CodeUnknown(f"the table has no industry {', '.join(unknown)}")
    return tuple(sorted(out))
