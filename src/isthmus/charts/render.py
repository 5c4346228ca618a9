"""Vega-Lite from a table and its `ChartSpec`, and SVG that stands inline in a page."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

from isthmus.charts import theme
from isthmus.charts.maps import Outlines
from isthmus.charts.spec import ChartSpec
from isthmus.errors import IsthmusError
from isthmus.evidence import Table
from isthmus.runtime import canonical_json

CHART_FILES = (".svg", ".png", ".json")
_SIZE = re.compile(r'<svg[^>]*\bviewBox="([^"]+)"[^>]*>')
_ARIA = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')
_ID = re.compile(r'(\bid="|url\(#|xlink:href="#|\bhref="#)')
_EMPTY = re.compile(r'<path[^>]*\bd=""[^>]*/>')
_STYLE = re.compile(r' style="[^"]*"')


def check_drawing() -> None:
    """Raise where no chart can be drawn: the library behind them reads its own docstrings.

    Raises
    ------
    IsthmusError
        When Python runs without docstrings.
    """
    if sys.flags.optimize > 1:
        raise IsthmusError(
            "charts cannot be drawn: Python runs without docstrings",
            where="python -OO or PYTHONOPTIMIZE=2",
            hint="run without it; -O and PYTHONOPTIMIZE=1 work",
        )


def drawable() -> bool:
    """Tell whether pictures can be drawn here; specifications can be made everywhere."""
    return find_spec("vl_convert") is not None


def drawing() -> Any:
    """Return the library that makes pictures of specifications.

    Raises
    ------
    IsthmusError
        When it is not installed: there is no build of it for every machine.
    """
    if not drawable():
        raise IsthmusError(
            "pictures cannot be drawn: vl-convert-python is not installed",
            where="this environment",
            hint="it has no build for musl or for Windows on ARM; write the chart as .json, its "
            "Vega-Lite specification, which every browser with Vega draws",
        )
    import vl_convert

    return vl_convert


def to_vegalite(
    spec: ChartSpec, table: Table, *, outlines: Outlines | None = None
) -> dict[str, Any]:
    """Return a Vega-Lite specification with its data inside.

    Parameters
    ----------
    spec : ChartSpec
        How to draw.
    table : Table
        What to draw.
    outlines : Outlines, optional
        Needed for maps.

    Raises
    ------
    ValueError
        When the table has no rows (an empty chart is not drawn), or a map has no outlines.
    """
    rows = table.frame.to_dicts()
    if not rows:
        raise ValueError(f"table {table.name!r} has no rows to draw")
    return specified(spec, rows, outlines)


def specified(
    spec: ChartSpec, rows: list[dict[str, Any]], outlines: Outlines | None
) -> dict[str, Any]:
    """Return a Vega-Lite specification of rows, of which there is one at least."""
    check_drawing()
    from isthmus.charts.forms import FORMS, choropleth

    apart: dict[str, Any] = {}
    if spec.form == "map":
        if outlines is None:
            raise ValueError("a map needs outlines")
        chart, apart["datasets"] = choropleth(rows, spec, outlines)
    else:
        chart = FORMS[spec.form](rows, spec)
    # The forms are covered by tests that validate; validating each time costs a second.
    drawn: dict[str, Any] = chart.to_dict(validate=False)
    if drawn.get("width") == theme.WIDTH and spec.form != "map":
        apart["autosize"] = {"type": "fit-x", "contains": "padding"}
    return drawn | apart | {"config": {**theme.config(), **spec.words.config}}


def chart_file(drawn: dict[str, Any], ending: str) -> bytes:
    """Return a chart as a file of its own: SVG, PNG, or its specification as JSON.

    Parameters
    ----------
    drawn : dict
        A Vega-Lite specification.
    ending : str
        One of `CHART_FILES`.
    """
    if ending == ".json":
        return (canonical_json(drawn, indent=2) + "\n").encode()
    library = drawing()
    # A file of its own has no page behind it whose colour it could take.
    drawn = {**drawn, "background": theme.PAPER}
    if ending == ".svg":
        return bytes(library.vegalite_to_svg(drawn).encode())
    return bytes(library.vegalite_to_png(drawn, scale=2))


def render_svg(spec: ChartSpec, table: Table, *, key: str, outlines: Outlines | None = None) -> str:
    """Return SVG without roles, ids that could clash, or inline style.

    Parameters
    ----------
    spec : ChartSpec
        How to draw.
    table : Table
        What to draw.
    key : str
        Prefix of all ids in the picture; unique within the page.
    outlines : Outlines, optional
        Needed for maps.
    """
    return tidy_svg(drawing().vegalite_to_svg(to_vegalite(spec, table, outlines=outlines)), key)


def render_svgs(
    charts: Iterable[tuple[str, ChartSpec, Table, Outlines | None]],
) -> dict[str, str]:
    """Render several charts; the order of the answer is that of the input."""
    return {key: render_svg(spec, table, key=key, outlines=o) for key, spec, table, o in charts}


def tidy_svg(svg: str, key: str) -> str:
    """Make Vega's SVG fit for a page: one image with a label, no inner roles, no fixed size."""
    match = _SIZE.search(svg)
    if match is None:
        raise ValueError("not an SVG with a view box")
    body = svg[match.end() :]
    for pattern in (_ARIA, _EMPTY, _STYLE):
        body = pattern.sub("", body)
    safe = re.sub(r"[^a-zA-Z0-9]", "-", key)
    body = _ID.sub(rf"\g<1>{safe}-", body)
    width, height = match.group(1).split()[2:]
    return f'<svg viewBox="{match.group(1)}" width="{width}" height="{height}">{body}'
