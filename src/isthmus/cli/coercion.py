"""``isthmus coercion``: past cases, what they did to trade, and who could hurt whom."""

from __future__ import annotations

from cyclopts import App

from isthmus.cli.coercion_response import register
from isthmus.cli.generate import add_lenses
from isthmus.cli.special import Special

app = App(name="coercion", help="Past cases of economic coercion, their effects, and leverage.")

register(app)

add_lenses(
    app,
    "coercion",
    {
        "event_study": Special("events"),
        "leverage_map": Special("leverage"),
        "backtest": Special(renamed={"top": "first"}),
        "price_ladder": Special("respond"),
        "held_out": Special("heldout"),
    },
)
