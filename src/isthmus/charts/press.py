"""Charts that a process of its own draws while the rest is still computed."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from isthmus.charts.maps import Outlines
from isthmus.charts.render import render_svg, tidy_svg
from isthmus.charts.spec import ChartSpec
from isthmus.evidence import Table
from isthmus.runtime.companion import Companion

Drawable = tuple[str, ChartSpec, Table, Outlines | None]
"""Key, how to draw, what to draw, and outlines where it is a map."""

FONTS = Path(__file__).with_name("fonts.conf")
"""What tells the process to measure words with the fonts that come with the renderer."""


class Press:
    """Draws charts in a process of its own; what it cannot draw is drawn here.

    The libraries behind the charts keep the interpreter to themselves while they draw, so that a
    thread gains nothing; they are loaded there and not here.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._child = Companion("isthmus.charts.drawer", {"FONTCONFIG_FILE": str(FONTS)})
        self._begun: dict[str, tuple[Drawable, Future[str | None]]] = {}

    def __enter__(self) -> Press:
        self._child.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=error is None, cancel_futures=True)
        self._child.__exit__(kind, error, trace)

    def begin(self, charts: Iterable[Drawable]) -> None:
        """Begin to draw charts, each with a key of its own."""
        for chart in charts:
            _, spec, table, outlines = chart
            asked = self._pool.submit(
                self._child.ask, "picture", spec, table.frame.to_dicts(), outlines
            )
            self._begun[chart[0]] = chart, asked

    def svg(self, chart: Drawable) -> str:
        """Return a chart as `render_svg` does; waits for it where it was begun."""
        key, spec, table, outlines = chart
        begun = self._begun.get(key)
        whole = None
        if begun is not None and all(a is b for a, b in zip(begun[0][1:], chart[1:], strict=True)):
            whole = begun[1].result()
        if whole is None:
            return render_svg(spec, table, key=key, outlines=outlines)
        return tidy_svg(whole, key)
