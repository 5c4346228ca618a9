"""Outlines of countries for maps, from Natural Earth as packed in world-atlas 2.0.2."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from tools.starter.common import Built, csv
from tools.starter.topology import Ring, area, rings

from isthmus.evidence import DatasetRecord, Kind

KEYS = ("country_shapes", "country_points")
"""Keys of the data sets made here."""

_EUROPE = (-25.0, 34.0, 45.0, 72.0)
_SCALES = {
    "europe": ("countries-50m.json", 0.03, 0.02),
    "world": ("countries-110m.json", 0.05, 0.0),
}
"""File, tolerance of simplification in degrees, smallest area kept in square degrees."""

_BY_NAME = {"Kosovo": "XKX"}
_SMALL = 10_000.0


def build(shared: Path, atlas: Path) -> Built:
    """Return outlines and points of countries.

    Parameters
    ----------
    shared : Path
        Folder of public data (codes of countries and their areas).
    atlas : Path
        The package ``world-atlas-2.0.2.tgz`` as the npm registry serves it.
    """
    countries = csv(shared / "strategic" / "countries.csv", area_km2=pl.Float64)
    codes = {row["iso_num"].zfill(3): row["iso3"] for row in countries.iter_rows(named=True)}
    found = {scale: _scale(atlas, scale, codes) for scale in _SCALES}
    rows = [row for scale in sorted(found) for row in found[scale]]
    schema = {
        "scale": pl.String,
        "economy": pl.String,
        "polygon": pl.Int16,
        "ring": pl.Int16,
        "point": pl.Int16,
        "longitude": pl.Int16,
        "latitude": pl.Int16,
    }
    outlines = pl.DataFrame(rows, schema=schema, orient="row")
    points = _points(atlas, codes, countries)
    return [(_shape_record(), outlines), (_point_record(), points)]


def _load(atlas: Path, name: str) -> dict[str, Any]:
    with tarfile.open(atlas) as archive:
        member = archive.extractfile(f"package/{name}")
        if member is None:
            raise FileNotFoundError(name)
        topology: dict[str, Any] = json.load(member)
    return topology


def _scale(atlas: Path, scale: str, codes: dict[str, str]) -> list[tuple[object, ...]]:
    name, tolerance, smallest = _SCALES[scale]
    kept: dict[str, list[Ring]] = {}
    for ring in rings(_load(atlas, name), "countries", tolerance):
        code = _code(ring, codes)
        if scale == "europe" and not _touches(ring.points):
            continue
        if code == "ATA" and scale == "world":
            continue
        kept.setdefault(code, []).append(ring)
    rows: list[tuple[object, ...]] = []
    for code in sorted(kept):
        rows += _rows(scale, code, kept[code], smallest)
    return rows


def _rows(scale: str, code: str, found: list[Ring], smallest: float) -> list[tuple[object, ...]]:
    largest = max(area(ring.points) for ring in found)
    numbers: dict[tuple[str, int], int] = {}
    dropped = {
        (ring.name, ring.polygon)
        for ring in found
        if ring.ring == 0 and area(ring.points) < min(smallest, largest)
    }
    rows: list[tuple[object, ...]] = []
    for ring in found:
        whole = (ring.name, ring.polygon)
        if whole in dropped:
            continue
        rounded = _rounded(ring.points)
        if len(rounded) < 4:
            continue
        number = numbers.setdefault(whole, len(numbers))
        rows += [
            (scale, code, number, ring.ring, n, int(x), int(y)) for n, (x, y) in enumerate(rounded)
        ]
    return rows


def _rounded(points: np.ndarray) -> np.ndarray:
    cells = np.round(points * 100).astype(np.int16)
    moved = np.ones(len(cells), dtype=bool)
    moved[1:] = (cells[1:] != cells[:-1]).any(axis=1)
    return cells[moved]


def _code(ring: Ring, codes: dict[str, str]) -> str:
    return _BY_NAME.get(ring.name) or codes.get(ring.identity or "", "ZZZ")


def _touches(points: np.ndarray) -> bool:
    west, south, east, north = _EUROPE
    x, y = points[:, 0], points[:, 1]
    return bool(((x > west) & (x < east) & (y > south) & (y < north)).any())


def _points(atlas: Path, codes: dict[str, str], countries: pl.DataFrame) -> pl.DataFrame:
    largest: dict[str, tuple[float, np.ndarray]] = {}
    for ring in rings(_load(atlas, "countries-50m.json"), "countries", 0.0):
        code, size = _code(ring, codes), area(ring.points)
        if code != "ZZZ" and ring.ring == 0 and size > largest.get(code, (0.0,))[0]:
            largest[code] = (size, ring.points)
    areas = dict(countries.select("iso3", "area_km2").iter_rows())
    rows = []
    for code in sorted(largest):
        longitude, latitude = _centroid(largest[code][1])
        small = (areas.get(code) or _SMALL) < _SMALL
        rows.append((code, longitude, latitude, small))
    return pl.DataFrame(
        rows,
        schema={
            "economy": pl.String,
            "longitude": pl.Float64,
            "latitude": pl.Float64,
            "small": pl.Boolean,
        },
        orient="row",
    )


def _centroid(points: np.ndarray) -> tuple[float, float]:
    x, y = points[:, 0], points[:, 1]
    cross = x[:-1] * y[1:] - x[1:] * y[:-1]
    total = 3 * float(cross.sum())
    return (
        round(float(((x[:-1] + x[1:]) * cross).sum()) / total, 2),
        round(float(((y[:-1] + y[1:]) * cross).sum()) / total, 2),
    )


_COMMON: dict[str, Any] = {
    "publisher": "Natural Earth",
    "edition": "4.1, as packed in world-atlas 2.0.2",
    "kind": Kind.MEASURED,
    "licence": "Public domain (Natural Earth); ISC (world-atlas)",
    "attribution": "Made with Natural Earth",
    "redistribution": "allowed",
    "address": "https://www.naturalearthdata.com",
}
_BOUNDARIES = (
    "boundaries as the publisher draws them (lines of control rather than claims); showing them "
    "expresses no opinion on the status of any territory"
)


def _shape_record() -> DatasetRecord:
    return DatasetRecord(
        key="country_shapes",
        title="Outlines of countries",
        unit="hundredths of a degree",
        coverage="europe: what touches 25 W to 45 E and 34 N to 72 N, from 1:50 million; world: "
        "from 1:110 million, without Antarctica",
        columns={
            "scale": "europe or world",
            "economy": "ISO3; ZZZ where the source gives no code",
            "polygon": "number of the polygon",
            "ring": "0 outer line, from 1 on holes",
            "point": "number of the point along the line",
            "longitude": "hundredths of a degree, east positive",
            "latitude": "hundredths of a degree, north positive",
        },
        steps=(
            "TopoJSON unpacked; shared borders simplified once, by 0.03 degrees (europe) and 0.05 "
            "(world); islands under 0.02 square degrees dropped (europe)",
            "numeric codes turned into ISO3; Kosovo as XKX",
        ),
        faults=(
            _BOUNDARIES,
            "coarse: for maps of a page, not for measuring",
            "small states are marked as points (country_points)",
            "Northern Cyprus, Somaliland and other areas without a code of their own in the source "
            "are outlines without data (ZZZ)",
        ),
        **_COMMON,
    )


def _point_record() -> DatasetRecord:
    return DatasetRecord(
        key="country_points",
        title="Points for labels and small states",
        unit="degrees",
        coverage="every economy with an outline at 1:50 million",
        columns={
            "economy": "ISO3",
            "longitude": "centroid of the largest polygon, degrees",
            "latitude": "centroid of the largest polygon, degrees",
            "small": "true under 10,000 square kilometres",
        },
        steps=("centroid of the largest polygon",),
        faults=(_BOUNDARIES,),
        **_COMMON,
    )
