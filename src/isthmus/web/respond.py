"""From a view to an answer: a page, JSON, or one of its tables or charts as a file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from isthmus.errors import BadInput, InputProblem, NotFound, did_you_mean
from isthmus.evidence import Finding, Result, Table, provenance
from isthmus.evidence.description import Schema
from isthmus.evidence.out.files import write_rows
from isthmus.evidence.out.workbook import check_library, workbook
from isthmus.report.parts import environment, parts
from isthmus.runtime import canonical_json
from isthmus.web.cut import MOST, Cut, cut_of, filters, matching, read_cut, stretch
from isthmus.web.figures import one_figure
from isthmus.web.query import FILTERS, VIEWER, Query, address
from isthmus.web.state import Asked
from isthmus.web.subjects import figure_address, subject_links
from isthmus.web.view import WAITING, Block, Field, View

if TYPE_CHECKING:
    from jinja2 import Environment

    from isthmus.study.dossier import Chart

T = TypeVar("T", Schema, Table)

PAGE, JSON, CSV, PARQUET, XLSX = "", "json", "csv", "parquet", "xlsx"
SVG, PNG = "svg", "png"
FILES, DRAWN = (CSV, PARQUET, XLSX), (SVG, PNG)
FORMS = (JSON, *FILES, *DRAWN)
"""Endings of an address beside the page itself."""

TYPES = {
    PAGE: "text/html; charset=utf-8",
    JSON: "application/json",
    CSV: "text/csv; charset=utf-8",
    PARQUET: "application/vnd.apache.parquet",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    SVG: "image/svg+xml",
    PNG: "image/png",
}
START = "/index"
"""The start page where its address needs an ending."""
NAVIGATION = (
    ("start", "/"),
    ("studies", "/studies"),
    ("claims", "/claims"),
    ("suppliers", "/suppliers"),
    ("production", "/production"),
    ("lenses", "/lenses"),
    ("tables", "/tables"),
    ("data", "/data"),
    ("runs", "/runs"),
)
SIGNS = {"where": "=", "has": "\u220b", "min": "\u2265", "max": "\u2264"}
"""How a reader sees a filter, by the first word of its parameter."""
LENS = "web.table"
"""What made a workbook: a table of a page, cut as its address says."""
SHORT = 12
"""Rows of a table that a page shows among others."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Body, type and name of a file, and the status that goes with it."""

    body: bytes
    form: str
    file: str = ""
    status: int = 200


def reply(asked: Asked, view: View) -> Reply:
    """Return a view in the form that the address asks for.

    Raises
    ------
    NotFound
        When the page has no such table, chart or figure, or none at all.
    BadInput
        When a parameter cannot be used, or the answer would have too many rows.
    """
    form = asked.form
    if view.status == WAITING:
        return _whole(asked, view, PAGE if form == PAGE else JSON)
    if figure := asked.query.text("figure"):
        view = one_figure(asked, view, figure)
    if form in DRAWN:
        return _drawn(asked, view)
    chosen = _chosen(asked, view.tables(), needed=view.only or form in FILES)
    if chosen is None:
        asked.query.check()
        return _whole(asked, view, form)
    cut = read_cut(asked.query, chosen, rows=Cut().rows if form == PAGE else MOST)
    asked.query.check()
    if form == PAGE:
        return Reply(_page(asked, view, chosen, cut).encode(), PAGE)
    found = _files_rows(chosen, cut)
    if form == JSON:
        return Reply(_json({"schema_version": 1, "table": found.to_dict()}), JSON)
    body = _workbook(asked, found) if form == XLSX else _rows(found, form)
    return Reply(body, form, f"{found.name}.{form}")


def _whole(asked: Asked, view: View, form: str) -> Reply:
    """Return everything on a page, as JSON or to look at."""
    rows = sum(table.frame.height for table in view.tables().values())
    if form == JSON and rows > MOST:
        raise _too_long(rows, "table", "ask for one with table=NAME, or for its file as .csv")
    shown = _json(view.to_dict()) if form == JSON else _page(asked, view, None, Cut()).encode()
    return Reply(shown, form, status=view.status)


def check_ahead(asked: Asked, declared: Iterable[Schema]) -> None:
    """Raise what `reply` would of a table or column, before what is cut is worked out.

    Parameters
    ----------
    asked : Asked
        The request.
    declared : iterable of Schema
        All tables that the page may show, with all their columns; without any nothing is checked.

    Raises
    ------
    NotFound, BadInput
        As `reply`.
    """
    tables = {table.name: table for table in declared}
    if not tables:
        return
    if asked.form in DRAWN:
        _chart(asked, {})
    chosen = _chosen(asked, tables, needed=asked.form in FILES)
    query = asked.query.again()
    if chosen is not None:
        names = [column.name for column in chosen.columns]
        cut_of(query, names, names)
    query.check()


