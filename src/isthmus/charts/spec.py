"""How the rows of a table become marks, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from isthmus.charts.words import ENGLISH, NumberWords

Form = Literal["bars", "dots", "lines", "paths", "heat", "map"]


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """One chart, without its data.

    Parameters
    ----------
    form : {"bars", "dots", "lines", "paths", "heat", "map"}
        ``bars`` and ``dots`` put categories on the vertical axis, in the order of the table;
        ``dots`` draws the interval of `low` and `high`; ``lines`` needs a year on `x`, ``paths``
        a day, with the band of `low` and `high`, a line `y`, or both; ``heat`` and ``map`` colour
        by `value` in the classes of `bins`.
    x, y : str
        Columns. For bars and dots x is the number; for lines y is; a map needs the economy on x.
    x_title, y_title : str
        Titles of the axes with unit; empty hides the title of a category axis.
    value : str
        Column that is coloured (heat, map).
    value_title : str
        Title of the legend of a heat map or map, with unit.
    series : str
        Column whose values are told apart by colour; empty for one series.
    roles : mapping of str to str
        Colour role (`PALETTE`) of each value of `series`; ``""`` is the role of a single series.
    low, high : str
        Columns of the interval.
    facet : str
        Column of small multiples.
    share : bool
        The number is a fraction, drawn as percent.
    money : bool
        The number is million USD; the axis says m, bn and trn.
    bins : tuple of float
        Inner class limits of a heat map or map, ascending, at most four.
    reference : float or None
        A line to compare with (a threshold).
    log : bool
        The axis of the number is logarithmic: a range that reaches zero, or has no upper end, goes
        to its edge, and a number at zero is in the table only.
    missing : str
        What a place without a figure means, for the legend of a map.
    words : NumberWords
        How numbers are written; those of the reader's language.
    """

    form: Form
    x: str
    y: str = ""
    x_title: str = ""
    y_title: str = ""
    value: str = ""
    value_title: str = ""
    series: str = ""
    roles: Mapping[str, str] = field(default_factory=dict)
    low: str = ""
    high: str = ""
    facet: str = ""
    share: bool = False
    money: bool = False
    bins: tuple[float, ...] = ()
    reference: float | None = None
    log: bool = False
    missing: str = ""
    words: NumberWords = ENGLISH

    def to_dict(self) -> dict[str, Any]:
        """Return the fields that are set, ready for JSON; `words` follow from the language."""
        out: dict[str, Any] = {}
        for name in self.__slots__:
            if name == "words":
                continue
            value = getattr(self, name)
            if value not in ("", (), None, False) and value != {}:
                out[name] = dict(value) if isinstance(value, Mapping) else value
        return out
