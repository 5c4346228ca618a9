"""Options that several commands take: their types, and what their help says, written once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Flag = Annotated[bool, Parameter(negative="")]
Words = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)]

Json = Annotated[bool, Parameter(negative="", help="Print one JSON document.")]
Force = Annotated[bool, Parameter(negative="", help="Replace files, and folders of its own.")]
WorldName = Annotated[str, Parameter(help="Name of a world, or the folder of one.")]
TableYear = Annotated[
    int | None,
    Parameter(
        help="Year of the inter-economy table; the last one of the world when not given.",
    ),
]
Chips = Annotated[
    bool,
    Parameter(
        negative="",
        help="Split electronics into chip nodes (assumed shares): C26_LEAD, C26_REST and others.",
    ),
]
Where = Annotated[
    tuple[str, ...],
    Parameter(negative="", consume_multiple=True, help="Keep some rows: dimension=value."),
]
OfTable = Annotated[
    str | None, Parameter(help="Table of the lens; needed where there are several.")
]
Quantity = Annotated[str | None, Parameter(help="One column of numbers; all when not given.")]
ChartFile = Annotated[
    Path | None,
    Parameter(help="Write the chart to this file: .svg, or .json for its Vega-Lite specification."),
]
StoredWorld = Annotated[
    str,
    Parameter(help="Name of the world; starter+KEY@VERSION adds a data set of the store."),
]
Workers = Annotated[int, Parameter(help="Number of processes; the content does not depend on it.")]
RunName = Annotated[str, Parameter(help="The run's id, or enough of its beginning or end.")]
DrawSeed = Annotated[int, Parameter(help="Seed of the draws.")]
Scheduler = Annotated[
    str,
    Parameter(
        help="Run on the workers of this Dask scheduler, such as tcp://host:8786; local starts a "
        "cluster of --workers here. The content does not depend on it.",
    ),
]
