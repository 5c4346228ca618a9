"""Outlines of Europe for the choropleth, projected once by ``tools/shapes/build.py``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

Ring = list[list[int]]


@dataclass(frozen=True)
class Atlas:
    """Outlines in kilometres on an equal-area plane.

    Parameters
    ----------
    shapes : dict of str to list of rings
        Polygons by ISO3 code; outer rings only.
    small : dict of str to pair of int
        Where states too small to see are marked by a point.
    box : tuple of float
        West, south, east and north edge of the frame.
    source : str
        Where the outlines come from.
    """

    shapes: dict[str, list[Ring]]
    small: dict[str, tuple[int, int]]
    box: tuple[float, float, float, float]
    source: str

    @property
    def codes(self) -> frozenset[str]:
        """Economies with an outline."""
        return frozenset(self.shapes)

    def covers(self, codes: tuple[str, ...]) -> int:
        """Return how many of `codes` the map can show."""
        return len((self.codes | set(self.small)) & set(codes))

    def height(self, width: int) -> int:
        """Return the height that keeps the frame's proportions."""
        west, south, east, north = self.box
        return round(width * (north - south) / (east - west))

    def projection(self, width: int) -> dict[str, Any]:
        """Return the Vega-Lite projection that fits the frame to `width`."""
        west, _, east, north = self.box
        scale = width / (east - west)
        return {
            "type": "identity",
            "reflectY": True,
            "scale": scale,
            "translate": [-west * scale, north * scale],
        }

    def points(self, width: int) -> dict[str, tuple[float, float]]:
        """Return the points of small states in pixels from the upper left corner."""
        west, _, east, north = self.box
        scale = width / (east - west)
        return {k: ((x - west) * scale, (north - y) * scale) for k, (x, y) in self.small.items()}

    def feature(self, code: str, properties: dict[str, Any]) -> dict[str, Any]:
        """Return the outline of one economy as a GeoJSON feature."""
        return {
            "type": "Feature",
            "properties": properties,
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [[ring] for ring in self.shapes[code]],
            },
        }


@cache
def europe() -> Atlas:
    """Read the outlines that ship with the package."""
    path = resources.files("isthmus.charts") / "shapes" / "europe.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    west, south, east, north = raw["box"]
    return Atlas(
        shapes=raw["shapes"],
        small={code: (x, y) for code, (x, y) in raw["small_states"].items()},
        box=(west, south, east, north),
        source=raw["source"],
    )
