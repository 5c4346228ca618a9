"""A map of the world whose economies are links: what a reader follows names a party."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

if TYPE_CHECKING:
    from isthmus.world import World

SHAPES, POINTS = "country_shapes", "country_points"
WIDTH, SOUTH, NORTH = 1600, -56.0, 84.0
"""Units across all longitudes, and the latitudes that are shown: all land but Antarctica."""
_EARTH = (1.340264, -0.081106, 0.000893, 0.003796)
"""Coefficients of the Equal Earth projection (Šavrič, Patterson and Jenny 2018)."""


@dataclass(frozen=True, slots=True)
class Place:
    """An economy on the map.

    Parameters
    ----------
    code, name : str
        The economy.
    drawn : str
        Its outline as a path, or the point at which a disc stands for it.
    to : str
        Where it leads; empty where it is no party to choose.
    role : str
        The role of which it is a part already.
    """

    code: str
    name: str
    drawn: str
    to: str
    role: str

    @property
    def point(self) -> tuple[str, str] | None:
        """Where the disc stands; None for an outline."""
        if self.drawn.startswith("M"):
            return None
        x, _, y = self.drawn.partition(" ")
        return x, y


@dataclass(frozen=True, slots=True)
class Pick:
    """A role that the map can choose for, and who has it."""

    role: str
    text: str
    to: str
    now: bool


@dataclass(frozen=True, slots=True)
class Atlas:
    """The map, the roles that it chooses for, and what is to be said of it.

    Parameters
    ----------
    title, lead, past, note : str
        Heading, what to do, text of the link past the map, and what the outlines are.
    picks : tuple of Pick
        Roles.
    places : tuple of Place
        Economies; those that lead somewhere last, in the order of their names.
    """

    form: ClassVar[str] = "atlas"
    title: str
    lead: str
    past: str
    note: str
    picks: tuple[Pick, ...]
    places: tuple[Place, ...]

    @property
    def box(self) -> str:
        """The corners of the drawing."""
        return f"0 0 {WIDTH} {_projected(0.0, SOUTH)[1]}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        led = [{"code": p.code, "text": p.name, "to": p.to} for p in self.places if p.to]
        return {"title": self.title, "places": led}


def outlines(world: World) -> Mapping[str, str]:
    """Return the outline of every economy of a world as a path, and a point for the small ones."""
    frame = world.table(SHAPES).filter(pl.col("scale") == "world")
    ring = ("economy", "polygon", "ring")
    rows = frame.sort(*ring, "point").select(*ring, "longitude", "latitude").iter_rows()
    paths: dict[str, list[str]] = {}
    for (code, *_), points in groupby(rows, key=lambda row: row[:3]):
        path = _path((row[3] / 100, row[4] / 100) for row in points)
        paths.setdefault(code, []).append(path)
    points = world.table(POINTS).select("economy", "longitude", "latitude").iter_rows()
    discs = {code: "{} {}".format(*_projected(x, y)) for code, x, y in points}
    return discs | {code: path for code, parts in paths.items() if (path := "".join(parts))}


def places(
    drawn: Mapping[str, str],
    known: Mapping[str, str],
    to: Callable[[str], str],
    roles: Mapping[str, Iterable[str]],
) -> tuple[Place, ...]:
    """Return economies for a map.

    Parameters
    ----------
    drawn : mapping of str to str
        What `outlines` returns.
    known : mapping of str to str
        Names of the economies that can be chosen.
    to : callable
        Returns the address that an economy leads to.
    roles : mapping of str to iterable of str
        Members of the party by role; the first role counts.
    """
    held = {code: role for role, members in reversed([*roles.items()]) for code in members}
    plain = [
        Place(code, "", path, "", held.get(code, ""))
        for code, path in drawn.items()
        if code not in known and path.startswith("M")
    ]
    led = [
        Place(code, name, drawn[code], to(code), held.get(code, ""))
        for code, name in sorted(known.items(), key=lambda item: item[1])
        if code in drawn
    ]
    return (*plain, *led)


def _path(points: Iterable[tuple[float, float]]) -> str:
    """Return a ring as a path of whole units, without points that fall on one another.

    A ring that crosses the edge of the map goes on beyond it, where nothing is shown.
    """
    steps: list[tuple[int, int]] = []
    before = None
    for longitude, latitude in points:
        x = longitude if before is None else before + (longitude - before + 180.0) % 360.0 - 180.0
        at, before = _projected(x, latitude), x
        if not steps or at != steps[-1]:
            steps.append(at)
    if len(steps) < 3:
        return ""
    (x, y), moves = steps[0], []
    for first, then in pairwise(steps):
        moves.append(f"{then[0] - first[0]} {then[1] - first[1]}")
    return f"M{x} {y}l{' '.join(moves)}z".replace(" -", "-")


def _projected(longitude: float, latitude: float) -> tuple[int, int]:
    """Return a place in units of the drawing, from its upper left corner."""
    x, y = _equal_earth(longitude, latitude)
    scale = WIDTH / (2.0 * _equal_earth(180.0, 0.0)[0])
    return round(WIDTH / 2.0 + x * scale), round((_equal_earth(0.0, NORTH)[1] - y) * scale)


def _equal_earth(longitude: float, latitude: float) -> tuple[float, float]:
    a1, a2, a3, a4 = _EARTH
    t = math.asin(math.sqrt(3.0) / 2.0 * math.sin(math.radians(latitude)))
    slope = 9.0 * a4 * t**8 + 7.0 * a3 * t**6 + 3.0 * a2 * t**2 + a1
    x = 2.0 * math.sqrt(3.0) * math.radians(longitude) * math.cos(t) / (3.0 * slope)
    return x, a4 * t**9 + a3 * t**7 + a2 * t**3 + a1 * t
