"""Tables of what the response model rests on: instruments, the ladder, assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from isthmus.coercion.assumptions import ResponseAssumptions, Rung
from isthmus.coercion.cases import MEASURES
from isthmus.coercion.instruments import ECONOMIC, Mix
from isthmus.coercion.stakes import FLOWS
from isthmus.evidence import IN_UNIT, Column, Kind, Table
from isthmus.world.shipped import TABLE

CODED = (FLOWS, MEASURES, TABLE)
KIND = Column("kind", "attribute", text="measured, estimated, modelled or assumed")


def calibration(mix: Mix) -> Table:
    """Instruments over coded cases, which set the mix and nothing else."""
    share = mix.share
    rows = [
        (name, float(mix.weight[n]), float(share[n]), Kind.ASSUMED.value)
        for n, name in enumerate(ECONOMIC)
    ]
    columns = [
        Column("response", "dimension", text="instrument"),
        Column("cases", "value", "cases", "each case counts once, split over its instruments"),
        Column("share", "value", "share", "smoothed by half a case per instrument"),
        KIND,
    ]
    notes = (
        f"{mix.cases} cases; {mix.held_out} cases (listings of firms over Taiwan) are kept out for "
        f"the test; {mix.outside} cases used other instruments (travel, visas, contacts) only",
        "which instrument, given that there is one: never how often, since cases are selected",
    )
    return table_of(
        "calibration",
        framed(rows, columns),
        columns,
        "instruments in coded cases",
        notes,
        (MEASURES,),
    )


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
        KIND,
    ]
    rows = [
        (
            r.key,
            r.title,
            r.visible,
            r.official,
            r.military,
            r.rule,
            r.decides,
            r.legal_base,
            r.reason,
            Kind.ASSUMED.value,
        )
        for r in steps
    ]
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
        KIND,
    ]
    rows = [
        (
            name,
            e.value,
            e.low,
            e.high,
            e.unit,
            "user" if name in used.changed else "preset",
            e.reason,
            Kind.ASSUMED.value,
        )
        for name, e in used.entries.items()
    ]
    text = "what the model assumes; draws are triangular between low and high"
    return table_of("assumptions", framed(rows, columns), columns, text, (), ())


def framed(rows: Sequence[tuple[Any, ...]], columns: Sequence[Column]) -> pl.DataFrame:
    """Return rows as a frame: years whole, values as numbers, all else as text."""

    def kind(column: Column) -> Any:
        if column.name == "year":
            return pl.Int64
        return pl.Float64 if column.role == "value" else pl.String

    return pl.DataFrame(list(rows), schema={c.name: kind(c) for c in columns}, orient="row")


def table_of(
    name: str,
    frame: pl.DataFrame,
    columns: Sequence[Column],
    text: str,
    notes: Sequence[str],
    datasets: Sequence[str] = CODED,
) -> Table:
    """Return a table of assumed numbers with its columns in order."""
    return Table(
        name,
        frame.select([c.name for c in columns]),
        tuple(columns),
        Kind.ASSUMED,
        tuple(sorted(datasets)),
        text,
        tuple(notes),
    )
