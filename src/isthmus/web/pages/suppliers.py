"""A reader's own suppliers: sent, columns named, exposure, what stops when, a sheet to print."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from isthmus.disruption.shocks import KINDS
from isthmus.errors import BadInput, InputProblem
from isthmus.evidence import Kind, Table
from isthmus.evidence.description import python_call
from isthmus.evidence.frames import attribute, dimension, of_rows
from isthmus.report.sheet import render_board
from isthmus.runtime import canonical_hash
from isthmus.scenario import Scenario, preset, preset_names
from isthmus.store import Store
from isthmus.study.board import Board, board
from isthmus.suppliers.firm import EXAMPLE, SUPPLIERS
from isthmus.web.answers import PageQuestion
from isthmus.web.asking import parties, parties_of
from isthmus.web.child import ENDINGS, LARGEST, read_apart
from isthmus.web.columns import economies_read
from isthmus.web.multipart import Sent
from isthmus.web.query import Query, address
from isthmus.web.state import Asked, Explorer
from isthmus.web.uploads import UNITS, Mapped, Upload, mapped
from isthmus.web.view import (
    Block,
    Code,
    Facts,
    Field,
    Form,
    Link,
    LinkList,
    Said,
    Tabled,
    Text,
    View,
)
from isthmus.web.ways import command_way, lens_way
from isthmus.world.templates import template_of

COLUMN = "column."
USUAL = "taiwan-strait-closure"
DRAWS = 50
SHOWN = 3
"""Cells of a column that stand beside its name."""


@dataclass(frozen=True)
class Chosen:
    """What an address asks of a list.

    Parameters
    ----------
    upload : Upload or None
        The list; None for the made-up one.
    columns : mapping of str to str
        Column of the file by what it holds.
    unit : str
        Unit of the spend.
    scenarios : tuple of str
        Names of presets.
    home : str
        Where the lines are made; empty where that is not said.
    """

    upload: Upload | None
    columns: Mapping[str, str]
    unit: str
    scenarios: tuple[str, ...]
    home: str

    @property
    def mapped(self) -> Mapped | None:
        """The list as a data set.

        Raises
        ------
        BadInput
            With every problem by row and column.
        """
        return None if self.upload is None else mapped(self.upload, self.columns, self.unit)

    @property
    def words(self) -> dict[str, str]:
        """The state of the page as parameters of its address."""
        first, second = (*self.scenarios, "", "")[:2]
        words = {"scenario": first, "second": second, "home": self.home}
        if self.upload is None:
            return words
        own = {f"{COLUMN}{name}": column for name, column in self.columns.items() if column}
        return {**words, "unit": self.unit, "named": "1", **own}


def lists(asked: Asked) -> View:
    """Return the page that takes a list of suppliers, and those in memory."""
    explorer, t = asked.explorer, asked.explorer.t
    file = Field(
        "file",
        t("suppliers.file"),
        "file",
        ",".join(ENDINGS),
        help=t("suppliers.file_help", endings=", ".join(ENDINGS), most=f"{LARGEST // 2**20}"),
        required=True,
    )
    kept = [Link(u.name, f"/suppliers/{u.id}") for u in explorer.uploads.listed()]
    example = Link(t("suppliers.example"), f"/suppliers/{EXAMPLE}", t("suppliers.example_note"))
    return View(
        t("suppliers.title"),
        (
            Text((t("suppliers.lead"),), lead=True),
            Form(t("suppliers.send"), "/suppliers", (file,), t("suppliers.submit"), post=True),
            LinkList(t("suppliers.listed"), (*kept, example)),
            Tabled(_template(explorer), t("suppliers.template")),
        ),
        ways=(command_way(explorer, "data", "template", "suppliers", "--out", "suppliers.xlsx"),),
        here="suppliers",
    )


def suppliers(asked: Asked) -> View:
    """Return the page of a list: its columns, exposure, and what stops when."""
    explorer, t = asked.explorer, asked.explorer.t
    chosen = _chosen(asked)
    asked.query.check_own()
    upload, made = chosen.upload, None
    blocks: list[Block] = []
    found: Board | None = None
    try:
        made = chosen.mapped
        found = _board(explorer, made, chosen)
    except BadInput as error:
        made = None
        blocks.append(_wrong(explorer, error))
    if found is not None:
        if upload is not None and not chosen.home:
            blocks.append(Text((t("suppliers.no_home"),)))
        blocks += _answers(found, asked.path, chosen.words, explorer)
    if upload is not None:
        blocks.append(_naming(explorer, upload, asked.path, chosen))
        blocks += _read(explorer, upload, chosen.columns, made)
    blocks.insert(1 if found is None else 0, _asking(explorer, asked.path, chosen))
    if upload is not None:
        blocks += _keeping(explorer, asked.path, chosen.words)
    return View(
        t("suppliers.example") if upload is None else upload.name,
        tuple(blocks),
        sources=() if found is None else found.sources,
        ways=_ways(explorer, chosen),
        here="suppliers",
        own=True,
    )


def take(asked: Asked, sent: Sent) -> str:
    """Read a file that was sent, keep it in memory, and return where it is shown."""
    asked.query.check()
    name = sent.called(f"a table as {', '.join(ENDINGS)}")
    cells = read_apart(sent.content, name)
    kept = asked.explorer.uploads.keep(lambda own: Upload(own, name, cells))
    return f"/suppliers/{kept.id}"


def sheet(asked: Asked) -> str:
    """Return the sheet of a list as a document that prints on A4."""
    chosen = _chosen(asked)
    asked.query.check()
    return render_board(_board(asked.explorer, chosen.mapped, chosen))


def save(asked: Asked) -> str:
    """Put a list into the user's store, and return where it is shown."""
    chosen = _chosen(asked)
    asked.query.check()
    made = chosen.mapped
    if made is None or chosen.upload is None:
        raise BadInput("the example is part of the package")
    Store().add(made.record, made.frame)
    return address(f"/suppliers/{chosen.upload.id}", {**chosen.words, "saved": "1"})


