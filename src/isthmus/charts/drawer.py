"""What the process of `Press` does: charts in, pictures out."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from isthmus.charts.maps import Outlines
    from isthmus.charts.spec import ChartSpec
    from isthmus.evidence import Table


def serve(asked: BinaryIO, answers: BinaryIO) -> None:
    """Read a chart a line; write the length of each picture and the picture.

    What cannot be drawn has the length zero.
    """
    from isthmus.charts.render import drawing, specified

    for line in asked:
        try:
            picture = drawing().vegalite_to_svg(specified(*_chart(line))).encode()
        except Exception:  # noqa: BLE001  (the asker draws for itself and meets it there)
            picture = b""
        answers.write(b"%d\n" % len(picture) + picture)
        answers.flush()


def line_of(spec: ChartSpec, table: Table, outlines: Outlines | None) -> bytes:
    """Return a chart as one line of JSON."""
    told: dict[str, Any] = {"spec": asdict(spec), "rows": table.frame.to_dicts()}
    if outlines is not None:
        told["outlines"] = {"features": dict(outlines.features), "points": dict(outlines.points)}
    return json.dumps(told).encode() + b"\n"


def _chart(line: bytes) -> tuple[ChartSpec, list[dict[str, Any]], Outlines | None]:
    """Return what `line_of` has written."""
    from isthmus.charts.maps import Outlines
    from isthmus.charts.spec import ChartSpec
    from isthmus.charts.words import NumberWords
    from isthmus.runtime.reading import json_values

    told = json_values(line)
    spec = told["spec"] | {
        "bins": tuple(told["spec"]["bins"]),
        "words": NumberWords(**told["spec"]["words"]),
    }
    outlines = Outlines(**told["outlines"]) if "outlines" in told else None
    return ChartSpec(**spec), told["rows"], outlines


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    serve(sys.stdin.buffer, sys.stdout.buffer)
