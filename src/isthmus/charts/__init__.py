"""Charts from tables: what to draw (`ChartSpec`), Vega-Lite through altair, and inline SVG.

`ChartSpec` is plain data; altair and vl-convert are imported only when a chart is drawn.
"""

from isthmus.charts.maps import Outlines
from isthmus.charts.picture import Picture, plot
from isthmus.charts.press import Press
from isthmus.charts.render import (
    CHART_FILES,
    chart_file,
    check_drawing,
    drawable,
    drawing,
    render_svg,
    render_svgs,
    to_vegalite,
)
from isthmus.charts.spec import ChartSpec, Form
from isthmus.charts.theme import PALETTE
from isthmus.charts.words import NumberWords

__all__ = [
    "CHART_FILES",
    "PALETTE",
    "ChartSpec",
    "Form",
    "NumberWords",
    "Outlines",
    "Picture",
    "Press",
    "chart_file",
    "check_drawing",
    "drawable",
    "drawing",
    "plot",
    "render_svg",
    "render_svgs",
    "to_vegalite",
]