def forget(asked: Asked) -> str:
    """Take a list out of memory, and return the page of all lists."""
    asked.explorer.uploads.forget(asked.words["list"])
    return "/suppliers"


def _chosen(asked: Asked) -> Chosen:
    """Return what an address asks; what is wrong is noted in its query."""
    name, query = asked.words["list"], asked.query
    upload = None if name == EXAMPLE else asked.explorer.uploads.get(name)
    home = parties_of(query, ("home",)).get("home", "")
    return Chosen(upload, *_columns(upload, query), _scenarios(query), home)


def _columns(upload: Upload | None, query: Query) -> tuple[dict[str, str], str]:
    """Return the column of the file by what it holds, and the unit of the spend."""
    unit = query.choice("unit", UNITS, UNITS[0])
    query.choice("saved", ("1",), "")
    query.choice("named", ("1",), "")
    if upload is None:
        return {}, unit
    named = bool(query.text("named"))
    found = {}
    for name in template_of(SUPPLIERS).columns:
        guess = "" if named else upload.guesses[name]
        found[name] = query.choice(f"{COLUMN}{name}", upload.cells.columns, guess)
    return found, unit


def _scenarios(query: Query) -> tuple[str, ...]:
    """Return the presets that are asked for, one where none is named."""
    found = [query.choice("scenario", _presets(), USUAL), query.choice("second", _presets(), "")]
    return tuple(dict.fromkeys(name for name in found if name))


@cache
def _presets() -> tuple[str, ...]:
    """Return the presets that the engine can run day by day and that end."""
    return tuple(name for name in preset_names() if _ends(preset(name)))


def _ends(scenario: Scenario) -> bool:
    able = set(scenario.kinds) <= set(KINDS)
    return able and all(shock.duration is not None for shock in scenario.shocks)


def _board(explorer: Explorer, made: Mapped | None, chosen: Chosen) -> Board:
    """Return exposure, what stops and second sources, worked out once for the same list."""
    content = EXAMPLE if made is None else f"{made.record.content_sha256}{made.record.unit}"
    scenarios, home = chosen.scenarios, chosen.home
    key = ("board", canonical_hash([content, made and made.record.publisher, scenarios, home]))

    def work() -> Board:
        world = explorer.world if made is None else made.world(explorer.world)
        names = {"suppliers": EXAMPLE, "lines": EXAMPLE} if made is None else {}
        return board(
            world,
            [preset(name) for name in scenarios if home or made is None],
            home=home or None,
            draws=DRAWS,
            language=explorer.catalogue.language,
            **names,
        )

    return explorer.answers.kept(key, work)


def _answers(
    found: Board, path: str, words: Mapping[str, str], explorer: Explorer
) -> Iterator[Block]:
    nobody = PageQuestion({})
    yield Text((found.made.text,), lead=True)
    printed = Link(explorer.t("suppliers.sheet"), address(f"{path}/sheet", words))
    yield LinkList("", (printed,))
    yield from (Said(section, nobody) for section in found.sections)
    where, other, *ran = found.results
    for n, result in enumerate((where, other, *ran)):
        for table in result.tables.values():
            name = table.name if n < 2 else f"{table.name}.{n - 1}"
            title = explorer.t("suppliers.whole", text=table.text)
            yield Tabled(replace(table, name=f"all.{name}"), title)


def _wrong(explorer: Explorer, error: BadInput) -> Facts:
    rows = [(p.where or explorer.t("error.where"), _told(p)) for p in error.problems]
    first = [(explorer.t("error.where"), error.where or ""), (explorer.t("error.hint"), error.hint)]
    listed = tuple((name, text) for name, text in (*first, *rows) if text)
    return Facts(error.what, listed, "wrong")


