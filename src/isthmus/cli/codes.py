"""``isthmus codes``: look up economies, coalitions, industries and products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from cyclopts import App

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import Flag, Words
from isthmus.cli.output import emit_found, emit_listing, say, versioned

app = App(name="codes", help="Look up economies, coalitions, industries and products.")

_LIMIT = 200


@app.command
def economies(query: str = "", *, output: Output = SCREEN) -> None:
    """List economies by code or name, their own or that of another source.

    Parameters
    ----------
    query
        Part of a name, or a code: ISO 3166, UN Comtrade and BACI (842), Eurostat (EL), OECD ICIO
        (CN1), WIOD, EXIOBASE, or a former name; empty for all.
    """
    from isthmus import codes

    rows = [
        (e.code, e.name, e.iso2, e.numeric, e.region, "; ".join(found))
        for e, found in codes.find_economies(query)
    ]
    columns = ("code", "name", "iso2", "numeric", "region", "found as")
    _emit("economies", columns, rows, output)


@app.command
def coalitions(query: str = "", *, on: str | None = None, output: Output = SCREEN) -> None:
    """List coalitions and their members.

    Parameters
    ----------
    query
        Part of a code or name; empty for all.
    on
        Day (2024-12-31) or year on which the members of changing coalitions are taken; default:
        the last day that the table of members covers.
    """
    from isthmus import codes
    from isthmus.codes.coalitions import is_fixed

    rows: list[tuple[object, ...]] = []
    for code, name in _search(query, codes.coalition_names(), "coalition").items():
        found = codes.coalition(code, on=None if is_fixed(code) else on)
        day = None if found.on is None else found.on.isoformat()
        rows.append((code, name, len(found), day, " ".join(found.members)))
    _emit("coalitions", ("code", "name", "members", "on", "which"), rows, output)


@app.command
def industries(
    query: str = "", *, classification: str = "ICIO2025", output: Output = SCREEN
) -> None:
    """List industries whose code or text holds the query.

    Parameters
    ----------
    query
        Part of a code or text; empty for all.
    classification
        ICIO2025, WIOD2013, WIOD2016, WIOD2016_50 or COMMON14.
    """
    from isthmus import codes

    listed = codes.industries(classification)
    found = _search(query, {code: i.name for code, i in listed.items()}, "industry")
    rows = [(code, name, listed[code].group) for code, name in found.items()]
    _emit(classification, ("code", "name", "group"), rows, output)


@app.command
def products(query: str = "", *, classification: str = "HS2017", output: Output = SCREEN) -> None:
    """List products whose code or text holds the query, with their industries.

    Parameters
    ----------
    query
        Beginning of a code or part of a text; empty for the chapters.
    classification
        HS2017, or another edition from HS1992 to HS2022.
    """
    from isthmus import codes

    texts = codes.product_texts(classification)
    found = codes.find_products(query, classification)
    links = codes.concordance("HS2017", "ICIO2025").links if classification == "HS2017" else {}
    rows = [
        (code, " ".join(link.target for link in links.get(code, ())), texts[code]) for code in found
    ]
    _emit(classification, ("code", "industries", "text"), rows, output)


@app.command
def concordance(source: str, target: str, *listed: str, output: Output = SCREEN) -> None:
    """Show how codes of one classification are linked to those of another.

    Without codes, how many are linked one to one, to several or to none.

    Parameters
    ----------
    source
        Classification of the codes, such as HS1992.
    target
        Classification to go to, such as HS2022, ICIO2025 or COMMON14.
    listed
        Codes of the source.
    """
    from isthmus import codes

    links = codes.concordance(source, target)
    if not listed:
        _emit(f"{source} to {target}", ("what", "value"), list(links.report().items()), output)
        return
    rows: list[tuple[object, ...]] = []
    for code in listed:
        relation = links.relation(code)
        rows += [
            (code, link.target, relation, link.weight, " ".join(links.sources(link.target)))
            for link in links.of(code)
        ] or [(code, None, relation, None, "")]
    columns = ("code", "becomes", "relation", "weight", "which comes from")
    _emit(f"{source} to {target}", columns, rows, output)


@app.command
def convert(
    file: Path,
    source: str,
    target: str,
    *,
    column: str = "product",
    value: Words = ("value",),
    split: Flag = False,
    leave_out: Flag = False,
    delimiter: str = "",
    decimal: Literal["", ".", ","] = "",
    thousands: str = "",
    output: Output = SCREEN,
) -> None:
    """Carry the rows of any table to the codes of another classification.

    The second table says what each code became, how, and what that is worth.

    Parameters
    ----------
    file
        Text, workbook or Parquet file with a header.
    source
        Classification of its codes, such as HS1992.
    target
        Classification to go to, such as HS2022 or ICIO2025.
    column
        Column of the codes.
    value
        Columns of amounts; rows that agree in all others are added up.
    split
        Divide amounts of a code that became several: by weights where the source gives them, else
        in equal parts, which is assumed. Refused by default.
    leave_out
        Leave out codes that became none. Refused by default.
    delimiter, decimal, thousands
        How the file is written; recognised by default.
    """
    from isthmus.sources.text import TextOptions
    from isthmus.world.contracts import ConformChoices
    from isthmus.world.recoded import recoded

    tables = recoded(
        file,
        source,
        target,
        column=column,
        values=value,
        split=split,
        leave_out=leave_out,
        choices=ConformChoices(TextOptions(delimiter, decimal, thousands)),
    )
    given = {"classification": source, "target": target, "column": column, "value": list(value)}
    emit_listing("codes.convert", tables, file.name, output, **given)


def _search(query: str, names: Mapping[str, str], noun: str) -> dict[str, str]:
    """Return matching codes; when there are none, raise with the nearest."""
    from isthmus.codes import lookup

    found = lookup.matches(query, names)
    if not found:
        raise lookup.unknown(query, names, noun=noun)
    return {code: names[code] for code in found}


def _emit(
    title: str, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]], output: Output
) -> None:
    listed = [dict(zip(columns, row, strict=True)) for row in rows]
    document = versioned(list=title, found=listed)
    cut = output.plain and not output.json and len(rows) > _LIMIT
    shown = rows[:_LIMIT] if cut else rows
    emit_found(f"codes.{title}", {title: (columns, shown)}, output, document)
    if cut:
        say(f"{len(rows) - _LIMIT} more: narrow the query, or use --json or --out")
