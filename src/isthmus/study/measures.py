"""Named measures that claims can be bound to.

A measure is a function ``run(context, **args) -> Finding`` in the ``measures.py`` of a subject. It
is registered under a dotted name with the kind of each argument, so that a study file is checked
before data are read::

    @measure("arms.top_supplier_share", economy=PARTY)
    def top_supplier_share(context: Context, *, economy: str) -> Finding: ...

A finding without a value (None, with a caveat) makes a claim *not measurable*; so does a
`DataMissing` raised by the world.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from isthmus.evidence import Finding

ArgKind = Literal[
    "party", "coalition", "member", "industry", "basket", "product", "year", "number", "text"
]

PARTY: ArgKind = "party"
COALITION: ArgKind = "coalition"
"""A party with several members; of one economy the measure does not apply."""
MEMBER: ArgKind = "member"
"""A member of the measure's coalition; of any other the measure does not apply."""
INDUSTRY: ArgKind = "industry"
BASKET: ArgKind = "basket"
PRODUCT: ArgKind = "product"
YEAR: ArgKind = "year"
NUMBER: ArgKind = "number"
TEXT: ArgKind = "text"

PARTIES = frozenset({PARTY, COALITION, MEMBER})
"""Kinds of arguments that a role name can stand for."""

Run = Callable[..., Finding]

TENTHS = (0.1, 0.9)
"""Quantiles over members that a spread compares: two outliers of many decide nothing."""

_REGISTERED: dict[str, Measure] = {}


@dataclass(frozen=True, slots=True)
class Measure:
    """A named function from context and arguments to a finding.

    Parameters
    ----------
    name : str
        Dotted name, as it stands in study files.
    run : callable
        ``run(context, **args) -> Finding``.
    args : mapping of str to str
        Kind of each argument.
    required : frozenset of str
        Arguments without a default.
    """

    name: str
    run: Run
    args: Mapping[str, ArgKind] = field(default_factory=dict)
    required: frozenset[str] = frozenset()

    @property
    def subject(self) -> str:
        """Name of the subject in whose folder the measure stands."""
        return self.run.__module__.split(".")[-2]

    @property
    def text(self) -> str:
        """First line of the function's docstring."""
        return (inspect.getdoc(self.run) or "").partition("\n")[0]


def measure(name: str, **args: ArgKind) -> Callable[[Run], Run]:
    """Register a function as the measure `name`; see the package's docstring."""

    def add(run: Run) -> Run:
        given: dict[str, Any] = dict(inspect.signature(run).parameters)
        required = frozenset(a for a in args if given[a].default is inspect.Parameter.empty)
        _REGISTERED[name] = Measure(name, run, dict(args), required)
        return run

    return add


def registered() -> Mapping[str, Measure]:
    """Return the measures whose modules have been imported."""
    return _REGISTERED


def tenths(values: Iterable[float]) -> tuple[float, float]:
    """Return the 10 and the 90 % quantile of one number per member."""
    low, high = np.quantile(np.sort(np.fromiter(values, float)), TENTHS)
    return float(low), float(high)
