"""Build the outlines of Europe that the dossier's map draws, from Natural Earth data.

Usage: ``python tools/shapes/build.py countries-50m.json`` with the file of the registry package
``world-atlas`` 2.0.2 (``npm pack world-atlas@2.0.2``): Natural Earth 1:50m admin-0 countries
(public domain) as TopoJSON. Shared borders are simplified once, so neighbours keep touching.
Coordinates are kilometres in a Lambert azimuthal equal-area projection centred on 52 N, 10 E.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "src" / "isthmus" / "charts" / "shapes" / "europe.json"
BOX = (-2450.0, -2000.0, 2250.0, 2350.0)
TOLERANCE_KM = 4.0
SMALLEST_KM2 = 250.0
RADIUS_KM = 6371.0072
CENTRE = (10.0, 52.0)
SMALL_STATES = {"MLT": (14.4, 35.9), "LUX": (6.13, 49.7), "CYP": (33.2, 35.05)}
NUMERIC = {  # ISO 3166-1 numeric to alpha-3, for economies inside the frame
    "040": "AUT", "056": "BEL", "100": "BGR", "191": "HRV", "196": "CYP", "203": "CZE",
    "208": "DNK", "233": "EST", "246": "FIN", "250": "FRA", "276": "DEU", "300": "GRC",
    "348": "HUN", "372": "IRL", "380": "ITA", "428": "LVA", "440": "LTU", "442": "LUX",
    "470": "MLT", "528": "NLD", "616": "POL", "620": "PRT", "642": "ROU", "703": "SVK",
    "705": "SVN", "724": "ESP", "752": "SWE", "826": "GBR", "756": "CHE", "578": "NOR",
    "804": "UKR", "792": "TUR", "112": "BLR", "643": "RUS", "498": "MDA", "688": "SRB",
    "070": "BIH", "008": "ALB", "807": "MKD", "499": "MNE", "352": "ISL", "504": "MAR",
    "012": "DZA", "788": "TUN", "434": "LBY", "818": "EGY", "760": "SYR", "422": "LBN",
    "376": "ISR", "400": "JOR", "268": "GEO", "051": "ARM", "031": "AZE", "368": "IRQ",
}  # fmt: skip

Point = tuple[float, float]


def project(lon: float, lat: float) -> Point:
    """Lambert azimuthal equal-area on the sphere, in kilometres."""
    lam, phi = math.radians(lon - CENTRE[0]), math.radians(lat)
    phi0 = math.radians(CENTRE[1])
    cosine = math.sin(phi0) * math.sin(phi) + math.cos(phi0) * math.cos(phi) * math.cos(lam)
    k = RADIUS_KM * math.sqrt(2.0 / max(1e-9, 1.0 + cosine))
    x = k * math.cos(phi) * math.sin(lam)
    y = k * (math.cos(phi0) * math.sin(phi) - math.sin(phi0) * math.cos(phi) * math.cos(lam))
    return x, y


def simplify(line: list[Point], tolerance: float) -> list[Point]:
    """Douglas-Peucker; the ends stay, so that arcs that meet keep meeting."""
    if len(line) < 3:
        return line
    keep = {0, len(line) - 1}
    stack = [(0, len(line) - 1)]
    if line[0] == line[-1]:  # a closed arc: anchor it at its farthest point
        far = max(range(len(line)), key=lambda n: math.dist(line[0], line[n]))
        keep.add(far)
        stack = [(0, far), (far, len(line) - 1)]
    while stack:
        a, b = stack.pop()
        best, where = 0.0, -1
        for n in range(a + 1, b):
            d = _distance(line[n], line[a], line[b])
            if d > best:
                best, where = d, n
        if best > tolerance:
            keep.add(where)
            stack += [(a, where), (where, b)]
    return [line[n] for n in sorted(keep)]


def _distance(p: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0.0 if length == 0 else ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length
    t = min(1.0, max(0.0, t))
    return math.dist(p, (a[0] + t * dx, a[1] + t * dy))


def clip(ring: list[Point]) -> list[Point]:
    """Sutherland-Hodgman against the frame."""
    sides = (
        (0, BOX[0], 1.0),
        (0, BOX[2], -1.0),
        (1, BOX[1], 1.0),
        (1, BOX[3], -1.0),
    )
    for axis, bound, sign in sides:
        out: list[Point] = []
        for n, point in enumerate(ring):
            before = ring[n - 1]
            here, there = (point[axis] - bound) * sign, (before[axis] - bound) * sign
            if (here >= 0) != (there >= 0):
                t = there / (there - here)
                out.append(
                    (
                        before[0] + t * (point[0] - before[0]),
                        before[1] + t * (point[1] - before[1]),
                    )
                )
            if here >= 0:
                out.append(point)
        ring = out
        if not ring:
            break
    return ring


def area(ring: list[Point]) -> float:
    """Signed area by the shoelace formula, in square kilometres."""
    return (
        sum(ring[n - 1][0] * ring[n][1] - ring[n][0] * ring[n - 1][1] for n in range(len(ring))) / 2
    )


def main(source: Path) -> None:
    """Write the outlines."""
    raw = source.read_bytes()
    topology = json.loads(raw)
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[list[Point]] = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append(project(x * scale[0] + shift[0], y * scale[1] + shift[1]))
        arcs.append(simplify(line, TOLERANCE_KM))
    shapes: dict[str, list[list[list[int]]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = NUMERIC.get(str(geometry.get("id", "")))
        name = geometry["properties"]["name"]
        if code is None:
            code = {"Kosovo": "XKX", "N. Cyprus": "CYN"}.get(name)
        if code is None:
            continue
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            ring: list[Point] = []
            for index in polygon[0]:
                part = arcs[index] if index >= 0 else arcs[~index][::-1]
                ring += part[1:] if ring else part
            clipped = clip(ring)
            if len(clipped) < 3 or abs(area(clipped)) < SMALLEST_KM2:
                continue
            if area(clipped) > 0:
                clipped.reverse()
            rounded = [[round(px), round(py)] for px, py in clipped]
            shapes.setdefault(code, []).append([*rounded, rounded[0]])
    points = {k: [round(c) for c in project(*v)] for k, v in SMALL_STATES.items()}
    out = {
        "schema_version": 1,
        "source": "Natural Earth 1:50m admin-0 countries, through world-atlas 2.0.2",
        "licence": "public domain",
        "projection": "Lambert azimuthal equal-area, centre 52 N 10 E, sphere, kilometres",
        "source_sha256": hashlib.sha256(raw).hexdigest(),
        "box": BOX,
        "small_states": points,
        "shapes": {k: sorted(v) for k, v in sorted(shapes.items())},
    }
    TARGET.write_text(json.dumps(out, separators=(",", ":")) + "\n", encoding="utf-8")
    print(TARGET.name, TARGET.stat().st_size, "bytes,", len(shapes), "economies")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
