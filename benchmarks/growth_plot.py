"""Two log-log panels as one SVG file, readable on light and dark pages and on phones."""

from __future__ import annotations

import math
from collections.abc import Sequence

WIDTH, PANEL = 460, 310
LEFT, RIGHT, TOP, BOTTOM = 62, 14, 66, 50
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1b1e22; }
.paper { fill: #fefefe; } .quiet { fill: #565b61; } .grid { stroke: #dcdfe3; }
.line { fill: none; stroke-width: 2.5; } .dense { stroke: #0067a5; } .factored { stroke: #c44d00; }
circle.dense, text.dense { fill: #0067a5; } circle.factored, text.factored { fill: #c44d00; }
text.dense, text.factored { stroke: none; font-weight: 600; }
@media (prefers-color-scheme: dark) {
text { fill: #e8eaed; } .paper { fill: #17191c; } .quiet { fill: #adb3ba; }
.grid { stroke: #3a3f45; } .dense { stroke: #5ab4ee; } .factored { stroke: #ff9254; }
circle.dense, text.dense { fill: #5ab4ee; } circle.factored, text.factored { fill: #ff9254; }
}
"""

Series = dict[str, list[tuple[float, float]]]


def growth_plot(found) -> str:
    """Return the SVG text of `growth` in disruption.py."""
    size: Series = {"dense": [], "factored": []}
    for line in found["industries"]:
        size[line["form"]].append((line["economies"] * line["sectors"], line["ms"]))
    many: Series = {"dense": [], "factored": []}
    for line in found["scenarios"]:
        many[line["form"]].append((line["scenarios"], line["ms"]))
    panels = (
        _panel(size, "One scenario: milliseconds a day", "industries", 0),
        _panel(many, "1,000 industries: milliseconds a day per scenario", "scenarios", PANEL),
    )
    label = "Time of the disruption engine against industries and scenarios, logarithmic scales"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {2 * PANEL}" role="img" '
        f'aria-label="{label}"><title>{label}</title><style>{STYLE}</style>'
        f'<rect class="paper" width="{WIDTH}" height="{2 * PANEL}" rx="6"/>'
        f"{''.join(panels)}</svg>"
    )


def _panel(series: Series, title: str, below: str, top: int) -> str:
    xs = sorted({x for points in series.values() for x, _ in points})
    ys = [y for points in series.values() for _, y in points]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))

    def px(x: float) -> float:
        share = math.log(x / xs[0]) / math.log(xs[-1] / xs[0])
        return round(LEFT + 14 + share * (WIDTH - LEFT - RIGHT - 28), 1)

    def py(y: float) -> float:
        share = (math.log10(y) - low) / (high - low)
        return round(top + PANEL - BOTTOM - share * (PANEL - TOP - BOTTOM), 1)

    out = [f'<text x="14" y="{top + 26}" font-weight="600">{title}</text>']
    for power in range(low, high + 1):
        y = py(10.0**power)
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y}" y2="{y}"/>')
        out.append(f'<text class="quiet" x="{LEFT - 8}" y="{y + 5}" text-anchor="end">'
                   f"{10.0**power:,g}</text>")  # fmt: skip
    base = top + PANEL - BOTTOM + 20
    out += [
        f'<text class="quiet" x="{px(x)}" y="{base}" text-anchor="middle">{x:,}</text>'
        for x in _apart(xs, px)
    ]
    out.append(f'<text class="quiet" x="{(LEFT + WIDTH - RIGHT) / 2}" y="{base + 19}" '
               f'text-anchor="middle">{below}</text>')  # fmt: skip
    for place, (name, points) in enumerate(series.items()):
        path = " ".join(f"{px(x)},{py(y)}" for x, y in points)
        out.append(f'<polyline class="line {name}" points="{path}"/>')
        out += [f'<circle class="{name}" cx="{px(x)}" cy="{py(y)}" r="3.5"/>' for x, y in points]
        out.append(f'<text class="{name}" x="{LEFT + 12 + 60 * place}" y="{top + TOP - 17}">'
                   f"{name}</text>")  # fmt: skip
    return "".join(out)


def _apart(xs: Sequence[float], px) -> list[float]:
    """Leave out labels that would touch their neighbour."""
    kept: list[float] = []
    for x in xs:
        if not kept or px(x) - px(kept[-1]) > 46:
            kept.append(x)
    return kept
