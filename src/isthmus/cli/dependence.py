"""``isthmus dependence``: who supplies an economy or a coalition, and how concentrated that is."""

from __future__ import annotations

from cyclopts import App

from isthmus.cli.generate import add_lenses
from isthmus.cli.special import Special

app = add_lenses(
    App(
        name="dependence",
        help="Who supplies an economy or a coalition, how concentrated, and what a stop would "
        "cost.",
    ),
    "dependence",
    {
        "profile": Special(default=True, renamed={"top": "suppliers"}),
        "indicators": Special(keeps="indicator"),
        "time_series": Special("series", keeps="indicator"),
        "chip_imports": Special("chips"),
        "behind_hubs": Special("hubs"),
        "network": Special(keeps="indicator"),
    },
)
