"""The decompositions of gross exports as data: names, definitions and sums of terms, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from isthmus.kernels.arrays import Array
from isthmus.runtime.reading import toml_values


@dataclass(frozen=True, slots=True)
class Definition:
    """A term of a decomposition.

    Parameters
    ----------
    text : str
        What it is.
    formula : str
        The formula of the paper; ``a # b`` multiplies element by element.
    """

    text: str
    formula: str


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A decomposition of gross exports.

    Parameters
    ----------
    title : str
        What it is.
    source : str
        The paper.
    terms : mapping of str to Definition
        Terms that add up to gross exports, in the order of the paper.
    world : mapping of str to Definition
        Terms of the world's perspective; empty where there is none.
    terms2 : mapping of str to str
        Other names and another order of the terms, by the name above; empty where there are none.
    standard : mapping of str to tuple of str
        Usual aggregates as sums of terms and of what comes besides; a name with a minus is
        subtracted.
    """

    title: str
    source: str
    terms: Mapping[str, Definition]
    world: Mapping[str, Definition]
    terms2: Mapping[str, str]
    standard: Mapping[str, tuple[str, ...]]

    def defined(self, detail: str, perimeter: str) -> Mapping[str, Definition]:
        """Return the terms by the names that were asked for, in their order."""
        if perimeter == "world":
            return self.world
        if detail == "terms2":
            return {name: self.terms[old] for name, old in self.terms2.items()}
        return self.terms

    @property
    def added(self) -> dict[str, str]:
        """What each usual aggregate is the sum of, by its name."""
        return {
            name: " + ".join(parts).replace("+ -", "- ") for name, parts in self.standard.items()
        }

    def named(self, terms: Mapping[str, Array], detail: str, perimeter: str) -> dict[str, Array]:
        """Return gross exports and the terms by the names that were asked for."""
        olds = self.terms2 if detail == "terms2" else {}
        names = self.defined(detail, perimeter)
        return {"EXGR": terms["EXGR"], **{name: terms[olds.get(name, name)] for name in names}}

    def sums(self, terms: Mapping[str, Array]) -> dict[str, Array]:
        """Return gross exports and the usual aggregates of terms."""
        return {
            "EXGR": terms["EXGR"],
            **{name: _sum(terms, parts) for name, parts in self.standard.items()},
        }


@cache
def decompositions() -> Mapping[str, Decomposition]:
    """Return the decompositions by their name in exvatools."""
    text = files("isthmus.chains").joinpath("terms.toml").read_text(encoding="utf-8")
    return {name: _decomposition(said) for name, said in toml_values(text).items()}


def _decomposition(said: Mapping[str, Any]) -> Decomposition:
    def terms(key: str) -> dict[str, Definition]:
        return {name: Definition(*pair) for name, pair in said.get(key, {}).items()}

    standard = {name: tuple(parts) for name, parts in said["standard"].items()}
    return Decomposition(
        said["title"],
        said["source"],
        terms("terms"),
        terms("world"),
        said.get("terms2", {}),
        standard,
    )


def _sum(terms: Mapping[str, Array], parts: tuple[str, ...]) -> Array:
    signed = [-terms[p[1:]] if p.startswith("-") else terms[p] for p in parts]
    return np.asarray(np.add.reduce(signed))
