"""Colours by role and the look of axes; safe for colour-blind readers and for print.

The hues are those of Okabe and Ito (2008), darkened where needed for contrast on white. Colours
are written into the SVG as plain attributes; the page's style sheet re-maps each of them for dark
screens, so every colour drawn must come from this module.
"""

from __future__ import annotations

from typing import Any

PALETTE = {
    "home": "#0067a5",
    "partner": "#00825f",
    "rival": "#c44d00",
    "ally": "#a1478a",
    "other": "#6f6f6f",
    "accent": "#8a6a00",
}
"""Colour of each role: the four parties, everybody else, and one accent."""

DARK_PALETTE = {
    "home": "#5ab4ee",
    "partner": "#3ecfa4",
    "rival": "#ff9254",
    "ally": "#e39bcb",
    "other": "#a3a3a3",
    "accent": "#e6c04f",
}

SEQUENCE = ("#e8eef4", "#b9cfe3", "#7fa9cd", "#3f7cb0", "#0b4a7d")
"""Classes from low to high; told apart by lightness alone."""

DARK_SEQUENCE = ("#22303d", "#2f5170", "#40789f", "#66a8d0", "#b4def5")

INK, DARK_INK = "#1b1e22", "#e8eaed"
QUIET, DARK_QUIET = "#565b61", "#adb3ba"
GRID, DARK_GRID = "#dcdfe3", "#3a3f45"
LAND, DARK_LAND = "#f1f1ee", "#2a2d31"
BORDER, DARK_BORDER = "#9aa0a6", "#70767d"
PAPER, DARK_PAPER = "#fefefe", "#17191c"

FONT = "Helvetica, Arial, sans-serif"
FONT_SIZE = 13
WIDTH = 400
"""Width of a picture, labels and all: so drawn, no letter is below 11 px on a page of 390 px."""
PLOT = 340
"""Width of what is drawn where the labels beside it are numbers."""
ROW = 20
LETTER = 6.7
"""Mean width of a letter."""


def dark_map() -> dict[str, str]:
    """Return the dark colour of every light colour that a chart may draw."""
    pairs = {PALETTE[role]: DARK_PALETTE[role] for role in PALETTE}
    pairs |= dict(zip(SEQUENCE, DARK_SEQUENCE, strict=True))
    pairs |= {INK: DARK_INK, QUIET: DARK_QUIET, GRID: DARK_GRID, LAND: DARK_LAND}
    return pairs | {BORDER: DARK_BORDER, PAPER: DARK_PAPER}


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration shared by all charts."""
    return {
        "background": None,
        "font": FONT,
        "view": {"stroke": None},
        "axis": {
            "labelColor": INK,
            "titleColor": QUIET,
            "tickColor": BORDER,
            "domainColor": BORDER,
            "gridColor": GRID,
            "labelFontSize": FONT_SIZE,
            "titleFontSize": FONT_SIZE,
            "titleFontWeight": "normal",
            "labelLimit": 176,
        },
        "legend": {
            "labelColor": INK,
            "titleColor": QUIET,
            "labelFontSize": FONT_SIZE,
            "titleFontSize": FONT_SIZE,
            "titleFontWeight": "normal",
            "orient": "top",
            "titleLimit": 390,
            "labelLimit": 360,
            "symbolOpacity": 1,
        },
        "header": {"labelColor": INK, "labelFontSize": FONT_SIZE, "title": None},
    }
