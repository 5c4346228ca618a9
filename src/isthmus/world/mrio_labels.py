"""Names of the nodes of an inter-economy table and how names become positions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from isthmus.codes import nearest
from isthmus.errors import CodeUnknown, InputProblem, raise_all

Positions = NDArray[np.intp]


@dataclass(frozen=True)
class Labels:
    """Economies, industries and final-demand categories; nodes are economy-major.

    Node ``i * S + k`` is industry k of economy i; column ``j * F + c`` of final demand is category
    c of economy j.
    """

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    categories: tuple[str, ...] = ("final",)

    @classmethod
    def of(
        cls, economies: Sequence[str], industries: Sequence[str], categories: Sequence[str]
    ) -> Labels:
        """Return the labels of a table from lists of texts.

        Raises
        ------
        BadInput
            When one text stands in place of a list, or a label is no text.
        """
        parts = {"economies": economies, "industries": industries, "categories": categories}
        problems = [
            InputProblem(f"is the text {names!r}, not a list of labels", what)
            for what, names in parts.items()
            if isinstance(names, str)
        ]
        problems += [
            InputProblem(f"label {name!r} is no text", what, f"write '{name}'")
            for what, names in parts.items()
            for name in names
            if name is not None and not isinstance(name, str)
        ]
        raise_all("inter-economy table", problems)
        return cls(tuple(economies), tuple(industries), tuple(categories))

    @property
    def n(self) -> int:
        """Number of economies."""
        return len(self.economies)

    @property
    def S(self) -> int:  # noqa: N802
        """Number of industries."""
        return len(self.industries)

    @property
    def F(self) -> int:  # noqa: N802
        """Number of final-demand categories."""
        return len(self.categories)

    @property
    def N(self) -> int:  # noqa: N802
        """Number of nodes."""
        return self.n * self.S

    @cached_property
    def nodes(self) -> tuple[tuple[str, str], ...]:
        """(economy, industry) of each node."""
        return tuple((e, i) for e in self.economies for i in self.industries)

    def problems(self) -> list[InputProblem]:
        """Return what is wrong with the labels: none given, empty or repeated names."""
        found = []
        for what, names in (
            ("economies", self.economies),
            ("industries", self.industries),
            ("categories", self.categories),
        ):
            if not names:
                found.append(InputProblem("no labels", what, "give one name per entry"))
            if any(not name for name in names):
                found.append(InputProblem("an empty label", what))
            found += [
                InputProblem(f"label {name!r} begins or ends with a blank", what, "take it off")
                for name in names
                if name and name != name.strip()
            ]
            repeated = sorted({name for name in names if names.count(name) > 1})
            found += [InputProblem(f"label {name!r} appears twice", what) for name in repeated]
        both = [name for name in self.industries if name in set(self.categories)]
        found += [
            InputProblem(
                f"label {name!r} names an industry and a category of final demand",
                "industries, categories",
                "give one of them another name",
            )
            for name in both
        ]
        return found

    def economy_positions(self, names: str | Iterable[str]) -> Positions:
        """Return the positions of one or several economies.

        Raises
        ------
        CodeUnknown
            When a name is not an economy of the table.
        """
        return positions(names, self.economies, "economy")

    def industry_positions(self, names: str | Iterable[str]) -> Positions:
        """Return the positions of one or several industries.

        Raises
        ------
        CodeUnknown
            When a name is not an industry of the table.
        """
        return positions(names, self.industries, "industry")

    def node_positions(
        self,
        economies: str | Iterable[str] | None = None,
        industries: str | Iterable[str] | None = None,
    ) -> Positions:
        """Return the positions of all nodes of the named economies and industries.

        None means all of them.
        """
        i = np.arange(self.n) if economies is None else self.economy_positions(economies)
        k = np.arange(self.S) if industries is None else self.industry_positions(industries)
        return np.asarray((i[:, None] * self.S + k[None, :]).ravel())


def positions(names: str | Iterable[str], known: Sequence[str], what: str) -> Positions:
    """Return the positions of `names` in `known`.

    Raises
    ------
    CodeUnknown
        When a name is not known; the hint gives the nearest names.
    """
    wanted = [names] if isinstance(names, str) else list(names)
    place = {name: p for p, name in enumerate(known)}
    for name in wanted:
        if name not in place:
            near = nearest(name, known, what)
            raise CodeUnknown(
                f"{what} {name!r} is not in this table",
                hint=near or f"the table has {', '.join(known[:12])} ...",
            )
    return np.array([place[name] for name in wanted], dtype=np.intp)


def grouping(
    mapping: Mapping[str, str] | None, known: Sequence[str], what: str
) -> tuple[tuple[str, ...], Positions]:
    """Return group names in order of first member, and the group of each of `known`.

    Names that are not in `mapping` stay a group of their own.

    Raises
    ------
    CodeUnknown
        When `mapping` names something that is not known.
    """
    given = dict(mapping or {})
    positions(given, known, what)
    names = [given.get(name, name) for name in known]
    groups = tuple(dict.fromkeys(names))
    place = {name: p for p, name in enumerate(groups)}
    return groups, np.array([place[name] for name in names], dtype=np.intp)
