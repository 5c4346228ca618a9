"""The coarsest table that still tells apart what episodes name, and episodes in its terms."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from isthmus.codes import members
from isthmus.disruption.episodes.model import Episode
from isthmus.errors import CodeUnknown
from isthmus.scenario import ALL, Scenario
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_aggregate import aggregate, pooled

KEPT = ("CHN", "DEU", "JPN", "KOR", "TWN", "USA")
"""Economies that stay alone beside those that episodes name: large makers of chips and of cars."""


@dataclass(frozen=True)
class Coarse:
    """A grouping of economies.

    Parameters
    ----------
    of : dict of str to str
        Group of each economy; the name of a single member, or of the first with the number of
        the others.
    """

    of: dict[str, str]

    def codes(self, economies: Iterable[str]) -> tuple[str, ...]:
        """Return the groups that `economies` make up, sorted.

        Raises
        ------
        CodeUnknown
            When an economy is unknown, or they are only a part of a group.
        """
        wanted = set(economies)
        if unknown := sorted(wanted - set(self.of)):
            raise CodeUnknown(f"the table has no economy {', '.join(unknown)}")
        groups = {self.of[e] for e in wanted}
        whole = {e for e, group in self.of.items() if group in groups}
        if rest := sorted(whole - wanted):
            raise CodeUnknown(
                f"the coarse table does not tell them from {', '.join(rest)}",
                where=", ".join(sorted(wanted)),
                hint="make the coarse table of all episodes that are to be held on it",
            )
        return tuple(sorted(groups))

    def table(self, mrio: MRIO) -> MRIO:
        """Return the table added up, in factored form; totals are kept exactly."""
        return pooled(aggregate(mrio, economies=self.of))

    def scenario(self, scenario: Scenario) -> Scenario:
        """Return a scenario with economies named as in the coarse table."""
        known = tuple(self.of)
        shocks = []
        for shock in scenario.shocks:
            fields = [f for f in shock.code_fields if f != "industries"]
            codes = {
                field: self.codes(expanded(getattr(shock, field), known))
                for field in fields
                if getattr(shock, field) != (ALL,)
            }
            shocks.append(shock.model_copy(update=codes))
        return scenario.model_copy(update={"shocks": tuple(shocks)})

    def episode(self, episode: Episode) -> Episode:
        """Return an episode with economies named as in the coarse table."""
        known = tuple(self.of)
        watched = [
            o.model_copy(update={"economies": self.codes(expanded(o.economies, known))})
            if o.economies != (ALL,)
            else o
            for o in episode.observables
        ]
        return episode.model_copy(
            update={"scenario": self.scenario(episode.scenario), "observables": tuple(watched)}
        )


def coarse_of(
    episodes: Sequence[Episode], economies: Sequence[str], *, keep: Collection[str] = KEPT
) -> Coarse:
    """Return the grouping with the fewest economies that can hold all episodes.

    Economies stay together as long as every shock and every observable names both or neither.

    Parameters
    ----------
    episodes : sequence of Episode
        What has to be held.
    economies : sequence of str
        Economies of the full table.
    keep : collection of str
        Economies that stay alone whatever the episodes name.

    Raises
    ------
    CodeUnknown
        When an episode names an economy that the table does not have.
    """
    named = [frozenset(expanded(codes, economies)) for codes in _named(episodes)]
    marks = {
        e: (e if e in keep else "", *(e in members for members in sorted(set(named), key=sorted)))
        for e in economies
    }
    groups: dict[tuple[object, ...], list[str]] = {}
    for economy in economies:
        groups.setdefault(marks[economy], []).append(economy)
    names = {
        mark: members[0] if len(members) == 1 else f"{members[0]}-and-{len(members) - 1}"
        for mark, members in groups.items()
    }
    return Coarse({economy: names[marks[economy]] for economy in economies})


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


def _named(episodes: Sequence[Episode]) -> Iterable[tuple[str, ...]]:
    for episode in episodes:
        for shock in episode.scenario.shocks:
            yield from (getattr(shock, f) for f in shock.code_fields if f != "industries")
        yield from (o.economies for o in episode.observables)
