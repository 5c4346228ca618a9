"""Outlines of countries as GeoJSON for the charts."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus.errors import DataMissing

SCALES = ("europe", "world")


def feature_collection(frame: pl.DataFrame, scale: str) -> dict[str, Any]:
    """Return a GeoJSON FeatureCollection with one feature per economy.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows of ``country_shapes``.
    scale : {"europe", "world"}
        Which outlines.

    Returns
    -------
    dict
        Features carry the economy's code as ``id`` and in ``properties.economy``.

    Raises
    ------
    DataMissing
        When there are no outlines of this scale.
    """
    chosen = frame.filter(pl.col("scale") == scale).sort("economy", "polygon", "ring", "point")
    if chosen.is_empty():
        raise DataMissing(
            f"no outlines of scale {scale!r}",
            where="country_shapes",
            hint=f"scales: {', '.join(SCALES)}",
        )
    features = [
        {
            "type": "Feature",
            "id": economy,
            "properties": {"economy": economy},
            "geometry": {"type": "MultiPolygon", "coordinates": _polygons(rows)},
        }
        for (economy,), rows in chosen.group_by("economy", maintain_order=True)
    ]
    return {"type": "FeatureCollection", "features": features}


def _polygons(rows: pl.DataFrame) -> list[list[list[list[float]]]]:
    polygons: dict[int, list[list[list[float]]]] = {}
    for (polygon, _), line in rows.group_by("polygon", "ring", maintain_order=True):
        points = [[x / 100, y / 100] for x, y in line.select("longitude", "latitude").iter_rows()]
        polygons.setdefault(polygon, []).append(points)
    return list(polygons.values())
