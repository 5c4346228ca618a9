"""Reading TopoJSON: shared arcs simplified once, so that neighbours keep one border."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ring:
    """One closed line of a polygon.

    Parameters
    ----------
    identity : str or None
        Numeric code of the geometry; None where the source gives none.
    name : str
        Name of the geometry in the source.
    polygon, ring : int
        Position of the polygon in the geometry and of the ring in the polygon (0 is the outer).
    points : numpy.ndarray
        Shape (n, 2), longitude and latitude in degrees, the last point equal to the first.
    """

    identity: str | None
    name: str
    polygon: int
    ring: int
    points: Points


def rings(topology: dict[str, Any], layer: str, tolerance: float) -> Iterator[Ring]:
    """Yield every ring of a layer after simplifying its arcs.

    Parameters
    ----------
    topology : dict
        A quantized TopoJSON topology.
    layer : str
        Name of the object in it.
    tolerance : float
        Largest distance in degrees by which a line may move.
    """
    arcs = [simplify(points, tolerance) for points in _arcs(topology)]
    for geometry in topology["objects"][layer]["geometries"]:
        listed = geometry.get("arcs", [])
        polygons = [listed] if geometry["type"] == "Polygon" else listed
        for polygon, outlines in enumerate(polygons):
            for ring, outline in enumerate(outlines):
                yield Ring(
                    geometry.get("id"),
                    geometry["properties"]["name"],
                    polygon,
                    ring,
                    _join(arcs, outline),
                )


def simplify(points: Points, tolerance: float) -> Points:
    """Drop points that lie nearer than `tolerance` to the line that remains (Douglas-Peucker)."""
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        distance = _distances(points[first + 1 : last], points[first], points[last])
        farthest = int(np.argmax(distance))
        if distance[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return points[keep]


def area(points: Points) -> float:
    """Return the area inside a ring in square degrees (shoelace formula)."""
    x, y = points[:, 0], points[:, 1]
    return float(abs(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2)


def _arcs(topology: dict[str, Any]) -> Iterator[Points]:
    scale = np.array(topology["transform"]["scale"])
    translate = np.array(topology["transform"]["translate"])
    for arc in topology["arcs"]:
        yield np.cumsum(np.array(arc), axis=0) * scale + translate


def _join(arcs: list[Points], outline: list[int]) -> Points:
    parts = [arcs[n] if n >= 0 else arcs[~n][::-1] for n in outline]
    return np.concatenate([parts[0], *(part[1:] for part in parts[1:])])


def _distances(points: Points, start: Points, end: Points) -> NDArray[np.float64]:
    line = end - start
    length = float(np.hypot(*line))
    offset = points - start
    if length == 0.0:
        return np.hypot(offset[:, 0], offset[:, 1])
    along = np.clip(offset @ line / length**2, 0.0, 1.0)
    away = offset - along[:, None] * line
    return np.hypot(away[:, 0], away[:, 1])
