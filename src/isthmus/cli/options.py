"""Options that several commands take: their types, and what their help says, written once."""

from __future__ import annotations

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
RunName = Annotated[str, Parameter(help="The run's id, or enough of its beginning or end.")]
DrawSeed = Annotated[int, Parameter(help="Seed of the draws.")]
Scheduler = Annotated[
    str,
    Parameter(
        help="Run on the workers of this Dask scheduler, such as tcp://host:8786; local starts a "
        "cluster of --workers here. The content does not depend on it.",
    ),
]