def _chosen(asked: Asked, tables: Mapping[str, T], *, needed: bool) -> T | None:
    """Return the table that the address names; the first one where a file needs one."""
    name = asked.query.text("table")
    if not name and not needed:
        return None
    if not tables:
        raise NotFound("this page has no table", where=asked.path)
    if not name:
        return next(iter(tables.values()))
    if name not in tables:
        hint = did_you_mean(name, tables) or f"one of {', '.join(tables)}"
        raise NotFound(f"this page has no table {name!r}", where="table", hint=hint)
    return tables[name]


def _files_rows(table: Table, cut: Cut) -> Table:
    found = matching(table, cut)
    rest = found.frame.height - cut.start
    if rest > cut.rows and cut.rows == MOST:
        raise _too_long(rest, "rows", "filter, or ask in parts with start and rows")
    return stretch(found, cut)


def _too_long(rows: int, where: str, hint: str) -> BadInput:
    problem = InputProblem(f"{rows:,} rows; one answer holds {MOST:,}", where)
    return BadInput("too many rows for one answer", [problem], hint=hint)


def _rows(table: Table, form: str) -> bytes:
    buffer = io.BytesIO()
    write_rows(table.frame, buffer, f".{form}")
    return buffer.getvalue()


def _workbook(asked: Asked, table: Table) -> bytes:
    """Return a table as a workbook that says where its rows come from."""
    check_library()
    world = asked.explorer.world
    known = [key for key in table.datasets if key in world]
    about = provenance(world, LENS, known, {"address": asked.path, **asked.query.kept()})
    return workbook(Result({table.name: table}, about))


def _json(value: Any) -> bytes:
    return (canonical_json(value, indent=1) + "\n").encode()


def _drawn(asked: Asked, view: View) -> Reply:
    from isthmus.charts import chart_file, to_vegalite

    chart = _chart(asked, {c.key: c for block in view.said() for c in block.section.charts})
    drawn = to_vegalite(chart.spec, chart.table, outlines=chart.outlines)
    file = f"{chart.key}.{asked.form}"
    return Reply(chart_file(drawn, f".{asked.form}"), asked.form, file)


def _chart(asked: Asked, charts: Mapping[str, Chart]) -> Chart:
    """Return the chart that the address names; the first one where it names none."""
    name = asked.query.text("chart")
    asked.query.check()
    if not charts:
        raise NotFound("this page has no chart", where=asked.path)
    if name and name not in charts:
        hint = did_you_mean(name, charts) or f"one of {', '.join(charts)}"
        raise NotFound(f"this page has no chart {name!r}", where="chart", hint=hint)
    return charts[name] if name else next(iter(charts.values()))


def _page(asked: Asked, view: View, table: Table | None, cut: Cut) -> str:
    explorer = asked.explorer
    places = {f: block for block in view.said() for f in block.findings}

    def figure(finding: Finding) -> str:
        block = places[finding]
        words = {**block.question.words, "page": block.page or block.section.key}
        return here(figure=finding.key) if view.own else figure_address(finding.key, words)

    def here(**more: str) -> str:
        return address(asked.path, {**asked.query.kept(), **more})

    def file(form: str, **more: str) -> str:
        return address(f"{asked.path.rstrip('/') or START}.{form}", {**asked.query.kept(), **more})

    shared = parts(
        explorer.catalogue,
        view.sources,
        findings=places,
        figure_link=figure,
        source_link=lambda key: f"/data/{key}",
        names=True,
    )
    viewer: dict[str, Any] = {"part": None}
    if table is not None:
        found, kept = matching(table, cut), asked.query.kept()
        viewer = {
            "table": found,
            "part": stretch(found, cut),
            "cut": cut,
            "filters": _with_values(filters(table), asked.query),
            "active": [
                (_filter(n, v), here(**{n: "", "start": ""}))
                for n, v in kept.items()
                if _is_filter(n)
            ],
            "back": address(asked.path, {k: v for k, v in kept.items() if k not in VIEWER}),
            "fixed": [(k, v) for k, v in kept.items() if _stays(k)],
        }
    return (
        _templates()
        .get_template("view.html.j2")
        .render(
            shared,
            view=view,
            blocks=[b for b in view.blocks if not asked.parts or _part(b) in asked.parts],
            w=explorer.t,
            here=here,
            file=file,
            path=asked.path,
            nav=NAVIGATION,
            subjects=[] if view.question is None else subject_links(view.question),
            short=lambda shown: replace(shown, frame=shown.frame.head(SHORT)),
            rows_shown=SHORT,
            held=explorer.world,
            world=explorer.world.reference,
            **viewer,
        )
    )


def _part(block: Block) -> str:
    return str(getattr(block, "id", ""))


def _stays(name: str) -> bool:
    """Tell whether a parameter stays when a table is filtered anew."""
    return name != "start" and not _is_filter(name)


def _is_filter(name: str) -> bool:
    return name.partition(".")[0] in FILTERS


def _filter(name: str, value: str) -> str:
    word, _, column = name.partition(".")
    return f"{column} {SIGNS[word]} {value}"


def _with_values(fields: Iterable[Field], query: Query) -> list[Field]:
    kept = query.kept()
    return [replace(field, value=kept.get(field.name, "")) for field in fields]


@cache
def _templates() -> Environment:
    return environment("isthmus.web")
