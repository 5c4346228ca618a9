"""Tables that show a bill of materials: its structure, and every number with its origin."""

from __future__ import annotations

import polars as pl

from isthmus.evidence import IN_UNIT, Column, Table
from isthmus.production.bill import Bill, amounts_of
from isthmus.production.parts import Demand, Supplier


def structure_table(bill: Bill) -> Table:
    """Return what goes into what, with headings and substitutes."""
    rows = [
        (
            item.name,
            use.item,
            None if use.quantity is None else use.quantity.value,
            None if use.quantity is None else use.quantity.bottom,
            None if use.quantity is None else use.quantity.top,
            bill[use.item].unit,
            "; ".join(bill[use.item].hs),
            "; ".join(other.name for other in bill[use.item].substitutes),
        )
        for item in bill.items
        for use in item.inputs
    ]
    columns = (
        Column("item", "dimension", text="what is made"),
        Column("input", "dimension", text="what goes in"),
        Column(
            "value", "value", IN_UNIT, "units of the input per unit of the item; none: not held"
        ),
        Column("low", "value", IN_UNIT, "lower end"),
        Column("high", "value", IN_UNIT, "upper end"),
        Column("unit", "attribute", text="unit of the input"),
        Column("hs", "attribute", text="headings of the HS 2017"),
        Column("substitutes", "attribute", text="what could take its place"),
    )
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    schema = {c.name: numbers.get(c.name, pl.String) for c in columns}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return Table("structure", frame, columns, bill.kind, (), bill.head.title)


def numbers_table(bill: Bill) -> Table:
    """Return every number of a bill with range, unit, kind and origin."""
    rows = [
        (
            place,
            amount.value,
            amount.bottom,
            amount.top,
            amount.unit,
            amount.kind.value,
            amount.read,
            "; ".join(text for text in (amount.source, amount.reason) if text),
        )
        for place, amount in amounts_of(bill)
    ]
    columns = (
        Column("place", "dimension", text="where it stands in the file"),
        Column("value", "value", IN_UNIT, "the number, in its unit"),
        Column("low", "value", IN_UNIT, "lower end"),
        Column("high", "value", IN_UNIT, "upper end"),
        Column("unit", "attribute", text="unit"),
        Column("kind", "attribute", text="estimated where a source was read, else assumed"),
        Column("read", "attribute", text="how it was read"),
        Column("origin", "attribute", text="source or reason"),
    )
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    schema = {c.name: numbers.get(c.name, pl.String) for c in columns}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    text, notes = "every number and where it comes from", []
    for part in (*bill.items, *bill.suppliers, *bill.demands, *bill.remedies):
        name = part.buyer if isinstance(part, Demand) else part.name
        opens = part.opens if isinstance(part, Supplier) else None
        day = f" opens on {opens}" if opens else ""
        notes += [f"{name}{day}: {part.note}"] if part.note else []
    return Table("numbers", frame, columns, bill.kind, (), text, tuple(notes))
