"""Vega-Lite from a table and its `ChartSpec`, and SVG that stands inline in a page."""

from __future__ import annotations

import re
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from isthmus.charts import theme
from isthmus.charts.maps import Outlines
from isthmus.charts.spec import ChartSpec
from isthmus.evidence import Table

_SIZE = re.compile(r'<svg[^>]*\bviewBox="([^"]+)"[^>]*>')
_ARIA = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')
_ID = re.compile(r'(\bid="|url\(#|xlink:href="#|\bhref="#)')
_EMPTY = re.compile(r'<path[^>]*\bd=""[^>]*/>')
_STYLE = re.compile(r' style="[^"]*"')


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
    from isthmus.charts.forms import FORMS, choropleth

    rows = table.frame.to_dicts()
    if not rows:
        raise ValueError(f"table {table.name!r} has no rows to draw")
    if spec.form == "map":
        if outlines is None:
            raise ValueError("a map needs outlines")
        chart = choropleth(rows, spec, outlines)
    else:
        chart = FORMS[spec.form](rows, spec)
    # The forms are covered by tests that validate; validating each time costs a second.
    drawn: dict[str, Any] = chart.to_dict(validate=False)
    return drawn | {"config": theme.config()}


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
    import vl_convert

    return tidy_svg(vl_convert.vegalite_to_svg(to_vegalite(spec, table, outlines=outlines)), key)


class Drawing:
    """Pictures that are drawn on a thread of their own while other work goes on.

    The renderer takes half a second to start and holds no lock while it draws. One thread, because
    altair's import is not safe to race. Use it as a context manager, so that an interrupt drops
    what was not drawn.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._futures: dict[str, Future[str]] = {}
        self._ready = self._pool.submit(_start)

    def __enter__(self) -> Drawing:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def add(self, key: str, spec: ChartSpec, table: Table, outlines: Outlines | None) -> None:
        """Ask for a picture; asking again for the same key does nothing."""
        if key not in self._futures:
            self._futures[key] = self._pool.submit(
                render_svg, spec, table, key=key, outlines=outlines
            )

    def picture(self, key: str) -> str:
        """Return a picture, when it is drawn."""
        return self._futures[key].result()


def _start() -> None:
    import vl_convert

    import isthmus.charts.forms  # noqa: F401  (so that the first chart finds altair imported)

    vl_convert.vegalite_to_svg({"data": {"values": [{}]}, "mark": "point"})


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
