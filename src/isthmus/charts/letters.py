"""Names and titles that fit a narrow picture: in lines, in as many columns as have room."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from isthmus.charts import theme

CATEGORY = 24
"""Letters of a category's name before it breaks into lines."""
TITLE = 54
"""Letters of a title that fit across a picture."""
END = 15
"""Letters of a name that fits at the end of a line; a longer one goes to the legend."""
SMALL = 22
"""Letters above one of two small charts side by side."""
SYMBOL = 34
"""Pixels of a legend's symbol with the room around it."""
MOST_COLUMNS = 4


def title(text: str) -> str | list[str] | None:
    """Return the title of an axis or legend in lines; nothing for an empty one."""
    lines = textwrap.wrap(text, TITLE)
    return lines if len(lines) > 1 else text or None


def columns(names: Sequence[str], width: float = theme.WIDTH) -> int:
    """Return the columns of a legend `width` pixels wide: as many as its longest name allows."""
    widest = max((len(str(name)) for name in names), default=1) * theme.LETTER + SYMBOL
    return max(1, min(MOST_COLUMNS, len(names), int(width / widest)))


def facet(column: str, names: Sequence[str]) -> tuple[Mapping[str, str], alt.Facet]:
    """Return the names of small charts in lines, by name, and the facet that is headed by them."""
    broken = {name: "\n".join(textwrap.wrap(str(name), SMALL)) for name in names}
    header = alt.Header(
        title=None, labelExpr="split(datum.value, '\\n')", labelAnchor="start", labelLimit=0
    )
    return broken, alt.Facet(f"{column}:N", sort=list(broken.values()), title=None, header=header)


def above(text: str) -> dict[str, Any]:
    """Return what is drawn upwards as a heading of the picture: read without turning the head."""
    if not text:
        return {}
    words: dict[str, Any] = {
        "fontSize": theme.FONT_SIZE,
        "fontWeight": "normal",
        "color": theme.QUIET,
    }
    return {"title": alt.Title(textwrap.wrap(text, TITLE), anchor="start", **words)}


def apart(places: Mapping[str, float], room: float) -> dict[str, float]:
    """Return where names stand so that none lies on another, from the lowest upwards.

    Parameters
    ----------
    places : mapping of str to float
        Where each name would stand, in units of the axis.
    room : float
        Height of a name in units of the axis.
    """
    found: dict[str, float] = {}
    floor = float("-inf")
    for name in sorted(places, key=lambda n: places[n]):
        found[name] = max(places[name], floor)
        floor = found[name] + room
    return found