def _told(problem: InputProblem) -> str:
    return f"{problem.what} ({problem.hint})" if problem.hint else problem.what


def _asking(explorer: Explorer, path: str, chosen: Chosen) -> Form:
    t, words = explorer.t, chosen.words
    said = explorer.catalogue.said
    named = tuple((name, said(preset(name).title or name)) for name in _presets())
    none = ("", t("choose.none"))
    homes = (none, *parties(explorer))
    asked = [
        Field("scenario", t("suppliers.scenario"), "select", words["scenario"], named),
        Field("second", t("suppliers.second"), "select", words["second"], (none, *named)),
        Field("home", t("suppliers.home"), "select", chosen.home, homes, t("suppliers.home_help")),
    ]
    left = {field.name for field in asked}
    kept = [Field(n, "", "hidden", v) for n, v in words.items() if n not in left and v]
    fields = (*asked, *kept)
    return Form(t("suppliers.what"), path, fields, t("choose.submit"))


def _naming(explorer: Explorer, upload: Upload, path: str, chosen: Chosen) -> Form:
    """Return the form in which columns are named, each with its first cells."""
    columns, words = chosen.columns, chosen.words
    t, template = explorer.t, template_of(SUPPLIERS)
    choices = [("", t("suppliers.no_column"))]
    for column in upload.cells.columns:
        cells = upload.frame[column].drop_nulls().unique(maintain_order=True).head(SHOWN).to_list()
        choices.append((column, f"{column}: {', '.join(cells)}"[:90]))
    fields = [
        Field(f"{COLUMN}{name}", name, "select", columns[name], tuple(choices), text)
        for name, text in template.columns.items()
    ]
    units = tuple((unit, unit) for unit in UNITS)
    fields.append(Field("unit", t("suppliers.unit"), "select", chosen.unit, units))
    kept = {name: words[name] for name in ("scenario", "second", "home", "named")}
    fields += [Field(name, "", "hidden", value) for name, value in kept.items() if value]
    return Form(t("suppliers.columns"), path, tuple(fields), t("choose.submit"))


def _read(
    explorer: Explorer, upload: Upload, columns: Mapping[str, str], made: Mapped | None
) -> Iterator[Block]:
    """Say how the file was read: what was changed and left out, and which economies were seen."""
    t = explorer.t
    notes = (*upload.cells.notes, *(() if made is None else made.notes))
    if notes:
        yield LinkList(t("suppliers.read"), tuple(Link(note, "") for note in notes))
    if columns["economy"]:
        rows = economies_read(upload.frame[columns["economy"]])
        strange = t("suppliers.unknown")
        named = [(text, code, explorer.name(code) if code else strange) for text, code in rows]
        listed = (
            dimension("text", t("suppliers.column_text")),
            attribute("economy", t("suppliers.column_economy")),
            attribute("name", t("suppliers.column_name")),
        )
        title = t("suppliers.economies")
        yield Tabled(of_rows("economies_read", named, listed, title, kind=Kind.MEASURED))


def _keeping(explorer: Explorer, path: str, words: Mapping[str, str]) -> Iterator[Block]:
    """Return what keeps the list beyond this explorer, and what takes it out of memory."""
    t = explorer.t
    hidden = tuple(Field(name, "", "hidden", value) for name, value in words.items() if value)
    yield Text((t("suppliers.private"),))
    yield Form(t("suppliers.save_title"), f"{path}/save", hidden, t("suppliers.save"), post=True)
    yield Form(t("suppliers.forget_title"), f"{path}/forget", (), t("suppliers.forget"), post=True)


def _ways(explorer: Explorer, chosen: Chosen) -> tuple[Code, ...]:
    where = ("--home", chosen.home) if chosen.home else ()
    given = {"suppliers": EXAMPLE, "lines": EXAMPLE} if chosen.upload is None else {}
    words = tuple(word for name, value in given.items() for word in (f"--{name}", value))
    own = "" if chosen.upload is None else SUPPLIERS
    command = ("suppliers", "sheet", *chosen.scenarios, "--out", "sheet.html", *words, *where)
    call = python_call("suppliers.exposure", given)
    return command_way(explorer, *command, own=own), lens_way(explorer, call, own=own)


def _template(explorer: Explorer) -> Table:
    """Return the made-up rows of the template as a table to look at and take along."""
    template = template_of(SUPPLIERS)
    columns = [attribute(name, text) for name, text in template.columns.items()]
    rows = template.frame.rows()
    text = explorer.t("suppliers.template_text")
    return of_rows("suppliers_template", rows, columns, text, kind=Kind.ASSUMED)
