"""Tables that show a bill of materials: its structure, and every number with its origin."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from isthmus.evidence import IN_UNIT, Column, Kind, Table
from isthmus.evidence.frames import of_rows
from isthmus.production.bill import Bill, amounts_of


def bills_table(bills: Sequence[Bill]) -> Table:
    """Return bills of materials with their size and what they leave open."""
    columns = (
        Column("name", "dimension", text="by which commands know it"),
        Column("title", "attribute", text="what it is of"),
        Column("items", "value", "1", "products and inputs"),
        Column("without_quantity", "value", "1", "links whose quantity nobody published"),
        Column("kind", "attribute", text="weakest kind of its numbers"),
    )
    rows = [
        (b.head.name, b.head.title, float(len(b.items)), float(len(b.unquantified)), b.kind.value)
        for b in bills
    ]
    kind = Kind.weakest([bill.kind for bill in bills])
    return of_rows("bills", rows, columns, "bills of materials", kind=kind)


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
    text = "every number and where it comes from"
    return Table("numbers", frame, columns, bill.kind, (), text, _notes(bill))


def _notes(bill: Bill) -> tuple[str, ...]:
    """Return what the parts of a bill say beside their numbers, under the name of each."""
    told = [(item.name, item.note) for item in bill.items]
    told += [(act.name, act.note) for act in bill.remedies]
    told += [(wish.buyer, wish.note) for wish in bill.demands]
    told += [
        (f"{one.name} opens on {one.opens}" if one.opens else one.name, one.note)
        for one in bill.suppliers
    ]
    return tuple(f"{name}: {note}" for name, note in told if note)
