"""Tables of what the response model rests on: instruments, the ladder, assumptions."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from isthmus.coercion.assumptions import ResponseAssumptions, Rung
from isthmus.coercion.cases import MEASURES
from isthmus.coercion.instruments import ECONOMIC, Mix
from isthmus.coercion.stakes import FLOWS
from isthmus.evidence import IN_UNIT, Column, Kind, Table
from isthmus.evidence.frames import attribute, framed, table
from isthmus.world.shipped import TABLE

CODED = (FLOWS, MEASURES, TABLE)


def calibration(mix: Mix) -> Table:
    """Instruments over coded cases, which set the mix and nothing else."""
    rows = [
        (name, float(weight), float(part))
        for name, weight, part in zip(ECONOMIC, mix.weight, mix.share, strict=True)
    ]
    columns = [
        Column("response", "dimension", text="instrument"),
        Column("cases", "value", "cases", "each case counts once, split over its instruments"),
        Column("share", "value", "share", "smoothed by half a case per instrument"),
    ]
    notes = (
        f"{mix.cases} cases; {mix.held_out} cases (listings of firms over Taiwan) are kept out for "
        f"the test; {mix.outside} cases used other instruments (travel, visas, contacts) only",
        "which instrument, given that there is one: never how often, since cases are selected",
    )
    text = "instruments in coded cases"
    return table_of("calibration", framed(rows, columns), columns, text, notes, (MEASURES,))


def rungs(steps: Sequence[Rung]) -> Table:
    """The ladder: degrees, who decides, on what base."""
    columns = [
        Column("rung", "dimension", text="key"),
        Column("title", "attribute", text="the step"),
        Column("visible", "value", "1", "0 to 1"),
        Column("official", "value", "1", "0 to 1"),
        Column("military", "value", "1", "0 to 1"),
        Column("rule", "attribute", text="how it is decided"),
        Column("decides", "attribute", text="who decides"),
        Column("legal_base", "attribute", text="general knowledge, not checked against the texts"),
        Column("reason", "attribute", text="why these degrees"),
    ]
    rows = [(r.key, *(getattr(r, c.name) for c in columns[1:])) for r in steps]
    notes = (
        "qualified majority: 55 % of members (15 of 27) with 65 % of the population; unanimity: "
        "every member; national: each member for itself",
    )
    return table_of("rungs", framed(rows, columns), columns, "the ladder of engagement", notes, ())


def assumptions(used: ResponseAssumptions) -> Table:
    """Every assumed number with its range and reason."""
    columns = [
        Column("parameter", "dimension", text="name"),
        Column("value", "value", IN_UNIT, "central value"),
        Column("low", "value", IN_UNIT, "lowest"),
        Column("high", "value", IN_UNIT, "highest"),
        Column("unit", "attribute", text="unit"),
        Column("origin", "attribute", text="preset, or the user's file"),
        Column("reason", "attribute", text="why"),
    ]
    rows = []
    for name, e in used.entries.items():
        origin = "user" if name in used.changed else "preset"
        rows.append((name, e.value, e.low, e.high, e.unit, origin, e.reason))
    text = "what the model assumes; draws are triangular between low and high"
    return table_of("assumptions", framed(rows, columns), columns, text, (), ())


def table_of(
    name: str,
    frame: pl.DataFrame,
    columns: Sequence[Column],
    text: str,
    notes: Sequence[str],
    datasets: Sequence[str] = CODED,
    kind: Kind = Kind.ASSUMED,
) -> Table:
    """Return a table with its columns in order, and the kind of its numbers as the last."""
    every = [*columns, attribute("kind")]
    return table(name, frame, every, kind=kind, datasets=datasets, text=text, notes=notes)
