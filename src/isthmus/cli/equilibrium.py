"""`isthmus equilibrium`: what a lasting shock changes once prices and suppliers adjust."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from cyclopts import App

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.generate import add_lenses
from isthmus.cli.presets import add_presets
from isthmus.cli.special import Special

if TYPE_CHECKING:
    from isthmus.evidence import Result

app = App(
    name="equilibrium",
    help="What a lasting shock changes once prices and suppliers adjust, by horizon.",
)


def _largest_loss_first(result: Result) -> Result:
    """Sort what a person reads; documents keep the order of the table."""
    tables = dict(result.tables)
    for name in ("economies", "coalitions"):
        table = tables[name]
        tables[name] = replace(table, frame=table.frame.sort("real_income", maintain_order=True))
    return replace(result, tables=tables)


def _holds() -> Callable[..., bool]:
    from isthmus.equilibrium.shocks import holds

    return holds


add_presets(app, _holds)


@app.command
def sources(*, output: Output = SCREEN) -> None:
    """List the published sources of trade elasticities."""
    from isthmus.cli.output import emit_found
    from isthmus.equilibrium import sources as known

    rows = [
        {"name": s.key, "citation": s.citation, "note": s.note, "theta": dict(s.theta)}
        for s in known().values()
    ]
    listed = [(r["name"], r["note"], r["citation"]) for r in rows]
    columns = ("name", "note", "citation")
    emit_found("equilibrium.sources", {"sources": (columns, listed)}, output, rows)


add_lenses(
    app,
    "equilibrium",
    {
        "solve": Special(
            default=True,
            leaves=frozenset({"path"}),
            defaults={"ranges": True},
            shown=_largest_loss_first,
        )
    },
)
