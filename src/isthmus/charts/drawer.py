"""What the process of `Press` does: charts in, pictures out."""

from __future__ import annotations

from typing import Any

from isthmus.charts.maps import Outlines
from isthmus.charts.spec import ChartSpec


def picture(spec: ChartSpec, rows: list[dict[str, Any]], outlines: Outlines | None) -> str:
    """Return a chart as the library behind it writes it."""
    from isthmus.charts.render import drawing, specified

    return str(drawing().vegalite_to_svg(specified(spec, rows, outlines)))
