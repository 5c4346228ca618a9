"""The frame and projection of the map of Europe; the outlines come from a world."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

CENTRE = (10.0, 52.0)
FRAME = (-0.385, -0.315, 0.345, 0.385)
"""West, south, east and north edge on the projected plane, in earth radii."""


@dataclass(frozen=True)
class Outlines:
    """What a map draws.

    Parameters
    ----------
    features : mapping of str to mapping
        GeoJSON feature by economy.
    points : mapping of str to (float, float)
        Longitude and latitude of economies too small to see.
    """

    features: Mapping[str, Mapping[str, Any]]
    points: Mapping[str, tuple[float, float]]

    @classmethod
    def of(
        cls, collection: Mapping[str, Any], points: Iterable[tuple[str, float, float]]
    ) -> Outlines:
        """Return outlines from a GeoJSON collection with ids and points of small economies.

        Parameters
        ----------
        collection : mapping
            Feature collection whose features carry the code of their economy as id.
        points : iterable of (str, float, float)
            Code, longitude, latitude; those without an outline are left out.
        """
        features = {f["id"]: f for f in collection["features"]}
        return cls(features, {code: (x, y) for code, x, y in points if code in features})

    def covers(self, codes: tuple[str, ...]) -> int:
        """Return how many of `codes` the map can show."""
        return len((set(self.features) | set(self.points)) & set(codes))

    def feature(self, code: str, properties: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outline of an economy with the properties that are drawn."""
        return {
            "type": "Feature",
            "properties": dict(properties),
            "geometry": self.features[code]["geometry"],
        }


def height(width: int) -> int:
    """Return the height that keeps the frame's proportions."""
    west, south, east, north = FRAME
    return round(width * (north - south) / (east - west))


def projection(width: int) -> dict[str, Any]:
    """Return the equal-area projection that fits the frame to `width` pixels."""
    west, _, east, north = FRAME
    scale = width / (east - west)
    return {
        "type": "azimuthalEqualArea",
        "rotate": [-CENTRE[0], -CENTRE[1], 0],
        "scale": scale,
        "translate": [-west * scale, north * scale],
        "clipExtent": [[0, 0], [width, height(width)]],
    }
