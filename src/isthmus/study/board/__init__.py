"""What stands on the page of a firm's suppliers: sentences and tables from the lenses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

import polars as pl

from isthmus.evidence import DatasetRecord, Finding, Kind, Result, Table
from isthmus.scenario import Scenario
from isthmus.study.dossier import Section
from isthmus.study.wording import Sentence, TextCatalogue
from isthmus.suppliers import exposure, second_sources, stops
from isthmus.suppliers.firm import EXAMPLE, LINES, SUPPLIERS, firm_of
from isthmus.suppliers.stops import DRAWS

ROWS = 8
"""Rows of a table on the page; the lenses give them all."""


@dataclass(frozen=True, slots=True)
class Board:
    """The sheet on a firm's suppliers.

    Parameters
    ----------
    title, made : Sentence
        Its name, and from what it was made.
    sections : tuple of Section
        Exposure, items, one for each scenario, second sources.
    sources : tuple of DatasetRecord
        Records of the data sets that it rests on.
    world : str
        Name, edition and versions of what was read.
    catalogue : TextCatalogue
        The texts.
    results : tuple of Result
        What the lenses returned: exposure, second sources, one for each scenario.
    """

    title: Sentence
    made: Sentence
    sections: tuple[Section, ...]
    sources: tuple[DatasetRecord, ...]
    world: str
    catalogue: TextCatalogue
    results: tuple[Result, ...] = ()


def board(
    world: Any,
    scenarios: Sequence[Scenario],
    *,
    suppliers: str = SUPPLIERS,
    lines: str = LINES,
    home: str | None = None,
    draws: int = DRAWS,
    language: str = "en",
) -> Board:
    """Return the sheet on a firm's suppliers.

    Parameters
    ----------
    world : World
        Opened with the firm's data sets.
    scenarios : sequence of Scenario
        What may come, each a part of the sheet.
    suppliers, lines, home, draws
        As in `isthmus.suppliers.stops`.
    language : str
        Language of the texts.

    Raises
    ------
    DataMissing, BadInput, CodeUnknown, ShockNotRepresentable
        As the lenses of the room `suppliers`.
    """
    texts = TextCatalogue.load(language).with_texts(resources.files("isthmus.study.board"))
    where = exposure(world, suppliers=suppliers, lines=lines)
    other = second_sources(world, suppliers=suppliers, lines=lines, first=2)
    ran = [
        stops(world, one, suppliers=suppliers, lines=lines, home=home, draws=draws)
        for one in scenarios
    ]
    sections = [
        _exposure(texts, where),
        _items(texts, where),
        *(
            _stops(texts, one, result, n)
            for n, (one, result) in enumerate(zip(scenarios, ran, strict=True))
        ),
        _second(texts, other),
    ]
    used = sorted({key for made in (where, other, *ran) for key in made.provenance.datasets})
    items = where["items"].frame
    spent = float(items["spend"].sum())
    spend = _finding("spend.all", spent, "million USD", where["items"], method="suppliers_spend")
    made = texts.say(
        "board.made_up" if suppliers == EXAMPLE else "board.made",
        suppliers=str(firm_of(world, suppliers, lines).rows["supplier"].n_unique()),
        items=str(items["item"].n_unique()),
        spend=spend,
    )
    return Board(
        texts.say("board.title"),
        made,
        tuple(sections),
        tuple(world.record(key) for key in used),
        world.reference,
        texts,
        (where, other, *ran),
    )


def _finding(
    key: str,
    value: float,
    unit: str,
    table: Table,
    ends: tuple[float | None, float | None] = (None, None),
    kind: Kind | None = None,
    *,
    method: str,
) -> Finding:
    """Return a figure; its key is that of the table it stands in, and a word of its own."""
    years = "-".join(str(y) for y in table.years)
    return Finding(key, value, unit, kind or table.kind, years, method, table.datasets, *ends)


def _exposure(texts: TextCatalogue, where: Result) -> Section:
    table = where["economies"]
    frame = table.frame
    first = frame.sort("face_value", descending=True).row(0, named=True)
    behind = frame.sort("look_through", descending=True).row(0, named=True)
    spent, share = where["items"].kind, "share"
    face = _finding(
        "economies.face", first["face_value"], share, table, kind=spent, method="suppliers_face"
    )
    through = _finding(
        "economies.through", behind["look_through"], share, table, method="suppliers_through"
    )
    said = texts.say(
        "board.answer.first",
        economy=texts.party(first["economy"]),
        face=face,
        behind=texts.party(behind["economy"]),
        through=through,
    )
    return _section(texts, "exposure", (said,), (_cut(table),))


def _items(texts: TextCatalogue, where: Result) -> Section:
    over = where["concentration"]
    alone = float(over.frame.filter(pl.col("hhi").is_null())["share"].item())
    share = _finding("items.single", alone, "share", over, method="suppliers_single")
    said = texts.say("board.answer.single", share=share)
    names = ["line", "item", "first_supplier", "spend", "suppliers", "hhi"]
    return _section(texts, "items", (said,), (_cut(where["items"], names),))


def _stops(texts: TextCatalogue, scenario: Scenario, result: Result, n: int) -> Section:
    table = result["lines"]
    stopped = table.frame.filter(pl.col("stops") > 0)
    key = f"lines.{n}"
    said = []
    for row in stopped.head(1).iter_rows(named=True):
        stops_in = _finding(f"{key}.stops", row["stops"], "share", table, method="suppliers_stops")
        about = {"line": row["line"], "item": row["missing"], "stops": stops_in}
        if row["first_stop"] is None:
            said.append(texts.say("board.answer.stop_in_some", **about))
            continue
        ends = (row["first_stop_low"], row["first_stop_high"])
        # Where some draws have no stop, the range has no end: it would read as "at least".
        ends = (None, None) if row["first_stop_high"] is None else ends
        day = _finding(
            f"{key}.first", row["first_stop"], "days", table, ends, method="suppliers_first"
        )
        said.append(texts.say("board.answer.stop", **about, day=day))
    said = said or [texts.say("board.answer.no_stop")]
    for row in stopped.head(1).iter_rows(named=True):
        if row["value_added_lost"] is None:
            said.append(texts.say("board.answer.not_given"))
            continue
        ends = (row["value_added_lost_low"], row["value_added_lost_high"])
        value = row["value_added_lost"]
        lost = _finding(f"{key}.lost", value, "million USD", table, ends, method="suppliers_lost")
        said.append(texts.say("board.answer.lost", lost=lost))
    names = ["line", "missing", "stops"]
    for name in ("first_stop", "days_lost", "value_added_lost"):
        names += [name, f"{name}_low", f"{name}_high"]
    cut = replace(_cut(table, names), name=key)
    heading = texts.say("board.question.stops", scenario=scenario.title or scenario.name)
    return Section(key, heading, answer=tuple(said), tables=(cut,))


def _second(texts: TextCatalogue, other: Result) -> Section:
    table = other["sources"]
    found = table.frame["item"].n_unique()
    said = texts.say("board.answer.second", items=str(found))
    if not found:
        return _section(texts, "second", (texts.say("board.answer.second_none"),), ())
    names = ["item", "economy", "year", "share", "unit_value", "ratio"]
    return _section(texts, "second", (said,), (_cut(table, names),))


def _section(
    texts: TextCatalogue, key: str, said: Sequence[Sentence], tables: Sequence[Table]
) -> Section:
    heading = texts.say(f"board.question.{key}")
    return Section(key, heading, answer=tuple(said), tables=tuple(tables))


def _cut(table: Table, names: Sequence[str] = ()) -> Table:
    """Return the first rows of a table, and the columns named."""
    chosen = list(names) or table.frame.columns
    columns = tuple(c for name in chosen for c in table.columns if c.name == name)
    notes = tuple(f"{note[:1].upper()}{note[1:]}." for note in table.notes)
    frame = table.frame.select(chosen).head(ROWS)
    return replace(table, frame=frame, columns=columns, notes=notes)
