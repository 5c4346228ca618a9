"""Charts that a process of its own draws while the rest is still computed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from isthmus.charts import drawer
from isthmus.charts.maps import Outlines
from isthmus.charts.render import render_svg, tidy_svg
from isthmus.charts.spec import ChartSpec
from isthmus.evidence import Table

Drawable = tuple[str, ChartSpec, Table, Outlines | None]
"""Key, how to draw, what to draw, and outlines where it is a map."""

FONTS = Path(__file__).with_name("fonts.conf")
"""What tells the process to measure words with the fonts that come with the renderer."""


def _bytecode() -> list[str]:
    """Return what this interpreter was told of bytecode: an isolated one does not hear it."""
    flags = ["-B"] if sys.dont_write_bytecode else []
    return [*flags, "-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else flags


class Press:
    """Draws charts in a process of its own; what it cannot draw is drawn here.

    The libraries behind the charts keep the interpreter to themselves while they draw, so that a
    thread gains nothing; they are loaded there and not here.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._child: subprocess.Popen[bytes] | None = None
        self._begun: dict[str, tuple[Drawable, Future[str | None]]] = {}

    def __enter__(self) -> Press:
        with suppress(OSError):
            self._child = subprocess.Popen(
                [sys.executable, "-I", *_bytecode(), drawer.__file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "FONTCONFIG_FILE": str(FONTS)},
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=error is None, cancel_futures=True)
        child, self._child = self._child, None
        if child is None:
            return
        # All that was asked of it has come or is not wanted, and its own way out takes longer.
        child.kill()
        with suppress(OSError), child:
            pass  # its pipes are closed and it is waited for

    def begin(self, charts: Iterable[Drawable]) -> None:
        """Begin to draw charts, each with a key of its own."""
        for chart in charts:
            self._begun[chart[0]] = chart, self._pool.submit(self._drawn, chart)

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

    def _drawn(self, chart: Drawable) -> str | None:
        """Return what the process makes of a chart, or nothing where it is gone or fails."""
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            return None
        try:
            child.stdin.write(drawer.line_of(*chart[1:]))
            child.stdin.flush()
            length = int(child.stdout.readline())
            picture = child.stdout.read(length).decode()
        except (OSError, TypeError, ValueError):
            return None
        return picture if picture.startswith("<svg") and picture.endswith("</svg>") else None
